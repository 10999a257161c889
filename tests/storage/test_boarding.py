"""A boarding-house group in the database: people for its bulletins, and nothing of any tip."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from handlers.roles import BROADCASTERS, Role
from handlers.routing import Unit, UnitKind
from storage import alarms, desk_codes, desk_groups, entering, readers, staff, units
from storage.database import Database
from storage.desk_codes import CodeKind
from storage.readers import NeverReads
from storage.staff import Change
from storage.units import StillUsed
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import file, new_tip, record_of

GROUP = Unit("group", "north", UnitKind.BOARDING, "Tổ tự quản", frozenset({"25747"}))
OTHERS = sorted(set(Role) - BROADCASTERS)


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        async with opened.write() as tx:
            await units.import_all(tx, (*desk_world.UNITS, GROUP), at_once=True)
        yield opened


@pytest.mark.parametrize("role", OTHERS)
async def test_nobody_has_more_than_bulletins_there(made: Database, role: Role) -> None:
    member, _ = await desk_world.add(made, "ai", ("north", Role.AUTHOR))
    async with made.write() as tx:
        assert await staff.grant(tx, member.id, "group", role) is Change.BOARDING
    with pytest.raises(ValueError, match="may not be joined"):
        await desk_world.add(made, "khac", ("group", role))
    async with made.read() as tx:
        assert await alarms.reachable(tx) == {}


@pytest.mark.parametrize("role", sorted(BROADCASTERS))
async def test_somebody_writes_and_approves_its_bulletins(made: Database, role: Role) -> None:
    member, _ = await desk_world.add(made, "ai", ("group", role))
    async with made.write() as tx:
        assert await staff.units_under(tx, member.id, role) == {"group"}
        assert not await entering.may_enter(tx, member.id)


async def test_its_chat_group_is_no_desk(made: Database) -> None:
    async with made.write() as tx:
        code = await desk_codes.make(tx, CodeKind.GROUP, "group", NOW)
        assert await desk_groups.link(tx, code, "-100", NOW) is None
        assert await desk_groups.every(tx) == ()


async def test_no_tip_is_sealed_to_it_whoever_asks(made: Database) -> None:
    with pytest.raises(NeverReads):
        await file(made, new_tip("group"))
    tip = await file(made, new_tip("north"))
    known = await record_of(made, tip)
    async with made.write() as tx:
        for forged in (
            replace(known, unit="group"),
            replace(known, readers=(*known.readers, "group")),
            replace(known, behind="group"),
        ):
            with pytest.raises(NeverReads):
                await readers.check(tx, forged)
            with pytest.raises(NeverReads):
                await readers.check_sealing(tx, forged)


async def test_it_is_not_among_the_units_below_or_beside(made: Database) -> None:
    async with made.read() as tx:
        assert "group" not in await units.below(tx, "north")
        assert "group" not in (await units.beside(tx, "north"))[1]
        tree = await units.tree(tx)
    assert tree is not None
    group = tree.get("group")
    assert group is not None
    assert not group.has_desk


async def test_a_unit_with_people_or_tips_becomes_no_group(made: Database) -> None:
    await desk_world.add(made, "ai", ("south", Role.AUTHOR))
    turned = [
        replace(each, kind=UnitKind.BOARDING) if each.id == "south" else each
        for each in desk_world.UNITS
    ]
    async with made.write() as tx:
        with pytest.raises(StillUsed):
            await units.import_all(tx, (*turned, GROUP))
