"""A backup becomes a database again: proven first, then written in one transaction.

What was deleted since is left out on the way in, so that its words never touch the new disk.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Date,
    LargeBinary,
    MetaData,
    Table,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import dump, installation, ledger, migrate, outbox, restored, standstill
from storage.archive import Contents, read_again
from storage.cache import Atlas, RecordCache
from storage.crypto import Pair, equal
from storage.database import Database, Tx
from storage.keys import Keys, Purpose
from storage.ledger import Ledger
from storage.sealed_file import Damaged
from storage.standstill import Stopped
from storage.tables import instance, metadata, tombstones

_ROWS_AT_ONCE = 50
_VERSIONS = "alembic_version"
_BY_TIP = {"tips": "id", "parts": "tip", "chunks": "tip", "wraps": "tip", "knocks": "tip"}


class NotEmpty(Exception):
    """There is something in the database, and it is not ours to take away."""


class Unwritable(Exception):
    """The database did not take it in: its disk is full, or it went away. All is as before."""


class Forged(Exception):
    """The archive is sealed well, but not by somebody who had the keys in it."""


@dataclass(frozen=True, slots=True)
class Proven:
    """An archive that is whole and was written with our keys. `gone`: tips in it that were deleted
    since; `tombstones`: all that are known. `known_to`: deletions before then are known.
    """

    contents: Contents
    keys: Keys = field(repr=False)
    gone: frozenset[bytes] = field(repr=False)
    tombstones: Mapping[bytes, date] = field(repr=False)
    known_to: datetime


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was written: rows by table, and what stands still."""

    rows: dict[str, int]
    stopped: Stopped


def prove(contents: Contents, master: bytes, ledgers: list[bytes]) -> Proven:
    """Open the keys of an archive and judge it and the ledgers by them, whatever their order.

    Raises WrongMasterKey, TwinKeys, MissingKey; Forged; `ledger.Changed`.
    """
    keys = installation.keys_of(master, contents.keyring)
    if not any(equal(each, contents.mac) for each in dump.proofs(keys, contents.digest)):
        raise Forged
    found = [(Ledger(contents.header.made, contents.tombstones), keys)]
    found += [ledger.read(data, master, contents.keyring) for data in ledgers]
    gone = {
        tip
        for tip in contents.tips
        if any(ledger.holds(each.tombstones, its_keys, tip) for each, its_keys in found)
    }
    buried = {key: day for each, _ in found for key, day in each.tombstones.items()}
    known_to = max(each.as_of for each, _ in found)
    return Proven(contents, keys, frozenset(gone), buried, known_to)


async def make_sure_empty(database: Database) -> None:
    """Raises NotEmpty, unless there is nothing, or what a restore or an `init` left half-made."""
    async with database.engine.connect() as connection:
        await _look(connection)


async def load(
    database: Database,
    path: Path,
    pair: Pair,
    proven: Proven,
    now: datetime,
    told: Callable[[int], None] = lambda _: None,
) -> Loaded:
    """Write a proven archive into an empty database, in one transaction, at the present schema.
    Nobody may serve it before `restored.finish`. Raises NotEmpty, Damaged, Unwritable, OSError.
    """
    try:
        return await _load(database, path, pair, proven, now, told)
    except SQLAlchemyError:
        # The message may hold what was written.
        raise Unwritable from None


async def _load(
    database: Database,
    path: Path,
    pair: Pair,
    proven: Proven,
    now: datetime,
    told: Callable[[int], None],
) -> Loaded:
    async with database.engine.connect() as plain:
        connection = await plain.execution_options(immediate=True)
        async with connection.begin():
            if await _look(connection):
                await connection.run_sync(_take_away)
            revision = proven.contents.header.revision
            await connection.run_sync(migrate.upgrade_within, revision)
            tables = await connection.run_sync(_reflected)
            rows = await _insert(connection, tables, _kept(path, pair, proven, told), proven)
            await connection.run_sync(migrate.upgrade_within)
            await _set_numbers(connection, proven.contents.numbers)
            tx = Tx(connection, proven.keys, RecordCache(), Atlas())
            await _bury(tx, proven, now.date())
            return Loaded(rows, await standstill.begin(tx, now))


