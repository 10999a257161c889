"""Which communes and categories have a desk, and where the tips of the others go."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from handlers.places import Place
from handlers.routing import WHOLE_COUNTRY, Tree, Unit, UnitKind, reader
from handlers.tips import Category


class Level(StrEnum):
    """How near the unit that reads is: it names the commune itself, the commune's province, or
    reads because nobody nearer does.
    """

    OWN = "own"
    PROVINCE = "province"
    COUNTRY = "country"


class Standing(StrEnum):
    """How a commune stands over all categories: a desk of its own for all, or for some; else the
    province's; NONE: at least one category goes to the highest unit, because no desk is nearer.
    """

    OWN = "own"
    PARTLY = "partly"
    PROVINCE = "province"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Share:
    """Categories whose tips go one way from a commune: `unit` (an id) reads them, `urgent` those in
    danger. `level` and `urgent_level` say how near these are; `rings` whether anybody learns of a
    danger while their desk is closed.
    """

    categories: tuple[Category, ...]
    unit: str
    level: Level
    urgent: str
    urgent_level: Level
    rings: bool

    def only(self, category: Category) -> "Share":
        """The same way, for one of the categories."""
        return Share((category,), self.unit, self.level, self.urgent, self.urgent_level, self.rings)


@dataclass(frozen=True, slots=True)
class Served:
    """A commune of today and where its tips go: one share where no desk tells categories apart.
    `idle` are the units (ids) that name it and would be its desk, if only somebody read there.
    """

    place: Place
    shares: tuple[Share, ...]
    idle: tuple[str, ...] = ()

    @property
    def standing(self) -> Standing:
        """Over all categories."""
        levels = {share.level for share in self.shares}
        if levels == {Level.OWN}:
            return Standing.OWN
        if Level.COUNTRY in levels:
            return Standing.NONE
        return Standing.PARTLY if Level.OWN in levels else Standing.PROVINCE

    @property
    def missing(self) -> tuple[Share, ...]:
        """What has no desk here."""
        return tuple(share for share in self.shares if share.level is not Level.OWN)

    @property
    def is_rung(self) -> bool:
        """Whether in danger the desk that reads otherwise reads as well, and can be rung."""
        return all(share.rings and share.urgent == share.unit for share in self.shares)

    def at(self, category: Category) -> Share:
        """Where tips of `category` go."""
        return next(share for share in self.shares if category in share.categories)

    def only(self, category: Category) -> "Served":
        """The same as far as one category goes."""
        return Served(self.place, (self.at(category).only(category),), self.idle)


@dataclass(frozen=True, slots=True)
class Summary:
    """A province (by its code) in numbers: its communes by standing, and in how many of them a
    danger goes elsewhere or nobody is rung.
    """

    province: str
    name: str
    standings: Mapping[Standing, int]
    unrung: int

    @property
    def communes(self) -> int:
        """How many communes."""
        return sum(self.standings.values())


@dataclass(frozen=True, slots=True)
class Group:
    """Communes of one standing from which all tips go the same ways."""

    standing: Standing
    shares: tuple[Share, ...]
    communes: tuple[Served, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where the tips of every commune go; `units` are those that read or are idle, by id. A unit of
    the police, of boarding houses or of a company is never among them.
    """

    served: Mapping[str, Served] = field(repr=False)
    units: Mapping[str, Unit] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Loss:
    """Categories of a commune that are read farther away than before: `was` and `now` are ids."""

    place: Place
    categories: tuple[Category, ...]
    was: str
    now: str
    level: Level


def of(tree: Tree, communes: Iterable[Place]) -> Coverage:
    """Where tips go from each of the communes, in the order in which they are given. Who reads is
    `routing.reader`'s word alone; it is asked once for categories that nobody there tells apart.
    """
    served = {place.code: _served(tree, place) for place in communes}
    ids = {each for one in served.values() for share in one.shares for each in _readers(share)}
    ids.update(each for one in served.values() for each in one.idle)
    units = {unit.id: unit for unit in tree.all if unit.id in ids}
    return Coverage(served, units)


def within(coverage: Coverage, tree: Tree, units: Iterable[str]) -> Coverage:
    """That part of it which the units have to do with: the communes that one of them covers, of the
    union and outside companies, or whose tips one of them reads.
    """
    mine = frozenset(units)
    if tree.root.id in mine:
        return coverage
    known = (unit for unit in map(tree.get, mine) if unit is not None and is_desk(tree, unit))
    codes = frozenset(code for unit in known for code in unit.places)
    served = {
        code: one
        for code, one in coverage.served.items()
        if code in codes
        or one.place.province_code in codes
        or any(each in mine for share in one.shares for each in _readers(share))
    }
    return Coverage(served, coverage.units)


def narrowed(
    coverage: Coverage, *, province: str = "", category: Category | None = None
) -> Coverage:
    """That part of it which is about one province, one category, or both."""
    kept = {
        code: one if category is None else one.only(category)
        for code, one in coverage.served.items()
        if not province or one.place.province_code == province
    }
    return Coverage(kept, coverage.units)


def lacking(coverage: Coverage) -> Coverage:
    """The communes where a category has no desk."""
    kept = {code: one for code, one in coverage.served.items() if one.missing}
    return Coverage(kept, coverage.units)


