"""What stands at the prompt."""

import pytest

from bot.channels.terminal import text_of
from handlers.screens import Accepts, Button, Line, Rendered, Tone


@pytest.mark.parametrize(
    ("accepts", "shown"),
    [
        (Accepts.NOTHING, "  0. Quay lại"),
        (Accepts.SEARCH, "  0. Quay lại"),
        (Accepts.WORDS, "  [Quay lại]"),
        (Accepts.PLACE, "  [Quay lại]"),
        (Accepts.NUMBER, "  [Quay lại]"),
    ],
)
def test_zero_is_offered_as_the_way_back_only_where_it_is_no_answer(
    accepts: Accepts, shown: str
) -> None:
    asked = Line("Năm nay bạn đã nghỉ mấy ngày phép?", Tone.PLAIN)
    screen = Rendered((asked,), (), (Button("back", "Quay lại"),), accepts)
    assert text_of(screen).splitlines()[-1] == shown
