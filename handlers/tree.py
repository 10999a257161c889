"""The tree of units: the union's, the police's and boarding houses', each below another but one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from handlers import doorway
from handlers.clocks import DEFAULT, Clocks
from handlers.places import Place
from handlers.tips import Category

WHOLE_COUNTRY = "*"
PROVINCE_DIGITS = 2


class UnitKind(StrEnum):
    """A union unit may read tips; a police unit gets only what a union officer releases; a group of
    a boarding house that looks after itself never reads any, for landlords may be in it.
    """

    UNION = "union"
    POLICE = "police"
    BOARDING = "boarding"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of the tree.

    `places` are the official codes that it covers, two digits for a province with all its communes,
    five for a commune, `*` for the whole country; nothing is inherited, so a unit without places
    covers none. `categories` are those it accepts, all when empty. `inside_company` says that
    people of an enterprise work there. `conflicts` are units with which it never shares a tip: when
    one of the two is excluded, so is the other. `has_desk` says that somebody reads there today,
    `has_alarm` that they learn of a tip while their desk is closed, `page_first` for which cases
    the unit wants the private page offered before a story, `clocks` by when it owes what; storage
    fills these in.
    """

    id: str
    parent: str | None
    kind: UnitKind
    name: str
    places: frozenset[str] = frozenset()
    categories: frozenset[Category] = frozenset()
    inside_company: bool = False
    conflicts: frozenset[str] = frozenset()
    hours: str = ""
    contact: str = ""
    has_desk: bool = False
    has_alarm: bool = False
    page_first: frozenset[str] = doorway.DEFAULT
    clocks: Clocks = DEFAULT

    def accepts(self, category: Category) -> bool:
        """Whether tips of `category` may be read here."""
        return not self.categories or category in self.categories


@dataclass(frozen=True, slots=True)
class Today:
    """What of a unit is not in the operator's table, and changes from day to day."""

    has_desk: bool = False
    has_alarm: bool = False
    page_first: frozenset[str] = doorway.DEFAULT
    clocks: Clocks = DEFAULT


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """How the units hang together, by their ids, so that it stays while what changes daily does.

    `order` has each unit before those below it, which follow at once: `at` says where it stands
    there, `sizes` how many are below, itself included.
    """

    children: Mapping[str, tuple[str, ...]]
    depths: Mapping[str, int]
    inside: frozenset[str]
    covering: Mapping[str, tuple[str, ...]]
    conflicts: Mapping[str, frozenset[str]]
    order: tuple[str, ...]
    at: Mapping[str, int]
    sizes: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """All units with one union unit, the root, above them. Built by `of`, never by hand."""

    root: Unit
    all: tuple[Unit, ...] = field(repr=False)
    _units: Mapping[str, Unit] = field(repr=False)
    _shape: _Shape = field(repr=False)

    @staticmethod
    def of(units: Iterable[Unit]) -> "Tree":
        """The tree of `units`, in any order.

        Raises ValueError unless ids are unique, exactly one unit has no parent, that one is a union
        unit outside every company, and all others hang below it. `handlers.unit_checks` reports the
        same faults one by one.
        """
        every = tuple(units)
        by_id = {unit.id: unit for unit in every}
        roots = [unit for unit in every if unit.parent is None]
        if len(by_id) != len(every) or len(roots) != 1:
            raise ValueError("units need unique ids and exactly one root")
        root = roots[0]
        if root.kind is not UnitKind.UNION or root.inside_company:
            raise ValueError("the root must be a union unit outside every company")
        shape = _shaped(root, every, by_id)
        if len(shape.order) != len(every):
            raise ValueError("some units do not hang below the root")
        return Tree(root, every, by_id, shape)

    def with_today(self, known: Mapping[str, Today]) -> "Tree":
        """The same tree, whose units that are `known` are as they are today; the others stay."""
        units = dict(self._units)
        for unit_id, today in known.items():
            if (unit := units.get(unit_id)) is not None:
                units[unit_id] = _as_today(unit, today)
        return Tree(units[self.root.id], tuple(units.values()), units, self._shape)

    def get(self, unit_id: str) -> Unit | None:
        """The unit, or None if there is none of that id."""
        return self._units.get(unit_id)

    def parent(self, unit: Unit) -> Unit | None:
        """The unit directly above, None for the root."""
        return None if unit.parent is None else self._units.get(unit.parent)

    def ancestors(self, unit_id: str) -> tuple[Unit, ...]:
        """The units above, nearest first, the root last; none for the root and unknown ids."""
        found: list[Unit] = []
        unit = self.get(unit_id)
        while unit is not None and (unit := self.parent(unit)) is not None:
            found.append(unit)
        return tuple(found)

    def children(self, unit_id: str) -> tuple[Unit, ...]:
        """The units directly below, in the order in which they were given."""
        return tuple([self._units[each] for each in self._shape.children.get(unit_id, ())])

    def below(self, unit_id: str) -> tuple[str, ...]:
        """The ids of a unit, which is the first, and of all below it; none for an unknown one."""
        at = self._shape.at.get(unit_id)
        return () if at is None else self._shape.order[at : at + self._shape.sizes[unit_id]]

    def is_inside(self, unit: Unit) -> bool:
        """Whether the unit, or one above it, is marked `inside_company`."""
        return unit.id in self._shape.inside

    def depth(self, unit: Unit) -> int:
        """Steps down from the root, which is 0."""
        return self._shape.depths[unit.id]

    def with_conflicts(self, some: frozenset[str]) -> frozenset[str]:
        """These ids, and those of all units in conflict with one of them, whichever says so."""
        known = self._shape.conflicts
        return some.union(*(known.get(each, ()) for each in some))

    def covering(self, place: Place) -> tuple[Unit, ...]:
        """The units, of every kind, that cover all of `place`."""
        codes = place.codes or (place.code,)
        by_code = self._shape.covering
        found: dict[str, None] = {}
        for key in dict.fromkeys((codes[0], place.province_code, WHOLE_COUNTRY)):
            found.update(dict.fromkeys(by_code.get(key, ())))
        units = [self._units[each] for each in found]
        if len(codes) > 1:
            wanted, whole = frozenset(codes), frozenset((place.province_code, WHOLE_COUNTRY))
            units = [each for each in units if each.places & whole or wanted <= each.places]
        return tuple(units)

    def named(self, place: Place) -> tuple[Unit, ...]:
        """The units, of every kind, that name one of the communes of `place` by its own code."""
        communes = (code for code in place.codes or (place.code,) if len(code) > PROVINCE_DIGITS)
        found = (each for code in communes for each in self._shape.covering.get(code, ()))
        return tuple([self._units[each] for each in dict.fromkeys(found)])


