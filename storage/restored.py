"""What a database knows of the restore that made it: when it was, whether it came to its end."""

from datetime import UTC, datetime

from sqlalchemy import delete, insert, select

from storage.database import Database, Tx
from storage.tables import instance

RESTORING, RESTORED = "restoring", "restored"
"""Names in `instance`."""
REASON = "restored"
"""Why a sending stands still that was under way, or due, before the restore."""


async def begin(tx: Tx, now: datetime) -> None:
    """Keep that this database was restored at `now`, and is not whole until `finish`."""
    await tx.run(delete(instance).where(instance.c.name.in_([RESTORING, RESTORED])))
    seconds = str(int(now.timestamp())).encode()
    marks = [{"name": name, "value": seconds} for name in (RESTORING, RESTORED)]
    await tx.run(insert(instance), marks)


async def finish(tx: Tx) -> None:
    """The restore came to its end."""
    await tx.run(delete(instance).where(instance.c.name == RESTORING))


async def is_whole(database: Database) -> bool:
    """Whether no restore stopped half-way here; nobody may serve what is not whole."""
    async with database.engine.connect() as connection:
        found = await connection.execute(select(instance).where(instance.c.name == RESTORING))
        return found.first() is None


async def at(tx: Tx) -> datetime | None:
    """When this database was restored from a backup; None where it never was."""
    row = await tx.row(select(instance.c.value).where(instance.c.name == RESTORED))
    return datetime.fromtimestamp(int(row.value), UTC) if row is not None else None
