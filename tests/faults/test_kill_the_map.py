"""A change of the map is killed in the middle: everything is as it was, and can be done again."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from handlers.routing import Unit, UnitKind
from storage import following, place_tables, units
from storage.places.tables import packaged
from tests import desk_world, services
from tests.changed_map import present
from tests.desk_world import NOW
from tests.tip_world import file, new_tip, record_of
from tests.world import places

TAM_KY, BAN_THACH = "20341", "20335"
PARK = Unit("north", "root", UnitKind.UNION, "Công đoàn phường", frozenset({TAM_KY}))


@pytest.mark.long
async def test_a_killed_change_of_the_map_leaves_all_as_it_was(database_url: str) -> None:
    async with desk_world.database(database_url) as made:
        async with made.write() as tx:
            await units.import_all(tx, [desk_world.UNITS[0], PARK], may_remove=True)
            await following.follow_the_program(tx, NOW)
        tip = await file(made, new_tip("north", place=places().by_code(TAM_KY)))
        assert made.ring is not None
        [master] = made.ring.masters()
        assert await _killed(database_url, master) == -signal.SIGKILL
        known = await record_of(made, tip)
        assert known.place == places().by_code(TAM_KY)
        async with made.read() as tx:
            assert await place_tables.as_of(tx) == packaged().as_of
            tree = await units.tree(tx)
            north = tree.get("north") if tree is not None else None
            assert north is not None
            assert north.places == PARK.places
        again = present()
        again.merge(BAN_THACH, TAM_KY)
        async with made.write(alone=True) as tx:
            assert (await following.follow(tx, again.tables(), NOW)).units == ("north",)
        place = (await record_of(made, tip)).place
        assert place is not None
        assert place.code == BAN_THACH


async def _killed(url: str, master: bytes) -> int | None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.mapper", url),
        stdin=asyncio.subprocess.PIPE,
        env=services.environment(),
        cwd=Path(__file__).parents[2],
    )
    await process.communicate(master.hex().encode() + b"\n")
    return process.returncode
