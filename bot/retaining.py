"""Once a day, in the night: tips whose time has passed go, a quarter that is over is counted."""

from bot.app import House
from bot.clock import Tick
from bot.logs import Event as Log
from bot.logs import note
from storage import atlas, posts, quarters, retention, series
from storage.database import Database
from storage.days import local_day
from storage.retention import Report

NIGHT_HOUR = 2
"""From here on, local time; at once where a day's job was missed."""


def before(house: House, then: Tick) -> Tick:
    """Do the day's job when it is due, and always `then`: the pass that lays rows anew takes away
    the last bytes of what was destroyed, so it comes after.
    """

    async def tick() -> None:
        try:
            await do_if_due(house)
        finally:
            await then()

    return tick


async def do_if_due(house: House) -> bool:
    """False when today's job was done, or its hour has not come."""
    now = house.clock()
    today = local_day(now)
    if now.astimezone(house.settings.zone).hour < NIGHT_HOUR:
        return False
    async with house.database.read() as tx:
        last = await retention.last_done(tx)
    if last is not None and last >= today:
        return False
    done = await retention.run(house.database, today, house.settings.retention)
    async with house.database.write() as tx:
        await quarters.publish(tx, now, (await atlas.current(tx)).counted_provinces)
        await series.expire(tx, today)
        await retention.mark_done(tx, today)
    await tell(house.database, done)
    return True


async def tell(database: Database, done: Report) -> None:
    """Log what the job did, and how many cards of tips that are gone still stand in groups."""
    note(Log.RETENTION_DONE, tips=done.destroyed, dated=done.dated, tombstones=done.forgotten)
    async with database.read() as tx:
        left = sum(each.waiting + each.left for each in await posts.standing(tx))
    if left:
        note(Log.CARDS_LEFT, cards=left)
