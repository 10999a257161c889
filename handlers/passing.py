"""Where a tip can go from the desk that is responsible for it: to another union unit, or, released
by one, to a police unit. Pure; that it may be released at all is decided elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from handlers import routing
from handlers.places import Place
from handlers.routing import Tree, Unit, UnitKind
from handlers.tips import Category

MOST_STEPS = 10
"""How often a tip may go from unit to unit: after that somebody has to deal with it."""
_MOST_SUGGESTED = 5


class PassReason(StrEnum):
    """Why a desk passes a tip on. CONCERNED: the unit or somebody there may be part of what
    happened, so it does not go on reading.
    """

    PLACE = "place"
    COMPETENCE = "competence"
    WORKER = "worker"
    CONCERNED = "concerned"
    OTHER = "other"


class ReturnReason(StrEnum):
    """Why a unit gives a tip back to the one that passed it on."""

    PLACE = "place"
    COMPETENCE = "competence"
    CONCERNED = "concerned"
    OTHER = "other"


class ReleaseReason(StrEnum):
    """Why a union officer releases a tip to the police."""

    CRIME = "crime"
    DANGER = "danger"
    AGREEMENT = "agreement"
    WORKER = "worker"


class PoliceReason(StrEnum):
    """Why a police unit passes a tip to another one; to refuse it is none of its choices."""

    PLACE = "place"
    COMPETENCE = "competence"


class Stage(StrEnum):
    """How it stands with a tip at a police unit that it was released to."""

    WAITING = "waiting"
    RECEIVED = "received"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Bound:
    """What decides where a tip may go: the unit that is responsible, those that were before, whom
    its worker shut out, and the police units that `have` it.
    """

    unit: str
    category: Category
    place: Place | None = field(repr=False)
    excluded: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    have: frozenset[str] = frozenset()


def may_take(tree: Tree, bound: Bound, unit: Unit) -> bool:
    """Whether the tip may be passed to this union unit: another one, where somebody reads, that
    accepts the category and is not shut out, the root neither. One inside a company only where it
    was responsible before: then the worker picked it by name.
    """
    inside = tree.is_inside(unit) and unit.id not in bound.before
    return unit.kind is UnitKind.UNION and not inside and _may_read(tree, bound, unit)


def may_be_given(tree: Tree, bound: Bound, unit: Unit) -> bool:
    """Whether the tip may be released to this police unit, once it may go to the police at all."""
    is_new = unit.kind is UnitKind.POLICE and unit.id not in bound.have
    return is_new and _may_read(tree, bound, unit)


def suggested(tree: Tree, bound: Bound) -> tuple[Unit, ...]:
    """The union units that routing would think of: those that cover the place, the nearest to it
    first, then the next ones up from the desk that has the tip.
    """
    covering = tree.covering(bound.place) if bound.place is not None else ()
    line = (*_nearest(tree, covering), *tree.ancestors(bound.unit))
    fits = dict.fromkeys(unit for unit in line if may_take(tree, bound, unit))
    return tuple(fits)[:_MOST_SUGGESTED]


def police_of_place(tree: Tree, bound: Bound) -> tuple[Unit, ...]:
    """The police units to which the tip may be released, that cover its place; the nearest to it
    first.
    """
    covering = tree.covering(bound.place) if bound.place is not None else ()
    fits = (unit for unit in covering if may_be_given(tree, bound, unit))
    return _nearest(tree, fits)[:_MOST_SUGGESTED]


def _may_read(tree: Tree, bound: Bound, unit: Unit) -> bool:
    fits = unit is tree.root or unit.accepts(bound.category)
    may = unit.has_desk and fits and unit.id != bound.unit
    return may and not routing.is_barred(tree, unit, bound.excluded)


def _nearest(tree: Tree, units: Iterable[Unit]) -> tuple[Unit, ...]:
    def rank(unit: Unit) -> tuple[int, int, str]:
        return -tree.depth(unit), len(unit.places), unit.id

    return tuple(sorted(units, key=rank))
