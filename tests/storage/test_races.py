"""Two desks at one tip at the same moment, for every move there is, and a worker who writes just
then: one of the two wins, the other is told, and nothing is lost.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from handlers import clocks
from handlers.effects import FileTip
from handlers.passing import PassReason, PoliceReason, ReleaseReason, ReturnReason, Stage
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import LIFE, Category, Kind, Move, Outcome, Status, moves_from
from handlers.valuable import Valuable
from storage import (
    cases,
    holding,
    merging,
    out_of_scope,
    passing,
    police,
    rising,
    staff,
    stepping_back,
    stranded,
    tips,
    undoing,
    units,
    valuable,
)
from storage.cases import Case, Done, No, Refusal
from storage.database import Database, Tx
from storage.days import local_day
from storage.out_of_scope import Removed
from storage.passing import Declined, Gone, Why
from storage.reopening import Again
from storage.staff import Member
from storage.stepping_back import Stepped
from tests import desk_world
from tests.desk_world import NOW, STORY
from tests.tip_world import file, new_tip, record_of

LATE = NOW + timedelta(days=8)
ADDED = "Sáng nay lại thấy nữa."
WARD = Unit("ward", "north", UnitKind.POLICE, "Công an phường", frozenset({"25747"}))
CITY = Unit("city", "root", UnitKind.POLICE, "Công an thành phố", frozenset({"79"}))
LOGINS = (
    ("one", "north", Role.OFFICER),
    ("two", "north", Role.OFFICER),
    ("lead", "north", Role.LEAD),
    ("south", "south", Role.OFFICER),
    ("chief", "south", Role.LEAD),
    ("up", "root", Role.OFFICER),
    ("ward", "ward", Role.OFFICER),
    ("ward2", "ward", Role.OFFICER),
    ("city", "city", Role.OFFICER),
)

Deed = Callable[[Tx, "Desk"], Awaitable[object]]


@dataclass
class Desk:
    """A tip of `north`, whose worker agreed to the police; people at five desks, by log-in name."""

    made: Database
    new: FileTip
    tip: bytes
    other: bytes
    who: dict[str, Member]

    def id(self, login: str) -> bytes:
        return self.who[login].id

    async def do(self, deed: Deed) -> object:
        async with self.made.write() as tx:
            return await deed(tx, self)

    async def at_once(self, *deeds: Deed) -> list[object]:
        return list(await asyncio.gather(*(self.do(deed) for deed in deeds)))

    async def kinds(self) -> list[Kind]:
        """The thread as its worker reads it: whole, or this raises."""
        async with self.made.read() as tx:
            found = await tips.read_thread(tx, self.new.key)
        assert found is not None
        assert found.entries[0].words == STORY
        return [each.kind for each in found.entries]

    async def assert_whole(self) -> None:
        """One holder or none, somebody who reads, and all of it can be opened by them."""
        known = await record_of(self.made, self.tip)
        if known.status in (Status.TRIAGE, Status.RECEIVED):
            assert known.holder is None
        assert moves_from(known.status)
        people = {each.id.hex(): each for each in self.who.values()}
        if known.holder is not None:
            assert any(unit == known.unit for unit, _ in people[known.holder].grants)
        if known.outcome is Outcome.OUT_OF_SCOPE:
            return
        async with self.made.write() as tx:
            able = [
                each
                for each in self.who.values()
                if isinstance(await cases.open_case(tx, each.id, self.tip, LATE), Case)
            ]
        assert any(unit == known.unit for each in able for unit, _ in each.grants)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        async with made.write() as tx:
            await units.import_all(tx, (*desk_world.UNITS, WARD, CITY), at_once=True)
        who = {}
        for login, unit, role in LOGINS:
            who[login], _ = await desk_world.add(made, login, (unit, role))
        new = new_tip("north", category=Category.THEFT, may_go_to_police=True)
        tip = await file(made, new)
        other = await file(made, new_tip("north", category=Category.THEFT, bell="48214"))
        yield Desk(made, new, tip, other, who)


# --- what is done -------------------------------------------------------------------------------


def claim(by: str) -> Deed:
    return lambda tx, desk: cases.claim(tx, desk.id(by), desk.tip, NOW)


def release(by: str) -> Deed:
    return lambda tx, desk: holding.release(tx, desk.id(by), desk.tip, LATE)


def give(by: str, to: str) -> Deed:
    return lambda tx, desk: holding.hand_over(
        tx, desk.id(by), desk.tip, desk.id(to), LATE, seen="Người one"
    )


def take(by: str) -> Deed:
    return lambda tx, desk: holding.take_over(tx, desk.id(by), desk.tip, LATE, seen="Người one")


def ask(by: str) -> Deed:
    return lambda tx, desk: cases.ask(tx, desk.id(by), desk.tip, "Ở kho nào?", LATE)


def answer(by: str) -> Deed:
    return lambda tx, desk: cases.answer(tx, desk.id(by), desk.tip, "Đã nhận tin.", LATE)


def pass_on(by: str, to: str) -> Deed:
    return lambda tx, desk: passing.pass_on(
        tx, desk.id(by), desk.tip, to, PassReason.COMPETENCE, LATE
    )


def give_back(by: str) -> Deed:
    return lambda tx, desk: passing.give_back(
        tx, desk.id(by), desk.tip, ReturnReason.COMPETENCE, LATE
    )


def to_police(by: str) -> Deed:
    return lambda tx, desk: police.release(
        tx, desk.id(by), desk.tip, "ward", ReleaseReason.CRIME, LATE
    )


def receive(by: str) -> Deed:
    return lambda tx, desk: police.receive(tx, desk.id(by), desk.tip, LATE)


def further(by: str) -> Deed:
    return lambda tx, desk: police.pass_further(
        tx, desk.id(by), desk.tip, "city", PoliceReason.PLACE, LATE
    )


def ask_police(by: str) -> Deed:
    return lambda tx, desk: police.ask(tx, desk.id(by), desk.tip, LATE)


def close(by: str, outcome: Outcome = Outcome.HANDLED) -> Deed:
    if outcome is Outcome.OUT_OF_SCOPE:
        return lambda tx, desk: out_of_scope.close(tx, desk.id(by), desk.tip, LATE)
    return lambda tx, desk: cases.close(tx, desk.id(by), desk.tip, outcome, "Xong.", LATE)


def undo(by: str) -> Deed:
    return lambda tx, desk: undoing.undo(tx, desk.id(by), desk.tip, LATE)


def merge(by: str) -> Deed:
    return lambda tx, desk: merging.merge(tx, desk.id(by), desk.other, [desk.tip], LATE)


def claim_other(by: str) -> Deed:
    return lambda tx, desk: cases.claim(tx, desk.id(by), desk.other, NOW)


def split(by: str) -> Deed:
    return lambda tx, desk: merging.take_out(tx, desk.id(by), desk.tip, LATE)


def withdraw(tx: Tx, desk: Desk) -> Awaitable[object]:
    return tips.close(tx, desk.new.key, LATE)


def deliver(tx: Tx, desk: Desk) -> Awaitable[object]:
    return tips.deliver(tx, desk.tip)


def add(tx: Tx, desk: Desk) -> Awaitable[object]:
    today = local_day(LATE)
    dates = clocks.deadlines(LATE, today, danger=False)
    due = clocks.card_leaves_at(LATE, danger=False, at_once=False)
    return tips.add_words(tx, desk.new.key, ADDED, Again(today, dates, due))


def keep_from_police(tx: Tx, desk: Desk) -> Awaitable[object]:
    return tips.allow_police(tx, desk.new.key, allowed=False)


def mark(by: str, why: Valuable) -> Deed:
    return lambda tx, desk: valuable.mark(tx, desk.id(by), desk.tip, why, LATE)


def move_up(tx: Tx, desk: Desk) -> Awaitable[object]:
    return stranded.move_up(tx, desk.tip, LATE)


def send_up(tx: Tx, desk: Desk) -> Awaitable[object]:
    when = {"now": LATE, "today": local_day(LATE), "due": LATE}
    return rising.send_up(tx, desk.new.key, "root", **when)  # type: ignore[arg-type]


def step_back(by: str) -> Deed:
    return lambda tx, desk: stepping_back.step_back(tx, desk.id(by), desk.tip, LATE)


async def leave_north(tx: Tx, desk: Desk) -> object:
    for login, unit, role in LOGINS:
        if unit == "north":
            await staff.revoke(tx, desk.id(login), unit, role)
    return True


def won(result: object) -> bool:
    """Whether it happened; a refusal is a value that tells why."""
    match result:
        case Refusal() | Declined() | merging.Refused() | False:
            return False
        case Done() | Gone() | Removed() | Stepped() | Stage() | Status() | int():
            return True
        case _:
            raise AssertionError(f"neither done nor refused: {result!r}")


@dataclass(frozen=True)
class Race:
    """What happens before, the same move from two sides, and what the one who lost is told."""

    before: tuple[Deed, ...]
    first: Deed
    second: Deed
    told: tuple[object, ...]
    parts: tuple[Kind, ...] = ()


HELD = (claim("one"),)
GIVEN = (*HELD, to_police("one"))
TAKEN = Refusal(No.TAKEN, "Người two")
TWICE = Refusal(No.WRONG_STATUS)
STRANGE = Declined(Why.NOT_YOURS)

RACES: dict[str, Race] = {
    "claim": Race((), claim("two"), claim("lead"), (TAKEN, Refusal(No.TAKEN, "Người lead"))),
    "release": Race(HELD, release("one"), release("one"), (TWICE,)),
    "hand_over": Race(
        HELD, give("one", "two"), give("lead", "lead"), (TAKEN, Refusal(No.TAKEN, "Người lead"))
    ),
    "take_over": Race(HELD, take("two"), take("lead"), (TAKEN, Refusal(No.TAKEN, "Người lead"))),
    "pass_on": Race(
        HELD,
        pass_on("one", "south"),
        pass_on("lead", "root"),
        (STRANGE,),
        (Kind.TOLD,),
    ),
    "return": Race(
        (*HELD, pass_on("one", "south")),
        give_back("chief"),
        give_back("chief"),
        (STRANGE,),
        (Kind.TOLD, Kind.TOLD),
    ),
    "release_to_police": Race(
        HELD, to_police("one"), to_police("one"), (Declined(Why.ALREADY),), (Kind.TOLD,)
    ),
    "police_received": Race(
        GIVEN,
        receive("ward"),
        receive("ward2"),
        (Declined(Why.ALREADY),),
        (Kind.TOLD, Kind.TOLD),
    ),
    "police_passed": Race(
        GIVEN, further("ward"), further("ward2"), (STRANGE,), (Kind.TOLD, Kind.TOLD)
    ),
    "close": Race(HELD, close("one"), close("one", Outcome.UNVERIFIED), (TWICE,), (Kind.CLOSING,)),
    "close out_of_scope": Race(
        HELD,
        close("one", Outcome.OUT_OF_SCOPE),
        close("one", Outcome.OUT_OF_SCOPE),
        (Refusal(No.NOT_YOURS),),
    ),
    "undo_close": Race(
        (*HELD, close("one")), undo("one"), undo("one"), (Refusal(No.CHANGED),), (Kind.TOLD,)
    ),
    "move_up": Race((*HELD, leave_north), move_up, move_up, (False,), (Kind.TOLD,)),
    "move_up by its worker": Race(HELD, send_up, send_up, (False,)),
    "withdraw": Race(HELD, withdraw, withdraw, (False,)),
    "ask police": Race(
        (*HELD, keep_from_police),
        ask_police("one"),
        ask_police("one"),
        (Declined(Why.ASKED),),
        (Kind.POLICE_ASKED,),
    ),
    "step back": Race(HELD, step_back("one"), step_back("one"), (STRANGE,)),
}
"""Moves of which only one can happen, by the id of the move."""

BOTH: dict[str, tuple[tuple[Deed, ...], Deed, Deed, tuple[Kind, ...]]] = {
    "ask": (HELD, ask("one"), ask("one"), (Kind.QUESTION, Kind.QUESTION)),
    "answer": (HELD, answer("one"), ask("one"), (Kind.ANSWER, Kind.QUESTION)),
    "add": (HELD, add, add, (Kind.ADDITION, Kind.ADDITION)),
    "thank": (
        (*HELD, close("one")),
        mark("one", Valuable.PAID_BACK),
        mark("one", Valuable.DANGER_ENDED),
        (Kind.CLOSING, Kind.TOLD),
    ),
    "reopen": ((*HELD, close("one")), add, add, (Kind.CLOSING, Kind.ADDITION, Kind.ADDITION)),
}
"""Moves of which two do no harm: both are there."""

ELSEWHERE = {Move.DELIVER: "by the house alone, in test_order", Move.MERGE: "below"}


def test_every_move_of_the_table_is_raced() -> None:
    raced = {each.partition(" ")[0] for each in (*RACES, *BOTH)} | set(ELSEWHERE)
    assert set(LIFE) <= raced


@pytest.mark.parametrize("name", RACES)
async def test_of_two_one_wins_and_the_other_is_told(desk: Desk, name: str) -> None:
    race = RACES[name]
    for deed in race.before:
        assert won(await desk.do(deed))
    done = await desk.at_once(race.first, race.second)
    assert [won(each) for each in done].count(True) == 1, done
    [lost] = [each for each in done if not won(each)]
    assert lost in race.told
    assert await desk.kinds() == [Kind.STORY, *race.parts]
    await desk.assert_whole()


@pytest.mark.parametrize("name", BOTH)
async def test_what_two_write_is_all_there(desk: Desk, name: str) -> None:
    before, first, second, parts = BOTH[name]
    for deed in before:
        assert won(await desk.do(deed))
    assert all(won(each) for each in await desk.at_once(first, second))
    assert sorted(await desk.kinds()) == sorted([Kind.STORY, *parts])
    await desk.assert_whole()


async def test_of_two_who_merge_the_same_tips_both_find_them_merged_once(desk: Desk) -> None:
    for deed in (claim("one"), claim_other("one")):
        assert won(await desk.do(deed))
    done = await desk.at_once(merge("one"), merge("one"))
    assert won(done[0]) or won(done[1])
    head = await record_of(desk.made, desk.other)
    assert head.followers == (desk.tip.hex(),)
    assert (await record_of(desk.made, desk.tip)).lead == desk.other.hex()
    done = await desk.at_once(split("one"), split("one"))
    assert [won(each) for each in done].count(True) >= 1
    assert (await record_of(desk.made, desk.other)).followers == ()
    await desk.assert_whole()


@pytest.mark.parametrize("name", [*RACES, "ask", "answer"])
async def test_a_worker_who_writes_just_then_is_heard_or_told_so(desk: Desk, name: str) -> None:
    if name in RACES:
        before, move = RACES[name].before, RACES[name].first
    else:
        before, move, *_ = BOTH[name]
    for deed in before:
        assert won(await desk.do(deed))
    done, added = await desk.at_once(move, add)
    if name != "undo_close":
        # There the addition opened the tip itself: nothing is left to undo.
        assert won(done)
    kinds = await desk.kinds()
    assert kinds.count(Kind.ADDITION) == int(bool(added))
    if not added:
        known = await record_of(desk.made, desk.tip)
        assert known.outcome is Outcome.OUT_OF_SCOPE, "only there is another way back"
    await desk.assert_whole()


MEANWHILE: dict[str, Deed] = {
    "hand over": give("lead", "two"),
    "pass on": pass_on("lead", "south"),
    "take over": take("lead"),
    "withdraw": withdraw,
    "step back": step_back("lead"),
}


@pytest.mark.parametrize("other", MEANWHILE)
@pytest.mark.parametrize("outcome", Outcome)
async def test_who_closes_while_another_desk_acts_never_leaves_it_half_done(
    desk: Desk, outcome: Outcome, other: str
) -> None:
    assert won(await desk.do(claim("one")))
    closed, meanwhile = await desk.at_once(close("one", outcome), MEANWHILE[other])
    known, kinds = await record_of(desk.made, desk.tip), await desk.kinds()
    assert won(closed) or won(meanwhile)
    if won(closed):
        is_written = outcome is not Outcome.OUT_OF_SCOPE
        assert kinds.count(Kind.CLOSING) == int(is_written)
        assert known.status is Status.CLOSED
    else:
        assert Kind.CLOSING not in kinds
    await desk.assert_whole()
