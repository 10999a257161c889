"""When somebody is on duty at a unit: a table of the week and the public holidays. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache

import holidays

VIETNAM = timezone(timedelta(hours=7))
"""The one time zone of the country, without summer time."""
DAY_MINUTES = 24 * 60
DAYS = 7
# Longer than the longest row of holidays with a weekend on either side.
_LOOK_DAYS = 60


@dataclass(frozen=True, slots=True)
class Span:
    """From and to which minute of a day, `start` before `end`; 0 and 1440 are the whole day."""

    start: int
    end: int

    def __post_init__(self) -> None:
        """Raises ValueError for what is no part of a day."""
        if not 0 <= self.start < self.end <= DAY_MINUTES:
            raise ValueError("no part of a day")


@dataclass(frozen=True, slots=True)
class Duty:
    """The `week` has seven days, Monday first; None: nobody is there. On public holidays nobody is
    unless `on_holidays`.
    """

    week: tuple[Span | None, ...]
    on_holidays: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for a week of another length, or one in which nobody is ever there:
        clocks that count minutes of duty would stand still.
        """
        if len(self.week) != DAYS or not any(self.week):
            raise ValueError("a week has seven days, one of them with duty")

    def of(self, day: date) -> Span | None:
        """When somebody is on duty on this day of Viet Nam."""
        return self.week[day.weekday()] if self.on_holidays or not is_holiday(day) else None


_OFFICE = Span(7 * 60 + 30, 17 * 60)
OFFICE_HOURS = Duty((*([_OFFICE] * 6), None))
"""Monday to Saturday, 07:30 to 17:00: when the union's offices of industrial zones are open."""
ALWAYS = Duty((Span(0, DAY_MINUTES),) * DAYS, on_holidays=True)


def is_on(duty: Duty, moment: datetime) -> bool:
    """Whether somebody is on duty at this moment (aware)."""
    local = moment.astimezone(VIETNAM)
    span = duty.of(local.date())
    return span is not None and span.start <= _minutes(local) < span.end


def after(duty: Duty, moment: datetime, minutes: int) -> datetime:
    """When so many minutes of duty have passed since `moment` (aware), in UTC."""
    left = timedelta(minutes=minutes)
    for start, end in _spans(duty, moment):
        begun = max(start, moment)
        if end - begun >= left:
            return (begun + left).astimezone(UTC)
        left -= max(end - begun, timedelta())
    raise AssertionError("some day of every two months has duty")


def starts(duty: Duty, since: datetime, until: datetime) -> bool:
    """Whether duty begins after `since` and not after `until` (both aware)."""
    return any(since < start <= until for start, _ in _spans(duty, since, until))


@cache
def is_holiday(day: date) -> bool:
    """Whether it is a public holiday in Viet Nam, a day in lieu included."""
    return day in _holidays(day.year)


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("VN", years=year))


def _spans(
    duty: Duty, since: datetime, until: datetime | None = None
) -> Iterator[tuple[datetime, datetime]]:
    """The spans of duty that end after `since`, in order."""
    first = since.astimezone(VIETNAM).date()
    last = until.astimezone(VIETNAM).date() if until else first + timedelta(days=_LOOK_DAYS)
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        span = duty.of(day)
        if span is not None and _at(day, span.end) > since:
            yield _at(day, span.start), _at(day, span.end)


def _at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(), VIETNAM) + timedelta(minutes=minute)


def _minutes(local: datetime) -> int:
    return local.hour * 60 + local.minute
