"""What may be wrong with a set of units: each one by itself, and how they stand to each other.

For a table of units, for one unit that is changed on a page, and for whatever else makes a tree.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from handlers.routing import WHOLE_COUNTRY, Unit, UnitKind
from handlers.screens import Say

# As wide as the columns of the database, or narrower.
ID_LETTERS = 60
NAME_LETTERS = 120
HOURS_LETTERS = 200
CONTACT_LETTERS = 300
DETAIL_LETTERS = 60

FORMULA = re.compile(r"[=+\-@]")
"""How a cell begins that a spreadsheet would run which opens an export later."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
# The same where a telephone number (+84 …) or a dash may stand.
_FORMULA_BUT_NUMBERS = re.compile(r"[=@]|[+\-](?![\d\s().-]*$)")


class Reason(StrEnum):
    """What can be wrong, of a table or of a unit; of one unit they are told in this order."""

    COLUMNS = "columns"
    MISSING_COLUMNS = "missing_columns"
    UNKNOWN_COLUMNS = "unknown_columns"
    TWICE_COLUMNS = "twice_columns"
    UNREADABLE = "unreadable"
    TOO_MANY_CELLS = "too_many_cells"
    DATE = "date"
    CELL_ERROR = "cell_error"
    BAD_ID = "bad_id"
    FORMULA = "formula"
    DUPLICATE_ID = "duplicate_id"
    TWIN_ID = "twin_id"
    LOST_ZERO = "lost_zero"
    EMPTY_NAME = "empty_name"
    TOO_LONG = "too_long"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_PLACE = "unknown_place"
    COUNTRY_BELOW_ROOT = "country_below_root"
    UNKNOWN_CATEGORY = "unknown_category"
    BAD_INSIDE = "bad_inside"
    NO_ROOT = "no_root"
    SECOND_ROOT = "second_root"
    POLICE_ROOT = "police_root"
    INSIDE_ROOT = "inside_root"
    UNKNOWN_PARENT = "unknown_parent"
    LOOP = "loop"
    UNION_BELOW_POLICE = "union_below_police"
    BELOW_BOARDING = "below_boarding"
    OUTSIDE_BELOW_INSIDE = "outside_below_inside"
    UNKNOWN_CONFLICT = "unknown_conflict"
    ROOT_CONFLICT = "root_conflict"


