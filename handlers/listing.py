"""What a desk's list can be narrowed to: closed values only, so that an address may hold them, and
how many tips each of them would leave.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from handlers.labels import Label
from handlers.tips import Category, Status


class Facet(StrEnum):
    """By what a list is narrowed; the name of the field in an address."""

    STAGE = "xem"
    CLOCK = "han"
    CATEGORY = "loai"
    PLACE = "noi"
    LABEL = "nhan"
    HOLDER = "ai"
    UNIT = "don_vi"
    DANGER = "nguy"
    AGE = "tuoi"


class Stage(StrEnum):
    """Groups of statuses; a single status can be chosen as well."""

    ALL = "all"
    OPEN = "open"
    CLOSED = "closed"


class Due(StrEnum):
    """How it stands with the next deadline of a tip."""

    OVERDUE = "overdue"
    TODAY = "today"
    LATER = "later"
    NONE = "none"


class Age(StrEnum):
    """How long ago a tip came, by its day; each holds the ones before, but OLDER."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    OLDER = "older"


class Sort(StrEnum):
    """In which order tips stand."""

    URGENT = "urgent"
    NEWEST = "newest"
    OLDEST = "oldest"


MINE, NOBODY, DANGER = "mine", "nobody", "yes"
SORT = "xep"
"""The name of the order's field in an address."""

T = TypeVar("T")

