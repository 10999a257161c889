"""What a change of the units would do: to communes, open tips, subscribers and bulletins.

Whoever changes units never reads tips, and shall not learn from a trial that a small desk has one:
tips of today do not count (as in the numbers), and a figure below five says nothing at all, not
even whether there is any. Whoever reads a tip goes on reading it, whatever is changed here.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from handlers import coverage
from handlers.bulletins import Bulletin
from handlers.coverage import Loss
from handlers.places import Place
from handlers.routing import WHOLE_COUNTRY, Tree, Unit, UnitKind
from handlers.small_cells import LEAST_SHOWN
from handlers.tips import Status
from handlers.tree import Today
from storage import agreements, bulletins, outlets, subscribers, units
from storage.cards import records
from storage.database import Tx
from storage.days import local_day
from storage.places import Places
from storage.record import Record

_STEPS = (LEAST_SHOWN, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
_TEN = 10
_COMMUNE_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Effects:
    """What would be different. `losses` are read farther away than before; `uncovered` are communes
    for which a category would be left to the highest unit, and was not. `opened` are the ids of
    units that would not be inside a company any more: tips would go there unasked. `tips` are at
    least so many open ones whose unit would not be there, not be a desk, or not cover their place
    any more: a step of 5, 10, 20, 50 and so on; 0 says that they are fewer than five, perhaps none.
    Up to `subscribers` (in tens) chose a place where no desk would be any more. `bulletins` are the
    ids of planned ones that would be for nobody, or for places that their unit would not cover;
    `outlets` and `agreements` are how many belong to a unit that would be gone.
    """

    losses: tuple[Loss, ...] = ()
    uncovered: tuple[Place, ...] = ()
    opened: tuple[str, ...] = ()
    tips: int = 0
    subscribers: int = 0
    bulletins: tuple[str, ...] = ()
    outlets: int = 0
    agreements: int = 0

    @property
    def is_serious(self) -> bool:
        """Whether somebody should look before this is done."""
        return self != Effects(uncovered=self.uncovered)

    @property
    def communes(self) -> int:
        """How many communes lose something."""
        return len({loss.place.code for loss in self.losses})


async def of(tx: Tx, before: Tree | None, after: Tree, places: Places, *, now: datetime) -> Effects:
    """What happens when `after` comes in the place of `before` (None: the first import). Which
    units have a desk and an alarm is looked up here: `after` need not know it.
    """
    today, communes = await units.today(tx), communes_of(places)
    told = await asyncio.to_thread(_compared, before, after, today, communes)
    if told.before is None:
        return Effects(uncovered=told.uncovered)
    return Effects(
        losses=told.losses,
        uncovered=told.uncovered,
        opened=_opened(told.before, told.after),
        tips=await _tips(tx, told.before, told.after, now),
        subscribers=await _subscribers(tx, told.left, told.near, places),
        bulletins=await _bulletins(tx, told.before, told.after),
        outlets=await _outlets(tx, told.after),
        agreements=await _agreements(tx, told.after),
    )


def communes_of(places: Places) -> tuple[Place, ...]:
    """The communes of today, province by province."""
    found = [each for each in places.of_today.values() if len(each.code) == _COMMUNE_DIGITS]
    order = {code: at for at, code in enumerate(places.provinces)}
    return tuple(sorted(found, key=lambda each: (order[each.province_code], each.code)))


@dataclass(frozen=True, slots=True)
class _Compared:
    """Both trees with their desks of today, and what follows from these alone. `left` are the codes
    that only `before` served, `near` those that `after` serves.
    """

    before: Tree | None
    after: Tree
    losses: tuple[Loss, ...]
    uncovered: tuple[Place, ...]
    left: frozenset[str] = frozenset()
    near: frozenset[str] = frozenset()


def _compared(
    before: Tree | None, after: Tree, today: Mapping[str, Today], communes: Iterable[Place]
) -> _Compared:
    """What takes a while with 25,000 units: not on the loop."""
    after = after.with_today(today)
    if before is None:
        return _Compared(None, after, (), _uncovered(coverage.of(after, communes), None))
    before = before.with_today(today)
    some = coverage.touched(before, after, communes)
    old, new = coverage.of(before, some), coverage.of(after, some)
    had, has = served(before), served(after)
    return _Compared(before, after, coverage.losses(old, new), _uncovered(new, old), had - has, has)


def _uncovered(new: coverage.Coverage, old: coverage.Coverage | None) -> tuple[Place, ...]:
    return tuple(
        one.place
        for code, one in new.served.items()
        if one.standing is coverage.Standing.NONE
        and (old is None or old.served[code].standing is not coverage.Standing.NONE)
    )


def _opened(before: Tree, after: Tree) -> tuple[str, ...]:
    """A company's union reads only what was meant for it by name; without that mark it would read
    all that comes from its place.
    """
    return tuple(
        unit.id
        for unit in after.all
        if unit.kind is UnitKind.UNION and not after.is_inside(unit)
        if (was := before.get(unit.id)) is not None and before.is_inside(was)
    )


async def _tips(tx: Tx, before: Tree, after: Tree, now: datetime) -> int:
    today = local_day(now)
    many = sum(
        known.status is not Status.CLOSED and day < today and _is_left(known, before, after)
        for _, known, day in await records(tx)
    )
    return in_steps(many)


def in_steps(many: int) -> int:
    """A number of tips as it is told to who never reads any: at least so many, 0 for a few."""
    return max((step for step in _STEPS if step <= many), default=0)


def _is_left(known: Record, before: Tree, after: Tree) -> bool:
    """Whether the unit of a tip is nobody any more that it would be filed to."""
    was, unit = before.get(known.unit), after.get(known.unit)
    if was is None or not coverage.is_desk(before, was):
        return False
    if unit is None or not coverage.is_desk(after, unit):
        return True
    place = known.place
    return place is not None and coverage.covers(was, place) and not coverage.covers(unit, place)


async def _subscribers(tx: Tx, left: frozenset[str], near: frozenset[str], places: Places) -> int:
    if not left:
        return 0
    many = await subscribers.by_place(tx)
    far = {code for code in many if is_near(code, left, places) and not is_near(code, near, places)}
    return in_tens(sum(many[code] for code in far))


def in_tens(many: int) -> int:
    """A number of subscribers as it is told: in tens, upwards."""
    return -(-many // _TEN) * _TEN


def served(tree: Tree) -> frozenset[str]:
    """The codes that units of the union outside companies name; the whole country is none."""
    codes = {
        code
        for unit in tree.all
        if coverage.is_desk(tree, unit)
        for code in unit.places
        if code != WHOLE_COUNTRY
    }
    return frozenset(codes)


def is_near(code: str, codes: frozenset[str], places: Places) -> bool:
    """Whether a province or commune of today is among `codes`, by itself or by its province."""
    place = places.by_code(code)
    return place is not None and bool({place.code, place.province_code} & codes)


async def _bulletins(tx: Tx, before: Tree, after: Tree) -> tuple[str, ...]:
    return tuple(
        each.id
        for each in await bulletins.planned(tx)
        if _has_audience(each, before.get) and not _has_audience(each, after.get)
    )


def _has_audience(bulletin: Bulletin, unit_of: Callable[[str], Unit | None]) -> bool:
    """Whether the unit covers all that the bulletin is for."""
    unit = unit_of(bulletin.unit)
    if unit is None or not unit.places:
        return False
    codes = (
        (code, code.partition("/")[0], code.rpartition("/")[2]) for code in bulletin.content.scope
    )
    return all(not unit.places.isdisjoint((WHOLE_COUNTRY, *names)) for names in codes)


async def _outlets(tx: Tx, after: Tree) -> int:
    return sum(
        many for unit, many in (await outlets.by_unit(tx)).items() if after.get(unit) is None
    )


async def _agreements(tx: Tx, after: Tree) -> int:
    known = [each.agreement for each in await agreements.every(tx)]
    return sum(
        each.ended_on is None and None in (after.get(each.unit), after.get(each.police))
        for each in known
    )
