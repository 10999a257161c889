"""An open incident: a moment of the house, started by administrators and the operator."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from handlers.incidents import Held, Size
from handlers.roles import Role
from storage import audit, incidents
from storage.audit import Act
from storage.database import Database
from tests.desk_world import NOW, add, database, file_tip

EARLIER = NOW - timedelta(hours=5, minutes=3)


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with database(database_url) as opened:
        yield opened


async def test_the_clock_is_set_once_and_never_back_until_the_incident_is_closed(
    made: Database,
) -> None:
    async with made.write() as tx:
        assert await incidents.known_since(tx) is None
        assert await incidents.start(tx, EARLIER, by=None, now=NOW) is True
        assert await incidents.start(tx, NOW, by=None, now=NOW) is False
        assert await incidents.known_since(tx) == EARLIER
        assert await incidents.close(tx, NOW)
        assert not await incidents.close(tx, NOW)
        assert await incidents.known_since(tx) is None
    async with made.read() as tx:
        acts = [each.act for each in reversed(await audit.entries(tx, limit=9))]
    assert acts == [Act.INCIDENT_STARTED, Act.INCIDENT_CLOSED]


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.ADMINISTRATOR])
async def test_nobody_but_an_administrator_starts_the_clock(made: Database, role: Role) -> None:
    member, _ = await add(made, "an", ("root", role))
    async with made.write() as tx:
        assert await incidents.start(tx, NOW, by=member.id, now=NOW) is None
        assert await incidents.known_since(tx) is None


async def test_an_administrator_starts_it_and_the_log_says_who(made: Database) -> None:
    member, _ = await add(made, "an", ("south", Role.ADMINISTRATOR))
    async with made.write() as tx:
        assert await incidents.start(tx, NOW, by=member.id, now=NOW)
        [entry] = await audit.entries(tx, limit=9)
    assert (entry.act, entry.staff, entry.note) == (Act.INCIDENT_STARTED, member.id, "")


async def test_how_much_is_held_is_told_in_ranges(made: Database) -> None:
    await add(made, "an", ("north", Role.OFFICER))
    for _ in range(10):
        await file_tip(made, "north")
    async with made.read() as tx:
        assert await incidents.held(tx) == Held(Size.UNDER_100, Size.NONE, Size.UNDER_10)
