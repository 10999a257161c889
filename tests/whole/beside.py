"""What stands in the rows of the tables that are sealed, and which plain words stand beside it."""

import functools
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import asyncpg

from handlers import units as unit_files
from handlers.tips import Category, Outcome, Status
from tests import product, world

_SEALED = (
    *("tips", "parts", "chunks", "wraps", "letters", "audit", "tombstones", "tallies"),
    *("subscribers", "accounts", "alarms"),
)
_UNITS = product.ROOT / "storage" / "data" / "demo_units.csv"


def words_beside(rows: dict[str, bytes]) -> frozenset[tuple[str, str]]:
    """Plain ids and names of categories, statuses, outcomes, units and places in rows of tips."""
    return frozenset(
        (table, word)
        for table, data in rows.items()
        for word in _plain_words()
        for needle in _needles(word)
        if needle in data
    )


@functools.cache
def _plain_words() -> tuple[str, ...]:
    places = world.places()
    tree = unit_files.parse(_UNITS.read_text(encoding="utf-8"), known_places=places.is_known)
    words = {each.value for kind in (Category, Status, Outcome) for each in kind}
    for unit in tree:
        words |= {unit.id, unit.name, *unit.places}
        for code in unit.places:
            place = places.by_code(code)
            words |= {place.name, place.province, place.province_code} if place else set()
    return tuple(sorted(words))


def _needles(word: str) -> list[bytes]:
    """Short words only within quotation marks: in megabytes of random bytes they come by chance."""
    quoted = [f'"{word}"'.encode()] if len(word) > 2 else []
    plain = [word.encode(), word.encode("utf-16-le")] if len(word) > 5 else []
    return quoted + plain


def rows_of_file(path: Path) -> dict[str, bytes]:
    """All rows of the sealed tables in an SQLite file."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return {
            table: _joined(connection.execute(f"SELECT * FROM {table}").fetchall())
            for table in _SEALED
        }
    finally:
        connection.close()


async def rows_of_server(url: str) -> dict[str, bytes]:
    """The same at a PostgreSQL server."""
    return await _read(url, _SEALED)


async def dump(url: str, folder: Path) -> None:
    """Every row of every table at a PostgreSQL server, a file for each table: in its own pages long
    values are compressed in a way of its own, in which nobody can search.
    """
    folder.mkdir()
    asked = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        names = [str(row["tablename"]) for row in await connection.fetch(asked)]
    finally:
        await connection.close()
    for name, rows in (await _read(url, names)).items():
        (folder / f"{name}.rows").write_bytes(rows)


async def _read(url: str, tables: Iterable[str]) -> dict[str, bytes]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return {
            table: _joined([tuple(row) for row in await connection.fetch(f"SELECT * FROM {table}")])
            for table in tables
        }
    finally:
        await connection.close()


def _joined(rows: list[tuple[object, ...]]) -> bytes:
    return b"\0".join(
        value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row
    )
