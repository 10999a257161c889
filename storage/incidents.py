"""Whether an incident is open, and since when it is known: the house's own, of nobody."""

from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select

from handlers.incidents import Held, size_of
from storage import audit, staff
from storage.audit import Act
from storage.database import Tx
from storage.tables import instance, subscribers, tips
from storage.tables import staff as members

INCIDENT = "incident"
"""The name in `instance`."""


async def known_since(tx: Tx) -> datetime | None:
    """Since when the open incident is known, aware, UTC; None while none is open."""
    row = await tx.row(select(instance.c.value).where(instance.c.name == INCIDENT))
    return datetime.fromtimestamp(int(row.value), UTC) if row is not None else None


async def start(tx: Tx, known: datetime, *, by: bytes | None, now: datetime) -> bool | None:
    """Keep that an incident is known since `known`. False, and nothing is changed, where one is
    open: its clock is never set back. None where `by`, a member, looks after nobody (None: the
    operator).
    """
    if by is not None and not await staff.units_run_by(tx, by):
        return None
    if await known_since(tx) is not None:
        return False
    value = str(int(known.timestamp())).encode()
    await tx.run(insert(instance).values(name=INCIDENT, value=value))
    await audit.write(tx, Act.INCIDENT_STARTED, staff=by, minute=now)
    return True


async def close(tx: Tx, now: datetime) -> bool:
    """The operator is done with it. False where none is open."""
    if not await tx.run(delete(instance).where(instance.c.name == INCIDENT)):
        return False
    await audit.write(tx, Act.INCIDENT_CLOSED, staff=None, minute=now)
    return True


async def held(tx: Tx) -> Held:
    """About how much is held; never a number."""
    counts = []
    for table in (tips, subscribers, members):
        row = await tx.row(select(func.count().label("there")).select_from(table))
        counts.append(size_of(row.there if row is not None else 0))
    return Held(*counts)
