"""The minute in which an officer may still change words that went to a worker, or take them back.

The words were stored when they were sent: nothing waits anywhere, so nothing can be lost. What is
in the volatile store for a minute is the right to change them.
"""

import json
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from handlers.folding import clean
from handlers.replies import Change
from handlers.tips import FILES, Author
from storage import audit, record, stored, thread
from storage.audit import Act
from storage.cases import Done, Held, No, Refusal, Sent, hold
from storage.database import Tx
from storage.outbox import AT_ONCE
from storage.record import Record
from storage.thread import Part
from storage.volatile import Full, Volatile

SECONDS = 60
_KIND = "correction"


@dataclass(frozen=True, slots=True)
class Open:
    """What an officer may still change, until `ends`; it rests in the volatile store only."""

    tip: bytes = field(repr=False)
    officer: bytes = field(repr=False)
    ends: datetime
    sent: Sent = field(repr=False)


def opened(officer: bytes, tip: bytes, sent: Sent, now: datetime) -> Open:
    """What can be changed from now on, for a minute."""
    return Open(tip, officer, now + timedelta(seconds=SECONDS), sent)


async def correct(tx: Tx, open_: Open, words: str, now: datetime) -> tuple[Done, Open] | Refusal:
    """Put `words` in the place of those, which the worker sees; answers to press and a file stay.
    What can be changed from now on goes with it. TOO_LATE after the minute, CHANGED when anything
    stands after them or the tip was changed otherwise.
    """
    words = clean(words)
    if not words:
        return Refusal(No.EMPTY)
    found = await _theirs(tx, open_, now)
    if isinstance(found, Refusal):
        return found
    held, loaded, at = found
    said = replace(loaded[at], words=words, english="", change=Change.EDITED)
    last = [said, *loaded[at + 1 :]]
    end = await thread.rewrite(tx, open_.tip, held.case, loaded, last, at=at)
    changed = replace(held.record, end=end)
    await _write(tx, open_, held, changed, Act.CORRECTED, now)
    after = record.seal(tx.keys, open_.tip, changed)
    sent = Sent(open_.sent.before, after)
    return Done(changed.status), replace(open_, sent=sent)


async def take_back(tx: Tx, open_: Open, now: datetime) -> Done | Refusal:
    """Destroy those words and their file; that something was taken back stays, for the worker may
    have read it. Status and clocks are as before: nobody stops a clock with words that are gone.
    """
    found = await _theirs(tx, open_, now)
    if isinstance(found, Refusal):
        return found
    held, loaded, at = found
    gone = replace(loaded[at], words="", english="", picks=(), change=Change.WITHDRAWN)
    end = await thread.rewrite(tx, open_.tip, held.case, loaded, [gone], at=at)
    changed = replace(held.record, end=end, **_before(tx, open_))
    await _write(tx, open_, held, changed, Act.TAKEN_BACK, now)
    return Done(changed.status)


async def remember(volatile: Volatile, open_: Open) -> bool:
    """Keep it for what is left of the minute; False when there is no room, and no correction."""
    told = {
        "ends": open_.ends.isoformat(),
        "before": open_.sent.before.hex(),
        "after": open_.sent.after.hex(),
    }
    name = _name(open_.officer, open_.tip)
    try:
        await volatile.put(_KIND, name, json.dumps(told).encode(), seconds=SECONDS)
    except Full:
        return False
    return True


async def recall(volatile: Volatile, officer: bytes, tip: bytes, now: datetime) -> Open | None:
    """What this officer can still change; None after a minute, and after a restart."""
    kept = await volatile.get(_KIND, _name(officer, tip))
    if kept is None:
        return None
    told = json.loads(kept)
    ends = datetime.fromisoformat(told["ends"])
    sent = Sent(bytes.fromhex(told["before"]), bytes.fromhex(told["after"]))
    return Open(tip, officer, ends, sent) if now < ends else None


async def forget(volatile: Volatile, officer: bytes, tip: bytes) -> None:
    """It was taken back, or cannot be changed any more."""
    await volatile.drop(_KIND, _name(officer, tip))


async def _theirs(
    tx: Tx, open_: Open, now: datetime
) -> tuple[Held, tuple[Part, ...], int] | Refusal:
    """The tip, its parts, and the place of the words that may be changed; or why not."""
    held = await hold(tx, open_.officer, open_.tip, lock=True)
    if held is None or not held.by(open_.officer):
        return Refusal(No.NOT_YOURS)
    if now >= open_.ends:
        return Refusal(No.TOO_LATE)
    after = record.unseal(tx.keys, open_.tip, open_.sent.after)
    if held.record.end != after.end or _differing(held.record, after) & _moved(tx, open_):
        return Refusal(No.CHANGED)
    loaded = await thread.load(tx, open_.tip, held.case, held.record.end)
    at = len(loaded) - 1
    while loaded[at].kind in FILES:
        at -= 1
    if loaded[at].author is not Author.OFFICER or loaded[at].change is Change.WITHDRAWN:
        return Refusal(No.CHANGED)
    return held, loaded, at


async def _write(tx: Tx, open_: Open, held: Held, changed: Record, act: Act, now: datetime) -> None:
    await stored.change(tx, open_.tip, changed, AT_ONCE)
    await audit.write(tx, act, staff=open_.officer, tip=open_.tip, unit=held.unit, minute=now)


def _before(tx: Tx, open_: Open) -> dict[str, Any]:
    """What the sending moved in the record, as it was."""
    before = record.unseal(tx.keys, open_.tip, open_.sent.before)
    return {name: getattr(before, name) for name in _moved(tx, open_)}


def _moved(tx: Tx, open_: Open) -> frozenset[str]:
    """The fields of the record that the sending moved, besides its end."""
    before, after = (
        record.unseal(tx.keys, open_.tip, each) for each in (open_.sent.before, open_.sent.after)
    )
    return _differing(before, after) - {"end"}


def _differing(one: Record, other: Record) -> frozenset[str]:
    named = (each.name for each in fields(Record))
    return frozenset(name for name in named if getattr(one, name) != getattr(other, name))


def _name(officer: bytes, tip: bytes) -> str:
    return f"{officer.hex()} {tip.hex()}"
