"""Staff's accounts in a chat app: who is meant by an account, and how to reach them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select

from storage import desk_codes, staff
from storage.database import Tx
from storage.desk_codes import CodeKind
from storage.keys import Keys, Purpose
from storage.staff import Member
from storage.tables import desk_links


async def link(tx: Tx, code: str, account: str, now: datetime) -> Member | None:
    """Link `account` to the member whom `code` was made for; None for a code that does not hold.

    One account is one member's, and a member has one: what was linked before is not any more.
    """
    about = await desk_codes.use(tx, CodeKind.ACCOUNT, code, now)
    member = await staff.by_id(tx, bytes.fromhex(about)) if about else None
    if member is None:
        return None
    keys = tx.keys.macs(Purpose.STAFF, _named(account))
    await tx.run(
        delete(desk_links).where(desk_links.c.id.in_(keys) | (desk_links.c.staff == member.id))
    )
    key = keys[0]
    body = tx.keys.seal(Purpose.STAFF, account.encode(), _about(key))
    await tx.run(insert(desk_links).values(id=key, staff=member.id, body=body))
    return member


async def officer_of(tx: Tx, account: str) -> Member | None:
    """The officer whose account this is, while they are enrolled and some desk is theirs."""
    member = await member_of(tx, account)
    return member if member is not None and member.reads_tips else None


async def member_of(tx: Tx, account: str) -> Member | None:
    """The member of staff whose account this is, while they are enrolled."""
    keys = tx.keys.macs(Purpose.STAFF, _named(account))
    row = await tx.row(select(desk_links.c.staff).where(desk_links.c.id.in_(keys)))
    member = await staff.by_id(tx, bytes(row.staff)) if row is not None else None
    return member if member is not None and member.enrolled else None


async def account_of(tx: Tx, member: bytes) -> str | None:
    """The linked account of a member, to send them something; None when there is none."""
    row = await tx.row(select(desk_links).where(desk_links.c.staff == member))
    if row is None:
        return None
    return tx.keys.open_sealed(Purpose.STAFF, row.body, _about(row.id)).decode()


async def linked(tx: Tx) -> frozenset[bytes]:
    """The ids of all members with a linked account."""
    return frozenset(bytes(row.staff) for row in await tx.rows(select(desk_links.c.staff)))


async def unlink(tx: Tx, member: bytes) -> bool:
    """Forget the account of a member, and a code for it; False when none was linked."""
    await desk_codes.drop(tx, CodeKind.ACCOUNT, member.hex())
    return await tx.run(delete(desk_links).where(desk_links.c.staff == member)) > 0


def renewed(keys: Keys, row: Row[Any]) -> dict[str, bytes]:
    """What a row holds under the current keys, for a rotation. Raises Unopenable."""
    about = _about(row.id)
    account = keys.open_sealed(Purpose.STAFF, row.body, about).decode()
    new = keys.mac(Purpose.STAFF, _named(account))
    return {"id": new, "body": keys.reseal(Purpose.STAFF, row.body, about, _about(new))}


def _named(account: str) -> bytes:
    return b"account" + account.encode()


def _about(key: bytes) -> bytes:
    return b"desk link" + bytes(key)
