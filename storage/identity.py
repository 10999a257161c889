"""Who a worker says they are: words that lie where files lie, for the one who holds the tip."""

from collections.abc import Sequence

from sqlalchemy import delete

from handlers.tips import Author, Kind
from storage import thread
from storage.chance import random_size
from storage.crypto import CaseKey
from storage.database import Tx
from storage.tables import chunks
from storage.thread import NewPart, Part

LEAST_BYTES = 48 * 1024
MOST_BYTES = 96 * 1024
_FILLING = b"\0"


def new_part(words: str) -> NewPart:
    """The part that says it. The words stand in its file and not in itself: so whoever loads a
    thread has none of them, and they can be destroyed while the chain of parts stays whole. They
    are filled up to the size of some small picture, so that their own tells nothing.
    """
    told = words.encode()
    filled = told.ljust(random_size(LEAST_BYTES, MOST_BYTES), _FILLING)
    return NewPart(Author.WORKER, Kind.IDENTITY, mime="text/plain", data=filled)


def unread(parts: Sequence[Part]) -> tuple[Part, ...]:
    """What was said and neither read nor taken back."""
    ends = (Kind.IDENTITY_READ, Kind.IDENTITY_BACK)
    last = max((at for at, each in enumerate(parts, start=1) if each.kind in ends), default=0)
    return tuple(each for each in parts[last:] if each.kind is Kind.IDENTITY)


def said(parts: Sequence[Part]) -> tuple[Part, ...]:
    """What was said and is there: read by somebody before, or not."""
    gone: set[bytes] = set()
    waiting: list[bytes] = []
    for each in parts:
        if each.kind is Kind.IDENTITY:
            waiting.append(each.id)
        elif each.kind is Kind.IDENTITY_READ:
            waiting.clear()
        elif each.kind is Kind.IDENTITY_BACK:
            gone.update(waiting)
            waiting.clear()
    return tuple(each for each in parts if each.kind is Kind.IDENTITY and each.id not in gone)


async def words(tx: Tx, tip: bytes, case: CaseKey, parts: Sequence[Part]) -> str:
    """What `parts` say, one below the other. Raises Unopenable where something is missing."""
    found = [await thread.file(tx, tip, case, each) for each in parts]
    return "\n\n".join(each.rstrip(_FILLING).decode() for each in found)


async def destroy(tx: Tx, tip: bytes, parts: Sequence[Part]) -> None:
    """Take those words away for good; that something was said stays in the thread."""
    for each in parts:
        await tx.run(delete(chunks).where(chunks.c.tip == tip, chunks.c.id.in_(each.chunks)))
