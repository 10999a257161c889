"""Houses to back up and to restore, for the tests of backups."""

import hashlib
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from storage import archive, dump, installation, migrate, restore, restored
from storage.archive import ArchiveWriter
from storage.crypto import Pair, new_pair
from storage.database import Database
from storage.dump import Written
from storage.keys import Keys
from storage.restore import Loaded, Proven
from tests import databases, planning_world

NIGHT = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
"""Two o'clock in Viet Nam."""
NOON = NIGHT + timedelta(hours=10, minutes=40)
PAIR = new_pair()


@dataclass(slots=True)
class House:
    """A database with units, staff and an account, and the key that opens it."""

    database: Database
    master: bytes = field(repr=False)


@asynccontextmanager
async def house(url: str) -> AsyncIterator[House]:
    """A house that something can happen in."""
    master = await databases.prepare(url, planning_world._fill)
    made = Database(url)
    try:
        await installation.open_with(made, master)
        yield House(made, master)
    finally:
        await made.close()


async def back_up(made: Database, path: Path, now: datetime = NIGHT, pair: Pair = PAIR) -> Written:
    """An archive of it at `path`."""
    with path.open("wb") as file:
        writer = ArchiveWriter(file, pair.public)
        async with made.read() as tx:
            written = await dump.write(tx, str(migrate.head()), now, writer.write)
        writer.finish()
    return written


def proven(path: Path, master: bytes, *ledgers: bytes) -> Proven:
    """What is known of an archive before anything is written."""
    return restore.prove(archive.examine(path, PAIR), master, list(ledgers))


async def load(path: Path, url: str, found: Proven, now: datetime = NOON) -> Loaded:
    """Write it, and leave it as a crash just after would."""
    made = Database(url)
    try:
        return await restore.load(made, path, PAIR, found, now)
    finally:
        await made.close()


@asynccontextmanager
async def opened(url: str, master: bytes) -> AsyncIterator[Database]:
    """A database that was loaded, whole."""
    made = Database(url)
    try:
        await installation.open_with(made, master)
        async with made.write() as tx:
            await restored.finish(tx)
        yield made
    finally:
        await made.close()


async def everything(made: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, in the order of their keys."""
    found = {}
    async with made.read() as tx:
        for table in dump.tables():
            rows = await tx.rows(select(table))
            found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found


def plain_lines(path: Path, pair: Pair = PAIR) -> list[Any]:
    """What stands in an archive."""
    with path.open("rb") as file:
        return [json.loads(line) for line in archive._lines(file, pair, lambda _: None)]


def rewritten(
    path: Path, change: Callable[[list[Any]], list[Any]], keys: Keys | None = None
) -> None:
    """Change what stands in an archive, and prove it by our keys, if given."""
    *lines, last = plain_lines(path)
    lines = change(lines)
    whole = hashlib.sha256()
    out = io.BytesIO()
    writer = ArchiveWriter(out, PAIR.public)
    for line in lines:
        data = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        whole.update(data)
        writer.write(data)
    mac = dump.prove(keys, whole.digest()).hex() if keys is not None else last["mac"]
    writer.write(json.dumps({"mac": mac}).encode() + b"\n")
    writer.finish()
    path.write_bytes(out.getvalue())
