"""Who sends over a channel account: one process at a time, and each of its writes proves it."""

from dataclasses import dataclass, field

from sqlalchemy import select, update

from storage.database import Tx
from storage.tables import accounts


class Lost(Exception):
    """Somebody else sends over this account by now: nothing was written, nothing may be sent."""


@dataclass(frozen=True, slots=True)
class Lease:
    """An account in the hands of one process; `fence` is what `storage.accounts.lease` gave."""

    account: int
    holder: bytes = field(repr=False)
    fence: int


async def check(tx: Tx, lease: Lease) -> None:
    """Make sure that the account is still ours until this transaction ends. Raises Lost."""
    ours = select(accounts.c.id).where(
        accounts.c.id == lease.account,
        accounts.c.holder == lease.holder,
        accounts.c.fence == lease.fence,
        accounts.c.enabled.is_(True),
    )
    # Shared, so that whoever would take it over waits for our commit.
    if await tx.row(ours.with_for_update(read=True)) is None:
        raise Lost


async def free_all(tx: Tx) -> None:
    """End every lease. Only for a process that knows to be alone (`run` on SQLite): those who held
    them are dead, and waiting for the end of their time would help nobody.
    """
    await tx.run(update(accounts).where(accounts.c.holder.is_not(None)).values(until=0))


async def halt(tx: Tx, lease: Lease, until_ms: int) -> None:
    """Keep that the app allows nothing before `until_ms`, for the next process and the report."""
    await tx.run(
        update(accounts).where(accounts.c.id == lease.account).values(halted_until=until_ms)
    )


async def halted_until(tx: Tx, account: int) -> int:
    """Before when the app allows nothing, in Unix milliseconds; 0 where it never said so."""
    row = await tx.row(select(accounts.c.halted_until).where(accounts.c.id == account))
    return int(row.halted_until or 0) if row is not None else 0
