"""The history of units: old and new of each field, in the sealed log, and back again in order."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from handlers.routing import Unit, UnitKind
from handlers.tips import Category
from handlers.unit_editing import FIELDS
from storage import audit, unit_history, units
from storage.audit import Act
from storage.database import Database
from storage.unit_history import Difference, between
from tests import desk_world
from tests.desk_world import NOW, UNITS
from tests.national import units as national

ROOT, NORTH, PARK, SOUTH = UNITS
ADMIN = bytes(range(16))


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as made:
        yield made


def difference(before: Unit | None, after: Unit | None) -> Difference:
    found = between(before, after)
    assert found is not None
    return found


def test_equal_units_do_not_differ() -> None:
    assert between(NORTH, replace(NORTH, has_desk=True)) is None
    assert between(None, None) is None


def test_a_difference_names_the_fields_in_the_order_of_the_pages() -> None:
    after = replace(NORTH, hours="7:00–17:00", name="Công đoàn Bắc", places=frozenset({"79"}))
    assert difference(NORTH, after).fields == ("name", "places", "hours")


async def test_a_units_history_is_told_newest_first(made: Database) -> None:
    after = replace(NORTH, name="Công đoàn Bắc", categories=frozenset({Category.FIRE}))
    async with made.write() as tx:
        await unit_history.record(tx, [difference(None, NORTH)], by=None, now=NOW)
        await unit_history.record(
            tx, [difference(SOUTH, replace(SOUTH, hours="8"))], by=ADMIN, now=NOW
        )
        await unit_history.record(tx, [difference(NORTH, after)], by=ADMIN, now=NOW)
    async with made.read() as tx:
        steps, older = await unit_history.of_unit(tx, "north")
        assert [each.act for each in steps] == [Act.UNIT_CHANGED, Act.UNIT_ADDED]
        assert older is None
        newest = steps[0]
        assert newest.by == ADMIN
        assert newest.before == {"name": "Công đoàn phía bắc", "categories": []}
        assert newest.after == {"name": "Công đoàn Bắc", "categories": ["fire"]}
        assert await audit.verify(tx)


async def test_a_history_goes_on_where_it_stopped(made: Database) -> None:
    async with made.write() as tx:
        for hour in range(5):
            after = replace(NORTH, hours=str(hour))
            await unit_history.record(tx, [difference(NORTH, after)], by=ADMIN, now=NOW)
    async with made.read() as tx:
        steps, older = await unit_history.of_unit(tx, "north", limit=2)
        assert [each.after["hours"] for each in steps] == ["4", "3"]
        steps, older = await unit_history.of_unit(tx, "north", upto=older, limit=2)
        assert [each.after["hours"] for each in steps] == ["2", "1"]


async def test_another_units_entry_is_in_no_history(made: Database) -> None:
    async with made.write() as tx:
        await audit.write(tx, Act.SIGNED_IN, staff=ADMIN, unit="north", minute=NOW)
        after = replace(SOUTH, hours="8")
        await unit_history.record(tx, [difference(SOUTH, after)], by=ADMIN, now=NOW)
    async with made.read() as tx:
        number = await audit.highest(tx)
        assert await unit_history.of_unit(tx, "north", upto=number) == ((), None)
        assert await unit_history.step(tx, "north", number) is None
        assert await unit_history.step(tx, "north", number - 1) is None
        assert await unit_history.step(tx, "south", number + 1) is None
        assert await unit_history.step(tx, "south", number) is not None


async def test_a_removed_unit_stands_in_the_history_of_the_one_above(made: Database) -> None:
    """Also when two of them went at once."""
    two = replace(PARK, id="two", name="Hai")
    gone = [difference(PARK, None), difference(two, None)]
    async with made.write() as tx:
        await unit_history.record(tx, gone, by=ADMIN, now=NOW)
    async with made.read() as tx:
        steps, older = await unit_history.of_unit(tx, "north")
    assert [each.other for each in steps] == [("two", "Hai"), ("north-park", PARK.name)]
    assert older is None
    assert steps[1].before["kind"] == "union"


async def test_every_field_at_once_fits_into_a_note(made: Database) -> None:
    after = Unit(
        "south",
        "north",
        UnitKind.POLICE,
        "Công an",
        frozenset({"79"}),
        frozenset({Category.FIRE}),
        inside_company=True,
        conflicts=frozenset({"north"}),
        hours="8",
        contact="9",
    )
    both = difference(SOUTH, after)
    assert both.before is not None
    assert both.after is not None
    whole = replace(
        both, before={**both.before, "at_once": True}, after={**both.after, "at_once": False}
    )
    assert len(whole.fields) == len(FIELDS)
    async with made.write() as tx:
        await unit_history.record(tx, [whole], by=None, now=NOW)


async def test_thousands_of_changes_are_one_unbroken_log(made: Database) -> None:
    some = national()[:3_000]
    async with made.write() as tx:
        await units.import_all(tx, some, may_remove=True)
        changed = [difference(each, replace(each, hours="7:30")) for each in some]
        await unit_history.record(tx, changed, by=None, now=NOW)
    async with made.read() as tx:
        assert await audit.verify(tx)
        steps, _ = await unit_history.of_unit(tx, some[-1].id)
        assert steps[0].after == {"hours": "7:30"}
