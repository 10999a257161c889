"""Stamps by which a process knows that what it keeps of the units or of the map is still so."""

from enum import StrEnum

from sqlalchemy import func, insert, select, update

from storage.chance import random_size
from storage.database import Tx
from storage.tables import counters

_MOST = 2**62


class Stamp(StrEnum):
    """What has a stamp. Its value is the name of the counter."""

    UNITS = "units_stamp"
    MAP = "map_stamp"


async def read(tx: Tx, stamp: Stamp) -> int:
    """The stamp as of this transaction; 0 before the first change."""
    row = await tx.row(select(counters.c.value).where(counters.c.name == stamp))
    return row.value if row is not None else 0


async def hold(tx: Tx, stamp: Stamp) -> None:
    """Whoever else is about to change this waits until our transaction ends: what was looked up
    from now on stays so.
    """
    if not tx.is_sqlite:
        # Not a lock of the row: before the first change there is none.
        await tx.row(select(func.pg_advisory_xact_lock(_LOCKS[stamp])))


async def renew(tx: Tx, stamp: Stamp) -> None:
    """Something changed. The new stamp is drawn, not counted: of a transaction that is rolled back
    nothing may look like the next one.
    """
    here, value = counters.c.name == stamp, random_size(1, _MOST)
    if not await tx.run(update(counters).where(here).values(value=value)):
        await tx.run(insert(counters).values(name=stamp, value=value))


_LOCKS = {Stamp.UNITS: 7_401_101, Stamp.MAP: 7_401_102}
