"""The mark that a tip was valuable, set and taken back by the officer who holds or held it."""

from dataclasses import replace
from datetime import datetime

from handlers.moderators.actions import HELD
from handlers.tips import Status
from handlers.valuable import Valuable, may_still_be_marked
from storage import audit, cases, stored, tally, thanks
from storage.audit import Act
from storage.cases import Done, Held, No, Refusal
from storage.database import Tx
from storage.days import local_day


async def marked(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> Valuable | Refusal | None:
    """Why the tip is marked (None: it is not), for whoever may mark it now."""
    held = await _theirs(tx, officer, tip, now)
    return held if isinstance(held, Refusal) else held.record.valuable


async def mark(
    tx: Tx, officer: bytes, tip: bytes, why: Valuable | None, now: datetime
) -> Done | Refusal:
    """Mark it for a reason, or take the mark back (None). Only who holds the tip, or held it when
    it was closed, and TOO_LATE 30 days after that; the row that counts it is changed as well. The
    worker of a closed tip is thanked (`storage.thanks`).
    """
    held = await _theirs(tx, officer, tip, now)
    if isinstance(held, Refusal):
        return held
    known = held.record
    if known.valuable is why:
        return Done(known.status)
    await stored.write_record(tx, tip, replace(known, valuable=why), quiet=True)
    if known.tally:
        await tally.mark(tx, known.tally, why)
    if why is None:
        await thanks.take_back(tx, officer, tip, now)
    else:
        await thanks.give(tx, officer, tip, now)
    note = why.value if why is not None else "none"
    await audit.write(
        tx, Act.VALUABLE, staff=officer, tip=tip, unit=held.unit, minute=now, note=note
    )
    return Done(known.status)


async def _theirs(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> Held | Refusal:
    held = await cases.hold(tx, officer, tip, lock=True)
    if held is None:
        return Refusal(No.NOT_YOURS)
    known = held.record
    if known.status not in (*HELD, Status.CLOSED) or not held.by(officer):
        holder = await cases.holder_name(tx, known)
        return Refusal(No.TAKEN, holder) if holder else Refusal(No.WRONG_STATUS)
    if not may_still_be_marked(known.closed_on, local_day(now)):
        return Refusal(No.TOO_LATE)
    return held
