"""The units change while a tip is open: nobody comes to read it by that who must not, whoever reads
it goes on, and it never gets stuck.
"""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from handlers.effects import FileTip
from handlers.passing import PassReason
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Status
from storage import (
    accounts,
    alarms,
    cases,
    outbox,
    passing,
    rising,
    staff,
    stored,
    stranded,
    tips,
    units,
)
from storage.cases import Done
from storage.database import Database
from storage.passing import Gone
from storage.readers import ShutOut
from storage.staff import Member
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import file, new_tip, record_of

SOON = NOW + timedelta(minutes=30)
LATER = NOW + timedelta(minutes=31)
NEXT_WEEK = NOW + timedelta(days=8)
COMPANY = Unit("company", "north-park", UnitKind.UNION, "Cơ sở", inside_company=True)
UNITS = (*desk_world.UNITS, COMPANY)


@dataclass
class House:
    """Somebody leads `north`, which can be rung, and the `root`; `one` works at `north-park`."""

    made: Database
    one: Member
    up: Member
    top: Member

    async def become(self, **changed: Unit) -> None:
        """The operator's table, with some units as they are from now on."""
        async with self.made.write() as tx:
            now = [changed.get(each.id.replace("-", "_"), each) for each in UNITS]
            await units.import_all(tx, now)

    async def file(self, excluded: Collection[str], **changes: object) -> tuple[FileTip, bytes]:
        new = new_tip("north-park", excluded=frozenset(excluded), **changes)
        return new, await file(self.made, new)

    async def opens(self, member: Member, tip: bytes) -> bool:
        async with self.made.write() as tx:
            return isinstance(await cases.open_case(tx, member.id, tip, LATER), cases.Case)


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with desk_world.database(database_url) as made:
        async with made.write() as tx:
            await units.import_all(tx, UNITS, at_once=True)
        one, _ = await desk_world.add(made, "mot", ("north-park", Role.OFFICER))
        up, _ = await desk_world.add(made, "tren", ("north", Role.LEAD))
        top, _ = await desk_world.add(made, "goc", ("root", Role.LEAD))
        async with made.write() as tx:
            assert await accounts.add(tx, "webpush", "webpush", "token") is not None
            for number, member in enumerate((up, top)):
                assert await alarms.add_browser(tx, member.id, f"https://push.example/{number}")
        yield House(made, one, up, top)


NORTH, PARK, SOUTH = UNITS[1], UNITS[2], UNITS[3]
TURNED = {
    "in conflict": replace(NORTH, conflicts=frozenset({"company"})),
    "below": replace(NORTH, parent="south"),
    "inside a company": replace(NORTH, inside_company=True),
}


@pytest.mark.parametrize("turned", TURNED)
async def test_who_stood_behind_and_may_not_read_any_more_does_not_get_it(
    house: House, turned: str
) -> None:
    _, tip = await house.file({"company", "south"}, danger=True, behind="north", triage_by=SOON)
    inside = replace(PARK, inside_company=True)
    await house.become(north=TURNED[turned], north_park=inside if "inside" in turned else PARK)
    async with house.made.write() as tx:
        assert await rising.rise(tx, tip, LATER)
    found = await record_of(house.made, tip)
    assert (found.unit, found.readers) == ("root", ("root", "north-park"))
    assert found.behind == ""
    assert not await house.opens(house.up, tip)
    assert await house.opens(house.top, tip)
    async with house.made.read() as tx:
        assert await stored.open_as(tx, "north", tip) is None


async def test_where_nobody_else_is_left_the_tip_stays_and_its_clock_is_quiet(
    house: House,
) -> None:
    _, tip = await house.file({"company"}, danger=True, behind="north", triage_by=SOON)
    await house.become(north=TURNED["in conflict"])
    async with house.made.write() as tx:
        assert await staff.revoke(tx, house.top.id, "root", Role.LEAD)
    async with house.made.write() as tx:
        assert not await rising.rise(tx, tip, LATER)
    found = await record_of(house.made, tip)
    assert (found.unit, found.behind, found.status) == ("north-park", "", Status.TRIAGE)
    async with house.made.read() as tx:
        assert await stored.open_as(tx, "north", tip) is None
        assert await rising.due(tx, LATER) == ()


