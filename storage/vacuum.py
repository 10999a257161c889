"""PostgreSQL's files and its write-ahead log, freed of what lay in them (`storage/order.py`)."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from enum import StrEnum
from functools import partial
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import (
    chunks,
    counters,
    knocks,
    letters,
    parts,
    rings,
    series,
    subscribers,
    tallies,
    tips,
    tombstones,
    wraps,
)

LAID_ANEW = (
    *(tips, parts, chunks, wraps, knocks, letters, rings, tombstones, tallies),
    *(subscribers, series),
)
"""What is laid anew on PostgreSQL. Subscribers are among it, though their numbers keep their order:
their transactions, held against those of the audit, would tell the minute of each.
"""
_TRIES = 40
_PAUSE_SECONDS = 0.25
_OLD_SECONDS = 10
_LOCKED, _FORBIDDEN = "55P03", "42501"
# Whoever began to read before the pass still sees the rows as they were, so they are kept for them.
_READING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    " AND greatest(age(backend_xmin), age(backend_xid)) >= age(CAST(:last AS xid))"
)
_FOREIGN = text(
    "SELECT count(*) FROM pg_class WHERE oid = CAST(:name AS regclass)"
    " AND NOT pg_has_role(relowner, 'USAGE')"
)
# Sealed values that no index holds: nobody looks for one, so the planner needs no samples of them.
_SAMPLED = text(
    "SELECT a.attname FROM pg_attribute a WHERE a.attrelid = CAST(:name AS regclass)"
    " AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = CAST('bytea' AS regtype)"
    " AND a.attstattarget IS DISTINCT FROM 0 AND NOT EXISTS (SELECT FROM pg_index i"
    " WHERE i.indrelid = a.attrelid AND a.attnum = ANY (i.indkey))"
)

Result = TypeVar("Result")


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
    OWNER = "owner"
    """Our role does not own all tables, so none was written anew."""
    SWITCH = "switch"
    """The server allows no new segment of the write-ahead log."""
    CHECKPOINT = "checkpoint"
    """The server allows no checkpoint: its write-ahead log stays for some minutes."""


_EMPTYING = (("SELECT pg_switch_wal()", Left.SWITCH), ("CHECKPOINT", Left.CHECKPOINT))


async def patiently(work: Callable[[], Awaitable[Result]]) -> Result | None:
    """Do `work`, again and again while somebody holds a lock that it needs; None where somebody
    did all the time.
    """
    for _ in range(_TRIES):
        try:
            return await work()
        except DBAPIError as error:
            if _code(error) != _LOCKED:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)
    return None


async def nobody_reads_since(connection: AsyncConnection, number: int) -> bool:
    """Whether everybody who began before the transaction `number` was over has ended, or does
    within some seconds.
    """
    last = number % 2**32
    for _ in range(round(_OLD_SECONDS / _PAUSE_SECONDS)):
        if not await connection.scalar(_READING, {"last": last}):
            return True
        await asyncio.sleep(_PAUSE_SECONDS)
    return False


async def owns_all(connection: AsyncConnection) -> bool:
    """Whether our role may write all of them anew; a server only warns, and goes on, where not."""
    for table in (*LAID_ANEW, counters):
        if await connection.scalar(_FOREIGN, {"name": table.name}):
            return False
    return True


async def write_anew(connection: AsyncConnection, large: Collection[str]) -> bool:
    """Write small tables to new files, for in the old ones the rows still lie as they were, deleted
    ones among them; of large ones make the places free. False where somebody was in the way.
    """
    try:
        await connection.execute(text(f"SET lock_timeout = '{int(_PAUSE_SECONDS * 1000)}ms'"))
        commands = await _no_samples(connection)
        for name in (*(table.name for table in LAID_ANEW), counters.name):
            commands.append(f"VACUUM {name}" if name in large else f"VACUUM (FULL) {name}")
        for command in commands:
            work = partial(connection.execute, text(command))
            if await patiently(work) is None:
                return False
    finally:
        await connection.execute(text("RESET lock_timeout"))
    return True


async def empty_log(connection: AsyncConnection) -> frozenset[Left]:
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


def _code(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", ""))
