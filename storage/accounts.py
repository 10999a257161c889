"""Channel accounts that bulletins are sent from: sealed tokens, and who may use one just now."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, case, func, insert, select, update

from storage.database import Tx
from storage.keys import Keys, Purpose
from storage.tables import accounts

PER_SECOND = 30
"""What Telegram lets an ordinary bot send in a second (core.telegram.org/bots/faq)."""

_LOCK = 7_401_002


@dataclass(frozen=True, slots=True)
class Account:
    """An account; `per_second` is how many messages its channel permits."""

    id: int
    name: str
    channel: str
    enabled: bool
    per_second: int


async def add(
    tx: Tx, name: str, channel: str, token: str, *, per_second: int = PER_SECOND
) -> Account | None:
    """A new account, ready for use; None when the name is taken."""
    await one_at_a_time(tx)
    if await by_name(tx, name) is not None:
        return None
    await tx.run(
        insert(accounts).values(
            name=name,
            channel=channel,
            body=_sealed(tx, name, token),
            enabled=True,
            per_second=per_second,
            holder=None,
            until=0,
            fence=0,
        )
    )
    return await by_name(tx, name)


async def ensure_first(tx: Tx, channel: str, token: str) -> Account:
    """The account of the settings' token, called like its channel. Another token than the one that
    is known takes its place; whether the account is enabled stays as it is.
    """
    await one_at_a_time(tx)
    known = await by_name(tx, channel)
    if known is None:
        known = await add(tx, channel, channel, token)
    elif await token_of(tx, known.id) != token:
        await renew(tx, known, token)
    if known is None:
        raise RuntimeError("an account that was just written is not there")
    return known


async def renew(tx: Tx, account: Account, token: str) -> None:
    """Keep another token for an account, which stays what it is in every other way."""
    fresh = _sealed(tx, account.name, token)
    await tx.run(update(accounts).where(accounts.c.id == account.id).values(body=fresh))


async def every(tx: Tx) -> tuple[Account, ...]:
    """All accounts, the oldest first, those that were disabled too."""
    rows = await tx.rows(_SELECTED.order_by(accounts.c.id))
    return tuple(map(_opened, rows))


async def by_id(tx: Tx, account: int) -> Account | None:
    """The account with this number."""
    row = await tx.row(_SELECTED.where(accounts.c.id == account))
    return _opened(row) if row is not None else None


async def by_name(tx: Tx, name: str) -> Account | None:
    """The account called so."""
    row = await tx.row(_SELECTED.where(accounts.c.name == name))
    return _opened(row) if row is not None else None


async def hold(tx: Tx, account: int) -> None:
    """Let nobody else hold this account until the transaction ends; on SQLite nobody can."""
    await tx.row(select(accounts.c.id).where(accounts.c.id == account).with_for_update())


async def token_of(tx: Tx, account: int) -> str | None:
    """The token of an account, None for one that is not there. Raises Unopenable."""
    asked = select(accounts.c.name, accounts.c.body).where(accounts.c.id == account)
    row = await tx.row(asked)
    if row is None:
        return None
    return tx.keys.open_sealed(Purpose.ACCOUNTS, row.body, _about(row.name)).decode()


async def disable(tx: Tx, name: str) -> bool:
    """Send nothing from this account any more; False when there is none, or it was disabled.

    Whoever holds it loses it at once.
    """
    where = (accounts.c.name == name) & accounts.c.enabled
    fence = accounts.c.fence + 1
    lost = update(accounts).where(where).values(enabled=False, holder=None, until=0, fence=fence)
    return await tx.run(lost) > 0


async def enable(tx: Tx, name: str) -> bool:
    """Send from it again; False when there is none, or it is enabled."""
    where = (accounts.c.name == name) & accounts.c.enabled.is_(False)
    return await tx.run(update(accounts).where(where).values(enabled=True)) > 0


async def lease(tx: Tx, account: int, holder: bytes, now_ms: int, seconds: float) -> int | None:
    """Take the account for so long, or keep it for so much longer; None while somebody else has
    it, and for one that is disabled. `now_ms` is Unix time in milliseconds.

    The number is the fence: it stays for one holder and rises with every change of hands, so that
    a holder who comes back late is known by an old one.
    """
    own = accounts.c.holder == holder
    free = accounts.c.holder.is_(None) | (accounts.c.until <= now_ms)
    taken = (
        update(accounts)
        .where(accounts.c.id == account, accounts.c.enabled, own | free)
        .values(
            holder=holder,
            until=now_ms + round(seconds * 1000),
            fence=case((own, accounts.c.fence), else_=accounts.c.fence + 1),
        )
        .returning(accounts.c.fence)
    )
    row = await tx.row(taken)
    return int(row.fence) if row is not None else None


async def release(tx: Tx, account: int, holder: bytes) -> None:
    """Give the account back, if it is still this holder's."""
    where = (accounts.c.id == account) & (accounts.c.holder == holder)
    await tx.run(update(accounts).where(where).values(holder=None, until=0))


def renewed(keys: Keys, row: Row[Any]) -> dict[str, bytes]:
    """What a row holds under the current keys, for a rotation. Raises Unopenable."""
    return {"body": keys.reseal(Purpose.ACCOUNTS, row.body, _about(row.name))}


async def one_at_a_time(tx: Tx) -> None:
    """Let nobody else add an account before this transaction ends."""
    # Two processes that start at once would add the same name; on SQLite there is one writer.
    if not tx.is_sqlite:
        await tx.row(select(func.pg_advisory_xact_lock(_LOCK)))


_SELECTED = select(
    accounts.c.id,
    accounts.c.name,
    accounts.c.channel,
    accounts.c.enabled,
    accounts.c.per_second,
)


def _opened(row: Row[Any]) -> Account:
    return Account(row.id, row.name, row.channel, row.enabled, row.per_second)


def _sealed(tx: Tx, name: str, token: str) -> bytes:
    return tx.keys.seal(Purpose.ACCOUNTS, token.encode(), _about(name))


def _about(name: str) -> bytes:
    return b"account" + name.encode()
