"""The tree of units is kept in the process: it is never older than what a transaction sees."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import insert, update

from handlers import unit_clocks
from handlers.clocks import DEFAULT, Times
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from storage import accounts, alarms, staff, stamps, unit_choices, unit_rows, unit_rules, units
from storage.accounts import Account
from storage.database import Database, Tx
from storage.stamps import Stamp
from storage.tables import metadata
from storage.tables import units as units_table
from storage.unit_rules import Topic
from tests import desk_world, national
from tests.said import counted
from tests.staff_world import enrolled

ROOT = Unit("root", None, UnitKind.UNION, "Tổng liên đoàn")
NORTH = Unit("north", "root", UnitKind.UNION, "Công đoàn phía bắc")
SOUTH = Unit("south", "root", UnitKind.UNION, "Công đoàn phía nam")
WEST = Unit("west", "north", UnitKind.UNION, "Công đoàn phía tây")


class Changed(Exception):
    """Something went wrong in the middle of a change."""


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def ids(tx: Tx) -> set[str]:
    tree = await units.tree(tx)
    return {unit.id for unit in tree.all} if tree is not None else set()


async def desks(made: Database) -> set[str]:
    async with made.read() as tx:
        tree = await units.tree(tx)
    assert tree is not None
    return {unit.id for unit in tree.all if unit.has_desk}


async def test_a_tree_that_did_not_change_is_not_read_again(made: Database) -> None:
    async with made.read() as tx:
        first = await units.tree(tx)
    with counted(made) as said:
        async with made.read() as tx:
            assert await units.tree(tx) is first
            assert await units.tree(tx) is first
    assert not [each for each in said if "units" in each or "grants" in each]
    assert len([each for each in said if each.startswith("SELECT")]) <= 5


async def test_an_import_is_seen_at_once_by_itself_and_by_everybody_once_it_holds(
    made: Database,
) -> None:
    async with made.read() as tx:
        before = await ids(tx)
    async with made.write() as tx:
        await units.import_all(tx, (ROOT, NORTH, SOUTH, WEST), may_remove=True)
        assert await ids(tx) == {"root", "north", "south", "west"}
        async with made.read() as other:
            assert await ids(other) == before
    async with made.read() as tx:
        assert await ids(tx) == {"root", "north", "south", "west"}


async def test_what_is_rolled_back_is_never_remembered(made: Database) -> None:
    async def break_off() -> None:
        async with made.write() as tx:
            await units.import_all(tx, (ROOT, NORTH, SOUTH, WEST), may_remove=True)
            assert "west" in await ids(tx)
            raise Changed

    async with made.read() as tx:
        before = await ids(tx)
    with pytest.raises(Changed):
        await break_off()
    async with made.read() as tx:
        assert await ids(tx) == before
    async with made.write() as tx:
        assert await ids(tx) == before


async def test_another_process_learns_of_an_import(made: Database, database_url: str) -> None:
    other = Database(database_url)
    other.keys = made.keys
    async with made.read() as tx:
        assert "west" not in await ids(tx)
    async with other.write() as tx:
        await units.import_all(tx, (ROOT, NORTH, SOUTH, WEST), may_remove=True)
    await other.close()
    async with made.read() as tx:
        assert "west" in await ids(tx)
        assert "west" in await unit_rows.under(tx, ["north"])


async def test_a_desk_comes_and_goes_with_its_officers_and_the_units_are_not_read_for_it(
    made: Database,
) -> None:
    assert await desks(made) == set()
    member, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    with counted(made) as said:
        assert await desks(made) == {"north"}
    assert not [each for each in said if "FROM units" in each]
    async with made.write() as tx:
        await staff.revoke(tx, member.id, "north", Role.OFFICER)
    assert await desks(made) == set()


async def test_an_alarm_counts_while_its_account_may_send(made: Database) -> None:
    async def rings() -> bool:
        async with made.read() as tx:
            tree = await units.tree(tx)
        unit = tree.get("north") if tree is not None else None
        return unit is not None and unit.has_alarm

    officer = await enrolled(made, "mot", ("north", Role.OFFICER))
    async with made.write() as tx:
        assert isinstance(await accounts.add(tx, "push", "webpush", "khóa"), Account)
        await alarms.add_browser(tx, officer.id, "máy")
    assert await rings()
    async with made.write() as tx:
        await accounts.disable(tx, "push")
    assert not await rings()


async def test_what_a_unit_chose_is_there_at_once(made: Database) -> None:
    clocks = replace(DEFAULT, times=Times(triage_hours=8))
    async with made.write() as tx:
        await unit_choices.choose_page_first(tx, "north", frozenset({"harassment"}))
        await unit_rules.write(tx, "south", Topic.CLOCKS, unit_clocks.plain(clocks))
        tree = await units.tree(tx)
    assert tree is not None
    north, south = tree.get("north"), tree.get("south")
    assert north is not None
    assert north.page_first == {"harassment"}
    assert south is not None
    assert south.clocks == clocks
    assert tree.root.clocks == DEFAULT


def test_every_kept_table_has_a_stamp_and_is_there() -> None:
    assert stamps.TABLES.keys() <= metadata.tables.keys()
    changed = update(units_table).values(name="Tên khác")
    assert stamps.of_change(changed) is Stamp.UNITS
    assert stamps.of_change(insert(metadata.tables["counters"])) is None


async def test_a_country_of_units_is_read_once(made: Database) -> None:
    many = national.units()[:3_000]
    async with made.write() as tx:
        await units.import_all(tx, many, may_remove=True)
    async with made.read() as tx:
        first = await units.tree(tx)
        assert first is not None
        assert first.all == many
        assert await unit_rows.under(tx, ["tong"]) == {unit.id for unit in many}
        assert await units.tree(tx) is first