def summaries(coverage: Coverage) -> tuple[Summary, ...]:
    """A line for each province, in the order of the communes."""
    counts: dict[str, Counter[Standing]] = {}
    unrung, names = Counter[str](), dict[str, str]()
    for one in coverage.served.values():
        code = one.place.province_code
        names[code] = one.place.province
        counts.setdefault(code, Counter())[one.standing] += 1
        unrung[code] += not one.is_rung
    return tuple(Summary(code, names[code], counts[code], unrung[code]) for code in counts)


def total(lines: Iterable[Summary]) -> Summary:
    """The provinces added up, without a code or a name."""
    every, standings = tuple(lines), Counter[Standing]()
    for line in every:
        standings.update(line.standings)
    return Summary("", "", standings, sum(line.unrung for line in every))


def groups(coverage: Coverage) -> tuple[Group, ...]:
    """The communes put together that stand alike, the worst served first."""
    alike: dict[tuple[Standing, tuple[Share, ...]], list[Served]] = {}
    for one in coverage.served.values():
        alike.setdefault((one.standing, one.shares), []).append(one)
    found = [Group(standing, shares, tuple(some)) for (standing, shares), some in alike.items()]
    return tuple(sorted(found, key=lambda group: _WORST_FIRST.index(group.standing)))


def losses(before: Coverage, after: Coverage) -> tuple[Loss, ...]:
    """What is read farther away than before, of the communes that both know."""
    found: dict[tuple[str, str, str, Level], list[Category]] = {}
    for code, was in before.served.items():
        now = after.served.get(code)
        if now is None or now.shares == was.shares:
            continue
        for category in Category:
            old, new = was.at(category), now.at(category)
            if _FARTHER[new.level] > _FARTHER[old.level]:
                found.setdefault((code, old.unit, new.unit, new.level), []).append(category)
    return tuple(
        Loss(after.served[code].place, tuple(categories), old, new, level)
        for (code, old, new, level), categories in found.items()
    )


def touched(before: Tree, after: Tree, communes: Iterable[Place]) -> tuple[Place, ...]:
    """The communes where something can be different: one of the two trees covers them by a unit
    that the other has not, has otherwise, or has elsewhere.
    """
    every = tuple(communes)
    if before.root != after.root:
        return every
    changed = (*_changed(before, after), *_changed(after, before))
    codes = frozenset(code for unit in changed for code in unit.places)
    return tuple(each for each in every if each.code in codes or each.province_code in codes)


def covers(unit: Unit, place: Place) -> bool:
    """Whether the unit covers all of a place."""
    wide = {WHOLE_COUNTRY, place.province_code} & unit.places
    return bool(wide) or unit.places.issuperset(place.codes or (place.code,))


def is_desk(tree: Tree, unit: Unit) -> bool:
    """Whether tips may go to the unit without being asked for, once somebody reads there."""
    return unit.kind is UnitKind.UNION and not tree.is_inside(unit)


def _changed(tree: Tree, other: Tree) -> Iterator[Unit]:
    return (unit for unit in tree.all if not _is_same(tree, unit, other))


def _is_same(tree: Tree, unit: Unit, other: Tree) -> bool:
    twin = other.get(unit.id)
    # Most are the very same: looking into each of 25,000 takes a hundred times as long.
    if twin is None or (twin is not unit and twin != unit):
        return False
    # What stands above it can have moved.
    return (tree.depth(unit), tree.is_inside(unit)) == (other.depth(twin), other.is_inside(twin))


def _served(tree: Tree, place: Place) -> Served:
    fits = [unit for unit in tree.covering(place) if is_desk(tree, unit)]
    idle = (unit.id for unit in fits if not unit.has_desk and place.code in unit.places)
    return Served(place, tuple(_shares(tree, place, fits)), tuple(sorted(idle)))


def _shares(tree: Tree, place: Place, fits: Iterable[Unit]) -> Iterator[Share]:
    picky = [unit for unit in fits if unit.has_desk and unit.categories]
    alike: dict[tuple[bool, ...], list[Category]] = {}
    for category in Category:
        alike.setdefault(tuple(unit.accepts(category) for unit in picky), []).append(category)
    ways: dict[tuple[str, str], tuple[Unit, Unit, list[Category]]] = {}
    for some in alike.values():
        unit = reader(tree, some[0], place)
        urgent = unit if unit.has_alarm else reader(tree, some[0], place, danger=True)
        ways.setdefault((unit.id, urgent.id), (unit, urgent, []))[2].extend(some)
    for unit, urgent, categories in ways.values():
        yield Share(
            tuple(category for category in Category if category in categories),
            unit.id,
            _level(unit, place),
            urgent.id,
            _level(urgent, place),
            urgent.has_alarm,
        )


def _level(unit: Unit, place: Place) -> Level:
    if place.code in unit.places:
        return Level.OWN
    return Level.PROVINCE if place.province_code in unit.places else Level.COUNTRY


def _readers(share: Share) -> tuple[str, str]:
    return share.unit, share.urgent


_FARTHER: Mapping[Level, int] = {level: far for far, level in enumerate(Level)}
_WORST_FIRST = (Standing.NONE, Standing.PROVINCE, Standing.PARTLY, Standing.OWN)
