"""The log of what staff did: sealed entries in a chain, only ever appended."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update

from storage.crypto import Unopenable
from storage.database import Tx
from storage.keys import Purpose
from storage.tables import audit, counters

NOTE_LETTERS = 80
AUDIT_END = "audit"
"""The counter that holds the number of the last entry: one that was cut off is missed."""
_START = bytes(32)
_LOCK = 7_401_001
_BATCH = 500


class Act(StrEnum):
    """Everything that is written down."""

    OPENED = "opened"
    PHOTO_OPENED = "photo_opened"
    FILE_OPENED = "file_opened"
    WHO_READ = "who_read"
    CLAIMED = "claimed"
    RELEASED = "released"
    HANDED_OVER = "handed_over"
    TAKEN_OVER = "taken_over"
    ASKED = "asked"
    ANSWERED = "answered"
    PASSED_ON = "passed_on"
    RETURNED = "returned"
    RELEASED_TO_POLICE = "released_to_police"
    POLICE_RECEIVED = "police_received"
    POLICE_PASSED = "police_passed"
    CLOSED = "closed"
    REOPENED = "reopened"
    MERGED = "merged"
    MOVED_UP = "moved_up"
    CORRECTED = "corrected"
    TAKEN_BACK = "taken_back"
    NOTED = "noted"
    TEMPLATES_CHANGED = "templates_changed"
    MUTED = "muted"
    LET_IN = "let_in"
    STEPPED_BACK = "stepped_back"
    LABELLED = "labelled"
    SEARCHED = "searched"
    TAKEN_OUT = "taken_out"
    ENTERED = "entered"
    SIGNED_IN = "signed_in"
    ENROLLED = "enrolled"
    GRANTED = "granted"
    REVOKED = "revoked"
    ADDED = "added"
    RESET = "reset"
    IMPORTED = "imported"
    MAP_CHANGED = "map_changed"
    PARK_CHANGED = "park_changed"
    CODE_MADE = "code_made"
    LINKED = "linked"
    UNLINKED = "unlinked"
    DESK_CHANGED = "desk_changed"
    BULLETIN_WRITTEN = "bulletin_written"
    PROPOSED = "proposed"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    TEST_SENT = "test_sent"
    PAUSED = "paused"
    RESUMED = "resumed"
    CANCELLED = "cancelled"
    OUTLET_LINKED = "outlet_linked"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    KEY_CHANGED = "key_changed"
    PAPER_CONFIRMED = "paper_confirmed"
    RESTORED = "restored"
    INCIDENT_STARTED = "incident_started"
    INCIDENT_CLOSED = "incident_closed"
    VALUABLE = "valuable"
    PRACTICE_PROPOSED = "practice_proposed"
    PRACTICE_PUBLISHED = "practice_published"
    PRACTICE_TAKEN_BACK = "practice_taken_back"
    PRACTICE_DROPPED = "practice_dropped"
    REVIEW_TAKEN = "review_taken"
    COVERAGE_TAKEN = "coverage_taken"
    LEFT = "left"
    UNINVITED = "uninvited"
    SESSION_ENDED = "session_ended"
    LOG_EXPORTED = "log_exported"
    EXPORT_ASKED = "export_asked"
    EXPORT_CONFIRMED = "export_confirmed"
    EXPORT_REFUSED = "export_refused"
    EXPORTED = "exported"
    UNIT_ADDED = "unit_added"
    UNIT_CHANGED = "unit_changed"
    UNIT_REMOVED = "unit_removed"
    TEXT_RELEASED = "text_released"
    TEXT_TAKEN_BACK = "text_taken_back"
    LAW_REPLACED = "law_replaced"
    LAW_KEPT = "law_kept"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done. `staff` is None for the command line; `minute` is aware, UTC;
    `change` is what changed of a unit (`storage.unit_history` knows its shape).
    """

    number: int
    act: Act
    staff: bytes | None = field(repr=False)
    tip: bytes | None = field(repr=False)
    unit: str | None
    minute: datetime
    note: str = field(repr=False)
    change: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Changed:
    """An entry to be written about the row of a unit; `note` as for `write`."""

    act: Act
    unit: str
    note: str
    change: Mapping[str, Any] = field(repr=False)


async def write(
    tx: Tx,
    act: Act,
    *,
    staff: bytes | None,
    tip: bytes | None = None,
    unit: str | None = None,
    minute: datetime,
    note: str = "",
) -> None:
    """Append an entry. `minute` is cut to the minute; `note` holds ids of closed lists (an outcome,
    a role) and never anybody's words: a longer one is a ValueError.
    """
    told = {
        "act": act,
        "staff": staff.hex() if staff else None,
        "tip": tip.hex() if tip else None,
        "unit": unit,
        "minute": _cut(minute),
        "note": _checked(note),
        "change": None,
    }
    await _append(tx, [told])


async def upcoming(tx: Tx) -> int:
    """The number of the next entry; nobody else writes one until this transaction ends."""
    await _lock(tx)
    return await highest(tx) + 1


async def write_changes(
    tx: Tx, changed: Iterable[Changed], *, staff: bytes | None, minute: datetime
) -> None:
    """Append an entry for each, in their order: an import may change thousands of units."""
    by, at = staff.hex() if staff else None, _cut(minute)
    await _append(
        tx,
        [
            {
                "act": each.act,
                "staff": by,
                "tip": None,
                "unit": each.unit,
                "minute": at,
                "note": _checked(each.note),
                "change": each.change,
            }
            for each in changed
        ],
    )