_ORDER = {reason: at for at, reason in enumerate(Reason)}
_COLUMNS: Mapping[Reason, str] = {
    Reason.BAD_ID: "id",
    Reason.DUPLICATE_ID: "id",
    Reason.TWIN_ID: "id",
    Reason.EMPTY_NAME: "name",
    Reason.UNKNOWN_KIND: "kind",
    Reason.UNKNOWN_PLACE: "places",
    Reason.COUNTRY_BELOW_ROOT: "places",
    Reason.UNKNOWN_CATEGORY: "categories",
    Reason.BAD_INSIDE: "inside_company",
    Reason.NO_ROOT: "parent",
    Reason.SECOND_ROOT: "parent",
    Reason.POLICE_ROOT: "kind",
    Reason.INSIDE_ROOT: "inside_company",
    Reason.UNKNOWN_PARENT: "parent",
    Reason.LOOP: "parent",
    Reason.UNION_BELOW_POLICE: "parent",
    Reason.BELOW_BOARDING: "parent",
    Reason.OUTSIDE_BELOW_INSIDE: "inside_company",
    Reason.UNKNOWN_CONFLICT: "conflicts",
    Reason.ROOT_CONFLICT: "conflicts",
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """One fault: which of the units it is of, counted from 0 (-1 for all of them together), and the
    value at fault.
    """

    at: int
    reason: Reason
    detail: str = ""

    @property
    def column(self) -> str:
        """The field of the unit that has to be changed; empty where it is none alone."""
        if self.reason in (Reason.FORMULA, Reason.TOO_LONG):
            return self.detail.partition(" ")[0]
        return _COLUMNS.get(self.reason, "")

    @property
    def order(self) -> tuple[int, int]:
        """To sort by: by unit, and those of a unit as `Reason` has them."""
        return self.at, _ORDER[self.reason]

    def said(self) -> Say:
        """The fault in words, without where it is."""
        return Say(f"unit_flaw.{self.reason}", (("detail", self.detail),))


def of_units(units: Iterable[Unit], known_places: Callable[[str], bool]) -> tuple[Flaw, ...]:
    """Everything that is wrong with the units as a whole tree, sorted; none when they may stand.
    `known_places` says whether a code of two or five digits exists today.
    """
    every = tuple(units)
    found = [flaw for at, unit in enumerate(every) for flaw in of_one(at, unit, known_places)]
    return tuple(sorted((*found, *between(every)), key=lambda flaw: flaw.order))


def of_one(at: int, unit: Unit, known_places: Callable[[str], bool]) -> Iterator[Flaw]:
    """What is wrong with a unit by itself; `at` is only told with it."""
    if FORMULA.match(unit.id):
        yield Flaw(at, Reason.FORMULA, "id")
    elif not _ID.fullmatch(unit.id):
        yield Flaw(at, Reason.BAD_ID, unit.id[:DETAIL_LETTERS])
    if FORMULA.match(unit.name):
        yield Flaw(at, Reason.FORMULA, "name")
    if not unit.name:
        yield Flaw(at, Reason.EMPTY_NAME)
    for column, words in (("hours", unit.hours), ("contact", unit.contact)):
        if _FORMULA_BUT_NUMBERS.match(words):
            yield Flaw(at, Reason.FORMULA, column)
    for column, words, most in (
        ("name", unit.name, NAME_LETTERS),
        ("hours", unit.hours, HOURS_LETTERS),
        ("contact", unit.contact, CONTACT_LETTERS),
    ):
        if len(words) > most:
            yield Flaw(at, Reason.TOO_LONG, f"{column} > {most}")
    for place in sorted(unit.places):
        if place == WHOLE_COUNTRY and unit.parent:
            yield Flaw(at, Reason.COUNTRY_BELOW_ROOT)
        elif place != WHOLE_COUNTRY and not known_places(place):
            yield Flaw(at, Reason.UNKNOWN_PLACE, place[:DETAIL_LETTERS])


def between(units: Iterable[Unit]) -> Iterator[Flaw]:
    """What is wrong between the units: ids, roots, orphans, loops, who may stand below whom. Of two
    with one id, the first counts for the others.
    """
    every = tuple(units)
    by_id: dict[str, int] = {}
    alike: dict[str, str] = {}
    for at, unit in enumerate(every):
        if unit.id in by_id:
            yield Flaw(at, Reason.DUPLICATE_ID, unit.id[:DETAIL_LETTERS])
        elif (twin := alike.setdefault(unit.id.casefold(), unit.id)) != unit.id:
            yield Flaw(at, Reason.TWIN_ID, twin[:DETAIL_LETTERS])
        by_id.setdefault(unit.id, at)
    yield from _roots(every)
    # The last answer to everything: who is in conflict with it could keep every tip about
    # themselves from being looked at again.
    roots = frozenset([unit.id for unit in every if unit.parent is None][:1])
    for at, unit in enumerate(every):
        if unit.parent is not None and unit.parent not in by_id:
            yield Flaw(at, Reason.UNKNOWN_PARENT, unit.parent[:DETAIL_LETTERS])
        elif unit.parent is not None:
            yield from _below(at, unit, every[by_id[unit.parent]])
        # Not `conflicts - by_id.keys()`: that walks through every id for every unit.
        for other in sorted(other for other in unit.conflicts if other not in by_id):
            yield Flaw(at, Reason.UNKNOWN_CONFLICT, other[:DETAIL_LETTERS])
        if unit.conflicts & roots or (unit.conflicts and unit.id in roots):
            yield Flaw(at, Reason.ROOT_CONFLICT, *(each[:DETAIL_LETTERS] for each in roots))
    yield from _loops(every, by_id)


def _roots(every: tuple[Unit, ...]) -> Iterator[Flaw]:
    roots = [(at, unit) for at, unit in enumerate(every) if unit.parent is None]
    if not roots:
        yield Flaw(-1, Reason.NO_ROOT)
    for at, unit in roots[:1]:
        if unit.kind is not UnitKind.UNION:
            yield Flaw(at, Reason.POLICE_ROOT)
        if unit.inside_company:
            yield Flaw(at, Reason.INSIDE_ROOT)
    for at, unit in roots[1:]:
        yield Flaw(at, Reason.SECOND_ROOT, unit.id[:DETAIL_LETTERS])


def _below(at: int, unit: Unit, above: Unit) -> Iterator[Flaw]:
    if above.kind is UnitKind.POLICE and unit.kind is not UnitKind.POLICE:
        yield Flaw(at, Reason.UNION_BELOW_POLICE, above.id)
    if above.kind is UnitKind.BOARDING:
        yield Flaw(at, Reason.BELOW_BOARDING, above.id)
    if above.inside_company and not unit.inside_company:
        yield Flaw(at, Reason.OUTSIDE_BELOW_INSIDE, above.id)


def _loops(every: tuple[Unit, ...], by_id: Mapping[str, int]) -> Iterator[Flaw]:
    """Each loop once, at its first unit. Every unit is stepped on once, however deep the tree."""
    done: set[str] = set()
    for start in by_id:
        path: dict[str, None] = {}
        here = start
        while here and here in by_id and here not in done and here not in path:
            path[here] = None
            here = every[by_id[here]].parent or ""
        if here and here in path:
            steps = list(path)
            steps = steps[steps.index(here) :]
            told = " → ".join([*steps, here])[:DETAIL_LETTERS]
            yield Flaw(min(by_id[step] for step in steps), Reason.LOOP, told)
        done.update(path)
