"""When the bell's list changes, and how many decoys it needs (pure)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

CHANGES_AT = (7, 17)
SHOWN_DAYS = 14
DECOYS_A_DAY = 2
"""So many on each of the days shown are 28 at any time: never fewer than the 20 promised."""


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One change of the list: a day and an hour of local time."""

    day: date
    hour: int


def next_change(local: datetime) -> Change:
    """The first change after `local`: what is rung now is shown from then on."""
    for hour in CHANGES_AT:
        if local.hour < hour:
            return Change(local.date(), hour)
    return Change(local.date() + timedelta(days=1), CHANGES_AT[0])


def last_change(local: datetime) -> Change:
    """The change whose list is shown at `local`."""
    for hour in reversed(CHANGES_AT):
        if local.hour >= hour:
            return Change(local.date(), hour)
    return Change(local.date() - timedelta(days=1), CHANGES_AT[-1])


def oldest_shown(local: datetime) -> date:
    """Rings of earlier days are no longer shown."""
    return last_change(local).day - timedelta(days=SHOWN_DAYS)


def decoys(rung: int) -> int:
    """How many decoys a day needs when `rung` numbers came since the day before: one for two of
    them. Real ones and earlier decoys are equal, so all are counted.
    """
    return max(-(-rung // 2), DECOYS_A_DAY)
