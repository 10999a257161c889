"""When the bell's list changes, and how many decoys it needs (pure)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

CHANGES_AT = (7, 17)
SHOWN_DAYS = 14
DECOYS_A_DAY = 2
"""So many on each of the days shown are 28 at any time: never fewer than the 20 promised."""
MOST_UNDER_A_BULLETIN = 40
"""A longer list stands under no bulletin: it would drown what the bulletin says."""


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One change of the list: a day and an hour of local time."""

    day: date
    hour: int


@dataclass(frozen=True, slots=True)
class Listed:
    """The list as everybody sees it since `change`, its numbers sorted."""

    change: Change
    numbers: tuple[str, ...]

    @property
    def fits_under_a_bulletin(self) -> bool:
        """Whether it is short enough to stand there."""
        return 0 < len(self.numbers) <= MOST_UNDER_A_BULLETIN


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


def needs_decoy(beside: int) -> bool:
    """Whether a number that is rung gets a decoy beside it, where `beside` rows come with the same
    change. Of two that are rung at least one does, and none is marked or counted for that: which
    row is which, the rows cannot tell.
    """
    return beside % 3 != 0