async def _look(connection: AsyncConnection) -> bool:
    """Whether something lies there that may be taken away. Raises NotEmpty."""
    found = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    if not found:
        return False
    if found - metadata.tables.keys() - {_VERSIONS} or instance.name not in found:
        raise NotEmpty
    names = {row.name for row in await connection.execute(select(instance.c.name))}
    if "salt" in names and restored.RESTORING not in names:
        raise NotEmpty
    return True


def _take_away(connection: Connection) -> None:
    metadata.drop_all(connection)
    connection.execute(text(f"DROP TABLE IF EXISTS {_VERSIONS}"))


def _reflected(connection: Connection) -> dict[str, Table]:
    found = MetaData()
    found.reflect(connection)
    return {name: table for name, table in found.tables.items() if name != _VERSIONS}


def _kept(
    path: Path, pair: Pair, proven: Proven, told: Callable[[int], None]
) -> Iterator[tuple[str, list[Any]]]:
    """All rows but those of tips that are gone."""
    columns = proven.contents.header.tables
    place = {name: columns[name].index(by) for name, by in _BY_TIP.items() if name in columns}
    for table, row in read_again(path, pair, proven.contents, told):
        if table in place and base64.b64decode(row[place[table]]) in proven.gone:
            continue
        yield table, row


async def _insert(
    connection: AsyncConnection,
    tables: dict[str, Table],
    rows: Iterator[tuple[str, list[Any]]],
    proven: Proven,
) -> dict[str, int]:
    columns = proven.contents.header.tables
    if columns.keys() != tables.keys():
        raise Damaged
    if any(set(columns[name]) != set(table.columns.keys()) for name, table in tables.items()):
        raise Damaged
    counts = dict.fromkeys(columns, 0)
    waiting: list[dict[str, Any]] = []
    last = ""

    async def write() -> None:
        if waiting:
            await connection.execute(insert(tables[last]), waiting)
            counts[last] += len(waiting)
            waiting.clear()

    for name, row in rows:
        if name != last or len(waiting) >= _ROWS_AT_ONCE:
            await write()
            last = name
        named = zip(columns[name], row, strict=True)
        waiting.append({each: _read(tables[name], each, value) for each, value in named})
    await write()
    return counts


def _read(table: Table, column: str, value: Any) -> Any:
    """A value as this database wants it, whichever it was written from."""
    kind = table.columns[column].type
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


async def _set_numbers(connection: AsyncConnection, numbers: dict[str, int]) -> None:
    """No running number is given out twice, those of rows that are gone included."""
    for table in metadata.tables.values():
        column = table.autoincrement_column
        if column is None:
            continue
        row = (await connection.execute(select(column).order_by(column.desc()).limit(1))).first()
        highest = max(numbers.get(table.name, 0), row[0] if row is not None else 0)
        named: dict[str, str | int] = {"name": table.name, "number": highest}
        if highest and connection.dialect.name != "sqlite":
            sequence = text("SELECT setval(pg_get_serial_sequence(:name, :column), :number)")
            await connection.execute(sequence, {**named, "column": column.name})
        elif highest and table.dialect_options["sqlite"]["autoincrement"]:
            forget = text("DELETE FROM sqlite_sequence WHERE name = :name")
            await connection.execute(forget, {"name": table.name})
            keep = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)")
            await connection.execute(keep, named)


async def _bury(tx: Tx, proven: Proven, today: date) -> None:
    """Keep every tombstone, and take out the letters of tips that are gone."""
    # Once more by the keys that are kept: a ledger may be of later ones, which are lost.
    buried = {tx.keys.mac(Purpose.TOMBSTONES, tip): today for tip in proven.gone}
    buried.update(proven.tombstones)
    known = {bytes(row.id) for row in await tx.rows(select(tombstones.c.id))}
    fresh = [{"id": key, "day": day} for key, day in buried.items() if key not in known]
    await tx.run(insert(tombstones), fresh)
    for tip in proven.gone:
        await outbox.drop_of(tx, tip)
