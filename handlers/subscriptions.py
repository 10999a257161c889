"""What a subscriber chose: topics, places, how often, at which time of day, in which language."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from handlers.bulletins import Topic
from handlers.languages import Language

MOST_PER_WEEK = 3
MOST_PLACES = 3
WHOLE_COUNTRY = "*"
_PROVINCE = 100_000


class PartOfDay(StrEnum):
    """When somebody wants to read."""

    ANY = "any"
    NOON = "noon"
    EVENING = "evening"


@dataclass(frozen=True, slots=True)
class Subscription:
    """`places` are codes of provinces and communes, or `*` alone; `bell` is the weekly reminder."""

    topics: frozenset[Topic]
    places: tuple[str, ...] = (WHOLE_COUNTRY,)
    per_week: int = MOST_PER_WEEK
    part: PartOfDay = PartOfDay.ANY
    language: Language = Language.VI
    bell: bool = False
    paused_until: date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Places as whole numbers, both ends included: a province and all its communes are one span."""

    first: int
    last: int


def number_of(code: str) -> int:
    """The number of a place: 0 for the whole country, a province before all its communes. For a
    commune `code` is "PP/CCCCC" (province, commune): the official code of a commune does not tell
    its province.
    """
    if code == WHOLE_COUNTRY:
        return 0
    province, _, commune = code.partition("/")
    return int(province) * _PROVINCE + int(commune or 0)


def span_of(code: str) -> Span:
    """The places within the place of that code (as `number_of` takes it)."""
    first = number_of(code)
    if code == WHOLE_COUNTRY:
        return Span(0, 100 * _PROVINCE - 1)
    return Span(first, first if "/" in code else first + _PROVINCE - 1)


def province_of(number: int) -> int:
    """The province's code as a number; 0 for the whole country."""
    return number // _PROVINCE


_TOPICS = tuple(Topic)
_BELL = 1 << len(_TOPICS)


def mask_of(topics: frozenset[Topic], *, bell: bool = False) -> int:
    """Topics as bits, in the order of `Topic`; the reminder of the bell is the bit after them."""
    return sum(1 << at for at, each in enumerate(_TOPICS) if each in topics) | (_BELL * bell)


def topics_of(mask: int) -> tuple[frozenset[Topic], bool]:
    """The topics of `mask`, and whether the reminder is among them."""
    return frozenset(each for at, each in enumerate(_TOPICS) if mask >> at & 1), bool(mask & _BELL)
