"""The rules that choose a reader, said plainly and slowly: every unit of the tree is looked at.
What routing does is held against them.
"""

from collections.abc import Iterable

from handlers.places import Place
from handlers.routing import Unit, UnitKind
from handlers.tips import Category


class Plain:
    """A tree that knows no short way."""

    def __init__(self, units: Iterable[Unit]) -> None:
        """`units` are those of a tree."""
        self.all = tuple(units)
        self.by_id = {unit.id: unit for unit in self.all}
        self.root = next(unit for unit in self.all if unit.parent is None)

    def chain(self, unit: Unit) -> list[Unit]:
        """The unit, and those above it."""
        found = [unit]
        while (parent := found[-1].parent) is not None:
            found.append(self.by_id[parent])
        return found

    def is_inside(self, unit: Unit) -> bool:
        """Whether people of a company may work there."""
        return any(each.inside_company for each in self.chain(unit))

    def barred(self, excluded: frozenset[str]) -> frozenset[str]:
        """Whom `excluded` shuts out."""
        out = set(excluded)
        for unit in self.all:
            if unit.conflicts & excluded:
                out.add(unit.id)
            if unit.id in excluded:
                out |= unit.conflicts
        tops = out - {self.root.id}
        below = {unit.id for unit in self.all if tops & {each.id for each in self.chain(unit)}}
        return frozenset(out | below)

    def covers(self, unit: Unit, place: Place) -> bool:
        """Whether all of the place is the unit's."""
        wide = {place.province_code, "*"}
        return all(unit.places & {code, *wide} for code in place.codes or (place.code,))

    def reader(
        self,
        category: Category,
        place: Place | None,
        *,
        excluded: frozenset[str] = frozenset(),
        picked: str | None = None,
        danger: bool = False,
    ) -> Unit:
        """Who reads a new tip."""
        out = self.barred(excluded)
        fits = [
            unit
            for unit in self.all
            if place is not None
            and self.covers(unit, place)
            and self._reads(unit, danger=danger)
            and unit.accepts(category)
            and unit.id not in out
        ]
        for unit in fits:
            if unit.id == picked and self.is_inside(unit):
                return unit
        outside = [unit for unit in fits if not self.is_inside(unit)]
        return min(outside, key=self._rank, default=self.root)

    def above(self, unit_id: str, *, excluded: frozenset[str], danger: bool) -> Unit:
        """Who has it next."""
        out = self.barred(excluded)
        unit = self.by_id.get(unit_id)
        for each in self.chain(unit)[1:] if unit is not None else ():
            fits = self._reads(each, danger=danger) and not self.is_inside(each)
            if fits and each.id not in out:
                return each
        return self.root

    def second_look(
        self, unit_id: str, category: Category, *, excluded: frozenset[str], danger: bool
    ) -> Unit | None:
        """Who looks again at what was closed as out of scope."""
        out = self.barred(excluded | {unit_id})
        unit = self.by_id.get(unit_id)
        for each in self.chain(unit)[1:] if unit is not None else (self.root,):
            fits = self._reads(each, danger=danger) and each.accepts(category)
            if each.id not in out and (each is self.root or (fits and not self.is_inside(each))):
                return each
        return None

    def _reads(self, unit: Unit, *, danger: bool) -> bool:
        return unit.kind is UnitKind.UNION and unit.has_desk and (unit.has_alarm or not danger)

    def _rank(self, unit: Unit) -> tuple[int, int, str]:
        widths = {1: 1_000_000, 2: 1_000}
        width = sum(widths.get(len(code), 1) for code in unit.places)
        return -len(self.chain(unit)), width, unit.id
