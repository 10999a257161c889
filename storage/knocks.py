"""Where a worker asked to be told that there is news: the one address that ever stands with a tip.

It is sealed under a key of its own, and that under the case key of the tip: whoever answers has it
open, and nobody else. Every tip has such a row from its filing on, and what lies in most of them
opens with no key. The address ends with the tip's closing, and no backup holds it.
"""

from sqlalchemy import insert, select, update

from storage import crypto
from storage.crypto import CaseKey, Unopenable
from storage.database import Tx
from storage.padding import joined
from storage.tables import knocks

CHAT_BYTES = 128
"""The longest chat ("channel|address"), and what every row is padded to."""

_PART, _AUTHOR = b"knock", "knock"


class TooLong(ValueError):
    """An address that is longer than any that a chat app has."""


async def lay(tx: Tx, tip: bytes) -> None:
    """The row of a new tip, which nobody asked for yet."""
    await tx.run(insert(knocks).values(tip=tip, **nothing(tip)))


async def keep(tx: Tx, tip: bytes, case: CaseKey, chat: str) -> None:
    """From now on `chat` ("channel|address") is told of news, in the place of any other. Raises
    TooLong.
    """
    await _write(tx, tip, _sealed(case, tip, chat.encode()))


async def forget(tx: Tx, tip: bytes) -> None:
    """Nobody is told any more; what lay there opens with no key."""
    await _write(tx, tip, nothing(tip))


async def find(tx: Tx, tip: bytes, case: CaseKey) -> str | None:
    """The chat that is told, None where nobody asked."""
    row = await tx.row(select(knocks).where(knocks.c.tip == tip))
    if row is None:
        return None
    try:
        key = case.open_part(row.key, tip=tip, part=_PART, author=_AUTHOR)
        return crypto.unpad(crypto.open_loose(key, row.body, _about(tip))).decode()
    except Unopenable:
        return None


async def tell(tx: Tx, tip: bytes, case: CaseKey) -> None:
    """Let the chat, if there is one, be told once this transaction has ended: by this process, from
    memory, once.
    """
    chat = await find(tx, tip, case)
    if chat is not None:
        tx.told.add(chat)


def nothing(tip: bytes) -> dict[str, bytes]:
    """What nobody can tell from a chat, and nobody can open."""
    return _sealed(CaseKey.new(), tip, b"")


def _sealed(case: CaseKey, tip: bytes, chat: bytes) -> dict[str, bytes]:
    if len(chat) >= CHAT_BYTES:
        raise TooLong
    key = crypto.new_master()
    body = crypto.seal_loose(key, crypto.pad(chat, CHAT_BYTES), _about(tip))
    return {"key": case.seal_part(key, tip=tip, part=_PART, author=_AUTHOR), "body": body}


async def _write(tx: Tx, tip: bytes, values: dict[str, bytes]) -> None:
    await tx.run(update(knocks).where(knocks.c.tip == tip).values(**values))


def _about(tip: bytes) -> bytes:
    return joined(_PART, tip)
