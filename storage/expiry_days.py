"""Up to which day authors were told that bulletins of theirs expire soon: one number for all."""

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import Tx
from storage.tables import counters

TOLD_UNTIL = "expiry_told"
"""The counter that holds that day (its ordinal)."""


async def told_until(tx: Tx) -> date:
    """That day; `date.min` where nobody was ever told."""
    row = await tx.row(select(counters.c.value).where(counters.c.name == TOLD_UNTIL))
    return date.fromordinal(row.value) if row is not None else date.min


async def advance(tx: Tx, today: date) -> date | None:
    """The day up to which authors were told before, `date.min` where they never were; from now on
    it is `today`. None: today's were taken, by whomever.
    """
    mine, value = counters.c.name == TOLD_UNTIL, today.toordinal()
    into = (sqlite.insert if tx.is_sqlite else postgresql.insert)(counters)
    first = into.values(name=TOLD_UNTIL, value=value)
    # Two processes may look for the first time at once.
    if await tx.run(first.on_conflict_do_nothing(index_elements=["name"])):
        return date.min
    row = await tx.row(select(counters.c.value).where(mine).with_for_update())
    if row is None or row.value >= value:
        return None
    await tx.run(update(counters).where(mine).values(value=value))
    return date.fromordinal(row.value)
