"""Which question comes next, what it takes for an answer, and how what was typed is read.

Answers are short texts, so that a talk can hold them: the name of a choice, a number ("5000000",
"21/2"), a wage with its time ("hour:30000"), a day ("2026-12-31").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from handlers.calculators import Calculator, days
from handlers.calculators.amounts import (
    MOST_MONEY,
    Perhaps,
    Range,
    Read,
    Unclear,
    hours,
    money,
    months_worked,
    percent,
    time_named,
)
from handlers.calculators.amounts import days as number_of_days
from handlers.calculators.leave import Birth, Job
from handlers.calculators.leaving_days import Contract
from handlers.calculators.minimum import Region
from handlers.calculators.overtime import Work

Answers = tuple[str, ...]


class Reads(StrEnum):
    """What is typed for an answer; nothing where it is only chosen."""

    NOTHING = "nothing"
    MONEY = "money"
    WAGE = "wage"
    PERCENT_DAY = "percent_day"
    PERCENT_MONTH = "percent_month"
    TIMES = "times"
    DAYS_OFF = "days_off"
    HOURS = "hours"
    HOURS_A_TIME = "hours_a_time"
    WORKED = "worked"
    DAY = "day"


_ANY = Range(1, MOST_MONEY)


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `id` names its text; `choices` are what can be chosen, where something is typed
    they are ways round it ("don't know"). `likely` is from where to where a sum is; `time` for
    which it is asked.
    """

    id: str
    choices: tuple[str, ...] = ()
    reads: Reads = Reads.NOTHING
    likely: Range = _ANY
    time: str = ""

    @property
    def is_typed(self) -> bool:
        """Whether the answer is typed."""
        return self.reads is not Reads.NOTHING


UNSURE = "unsure"
NONE = "none"
_MONTH_WAGE = Range(500_000, 500_000_000)
_LOAN = Range(100_000, 10_000_000_000)
_A_DAY = Range(1_000, 50_000_000)
_PER_MILLION = Range(100, 1_000_000)
_ANY_WAGE = Range(10_000, 500_000_000)
MOST_HOURLY = 150_000
"""What is more may be the wage of a day, so it is asked back."""
LEAST_MONTHLY = 1_500_000
"""What is less is no wage of a month."""
MOST_HOURS = 744
MOST_DAYS = 3_650
_MOST_DAYS_OFF = 366
_MOST_MONTHS = 720

_REGION = Question("region", (*(f"region_{each}" for each in Region), UNSURE))
_FORM = Question("form", ("per_day", "percent_month", "percent_day", "instalments"))
_RATE = {
    "per_day": Question("per_million", (), Reads.MONEY, _PER_MILLION, "day"),
    "percent_month": Question("percent_month", (), Reads.PERCENT_MONTH),
    "percent_day": Question("percent_day", (), Reads.PERCENT_DAY),
}
_INSTALMENTS = (
    Question("received", (), Reads.MONEY, _LOAN),
    Question("each_day", (), Reads.MONEY, _A_DAY, "day"),
    Question("times", (), Reads.TIMES),
)
_WAGE = Question("wage", (), Reads.WAGE, _ANY_WAGE)
_MONTHS_HOURS = ("hours_208", "hours_192")
_NORMAL_HOURS = {
    "month": Question("hours_a_month", _MONTHS_HOURS, Reads.HOURS_A_TIME, time="month"),
    "day": Question("hours_a_day", ("hours_8",), Reads.HOURS_A_TIME, time="day"),
}
_WORK = Question("work", tuple(each.value for each in Work))
_OVERTIME = Question("overtime_hours", (), Reads.HOURS)
_PAYSLIP = (
    Question("insured", (), Reads.MONEY, _MONTH_WAGE, "month"),
    Question("taken", (UNSURE,), Reads.MONEY, Range(1_000, 100_000_000), "month"),
    Question("damage", (NONE,), Reads.MONEY, Range(1_000, 500_000_000), "month"),
    Question("net", (), Reads.MONEY, _MONTH_WAGE, "month"),
)
_NOTICE = (
    Question("who_leaves", ("worker", "employer")),
    Question("contract", (*(each.value for each in Contract), UNSURE)),
    Question("last_day", (UNSURE,), Reads.DAY),
)
_LEAVE = (
    Question("job", tuple(each.value for each in Job)),
    Question("worked", (), Reads.WORKED),
    Question("days_off", (UNSURE,), Reads.DAYS_OFF),
)
_PARENT = Question("parent", ("mother", "father"))
_BIRTH = Question("birth", tuple(each.value for each in Birth))
_CHILD = Question("child", ("child_second", "child_other"))
_CHILDREN = Question("children", ("children_1", "children_2", "children_3"))

