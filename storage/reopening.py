"""A closed tip comes back: its worker adds something within thirty days."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from handlers import clocks
from handlers.clocks import Deadlines
from handlers.tips import Move, Outcome, Status, after, appeal_until, reopen_until
from storage import outbox, staff, stored, tally, timing
from storage.cards import sight_of
from storage.database import Tx
from storage.outbox import LetterKind
from storage.record import Record


@dataclass(frozen=True, slots=True)
class Again:
    """What is needed to open a tip again: the day, the clocks anew, and when its desk may hear."""

    today: date
    dates: Deadlines
    due: datetime


def may_reopen(known: Record, today: date) -> bool:
    """Whether something that its worker adds opens the tip again. What was closed as out of scope
    has no reader, and another way back; what they ended themselves they may go on with.
    """
    if known.status is not Status.CLOSED or known.outcome is Outcome.OUT_OF_SCOPE:
        return False
    return known.closed_on is not None and today <= reopen_until(known.closed_on)


def reopenable(known: Record) -> date | None:
    """The last day on which an addition opens a closed tip; None where none does."""
    if known.closed_on is None or not may_reopen(known, known.closed_on):
        return None
    return reopen_until(known.closed_on)


def appealable(known: Record) -> date | None:
    """The last day on which the unit above can be asked, for a tip closed as out of scope."""
    if known.outcome is not Outcome.OUT_OF_SCOPE or known.closed_on is None:
        return None
    return appeal_until(known.closed_on)


async def after_addition(tx: Tx, tip: bytes, known: Record, again: Again | None) -> Record | None:
    """The record of a tip to which its worker adds something, not written yet; None where nothing
    can be added. With `again`, a closed one is opened: for whoever held it, while they may read it,
    else for everybody at the desk. It is counted when it is closed the next time, and not before.
    """
    status = after(known.status, Move.ADD)
    if status is not None:
        return replace(known, status=status)
    if again is None or not may_reopen(known, again.today):
        return None
    await tally.drop(tx, known.tally)
    begun = timing.begun_again(known, again.dates)
    if await _holds_on(tx, known):
        status = after(known.status, Move.REOPEN)
        # To the hour: at which minute a worker wrote stands nowhere.
        return replace(begun, status=status or Status.WORKING, acted=clocks.next_hour(again.due))
    free = replace(begun, status=Status.TRIAGE, holder=None, acted=None)
    if known.holder is None and await _card_waits(tx, tip):
        # Ended and opened again before its hour: its desk shall not see it sooner than others.
        free = replace(free, status=Status.RECEIVED)
    return replace(free, triage_by=again.dates.triage_by)


async def call(tx: Tx, tip: bytes, known: Record, again: Again) -> None:
    """Let the desk know of a tip that was opened again, from the hour on at which it may hear; of
    one whose card has not come yet, that card tells.
    """
    if known.status is Status.RECEIVED:
        return
    await stored.call_groups(tx, tip, known, again.due)
    if known.holder is None:
        await stored.call_officers(tx, tip, known, again.due)
    else:
        await stored.call_holder(tx, tip, known, again.due)


async def _card_waits(tx: Tx, tip: bytes) -> bool:
    waiting = await outbox.waiting(tx)
    return any(each.kind is LetterKind.CARD and each.tip == tip for each in waiting)


async def _holds_on(tx: Tx, known: Record) -> bool:
    """Whether whoever held the tip reads at its desk now."""
    if known.holder is None:
        return False
    holder = bytes.fromhex(known.holder)
    member = await staff.by_id(tx, holder)
    return member is not None and known.unit in (await sight_of(tx, holder)).through(known)
