"""Reads sums of money, percents, hours, days and dates as people type them.

What can mean one thing is read; what can mean several is given back as a choice, and never guessed.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from handlers.calculators.number_words import in_digits
from handlers.calculators.written_numbers import Number, plain_number
from handlers.folding import fold


class Unclear(StrEnum):
    """Why something typed is no answer."""

    NOTHING = "nothing"
    SEVERAL = "several"
    NEGATIVE = "negative"
    ZERO = "zero"
    TOO_BIG = "too_big"
    FOREIGN = "foreign"
    OTHER_TIME = "other_time"
    NO_DAY = "no_day"


@dataclass(frozen=True, slots=True)
class Perhaps:
    """What was typed may mean these, likeliest first; a single one is asked back, too."""

    values: tuple[Fraction, ...] = field(repr=False)


Read = Fraction | Perhaps | Unclear


@dataclass(frozen=True, slots=True)
class Range:
    """From where to where a sum is likely, so that "5" can be asked back as 5 million."""

    least: int
    most: int

    def has(self, value: Fraction) -> bool:
        """Whether the value is a likely one."""
        return self.least <= value <= self.most


MOST_MONEY = 10**12
MOST_PERCENT = 1_000

_THOUSAND, _MILLION, _BILLION = 10**3, 10**6, 10**9
_UNITS = {
    "k": _THOUSAND, "ng": _THOUSAND, "ngh": _THOUSAND, "nghin": _THOUSAND, "ngan": _THOUSAND,
    "tr": _MILLION, "trieu": _MILLION, "cu": _MILLION, "million": _MILLION, "mil": _MILLION,
    "thousand": _THOUSAND,
    "lit": 100 * _THOUSAND, "ty": _BILLION, "ti": _BILLION, "billion": _BILLION,
}  # fmt: skip
# These differ from place to place, or are read in two ways: always asked back.
_DOUBTFUL_UNITS = {
    "chai": (_MILLION, 100 * _THOUSAND),
    "xi": (100 * _THOUSAND,),
    "m": (_MILLION,),
    "loet": (100 * _THOUSAND,),
}
_CURRENCY = re.compile(r"\s*(?:viet nam dong|vn dong|dong|vnd|₫|(?<=[\d\s.,kr])d)$")
_FOREIGN = re.compile(r"[$€¥£₩]|\busd\b|\d\s*(?:do|dola|do la|dollars?|euro|te|won|yen)\b")
_PER = re.compile(
    r"\s*(?:/|\bper\b|\bmoi\b|\b(?:mot|1|a|an)\b(?=\s*(?:ngay|thang|gio|tieng|nam|tuan|h|day|month"
    r"|hour|year|week)\b))\s*(?:mot|1|trieu)?\s*"
    r"(ngay|thang|gio|tieng|nam|tuan|h|day|month|hour|year|week|trieu)\b"
    r"(?:\s*/\s*(ngay|thang|nam|trieu))?$"
)
_TIMES = {
    "ngay": "day", "thang": "month", "gio": "hour", "tieng": "hour", "h": "hour", "nam": "year",
    "tuan": "week", "trieu": "",
}  # fmt: skip
_WORDS = "|".join(sorted((*_UNITS, *_DOUBTFUL_UNITS), key=len, reverse=True))
_NUMBER = r"\d[\d.,]*(?:\s\d{3})*"
_MONEY = re.compile(
    rf"({_NUMBER})\s*(?:({_WORDS})(?![a-z])\s*(?:({_NUMBER})\s*(?:({_WORDS})(?![a-z]))?|(ruoi))?)?"
)
_SOME_MONEY = re.compile(rf"(?<![\d.,a-z]){_MONEY.pattern}(?![\d.,a-z])")
_EACH_MILLION = re.compile(
    r"(?<=\S)\s*(?:/|\bmoi\b|\btren\b|\b1\b|\bper\b)\s*1?\s*(?:trieu|million)$"
)
_PERCENT = re.compile(rf"({_NUMBER})\s*(%|phan tram|percent|pc|phan|ph)?")
_HOURS = re.compile(
    r"(\d[\d.,]*)\s*(?:(?:gio|h|tieng|hours?)(?:\s*(\d{1,2})\s*(?:p|phut)?|\s*(ruoi))?)?"
)
_MINUTES = re.compile(r"(\d{1,3})\s*(?:p|phut|minutes?)")
_DAYS = re.compile(r"(\d[\d.,]*)\s*(?:ngay|days?|lan|ky)?")
_LONGER = re.compile(r"(\d{1,3})\s*(thang|months?|tuan|weeks?)")
_WORKED = re.compile(
    r"(?:(\d{1,2}(?:[.,]\d)?)\s*(?:nam|years?)(?:\s*(ruoi))?)?\s*(?:(?:va|and)?\s*(\d{1,3})\s*(?:thang|months?))?"
)
_NEGATIVE = re.compile(r"^(?:[-−–—]|am |tru |minus )\s*(?=[\d.,])")
_DIGIT = re.compile(r"\d")


def money(typed: str, likely: Range, time: str = "") -> Read:
    """A sum in đồng; asked for by the `time` ("day", "month", "hour"), so another one is refused. A
    sum that is not a likely one is asked back.
    """
    text, per = _without_time(in_digits(typed))
    text = _CURRENCY.sub("", _EACH_MILLION.sub("", text) if per else text)
    if _FOREIGN.search(text):
        return Unclear.FOREIGN
    if time and per and per != time:
        return Unclear.OTHER_TIME
    if _NEGATIVE.match(text):
        return Unclear.NEGATIVE
    if whole := _MONEY.fullmatch(text):
        read = _checked(_money(whole, likely))
        return read if isinstance(read, Fraction) and likely.has(read) else _asked_back(read)
    found = list(_SOME_MONEY.finditer(text))
    if len(found) == 1:
        return _asked_back(_checked(_money(found[0], likely)))
    return Unclear.SEVERAL if found else Unclear.NOTHING


def time_named(typed: str) -> str:
    """The time that a sum was typed for ("/ngày": "day"), empty where none was."""
    return _without_time(in_digits(typed))[1]


def percent(typed: str, time: str) -> Read:
    """Percent by the day or the month. "3 phân" has meant different things, so it is asked back."""
    text, per = _without_time(in_digits(typed))
    if per and per != time:
        return Unclear.OTHER_TIME
    if _NEGATIVE.match(text):
        return Unclear.NEGATIVE
    matched = _PERCENT.fullmatch(text)
    if matched is None:
        return Unclear.SEVERAL if len(_DIGIT.findall(text)) > 1 else Unclear.NOTHING
    value = plain_number(matched[1])
    read = _limited(value.decimal if value else None, MOST_PERCENT)
    is_slang = matched[2] in ("phan", "ph")
    return _asked_back(read) if is_slang or (value and value.is_mixed) else read


def hours(typed: str, most: int, time: str = "") -> Read:
    """Hours, also "2h30", "2 giờ rưỡi", "30 phút"; at most `most`. Asked for by the `time`, so
    another one is refused.
    """
    text, per = _without_time(in_digits(typed))
    if per and per != time:
        return Unclear.OTHER_TIME
    if _NEGATIVE.match(text):
        return Unclear.NEGATIVE
    if minutes := _MINUTES.fullmatch(text):
        return _limited(Fraction(int(minutes[1]), 60), most)
    matched = _HOURS.fullmatch(text)
    value = plain_number(matched[1]) if matched else None
    if matched is None or value is None:
        return _no_number(text)
    added = Fraction(1, 2) if matched[3] else Fraction(int(matched[2] or 0), 60)
    if added >= 1 or (added and value.decimal.denominator != 1):
        return Unclear.NOTHING
    return _limited(value.decimal + added, most)


def days(typed: str, most: int, *, halves: bool = False, zero: bool = False) -> Read:
    """A number of days, at most `most`. Months and weeks are asked back in days. `halves`: half a
    day is one, too; `zero`: none at all is an answer.
    """
    text = in_digits(typed)
    if _NEGATIVE.match(text):
        return Unclear.NEGATIVE
    if longer := _LONGER.fullmatch(text):
        each = 30 if longer[2].startswith(("thang", "month")) else 7
        return _asked_back(_limited(Fraction(int(longer[1]) * each), most))
    matched = _DAYS.fullmatch(text)
    value = plain_number(matched[1]) if matched else None
    if value is None or value.decimal * (2 if halves else 1) % 1:
        return _no_number(text)
    return Fraction(0) if zero and not value.decimal else _limited(value.decimal, most)


def months_worked(typed: str, most: int) -> Read:
    """How long somebody has worked, in months: "8 tháng", "3 năm", "3 năm 2 tháng"; a number alone
    may be years or months.
    """
    text = in_digits(typed)
    if _NEGATIVE.match(text):
        return Unclear.NEGATIVE
    if text.isdigit():
        value = int(text)
        likely = tuple(Fraction(each) for each in (value * 12, value) if 0 < each <= most)
        return Perhaps(likely) if likely else _limited(Fraction(value), most)
    matched = _WORKED.fullmatch(text)
    if matched is None or not (matched[1] or matched[3]):
        return _no_number(text)
    years = Fraction((matched[1] or "0").replace(",", ".")) + (Fraction(1, 2) if matched[2] else 0)
    read = _limited(Fraction(int(years * 12 + int(matched[3] or 0))), most)
    if isinstance(read, Fraction) and read > 1 and fold(typed).startswith("gan "):
        # Nearly a year is not yet one, and from a whole one on the law counts otherwise.
        return Perhaps((read - 1, read))
    return read


def _no_number(text: str) -> Unclear:
    return Unclear.SEVERAL if len(_DIGIT.findall(text)) > 1 else Unclear.NOTHING


def _without_time(text: str) -> tuple[str, str]:
    """`text` without "/tháng", "một ngày" at its end, and which time that was."""
    found = _PER.search(text)
    if found is None or not text[: found.start()].strip():
        return text, ""
    times = [_TIMES.get(each, each) for each in found.groups() if each]
    return text[: found.start()].strip(), next((each for each in times if each), "")


def _money(matched: re.Match[str], likely: Range) -> Read:
    first, unit, more, more_unit, half = matched.groups()[:5]
    number = plain_number(first)
    if number is None:
        return Unclear.SEVERAL
    if unit in _DOUBTFUL_UNITS:
        return Perhaps(tuple(number.decimal * each for each in _DOUBTFUL_UNITS[unit]))
    if unit is None:
        return _bare(number, likely)
    scale = _UNITS[unit]
    if number.is_mixed or (number.groups_of_three and number.has_separator):
        # "5.500 tr" is five and a half million or, as it stands, five billion and a half.
        return Perhaps(tuple(dict.fromkeys((number.decimal * scale, number.grouped * scale))))
    value = number.decimal * scale
    if half:
        return value + Fraction(scale, 2)
    if more is None:
        return value
    return _with_rest(value, scale, more, more_unit)


def _with_rest(value: Fraction, scale: int, more: str, unit: str | None) -> Read:
    """What follows a unit: "5tr5", "5tr500", "5tr500k", and "5tr50", which may mean two things."""
    if not more.isdigit() or (unit and (unit not in _UNITS or _UNITS[unit] >= scale)):
        return Unclear.SEVERAL
    rest = int(more)
    if unit:
        added = rest * _UNITS[unit]
        return value + added if added < scale else Unclear.SEVERAL
    if len(more) == 1:
        return value + Fraction(rest * scale, 10)
    if len(more) == 3 or more.startswith("0"):
        return value + Fraction(rest * scale, 10 ** len(more))
    if len(more) == 2:
        return Perhaps((value + Fraction(rest * scale, 100), value + Fraction(rest * scale, 1000)))
    return Unclear.SEVERAL


def _bare(number: Number, likely: Range) -> Read:
    """A number without a unit: đồng, unless that is not likely and thousands or millions are."""
    if number.is_mixed:
        every = (number.grouped, _up(number.decimal), number.decimal * _THOUSAND)
        meant = tuple(dict.fromkeys(every))
        return Perhaps(tuple(each for each in meant if likely.has(each)) or meant)
    value = number.grouped if number.groups_of_three else number.decimal
    if likely.has(value) and value.denominator == 1:
        return value
    scaled = {number.decimal * each for each in (_THOUSAND, _MILLION)}
    scaled |= {value * _THOUSAND}
    meant = tuple(sorted((each for each in scaled if likely.has(each)), reverse=True))
    if meant and value:
        return Perhaps(meant)
    return value if value.denominator == 1 else Perhaps((_up(value),))


def _up(value: Fraction) -> Fraction:
    return Fraction((value + Fraction(1, 2)).__floor__())


def _checked(read: Read) -> Read:
    """The same where it is a whole sum of đồng within what anybody reckons with."""
    if isinstance(read, Perhaps):
        fitting = tuple(each for each in read.values if isinstance(_whole(each), Fraction))
        return Perhaps(fitting) if fitting else _whole(read.values[0])
    return _whole(read) if isinstance(read, Fraction) else read


def _whole(value: Fraction) -> Fraction | Unclear:
    limited = _limited(value, MOST_MONEY)
    if isinstance(limited, Fraction) and limited.denominator != 1:
        return Unclear.NOTHING
    return limited


def _limited(value: Fraction | None, most: int) -> Fraction | Unclear:
    if value is None:
        return Unclear.SEVERAL
    if value == 0:
        return Unclear.ZERO
    return value if value <= most else Unclear.TOO_BIG


def _asked_back(read: Read) -> Read:
    return Perhaps((read,)) if isinstance(read, Fraction) else read
