"""Stamps by which a process knows that what it keeps of the units or of the map is still so."""

from collections.abc import Collection
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Executable, Table, UpdateBase, func, insert, select, update

from storage.chance import random_size
from storage.tables import counters

if TYPE_CHECKING:
    from storage.database import Tx

_MOST = 2**62


class Stamp(StrEnum):
    """What has a stamp. Its value is the name of the counter. DESKS: what the tree of units knows
    of today, who reads where and how they are rung, and what a unit chose.
    """

    UNITS = "units_stamp"
    MAP = "map_stamp"
    DESKS = "desks_stamp"
    STAFF = "staff_stamp"


TABLES = {
    "units": Stamp.UNITS,
    "parks": Stamp.MAP,
    "place_tables": Stamp.MAP,
    "staff": Stamp.STAFF,
    "grants": Stamp.DESKS,
    "alarms": Stamp.DESKS,
    "desk_groups": Stamp.DESKS,
    "unit_choices": Stamp.DESKS,
    "unit_rules": Stamp.DESKS,
}
"""The tables that are kept: a transaction that writes to one renews its stamp at the end, so that
no writer has to think of it. Which accounts may send is asked each time, for their leases are
written every few seconds.
"""


def of_change(statement: Executable) -> Stamp | None:
    """The stamp of what a statement changes, None where nothing is kept."""
    table = statement.table if isinstance(statement, UpdateBase) else None
    return TABLES.get(table.name) if isinstance(table, Table) else None


async def read(tx: "Tx", stamp: Stamp) -> int:
    """The stamp as of this transaction; 0 before the first change."""
    row = await tx.row(select(counters.c.value).where(counters.c.name == stamp))
    return row.value if row is not None else 0


async def hold(tx: "Tx", stamp: Stamp) -> None:
    """Whoever else is about to change this waits until our transaction ends: what was looked up
    from now on stays so.
    """
    if not tx.is_sqlite:
        # Not a lock of the row: before the first change there is none.
        await tx.row(select(func.pg_advisory_xact_lock(_LOCKS[stamp])))


async def read_all(tx: "Tx", some: Collection[Stamp]) -> tuple[int, ...]:
    """Several at once, in their order."""
    rows = await tx.rows(select(counters).where(counters.c.name.in_([*some])))
    known = {row.name: row.value for row in rows}
    return tuple(known.get(stamp.value, 0) for stamp in some)


async def renew(tx: "Tx", stamp: Stamp) -> None:
    """Something changed. The new stamp is drawn, not counted: of a transaction that is rolled back
    nothing may look like the next one.
    """
    here, value = counters.c.name == stamp, random_size(1, _MOST)
    if not await tx.run(update(counters).where(here).values(value=value)):
        await tx.run(insert(counters).values(name=stamp, value=value))


_LOCKS = {Stamp.UNITS: 7_401_101, Stamp.MAP: 7_401_102, Stamp.DESKS: 7_401_103}
