"""Whether a tree may stand with one unit as somebody wants it, and which places are too far."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers import unit_checks
from handlers.places import Place
from handlers.routing import WHOLE_COUNTRY, Tree, Unit
from handlers.unit_checks import Flaw
from storage.places import Places
from storage.unit_history import Difference

_BETWEEN = frozenset({"parent", "kind", "inside_company", "conflicts"})
"""What says how units stand to each other."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Units like this cannot stand, and why; `others` are the names of units that would be at fault
    because of it, empty for the one in question.
    """

    flaws: tuple[Flaw, ...]
    others: tuple[str, ...]


async def wrong(tree: Tree, unit: Unit, places: Places, found: Difference) -> Wrong | None:
    """What is wrong with the units as they would be, and was not before."""
    others = [each for each in tree.all if found.before is None or each.id != unit.id]
    # The last, so that of two ids that look alike the new one is at fault.
    after = (*others, unit)
    fresh = list(unit_checks.of_one(len(others), unit, places.is_known))
    if not _BETWEEN.isdisjoint(found.fields):
        fresh += await asyncio.to_thread(_between, tree.all, after)
    fresh.sort(key=lambda flaw: flaw.order)
    names = ("" if flaw.at in (-1, len(others)) else after[flaw.at].name for flaw in fresh)
    return Wrong(tuple(fresh), tuple(names)) if fresh else None


def too_far(
    tree: Tree, reach: frozenset[str], codes: frozenset[str], places: Places
) -> tuple[str, ...]:
    """Those that no unit of `reach` covers: else somebody could let tips come to their people from
    wherever they like. What is no place at all is told as a flaw.
    """
    covered = frozenset[str]().union(*(each.places for each in tree.all if each.id in reach))
    if WHOLE_COUNTRY in covered:
        return ()
    known: Mapping[str, Place] = {
        code: place for code in codes if (place := places.by_code(code)) is not None
    }
    return tuple(
        sorted(code for code, at in known.items() if covered.isdisjoint({code, at.province_code}))
    )


def _between(before: Sequence[Unit], after: Sequence[Unit]) -> list[Flaw]:
    found = list(unit_checks.between(after))
    if not found:
        return []
    was = {(before[flaw.at].id, flaw.reason, flaw.detail) for flaw in unit_checks.between(before)}
    return [
        flaw
        for flaw in found
        if flaw.at == len(after) - 1 or (after[flaw.at].id, flaw.reason, flaw.detail) not in was
    ]
