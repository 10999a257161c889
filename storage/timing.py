"""How long a desk took and how a tip ends, as the record remembers it: in classes, not times."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from handlers import clocks
from handlers.clocks import RESULT_DAYS, Deadlines
from handlers.tallies import answer_time, triage_time
from handlers.tips import Outcome, Status
from storage import tally
from storage.database import Tx
from storage.days import local_day
from storage.record import Ending, Record

UNDO_SECONDS = 600
"""For how long a closing can be undone."""


def claimed(known: Record, now: datetime) -> Record:
    """The record of a tip that is claimed now; its deadline for that is gone."""
    if known.triage_by is None:
        return known
    minutes, _ = known.spans
    time = triage_time(now, known.triage_by, danger=known.danger, minutes=minutes)
    overdue = known.overdue or now > known.triage_by
    return replace(known, triage_by=None, triage=known.triage or time, overdue=overdue)


def acted(known: Record, now: datetime) -> Record:
    """The record of a tip about which its holder does something now; cut to the minute."""
    return replace(known, acted=now.astimezone(UTC).replace(second=0, microsecond=0))


def moved(known: Record, now: datetime) -> Record:
    """The record of a tip that leaves its desk now, for another one: nobody holds it, and what was
    going on at the one before ends there. That a clock ran out there stays known.
    """
    late = known.status is not Status.CLOSED
    late = late and clocks.is_missed(known.triage_by, due_on(known), now, local_day(now))
    return replace(
        known,
        holder=None,
        overdue=known.overdue or late,
        export=None,
        acted=None,
        ending=None,
        returns_to="",
        asks_police=False,
    )


def waits_again(known: Record, dates: Deadlines) -> Record:
    """The record of a tip that nobody holds any more: it has to be claimed as soon as a new one.
    How long it waited the first time stays what is counted.
    """
    return replace(known, triage_by=dates.triage_by, acted=None)


def begun_again(known: Record, dates: Deadlines) -> Record:
    """The record of a closed tip that is open again: the answer and the result are owed anew. What
    was too late stays so, and how long the first answer took.
    """
    return replace(
        known,
        outcome=None,
        closed_on=None,
        tally="",
        answered=False,
        answer_on=dates.answer_on,
        result_on=dates.result_on,
        resulted=False,
        closing_on=dates.closing_on,
        spans=dates.given,
        ending=None,
    )


def answered(known: Record, now: datetime) -> Record:
    """The record of a tip whose worker hears from the desk now."""
    if known.answered:
        return known
    today = local_day(now)
    overdue = known.overdue or today > known.answer_on
    _, days = known.spans
    time = answer_time(today, known.result_on, days or RESULT_DAYS)
    return replace(known, answered=True, answer=known.answer or time, overdue=overdue)


def ending(before: Record, now: datetime) -> Ending:
    """What undoes the closing, now, of a tip that stands as `before`."""
    return Ending(
        by=before.holder or "",
        until=now + timedelta(seconds=UNDO_SECONDS),
        status=before.status,
        triage_by=before.triage_by,
        answered=before.answered,
        answer=before.answer,
        overdue=before.overdue,
        end=before.end,
    )


def resulted(known: Record, now: datetime) -> Record:
    """The record of a tip whose worker gets an answer now: the first one after the personal answer
    is the substantive one.
    """
    if not known.answered or known.resulted:
        return known
    return replace(known, resulted=True, overdue=known.overdue or local_day(now) > known.result_on)


def due_on(known: Record) -> date:
    """The day at whose end the desk owes its next answer, once somebody has taken the tip."""
    if not known.answered:
        return known.answer_on
    return known.closing_on or known.result_on if known.resulted else known.result_on


async def closed(tx: Tx, known: Record, outcome: Outcome | None, now: datetime) -> Record:
    """The record of a tip that ends now, by its desk (`outcome`) or its worker (None); it is
    counted in this transaction.
    """
    today = local_day(now)
    late = clocks.is_missed(known.triage_by, due_on(known), now, today)
    ended = replace(
        known,
        status=Status.CLOSED,
        outcome=outcome,
        triage_by=None,
        overdue=known.overdue or late,
        closed_on=today,
    )
    return replace(ended, tally=await tally.write(tx, ended))
