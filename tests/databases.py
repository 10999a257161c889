"""Databases for tests: an empty one for each test, and worlds that are made once and put back.

To make a database of PostgreSQL, its tables and their first rows costs half a second, to drop it a
tenth; a test uses it for as long as that. So each process of the tests has one database for all of
its tests. A test gets it empty. What `prepare` filled is emptied after the test, put back as it was
and kept in a schema beside `public`, which the next test that asks for it has in a millisecond. All
of that goes over one line that stays open, for to begin one costs as much as the rest.
"""

import asyncio
import functools
import io
import itertools
import tempfile
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import Future
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
_WRITTEN = """SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relkind = 'r'
AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0"""
_PAGE_BYTES = 8192
# Rows that nobody has touched lie where they lay, written by who wrote them, locked by nobody.
_TOUCHED = """SELECT '{0}', (SELECT md5(string_agg(concat_ws(' ', ctid, xmin, xmax), ','
ORDER BY ctid)) FROM "{0}")"""
# What a test writes need not outlive the server.
_IN_HASTE = "ALTER DATABASE {} SET synchronous_commit = off"
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
    lying: dict[str, str]
    """How the rows lay when they were last put there."""
    counted: dict[str, int]


@dataclass(slots=True)
class _Shelf:
    """The one database of this process at PostgreSQL, and what is kept in it."""

    admin_url: str
    url: str = ""
    line: Any = None
    """Our own connection to it, of the loop that runs beside the tests."""
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
        _beside(_execute(shelf, _IN_HASTE.format(shelf.url.rpartition("/")[2]))).result()
    return shelf.url


def give_back_postgresql(admin_url: str) -> None:
    """Make the database of `take_postgresql` empty again, whoever is still connected to it."""
    shelf = _shelves[admin_url]
    try:
        _beside(_clear(shelf)).result()
    except (
        OSError,
        TimeoutError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        # The line was in the middle of something when the server threw everybody out.
        asyncpg.InternalClientError,
    ):
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
        told = await fill(url)
        shelf.worlds[fill] = await asyncio.wrap_future(_beside(_seen(shelf, told)))
    else:
        kept = shelf.worlds[fill].schema
        shown = f"DROP SCHEMA public; ALTER SCHEMA {kept} RENAME TO public"
        await asyncio.wrap_future(_beside(_execute(shelf, shown)))
    shelf.shown = fill
    result: Result = shelf.worlds[fill].told
    return result


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


async def _seen(shelf: _Shelf, told: Any) -> _World:
    """What a fill left in the empty database, to be remembered."""
    connection = await _line(shelf)
    rows = {}
    for table, _ in await connection.fetch(_WRITTEN):
        out = io.BytesIO()
        await connection.copy_from_table(table, output=out, format="binary")
        rows[table] = out.getvalue()
    lying = await _lying(connection, rows)
    counted = dict(await connection.fetch(_COUNTED))
    shape = str(await connection.fetchval(_SHAPE))
    return _World(f"kept_{next(shelf.names)}", told, shape, rows, lying, counted)


async def _clear(shelf: _Shelf) -> None:
    """Leave an empty `public`, and beside it what was in there as it was at first."""
    world = shelf.worlds.get(shelf.shown) if shelf.shown is not None else None
    connection = await _line(shelf)
    await connection.execute(_TERMINATE)
    if world is None or await connection.fetchval(_SHAPE) != world.shape:
        await connection.execute("DROP SCHEMA public CASCADE")
        if shelf.shown is not None:
            del shelf.worlds[shelf.shown]
    else:
        await _put_back(connection, world)
        await connection.execute(f"ALTER SCHEMA public RENAME TO {world.schema}")
    await connection.execute("CREATE SCHEMA public")
    shelf.shown = None


async def _put_back(connection: Any, world: _World) -> None:
    """The rows of the beginning and no others, in tables without a trace of any before."""
    written: dict[str, int] = dict(await connection.fetch(_WRITTEN))
    lying = await _lying(connection, world.rows)
    changed = [each for each in world.rows if lying[each] != world.lying[each]]
    emptied = [each for each in written if each not in world.rows or each in changed]
    if emptied:
        await connection.execute(";".join(f'DELETE FROM "{each}"' for each in emptied))
    await _sweep(connection, written)
    for each, size in await connection.fetch(_WRITTEN):
        if each in emptied and size > _PAGE_BYTES:
            await connection.execute(f'TRUNCATE "{each}"')
    await _count_again(connection, world)
    if changed:
        async with connection.transaction():
            for each in changed:
                data = io.BytesIO(world.rows[each])
                await connection.copy_to_table(each, source=data, format="binary")
        world.lying |= await _lying(connection, changed)


async def _sweep(connection: Any, written: dict[str, int]) -> None:
    """Deleted rows still lie in their pages, and new ones would come to lie between them.

    To give pages back costs ten times as much as all else, so a table keeps the one page that it
    has. Of several, the next rows would not begin with the first.
    """
    small = [f'"{each}"' for each, size in written.items() if size <= _PAGE_BYTES]
    large = [f'"{each}"' for each, size in written.items() if size > _PAGE_BYTES]
    for tables, options in ((small, "(TRUNCATE false) "), (large, "")):
        if tables:
            await connection.execute(f"VACUUM {options}{', '.join(tables)}")


async def _count_again(connection: Any, world: _World) -> None:
    for name, value in await connection.fetch(_COUNTED):
        if name not in world.counted:
            await connection.execute(f'ALTER SEQUENCE "{name}" RESTART')
        elif value != world.counted[name]:
            await connection.execute(f"SELECT setval('\"{name}\"', {world.counted[name]})")


async def _lying(connection: Any, tables: Iterable[str]) -> dict[str, str]:
    """Where the rows of `tables` lie, and who wrote and locked them."""
    asked = " UNION ALL ".join(_TOUCHED.format(each) for each in tables)
    return dict(await connection.fetch(asked)) if asked else {}


async def _execute(shelf: _Shelf, statements: str) -> None:
    await (await _line(shelf)).execute(statements)


async def _line(shelf: _Shelf) -> Any:
    if shelf.line is None or shelf.line.is_closed():
        shelf.line = await asyncpg.connect(
            services.plain(shelf.url),
            timeout=services.CONNECT_SECONDS,
            command_timeout=60,
            # Between two questions the tables that they are about may become others.
            statement_cache_size=0,
        )
    return shelf.line


async def _hang_up(shelf: _Shelf) -> None:
    if shelf.line is not None:
        shelf.line.terminate()
        shelf.line = None


def _drop(shelf: _Shelf) -> None:
    _beside(_hang_up(shelf)).result()
    if shelf.url:
        services.drop_postgresql_database(shelf.admin_url, shelf.url)
    shelf.url, shelf.shown = "", None
    shelf.worlds.clear()


def _beside(work: Coroutine[Any, Any, Result]) -> Future[Result]:
    """Begin `work` in the loop that runs beside the tests, each of which has a loop of its own."""
    return asyncio.run_coroutine_threadsafe(work, _loop())


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="databases", daemon=True).start()
    return loop
