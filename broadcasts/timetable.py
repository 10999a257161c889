"""When a bulletin is due: the times of its plan, in local time, with public holidays. Pure."""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import holidays
from cronsim import CronSim, CronSimError

from handlers.bulletins import OnHoliday, Plan, Repeat
from handlers.languages import Language

HORIZON_YEARS = 5
"""A time further away than this counts as none: a plan like that is a slip of the pen."""

_CRON_FIELDS = 5
_DAY = timedelta(days=1)
# Longer than any row of public holidays; a time may have been moved that far.
_LONGEST_HOLIDAY = timedelta(days=15)
_LAST_YEAR = date.max.year - 2 * HORIZON_YEARS
_LANGUAGES = {Language.VI: "vi", Language.EN: "en_US"}


def next_time(plan: Plan, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The first time of `plan` that is later than `after` (both aware), in UTC; None when it is
    over, was never planned, waits for its approval, or cannot be read.

    A repeated plan keeps the clock time that its first time has in `zone`; the 31st is the last day
    of a shorter month. A cron plan has the times that its five fields name from `first` on. On a
    public holiday a repeated plan does what it says; two times that fall together are one.
    """
    if plan.first is None or plan.asap:
        return None
    if plan.repeat is Repeat.ONCE:
        return plan.first if plan.first > after else None
    found: datetime | None = None
    back = _LONGEST_HOLIDAY if plan.on_holiday is OnHoliday.NEXT_DAY else _DAY
    for local in _clock_times(plan, max(plan.first, after) - back, zone):
        # What was moved may overtake what was not, but nothing moves backwards.
        if found is not None and local.date() > found.astimezone(zone).date() + _DAY:
            break
        moved = _moved(plan, local)
        if moved is None or (plan.until is not None and moved.date() > plan.until):
            continue
        moment = moved.replace(tzinfo=zone).astimezone(UTC)
        if moment > after and (found is None or moment < found):
            found = moment
    return found


def first_time(plan: Plan, zone: ZoneInfo) -> datetime | None:
    """The first time of all."""
    return next_time(plan, _before(plan), zone)


def times(plan: Plan, after: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """All times later than `after`, one by one."""
    moment = next_time(plan, after, zone)
    while moment is not None:
        yield moment
        moment = next_time(plan, moment, zone)


def latest_due(
    plan: Plan, after: datetime | None, now: datetime, zone: ZoneInfo
) -> datetime | None:
    """The last time later than `after` (None: since the beginning) that has come by `now`: of
    several that were missed, the one that is still news. None when none has come.
    """
    latest = None
    for moment in times(plan, _before(plan) if after is None else after, zone):
        if moment > now:
            break
        latest = moment
    return latest


def is_cron(fields: str) -> bool:
    """Whether `fields` are the five fields of a cron line (minute, hour, day, month, weekday)."""
    try:
        CronSim(fields, datetime(2026, 1, 1))  # noqa: DTZ001 - only read, never used as a time
    except (CronSimError, ValueError):
        return False
    return len(fields.split()) == _CRON_FIELDS


def shortest_gap(plan: Plan, zone: ZoneInfo, among: int = 60) -> timedelta | None:
    """The shortest time between two of the first `among` times, as if there were no holidays; None
    when there are not two.
    """
    if plan.first is None or plan.repeat is Repeat.ONCE:
        return None
    found = islice(_clock_times(plan, plan.first, zone), among)
    return min((later - earlier for earlier, later in pairwise(found)), default=None)


def holiday(day: date, language: Language = Language.VI) -> str | None:
    """The name of the public holiday of Viet Nam on `day`; None on any other day."""
    name = _holidays(day.year, language).get(day)
    return str(name) if name is not None else None


def _before(plan: Plan) -> datetime:
    return (plan.first or datetime.max.replace(tzinfo=UTC)) - timedelta(microseconds=1)


def _clock_times(plan: Plan, start: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """The times by the clock on the wall (naive), in order, about from `start` on, as if there were
    no holidays.
    """
    if plan.first is None:
        return
    first = plan.first.astimezone(zone).replace(tzinfo=None)
    begin = max(first, start.astimezone(zone).replace(tzinfo=None))
    if begin.year > _LAST_YEAR:
        return
    end = begin.date() + timedelta(days=365 * HORIZON_YEARS)
    if plan.repeat is Repeat.CRON:
        yield from _cron_times(plan.cron, begin, end)
        return
    day = begin.date()
    while day <= end:
        if _is_day(plan.repeat, first.date(), day):
            yield datetime.combine(day, first.time())
        day += _DAY


def _cron_times(fields: str, begin: datetime, end: date) -> Iterator[datetime]:
    if not is_cron(fields):
        return
    # It names what comes after its start, and the start itself may be meant.
    for moment in CronSim(fields, begin - timedelta(minutes=1)):
        if moment.date() > end:
            return
        if moment >= begin:
            yield moment


def _is_day(repeat: Repeat, first: date, day: date) -> bool:
    match repeat:
        case Repeat.DAILY:
            return True
        case Repeat.WEEKLY:
            return day.weekday() == first.weekday()
        case Repeat.MONTHLY:
            return day.day == min(first.day, calendar.monthrange(day.year, day.month)[1])
        case _:
            return day == first


def _moved(plan: Plan, local: datetime) -> datetime | None:
    """Where a time goes because of holidays; None when it is dropped."""
    if plan.on_holiday is OnHoliday.SEND or holiday(local.date()) is None:
        return local
    if plan.on_holiday is OnHoliday.SKIP:
        return None
    while holiday(local.date()) is not None:
        local += _DAY
    return local


@cache
def _holidays(year: int, language: Language) -> holidays.HolidayBase:
    return holidays.country_holidays("VN", years=year, language=_LANGUAGES[language])
