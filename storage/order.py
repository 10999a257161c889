"""Order that tells nothing: what lies as it was written is laid anew.

SQLite gives out its pages one after the other. PostgreSQL numbers all transactions of a cluster by
one counter and keeps that number with each row (`xmin`, also through CLUSTER, VACUUM FULL and
FREEZE); a row's place, the numbers of values that are kept apart (TOAST), what is left in the holes
of pages and the write-ahead log tell the order as well. Any of it joins a tip to the subscription
that was written beside it. What this pass does and what it cannot do: docs/decisions/0017.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import vacuum
from storage.alone import ORDER, alone_with
from storage.database import Database, Tx
from storage.tables import counters
from storage.vacuum import LAID_ANEW, Left

MOST_BYTES_LAID_ANEW = 256 * 1024 * 1024
"""A larger file of SQLite might take all the memory that a small server has, for the new one is
built there; a larger table of PostgreSQL would keep people waiting.
"""
LAST_PASS = "order"  # noqa: S105 - no password
"""The counter that holds the transaction (64 bits) of the last whole pass on PostgreSQL."""
ORDER_DAY = "order_day"
"""The counter that holds the night (its day's ordinal) of the last whole pass on PostgreSQL."""
NIGHT = timedelta(hours=3, minutes=20)
"""When a night's pass is due, from local midnight: not at a full hour, when cards leave."""

_MEMORY = "64MB"
_HALF_OF_32_BITS = 2**31
_XMIN: ColumnElement[Any] = literal_column("xmin")
_NOW = text("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)")
_NEWEST = text("SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint) - 1")
_SIZES = text("SELECT relname FROM pg_class WHERE oid = CAST(:name AS regclass)"
              " AND pg_total_relation_size(oid) > :most")  # fmt: skip
_AGAIN = frozenset({Left.ANOTHER, Left.BUSY, Left.READ})


@dataclass(frozen=True, slots=True)
class Passed:
    """What a pass did: how many rows of PostgreSQL were put in again, what was left."""

    rows: int = 0
    left: frozenset[Left] = frozenset()

    @property
    def is_over(self) -> bool:
        """Whether trying again in some minutes would bring no more."""
        return not self.left & _AGAIN


@dataclass(frozen=True, slots=True)
class _Laid:
    """The transaction that laid `rows` anew; `was_needed` where anything was new."""

    number: int
    rows: int
    was_needed: bool


async def forget_order(database: Database, most_bytes: int = MOST_BYTES_LAID_ANEW) -> Passed:
    """Let the order of rows tell nothing of when they were written. Tables (on SQLite: a file) of
    more than `most_bytes` are done by halves or not at all. Where nothing was written since the
    last pass on PostgreSQL, nothing is done. Raises Unreachable.

    Writers wait meanwhile, readers on PostgreSQL but for moments do not.
    """
    if database.is_sqlite:
        return await _lay_file_anew(database, most_bytes)
    async with alone_with(database, 0, ORDER) as hold:
        if hold is None or hold.connection is None:
            return Passed(left=frozenset({Left.ANOTHER}))
        return await _pass(database, hold.connection, most_bytes)


async def is_due(tx: Tx, local: datetime) -> bool:
    """Whether the pass of the night before `local` (aware, local time) is still to come."""
    row = await tx.row(select(counters.c.value).where(counters.c.name == ORDER_DAY))
    return row is None or int(row.value) < _night(local).toordinal()


async def remember(tx: Tx, local: datetime) -> None:
    """A pass is over: the next one is due in the night that comes."""
    await tx.run(_counted(ORDER_DAY, _night(local).toordinal()))


async def begin_anew(tx: Tx) -> None:
    """Forget that there ever was a pass: rows have come from another server, whose transactions
    have other numbers.
    """
    await tx.run(delete(counters).where(counters.c.name.in_((LAST_PASS, ORDER_DAY))))


async def larger(connection: AsyncConnection, most_bytes: int) -> frozenset[str]:
    """The names of those tables of `LAID_ANEW` that have more bytes, on PostgreSQL."""
    names = [table.name for table in LAID_ANEW]
    asked = [await connection.scalar(_SIZES, {"name": name, "most": most_bytes}) for name in names]
    return frozenset(str(name) for name in asked if name is not None)


def _night(local: datetime) -> date:
    return (local.replace(tzinfo=None) - NIGHT).date()


async def _lay_file_anew(database: Database, most_bytes: int) -> Passed:
    """All of SQLite's file, in the order of the keys."""
    if database.file is None or database.file.stat().st_size > most_bytes:
        return Passed(left=frozenset({Left.LARGE}))
    async with database.outside() as connection:
        await connection.exec_driver_sql("VACUUM")
    await database.truncate_log()
    return Passed()


async def _pass(database: Database, connection: AsyncConnection, most_bytes: int) -> Passed:
    """`connection` is without a transaction, as VACUUM wants it."""
    large = await larger(connection, most_bytes)
    last = await connection.scalar(select(counters.c.value).where(counters.c.name == LAST_PASS))
    # Whoever reads since before (a backup?) keeps the rows as they lie: better nothing, and later.
    if not await vacuum.nobody_reads_since(connection, await connection.scalar(_NEWEST) or 0):
        return Passed(left=frozenset({Left.READ}))

    async def lay_anew() -> _Laid:
        async with database.engine.begin() as free:
            return await _lay_anew(free, last or 0, large)

    laid = await vacuum.patiently(lay_anew)
    if laid is None:
        return Passed(left=frozenset({Left.BUSY}))
    if not laid.was_needed:
        return Passed()
    left = await _free(connection, laid.number, large)
    done = Passed(laid.rows, left | {Left.LARGE} if large else left)
    if done.is_over:
        # Not before: a pass that was broken off is done again as a whole.
        await connection.execute(_counted(LAST_PASS, laid.number))
    return done


async def _free(
    connection: AsyncConnection, number: int, large: Collection[str]
) -> frozenset[Left]:
    """Nothing is to be read any more of how the rows lay before the transaction `number`."""
    if not await vacuum.nobody_reads_since(connection, number):
        return frozenset({Left.READ})
    if not await vacuum.owns_all(connection):
        return await vacuum.empty_log(connection) | {Left.OWNER}
    if not await vacuum.write_anew(connection, large):
        return frozenset({Left.BUSY})
    return await vacuum.empty_log(connection)


async def _lay_anew(connection: AsyncConnection, last: int, large: Collection[str]) -> _Laid:
    """In one transaction: small tables as a whole, so that not even the night of a row's last
    change can be seen; of large ones what was written after the transaction `last`.
    """
    # First of all, for from now on ages are counted from it.
    number = int(await connection.scalar(_NOW) or 0)
    age = number - last if last and 0 < number - last < _HALF_OF_32_BITS else None
    if age is not None and not await _any_since(connection, age):
        return _Laid(number, 0, False)
    names = ", ".join(table.name for table in LAID_ANEW)
    # It does not stand in line for them: whoever holds one and waits for another would be thrown
    # out as a deadlock, and that might be a worker. Not even SELECT … FOR UPDATE goes on beside it,
    # for its rows are about to go; plain reading does.
    await connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE NOWAIT"))
    await connection.execute(text(f"SET LOCAL work_mem = '{_MEMORY}'"))
    rows = 0
    for table in LAID_ANEW:
        rows += await _mix(connection, table, age if table.name in large else None)
    return _Laid(number, rows, True)


async def _any_since(connection: AsyncConnection, age: int) -> bool:
    for table in LAID_ANEW:
        found = select(exists().where(func.age(_XMIN) < age).select_from(table))
        if await connection.scalar(found):
            return True
    return False


async def _mix(connection: AsyncConnection, table: Table, age: int | None) -> int:
    """Put rows in again by chance. Values that are kept apart get new numbers in the same order,
    for a new row never points to another's.
    """
    gone = delete(table)
    if age is not None:
        gone = gone.where(func.age(_XMIN) < age)
    moved = gone.returning(*table.c).cte("moved")
    mixed = select(*moved.c).order_by(func.gen_random_uuid())
    names = [column.name for column in table.c]
    again = insert(table).from_select(names, mixed, include_defaults=False).add_cte(moved)
    return int((await connection.execute(again)).rowcount)


def _counted(name: str, value: int) -> postgresql.Insert:
    row = postgresql.insert(counters).values(name=name, value=value)
    return row.on_conflict_do_update(index_elements=["name"], set_={"value": value})