def _as_today(unit: Unit, today: Today) -> Unit:
    return replace(
        unit,
        has_desk=today.has_desk,
        has_alarm=today.has_alarm,
        page_first=today.page_first,
        clocks=today.clocks,
    )


def _shaped(root: Unit, every: tuple[Unit, ...], by_id: Mapping[str, Unit]) -> _Shape:
    """The shape of what hangs below `root`; what does not is not in its order."""
    children = _grouped((unit.parent, unit.id) for unit in every if unit.parent is not None)
    depths = {root.id: 0}
    inside = set[str]()
    order = list[str]()
    waiting = [root.id]
    while waiting:
        unit_id = waiting.pop()
        order.append(unit_id)
        depth, is_inside = depths[unit_id] + 1, unit_id in inside
        for child in children.get(unit_id, ()):
            depths[child] = depth
            if is_inside or by_id[child].inside_company:
                inside.add(child)
            waiting.append(child)
    return _Shape(
        children,
        depths,
        frozenset(inside),
        _grouped((code, unit.id) for unit in every for code in sorted(unit.places)),
        _in_conflict(every),
        tuple(order),
        {unit_id: at for at, unit_id in enumerate(order)},
        _sizes(order, by_id),
    )


def _sizes(order: list[str], by_id: Mapping[str, Unit]) -> dict[str, int]:
    sizes = dict.fromkeys(order, 1)
    # From below, so that a unit is counted whole before it counts for the one above.
    for unit_id in reversed(order):
        if (parent := by_id[unit_id].parent) is not None:
            sizes[parent] += sizes[unit_id]
    return sizes


def _in_conflict(every: tuple[Unit, ...]) -> dict[str, frozenset[str]]:
    both = dict[str, set[str]]()
    for unit in every:
        for other in unit.conflicts:
            both.setdefault(unit.id, set()).add(other)
            both.setdefault(other, set()).add(unit.id)
    return {unit_id: frozenset(others) for unit_id, others in both.items()}


def _grouped(pairs: Iterator[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for key, unit_id in pairs:
        groups.setdefault(key, []).append(unit_id)
    return {key: tuple(ids) for key, ids in groups.items()}
