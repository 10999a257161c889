"""Reads a day of the calendar as people type it."""

import re
from datetime import date

from handlers.calculators.amounts import Unclear
from handlers.calculators.number_words import in_digits

_DAY = re.compile(
    r"(?:ngay )?(\d{1,2})\s*(?:[/.\-]|thang|th| )\s*(\d{1,2})"
    r"(?:\s*(?:[/.\-]|nam| )\s*(\d{4}|\d{2}))?"
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_CENTURY = 2000
_MOST_YEARS = 3


def day(typed: str, today: date) -> date | tuple[date, ...] | Unclear:
    """The day; where the year was left out, the next such day as a choice to be asked back. A day
    that is none, or lies more than three years away, is unclear.
    """
    text = in_digits(typed)
    if iso := _ISO.fullmatch(text):
        return _near(_made(int(iso[1]), int(iso[2]), int(iso[3])), today)
    found = _DAY.fullmatch(text)
    if found is None:
        return Unclear.NO_DAY
    number, month = int(found[1]), int(found[2])
    if found[3]:
        year = int(found[3]) + (_CENTURY if len(found[3]) == 2 else 0)
        return _near(_made(year, month, number), today)
    made = (_made(today.year + ahead, month, number) for ahead in range(_MOST_YEARS + 2))
    coming = next((each for each in made if each and each >= today), None)
    return (coming,) if coming else Unclear.NO_DAY


def _near(found: date | None, today: date) -> date | Unclear:
    if found is None or abs(found.year - today.year) > _MOST_YEARS:
        return Unclear.NO_DAY
    return found


def _made(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None
