"""By when a unit owes what, rounded so that a deadline does not tell when a tip came."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import holidays

TRIAGE_HOURS = 24
DANGER_MINUTES = 30
ANSWER_WORKING_DAYS = 3
RESULT_DAYS = 20
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Deadlines:
    """`triage_by` is rounded up to the hour (danger: to five minutes); the answers are due at the
    end of a day.
    """

    triage_by: datetime
    answer_on: date
    result_on: date


def deadlines(now: datetime, local_day: date, *, danger: bool) -> Deadlines:
    """The clocks of a tip that is filed at `now` (aware), on `local_day` in Viet Nam.

    Personal answer in 3 working days, first substantive answer in 20 days, triage in 24 hours, in
    danger 30 minutes: the union's own promises, not a law's.
    """
    if danger:
        triage_by = _round_up(now + timedelta(minutes=DANGER_MINUTES), timedelta(minutes=5))
    else:
        triage_by = next_hour(now + timedelta(hours=TRIAGE_HOURS))
    return Deadlines(
        triage_by,
        working_day_after(local_day, ANSWER_WORKING_DAYS),
        local_day + timedelta(days=RESULT_DAYS),
    )


def next_hour(moment: datetime) -> datetime:
    """The next full hour; a full hour stays."""
    return _round_up(moment, timedelta(hours=1))


def working_day_after(day: date, count: int) -> date:
    """The working day `count` working days after `day`; Saturdays, Sundays and public holidays are
    none.
    """
    free = _holidays(day.year) | _holidays(day.year + 1)
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY and day not in free:
            count -= 1
    return day


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("VN", years=year))


def _round_up(moment: datetime, step: timedelta) -> datetime:
    moment = moment.astimezone(UTC)
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return start + -(-(moment - start) // step) * step


def card_leaves_at(now: datetime, *, danger: bool, at_once: bool) -> datetime:
    """When the card of a tip that is filed at `now` may reach its desk: at once in danger or where
    the unit chose so, else at the next full hour, so that the card's time is not the filing time.
    """
    return now if danger or at_once else next_hour(now)
