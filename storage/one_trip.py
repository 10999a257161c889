"""SQLite's connections, with one trip to their thread for each statement.

A connection of aiosqlite works in a thread of its own. As it comes, a statement goes there four
times: to make a cursor, to execute, to fetch, to close; on a busy server the waiting between these
trips takes more time than the work. Here they are one.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Any

import aiosqlite

ROWS_AT_ONCE = 1000
"""So many rows come with the statement itself; what is beyond them is fetched when asked for."""

_ITERATED_AT_ONCE = 64


class Cursor:
    """The part of aiosqlite's cursor that SQLAlchemy uses."""

    __slots__ = (
        "_connection",
        "_open",
        "_rows",
        "arraysize",
        "description",
        "lastrowid",
        "rowcount",
    )

    def __init__(self, connection: "Connection") -> None:
        """Nothing is asked yet."""
        self._connection = connection
        self._open: sqlite3.Cursor | None = None
        self._rows: list[Any] = []
        self.arraysize = 1
        self.description: Any = None
        self.lastrowid: int | None = None
        self.rowcount = -1

    async def __aenter__(self) -> "Cursor":
        """It is ready at once."""
        return self

    async def execute(self, statement: str, values: Any = ()) -> "Cursor":
        """Carry out a statement, and bring its first rows. Raises sqlite3.Error."""
        await self._connection.at_once(self._do, statement, values, False)
        return self

    async def executemany(self, statement: str, values: Any) -> "Cursor":
        """The same for many values. Raises sqlite3.Error."""
        await self._connection.at_once(self._do, statement, values, True)
        return self

    async def fetchall(self) -> Sequence[Any]:
        """All rows that are left."""
        rows, self._rows = self._rows, []
        if self._open is not None:
            rows += await self._connection.at_once(self._open.fetchall)
            await self.close()
        return rows

    async def fetchmany(self, size: int | None = None) -> Sequence[Any]:
        """The next rows, at most `size`; none at the end."""
        size = size or self.arraysize
        if not self._rows and self._open is not None:
            self._rows = await self._connection.at_once(self._open.fetchmany, size)
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    async def fetchone(self) -> Any:
        """The next row, or None."""
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def close(self) -> None:
        """What is left is not wanted."""
        self._rows = []
        if self._open is not None:
            opened, self._open = self._open, None
            await self._connection.at_once(opened.close)

    def _do(self, statement: str, values: Any, many: bool) -> None:
        """In the thread of the connection."""
        cursor = self._connection.plain.cursor()
        if many:
            cursor.executemany(statement, values)
        else:
            cursor.execute(statement, values)
        self.description, self.lastrowid = cursor.description, cursor.lastrowid
        self._rows = cursor.fetchmany(ROWS_AT_ONCE) if cursor.description else []
        # What a statement with RETURNING changed is known only now.
        self.rowcount = cursor.rowcount
        if len(self._rows) == ROWS_AT_ONCE:
            self._open = cursor
        else:
            cursor.close()


class Connection(aiosqlite.Connection):
    """Its cursors take one trip; to end a transaction that has not begun takes none."""

    # Somebody gave up waiting: their statement may still come, and begin a transaction.
    _left_behind = False

    @property
    def plain(self) -> sqlite3.Connection:
        """The connection beneath; to be used in its own thread only."""
        return self._conn

    async def at_once(self, work: Any, *values: Any) -> Any:
        """Do it in the thread of the connection; what comes of it."""
        try:
            return await self._execute(work, *values)  # type: ignore[no-untyped-call]
        except asyncio.CancelledError:
            self._left_behind = True
            raise

    def cursor(self) -> Any:
        """A cursor that does not lie in the thread before it has something to do."""
        return Cursor(self)

    async def commit(self) -> None:
        """Write what was changed for good."""
        if self._left_behind or self.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        """Forget what was changed."""
        if self._left_behind or self.in_transaction:
            await super().rollback()
            self._left_behind = False


def connect(database: str, **options: Any) -> Connection:
    """A connection, to be awaited; `options` are those of sqlite3."""
    made = Connection(lambda: sqlite3.connect(database, **options), _ITERATED_AT_ONCE)
    # A process that ends does not wait for it, as for those that SQLAlchemy makes itself.
    made._thread.daemon = True
    return made
