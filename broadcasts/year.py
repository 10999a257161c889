"""Spreads the texts of the library over a year: one or two a week, none on a holiday, none after
its last day, those of a season in their season. Pure.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from broadcasts import timetable
from broadcasts.library import Text

DAYS = 365
Season = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last day, each a month and its day; it may go over the end of a year."""

SEASONS: Mapping[str, Season] = MappingProxyType(
    {
        # Debts of wages, going home and empty rooms come with the last weeks before Tết.
        "B14": ((12, 1), (1, 31)),
        "B16": ((12, 1), (1, 31)),
        "B41": ((12, 15), (2, 20)),
        "B43": ((12, 15), (2, 20)),
        "B45": ((12, 15), (2, 20)),
        # The dry months, and those with the most electric heat and cooling.
        "B40": ((1, 1), (4, 30)),
        # Many companies hold their month of safety then.
        "B36": ((5, 1), (5, 31)),
        "B37": ((5, 1), (5, 31)),
        # Children are out of school, and look for work.
        "B34": ((5, 15), (8, 15)),
    }
)
"""When a text is worth most, by its number."""


class Why(StrEnum):
    """Why a text has no day."""

    EXPIRED = "expired"
    NO_ROOM = "no_room"
    PLANNED = "planned"
    """It is in the unit's calendar already."""
    REPLACED = "replaced"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Spread:
    """What a year holds: texts with their days in the order of these, and those left out."""

    placed: tuple[tuple[Text, date], ...]
    left: tuple[tuple[Text, Why], ...]


@dataclass(frozen=True, slots=True)
class _Wish:
    """A text may be sent from `first` to `last`."""

    text: Text
    first: date
    last: date


def days_of(start: date, weekdays: Collection[int], taken: Collection[date] = ()) -> list[date]:
    """The days of the year from `start` on that are one of `weekdays` (Monday is 0), are no public
    holiday and not `taken`.
    """
    every = (start + timedelta(days=number) for number in range(DAYS))
    return [
        day
        for day in every
        if day.weekday() in weekdays and day not in taken and timetable.holiday(day) is None
    ]


def spread(texts: Iterable[Text], days: Sequence[date]) -> Spread:
    """Give each text one of `days` (in order, none twice). What expires early comes first, what
    has a season then, and topics take turns; what is left is spread evenly.
    """
    left: list[tuple[Text, Why]] = []
    wishes: list[_Wish] = []
    if not days:
        return Spread((), tuple((text, Why.NO_ROOM) for text in texts))
    for text in _by_turns(texts):
        last = min(text.content.expires_on or date.max, days[-1])
        if last < days[0]:
            left.append((text, Why.EXPIRED))
        else:
            wishes.append(_wish(text, days[0], last))
    free, placed = list(days), list[tuple[Text, date]]()
    for some in _groups(wishes):
        chosen = _places(some, free)
        for wish, day in zip(some, chosen, strict=False):
            placed.append((wish.text, day))
            free.remove(day)
        left += [(wish.text, Why.NO_ROOM) for wish in some[len(chosen) :]]
    placed.sort(key=lambda each: each[1])
    return Spread(tuple(placed), tuple(left))


def _wish(text: Text, start: date, last: date) -> _Wish:
    """From when to when; the season is left aside where it lies wholly after the last day."""
    season = SEASONS.get(text.number)
    if season is None:
        return _Wish(text, start, last)
    (month, day), (last_month, last_day) = season
    for year in (start.year - 1, start.year, start.year + 1):
        first = date(year, month, day)
        over = (last_month, last_day) < (month, day)
        end = min(date(year + over, last_month, last_day), last)
        first = max(first, start)
        if first <= end:
            return _Wish(text, first, end)
    return _Wish(text, start, last)


def _groups(wishes: Iterable[_Wish]) -> list[list[_Wish]]:
    """Those with one window together, the window that closes first before others."""
    found: dict[tuple[date, date], list[_Wish]] = defaultdict(list)
    for wish in wishes:
        found[wish.last, wish.first].append(wish)
    return [found[key] for key in sorted(found)]


def _places(some: Sequence[_Wish], free: Sequence[date]) -> list[date]:
    """So many days of the window, as evenly apart as may be; all where they do not suffice."""
    fitting = [day for day in free if some[0].first <= day <= some[0].last]
    many = min(len(some), len(fitting))
    return [fitting[number * len(fitting) // many] for number in range(many)]


def _by_turns(texts: Iterable[Text]) -> list[Text]:
    """The topics take turns: nobody gets five texts on one thing in a row."""
    seen: Counter[str] = Counter()
    keyed = []
    for text in sorted(texts, key=lambda each: each.number):
        keyed.append((seen[text.content.topic], text.number, text))
        seen[text.content.topic] += 1
    return [text for _, _, text in sorted(keyed, key=lambda each: each[:2])]
