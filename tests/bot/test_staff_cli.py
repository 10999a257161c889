"""What `python -m bot staff …` does with a real database and tells the operator."""

from collections.abc import AsyncIterator

import click
import pytest

from bot import staff_cli
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from storage import audit, staff, units
from storage.audit import Act
from storage.database import Database
from tests.desk_world import NOW, UNITS, database

ADDRESS = "http://127.0.0.1:8080"


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with database(database_url) as opened:
        yield opened


async def test_a_member_is_added_listed_reset_and_their_roles_change(made: Database) -> None:
    told = await staff_cli.add(made, "Moi.Den", "Cán bộ mới", "north", Role.OFFICER, NOW, ADDRESS)
    token = told.rpartition(f"{ADDRESS}/desk/moi/")[2]
    async with made.read() as tx:
        assert await staff.invitation(tx, token, NOW) is not None
    listed = "moi.den\tnot activated\tofficer@north\tCán bộ mới"
    assert await staff_cli.members(made) == listed
    await staff_cli.grant(made, "moi.den", "south", Role.LEAD, NOW)
    await staff_cli.revoke(made, "moi.den", "north", Role.OFFICER, NOW)
    assert "\tlead@south\t" in await staff_cli.members(made)
    assert "already" in await staff_cli.grant(made, "moi.den", "south", Role.LEAD, NOW)
    fresh = (await staff_cli.reset(made, "moi.den", NOW, ADDRESS)).rpartition("/")[2]
    async with made.read() as tx:
        assert await staff.invitation(tx, token, NOW) is None
        assert await staff.invitation(tx, fresh, NOW) is not None
        acts = [entry.act for entry in reversed(await audit.entries(tx, limit=9))]
    assert acts == [Act.ADDED, Act.GRANTED, Act.REVOKED, Act.RESET]


async def test_who_leaves_keeps_nothing(made: Database) -> None:
    await staff_cli.add(made, "moi.den", "Cán bộ mới", "north", Role.OFFICER, NOW, ADDRESS)
    assert "moi.den has left" in await staff_cli.leave(made, "moi.den", NOW)
    assert await staff_cli.members(made) == "moi.den\tleft\tno role\tCán bộ mới"
    async with made.read() as tx:
        [entry] = await audit.entries(tx, limit=1)
    assert entry.act is Act.LEFT


async def test_what_cannot_be_done_is_said_in_a_readable_line(made: Database) -> None:
    assert await staff_cli.members(made) == "Nobody yet."
    await staff_cli.add(made, "mot", "Một", "north", Role.OFFICER, NOW, ADDRESS)
    for doing, said in (
        (staff_cli.add(made, "x", "Một", "north", Role.OFFICER, NOW, ADDRESS), "3 to 40"),
        (staff_cli.add(made, "hai", " ", "north", Role.OFFICER, NOW, ADDRESS), "1 to 80"),
        (staff_cli.add(made, "hai", "Hai", "moon", Role.OFFICER, NOW, ADDRESS), "no unit moon"),
        (staff_cli.add(made, "mot", "Hai", "north", Role.OFFICER, NOW, ADDRESS), "is taken"),
        (staff_cli.reset(made, "hai", NOW, ADDRESS), "nobody has"),
        (staff_cli.grant(made, "mot", "moon", Role.LEAD, NOW), "no unit moon"),
        (staff_cli.grant(made, "mot", "root", Role.KEEPER, NOW), "never read tips"),
        (staff_cli.revoke(made, "mot", "south", Role.LEAD, NOW), "is not lead at south"),
    ):
        with pytest.raises(click.ClickException) as refused:
            await doing
        assert said in refused.value.message
    async with made.read() as tx:
        assert len(await audit.entries(tx, limit=9)) == 1


async def test_a_boarding_house_group_has_people_for_its_bulletins_alone(made: Database) -> None:
    group = Unit("group", "north", UnitKind.BOARDING, "Tổ tự quản")
    async with made.write() as tx:
        await units.import_all(tx, (*UNITS, group))
    await staff_cli.add(made, "mot", "Một", "group", Role.AUTHOR, NOW, ADDRESS)
    await staff_cli.grant(made, "mot", "group", Role.APPROVER, NOW)
    for doing in (
        staff_cli.add(made, "hai", "Hai", "group", Role.OBSERVER, NOW, ADDRESS),
        staff_cli.grant(made, "mot", "group", Role.OFFICER, NOW),
        staff_cli.group_code(made, "group", NOW),
    ):
        with pytest.raises(click.ClickException, match="reads no tips and has no desk"):
            await doing
