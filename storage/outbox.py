"""Letters to desks: what has to be shown where, and when; sealed, and gone when settled."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from storage.chance import random_id
from storage.crypto import key_number
from storage.database import Tx
from storage.keys import Purpose
from storage.tables import letters

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""Due since long ago."""


class LetterKind(StrEnum):
    """What a letter asks for: a card on the web desk; in a group to post a card, to show it as it
    is now, to take it away; in an officer's chat to take away words that were read there; to ring
    an officer, wherever they are: for a tip that waits, or for one that was GIVEN to them.
    """

    CARD = "card"
    POST = "post"
    REFRESH = "refresh"
    ERASE = "erase"
    WIPE = "wipe"
    PING = "ping"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter holds its kind and where it goes, never words. `due` is when it may leave; None:
    when a card of its tip may (whoever sends it decides). `lease`: somebody is sending it until
    then. ERASE and WIPE outlive their tip, so they name none; the `topic` that was opened for a
    card goes with it. `to` is the chat of a WIPE, and of an ERASE in a group that is no desk any
    more, and in hex the alarm that a PING or GIVEN rings.
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
    keys = tx.keys.macs(Purpose.LETTERS, _refreshed(tip, group))
    row = await tx.row(select(letters).where(letters.c.id.in_(keys)).with_for_update())
    if row is not None:
        waiting_one = _open(tx, row.id, row.body)
        if waiting_one.lease is None and waiting_one.due is not None:
            return
        # What is being sent now may show the tip as it was: its letter is not this one.
        await tx.run(delete(letters).where(letters.c.id == row.id))
    await write(tx, Letter(LetterKind.REFRESH, tip, unit, due, keys[0], group))


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
    if await tx.run(delete(letters).where(_is(letter, letter.sealed))) == 1:
        return True
    anew = await _sealed_anew(tx, letter)
    return anew is not None and await tx.run(delete(letters).where(_is(letter, anew))) == 1


async def drop_of(tx: Tx, *gone: bytes, unit: str = "") -> None:
    """Take out every letter of tips that are deleted, of whichever kind; with `unit`, only what is
    for that one.
    """
    named = frozenset(gone)
    found = [letter for letter in await waiting(tx) if letter.tip in named]
    dropped = [letter.id for letter in found if unit in ("", letter.unit)]
    if dropped:
        await tx.run(delete(letters).where(letters.c.id.in_(dropped)))


async def readdress(tx: Tx, alarm: str, to: str, now: datetime) -> bool:
    """Let what would ring `alarm` ring `to`, which is the same one under a newer key. False, and
    nothing is changed, while one of these letters is being sent.
    """
    named = [each for each in await waiting(tx) if each.to == alarm]
    if any(each.lease is not None and each.lease > now for each in named):
        return False
    for letter in named:
        if await _change(tx, letter, replace(letter, to=to)) is None:
            return False
    return True


async def renewed(tx: Tx, row: Row[Any], now: datetime) -> dict[str, bytes]:
    """What a row holds under the current keys, for a rotation. Raises Unopenable."""
    letter, key = _open(tx, row.id, row.body), bytes(row.id)
    # Who is sending it knows it by its id; under an old one a card is shown anew once too often.
    is_free = letter.lease is None or letter.lease <= now
    if letter.kind is LetterKind.REFRESH and is_free:
        key = tx.keys.mac(Purpose.LETTERS, _refreshed(letter.tip, letter.group))
    body = tx.keys.reseal(Purpose.LETTERS, row.body, _about(row.id), _about(key))
    return {"id": key, "body": body}


async def _change(tx: Tx, letter: Letter, changed: Letter) -> Letter | None:
    change = update(letters).values(body=(sealed := _sealed(tx, letter.id, changed)))
    if await tx.run(change.where(_is(letter, letter.sealed))) != 1:
        anew = await _sealed_anew(tx, letter)
        if anew is None or await tx.run(change.where(_is(letter, anew))) != 1:
            return None
    return replace(changed, sealed=sealed)


async def _sealed_anew(tx: Tx, letter: Letter) -> bytes | None:
    """The body of a letter that says what it said, but under another key by now."""
    row = await tx.row(select(letters).where(letters.c.id == letter.id).with_for_update())
    if row is None or key_number(row.body) == key_number(letter.sealed):
        return None
    present = _open(tx, row.id, row.body)
    return present.sealed if replace(present, sealed=letter.sealed) == letter else None


def _is(letter: Letter, sealed: bytes) -> ColumnElement[bool]:
    return (letters.c.id == letter.id) & (letters.c.body == sealed)


def _refreshed(tip: bytes, group: bytes) -> bytes:
    return b"refresh" + tip + group


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
