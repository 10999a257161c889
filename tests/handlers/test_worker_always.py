"""What holds in every talk, whatever a worker does: hypothesis does the strangest things."""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import packing
from handlers.effects import AddWords, FileTip
from handlers.events import (
    Brought,
    Chose,
    Command,
    Commanded,
    Ending,
    Event,
    Looked,
    Picture,
    PressedUnder,
    Said,
    Showed,
    Under,
    Unusable,
)
from handlers.folding import clean, fold, has_letters
from handlers.languages import Language
from handlers.screens import MOST_CHOICES, Rendered
from handlers.states import (
    ChoosingDetail,
    Draft,
    Early,
    KnownToFew,
    ReadingThread,
    Received,
    State,
    TellingDetail,
)
from handlers.subscriptions import MOST_PER_WEEK, MOST_PLACES, WHOLE_COUNTRY
from handlers.tips import Category, Move, Outcome, after
from handlers.turn import Turn
from handlers.worker import leaving
from handlers.worker.step import MOST_WORDS
from handlers.worker.tip import SECOND_PAGE
from tests.world import Chat, World

MOST_NAME_BYTES = 40
WORDS = (
    "dung", "đúng", "dừng", "Huy", "0", "1", "2", "7", "99", "có", "không", "ok", "gửi", "hủy",
    "phường Bàn Thạch, Đà Nẵng", "Đông Hòa", "chau thanh a", "Công ty Mẫu Thử", "nợ lương",
    "q9", "hậu giang", "xóm Mít", "0912345678",
    "Công ty nợ lương hai tháng nay.", "😀", "", "\u202e\u0000", "/start", "/ma", "/huy", "/abc",
    "nhận bản tin", "/bantin", "dừng nhận", "stop", "kcn ví dụ", "Cả nước", "hủy đăng ký",
    "/en", "/vi", "/so-tay", "/chuong", "/quyen", "/help", "/quaylai", "/thu", "đình công",
    "7KAD-F2XQ-9TMR-4WBN", "7kad f2xq 9tmr 4wbm", "{words} {",
    "x" * (MOST_WORDS + 1), "y" * (MOST_WORDS - 10),
    "Tổ trưởng bắt công nhân nộp tiền hằng tháng, ai không nộp thì bị xếp vào ca đêm liên tục.",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Press:
    """The choice at this place of the screen, whatever it is."""

    at: int


@dataclasses.dataclass(frozen=True)
class Desk:
    """The desk does something with the last tip, where it may."""

    move: Move


@dataclasses.dataclass(frozen=True)
class OwnCode:
    """The last code that was shown is typed."""


Doing = Event | Press | Desk | OwnCode

pictures = st.builds(Picture, st.sampled_from(["a", "b", "c", "d", "e", "f", "g"]), st.just(9_000))
words = st.sampled_from(WORDS) | st.text(max_size=80)
doings: st.SearchStrategy[Doing] = st.one_of(
    st.builds(Press, st.integers(0, 11)),
    st.builds(Press, st.integers(0, 11)),
    st.builds(Press, st.integers(0, 3)),
    st.builds(Said, words),
    st.builds(Said, words),
    st.builds(OwnCode),
    st.builds(Commanded, st.sampled_from(Command)),
    st.builds(Showed, pictures, st.just("") | words),
    st.builds(Brought, st.sampled_from(Unusable), st.just("") | words),
    st.builds(Looked, st.booleans(), st.just("") | words),
    st.just(Ending()),
    st.builds(PressedUnder, st.sampled_from(Under)),
    st.builds(Chose, st.sampled_from(["send", "delete_yes", "nonsense", "open_thread", "place0"])),
    st.builds(Desk, st.sampled_from([Move.CLAIM, Move.ASK, Move.ANSWER, Move.CLOSE])),
)
talks = st.lists(doings, min_size=1, max_size=25)


class Watched:
    """A chat that checks after every turn what must always hold."""

    def __init__(self) -> None:
        self.world = World(asks=True)
        self.chat = Chat(self.world)
        self.shown = self.chat.receive(Looked())
        self.code = "7KAD-F2XQ-9TMR-4WBN"

    def do(self, doing: Doing) -> None:
        match doing:
            case Desk(move):
                self._act_at_desk(move)
            case Press(at):
                offered = [*self.shown.choices, *self.shown.ways]
                if offered:
                    self._receive(Chose(offered[at % len(offered)].name))
            case OwnCode():
                self._receive(Said(self.code))
            case _:
                self._receive(doing)

    def _receive(self, event: Event) -> None:
        before = self.chat.talk.state
        draws = self.world.draws
        turn = self.chat.turn(event)
        self.world.draws = draws
        assert self.chat.turn(event) == turn, "the same input gave another turn"
        for language in Language:
            check_screen(self.chat.show(turn, language))
        check_filing(event, before, turn, self.shown)
        check_words(before, event, turn, self.chat.show(turn))
        self.world.carry_out(turn.effects)
        self.chat.talk = packing.unpack(packing.pack(turn.talk))
        assert self.chat.talk == turn.talk, "the state does not survive being kept"
        # A calculator, over the handbook, over a question, over a draft.
        assert depth(turn.talk.state) <= 4, "places in the talk pile up"
        self.shown = self.chat.show(turn)
        if found := re.search(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", self.shown.text):
            self.code = found.group()

    def _act_at_desk(self, move: Move) -> None:
        filed = next(reversed(self.world.tips.values()), None)
        if filed is None or after(filed.status, move) is None:
            return
        if move is Move.CLAIM:
            self.world.claim(filed)
        else:
            outcome = Outcome.HANDLED if move is Move.CLOSE else None
            self.world.write(filed, move, "Lời của đơn vị.", outcome)


def check_screen(shown: Rendered) -> None:
    """Something is said, and nothing is offered twice or unspeakably."""
    assert shown.lines
    assert all(line.text.strip() for line in shown.lines)
    assert len(shown.choices) <= MOST_CHOICES
    names = [button.name for button in (*shown.choices, *shown.ways)]
    assert len(names) == len(set(names))
    assert all(0 < len(name.encode()) <= MOST_NAME_BYTES for name in names)
    assert all(button.label.strip() for button in (*shown.choices, *shown.ways))
    labels = [button.label for button in shown.choices]
    assert len(labels) == len(set(labels)), "two choices look the same"


def check_filing(event: Event, before: State, turn: Turn, shown: Rendered) -> None:
    """A tip is filed by [Send] only: pressed, or typed as number or label; never in practice."""
    filed = [effect for effect in turn.effects if isinstance(effect, FileTip)]
    assert len(filed) <= 1
    if not filed:
        return
    draft = leaving.gathered(before)
    assert isinstance(draft, Draft)
    assert not draft.practice
    assert any(button.name == "send" for button in shown.choices)
    assert event == Chose("send") or (
        isinstance(event, Said | Brought) and fold(event.words) in ("1", "gui", "send")
    )
    assert filed[0].story == draft.whole
    assert draft.story in filed[0].story
    assert filed[0].pictures == draft.pictures


def check_words(before: State, event: Event, turn: Turn, shown: Rendered) -> None:
    """Words are kept, filed, added or given back; and what was kept stays kept until it is sent, or
    dropped by a stop.
    """
    kept = held(turn)
    given = leaving.gathered(before)
    stopped = any(note.key in ("stopped", "forgotten") for note in turn.notes)
    stopped = stopped or (leaving.is_practice(before) and isinstance(turn.talk.state, Received))
    for each in words_of(given):
        if not stopped and turn.talk.state != before and not opened_another(turn):
            assert each in kept or each in shown.text, "kept words were lost"
    if not isinstance(event, Said) or not has_letters(clean(event.words)):
        return
    typed = clean(event.words)
    if len(typed) > 15 and not typed.startswith("/") and not any(c.isdigit() for c in typed):
        labels = [button.label for button in (*shown.choices, *shown.ways)]
        is_place = bool(re.search("phường|chau thanh", typed))
        assert is_place or typed in labels or typed in kept or typed in shown.text


def held(turn: Turn) -> str:
    """Everything of the worker that the state and the effects hold."""
    return "\n".join([*_texts(turn.talk.state), *(_effect_text(each) for each in turn.effects)])


def _effect_text(effect: object) -> str:
    match effect:
        case FileTip(story=story):
            return story
        case AddWords(words=added):
            return added
        case _:
            return ""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif dataclasses.is_dataclass(value):
        for each in dataclasses.fields(value):
            yield from _texts(getattr(value, each.name))


def words_of(given: Any) -> list[str]:
    """The words that were gathered."""
    texts = [given.words] if isinstance(given, Early) else []
    if isinstance(given, Draft):
        # An answer may be given anew in the place of another one: tests/handlers/test_forms.py.
        texts = [given.story]
    return [text for text in texts if text]


def opened_another(turn: Turn) -> bool:
    """Whether the worker chose to open another tip at the price of the draft."""
    return isinstance(turn.talk.state, ReadingThread)


def depth(state: Any) -> int:
    """How many places lie under this one, itself included."""
    back = getattr(state, "back", None)
    return 1 + (depth(back) if back is not None else 0)


@given(talks)
@settings(max_examples=60, deadline=None)
def test_everything_a_worker_does_is_answered_and_nothing_is_lost(series: list[Doing]) -> None:
    watched = Watched()
    for doing in series:
        watched.do(doing)


@given(st.sampled_from(Category), talks)
@settings(max_examples=60, deadline=None)
def test_whatever_is_done_with_a_draft_nothing_is_filed_without_send(
    category: Category, series: list[Doing]
) -> None:
    watched = Watched()
    road = ["report", *on_page(category), category.value, "danger_no", "no_place"]
    for name in road:
        watched.do(Chose(name))
    watched.do(Said("Câu chuyện đầu tiên."))
    for doing in series:
        watched.do(doing)


@given(talks)
@settings(max_examples=60, deadline=None)
def test_nobody_subscribes_without_topics_and_places(series: list[Doing]) -> None:
    watched = Watched()
    watched.do(Chose("bulletins"))
    for doing in series:
        watched.do(doing)
        chosen = watched.world.subscriptions.get(1)
        if chosen is not None:
            assert chosen.topics
            assert 1 <= len(chosen.places) <= MOST_PLACES
            assert len(set(chosen.places)) == len(chosen.places)
            assert WHOLE_COUNTRY not in chosen.places or len(chosen.places) == 1
            assert 1 <= chosen.per_week <= MOST_PER_WEEK


@given(st.lists(doings, max_size=20))
@settings(max_examples=60, deadline=None)
def test_a_practice_run_never_files(series: list[Doing]) -> None:
    watched = Watched()
    for name in ("try", Category.WAGES.value, "danger_no", "no_place"):
        watched.do(Chose(name))
    watched.do(Said("Câu chuyện làm thử."))
    for doing in series:
        given_before = leaving.gathered(watched.chat.talk.state)
        if given_before is None:
            break
        tips = len(watched.world.tips)
        watched.do(doing)
        assert len(watched.world.tips) == tips


def test_every_screen_of_a_draft_offers_to_send_it() -> None:
    """Walks through every choice of the draft's screens, each state once. The questions of the form
    lead back to one of them by every answer.
    """
    chat = Chat(World(asks=True))
    for name in ("report", Category.THEFT.value, "danger_no"):
        chat.receive(Chose(name))
    chat.receive(Said("phường Bàn Thạch, Đà Nẵng"))
    chat.receive(Said("Mất hai bình ga."))
    chat.receive(Chose("skip_all"))
    waiting, seen = [chat.talk], {type(chat.talk.state)}
    while waiting:
        talk = waiting.pop()
        shown = Chat(World(asks=True), talk).receive(Looked())
        if not isinstance(talk.state, ChoosingDetail | TellingDetail | KnownToFew):
            assert "send" in {each.name for each in shown.choices}, type(talk.state).__name__
        for button in shown.choices:
            after = Chat(World(asks=True), talk)
            after.receive(Chose(button.name))
            state = after.talk.state
            if isinstance(leaving.gathered(state), Draft) and type(state) not in seen:
                seen.add(type(state))
                waiting.append(after.talk)
    assert len(seen) == 13, {each.__name__ for each in seen}


def on_page(category: Category) -> list[str]:
    """What has to be pressed before the category is on the screen."""
    return ["more"] if category in SECOND_PAGE else []
