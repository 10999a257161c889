"""What an hour of overtime or night work is worth at least. Labour Code 45/2019/QH14, art. 98."""

from enum import StrEnum
from fractions import Fraction

_NORMAL = Fraction(100)
_NIGHT = Fraction(30)
"""Work at night: so many percent of the normal wage on top. Art. 98.2."""
_AT_NIGHT = Fraction(20, 100)
"""Overtime at night: this part of what the daytime of that day is paid, on top. Art. 98.3."""
_WEEKDAY, _REST, _HOLIDAY = Fraction(150), Fraction(200), Fraction(300)
"""Overtime by day on a working day, the weekly day of rest, a holiday. Art. 98.1."""


class Work(StrEnum):
    """When the hours were worked. `weekday_night_after`: overtime by day came before it that day,
    so that its daytime rate is the one of overtime. Decree 145/2020/NĐ-CP, art. 57.
    """

    WEEKDAY = "weekday"
    WEEKDAY_NIGHT = "weekday_night"
    WEEKDAY_NIGHT_AFTER = "weekday_night_after"
    REST = "rest"
    REST_NIGHT = "rest_night"
    HOLIDAY = "holiday"
    HOLIDAY_NIGHT = "holiday_night"
    NIGHT = "night"


_BY_DAY = {
    Work.WEEKDAY: (_WEEKDAY, _NORMAL),
    Work.WEEKDAY_NIGHT: (_WEEKDAY, _NORMAL),
    Work.WEEKDAY_NIGHT_AFTER: (_WEEKDAY, _WEEKDAY),
    Work.REST: (_REST, _REST),
    Work.REST_NIGHT: (_REST, _REST),
    Work.HOLIDAY: (_HOLIDAY, _HOLIDAY),
    Work.HOLIDAY_NIGHT: (_HOLIDAY, _HOLIDAY),
}
_OVERTIME_AT_NIGHT = frozenset(
    {Work.WEEKDAY_NIGHT, Work.WEEKDAY_NIGHT_AFTER, Work.REST_NIGHT, Work.HOLIDAY_NIGHT}
)


def percent(work: Work) -> Fraction:
    """The least that an hour is paid, in percent of the normal wage of an hour."""
    if work is Work.NIGHT:
        return _NORMAL + _NIGHT
    overtime, daytime = _BY_DAY[work]
    return overtime + _NIGHT + _AT_NIGHT * daytime if work in _OVERTIME_AT_NIGHT else overtime


def pay(hourly: Fraction | int, hours: Fraction | int, work: Work) -> Fraction:
    """The least for all those hours, in đồng, not rounded yet."""
    return Fraction(hourly) * hours * percent(work) / 100
