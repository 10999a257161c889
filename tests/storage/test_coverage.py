"""Who may see where there is a desk, and what of it."""

from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from handlers import coverage as report
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from storage import coverage, units
from storage.database import Database
from tests import desk_world

WARD, NEXT = "25747", "25750"
UNITS = (
    Unit("root", None, UnitKind.UNION, "Tổng liên đoàn", frozenset({"*"})),
    Unit("city", "root", UnitKind.UNION, "Liên đoàn thành phố", frozenset({"79"})),
    Unit("ward", "city", UnitKind.UNION, "Công đoàn phường", frozenset({WARD})),
    Unit("next", "city", UnitKind.UNION, "Công đoàn phường bên", frozenset({NEXT})),
    Unit("police", "root", UnitKind.POLICE, "Công an phường", frozenset({WARD})),
)


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        async with opened.write() as tx:
            await units.import_all(tx, UNITS, may_remove=True)
        yield opened


async def seen(made: Database, unit: str, role: Role) -> set[str] | None:
    """The communes that somebody of this role sees."""
    member, _ = await desk_world.add(made, f"{unit}-{role}", (unit, role))
    async with made.read() as tx:
        looked = await coverage.of_member(tx, member.id)
    if looked is None:
        return None
    whole = report.of(looked.tree, looked.communes)
    return set(report.within(whole, looked.tree, looked.units).served)


@pytest.mark.parametrize("role", sorted(set(Role) - coverage.SEEN_BY))
async def test_whoever_only_reads_writes_or_watches_sees_nothing_of_it(
    made: Database, role: Role
) -> None:
    assert await seen(made, "root", role) is None


@pytest.mark.parametrize("role", sorted(coverage.SEEN_BY))
async def test_who_looks_after_desks_sees_the_communes_of_their_units(
    made: Database, role: Role
) -> None:
    assert await seen(made, "ward", role) == {WARD}
    city = await seen(made, "city", role)
    assert city is not None
    assert {WARD, NEXT} < city
    everything = await seen(made, "root", role)
    assert everything is not None
    assert len(everything) > 3000


async def test_of_the_police_nobody_sees_where_tips_go(made: Database) -> None:
    assert await seen(made, "police", Role.LEAD) == set()


async def test_the_command_line_sees_everything_province_by_province(made: Database) -> None:
    async with made.read() as tx:
        looked = await coverage.of_all(tx)
    assert looked is not None
    assert looked.units == {"root"}
    order = [place.province_code for place in looked.communes]
    assert len(set(order)) == 1 + sum(a != b for a, b in pairwise(order))