async def entries(tx: Tx, *, limit: int) -> tuple[Entry, ...]:
    """The newest `limit` entries, the newest first. Raises Unopenable for a changed one."""
    rows = await tx.rows(select(audit).order_by(audit.c.number.desc()).limit(limit))
    return tuple(_opened(tx, row.number, row.previous, row.body) for row in rows)


async def before(tx: Tx, number: int, *, limit: int) -> tuple[Entry, ...]:
    """The `limit` entries before this number, the newest first; all where it is beyond the last.
    Raises Unopenable.
    """
    asked = select(audit).where(audit.c.number < number).order_by(audit.c.number.desc())
    rows = await tx.rows(asked.limit(limit))
    return tuple(_opened(tx, row.number, row.previous, row.body) for row in rows)


async def verify(tx: Tx) -> bool:
    """Whether no entry was changed, moved, or taken out (`storage.audit_check` tells where, and
    what this cannot see).
    """
    return await broken_at(tx) is None


async def broken_at(tx: Tx, told: Callable[[int], None] | None = None) -> int | None:
    """The number of the first entry that was changed, moved or taken out; None where all stand as
    they were written. `told` hears how many more were looked at, some hundred at a time.
    """
    expected, previous = 1, _START
    async for rows in _batches(tx):
        for row in rows:
            number, link, body = row.number, bytes(row.previous), bytes(row.body)
            if number != expected or link != previous:
                return expected
            try:
                _opened(tx, number, link, body)
            except Unopenable:
                return expected
            expected, previous = number + 1, _link(link, body)
        if told is not None:
            told(len(rows))
    return expected if expected <= await counted(tx) else None


async def counted(tx: Tx) -> int:
    """The number of the last entry as the house has counted; 0 where it never did."""
    row = await tx.row(select(counters.c.value).where(counters.c.name == AUDIT_END))
    return int(row.value) if row is not None else 0


async def highest(tx: Tx) -> int:
    """The number of the last entry that is there; 0 for an empty log."""
    row = await tx.row(select(func.max(audit.c.number).label("number")))
    return int(row.number or 0) if row is not None else 0


async def reseal(tx: Tx) -> int | None:
    """Seal every entry with the present key, and close the chain anew; how many there are. None,
    and nothing is changed, where the log does not verify: a new chain would hide what was done.
    """
    await _lock(tx)
    if not await verify(tx):
        return None
    count, anew = 0, _START
    async for rows in _batches(tx):
        changed = []
        for row in rows:
            about = _about(row.number, bytes(row.previous))
            body = tx.keys.reseal(Purpose.AUDIT, row.body, about, _about(row.number, anew))
            changed.append({"at": row.number, "link": anew, "sealed": body})
            anew = _link(anew, body)
        await tx.run(_RELINK, changed)
        count += len(changed)
    return count


_RELINK = (
    update(audit)
    .where(audit.c.number == bindparam("at"))
    .values(previous=bindparam("link"), body=bindparam("sealed"))
)


async def _append(tx: Tx, told: Sequence[Mapping[str, Any]]) -> None:
    if not told:
        return
    await _lock(tx)
    last = await tx.row(select(audit).order_by(audit.c.number.desc()).limit(1))
    number = last.number if last else 0
    previous = _link(last.previous, last.body) if last else _START
    rows = []
    for each in told:
        number += 1
        plain = json.dumps(each, ensure_ascii=False).encode()
        body = tx.keys.seal(Purpose.AUDIT, plain, _about(number, previous))
        rows.append({"number": number, "previous": previous, "body": body})
        previous = _link(previous, body)
    await tx.run(insert(audit), rows)
    await _count(tx, number)


def _cut(minute: datetime) -> str:
    return minute.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def _checked(note: str) -> str:
    if len(note) > NOTE_LETTERS:
        raise ValueError("a note is no place for words")
    return note


async def _lock(tx: Tx) -> None:
    if not tx.is_sqlite:
        # Two appenders would take the same number; on SQLite there is one writer anyway.
        await tx.row(select(func.pg_advisory_xact_lock(_LOCK)))


async def _count(tx: Tx, number: int) -> None:
    """The entry's lock is held: nobody else counts meanwhile."""
    here = counters.c.name == AUDIT_END
    if not await tx.run(update(counters).where(here).values(value=number)):
        await tx.run(insert(counters).values(name=AUDIT_END, value=number))


async def _batches(tx: Tx) -> AsyncIterator[Sequence[Row[Any]]]:
    """All rows in order, some hundred at a time: the log grows for years."""
    after = 0
    while True:
        query = select(audit).where(audit.c.number > after).order_by(audit.c.number).limit(_BATCH)
        rows = await tx.rows(query)
        if not rows:
            return
        yield rows
        after = rows[-1].number


def _opened(tx: Tx, number: int, previous: bytes, body: bytes) -> Entry:
    told = json.loads(tx.keys.open_sealed(Purpose.AUDIT, body, _about(number, previous)))
    return Entry(
        number=number,
        act=Act(told["act"]),
        staff=bytes.fromhex(told["staff"]) if told["staff"] else None,
        tip=bytes.fromhex(told["tip"]) if told["tip"] else None,
        unit=told["unit"],
        minute=datetime.strptime(told["minute"], "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC),
        note=told["note"],
        # Entries of an earlier version know of no such field.
        change=told.get("change"),
    )


def _about(number: int, previous: bytes) -> bytes:
    return b"audit" + number.to_bytes(8) + previous


def _link(previous: bytes, body: bytes) -> bytes:
    return hashlib.sha256(previous + body).digest()
