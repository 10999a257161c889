"""The tick of the units' clocks: what rises rises, what is late is told."""

from bot.app import House
from bot.clock import Tick
from storage import rising, watching

SECONDS = 20


def each(house: House) -> Tick:
    """Let tips rise whose time has come, each in a transaction of its own, then write the reminders
    that are due. Several processes may do it: the database says what was done.
    """

    async def watch() -> None:
        now = house.clock()
        async with house.database.read() as tx:
            due = await rising.due(tx, now)
        for tip in due:
            async with house.database.write() as tx:
                await rising.rise(tx, tip, now)
        async with house.database.write() as tx:
            await watching.look(tx, now)

    return watch