_PLACE = re.compile(r"[0-9]{2,5}")
_MEMBER = re.compile(r"[0-9a-f]{32}")
_UNIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_AGES = ((Age.DAY, 0), (Age.WEEK, 7), (Age.MONTH, 30))
_CLOSED_LISTS: Mapping[Facet, frozenset[str]] = {
    Facet.STAGE: frozenset({*Stage, *(status.value for status in Status)} - {Status.RECEIVED}),
    Facet.CLOCK: frozenset(Due),
    Facet.CATEGORY: frozenset(Category),
    Facet.LABEL: frozenset(Label),
    Facet.DANGER: frozenset({DANGER}),
    Facet.AGE: frozenset(Age),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose: at most one value of each facet, and an order."""

    picked: tuple[tuple[Facet, str], ...] = ()
    sort: Sort = Sort.URGENT

    @property
    def by_facet(self) -> Mapping[Facet, str]:
        """The values by their facet."""
        return dict(self.picked)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The fields of an address, or of a saved view, that mean this; `read` reads them."""
        pairs = [(facet.value, value) for facet, value in self.picked]
        if self.sort is not Sort.URGENT:
            pairs.append((SORT, self.sort.value))
        return tuple(pairs)


def read(fields: Mapping[str, str]) -> Choice:
    """The choice that an address means; what is no value of ours is left out."""
    found: list[tuple[Facet, str]] = []
    for facet in Facet:
        value = fields.get(facet.value, "")
        # An older address: one's own tips stood among the statuses.
        if facet is Facet.HOLDER and fields.get(Facet.STAGE.value) == MINE:
            value = MINE
        if _is_value(facet, value):
            found.append((facet, value))
    wanted = fields.get(SORT, "")
    sort = Sort(wanted) if wanted in Sort.__members__.values() else Sort.URGENT
    return Choice(tuple(found), sort)


@dataclass(frozen=True, slots=True)
class Present:
    """The moment of a look, and the end of its day: both aware."""

    now: datetime
    tonight: datetime
    today: date


@dataclass(frozen=True, slots=True, eq=False)
class Steady:
    """Those values of a tip that neither time nor people change. Many tips share one: a list is
    counted by them.
    """

    by_facet: Mapping[Facet, tuple[str, ...]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Moving:
    """The values of a tip that time and people change."""

    due: tuple[str, ...]
    age: tuple[str, ...]
    holder: tuple[str, ...]

    def of(self, facet: Facet) -> tuple[str, ...]:
        """Its values of one of MOVING."""
        if facet is Facet.CLOCK:
            return self.due
        return self.age if facet is Facet.AGE else self.holder


MOVING = frozenset({Facet.CLOCK, Facet.AGE, Facet.HOLDER})


def steady(
    *,
    status: Status,
    category: Category,
    places: Sequence[str],
    labels: Iterable[Label],
    unit: str,
    danger: bool,
) -> dict[Facet, tuple[str, ...]]:
    """What a tip belongs to, whatever the time is and whoever holds it."""
    stage = Stage.CLOSED if status is Status.CLOSED else Stage.OPEN
    # One status is the whole of its stage.
    own = () if status is Status.CLOSED else (status.value,)
    return {
        Facet.STAGE: (Stage.ALL.value, stage.value, *own),
        Facet.CATEGORY: (category.value,),
        Facet.PLACE: tuple(places),
        Facet.LABEL: tuple(label.value for label in labels),
        Facet.UNIT: (unit,),
        Facet.DANGER: (DANGER,) if danger else (),
    }


def due_option(due: datetime | None, present: Present) -> tuple[str, ...]:
    """How it stands with a deadline now."""
    if due is None:
        return (Due.NONE.value,)
    if due < present.now:
        return (Due.OVERDUE.value,)
    return ((Due.TODAY if due <= present.tonight else Due.LATER).value,)


def age_options(day: date, present: Present) -> tuple[str, ...]:
    """How old a tip of that day is; what came in a week came in a month as well."""
    past = (present.today - day) / timedelta(days=1)
    young = tuple(age.value for age, days in _AGES if past <= days)
    return young or (Age.OLDER.value,)


def holder_options(holder: str | None, me: str) -> tuple[str, ...]:
    """Who holds a tip, by their id; one's own are MINE as well."""
    if holder is None:
        return (NOBODY,)
    return (MINE, holder) if holder == me else (holder,)


@dataclass(frozen=True, slots=True)
class Narrowed(Generic[T]):
    """What is left of a list; `counts` tell for each value how many there would be with it in the
    place of the value of its facet.
    """

    left: tuple[T, ...]
    counts: Mapping[Facet, Mapping[str, int]] = field(repr=False)


def narrow(
    listed: Iterable[T],
    held: Callable[[T], Steady],
    moving: Callable[[T], Moving],
    choice: Choice,
) -> Narrowed[T]:
    """Those that belong to every chosen value, in the order in which they came."""
    fixed = [(facet, value) for facet, value in choice.picked if facet not in MOVING]
    moved = [(facet, value) for facet, value in choice.picked if facet in MOVING]
    missing: dict[Steady, list[Facet]] = {}
    whole: Counter[Steady] = Counter()
    alone: Counter[tuple[Facet, Steady]] = Counter()
    passing: Counter[tuple[Facet, tuple[str, ...]]] = Counter()
    left: list[T] = []
    for each in listed:
        own = held(each)
        missed = missing.get(own)
        if missed is None:
            missed = [facet for facet, value in fixed if value not in own.by_facet[facet]]
            missing[own] = missed
        if len(missed) > 1:
            continue
        now = moving(each)
        late = [facet for facet, value in moved if value not in now.of(facet)]
        if not missed and not late:
            left.append(each)
            whole[own] += 1
            passing[Facet.CLOCK, now.due] += 1
            passing[Facet.AGE, now.age] += 1
            passing[Facet.HOLDER, now.holder] += 1
        elif not late:
            alone[missed[0], own] += 1
        elif len(late) == 1 and not missed:
            passing[late[0], now.of(late[0])] += 1
    return Narrowed(tuple(left), _counted(whole, alone, passing))


def _counted(
    whole: Mapping[Steady, int],
    alone: Mapping[tuple[Facet, Steady], int],
    passing: Mapping[tuple[Facet, tuple[str, ...]], int],
) -> Mapping[Facet, Mapping[str, int]]:
    counts: dict[Facet, Counter[str]] = {facet: Counter() for facet in Facet}
    for own, count in whole.items():
        for facet, values in own.by_facet.items():
            for value in values:
                counts[facet][value] += count
    for (facet, own), count in alone.items():
        for value in own.by_facet[facet]:
            counts[facet][value] += count
    for (facet, values), count in passing.items():
        for value in values:
            counts[facet][value] += count
    return counts


def _is_value(facet: Facet, value: str) -> bool:
    match facet:
        case Facet.PLACE:
            return bool(_PLACE.fullmatch(value))
        case Facet.HOLDER:
            return value in (MINE, NOBODY) or bool(_MEMBER.fullmatch(value))
        case Facet.UNIT:
            return bool(_UNIT.fullmatch(value))
        case _:
            return value in _CLOSED_LISTS[facet]
