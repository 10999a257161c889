"""Closing a tip as out of scope: its desk loses it at once, and may undo that for ten minutes; its
worker may ask the unit above for seven days.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from handlers import routing
from handlers.clocks import Deadlines
from handlers.periods import month_of
from handlers.routing import Tree
from handlers.states import Key
from handlers.tips import Move, Outcome, Status, after, appeal_until
from storage import (
    audit,
    bell,
    bundles,
    cases,
    knocks,
    outbox,
    readers,
    record,
    staff,
    stored,
    tally,
    timing,
    units,
)
from storage.audit import Act
from storage.cases import Done, No, Refusal
from storage.crypto import CaseKey
from storage.database import Tx
from storage.days import VIETNAM
from storage.outbox import Letter, LetterKind
from storage.record import Record
from storage.tables import tips
from storage.timing import UNDO_SECONDS
from storage.volatile import Full, Volatile

_KIND = "undo"


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken from a desk, all of it as it lay in the database: enough to put it back until
    `ends`, by the same officer. It rests in the volatile store only.
    """

    tip: bytes = field(repr=False)
    officer: bytes = field(repr=False)
    nickname: str
    ends: datetime
    record: bytes = field(repr=False)
    wraps: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    after: str = field(repr=False)


async def close(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> Removed | Refusal:
    """Only who holds the tip. All its readers lose it in this transaction, cards in groups and
    letters too; its worker alone can open it. The bell rings, and it is counted.
    """
    held = await cases.hold(tx, officer, tip, lock=True)
    if held is None:
        return Refusal(No.NOT_YOURS)
    known = held.record
    if after(known.status, Move.CLOSE) is None:
        return Refusal(No.WRONG_STATUS)
    if not held.by(officer):
        return Refusal(No.TAKEN, (await cases.holder_name(tx, known)) or "")
    row = await stored.row_where(tx, tips.c.id == tip)
    kept = await stored.wraps_of(tx, tip)
    await stored.seal_again(tx, tip, held.case, replace(known, readers=()))
    await outbox.drop_of(tx, tip)
    ended = await timing.closed(tx, timing.answered(known, now), Outcome.OUT_OF_SCOPE, now)
    ended = await stored.take_from_groups(tx, replace(ended, readers=(), holder=None))
    sealed = await stored.write_record(tx, tip, ended)
    await bell.ring(tx, held.bell, now.astimezone(VIETNAM))
    await knocks.tell(tx, tip, held.case)
    await knocks.forget(tx, tip)
    note = Outcome.OUT_OF_SCOPE.value
    await audit.write(tx, Act.CLOSED, staff=officer, tip=tip, unit=held.unit, minute=now, note=note)
    return Removed(
        tip=tip,
        officer=officer,
        nickname=known.nickname,
        ends=now + timedelta(seconds=UNDO_SECONDS),
        record=bytes(row.record) if row is not None else b"",
        wraps=kept,
        after=_hash(sealed),
    )


async def undo(tx: Tx, officer: bytes, removed: Removed, now: datetime) -> Done | Refusal:
    """Put the tip back as it was, and its cards into its groups. TOO_LATE after `removed.ends`;
    CHANGED when anything happened to the tip meanwhile, its deletion included.
    """
    if officer != removed.officer:
        return Refusal(No.NOT_YOURS)
    if now >= removed.ends:
        return Refusal(No.TOO_LATE)
    row = await stored.row_where(tx, tips.c.id == removed.tip, lock=True)
    if row is None or _hash(row.record) != removed.after:
        return Refusal(No.CHANGED)
    # Not before: where the record is another one, the key of the old one may be gone as well.
    before = record.unseal(tx.keys, removed.tip, removed.record)
    mine = await readers.reading(tx, before, await staff.units_read_by(tx, officer))
    if before.unit not in mine:
        return Refusal(No.NOT_YOURS)
    await stored.put_back(tx, removed.tip, before, removed.wraps)
    await tally.drop(tx, record.unseal(tx.keys, removed.tip, row.record).tally)
    await stored.write_sealed(tx, removed.tip, removed.record)
    if before.posts or bundles.is_bound(before):
        # They are gone from the groups, each of which gets a new one; and the tip has left those
        # with which it was merged.
        before = bundles.alone(replace(before, posts=()))
        await stored.write_record(tx, removed.tip, before)
    await stored.call_groups(tx, removed.tip, before)
    unit = before.unit
    await audit.write(tx, Act.REOPENED, staff=officer, tip=removed.tip, unit=unit, minute=now)
    return Done(before.status)


async def appeal(
    tx: Tx, key: Key, unit: str, *, today: date, dates: Deadlines, due: datetime
) -> bool:
    """The worker lets `unit` look at a tip again that its desk closed as out of scope: the case key
    is sealed to that unit alone, whose card leaves at `due`. False unless it is the one that
    `routing.second_look` names today, or when the days for it are over.
    """
    row = await stored.row_where(tx, tips.c.locator == key.locator, lock=True)
    if row is None:
        return False
    tip = bytes(row.id)
    known = record.unseal(tx.keys, tip, row.record)
    if not _may_be_asked(await units.tree(tx), known, unit, today):
        return False
    case = CaseKey.unwrap(bytes(row.reporter), key.secret, row.reporter_wrap)
    again = _anew(known, unit, dates, today)
    await stored.seal_again(tx, tip, case, again)
    await stored.write_record(tx, tip, again)
    await outbox.write(tx, Letter(LetterKind.CARD, tip, unit, due))
    return True


async def remember(volatile: Volatile, removed: Removed) -> bool:
    """Keep what an undo needs for ten minutes; False when there is no room, and no undo then."""
    told = {
        "nickname": removed.nickname,
        "ends": removed.ends.isoformat(),
        "record": removed.record.hex(),
        "wraps": [[key.hex(), body.hex()] for key, body in removed.wraps],
        "after": removed.after,
    }
    name = _name(removed.officer, removed.tip)
    try:
        await volatile.put(_KIND, name, json.dumps(told).encode(), seconds=UNDO_SECONDS)
    except Full:
        return False
    return True


async def recall(volatile: Volatile, officer: bytes, tip: bytes) -> Removed | None:
    """What this officer can still undo; None after ten minutes and after a restart."""
    kept = await volatile.get(_KIND, _name(officer, tip))
    if kept is None:
        return None
    told = json.loads(kept)
    return Removed(
        tip=tip,
        officer=officer,
        nickname=told["nickname"],
        ends=datetime.fromisoformat(told["ends"]),
        record=bytes.fromhex(told["record"]),
        wraps=tuple((bytes.fromhex(key), bytes.fromhex(body)) for key, body in told["wraps"]),
        after=told["after"],
    )


async def forget(volatile: Volatile, officer: bytes, tip: bytes) -> None:
    """It was undone, or cannot be any more."""
    await volatile.drop(_KIND, _name(officer, tip))


def _may_be_asked(tree: Tree | None, known: Record, unit: str, today: date) -> bool:
    if tree is None or known.outcome is not Outcome.OUT_OF_SCOPE or known.closed_on is None:
        return False
    above = routing.second_look(
        tree, known.unit, known.category, excluded=known.excluded, danger=known.danger
    )
    return above is not None and above.id == unit and today <= appeal_until(known.closed_on)


def _anew(known: Record, unit: str, dates: Deadlines, today: date) -> Record:
    """The record as if the tip had just been filed with `unit`; the row that counts its first desk
    stays. Whether the police may get it is asked anew: the consent was given to another reader.
    """
    return replace(
        known,
        unit=unit,
        readers=(unit,),
        excluded=known.excluded | {known.unit},
        may_go_to_police=False,
        status=Status.RECEIVED,
        outcome=None,
        holder=None,
        triage_by=dates.triage_by,
        answer_on=dates.answer_on,
        answered=False,
        result_on=dates.result_on,
        posts=(),
        closed_on=None,
        tally="",
        triage=None,
        answer=None,
        overdue=False,
        aside=False,
        begun=month_of(today),
        valuable=None,
        thanked=False,
        resulted=False,
        closing_on=dates.closing_on,
        spans=dates.given,
        behind="",
        rises=None,
        rises_anyway=False,
        acted=None,
        lead="",
        followers=(),
        held_back=False,
        export=None,
        ending=None,
        labels=frozenset(),
        trail=(),
        returns_to="",
        given=(),
        asks_police=False,
    )


def _name(officer: bytes, tip: bytes) -> str:
    return f"{officer.hex()} {tip.hex()}"


def _hash(sealed: bytes) -> str:
    return hashlib.sha256(sealed).hexdigest()
