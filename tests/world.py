"""A small world in memory around the pure core: what storage and the desk would do."""

import functools
import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

from bot import placing, tables_in
from handlers import bell, clocks, handbook, park_files, units, worker
from handlers.clocks import DEFAULT, Clocks
from handlers.duty import ALWAYS
from handlers.effects import (
    AddPicture,
    AddWords,
    AllowPolice,
    AskAbove,
    BeginWeek,
    CloseTip,
    CountQuiz,
    DeleteTip,
    DropPictures,
    Effect,
    EndWeek,
    FileTip,
    ForgetChat,
    HideTip,
    PauseSubscription,
    SayWho,
    SendUp,
    ShowFiles,
    Subscribe,
    TakeBackWho,
    TellHere,
    TellNoMore,
    Unsubscribe,
)
from handlers.events import Event, Looked, Picture
from handlers.forms import Form, reading
from handlers.handbook import Handbook
from handlers.languages import Language
from handlers.moderators.actions import HELD
from handlers.receipt import ALPHABET, check_symbol
from handlers.replies import NOTHING, Change, Extras
from handlers.routing import Tree, UnitKind
from handlers.screens import Rendered
from handlers.states import Key, Talk
from handlers.subscriptions import Subscription
from handlers.telling import Telling
from handlers.texts import Texts
from handlers.tips import (
    Author,
    Category,
    Kind,
    Move,
    Outcome,
    Status,
    after,
    appeal_until,
    reopen_until,
)
from handlers.turn import Entry, Facts, Needs, Room, Thread, Turn, Whose
from storage.places import Places

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Monday morning, nine o'clock in Viet Nam."""
FREE_CODES = 3
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
DESKS = ("ban-thach", "da-nang", "tong", "cs-may-vi-du")
"""The units where somebody reads, as in the demo."""


@functools.cache
def places() -> Places:
    """All places with the demo's parks, read once for all tests."""
    every = Places.load()
    table = tables_in.read(resources.files("storage.data").joinpath("demo_parks.csv").read_bytes())
    known = park_files.parse(table.rows, every.of_today, START.date())
    return every.with_parks(known)


@functools.cache
def texts() -> dict[Language, Texts]:
    """The words of the screen, read once."""
    return {language: Texts.load(language) for language in Language}


@functools.cache
def handbooks() -> dict[Language, Handbook]:
    """The handbooks, read once."""
    return {language: handbook.load(language) for language in Language}


@functools.cache
def tree(alarms: frozenset[str] = frozenset(), there: frozenset[str] = frozenset()) -> Tree:
    """The demo's units; those of DESKS have a desk, those of `alarms` one that rings, those of
    `there` have duty by night too.
    """
    table = resources.files("storage.data").joinpath("demo_units.csv").read_text(encoding="utf-8")
    parsed = units.parse(table, known_places=places().is_known)
    return Tree.of(
        replace(
            unit,
            has_desk=unit.id in DESKS,
            has_alarm=unit.id in alarms,
            clocks=Clocks(duty=ALWAYS) if unit.id in there else DEFAULT,
        )
        for unit in parsed
    )


def name_of(unit: str) -> str:
    """The name of a unit of the demo."""
    found = tree().get(unit)
    assert found is not None
    return found.name


@functools.cache
def forms() -> Mapping[Category, Form]:
    """The questionnaires that come with the product."""
    return reading.with_own({}).forms


def key_of(code: str) -> Key:
    """What a code opens; real keys are storage's business."""
    digest = hashlib.sha256(code.encode()).digest()
    return Key(digest[:16], digest[16:], b"")


def _name_of(unit: str) -> str:
    found = tree().get(unit)
    return found.name if found is not None else ""


@dataclass(slots=True)
class Filed:
    """A tip as this world keeps it."""

    tip: FileTip
    unit: str
    excluded: frozenset[str]
    police: bool
    readers: frozenset[str]
    status: Status = Status.TRIAGE
    outcome: Outcome | None = None
    answered: bool = False
    entries: list[Entry] = field(default_factory=list)
    files: list[Picture] = field(default_factory=list)
    who: str = ""
    is_told: bool = False
    closed_on: date | None = None
    sent_to: str = ""
    holder: str = ""
    before: "Filed | None" = None
    asks_police: bool = False
    came_from: str = ""
    valuable: bool = False
    thanked: datetime | None = None


