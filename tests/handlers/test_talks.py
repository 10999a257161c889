"""Every talk of `tests/talks/` on the pure core."""

import pytest

from tests import talk
from tests.players import CorePlayer


@pytest.mark.parametrize("name", talk.scripts())
async def test_the_core_talks_as_written_in(name: str) -> None:
    await talk.play(talk.scripts()[name], CorePlayer())
