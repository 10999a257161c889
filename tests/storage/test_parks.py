"""Parks in the database: taken as a whole, found by name at once, written by whom they concern."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest

from handlers.park_files import COLUMNS, BadParks
from handlers.parks import Park, ParkKind
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from storage import atlas, audit, parks, stamps, units
from storage.audit import Act
from storage.database import Database
from storage.parks import Kept
from storage.stamps import Stamp
from tests import desk_world
from tests.desk_world import NOW

PARK = Park("p1", ParkKind.KCN, "KCN Tân Phú Thạnh", ("31360",), ("TPT",), "Ban quản lý", None)
ROW = ("p1", "kcn", "KCN Tân Phú Thạnh", "TPT", "31360", "Ban quản lý", "")
NEW = ("p2", "khu_tro", "Khu trọ Một", "", "20335", "", "2026-11-01")


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def bring(made: Database, *rows: tuple[str, ...], may_remove: bool = False) -> str:
    async with made.write() as tx:
        places = await atlas.current(tx)
        table = (COLUMNS, *rows)
        found = await parks.import_all(tx, table, places, NOW, may_remove=may_remove)
        [entry] = await audit.entries(tx, limit=1)
    assert (entry.act, entry.staff) == (Act.PARK_CHANGED, None)
    counts = (len(found.added), len(found.changed), len(found.removed))
    assert entry.note == "parks +{} ~{} -{}".format(*counts)
    return "{}/{}/{}".format(*counts)


async def every(made: Database) -> tuple[Park, ...]:
    async with made.read() as tx:
        return await parks.every(tx)


async def stamp(made: Database) -> int:
    async with made.read() as tx:
        return await stamps.read(tx, Stamp.MAP)


async def put(made: Database, member: bytes, park: Park, *, is_new: bool = True) -> Kept:
    async with made.write() as tx:
        return await parks.put(tx, member, park, await atlas.current(tx), NOW, is_new=is_new)


async def test_a_table_is_taken_and_what_it_leaves_out_stays(made: Database) -> None:
    assert await bring(made, ROW) == "1/0/0"
    assert await every(made) == (PARK,)
    assert await bring(made, NEW) == "1/0/0"
    assert await bring(made, (*ROW[:2], "KCN Tân Phú Thạnh 1", *ROW[3:])) == "0/1/0"
    renamed, area = await every(made)
    assert renamed == replace(PARK, name="KCN Tân Phú Thạnh 1")
    assert area.checked_on == date(2026, 11, 1)
    assert await bring(made, NEW, may_remove=True) == "0/0/1"
    assert await every(made) == (area,)


async def test_a_table_with_a_fault_changes_nothing(made: Database) -> None:
    await bring(made, ROW)
    before = await stamp(made)
    with pytest.raises(BadParks):
        await bring(made, NEW, (*NEW[:4], "999", *NEW[5:]))
    assert await every(made) == (PARK,)
    assert await stamp(made) == before


async def test_the_map_is_new_only_when_something_changed(made: Database) -> None:
    await bring(made, ROW)
    before = await stamp(made)
    assert await bring(made, ROW) == "0/0/0"
    assert await stamp(made) == before
    await bring(made, NEW)
    assert await stamp(made) != before


async def test_a_plan_changes_nothing(made: Database) -> None:
    async with made.write() as tx:
        places = await atlas.current(tx)
        found = await parks.planned(tx, (COLUMNS, ROW), places, NOW, may_remove=True)
        assert await parks.every(tx) == ()
    assert found.added == (PARK,)


async def test_an_administrator_of_the_place_writes_and_removes_one(made: Database) -> None:
    south = Unit("south", "root", UnitKind.UNION, "Công đoàn phía nam", frozenset({"92"}))
    async with made.write() as tx:
        await units.import_all(tx, (*desk_world.UNITS[:3], south))
    admin, _ = await desk_world.add(made, "qt", ("south", Role.ADMINISTRATOR))
    assert await put(made, admin.id, PARK) is Kept.DONE
    changed = replace(PARK, aliases=())
    assert await put(made, admin.id, changed, is_new=False) is Kept.DONE
    async with made.read() as tx:
        acts = [(each.act, each.note, each.staff) for each in await audit.entries(tx, limit=2)]
    assert acts == [
        (Act.PARK_CHANGED, "changed p1", admin.id),
        (Act.PARK_CHANGED, "added p1", admin.id),
    ]
    async with made.write() as tx:
        places = await atlas.current(tx)
        assert await parks.remove(tx, admin.id, "p1", places, NOW) is Kept.DONE
        assert await parks.remove(tx, admin.id, "p1", places, NOW) is Kept.GONE
    assert await put(made, admin.id, changed, is_new=False) is Kept.GONE
    assert await every(made) == ()


async def test_nobody_moves_a_park_out_of_or_into_a_place_of_others(made: Database) -> None:
    south = Unit("south", "root", UnitKind.UNION, "Công đoàn phía nam", frozenset({"92"}))
    north = Unit("north", "root", UnitKind.UNION, "Công đoàn phía bắc", frozenset({"20335"}))
    async with made.write() as tx:
        await units.import_all(tx, (desk_world.UNITS[0], north, desk_world.UNITS[2], south))
    here, _ = await desk_world.add(made, "nam", ("south", Role.ADMINISTRATOR))
    there, _ = await desk_world.add(made, "bac", ("north", Role.ADMINISTRATOR))
    top, _ = await desk_world.add(made, "top", ("root", Role.ADMINISTRATOR))
    moved = replace(PARK, communes=("20335",))
    assert await put(made, there.id, PARK) is Kept.NOT_YOURS
    assert await put(made, here.id, PARK) is Kept.DONE
    for member in (here, there):
        assert await put(made, member.id, moved, is_new=False) is Kept.NOT_YOURS
    assert await put(made, top.id, moved, is_new=False) is Kept.DONE
    async with made.write() as tx:
        places = await atlas.current(tx)
        assert await parks.remove(tx, here.id, "p1", places, NOW) is Kept.NOT_YOURS


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
async def test_no_other_role_writes_one(made: Database, role: Role) -> None:
    member, _ = await desk_world.add(made, "ai", ("root", role))
    assert await put(made, member.id, PARK) is Kept.NOT_YOURS
    await bring(made, ROW)
    async with made.write() as tx:
        places = await atlas.current(tx)
        assert await parks.remove(tx, member.id, "p1", places, NOW) is Kept.NOT_YOURS
    assert await every(made) == (PARK,)


async def test_a_park_whose_commune_is_no_more_is_taken_out_by_the_top_alone(
    made: Database,
) -> None:
    south = Unit("south", "root", UnitKind.UNION, "Công đoàn phía nam", frozenset({"92"}))
    lost = replace(PARK, communes=("31360", "00000"))
    async with made.write() as tx:
        await units.import_all(tx, (*desk_world.UNITS[:3], south))
        await parks.seed(tx, (lost,))
    here, _ = await desk_world.add(made, "nam", ("south", Role.ADMINISTRATOR))
    top, _ = await desk_world.add(made, "top", ("root", Role.ADMINISTRATOR))
    async with made.write() as tx:
        places = await atlas.current(tx)
        assert await parks.remove(tx, here.id, "p1", places, NOW) is Kept.NOT_YOURS
        assert await parks.remove(tx, top.id, "p1", places, NOW) is Kept.DONE


async def test_of_two_that_are_entered_at_once_the_second_sees_the_first(made: Database) -> None:
    seen: list[int] = []

    async def enter(park: Park) -> None:
        async with made.write() as tx:
            seen.append(len(await parks.held(tx)))
            await parks.seed(tx, (park,))

    await asyncio.gather(enter(PARK), enter(replace(PARK, id="p2", name="KCN Hai")))
    assert sorted(seen) == [0, 1]
