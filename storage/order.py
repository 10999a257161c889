"""Order that tells nothing: what lies as it was written is laid anew.

SQLite gives out its pages one after the other. PostgreSQL numbers all transactions of a cluster by
one counter and keeps that number with each row (`xmin`, also through CLUSTER, VACUUM FULL and
FREEZE); a row's place, the numbers of values that are kept apart (TOAST), what is left in the holes
of pages and the write-ahead log tell the order as well. Any of it joins a tip to the subscription
that was written beside it. What this pass does and what it cannot do: docs/decisions/0017.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
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
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.alone import ORDER, alone_with
from storage.database import Database, Tx
from storage.tables import (
    chunks,
    counters,
    letters,
    parts,
    rings,
    subscribers,
    tallies,
    tips,
    tombstones,
    wraps,
)

MOST_BYTES_LAID_ANEW = 256 * 1024 * 1024
"""A larger file of SQLite might take all the memory that a small server has, for the new one is
built there; a larger table of PostgreSQL would keep people waiting.
"""
LAID_ANEW = (tips, parts, chunks, wraps, letters, rings, tombstones, tallies, subscribers)
"""What is laid anew on PostgreSQL. Subscribers are among it, though their numbers keep their order:
their transactions, held against those of the audit, would tell the minute of each.
"""
LAST_PASS = "order"  # noqa: S105 - no password
"""The counter that holds the transaction (64 bits) of the last whole pass on PostgreSQL."""
ORDER_DAY = "order_day"
"""The counter that holds the night (its day's ordinal) of the last whole pass on PostgreSQL."""
NIGHT = timedelta(hours=3, minutes=20)
"""When a night's pass is due, from local midnight: not at a full hour, when cards leave."""

_TRIES = 40
_PAUSE_SECONDS = 0.25
_OLD_SECONDS = 10
_MEMORY = "64MB"
_HALF_OF_32_BITS = 2**31
_LOCKED, _FORBIDDEN = "55P03", "42501"
_XMIN: ColumnElement[Any] = literal_column("xmin")
_NOW = text("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)")
_SIZES = text("SELECT relname FROM pg_class WHERE oid = CAST(:name AS regclass)"
              " AND pg_total_relation_size(oid) > :most")  # fmt: skip
# Whoever began to read before the pass still sees the rows as they were, so they are kept for them.
_READING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    " AND greatest(age(backend_xmin), age(backend_xid)) >= age(CAST(:last AS xid))"
)
# Sealed values that no index holds: nobody looks for one, so the planner needs no samples of them.
_SAMPLED = text(
    "SELECT a.attname FROM pg_attribute a WHERE a.attrelid = CAST(:name AS regclass)"
    " AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = CAST('bytea' AS regtype)"
    " AND a.attstattarget IS DISTINCT FROM 0 AND NOT EXISTS (SELECT FROM pg_index i"
    " WHERE i.indrelid = a.attrelid AND a.attnum = ANY (i.indkey))"
)


class Left(StrEnum):
    """What a pass left as it was."""

    ANOTHER = "another"
    """Another process is at it: nothing was done."""
    BUSY = "busy"
    """Somebody was writing or reading all the time: it was given up."""
    READ = "read"
    """Somebody reads since before the pass: deleted rows had to stay for them."""
    LARGE = "large"
    """What is too large was not written anew: its free places show what lay there."""
    SWITCH = "switch"
    """The server allows no new segment of the write-ahead log."""
    CHECKPOINT = "checkpoint"
    """The server allows no checkpoint: its write-ahead log stays for some minutes."""


_EMPTYING = (("SELECT pg_switch_wal()", Left.SWITCH), ("CHECKPOINT", Left.CHECKPOINT))
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
    laid = await _when_free(database, last or 0, large)
    if laid is None:
        return Passed(left=frozenset({Left.BUSY}))
    if not laid.was_needed:
        return Passed()
    left = {Left.LARGE} if large else set()
    left |= await _vacuum(connection, laid.number, large)
    left |= await _empty_log(connection)
    done = Passed(laid.rows, frozenset(left))
    if done.is_over:
        # Not before: a pass that was broken off is done again as a whole.
        await connection.execute(_counted(LAST_PASS, laid.number))
    return done


async def _when_free(database: Database, last: int, large: Collection[str]) -> _Laid | None:
    """Lay rows anew in a moment in which nobody writes; None where there was none.

    It never stands in line for its locks: whoever holds one and waits for another of them would be
    thrown out as a deadlock, and that might be a worker.
    """
    for _ in range(_TRIES):
        try:
            async with database.engine.begin() as connection:
                return await _lay_anew(connection, last, large)
        except DBAPIError as error:
            if _code(error) != _LOCKED:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)
    return None


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
    # Not even SELECT … FOR UPDATE beside it, for its rows are about to go; plain reading goes on.
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


async def _vacuum(
    connection: AsyncConnection, number: int, large: Collection[str]
) -> frozenset[Left]:
    """Write small tables to new files, for in the old ones the rows still lie as they were, deleted
    ones among them; of large ones make the places free.
    """
    left = set()
    if not await _nobody_reads_since(connection, number):
        left.add(Left.READ)
    try:
        await connection.execute(text(f"SET lock_timeout = '{int(_PAUSE_SECONDS * 1000)}ms'"))
        commands = await _no_samples(connection)
        for name in (*(table.name for table in LAID_ANEW), counters.name):
            commands.append(f"VACUUM {name}" if name in large else f"VACUUM (FULL) {name}")
        for command in commands:
            if not await _patiently(connection, command):
                left.add(Left.BUSY)
    finally:
        await connection.execute(text("RESET lock_timeout"))
    return frozenset(left)


async def _nobody_reads_since(connection: AsyncConnection, number: int) -> bool:
    last = number % 2**32
    for _ in range(round(_OLD_SECONDS / _PAUSE_SECONDS)):
        if not await connection.scalar(_READING, {"last": last}):
            return True
        await asyncio.sleep(_PAUSE_SECONDS)
    return False


async def _no_samples(connection: AsyncConnection) -> list[str]:
    """What has to be done, once, that the planner keeps no copies of sealed values: a case key
    would live on in its statistics after the tip was deleted.
    """
    commands = []
    for table in LAID_ANEW:
        for (column,) in (await connection.execute(_SAMPLED, {"name": table.name})).all():
            alter = f"ALTER TABLE {table.name} ALTER COLUMN {column}"
            # A change of the type, though it is the same, throws the old samples away.
            commands += [f"{alter} SET STATISTICS 0", f"{alter} TYPE bytea"]
    return [*commands, "VACUUM (FULL) pg_catalog.pg_statistic"] if commands else []


async def _patiently(connection: AsyncConnection, command: str) -> bool:
    for _ in range(_TRIES):
        try:
            await connection.execute(text(command))
            return True
        except DBAPIError as error:
            if _code(error) != _LOCKED:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)
    return False


async def _empty_log(connection: AsyncConnection) -> frozenset[Left]:
    """Begin a new segment of the write-ahead log, and let the server drop those before it."""
    left = set()
    for command, refused in _EMPTYING:
        try:
            await connection.execute(text(command))
        except DBAPIError as error:
            if _code(error) != _FORBIDDEN:
                raise
            left.add(refused)
    return frozenset(left)


def _code(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", ""))


def _counted(name: str, value: int) -> postgresql.Insert:
    row = postgresql.insert(counters).values(name=name, value=value)
    return row.on_conflict_do_update(index_elements=["name"], set_={"value": value})
