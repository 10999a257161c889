"""The numbers of a review are those of a straightforward recount, whatever happened to the tips."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from handlers import clocks
from handlers.effects import FileTip
from handlers.numbers import Cell, Lines, Table, Whole, count
from handlers.periods import AsOf, Period, as_of
from handlers.places import Place
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Category, Outcome
from handlers.valuable import Valuable
from storage import (
    cases,
    numbers,
    out_of_scope,
    outbox,
    retention,
    staff,
    stored,
    tips,
    undoing,
    units,
    valuable,
)
from storage.cases import Done, No, Refusal
from storage.database import Database
from storage.days import local_day
from storage.numbers import Asked
from storage.out_of_scope import Removed
from storage.reopening import Again
from storage.staff import Member
from tests import desk_world
from tests.desk_world import NOW, PLACE
from tests.tip_world import file, new_tip, record_of

HANOI = Place("00070", "Phường Hoàn Kiếm", "01", "Thành phố Hà Nội")
PROVINCES = ("01", "79")
UNITS = ("root", "north", "north-park", "south")
PARENT = {"north-park": "north", "north": "root", "south": "root"}
BEGIN = datetime(2026, 8, 3, 2, 0, tzinfo=UTC)
"""A full hour, so that deadlines are not rounded: 09:00 in Viet Nam."""
YEARS = Period("2026-01", "2027-12")


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as made:
        yield made


@dataclass
class Told:
    """What a colleague with a pencil would have written down of one tip."""

    new: FileTip
    tip: bytes
    unit: str
    filed: datetime
    claimed: datetime | None = None
    answered: datetime | None = None
    closed: datetime | None = None
    outcome: str = ""
    valuable: Valuable | None = None
    gone: bool = False
    again: datetime | None = None
    late: bool = False
    heard: bool = False
    waited: timedelta | None = None


class World:
    """Officers and workers who do whatever comes into their heads."""

    def __init__(self, made: Database, officers: dict[str, Member], seed: int) -> None:
        self.made = made
        self.officers = officers
        self.chance = random.Random(seed)
        self.now = BEGIN
        self.told: list[Told] = []

    async def live(self, steps: int) -> None:
        does = [self.file] * 5 + [self.claim] * 4 + [self.answer] * 3 + [self.close] * 4
        does += [self.add, self.mark] * 2 + [self.leave, self.withdraw, self.delete, self.keep]
        for _ in range(steps):
            self.now += timedelta(hours=self.chance.choice((1, 3, 8, 20, 40)))
            await self.chance.choice(does)()

    def one(self, *, is_open: bool, claimed: bool | None = None) -> Told | None:
        found = [
            each
            for each in self.told
            if not each.gone
            and (each.closed is None) is is_open
            and (claimed is None or (each.claimed is not None) is claimed)
        ]
        return self.chance.choice(found) if found else None

    async def file(self) -> None:
        unit = self.chance.choice(UNITS)
        day = local_day(self.now)
        dates = clocks.deadlines(self.now, day, danger=False)
        new = new_tip(
            unit,
            category=self.chance.choice((Category.FIRE, Category.FIRE, Category.THEFT)),
            place=self.chance.choice((PLACE, PLACE, HANOI, None)),
            triage_by=dates.triage_by,
            answer_on=dates.answer_on,
            result_on=dates.result_on,
        )
        async with self.made.write() as tx:
            tip = await tips.file(tx, new, (), day=day, due=self.now)
            await tips.deliver(tx, tip)
            # Its card is there.
            await outbox.drop_of(tx, tip)
        self.told.append(Told(new, tip, unit, self.now))

    async def claim(self) -> None:
        told = self.one(is_open=True, claimed=False)
        if told is None:
            return
        async with self.made.write() as tx:
            done = await cases.claim(tx, self.officers[told.unit].id, told.tip, self.now)
        assert isinstance(done, Done)
        told.claimed, told.waited = self.now, self.now - (told.again or told.filed)

    async def answer(self) -> None:
        told = self.one(is_open=True, claimed=True)
        if told is None:
            return
        async with self.made.write() as tx:
            officer = self.officers[told.unit].id
            done = await cases.answer(tx, officer, told.tip, "Đã xem.", self.now)
        assert isinstance(done, Done)
        told.answered = told.answered or self.now

    async def close(self) -> None:
        told = self.one(is_open=True, claimed=True)
        if told is None:
            return
        ends = [each for each in Outcome if each is not Outcome.OUT_OF_SCOPE]
        outcome = self.chance.choice(ends)
        async with self.made.write() as tx:
            officer = self.officers[told.unit].id
            done = await cases.close(tx, officer, told.tip, outcome, "Xong.", self.now)
        assert isinstance(done, Done)
        if self.chance.random() < 0.2:
            async with self.made.write() as tx:
                assert isinstance(await undoing.undo(tx, officer, told.tip, self.now), Done)
            return
        told.answered, told.closed = told.answered or self.now, self.now
        told.outcome = outcome

    async def leave(self) -> None:
        """Close as out of scope; sometimes undone, sometimes its worker goes to the unit above."""
        told = self.one(is_open=True, claimed=True)
        if told is None:
            return
        officer = self.officers[told.unit].id
        async with self.made.write() as tx:
            removed = await out_of_scope.close(tx, officer, told.tip, self.now)
        assert isinstance(removed, Removed)
        fate = self.chance.choice(("undone", "appeal", "rests"))
        if fate == "undone":
            async with self.made.write() as tx:
                done = await out_of_scope.undo(tx, officer, removed, self.now)
            assert isinstance(done, Done)
            return
        told.answered, told.closed = told.answered or self.now, self.now
        told.outcome = Outcome.OUT_OF_SCOPE
        above = PARENT.get(told.unit)
        if fate == "appeal" and above is not None:
            await self.appeal(told, above)

    async def appeal(self, told: Told, above: str) -> None:
        self.now += timedelta(days=self.chance.choice((1, 3)))
        day = local_day(self.now)
        dates = clocks.deadlines(self.now, day, danger=False)
        async with self.made.write() as tx:
            assert await out_of_scope.appeal(
                tx, told.new.key, above, today=day, dates=dates, due=self.now
            )
            await tips.deliver(tx, told.tip)
        again = replace(told, unit=above, filed=self.now, claimed=None, answered=None, again=None)
        # The first desk has closed it, and what becomes of the tip is not its concern any more.
        told.gone = True
        self.told.append(
            replace(
                again, closed=None, outcome="", valuable=None, late=False, heard=False, waited=None
            )
        )

    async def add(self) -> None:
        """Its worker adds something: a closed tip is open again, for a month."""
        told = self.one(is_open=False)
        if told is None or told.outcome == Outcome.OUT_OF_SCOPE:
            return
        assert told.closed is not None
        day = local_day(self.now)
        again = Again(day, clocks.deadlines(self.now, day, danger=False), self.now)
        async with self.made.write() as tx:
            opened = await tips.add_words(tx, told.new.key, "Vẫn còn.", again)
        assert opened is (day <= local_day(told.closed) + timedelta(days=30))
        if not opened:
            return
        told.late, told.heard = kept(told) == "late", told.heard or told.answered is not None
        told.again, told.answered, told.closed, told.outcome = self.now, None, None, ""

    async def withdraw(self) -> None:
        told = self.one(is_open=True)
        if told is None:
            return
        async with self.made.write() as tx:
            assert await tips.close(tx, told.new.key, self.now)
        told.closed, told.outcome = self.now, "withdrawn"

    async def delete(self) -> None:
        told = self.one(is_open=self.chance.choice((True, False)))
        if told is None:
            return
        async with self.made.write() as tx:
            assert await tips.remove(tx, told.new.key, day=local_day(self.now))
        told.gone = True
        if told.closed is None:
            self.told.remove(told)

    async def mark(self) -> None:
        told = self.one(is_open=self.chance.choice((True, False)), claimed=True)
        if told is None:
            return
        why = self.chance.choice((*Valuable, None))
        async with self.made.write() as tx:
            officer = self.officers[told.unit].id
            done = await valuable.mark(tx, officer, told.tip, why, self.now)
        if isinstance(done, Done):
            told.valuable = why

    async def keep(self) -> None:
        """The job of the night."""
        await retention.run(self.made, local_day(self.now), retention.Days())
        for told in self.told:
            if told.closed is None or told.gone:
                continue
            async with self.made.read() as tx:
                told.gone = await tips.tip_of(tx, told.new.key) is None


def recount(told: list[Told], units: tuple[str, ...], period: Period, on: AsOf) -> Counter[str]:
    """The figures, by hand."""
    found: Counter[str] = Counter()
    for each in told:
        if each.unit not in units or local_day(each.filed) > on.day:
            continue
        month = f"{local_day(each.filed):%Y-%m}"
        if period.first <= month <= period.last:
            found["whole received"] += 1
            found[f"category {each.new.category}"] += 1
            found[f"province {each.new.place.province_code if each.new.place else '-'}"] += 1
        # Of what is gone there is the month alone.
        closed = local_day(each.closed) if each.closed is not None else date.max
        if each.gone:
            closed = closed.replace(day=1)
        if closed > on.day:
            found["whole open"] += 1
            continue
        assert each.closed is not None
        if period.first <= f"{local_day(each.closed):%Y-%m}" <= period.last:
            found["whole closed"] += 1
            found[f"outcome {each.outcome}"] += 1
            found[f"triage {waited(each)}"] += 1
            found[f"kept {kept(each)}"] += 1
            found[f"valuable {'yes' if each.valuable else 'no'}"] += 1
            found[f"reason {each.valuable}"] += bool(each.valuable)
            if each.outcome == "out_of_scope":
                found[f"outside {each.unit}"] += 1
    return +found


def waited(told: Told) -> str:
    if told.waited is None:
        return "never"
    hours = told.waited / timedelta(hours=1)
    classes = ((0.5, "half_hour"), (1, "hour"), (4, "4_hours"), (24, "day"))
    return next((name for most, name in classes if hours <= most), "later")


def kept(told: Told) -> str:
    assert told.closed is not None
    since = told.again or told.filed
    filed = local_day(since)
    late = told.late or (told.claimed or told.closed) - since > timedelta(hours=24)
    late |= local_day(told.answered or told.closed) > clocks.working_day_after(filed, 3)
    late |= local_day(told.closed) > filed + timedelta(days=20)
    return "late" if late else "in_time" if told.heard or told.answered else "unanswered"


@pytest.mark.parametrize("seed", range(3))
async def test_a_review_equals_a_recount(made: Database, seed: int) -> None:
    officers = {}
    for unit in UNITS:
        officers[unit], _ = await desk_world.add(made, f"o-{unit}", (unit, Role.OFFICER))
    world = World(made, officers, seed)
    await world.live(220)
    for mine in (UNITS, ("north", "north-park"), ("south",)):
        for period in (YEARS, Period("2026-09", "2026-10"), Period("2026-11", "2026-11")):
            for asked in (None, date(2026, 10, 31)):
                on = as_of(asked, local_day(world.now) - timedelta(days=1))
                wanted = recount(world.told, mine, period, on)
                async with made.read() as tx:
                    counted = await numbers.counted(tx, on.day if on.latest else today(world),
                                                    world.now)  # fmt: skip
                    asks = Asked(mine[0], period, asked, PROVINCES)
                    shown = await numbers.of_unit(tx, asks, world.now)
                lines = Lines(PROVINCES, mine)
                those = [each for each in counted if each.unit in mine]
                bare = count(those, period, on, lines, tuple(Table))
                compared = {f"{c.table} {c.line}": n for c, n in bare.items() if n}
                skipped = ("answer ", "police ", "open ", "late ")
                found = {k: n for k, n in compared.items() if not k.startswith(skipped)}
                assert found == dict(wanted), (mine, period, asked)
                assert shown is not None
                for cell, number in shown.review.figures.items():
                    assert number is None or (number >= 5 and number == bare[cell])


def today(world: World) -> date:
    return local_day(world.now) - timedelta(days=1)


# --- who, and when ----------------------------------------------------------------------------


async def seen_by(made: Database, member: Member, unit: str, *, day: int = 30) -> int | str | None:
    """How many tips a member sees as received in November; "no" where they see none at all."""
    asked = Asked(unit, Period("2026-11", "2026-11"), None, PROVINCES)
    async with made.read() as tx:
        now = datetime(2026, 11, day, 12, tzinfo=UTC)
        found = await numbers.of_member(tx, member.id, asked, now)
    return "no" if found is None else found.review[Cell(Table.WHOLE, Whole.RECEIVED)]


async def test_each_role_sees_its_unit_and_perhaps_those_below(made: Database) -> None:
    for unit in ("north", "north-park", "south"):
        for _ in range(6):
            await file(made, new_tip(unit))
    for role in (Role.LEAD, Role.OBSERVER, Role.AUDITOR):
        member, _ = await desk_world.add(made, f"x-{role}", ("north", role))
        assert await seen_by(made, member, "north") == 12
        assert await seen_by(made, member, "north-park") == 6
        assert await seen_by(made, member, "south") == "no"
        assert await seen_by(made, member, "root") == "no"
        assert await seen_by(made, member, "nowhere") == "no"
    officer, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    assert await seen_by(made, officer, "north") == 6
    assert await seen_by(made, officer, "north-park") == "no"
    for role in (Role.ADMINISTRATOR, Role.KEEPER, Role.AUTHOR, Role.APPROVER):
        member, _ = await desk_world.add(made, f"x-{role}", ("north", role))
        assert await seen_by(made, member, "north") == "no"


async def test_a_right_that_was_taken_away_counts_at_once(made: Database) -> None:
    member, _ = await desk_world.add(made, "hai", ("north", Role.OBSERVER))
    for _ in range(5):
        await file(made, new_tip("north"))
    assert await seen_by(made, member, "north") == 5
    async with made.write() as tx:
        await staff.revoke(tx, member.id, "north", Role.OBSERVER)
    assert await seen_by(made, member, "north") == "no"


async def test_what_came_today_is_not_counted_before_tomorrow(made: Database) -> None:
    member, _ = await desk_world.add(made, "ba", ("north", Role.LEAD))
    for _ in range(5):
        await file(made, new_tip("north"))
    assert await seen_by(made, member, "north", day=NOW.day) is None
    assert await seen_by(made, member, "north", day=NOW.day + 1) == 5


# --- the mark ---------------------------------------------------------------------------------


async def test_only_who_holds_a_tip_marks_it_and_for_thirty_days_after(made: Database) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    two, _ = await desk_world.add(made, "hai", ("north", Role.OFFICER))
    far, _ = await desk_world.add(made, "xa", ("south", Role.OFFICER))
    tip = await file(made, new_tip())

    async def mark(who: Member, why: Valuable | None, days: int = 0) -> Done | Refusal:
        async with made.write() as tx:
            return await valuable.mark(tx, who.id, tip, why, NOW + timedelta(days=days))

    assert await mark(one, Valuable.PAID_BACK) == Refusal(No.WRONG_STATUS)
    async with made.write() as tx:
        await cases.claim(tx, one.id, tip, NOW)
    assert isinstance(await mark(one, Valuable.PAID_BACK), Done)
    assert await mark(two, None) == Refusal(No.TAKEN, one.name)
    assert await mark(far, None) == Refusal(No.NOT_YOURS)
    async with made.write() as tx:
        await cases.close(tx, one.id, tip, Outcome.HANDLED, "Xong.", NOW)
    assert (await record_of(made, tip)).valuable is Valuable.PAID_BACK
    assert isinstance(await mark(one, Valuable.DANGER_ENDED, 30), Done)
    assert await mark(one, None, 31) == Refusal(No.TOO_LATE)
    async with made.read() as tx:
        [counted] = await numbers.counted(tx, date(2026, 12, 31), NOW + timedelta(days=31))
    assert counted.valuable is Valuable.DANGER_ENDED


async def test_who_must_not_see_tips_does_not_see_them_in_numbers(made: Database) -> None:
    """Tips about the unit in the north went to the highest one: below it nobody counts them."""
    for _ in range(6):
        await file(made, new_tip("root", excluded=frozenset({"north"})))
    for number, role in enumerate((Role.LEAD, Role.OBSERVER, Role.AUDITOR, Role.OFFICER)):
        below, _ = await desk_world.add(made, f"b{number}", ("north", role))
        assert await seen_by(made, below, "north") is None
        assert await seen_by(made, below, "root") == "no"
    above, _ = await desk_world.add(made, "top", ("root", Role.LEAD))
    assert await seen_by(made, above, "root") == 6
    assert await seen_by(made, above, "north") is None


async def test_a_tip_that_was_given_to_the_police_counts_as_that(made: Database) -> None:
    police = Unit("police", "north", UnitKind.POLICE, "Công an phường")
    async with made.write() as tx:
        await units.import_all(tx, (*desk_world.UNITS, police), at_once=True)
    officer, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    watching, _ = await desk_world.add(made, "ca", ("police", Role.LEAD))
    for given in (True, False):
        tip = await file(made, new_tip(may_go_to_police=True))
        async with made.write() as tx:
            await cases.claim(tx, officer.id, tip, NOW)
            if given:
                held = await cases.hold(tx, officer.id, tip)
                assert held is not None
                known = replace(held.record, readers=("north", "police"))
                await stored.seal_again(tx, tip, held.case, known)
                await stored.write_record(tx, tip, known)
            await cases.close(tx, officer.id, tip, Outcome.HANDLED, "Xong.", NOW)
    async with made.read() as tx:
        found = await numbers.counted(tx, date(2026, 12, 31), NOW + timedelta(days=40))
    assert sorted(each.given_to_police for each in found) == [False, True]
    assert {each.unit for each in found} == {"north"}
    assert await seen_by(made, watching, "police") is None, "no tip is a police unit's own"
