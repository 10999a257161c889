"""Letters to desks: what has to be shown where, and when; sealed, and gone when settled."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import delete, insert, select, update

from storage.chance import random_id
from storage.database import Tx
from storage.keys import Purpose
from storage.tables import letters

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""Due since long ago."""


class LetterKind(StrEnum):
    """What a letter asks for: a card on the web desk; in a group to post a card, to show it as it
    is now, to take it away; in an officer's chat to take away words that were read there; to ring
    an officer, wherever they are.
    """

    CARD = "card"
    POST = "post"
    REFRESH = "refresh"
    ERASE = "erase"
    WIPE = "wipe"
    PING = "ping"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter holds its kind and where it goes, never words. `due` is when it may leave; None:
    when a card of its tip may (whoever sends it decides). `lease`: somebody is sending it until
    then. ERASE and WIPE outlive their tip, so they name none; the `topic` that was opened for a
    card goes with it. `to` is the chat of a WIPE, and of an ERASE in a group that is no desk any
    more, and in hex the alarm that a PING rings.
    """

    kind: LetterKind
    tip: bytes = field(repr=False)
    unit: str
    due: datetime | None
    id: bytes = field(default=b"", repr=False)
    group: bytes = field(default=b"", repr=False)
    to: str = field(default="", repr=False)
    messages: tuple[int, ...] = field(default=(), repr=False)
    topic: int = field(default=0, repr=False)
    lease: datetime | None = None
    sealed: bytes = field(default=b"", repr=False)


async def write(tx: Tx, letter: Letter) -> None:
    """Put a letter into the outbox, in the transaction that causes it."""
    key = letter.id or random_id()
    await tx.run(insert(letters).values(id=key, body=_sealed(tx, key, letter)))


async def write_refresh(tx: Tx, tip: bytes, unit: str, group: bytes, due: datetime | None) -> None:
    """Let the card of a tip in a group be shown anew; many changes before that are one letter."""
    key = tx.keys.mac(Purpose.LETTERS, b"refresh" + tip + group)
    row = await tx.row(select(letters).where(letters.c.id == key).with_for_update())
    if row is not None:
        waiting_one = _open(tx, key, row.body)
        if waiting_one.lease is None and waiting_one.due is not None:
            return
        # What is being sent now may show the tip as it was: its letter is not this one.
        await tx.run(delete(letters).where(letters.c.id == key))
    await write(tx, Letter(LetterKind.REFRESH, tip, unit, due, key, group))


async def waiting(tx: Tx) -> tuple[Letter, ...]:
    """All letters. The due time is sealed (it would tell what is urgent), so they are opened here;
    there are never more than the tips of an hour and the cards that changed since. Those that were
    seen before are not opened again.
    """
    known, now = tx.cache.letters, dict[bytes, Letter]()
    for row in await tx.rows(select(letters).order_by(letters.c.id)):
        seen = known.get(row.id)
        is_same = seen is not None and seen.sealed == row.body
        now[row.id] = seen if seen is not None and is_same else _open(tx, row.id, row.body)
    tx.cache.letters = now
    return tuple(now.values())


async def claim(tx: Tx, letter: Letter, until: datetime) -> Letter | None:
    """Take a letter out of everybody's reach until `until`; None when it is not as it was."""
    return await _change(tx, letter, replace(letter, lease=until))


async def postpone(tx: Tx, letter: Letter, due: datetime) -> Letter | None:
    """Let the letter leave at `due`, and give it back; None when it is not as it was."""
    return await _change(tx, letter, replace(letter, due=due, lease=None))


async def settle(tx: Tx, letter: Letter) -> bool:
    """Take the letter out; False when somebody else has done so or it is a new one by now."""
    where = (letters.c.id == letter.id) & (letters.c.body == letter.sealed)
    return await tx.run(delete(letters).where(where)) == 1


async def drop_of(tx: Tx, *gone: bytes) -> None:
    """Take out every letter of tips that are deleted, of whichever kind."""
    named = frozenset(gone)
    dropped = [letter.id for letter in await waiting(tx) if letter.tip in named]
    if dropped:
        await tx.run(delete(letters).where(letters.c.id.in_(dropped)))


async def _change(tx: Tx, letter: Letter, changed: Letter) -> Letter | None:
    sealed = _sealed(tx, letter.id, changed)
    where = (letters.c.id == letter.id) & (letters.c.body == letter.sealed)
    met = await tx.run(update(letters).where(where).values(body=sealed))
    return replace(changed, sealed=sealed) if met == 1 else None


def _sealed(tx: Tx, key: bytes, letter: Letter) -> bytes:
    told = {
        "kind": letter.kind,
        "tip": letter.tip.hex(),
        "unit": letter.unit,
        "due": letter.due.isoformat() if letter.due else None,
        "group": letter.group.hex(),
        "to": letter.to,
        "messages": letter.messages,
        "topic": letter.topic,
        "lease": letter.lease.isoformat() if letter.lease else None,
    }
    return tx.keys.seal(Purpose.LETTERS, json.dumps(told).encode(), _about(key))


def _open(tx: Tx, key: bytes, body: bytes) -> Letter:
    read = json.loads(tx.keys.open_sealed(Purpose.LETTERS, body, _about(key)))
    # Letters of earlier versions know neither groups nor leases nor topics.
    lease = read.get("lease")
    return Letter(
        LetterKind(read["kind"]),
        bytes.fromhex(read["tip"]),
        read["unit"],
        datetime.fromisoformat(read["due"]) if read["due"] else None,
        bytes(key),
        bytes.fromhex(read.get("group", "")),
        read.get("to", ""),
        tuple(read.get("messages", ())),
        read.get("topic", 0),
        datetime.fromisoformat(lease) if lease else None,
        bytes(body),
    )


def _about(key: bytes) -> bytes:
    return b"letter" + bytes(key)
