"""The account that pushes are sent from: an ordinary one of the engine, with our public key."""

from contextlib import AbstractAsyncContextManager
from urllib.parse import urlsplit

from bot.bulletins.bulk import Bulk
from bot.bulletins.mailing import OpenBulk
from bot.pace import Limits, Pace
from bot.push.bulk import PushBulk
from bot.push.keys import PushKey
from storage import accounts
from storage.accounts import Account
from storage.database import Database, Tx

CHANNEL = "webpush"
PER_SECOND = 50
"""Push services name no limit for a sender; this is far below what they take from others."""


class OtherKey(Exception):
    """People subscribed with another key: none of them could be reached with this one."""


async def ensure(tx: Tx, key: PushKey) -> Account:
    """The account of the push key, made where there is none. Raises OtherKey."""
    known = await accounts.by_name(tx, CHANNEL)
    if known is None:
        known = await accounts.add(tx, CHANNEL, CHANNEL, key.name, per_second=PER_SECOND)
    if known is None or known.channel != CHANNEL:
        raise RuntimeError("the account of Web Push is not there")
    if await accounts.token_of(tx, known.id) != key.name:
        raise OtherKey
    return known


async def opener(database: Database, key: PushKey, public_url: str) -> OpenBulk:
    """Makes the account where there is none; gives how it is opened. Raises OtherKey."""
    async with database.write() as tx:
        await ensure(tx, key)
    contact = contact_of(public_url)

    def open_bulk(account: Account, _: str) -> AbstractAsyncContextManager[Bulk]:
        limits = Limits(bulk_per_second=account.per_second)
        return PushBulk(key, contact, Pace(limits), account.per_second)

    return open_bulk


def contact_of(public_url: str) -> str:
    """Where a push service may write to: an address that whoever runs a mail server has (RFC 5321,
    4.5.1).
    """
    return f"postmaster@{urlsplit(public_url).hostname or 'localhost'}"