FIXED_HOURS = {"hours_208": "208", "hours_192": "192", "hours_8": "8"}
"""The usual hours of a month (26 or 24 days of 8 hours) and of a day, to be chosen."""


def question(calculator: Calculator, answers: Answers) -> Question | None:
    """The question that these answers leave open; None where everything is known."""
    match calculator:
        case Calculator.MINIMUM:
            return _nth((_REGION,), answers)
        case Calculator.INTEREST:
            return _of_interest(answers)
        case Calculator.OVERTIME:
            return _of_overtime(answers)
        case Calculator.PAYSLIP:
            return None if answers[2:3] == (NONE,) else _nth(_PAYSLIP, answers)
        case Calculator.NOTICE:
            return None if answers[1:2] == (UNSURE,) else _nth(_NOTICE, answers)
        case Calculator.LEAVE:
            return _nth(_LEAVE, answers)
        case Calculator.FAMILY:
            mother = answers[:1] == ("mother",)
            return _nth((_PARENT, *((_CHILD, _CHILDREN) if mother else (_BIRTH,))), answers)


def read(asked: Question, typed: str, today: date) -> str | Answers | Unclear:
    """The answer that was typed, answers of which one is to be chosen, or why it is none."""
    if asked.reads is Reads.DAY:
        found = days.day(typed, today)
        if isinstance(found, tuple):
            return tuple(each.isoformat() for each in found)
        return found.isoformat() if isinstance(found, date) else found
    number = _number(asked, typed)
    if isinstance(number, Unclear):
        return number
    if asked.reads is Reads.WAGE:
        return _wage(number, time_named(typed))
    if isinstance(number, Perhaps):
        return tuple(str(each) for each in number.values)
    return str(number)


def questions() -> Mapping[str, Question]:
    """Every question by its name."""
    every = (_REGION, _FORM, *_RATE.values(), *_INSTALMENTS, _WAGE, *_NORMAL_HOURS.values())
    rest = (_WORK, _OVERTIME, *_PAYSLIP, *_NOTICE, *_LEAVE, _PARENT, _BIRTH, _CHILD, _CHILDREN)
    return {each.id: each for each in (*every, *rest)}


def options() -> frozenset[str]:
    """Everything that can be chosen anywhere."""
    return frozenset(name for each in questions().values() for name in each.choices)


def _nth(asked: tuple[Question, ...], answers: Answers) -> Question | None:
    return asked[len(answers)] if len(answers) < len(asked) else None


def _of_interest(answers: Answers) -> Question | None:
    if not answers:
        return _FORM
    rest = answers[1:]
    return _nth(_INSTALMENTS if answers[0] == "instalments" else (_RATE[answers[0]],), rest)


def _of_overtime(answers: Answers) -> Question | None:
    if not answers:
        return _WAGE
    between = _NORMAL_HOURS.get(answers[0].partition(":")[0])
    return _nth((*((between,) if between else ()), _WORK, _OVERTIME), answers[1:])


def _number(asked: Question, typed: str) -> Read:
    match asked.reads:
        case Reads.PERCENT_DAY:
            return percent(typed, "day")
        case Reads.PERCENT_MONTH:
            return percent(typed, "month")
        case Reads.TIMES:
            return number_of_days(typed, MOST_DAYS)
        case Reads.DAYS_OFF:
            return number_of_days(typed, _MOST_DAYS_OFF, halves=True, zero=True)
        case Reads.HOURS | Reads.HOURS_A_TIME:
            return hours(typed, 24 if asked.id == "hours_a_day" else MOST_HOURS, asked.time)
        case Reads.WORKED:
            return months_worked(typed, _MOST_MONTHS)
        case _:
            return money(typed, asked.likely, asked.time)


def _wage(number: Fraction | Perhaps, time: str) -> str | Answers | Unclear:
    """A wage with its time; which one it is, is seen where it was typed, or else in the sum."""
    if time not in ("", "hour", "day", "month"):
        return Unclear.OTHER_TIME
    if isinstance(number, Fraction):
        found = tuple(f"{each}:{number}" for each in ((time,) if time else _times(number)))
        return found[0] if len(found) == 1 else found
    return tuple(
        f"{each}:{value}"
        for value in number.values
        for each in ((time,) if time else _times(value))
    )


def _times(value: Fraction) -> tuple[str, ...]:
    if value <= MOST_HOURLY:
        return ("hour",)
    return ("month",) if value >= LEAST_MONTHLY else ("day", "hour", "month")
