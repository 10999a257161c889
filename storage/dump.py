"""The whole database as lines of JSON, as one moment left it: what a backup holds.

It is our own form and no tool's, so that what was written from SQLite is read into PostgreSQL and
the other way round. The first line tells what it is; each table has a line with its name, then one
for each row, in the order of its keys; then how many rows there were and the highest numbers that
were given out; the last line proves that it was written by somebody who has our keys. For anybody
can seal a file to the public key, and whoever plants another unit's key in one would read its tips.
"""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, Table, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from storage import knocks as knock
from storage.database import Tx, Unreachable
from storage.keys import Keys, Purpose
from storage.tables import counters, instance, keyring, knocks, metadata, series, tombstones

FORMAT = 1
MAC_BYTES = 32
_ROWS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how many rows of each table."""

    rows: dict[str, int] = field(default_factory=dict)


def tables() -> tuple[Table, ...]:
    """All tables, the keys first and the tombstones last."""
    first, last = (instance, keyring, counters), (tombstones,)
    ends = {each.name for each in (*first, *last)}
    between = sorted(
        (each for each in metadata.tables.values() if each.name not in ends),
        key=lambda table: table.name,
    )
    return (*first, *between, *last)


async def count(tx: Tx) -> int:
    """How many rows there are to write."""
    counts = [await tx.row(select(func.count()).select_from(table)) for table in tables()]
    return sum(int(row[0]) for row in counts if row is not None)


async def write(
    tx: Tx,
    revision: str,
    made: datetime,
    out: Callable[[bytes], None],
    told: Callable[[int], None] = lambda _: None,
) -> Written:
    """Write everything that `tx` sees to `out`, some rows at a time; `told` hears how many more
    were written. `revision` is that of the schema, `made` the moment at which `tx` began. Raises
    Unreachable.
    """
    mac, written = hashlib.sha256(), Written()

    def line(value: object) -> None:
        data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        mac.update(data)
        out(data)

    line(
        {
            "format": FORMAT,
            "revision": revision,
            "made": f"{made.astimezone(UTC):%Y-%m-%dT%H:%MZ}",
            "kind": "sqlite" if tx.is_sqlite else "postgresql",
            "tables": {each.name: [column.name for column in each.columns] for each in tables()},
        }
    )
    for table in tables():
        line({"table": table.name})
        written.rows[table.name] = 0
        # A first week lasts some days: from a backup, it would come twice, or after it was stopped.
        asked = _rows(tx, table) if table is not series else _none()
        async for rows in asked:
            for row in rows:
                kept = _without_chat(row) if table is knocks else row
                line([_plain(value) for value in kept])
            written.rows[table.name] += len(rows)
            told(len(rows))
    line({"rows": written.rows, "numbers": await _numbers(tx)})
    line({"mac": prove(tx.keys, mac.digest()).hex()})
    return written


def prove(keys: Keys, digest: bytes) -> bytes:
    """What only somebody who has our keys can write under what has this hash."""
    return keys.mac(Purpose.TOMBSTONES, b"backup" + digest, MAC_BYTES)


def proofs(keys: Keys, digest: bytes) -> tuple[bytes, ...]:
    """The same by every key that was ever used for it."""
    return keys.macs(Purpose.TOMBSTONES, b"backup" + digest, MAC_BYTES)


def _without_chat(row: Row[Any]) -> list[bytes]:
    """No backup holds where somebody asked to be told: it would outlive the tip's closing."""
    return [row.tip, *knock.nothing(row.tip).values()]


async def _rows(tx: Tx, table: Table) -> AsyncIterator[list[Any]]:
    asked = select(table).order_by(*table.primary_key.columns)
    streamed = asked.execution_options(yield_per=_ROWS_AT_ONCE)
    try:
        async with tx.connection.stream(streamed) as result:
            async for rows in result.partitions():
                yield list(rows)
    except SQLAlchemyError:
        raise Unreachable from None


async def _none() -> AsyncIterator[list[Any]]:
    nothing: tuple[list[Any], ...] = ()
    for rows in nothing:
        yield rows


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


async def _numbers(tx: Tx) -> dict[str, int]:
    """The highest number that each table with running ones ever gave out, of rows that are gone
    too.
    """
    if tx.is_sqlite:
        # It is there as soon as one table counts so.
        rows = await tx.rows(text("SELECT name, seq FROM sqlite_sequence"))
        return {str(row.name): int(row.seq) for row in rows if row.name in metadata.tables}
    found = {}
    for table in metadata.tables.values():
        column = table.autoincrement_column
        if column is None:
            continue
        asked = text(
            "SELECT last_value FROM pg_sequences WHERE format('%I.%I', schemaname, sequencename)"
            " = pg_get_serial_sequence(:table, :column)"
        )
        row = await tx.row(asked.bindparams(table=table.name, column=column.name))
        if row is not None and row.last_value is not None:
            found[table.name] = int(row.last_value)
    return found
