"""The worker is asked whose it is, and what was covered is nowhere any more."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import coach, packing
from handlers.effects import AddWords, FileTip
from handlers.events import Chose, Event, Picture, Said, Showed
from handlers.languages import Language
from handlers.states import (
    AskingWhose,
    AskingWhoseLater,
    Draft,
    LeavingOut,
    ReadingThread,
    Reviewing,
    Talk,
)
from handlers.tips import Category
from handlers.turn import Turn
from handlers.worker import leaving, whose
from tests.coach import measuring
from tests.world import Chat, World

TO_THE_STORY = (
    Chose("report"),
    Chose(Category.LOANS),
    Chose("danger_no"),
    Chose("no_place"),
)
OWN = "Số em là 0900 000 012, số nó 0900 000 034."


def at_review(story: str, *more: Event) -> Chat:
    chat = Chat(World())
    for event in (*TO_THE_STORY, Said(story), *more):
        chat.receive(event)
    return chat


def draft_of(chat: Chat) -> Draft:
    draft = leaving.gathered(chat.talk.state)
    assert isinstance(draft, Draft)
    return draft


@pytest.mark.parametrize("line", [each for each in measuring.lines("worker") if each.kinds])
def test_of_what_was_covered_nothing_is_left(line: measuring.Line) -> None:
    findings = coach.look(line.words)
    found = {each.told(line.words) for each in findings}
    found |= {each.key(line.words) for each in findings}
    chat = at_review(line.words)
    if isinstance(chat.talk.state, LeavingOut):
        # The reader before the coach had a question too.
        chat.receive(Chose("keep_all"))
    assert isinstance(chat.talk.state, AskingWhose), line.words
    while isinstance(chat.talk.state, AskingWhose):
        turn = chat.turn(Chose("cover_mine"))
        chat.talk = turn.talk
        assert turn.effects == ()
    left = packing.pack(chat.talk).decode() + repr(turn.notes)
    assert isinstance(chat.talk.state, Reviewing)
    assert not [told for told in found if told in left]
    assert "[đã che]" in draft_of(chat).story


def test_what_is_kept_is_asked_about_once_however_it_is_written() -> None:
    chat = at_review("số nó 0900 000 034")
    chat.receive(Chose("keep_theirs"))
    assert isinstance(chat.talk.state, Reviewing)
    chat.receive(Said("số nó +84 900.000.034 nha"))
    assert isinstance(chat.talk.state, Reviewing)
    for event in (Chose("change"), Chose("change_story"), Said("nó gọi số 0900000034")):
        chat.receive(event)
    assert isinstance(chat.talk.state, Reviewing)
    chat.receive(Said("rồi số 0900 000 035 nữa"))
    assert isinstance(chat.talk.state, AskingWhose)


def test_all_can_be_covered_or_kept_at_once() -> None:
    covered = at_review(OWN, Chose("cover_every"))
    assert draft_of(covered).story == "Số em là [đã che], số nó [đã che]."
    kept = at_review(OWN, Chose("keep_every"))
    assert draft_of(kept).story == OWN
    assert isinstance(kept.talk.state, Reviewing)
    one = at_review("số em 0900 000 012")
    screen = one.show(Turn(one.talk))
    assert [each.name for each in screen.choices] == ["cover_mine", "keep_theirs", "write_anew"]


def test_in_danger_alone_it_can_be_sent_without_an_answer() -> None:
    calm = at_review(OWN)
    assert "send" not in {each.name for each in calm.show(Turn(calm.talk)).choices}
    state = calm.talk.state
    assert isinstance(state, AskingWhose)
    urgent = replace(calm.talk, state=AskingWhose(replace(state.draft, danger=True)))
    screen = calm.show(Turn(urgent))
    assert screen.choices[0].name == "send"
    assert "Đây là mã biên nhận" in screen.text


def test_english_words_get_an_english_mark() -> None:
    chat = Chat(World(), Talk(language=Language.EN))
    for event in (*TO_THE_STORY, Said("I am the team leader of line 3"), Chose("cover_mine")):
        chat.receive(event)
    assert draft_of(chat).story == "[hidden]"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", coach.Kind)
def test_every_kind_is_asked_about_in_a_few_lines(kind: coach.Kind, language: Language) -> None:
    line = next(each for each in measuring.lines("worker") if each.kinds == {kind})
    chat = at_review(line.words)
    assert isinstance(chat.talk.state, AskingWhose)
    text = chat.show(Turn(chat.talk), language).text
    assert coach.look(line.words)[0].told(line.words) in text
    assert len(text) < 420, text


EVENTS = st.lists(
    st.sampled_from(
        [
            *(Chose(name) for name in ("cover_mine", "keep_theirs", "cover_every", "keep_every")),
            *(Chose(name) for name in ("write_anew", "send", "change", "change_story", "done")),
            *(Chose(name) for name in ("back", "pictures", "hide", "check", "skip", "add_words")),
            *(Chose(name) for name in ("change_category", "open_thread", "add_yes", "danger_no")),
            Said(OWN),
            Said("Nó dọa em."),
            Said("em tên Lan"),
            Said("gửi"),
            Said("co"),
            Said("khong"),
            Showed(Picture("p", 9), "sđt 0900 000 045"),
        ]
    ),
    max_size=14,
)


@given(EVENTS)
def test_nothing_leaves_that_nobody_was_asked_about(events: list[Event]) -> None:
    chat = at_review(OWN)
    for event in events:
        before = chat.talk.state
        turn = chat.turn(event)
        for effect in turn.effects:
            if isinstance(effect, FileTip):
                draft = leaving.gathered(before)
                assert isinstance(draft, Draft)
                assert whose.unanswered(effect.story, draft.kept) == ()
            if isinstance(effect, AddWords) and not isinstance(before, AskingWhoseLater):
                assert whose.unanswered(effect.words, frozenset()) == ()
        assert packing.unpack(packing.pack(turn.talk)) == turn.talk
        chat.receive(event)


def test_words_for_a_thread_wait_until_all_is_answered() -> None:
    chat = at_review("Nó dọa em.", Chose("send"), Chose("open_thread"), Chose("add_words"))
    turn = chat.turn(Said(OWN))
    assert turn.effects == ()
    assert isinstance(turn.talk.state, AskingWhoseLater)
    chat.receive(Said(OWN))
    assert chat.turn(Chose("cover_mine")).effects == ()
    chat.receive(Chose("cover_mine"))
    turn = chat.turn(Chose("keep_theirs"))
    (effect,) = turn.effects
    assert isinstance(effect, AddWords)
    assert effect.words == "Số em là [đã che], số nó 0900 000 034."
    assert isinstance(turn.talk.state, ReadingThread)
