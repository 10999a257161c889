"""Which unit reads a tip: the tree of union and police units, and the rules that choose one."""

from dataclasses import dataclass
from enum import StrEnum

from handlers import alphabet
from handlers.places import Place
from handlers.tips import Category
from handlers.tree import PROVINCE_DIGITS, WHOLE_COUNTRY, Tree, Unit, UnitKind

# The tree is spoken of with the rules: who routes needs no second door to it.
__all__ = [
    "WHOLE_COUNTRY",
    "Excludable",
    "Exclusion",
    "Tree",
    "Unit",
    "UnitKind",
    "above",
    "barred",
    "excludable",
    "insiders",
    "is_barred",
    "reader",
    "second_look",
]

# How wide a code is, for choosing the narrower of two units; no province has 1,000 communes.
_WIDTH_OF_PROVINCE = 1_000
_WIDTH_OF_COUNTRY = 1_000_000


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
    fits = [
        unit
        for unit in (tree.covering(place) if place is not None else ())
        if _reads(unit, danger=danger) and unit.accepts(category)
    ]
    if excluded:
        out = tree.with_conflicts(excluded)
        fits = [unit for unit in fits if not _is_out(tree, unit, out)]
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
    out = tree.with_conflicts(excluded)
    for unit in tree.ancestors(unit_id):
        fits = _reads(unit, danger=danger) and not tree.is_inside(unit)
        if fits and not _is_out(tree, unit, out):
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
    out = tree.with_conflicts(excluded | {unit_id})
    for unit in tree.ancestors(unit_id) or ((tree.root,) if tree.get(unit_id) is None else ()):
        fits = _reads(unit, danger=danger) and unit.accepts(category) and not tree.is_inside(unit)
        if (fits or unit is tree.root) and not _is_out(tree, unit, out):
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
    out = tree.with_conflicts(excluded)
    tops = [unit_id for unit_id in out if unit_id != tree.root.id]
    return out.union(*(tree.below(each) for each in tops))


def is_barred(tree: Tree, unit: Unit, excluded: frozenset[str]) -> bool:
    """Whether `barred` names this one unit, without naming all."""
    return bool(excluded) and _is_out(tree, unit, tree.with_conflicts(excluded))


def _is_out(tree: Tree, unit: Unit, out: frozenset[str]) -> bool:
    """Whether it, or one above it but for the root, is in `out`."""
    at: Unit | None = unit
    while at is not None:
        if at.id in out and (at is unit or at.parent is not None):
            return True
        at = tree.parent(at)
    return False


def _reads(unit: Unit, *, danger: bool = False) -> bool:
    may = unit.kind is UnitKind.UNION and unit.has_desk
    return may and (unit.has_alarm or not danger)


def _rank(tree: Tree, unit: Unit) -> tuple[int, int, str]:
    return -tree.depth(unit), sum(_width(code) for code in unit.places), unit.id


def _width(code: str) -> int:
    if code == WHOLE_COUNTRY:
        return _WIDTH_OF_COUNTRY
    return _WIDTH_OF_PROVINCE if len(code) == PROVINCE_DIGITS else 1
