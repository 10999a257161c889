"""How long before leaving one says so, and by which day. Labour Code 45/2019/QH14, arts. 35, 36."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from handlers.duty import is_holiday

_SUNDAY = 6


class Contract(StrEnum):
    """Kinds of contract by their length: no end, 12 to 36 months, less than 12 months."""

    INDEFINITE = "indefinite"
    FIXED = "fixed"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Notice:
    """So many days; `working`: days of rest do not count."""

    days: int
    working: bool = False


NOTICE = {
    Contract.INDEFINITE: Notice(45),
    Contract.FIXED: Notice(30),
    Contract.SHORT: Notice(3, working=True),
}
"""The same for who resigns (art. 35.1) and for an employer who may end it (art. 36.2)."""


def latest(last_day: date, notice: Notice) -> date:
    """The latest day to say so where `last_day` is the last one at work: as many days lie after it,
    up to and with the last. A working day is none that is a Sunday or a public holiday.
    """
    if not notice.working:
        return last_day - timedelta(days=notice.days)
    day, left = last_day, notice.days
    while left:
        left -= is_working(day)
        day -= timedelta(days=1)
    return day


def earliest(told: date, notice: Notice) -> date:
    """The first day that can be the last one at work for who says so on the day `told`."""
    if not notice.working:
        return told + timedelta(days=notice.days)
    day, left = told, notice.days
    while left:
        day += timedelta(days=1)
        left -= is_working(day)
    return day


def is_working(day: date) -> bool:
    """Whether a company usually works on that day."""
    return day.weekday() != _SUNDAY and not is_holiday(day)
