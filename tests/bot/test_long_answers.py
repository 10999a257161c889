"""The longest words that an officer may send reach a worker whole, whatever a message may hold."""

from dataclasses import replace
from datetime import date

import pytest

from bot.channels import telegram, zalo_bot
from bot.splitting import numbered, split, units
from handlers.languages import Language
from handlers.moderators import respond
from handlers.moderators.actions import MOST_LETTERS, Ask, PutQuestion, Standing
from handlers.replies import Extras, Pick
from handlers.screens import Rendered
from handlers.states import Key, ReadingThread, Talk
from handlers.tips import Author, Category, Kind, Status
from handlers.turn import Entry, Needs, Thread, Whose
from handlers.worker import show
from tests.world import World, texts

KEY = Key(bytes(16), bytes(32), bytes(32))
MINE = Standing(Status.CLAIMED, mine=True)
PICKS = tuple(Pick(letter * 40) for letter in "abcd")


def read_by_a_worker(words: str) -> Rendered:
    """The thread of a tip whose officer asked `words`, with as many answers as may be."""
    turn = respond(Ask(words, extras=Extras(picks=PICKS)), MINE)
    [put] = turn.effects
    assert isinstance(put, PutQuestion)
    entry = Entry(Kind.QUESTION, Author.OFFICER, put.words, date(2026, 11, 21))
    story = Entry(Kind.STORY, Author.WORKER, "Cửa thoát hiểm bị khóa.")
    thread = Thread(
        key=KEY,
        status=Status.ASKED,
        outcome=None,
        whose=Whose.WORKER,
        unit="Công đoàn phía bắc",
        unit_id="north",
        category=Category.FIRE,
        place=None,
        danger=False,
        bell="48213",
        answer_on=date(2026, 11, 26),
        may_go_to_police=False,
        excluded=frozenset(),
        entries=(story, replace(entry, picks=put.extras.picks)),
    )
    facts = replace(World().facts(Needs()), thread=thread)
    screen = show(Talk(state=ReadingThread(KEY, 1)), (), facts)
    return texts()[Language.VI].render(screen)


@pytest.mark.parametrize("sign", ["a", "ệ", "😀", "chữ "])
def test_the_longest_words_arrive_in_messages_that_each_channel_takes(sign: str) -> None:
    words = (sign * MOST_LETTERS)[:MOST_LETTERS].strip()
    shown = read_by_a_worker(words)
    for most, cut in ((telegram.LIMITS.max_text, split), (zalo_bot.LIMITS.max_text, numbered)):
        parts = cut(shown.text, most)
        assert len(parts) > 1
        assert all(units(part) <= most for part in parts)
        assert sum(part.count(sign.strip()) for part in parts) >= words.count(sign.strip())
        # What stands under a question comes with it, in the last of them.
        assert "Bạn không cần nói mình là ai." in " ".join(parts)
    assert [each.label for each in shown.choices[:4]] == [each.words for each in PICKS]


def test_one_letter_more_is_refused_and_told_to_the_letter() -> None:
    turn = respond(Ask("😀" * (MOST_LETTERS + 7)), MINE)
    assert turn.effects == ()
    [told] = turn.says
    assert "Hãy bớt 7 ký tự" in texts()[Language.VI].say(told)
