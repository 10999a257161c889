"""By when a unit owes what, rounded so that a deadline does not tell when a tip came."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from handlers.duty import OFFICE_HOURS, Duty, after, is_holiday
from handlers.tips import Category

TRIAGE_HOURS = 24
DANGER_MINUTES = 30
ANSWER_WORKING_DAYS = 3
ANSWER_DAYS_AT_MOST = 7
RESULT_DAYS = 20
CLOSING_DAYS = 90
DANGER_STEP_MINUTES = 5
"""To what deadlines in danger are rounded up, and how often it rings until somebody comes."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Times:
    """What a unit promises: the hours until somebody takes a tip (in danger minutes of duty), the
    working days and at most the days until a personal answer, the days until the first substantive
    answer and until the closing feedback.
    """

    triage_hours: int = TRIAGE_HOURS
    danger_minutes: int = DANGER_MINUTES
    answer_days: int = ANSWER_WORKING_DAYS
    answer_limit: int = ANSWER_DAYS_AT_MOST
    result_days: int = RESULT_DAYS
    closing_days: int = CLOSING_DAYS


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of one unit; `special` are those of single categories."""

    duty: Duty = OFFICE_HOURS
    times: Times = Times()
    special: tuple[tuple[Category, Times], ...] = ()

    def of(self, category: Category | None) -> Times:
        """What holds for a tip of `category`."""
        return next((times for each, times in self.special if each is category), self.times)


DEFAULT = Clocks()


@dataclass(frozen=True, slots=True)
class Deadlines:
    """`triage_by` is rounded up to the hour (danger: to five minutes); the others are due at the
    end of a day. `given` are the minutes until triage and the days until a result that were given,
    from which it is counted back how long a desk took.
    """

    triage_by: datetime
    answer_on: date
    result_on: date
    closing_on: date | None = None
    given: tuple[int, int] = field(default=(0, 0))


def deadlines(
    now: datetime,
    local_day: date,
    *,
    danger: bool,
    clocks: Clocks = DEFAULT,
    category: Category | None = None,
) -> Deadlines:
    """The clocks of a tip that is filed at `now` (aware), on `local_day` in Viet Nam, with a unit
    that has such `clocks`.

    The defaults are the union's own promises, not a law's: triage in 24 hours, in danger in 30
    minutes of duty; a personal answer in 3 working days and at most 7 days, over holidays too; the
    first substantive answer in 20 days, the closing feedback in 90.
    """
    times = clocks.of(category)
    if danger:
        due = after(clocks.duty, now, times.danger_minutes)
        triage_by = _round_up(due, timedelta(minutes=DANGER_STEP_MINUTES))
    else:
        triage_by = next_hour(now + timedelta(hours=times.triage_hours))
    return Deadlines(
        triage_by,
        min(
            working_day_after(local_day, times.answer_days),
            local_day + timedelta(days=times.answer_limit),
        ),
        local_day + timedelta(days=times.result_days),
        local_day + timedelta(days=times.closing_days),
        (times.danger_minutes if danger else times.triage_hours * 60, times.result_days),
    )


def is_missed(triage_by: datetime | None, due_on: date, now: datetime, today: date) -> bool:
    """Whether a desk missed its clock: nobody took the tip by then, or the day is over on which it
    owed the next answer.
    """
    return (triage_by is not None and now > triage_by) or today > due_on


@dataclass(frozen=True, slots=True)
class PoliceDates:
    """By when a police unit owes what, for information: it decides for itself."""

    classify_by: datetime
    answer_on: date
    verified_on: date
    extended_on: date
    last_on: date


def police_dates(now: datetime, local_day: date) -> PoliceDates:
    """What is usual after a tip reached a police unit at `now`: classified in 24 hours, a personal
    answer in 3 working days, verified in 20 days, in hard cases two months, and once two months
    more (Code of Criminal Procedure, article 147).
    """
    return PoliceDates(
        next_hour(now + timedelta(hours=24)),
        working_day_after(local_day, ANSWER_WORKING_DAYS),
        local_day + timedelta(days=RESULT_DAYS),
        _months_after(local_day, 2),
        _months_after(local_day, 4),
    )


def next_hour(moment: datetime) -> datetime:
    """The next full hour; a full hour stays."""
    return _round_up(moment, timedelta(hours=1))


def this_step(moment: datetime) -> datetime:
    """The five minutes that have begun."""
    step = timedelta(minutes=DANGER_STEP_MINUTES)
    rounded = _round_up(moment, step)
    return rounded if rounded == moment else rounded - step


def working_day_after(day: date, count: int) -> date:
    """The working day `count` working days after `day`; Saturdays, Sundays and public holidays are
    none.
    """
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY and not is_holiday(day):
            count -= 1
    return day


def card_leaves_at(now: datetime, *, danger: bool, at_once: bool) -> datetime:
    """When the card of a tip that is filed at `now` may reach its desk: at once in danger or where
    the unit chose so, else at the next full hour, so that the card's time is not the filing time.
    """
    return now if danger or at_once else next_hour(now)


def _round_up(moment: datetime, step: timedelta) -> datetime:
    moment = moment.astimezone(UTC)
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return start + -(-(moment - start) // step) * step


def _months_after(day: date, count: int) -> date:
    months = day.month - 1 + count
    first = date(day.year + months // 12, months % 12 + 1, 1)
    next_first = (first + timedelta(days=31)).replace(day=1)
    return min(first + timedelta(days=day.day - 1), next_first - timedelta(days=1))
