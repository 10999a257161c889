"""Which unit reads a tip: the tree of union and police units, and the rules that choose one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from handlers import alphabet, doorway
from handlers.clocks import DEFAULT, Clocks
from handlers.places import Place
from handlers.tips import Category

WHOLE_COUNTRY = "*"
_PROVINCE_DIGITS = 2

# How wide a code is, for choosing the narrower of two units; no province has 1,000 communes.
_WIDTH_OF_PROVINCE = 1_000
_WIDTH_OF_COUNTRY = 1_000_000


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


class Exclusion(StrEnum):
    """What a worker may answer to "who must not see this"."""

    COMPANY = "company"
    COMMUNE = "commune"
    POLICE = "police"


@dataclass(frozen=True, slots=True)
class Excludable:
    """One answer to "who must not see this", and the ids of the units (at least one) shut out."""

    key: Exclusion
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """All units with one union unit, the root, above them. Built by `of`, never by hand."""

    root: Unit
    all: tuple[Unit, ...] = field(repr=False)
    _units: Mapping[str, Unit] = field(repr=False)
    _children: Mapping[str, tuple[Unit, ...]] = field(repr=False)
    _depths: Mapping[str, int] = field(repr=False)
    _inside: frozenset[str] = field(repr=False)
    _covering: Mapping[str, tuple[Unit, ...]] = field(repr=False)

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
        children = _grouped((unit.parent, unit) for unit in every if unit.parent is not None)
        depths, inside = _walk(root, children)
        if len(depths) != len(every):
            raise ValueError("some units do not hang below the root")
        covering = _grouped((code, unit) for unit in every for code in unit.places)
        return Tree(root, every, by_id, children, depths, inside, covering)

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
        return self._children.get(unit_id, ())

    def is_inside(self, unit: Unit) -> bool:
        """Whether the unit, or one above it, is marked `inside_company`."""
        return unit.id in self._inside

    def depth(self, unit: Unit) -> int:
        """Steps down from the root, which is 0."""
        return self._depths[unit.id]

    def covering(self, place: Place) -> tuple[Unit, ...]:
        """The units, of every kind, that cover all of `place`."""
        codes = place.codes or (place.code,)
        found = dict.fromkeys(self._near(codes[0], place))
        for code in codes[1:]:
            near = set(self._near(code, place))
            found = {unit: None for unit in found if unit in near}
        return tuple(found)

    def named(self, place: Place) -> tuple[Unit, ...]:
        """The units, of every kind, that name one of the communes of `place` by its own code."""
        communes = (code for code in place.codes or (place.code,) if len(code) > _PROVINCE_DIGITS)
        found = (unit for code in communes for unit in self._covering.get(code, ()))
        return tuple(dict.fromkeys(found))

    def _near(self, code: str, place: Place) -> Iterator[Unit]:
        for key in dict.fromkeys((code, place.province_code, WHOLE_COUNTRY)):
            yield from self._covering.get(key, ())


def reader(
    tree: Tree,
    category: Category,
    place: Place | None,
    *,
    excluded: frozenset[str] = frozenset(),
    picked: str | None = None,
    danger: bool = False,
) -> Unit:
    """The unit that reads a new tip: the lowest union unit above the enterprise that covers all of
    `place`, accepts `category`, has a desk and is not shut out; in danger only one with an alarm.

    A unit inside a company reads only if `picked` names it and it is at the place. Of several units
    the deepest in the tree wins, then the one that covers least, then the smaller id. Shut out is
    what `barred` names: a tip about a unit goes up. The root is the last answer to everything: it
    counts as having a desk and an alarm and as accepting everything, and excluding it has no
    effect, because nobody is above it.
    """
    out = barred(tree, excluded)
    fits = [
        unit
        for unit in (tree.covering(place) if place is not None else ())
        if _reads(unit, danger=danger) and unit.accepts(category) and unit.id not in out
    ]
    for unit in fits:
        if unit.id == picked and tree.is_inside(unit):
            return unit
    outside = [unit for unit in fits if not tree.is_inside(unit)]
    return min(outside, key=lambda unit: _rank(tree, unit), default=tree.root)


def above(
    tree: Tree, unit_id: str, *, excluded: frozenset[str] = frozenset(), danger: bool = False
) -> Unit:
    """The next unit up from `unit_id` that may read: a union unit outside companies, with a desk
    (in danger with an alarm), not shut out (as for `reader`); the root at the end, for the root
    itself, and for an id that no longer exists.
    """
    out = barred(tree, excluded)
    for unit in tree.ancestors(unit_id):
        if _reads(unit, danger=danger) and not tree.is_inside(unit) and unit.id not in out:
            return unit
    return tree.root


def second_look(
    tree: Tree,
    unit_id: str,
    category: Category,
    *,
    excluded: frozenset[str] = frozenset(),
    danger: bool = False,
) -> Unit | None:
    """The unit that looks again at a tip which `unit_id` closed as out of scope: the next one up as
    for `above` that accepts `category`, the root as the last; None where nobody is left. Unlike for
    a new tip, somebody who is shut out stays so here, the root as well.
    """
    out = barred(tree, excluded | {unit_id})
    for unit in tree.ancestors(unit_id) or ((tree.root,) if tree.get(unit_id) is None else ()):
        fits = _reads(unit, danger=danger) and unit.accepts(category) and not tree.is_inside(unit)
        if unit.id not in out and (fits or unit is tree.root):
            return unit
    return None


def insiders(tree: Tree, place: Place | None) -> tuple[Unit, ...]:
    """The units inside companies that a worker at `place` may pick by name, sorted by name; only
    those with a desk.

    `place` must be precise: a whole province, or a former unit of several communes, offers none.
    """
    if place is None:
        return ()
    found = (unit for unit in tree.covering(place) if _reads(unit) and tree.is_inside(unit))
    return tuple(sorted(found, key=lambda unit: (alphabet.key(unit.name), unit.id)))


def excludable(tree: Tree, place: Place | None) -> tuple[Excludable, ...]:
    """What "who must not see this" offers at `place`, in the order company, commune, police.

    An answer shuts out every unit of its sort that names one of the place's communes, with or
    without a desk (it may get one later); a boarding-house group is not asked about, for it never
    reads. An answer without units is not offered, so that none
    promises what it cannot keep.
    """
    units: dict[Exclusion, list[str]] = {key: [] for key in Exclusion}
    for unit in tree.named(place) if place is not None else ():
        if unit.kind is UnitKind.BOARDING:
            continue
        if unit.kind is UnitKind.POLICE:
            units[Exclusion.POLICE].append(unit.id)
        elif tree.is_inside(unit):
            units[Exclusion.COMPANY].append(unit.id)
        elif unit is not tree.root:
            units[Exclusion.COMMUNE].append(unit.id)
    return tuple(Excludable(key, tuple(sorted(ids))) for key, ids in units.items() if ids)


def barred(tree: Tree, excluded: frozenset[str]) -> frozenset[str]:
    """All units that `excluded` shuts out: these, those in conflict with them, and whatever stands
    below one of them; units below an excluded root stay, as the last.
    """
    if not excluded:
        return excluded
    out = set(excluded)
    for unit in tree.all:
        if unit.conflicts & excluded:
            out.add(unit.id)
        if unit.id in excluded:
            out |= unit.conflicts
    waiting = [unit_id for unit_id in out if unit_id != tree.root.id]
    while waiting:
        below = [child.id for child in tree.children(waiting.pop())]
        out.update(below)
        waiting += below
    return frozenset(out)


def _reads(unit: Unit, *, danger: bool = False) -> bool:
    may = unit.kind is UnitKind.UNION and unit.has_desk
    return may and (unit.has_alarm or not danger)


def _rank(tree: Tree, unit: Unit) -> tuple[int, int, str]:
    return -tree.depth(unit), sum(_width(code) for code in unit.places), unit.id


def _width(code: str) -> int:
    if code == WHOLE_COUNTRY:
        return _WIDTH_OF_COUNTRY
    return _WIDTH_OF_PROVINCE if len(code) == _PROVINCE_DIGITS else 1


def _walk(
    root: Unit, children: Mapping[str, tuple[Unit, ...]]
) -> tuple[dict[str, int], frozenset[str]]:
    """The depth of every unit that hangs below `root`, and the ids of those inside a company."""
    depths = {root.id: 0}
    inside: set[str] = set()
    waiting = [root]
    while waiting:
        unit = waiting.pop()
        for child in children.get(unit.id, ()):
            depths[child.id] = depths[unit.id] + 1
            if child.inside_company or unit.id in inside:
                inside.add(child.id)
            waiting.append(child)
    return depths, frozenset(inside)


def _grouped(pairs: Iterable[tuple[str, Unit]]) -> dict[str, tuple[Unit, ...]]:
    groups: dict[str, list[Unit]] = {}
    for key, unit in pairs:
        groups.setdefault(key, []).append(unit)
    return {key: tuple(units) for key, units in groups.items()}
