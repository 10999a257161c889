"""The tick that lets tips go up from a unit where nobody can read any more, and takes out requests
to export a tip that are void.
"""

from datetime import datetime

from bot.app import House
from bot.clock import Tick
from bot.logs import Event as Log
from bot.logs import note
from storage import exporting, stranded


def moving(house: House) -> Tick:
    """Each tip in a transaction of its own. Tips that nobody above can read are logged, once for
    each number of them: an administrator has to give somebody a role.
    """
    told = 0

    async def move_up() -> None:
        nonlocal told
        now = house.clock()
        async with house.database.read() as tx:
            found = await stranded.find(tx, now)
        moved = 0
        for tip in found.movable:
            async with house.database.write() as tx:
                moved += await stranded.move_up(tx, tip, now)
        if moved:
            note(Log.TIPS_MOVED_UP, tips=moved)
        if await _any_void(house, now):
            async with house.database.write() as tx:
                await exporting.forget(tx, now)
        if found.stuck and found.stuck != told:
            note(Log.NO_READERS, tips=found.stuck)
        told = found.stuck

    return move_up


async def _any_void(house: House, now: datetime) -> bool:
    async with house.database.read() as tx:
        return bool(await exporting.void(tx, now))