@pytest.mark.parametrize("turned", ["in conflict", "below"])
async def test_what_its_worker_sent_up_goes_past_who_may_not_read_any_more(
    house: House, turned: str
) -> None:
    new, tip = await house.file({"company", "south"})
    due = NEXT_WEEK + timedelta(minutes=55)
    async with house.made.write() as tx:
        today = NEXT_WEEK.date()
        assert await rising.send_up(tx, new.key, "north", now=NEXT_WEEK, today=today, due=due)
    await house.become(north=TURNED[turned])
    async with house.made.write() as tx:
        [letter] = [each for each in await outbox.waiting(tx) if each.unit == "north"]
        assert await tips.settle(tx, letter)
    found = await record_of(house.made, tip)
    assert found.unit == "root"
    assert not await house.opens(house.up, tip)


# --- whoever reads it goes on, and nothing gets stuck -------------------------------------------


PARK_IN_CONFLICT = replace(PARK, conflicts=frozenset({"company"}))


async def test_a_reader_who_is_in_conflict_since_then_does_not_keep_the_tip_from_going_up(
    house: House,
) -> None:
    new, _ = await house.file({"company"})
    await house.become(north_park=PARK_IN_CONFLICT)
    async with house.made.write() as tx:
        assert await rising.send_up(
            tx, new.key, "north", now=NEXT_WEEK, today=NEXT_WEEK.date(), due=NEXT_WEEK
        )


async def test_nor_its_officer_from_passing_it_on(house: House) -> None:
    _, tip = await house.file({"company"})
    async with house.made.write() as tx:
        assert await cases.claim(tx, house.one.id, tip, NOW) == Done(Status.CLAIMED)
    await house.become(north_park=PARK_IN_CONFLICT)
    async with house.made.write() as tx:
        done = await passing.pass_on(tx, house.one.id, tip, "north", PassReason.PLACE, NOW)
    assert isinstance(done, Gone)
    assert await house.opens(house.up, tip)


async def test_nor_the_house_from_letting_it_go_up_when_nobody_reads_there(house: House) -> None:
    _, tip = await house.file({"company"})
    async with house.made.write() as tx:
        assert await cases.claim(tx, house.one.id, tip, NOW) == Done(Status.CLAIMED)
    async with house.made.write() as tx:
        done = await passing.pass_on(tx, house.one.id, tip, "north", PassReason.PLACE, NOW)
        assert isinstance(done, Gone)
    await house.become(north_park=PARK_IN_CONFLICT)
    async with house.made.write() as tx:
        assert await staff.revoke(tx, house.up.id, "north", Role.LEAD)
    async with house.made.write() as tx:
        assert await stranded.move_up(tx, tip, LATER)
    assert (await record_of(house.made, tip)).readers == ("root", "north-park")


async def test_who_is_shut_out_only_now_is_no_reader_that_stays(house: House) -> None:
    """That somebody read before is a reason only where the units changed, not where the worker
    shut them out.
    """
    _, tip = await house.file(())
    known = replace(await record_of(house.made, tip), excluded=frozenset({"north-park"}))
    async with house.made.write() as tx:
        case = await stored.open_as(tx, "north-park", tip)
        assert case is not None
        with pytest.raises(ShutOut):
            await stored.seal_again(tx, tip, case, known)


async def test_what_its_worker_shuts_out_later_goes_from_a_reader_in_conflict_too(
    house: House,
) -> None:
    new, tip = await house.file({"company"})
    await house.become(north_park=PARK_IN_CONFLICT)
    async with house.made.write() as tx:
        assert await tips.hide(tx, new.key, frozenset({"south"}), "north", due=NOW, triage_by=SOON)
    assert (await record_of(house.made, tip)).readers == ("north",)
    async with house.made.read() as tx:
        assert await stored.open_as(tx, "north-park", tip) is None
