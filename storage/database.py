"""The database: one engine, short transactions, and what makes SQLite forget what was deleted."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Executable, Row, event, select, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage import one_trip, ring, stamps
from storage.cache import Atlas, RecordCache
from storage.keys import Keys, MissingKey, TwinKeys, WrongMasterKey
from storage.ring import Ring
from storage.stamps import Stamp
from storage.tables import counters

DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")
TIPS_CHANGED = "tips"
"""The counter that counts every committed change of a tip."""

_DRIVERS_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error)
_PATIENT_MILLISECONDS, _LITTLE_MILLISECONDS = 10_000, 200
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={_PATIENT_MILLISECONDS}",
)


class Unreachable(Exception):
    """The database does not answer."""


class OnlyRead(Exception):
    """A transaction that changes nothing was asked for a change."""


def is_full(error: BaseException) -> bool:
    """Whether the database refused because its disk has no room left."""
    told = error.orig if isinstance(error, DBAPIError) else error
    if getattr(told, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return True
    return str(getattr(told, "sqlstate", "")) == str(asyncpg.DiskFullError.sqlstate)


def read_url(url: str) -> URL:
    """The address of a database. Raises ValueError, in words without the address, for one that is
    not `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://HOST/NAME`.
    """
    try:
        read = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError("is no address of a database") from None
    if read.drivername not in DRIVERS:
        raise ValueError(f"must begin with {' or '.join(f'{each}://' for each in DRIVERS)}")
    if not read.database or read.database == ":memory:":
        raise ValueError("must name a database")
    if read.get_backend_name() == "sqlite" and read.host:
        raise ValueError("needs three strokes before the file: sqlite+aiosqlite:///data/name.db")
    return read


def file_of(url: str) -> Path | None:
    """The file of an SQLite database, None for any other."""
    read = make_url(url)
    in_file = read.get_backend_name() == "sqlite" and read.database not in (None, "", ":memory:")
    return Path(str(read.database)) if in_file else None


@dataclass(frozen=True, slots=True)
class Tx:
    """One transaction. `touched` gathers the ids of tips that it changed: they are counted when it
    ends, and told to those who watch; `noted` those of which only a desk shall hear. `told`
    gathers the chats that asked to be told of news: they are when it has ended, by this process
    alone. `stale` gathers the stamps of what it changed. One that `reads_only` refuses to change
    anything: whoever only looks, or tries what a change would do, leaves no trace.
    """

    connection: AsyncConnection = field(repr=False)
    keys: Keys = field(repr=False)
    cache: RecordCache = field(repr=False)
    atlas: Atlas = field(repr=False)
    touched: set[bytes] = field(default_factory=set, repr=False)
    noted: set[bytes] = field(default_factory=set, repr=False)
    told: set[str] = field(default_factory=set, repr=False)
    stale: set[Stamp] = field(default_factory=set)
    reads_only: bool = False

    async def rows(self, statement: Executable) -> Sequence[Row[Any]]:
        """All rows of a query."""
        return (await self.connection.execute(statement)).all()

    async def row(self, statement: Executable) -> Row[Any] | None:
        """The first row of a query, or None."""
        return (await self.connection.execute(statement)).first()

    async def run(
        self, statement: Executable, values: Sequence[dict[str, Any]] | None = None
    ) -> int:
        """Carry out a change; the number of rows that it met. Raises OnlyRead."""
        if values is not None and not values:
            return 0
        if self.reads_only:
            raise OnlyRead
        if (stamp := stamps.of_change(statement)) is not None:
            self.stale.add(stamp)
            self.atlas.forget(stamp)
        result = await self.connection.execute(statement, values)
        return int(result.rowcount)

    @property
    def is_sqlite(self) -> bool:
        """Whether SQLite serves (a few statements need a form of their own there)."""
        return self.connection.dialect.name == "sqlite"


class Database:
    """Gives transactions; `keys` are set once the installation was opened."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        """`url` as SQLAlchemy writes it: `sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`."""
        self._address = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else _engine(url, pool_size)
        self.keys: Keys | None = None
        self.ring: Ring | None = None
        self.cache = RecordCache()
        self.atlas = Atlas()
        self.on_commit: Callable[[frozenset[bytes]], None] | None = None
        self.on_news: Callable[[frozenset[str]], None] | None = None
        # SQLite has one writer; waiting here is fair and costs no busy loop.
        self._gate = asyncio.Lock()

    @property
    def file(self) -> Path | None:
        """SQLite's file; None on PostgreSQL."""
        return file_of(self._address)

    async def reach(self) -> None:
        """Make sure that the database answers. Raises Unreachable."""
        if self.is_sqlite and (file := self.file) is not None:
            try:
                file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError:
                raise Unreachable from None
        async with self._connect():
            pass

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """A transaction that changes nothing and sees one state of everything. Raises
        Unreachable.
        """
        async with self._connect() as connection:
            if not self.is_sqlite:
                # A record tells how many parts there are: both must be of the same moment.
                await connection.execution_options(isolation_level="REPEATABLE READ")
            async with connection.begin():
                keys = await self._keys(connection)
                yield Tx(connection, keys, self.cache, self.atlas, reads_only=True)

    @asynccontextmanager
    async def write(self, *, alone: bool = False) -> AsyncIterator[Tx]:
        """A transaction that is committed at the end, or rolled back as a whole by any exception.
        With `alone`, nobody else writes meanwhile. Raises Unreachable.
        """
        if self.is_sqlite:
            async with self._gate, self._write() as tx:
                yield tx
        else:
            async with self._write(alone=alone) as tx:
                yield tx
        changed = {*tx.touched, *map(for_desk, tx.noted)}
        if changed and self.on_commit is not None:
            self.on_commit(frozenset(changed))
        if tx.told and self.on_news is not None:
            self.on_news(frozenset(tx.told))

    @asynccontextmanager
    async def _write(self, *, alone: bool = False) -> AsyncIterator[Tx]:
        async with self._connect() as connection:
            await connection.execution_options(immediate=True)
            async with connection.begin():
                if not self.is_sqlite:
                    await ring.lock(connection, alone=alone)
                # A cache of its own: what is rolled back must not be remembered. It begins with
                # what was opened before, each beside the sealed bytes that it was read from.
                known = RecordCache(opened=self.cache.opened, letters=self.cache.letters)
                keys = await self._keys(connection)
                tx = Tx(connection, keys, known, self.atlas.copy())
                yield tx
                for stamp in sorted(tx.stale):
                    await stamps.renew(tx, stamp)
                if tx.touched or tx.noted:
                    # Last of all, for everybody waits for this row until the commit.
                    await tx.run(
                        update(counters)
                        .where(counters.c.name == TIPS_CHANGED)
                        .values(value=counters.c.value + 1)
                    )

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[AsyncConnection]:
        async with AsyncExitStack() as stack:
            try:
                connection = await stack.enter_async_context(self.engine.connect())
            except (*_DRIVERS_ERRORS, SQLAlchemyError, OSError):
                # The driver's message may hold the address with its password.
                raise Unreachable from None
            yield connection

    @asynccontextmanager
    async def outside(self) -> AsyncIterator[AsyncConnection]:
        """A connection of SQLite's without a transaction; nobody of this process writes meanwhile.
        Raises Unreachable.
        """
        async with self._gate, self._connect() as connection:
            await connection.execution_options(outside=True)
            yield connection

    async def truncate_log(self) -> None:
        """Empty SQLite's write-ahead log, where deleted pages would live on; nothing to do on
        PostgreSQL.
        """
        if not self.is_sqlite:
            return
        async with self.outside() as connection:
            # A backup may be reading for long: it is tried again at the next tick, for nobody could
            # write while we wait here.
            await connection.exec_driver_sql(f"PRAGMA busy_timeout={_LITTLE_MILLISECONDS}")
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            await connection.exec_driver_sql(f"PRAGMA busy_timeout={_PATIENT_MILLISECONDS}")

    async def forget_keys(self) -> None:
        """Wipe what was taken out of the keyring from the files, where it would live on; the log of
        PostgreSQL keeps it until it is recycled.
        """
        if self.is_sqlite:
            await self.truncate_log()
            return
        async with self._connect() as plain:
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql("SET lock_timeout = '1s'")
            try:
                await connection.exec_driver_sql("VACUUM FULL keyring")
            except DBAPIError:
                # Somebody reads it for long (a backup): nobody else shall wait behind us for that.
                await connection.exec_driver_sql("VACUUM keyring")
            finally:
                await connection.exec_driver_sql("RESET lock_timeout")

    async def close(self) -> None:
        """Close all connections."""
        if self.is_sqlite:
            await self.truncate_log()
        await self.engine.dispose()

    async def _keys(self, connection: AsyncConnection) -> Keys:
        """The keys of what this transaction sees."""
        if self.keys is None:
            raise Unreachable
        if self.ring is not None:
            try:
                self.keys = await self.ring.keys(connection)
            except (WrongMasterKey, TwinKeys, MissingKey):
                # The keyring changed, and the master key's file is not the one that opens it.
                raise Unreachable from None
        return self.keys


def for_desk(tip: bytes) -> bytes:
    """What a desk's page of that tip watches besides the tip itself: its worker is not woken."""
    return b"desk" + tip


async def changes(tx: Tx) -> int:
    """How many changes of tips were committed so far; who looks again knows whether to look
    closer.
    """
    row = await tx.row(select(counters.c.value).where(counters.c.name == TIPS_CHANGED))
    return int(row.value) if row is not None else 0


def _engine(url: str, pool_size: int) -> AsyncEngine:
    return create_async_engine(
        url, hide_parameters=True, pool_size=pool_size, max_overflow=10, pool_pre_ping=True
    )


def _sqlite_engine(url: str) -> AsyncEngine:
    engine = create_async_engine(url, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "do_connect")
    def connect(dialect: Any, _: Any, told: Any, options: Any) -> Any:
        return dialect.dbapi.connect(*told, async_creator_fn=one_trip.connect, **options)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        # SQLAlchemy says BEGIN below; the driver must not say it too.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        options = connection.get_execution_options()
        if options.get("outside", False):
            return
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("immediate") else "BEGIN")

    return engine