@dataclass(slots=True)
class World:
    """Everything outside one worker's talk. `draws` numbers the codes that were given out; `phone`
    is the one at hand, and each may subscribe. `alarms` are the units that can be rung: none, as in
    the demo. `asks`: after a story the questionnaires are asked, as in the talks; who tests
    something else may do without.
    """

    now: datetime = START
    tips: dict[Key, Filed] = field(default_factory=dict)
    rung: dict[str, bell.Change] = field(default_factory=dict)
    wrong_codes: int = 0
    waits_until: datetime = START
    draws: int = 0
    phone: int = 1
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    weeks: dict[int, BeginWeek] = field(default_factory=dict)
    quizzes: list[CountQuiz] = field(default_factory=list)
    room: Room = field(default_factory=Room)
    alarms: frozenset[str] = frozenset()
    there: frozenset[str] = frozenset()
    told: int = 0
    asks: bool = False

    def facts(self, needs: Needs) -> Facts:
        """What the core asked for."""
        self.draws += 1
        chance = random.Random(self.draws)
        symbols = "".join(chance.choices(ALPHABET, k=15))
        keys = [key for key in map(key_of, needs.codes) if key in self.tips]
        filing = key_of(needs.filing) if needs.filing else None
        key = keys[0] if keys else needs.key
        return Facts(
            now=self.now,
            today=self.today,
            tree=tree(self.alarms, self.there),
            fresh_code=symbols + check_symbol(symbols),
            fresh_bell=f"{chance.randrange(100_000):05}",
            dice=chance.randrange(2**32),
            service=tree().root.name,
            handbooks=handbooks(),
            thread=self.thread(key),
            filing=filing,
            filed=self.thread(filing),
            places=placing.look_up(places(), needs.place, needs.within),
            bells=self.bells() if needs.bell else (),
            wait_seconds=max(0, int((self.waits_until - self.now).total_seconds()))
            if needs.codes
            else 0,
            places_of_today=places().of_today,
            subscription=self.subscriptions.get(self.phone) if needs.subscription else None,
            room=self.room,
            forms=forms() if self.asks else {},
            in_week=needs.subscription and self.phone in self.weeks,
        )

    def count_wrong(self) -> None:
        """A code was tried that opens nothing; after three the chat waits."""
        self.wrong_codes += 1
        if self.wrong_codes >= FREE_CODES:
            self.waits_until = self.now + timedelta(seconds=15)

    @property
    def today(self) -> date:
        """The day in Viet Nam."""
        return self.now.astimezone(VIETNAM).date()

    def thread(self, key: Key | None) -> Thread | None:
        """A tip as its worker sees it."""
        filed = self.tips.get(key) if key else None
        if key is None or filed is None:
            return None
        whose = {Status.CLOSED: Whose.NOBODY, Status.ASKED: Whose.WORKER}
        unit = tree().get(filed.unit)
        assert unit is not None
        return Thread(
            key=key,
            status=filed.status,
            outcome=filed.outcome,
            whose=whose.get(filed.status, Whose.DESK),
            unit=unit.name,
            unit_id=filed.unit,
            category=filed.tip.category,
            place=filed.tip.place,
            danger=filed.tip.danger,
            bell=filed.tip.bell,
            answer_on=filed.tip.result_on if filed.answered else filed.tip.answer_on,
            may_go_to_police=filed.police,
            excluded=filed.excluded,
            entries=tuple(filed.entries),
            appeal_until=appeal_until(filed.closed_on)
            if filed.closed_on and filed.outcome is Outcome.OUT_OF_SCOPE
            else None,
            reopen_until=reopen_until(filed.closed_on)
            if filed.closed_on and filed.outcome is not Outcome.OUT_OF_SCOPE
            else None,
            is_told=filed.is_told,
            asks_police=filed.asks_police,
            also=tuple(name_of(each) for each in sorted(filed.readers - {filed.unit})),
            triage_by=None if filed.holder else filed.tip.triage_by,
            sent_to=_name_of(filed.sent_to),
        )

    def bells(self) -> tuple[str, ...]:
        """The list as it stands now."""
        shown = bell.last_change(self.now.astimezone(VIETNAM))
        return tuple(sorted(number for number, at in self.rung.items() if at <= shown))

    def to_next_bell(self) -> None:
        """Let the time pass until the list changes."""
        change = bell.next_change(self.now.astimezone(VIETNAM))
        at = datetime.combine(change.day, time(change.hour, 1), tzinfo=VIETNAM)
        self.now = at.astimezone(UTC)

    def carry_out(self, effects: Sequence[Effect]) -> None:
        """Do what a turn decided."""
        for effect in effects:
            self._do(effect)

    def _do(self, effect: Effect) -> None:  # noqa: PLR0912, PLR0915 - one case an effect
        match effect:
            case FileTip():
                assert effect.key not in self.tips, "a tip was filed twice"
                readers = frozenset({effect.unit})
                filed = Filed(
                    effect, effect.unit, effect.excluded, effect.may_go_to_police, readers
                )
                filed.entries.append(Entry(Kind.STORY, Author.WORKER, effect.story))
                filed.entries += [Entry(each.kind, Author.WORKER, "") for each in effect.pictures]
                filed.files += effect.pictures
                self.tips[effect.key] = filed
            case AddWords(key, words):
                self._add(key, Entry(Kind.ADDITION, Author.WORKER, words))
            case AddPicture(key, picture):
                self._add(key, Entry(picture.kind, Author.WORKER, ""))
                self.tips[key].files.append(picture)
            case SayWho(key, words):
                self._add(key, Entry(Kind.IDENTITY, Author.WORKER, ""))
                self.tips[key].who = words
            case TakeBackWho(key):
                self.tips[key].who = ""
                self.tips[key].entries.append(Entry(Kind.IDENTITY_BACK, Author.WORKER, ""))
            case CloseTip(key):
                self._move(self.tips[key], Move.WITHDRAW)
                self.tips[key].is_told = False
                self.tips[key].closed_on = self.today
            case DeleteTip(key):
                self.tips.pop(key, None)
            case HideTip(key, excluded, unit):
                filed = self.tips[key]
                filed.excluded, filed.unit = excluded, unit
                filed.readers = (filed.readers - excluded) | {unit}
            case AskAbove(key, unit, dates):
                filed = self.tips[key]
                again = replace(filed.tip, answer_on=dates.answer_on, result_on=dates.result_on)
                # In this world a card reaches its desk at once.
                self.tips[key] = replace(
                    filed,
                    tip=again,
                    unit=unit,
                    excluded=filed.excluded | {filed.unit},
                    police=False,
                    readers=frozenset({unit}),
                    status=Status.TRIAGE,
                    outcome=None,
                    answered=False,
                    closed_on=None,
                    holder="",
                )
            case SendUp(key, unit):
                self.tips[key].sent_to = unit
            case AllowPolice(key, allowed):
                self._allow(self.tips[key], allowed=allowed)
            case TellHere(key) | TellNoMore(key):
                self.tips[key].is_told = isinstance(effect, TellHere)
            case Subscribe(subscription):
                self.subscriptions[self.phone] = subscription
            case Unsubscribe():
                self.subscriptions.pop(self.phone, None)
            case PauseSubscription(until):
                paused = replace(self.subscriptions[self.phone], paused_until=until)
                self.subscriptions[self.phone] = paused
            case BeginWeek():
                self.weeks[self.phone] = effect
            case EndWeek():
                self.weeks.pop(self.phone, None)
            case CountQuiz():
                self.quizzes.append(effect)
            case DropPictures() | ForgetChat() | ShowFiles():
                return

    def _add(self, key: Key, entry: Entry) -> None:
        filed = self.tips[key]
        if filed.status is Status.CLOSED:
            self._reopen(filed)
        else:
            self._move(filed, Move.ADD)
        filed.entries.append(entry)

    def _reopen(self, filed: Filed) -> None:
        assert filed.closed_on is not None
        assert filed.outcome is not Outcome.OUT_OF_SCOPE
        assert self.today <= reopen_until(filed.closed_on)
        filed.status = Status.WORKING if filed.holder else Status.TRIAGE
        filed.outcome = filed.closed_on = filed.before = None
        dates = clocks.deadlines(self.now, self.today, danger=filed.tip.danger)
        filed.answered = False
        filed.tip = replace(filed.tip, answer_on=dates.answer_on, result_on=dates.result_on)

    def claim(self, filed: Filed) -> None:
        """An officer takes the tip."""
        self._move(filed, Move.CLAIM)
        filed.holder = "one"

    def go(self, filed: Filed, move: Move, unit: str, *, reads_on: bool = True) -> None:
        """It goes to another unit, where nobody holds it, or back to the one that it came from; or
        to the police, who read it and no more. `reads_on`: who had it goes on reading.
        """
        self._move(filed, move)
        came_from, to = filed.unit, filed.came_from if move is Move.RETURN else unit
        if move in (Move.PASS_ON, Move.RETURN, Move.MOVE_UP):
            dates = clocks.deadlines(self.now, self.today, danger=filed.tip.danger)
            filed.tip = replace(filed.tip, answer_on=dates.answer_on, result_on=dates.result_on)
            filed.unit, filed.holder, filed.answered = to, "", False
            filed.came_from = came_from if move is Move.PASS_ON else ""
        leaves = {Move.RETURN: {came_from}, Move.POLICE_PASSED: self._police(filed)}
        if not reads_on:
            leaves[move] = {came_from}
        filed.readers = (filed.readers - leaves.get(move, set())) | {to}
        self.tell(filed, move, to)

    def desert(self, unit: str) -> None:
        """Nobody reads at a unit any more: its open tips go to the next one up."""
        up = tree().ancestors(unit)[0]
        for filed in self.tips.values():
            if filed.unit == unit and filed.status is not Status.CLOSED:
                self.go(filed, Move.MOVE_UP, up.id, reads_on=False)

    def _allow(self, filed: Filed, *, allowed: bool) -> None:
        filed.police = allowed
        if filed.asks_police:
            self._move(filed, Move.ADD)
        filed.asks_police = False
        if not allowed:
            filed.readers -= self._police(filed)

    @staticmethod
    def _police(filed: Filed) -> set[str]:
        return {each.id for each in tree().all if each.kind is UnitKind.POLICE} & filed.readers

    def ask_police(self, filed: Filed) -> None:
        """That officer asks whether the police may read it."""
        assert not filed.police
        self._move(filed, Move.ASK)
        filed.asks_police = filed.answered = True
        filed.entries.append(Entry(Kind.POLICE_ASKED, Author.OFFICER, "", self.today))

    def rise(self) -> None:
        """What workers sent up is there; in this world, as in the demo, at once."""
        for key, filed in self.tips.items():
            up = tree(self.alarms).get(filed.sent_to)
            if up is None:
                continue
            dates = clocks.deadlines(
                self.now,
                self.today,
                danger=filed.tip.danger,
                clocks=up.clocks,
                category=filed.tip.category,
            )
            again = replace(
                filed.tip,
                triage_by=dates.triage_by,
                answer_on=dates.answer_on,
                result_on=dates.result_on,
            )
            readers = filed.readers | {up.id}
            self.tips[key] = replace(
                filed, tip=again, unit=up.id, readers=readers, sent_to="", holder=""
            )
            self.tips[key].status, self.tips[key].answered = Status.TRIAGE, False

    def release(self, filed: Filed) -> None:
        """That officer gives it back."""
        self._move(filed, Move.RELEASE)
        filed.holder = ""

    def give(self, filed: Filed, move: Move, to: str) -> None:
        """It is handed over to a colleague, or taken over by one."""
        self._move(filed, move)
        filed.holder = to

    def undo(self, filed: Filed) -> None:
        """Whoever closed it takes that back; its closing words are gone."""
        before = filed.before
        assert before is not None, "nobody closed it just now"
        assert filed.status is Status.CLOSED
        filed.status, filed.answered = before.status, before.answered
        filed.outcome = filed.closed_on = filed.before = None
        filed.thanked = before.thanked
        self.tell(filed, Move.UNDO_CLOSE, filed.unit, replaced=len(before.entries))

    def tell(self, filed: Filed, move: Move, unit: str, replaced: int | None = None) -> None:
        """The house tells of a move."""
        named = tree().get(unit)
        assert named is not None
        told = Telling(move, named.name, filed.tip.answer_on)
        del filed.entries[replaced if replaced is not None else len(filed.entries) :]
        filed.entries.append(Entry(Kind.TOLD, Author.HOUSE, "", self.today, told=told))
        self.told += filed.is_told
        self.rung[filed.tip.bell] = bell.next_change(self.now.astimezone(VIETNAM))

    def read_who(self, filed: Filed) -> str | None:
        """Who holds the tip reads who its worker is; None where that may not be."""
        if filed.status not in HELD or not filed.who:
            return None
        filed.entries.append(Entry(Kind.IDENTITY_READ, Author.OFFICER, "", self.today))
        return filed.who

    def attach(self, filed: Filed, kind: Kind) -> None:
        """An officer lays a file into the thread, with their answer."""
        number = len(filed.entries) + 1
        filed.entries.append(Entry(kind, Author.OFFICER, "", self.today, number))

    def note(self, filed: Filed) -> None:
        """An officer lays a note into the tip: a worker's world does not change."""

    def correct(self, filed: Filed, words: str) -> None:
        """The officer puts other words in the place of their last ones; none: they are taken back,
        and the tip waits for its desk again.
        """
        change = Change.EDITED if words else Change.WITHDRAWN
        filed.entries[-1] = replace(filed.entries[-1], words=words, english="", change=change)
        if not words:
            filed.entries[-1] = replace(filed.entries[-1], picks=())
            filed.status = Status.CLAIMED

    def write(
        self,
        filed: Filed,
        move: Move,
        words: str,
        outcome: Outcome | None = None,
        extras: Extras = NOTHING,
    ) -> None:
        """An officer asks, answers or closes; the bell rings at the next change."""
        kinds = {Move.ASK: Kind.QUESTION, Move.ANSWER: Kind.ANSWER, Move.CLOSE: Kind.CLOSING}
        before = replace(filed, entries=list(filed.entries))
        self._move(filed, move)
        filed.outcome, filed.answered = outcome, True
        if move is Move.CLOSE:
            filed.before, filed.closed_on = before, self.today
        self.told += filed.is_told
        filed.is_told &= move is not Move.CLOSE
        if outcome is Outcome.OUT_OF_SCOPE:
            # Without words, and nobody at the desk can open it any more.
            filed.readers = frozenset()
        else:
            told = Entry(kinds[move], Author.OFFICER, words, self.today)
            filed.entries.append(replace(told, english=extras.english, picks=extras.picks))
            self._thank(filed)
        self.rung[filed.tip.bell] = bell.next_change(self.now.astimezone(VIETNAM))

    def mark(self, filed: Filed, *, valuable: bool) -> None:
        """Who holds it says that it led to something, or takes that back."""
        filed.valuable = valuable
        if valuable:
            self._thank(filed)
        elif filed.thanked and self.now < filed.thanked + timedelta(minutes=10):
            filed.entries = [each for each in filed.entries if not self._is_thanks(each)]
            filed.thanked = None

    def _thank(self, filed: Filed) -> None:
        if filed.valuable and filed.status is Status.CLOSED and filed.thanked is None:
            self._move(filed, Move.THANK)
            filed.thanked = self.now
            self.tell(filed, Move.THANK, filed.unit)

    @staticmethod
    def _is_thanks(entry: Entry) -> bool:
        return entry.told is not None and entry.told.move is Move.THANK

    @staticmethod
    def _move(filed: Filed, move: Move) -> None:
        status = after(filed.status, move)
        assert status is not None, f"{move} is not permitted for a tip that is {filed.status}"
        filed.status = status


@dataclass(slots=True)
class Chat:
    """One worker's talk in a world."""

    world: World
    talk: Talk = field(default_factory=Talk)

    def receive(self, event: Event) -> Rendered:
        """One turn."""
        turn = self.turn(event)
        self.world.carry_out(turn.effects)
        if turn.wrong_code:
            self.world.count_wrong()
        self.talk = turn.talk
        shown = self.show(turn)
        self.world.rise()
        return shown

    def turn(self, event: Event) -> Turn:
        """What the core makes of an event; nothing is carried out."""
        facts = self.world.facts(worker.needs(self.talk, event))
        return worker.respond(self.talk, event, facts, texts())

    def show(self, turn: Turn, language: Language | None = None) -> Rendered:
        """The screen after a turn."""
        facts = self.world.facts(worker.needs(turn.talk, Looked()))
        screen = worker.show(turn.talk, turn.notes, facts)
        return texts()[language or turn.talk.language].render(screen)
