"""Work that only one process may do at a time, for as long as it lives."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database, Unreachable

POLLING = 7_401_003
"""Updates of the bot `number` are polled."""
ORDER = 7_401_017
"""Rows are laid anew; its number is 0."""

_TAKE = text("SELECT pg_try_advisory_lock(:kind, :number)")
_FREE = text("SELECT pg_advisory_unlock(:kind, :number)")
_HELD = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND pid = pg_backend_pid() AND classid = CAST(CAST(:kind AS bigint) AS oid)"
    " AND objid = CAST(CAST(:number AS bigint) AS oid)"
)
_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError, OSError)


@dataclass(frozen=True, slots=True)
class Hold:
    """The work `number` of its kind, held; on SQLite, which one `run` serves alone, without a
    connection.
    """

    number: int
    connection: AsyncConnection | None = field(default=None, repr=False)
    kind: int = POLLING

    async def lasts(self) -> bool:
        """Whether it is ours still: a database that went down has let it go."""
        if self.connection is None:
            return True
        try:
            asked = {"kind": self.kind, "number": self.number}
            return bool(await self.connection.scalar(_HELD, asked))
        except _ERRORS:
            return False


@asynccontextmanager
async def alone_with(
    database: Database, number: int, kind: int = POLLING
) -> AsyncIterator[Hold | None]:
    """Hold the work `number` (for polling: of an account) as long as the context is open; None
    where somebody else holds it. A process that dies lets it go at once. Raises Unreachable.
    """
    if database.is_sqlite:
        yield Hold(number)
        return
    work = {"kind": kind, "number": number}
    # A lock of the session: it needs a connection of its own, without a transaction on it.
    async with AsyncExitStack() as stack:
        try:
            connection = await stack.enter_async_context(database.engine.connect())
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            taken = await connection.scalar(_TAKE, work)
        except _ERRORS:
            raise Unreachable from None
        try:
            yield Hold(number, connection, kind) if taken else None
        finally:
            if taken:
                with suppress(*_ERRORS):
                    await connection.execute(_FREE, work)
