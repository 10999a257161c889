"""The weekly reminder of the bell: the one bulletin that nobody writes and nobody approves.

It goes to whoever asked for it, the same words every week, and tells nothing of any tip: it is a
bulletin like others for the engine, and for the weekly limit of those who get it.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from broadcasts import library, tick
from handlers.bulletins import Plan, Repeat
from storage import bulletins, units
from storage.database import Database

_SUNDAY = datetime(2026, 1, 4, 17, 30)  # noqa: DTZ001 - in whatever zone the house has


def plan(zone: ZoneInfo) -> Plan:
    """Every Sunday at 17:30 local time, after the list of the bell has changed at 17:00."""
    first = _SUNDAY.replace(tzinfo=zone).astimezone(UTC)
    return Plan(first, Repeat.WEEKLY)


async def ensure(database: Database, now: datetime, zone: ZoneInfo) -> bool:
    """Make the reminder a bulletin of the highest unit where it is not there, or says something
    else than it should by now; False while there are no units yet.
    """
    async with database.write() as tx:
        tree = await units.tree(tx)
        if tree is None:
            return False
        today = now.astimezone(zone).date()
        wanted = library.reminder(plan(zone))
        made = await bulletins.keep_reminder(tx, tree.root.id, wanted, today)
        if made is not None:
            await tick.schedule(tx, made, now, zone)
    return True
