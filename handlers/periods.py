"""The periods that numbers are asked for, and the day up to which something is counted."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MOST_MONTHS = 120
"""The longest period: ten years."""
_NAMED = re.compile(r"(20\d\d)(?:-(?:(0[1-9]|1[0-2])|q([1-4])|h([12])))?")
_MONTH = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")


class Length(StrEnum):
    """How long a period is that has a name."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


_MONTHS = {Length.MONTH: 1, Length.QUARTER: 3, Length.HALF: 6, Length.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """From the first month to the last one, both whole, as 2026-11."""

    first: str
    last: str

    def __contains__(self, month: str) -> bool:
        return self.first <= month <= self.last

    @property
    def ends_on(self) -> date:
        """Its last day."""
        return last_day(self.last)


@dataclass(frozen=True, slots=True)
class AsOf:
    """Counted is what happened up to the end of `day`. `latest`: that is as new as it gets, so that
    how open tips stand now is known as well.
    """

    day: date
    latest: bool

    @property
    def month(self) -> str:
        """The month of that day: of what is closed no more than its month is kept."""
        return month_of(self.day)


def month_of(day: date) -> str:
    """The month of a day, as 2026-11."""
    return f"{day:%Y-%m}"


def last_day(month: str) -> date:
    """The last day of a month that is written as 2026-11."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, monthrange(year, number)[1])


def as_of(asked: date | None, newest: date) -> AsOf:
    """The day that a review is made for. `newest` is the last one that can be counted; of the past
    only ends of months can be told, so any other day becomes the end of the month before.
    """
    if asked is None or asked >= newest:
        return AsOf(newest, latest=True)
    if asked == last_day(month_of(asked)):
        return AsOf(asked, latest=False)
    return AsOf(asked.replace(day=1) - timedelta(days=1), latest=False)


def named(name: str) -> Period | None:
    """The period of a name: 2026-11, 2026-q4, 2026-h2 or 2026."""
    found = _NAMED.fullmatch(name)
    if found is None:
        return None
    year, month, quarter, half = found.groups()
    if month:
        return Period(name, name)
    if quarter:
        return _from(year, 3 * int(quarter) - 2, 3)
    return _from(year, 6 * int(half) - 5, 6) if half else _from(year, 1, 12)


def between(first: str, last: str) -> Period | None:
    """The period of two months, in whichever order; None for what is no month, or too long."""
    if not _MONTH.fullmatch(first) or not _MONTH.fullmatch(last):
        return None
    found = Period(min(first, last), max(first, last))
    return found if _months(found) <= MOST_MONTHS else None


def name_of(period: Period) -> str:
    """Its name, empty where it has none."""
    year = period.first[:4]
    names = [year, *(f"{year}-h{each}" for each in (1, 2))]
    names += [f"{year}-q{each}" for each in (1, 2, 3, 4)]
    names.append(period.first)
    return next((name for name in names if named(name) == period), "")


def length_of(name: str) -> Length:
    """How long a period with that name is."""
    if len(name) == len("2026"):
        return Length.YEAR
    return {"q": Length.QUARTER, "h": Length.HALF}.get(name[5], Length.MONTH)


def newest_names(today: date, length: Length, count: int) -> Iterator[str]:
    """The names of the `count` newest periods of a length, beginning with the present one."""
    months = _MONTHS[length]
    at = (today.year * 12 + today.month - 1) // months
    for each in range(at, at - count, -1):
        year, number = divmod(each * months, 12)
        yield name_of(_from(str(year), number + 1, months))


def _from(year: str, month: int, months: int) -> Period:
    return Period(f"{year}-{month:02}", f"{year}-{month + months - 1:02}")


def _months(period: Period) -> int:
    first, last = period.first, period.last
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:]) + 1
