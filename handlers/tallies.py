"""What the numbers keep of a tip: how long a desk took, as one of a few classes, not as a time."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from handlers.clocks import DANGER_MINUTES, RESULT_DAYS, TRIAGE_HOURS


class TriageTime(StrEnum):
    """How long a tip waited until somebody claimed it; `never`: it ended before."""

    HALF_HOUR = "half_hour"
    HOUR = "hour"
    FOUR_HOURS = "4_hours"
    DAY = "day"
    LATER = "later"
    NEVER = "never"


class AnswerTime(StrEnum):
    """After how many days its worker first heard from the desk; `never`: it ended before."""

    SAME_DAY = "same_day"
    THREE_DAYS = "3_days"
    WEEK = "week"
    TWENTY_DAYS = "20_days"
    LATER = "later"
    NEVER = "never"


_TRIAGE = (
    (timedelta(minutes=DANGER_MINUTES), TriageTime.HALF_HOUR),
    (timedelta(hours=1), TriageTime.HOUR),
    (timedelta(hours=4), TriageTime.FOUR_HOURS),
    (timedelta(hours=TRIAGE_HOURS), TriageTime.DAY),
)
_ANSWER = (
    (0, AnswerTime.SAME_DAY),
    (3, AnswerTime.THREE_DAYS),
    (7, AnswerTime.WEEK),
    (RESULT_DAYS, AnswerTime.TWENTY_DAYS),
)


def triage_time(
    now: datetime, triage_by: datetime, *, danger: bool, minutes: int = 0
) -> TriageTime:
    """How long the tip waited that is claimed at `now`, counted back from its deadline: that is
    rounded up, so a tip may seem claimed up to an hour (in danger five minutes) sooner than it was.
    `minutes` are those that its unit was given, where that is known.
    """
    given = timedelta(minutes=DANGER_MINUTES) if danger else timedelta(hours=TRIAGE_HOURS)
    waited = now - (triage_by - (timedelta(minutes=minutes) if minutes else given))
    return next((shown for most, shown in _TRIAGE if waited <= most), TriageTime.LATER)


def answer_time(today: date, result_on: date, given: int = RESULT_DAYS) -> AnswerTime:
    """How many days the worker waited who first hears from the desk on `today`, counted back from
    the day on which the desk owes its result, which is `given` days after the filing.
    """
    days = (today - (result_on - timedelta(days=given))).days
    return next((shown for most, shown in _ANSWER if days <= most), AnswerTime.LATER)
