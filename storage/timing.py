"""How long a desk took and how a tip ends, as the record remembers it: in classes, not times."""

from dataclasses import replace
from datetime import datetime

from handlers.tallies import answer_time, triage_time
from handlers.tips import Outcome, Status
from storage import tally
from storage.database import Tx
from storage.days import local_day
from storage.record import Record


def claimed(known: Record, now: datetime) -> Record:
    """The record of a tip that is claimed now; its deadline for that is gone."""
    if known.triage_by is None:
        return known
    time = triage_time(now, known.triage_by, danger=known.danger)
    overdue = known.overdue or now > known.triage_by
    return replace(known, triage_by=None, triage=time, overdue=overdue)


def answered(known: Record, now: datetime) -> Record:
    """The record of a tip whose worker hears from the desk now."""
    if known.answered:
        return known
    today = local_day(now)
    overdue = known.overdue or today > known.answer_on
    time = answer_time(today, known.result_on)
    return replace(known, answered=True, answer=time, overdue=overdue)


async def closed(tx: Tx, known: Record, outcome: Outcome | None, now: datetime) -> Record:
    """The record of a tip that ends now, by its desk (`outcome`) or its worker (None); it is
    counted in this transaction.
    """
    today = local_day(now)
    late = today > known.result_on or (known.triage_by is not None and now > known.triage_by)
    ended = replace(
        known,
        status=Status.CLOSED,
        outcome=outcome,
        triage_by=None,
        overdue=known.overdue or late or (not known.answered and today > known.answer_on),
        closed_on=today,
    )
    return replace(ended, tally=await tally.write(tx, ended))
