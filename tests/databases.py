"""Databases for tests: an empty one for each test, and worlds that are made once and put back.

To make a database of PostgreSQL, its tables and their first rows costs half a second, to drop it a
tenth; a test uses it for as long as that. So each process of the tests has one database for all of
its tests. A test gets it empty. What `prepare` filled is emptied after the test, put back as it was
and kept in a schema beside `public`, which the next test that asks for it has in a millisecond.
"""

import io
import itertools
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from storage.database import file_of
from tests import services

Result = TypeVar("Result")
Fill = Callable[[str], Awaitable[Result]]
"""Makes tables and rows in the empty database at an address, closes it, and may tell something
about it that whoever opens it must know: its master key."""

_TERMINATE = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
# Whatever was written into a table and taken out again leaves pages.
_WRITTEN = """SELECT relname FROM pg_class WHERE relkind = 'r'
AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0"""
_COUNTED = """SELECT sequencename, last_value FROM pg_sequences
WHERE schemaname = 'public' AND last_value IS NOT NULL"""
# Everything of a schema that a statement could have changed: when it differs, it is made anew.
_SHAPE = """SELECT md5(string_agg(each, ',' ORDER BY each)) FROM (
  SELECT concat_ws(' ', c.relname, c.relkind, a.attname, a.atttypid, a.attnotnull, a.atthasdef,
    a.attidentity) AS each FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped AND a.attnum > 0
  UNION ALL SELECT concat_ws(' ', t.tgname, t.tgenabled) FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS shape"""


@dataclass(slots=True)
class _World:
    """What one fill made in PostgreSQL, as it was then."""

    schema: str
    told: Any
    shape: str
    rows: dict[str, bytes]
    counted: dict[str, int]


@dataclass(slots=True)
class _Shelf:
    """The one database of this process at PostgreSQL, and what is kept in it."""

    admin_url: str
    url: str = ""
    worlds: dict[Fill[Any], _World] = field(default_factory=dict)
    shown: Fill[Any] | None = None
    """Whose tables stand in `public`."""
    names: Iterator[int] = field(default_factory=itertools.count)


_files: dict[Fill[Any], tuple[bytes, Any]] = {}
_shelves: dict[str, _Shelf] = {}


def take_postgresql(admin_url: str) -> str:
    """The address of this process's database, which is empty."""
    shelf = _shelves.setdefault(admin_url, _Shelf(admin_url))
    if not shelf.url:
        shelf.url = services.make_postgresql_database(admin_url)
    return shelf.url


def give_back_postgresql(admin_url: str) -> None:
    """Make the database of `take_postgresql` empty again, whoever is still connected to it."""
    shelf = _shelves[admin_url]
    try:
        services.run(_clear(shelf))
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        # A test has done something to it that nobody thought of. The next one gets another.
        _drop(shelf)


def drop_postgresql() -> None:
    """Drop what this process made."""
    for shelf in _shelves.values():
        _drop(shelf)
    _shelves.clear()


async def prepare(url: str, fill: Fill[Result]) -> Result:
    """Bring the empty database at `url` to the state that `fill` leaves, and tell what it told. In
    one process a fill is carried out once for SQLite and once for PostgreSQL.
    """
    if (file := file_of(url)) is not None:
        return await _prepare_file(file, fill)
    shelf = next((each for each in _shelves.values() if each.url == url), None)
    if shelf is None:
        # Not one of ours (a server of its own, a database of the bench): nothing is kept there.
        return await fill(url)
    assert shelf.shown is None, "this database is not empty any more"
    if fill not in shelf.worlds:
        shelf.worlds[fill] = await _made(shelf, fill)
    else:
        await _execute(
            url, f"DROP SCHEMA public; ALTER SCHEMA {shelf.worlds[fill].schema} RENAME TO public"
        )
    shelf.shown = fill
    told: Result = shelf.worlds[fill].told
    return told


async def _prepare_file(file: Path, fill: Fill[Result]) -> Result:
    if fill not in _files:
        with tempfile.TemporaryDirectory() as folder:
            first = Path(folder) / "first.db"
            told = await fill(f"sqlite+aiosqlite:///{first}")
            beside = [each.name for each in Path(folder).iterdir() if each != first]
            assert not beside, f"the fill has not closed its database: {beside}"
            _files[fill] = first.read_bytes(), told
    data, found = _files[fill]
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as new:
        new.write(data)
    result: Result = found
    return result


async def _made(shelf: _Shelf, fill: Fill[Any]) -> _World:
    """Carry out a fill in the empty database, and remember what it left."""
    told = await fill(shelf.url)
    connection = await _connect(shelf.url)
    try:
        rows = {}
        for table in await _names(connection, _WRITTEN):
            out = io.BytesIO()
            await connection.copy_from_table(table, output=out, format="binary")
            rows[table] = out.getvalue()
        counted = dict(await connection.fetch(_COUNTED))
        shape = str(await connection.fetchval(_SHAPE))
    finally:
        await connection.close()
    return _World(f"kept_{next(shelf.names)}", told, shape, rows, counted)


async def _clear(shelf: _Shelf) -> None:
    """Leave an empty `public`, and beside it what was in there as it was at first."""
    world = shelf.worlds.get(shelf.shown) if shelf.shown is not None else None
    connection = await _connect(shelf.url)
    try:
        await connection.execute(_TERMINATE)
        if world is None or await connection.fetchval(_SHAPE) != world.shape:
            await connection.execute("DROP SCHEMA public CASCADE")
            if shelf.shown is not None:
                del shelf.worlds[shelf.shown]
        else:
            await _put_back(connection, world)
            await connection.execute(f"ALTER SCHEMA public RENAME TO {world.schema}")
        await connection.execute("CREATE SCHEMA public")
    finally:
        await connection.close()
    shelf.shown = None


async def _put_back(connection: Any, world: _World) -> None:
    """The rows of the beginning and no others, in tables without a trace of any before."""
    written = await _names(connection, _WRITTEN)
    await connection.execute(";".join(f'DELETE FROM "{each}"' for each in written))
    # Deleted rows still lie in their pages, and new ones would come to lie between them.
    await connection.execute("VACUUM " + ", ".join(f'"{each}"' for each in written))
    for each in await _names(connection, _WRITTEN):
        await connection.execute(f'TRUNCATE "{each}"')
    for name, value in await connection.fetch(_COUNTED):
        if name not in world.counted:
            await connection.execute(f'ALTER SEQUENCE "{name}" RESTART')
        elif value != world.counted[name]:
            await connection.execute(f"SELECT setval('\"{name}\"', {world.counted[name]})")
    for table, data in world.rows.items():
        await connection.copy_to_table(table, source=io.BytesIO(data), format="binary")


async def _names(connection: Any, query: str) -> list[str]:
    return [str(row[0]) for row in await connection.fetch(query)]


async def _execute(url: str, statements: str) -> None:
    connection = await _connect(url)
    try:
        await connection.execute(statements)
    finally:
        await connection.close()


async def _connect(url: str) -> Any:
    return await asyncpg.connect(
        services.plain(url), timeout=services.CONNECT_SECONDS, command_timeout=60
    )


def _drop(shelf: _Shelf) -> None:
    if shelf.url:
        services.drop_postgresql_database(shelf.admin_url, shelf.url)
    shelf.url, shelf.shown = "", None
    shelf.worlds.clear()
