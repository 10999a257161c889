"""For which cases a unit wants the private page offered first: kept, changed, not imported."""

from collections.abc import AsyncIterator

import pytest

from handlers import doorway
from handlers.doorway import CASES
from storage import unit_choices, units
from storage.database import Database
from storage.tables import unit_choices as table
from tests import desk_world
from tests.tip_world import count


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def choose(made: Database, unit: str, *wanted: str) -> None:
    async with made.write() as tx:
        await unit_choices.choose_page_first(tx, unit, frozenset(wanted))


async def of(made: Database, unit: str) -> frozenset[str]:
    async with made.read() as tx:
        tree = await units.tree(tx)
    assert tree is not None
    found = tree.get(unit)
    assert found is not None
    return found.page_first


async def test_who_never_chose_has_the_default_and_a_choice_is_that_units_alone(
    made: Database,
) -> None:
    assert await of(made, "north") == doorway.DEFAULT
    await choose(made, "north", "wages", "officer")
    assert await of(made, "north") == {"wages", "officer"}
    assert await of(made, "north-park") == doorway.DEFAULT
    await choose(made, "north", *CASES)
    assert await of(made, "north") == set(CASES)
    assert await count(made, table) == 1


async def test_none_is_a_choice_as_well(made: Database) -> None:
    await choose(made, "north")
    assert await of(made, "north") == frozenset()


async def test_what_is_no_case_is_left_out(made: Database) -> None:
    await choose(made, "north", "wages", "strikes", "", "wages,drugs")
    assert await of(made, "north") == {"wages"}


async def test_an_import_leaves_it_as_it_is(made: Database) -> None:
    await choose(made, "north", "wages")
    async with made.read() as tx:
        tree = await units.tree(tx)
    assert tree is not None
    async with made.write() as tx:
        await units.import_all(tx, tree.all, at_once=True)
    assert await of(made, "north") == {"wages"}
