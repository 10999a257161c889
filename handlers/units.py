"""Reads the operator's table of units, and says row by row what is wrong with it."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from handlers import unit_checks
from handlers.folding import clean, fold
from handlers.routing import Unit, UnitKind
from handlers.screens import Say
from handlers.tips import Category
from handlers.unit_checks import DETAIL_LETTERS, Flaw, Reason

COLUMNS = (
    "id",
    "parent",
    "kind",
    "name",
    "places",
    "categories",
    "inside_company",
    "conflicts",
    "hours",
    "contact",
)

# Spreadsheets in Vietnamese save semicolons where English ones save commas.
_DELIMITERS = ",;\t"
_LIST = re.compile(r"[;,\s]+")
_YES = frozenset({"1", "yes", "true", "x", "co"})
_NO = frozenset({"", "0", "no", "false", "khong"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: the row as a spreadsheet numbers it (the header is 1), and the value at fault."""

    row: int
    reason: Reason
    detail: str = ""

    def said(self) -> Say:
        """The fault as one readable line."""
        told = Flaw(-1, self.reason, self.detail).said()
        return Say("unit_files.row", (("row", self.row), ("told", told)))


class BadUnits(ValueError):
    """The table was refused as a whole; `problems` holds every fault, by row."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda each: Flaw(each.row, each.reason).order))
        super().__init__(f"{len(self.problems)} problems in the table of units")


def parse(text: str, *, known_places: Callable[[str], bool]) -> tuple[Unit, ...]:
    """The units of a CSV table, as `parse_rows` has them. A byte order mark, and semicolons or tabs
    between the cells are understood. Raises BadUnits.
    """
    # Line ends are made plain first: Python's reader takes a lone CR for the end of a row.
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    rows: list[Sequence[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error:
        if rows:
            _columns(rows[0])
        raise BadUnits([Problem(len(rows) + 1, Reason.UNREADABLE)]) from None
    return parse_rows(rows, known_places=known_places)


def parse_rows(
    rows: Iterable[Sequence[str]], *, known_places: Callable[[str], bool]
) -> tuple[Unit, ...]:
    """The units of a table whose first row names the COLUMNS (in any order), in the order of its
    rows; empty rows are left out. Lists within a cell are separated by semicolons or spaces.
    `known_places` says whether a code of two or five digits exists today. Nobody has a desk yet in
    the units returned.

    Raises BadUnits with all faults of all rows; a table is taken whole or not at all.
    """
    every = iter(rows)
    names = _columns(next(every, ()))
    problems: list[Problem] = []
    units: list[tuple[int, Unit]] = []
    for row, cells in _filled(every, names, problems):
        unit = _unit(row, cells, problems)
        units.append((row, unit))
        problems += (
            Problem(row, flaw.reason, flaw.detail)
            for flaw in unit_checks.of_one(row, unit, known_places)
        )
    # The header answers for what is wrong with all of them.
    problems += (
        Problem(units[flaw.at][0] if flaw.at >= 0 else 1, flaw.reason, flaw.detail)
        for flaw in unit_checks.between(unit for _, unit in units)
    )
    if problems:
        raise BadUnits(problems)
    return tuple(unit for _, unit in units)


def _columns(header: Sequence[str]) -> list[str]:
    """The names of the columns. Raises BadUnits, for without them no row can be read."""
    names = [clean(cell).casefold() for cell in header]
    while names and not names[-1]:
        names.pop()
    missing = [name for name in COLUMNS if name not in names]
    unknown = [name or "(…)" for name in names if name not in COLUMNS]
    twice = [name for name in COLUMNS if names.count(name) > 1]
    found = [
        (Reason.MISSING_COLUMNS, missing),
        (Reason.UNKNOWN_COLUMNS, unknown),
        (Reason.TWICE_COLUMNS, twice),
    ]
    if len(missing) == len(COLUMNS):
        found = [(Reason.COLUMNS, list(COLUMNS))]
    problems = [Problem(1, reason, _some(told)) for reason, told in found if told]
    if problems:
        raise BadUnits(problems)
    return names


def _some(names: Sequence[str]) -> str:
    return ", ".join(name[:DETAIL_LETTERS] for name in names[: len(COLUMNS)])


def _filled(
    rows: Iterable[Sequence[str]], names: Sequence[str], problems: list[Problem]
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Every row that is not empty as its number and its cells by column."""
    for row, cells in enumerate(rows, start=2):
        values = [clean(cell) for cell in cells]
        if any(values):
            if any(values[len(names) :]):
                problems.append(Problem(row, Reason.TOO_MANY_CELLS, str(len(names))))
            values += [""] * (len(names) - len(values))
            yield row, dict(zip(names, values, strict=False))


def _unit(row: int, cells: Mapping[str, str], problems: list[Problem]) -> Unit:
    """The unit of one row; a cell that no unit can hold is reported and left at its default."""

    def fault(reason: Reason, detail: str) -> None:
        problems.append(Problem(row, reason, detail[:DETAIL_LETTERS]))

    kind = cells["kind"].casefold()
    if kind not in _KINDS:
        fault(Reason.UNKNOWN_KIND, kind)
    categories = [name.casefold() for name in _listed(cells["categories"])]
    for name in categories:
        if name not in _CATEGORIES:
            fault(Reason.UNKNOWN_CATEGORY, name)
    inside = fold(cells["inside_company"])
    if inside not in _YES | _NO:
        fault(Reason.BAD_INSIDE, cells["inside_company"])
    return Unit(
        id=cells["id"],
        parent=cells["parent"] or None,
        kind=_KINDS.get(kind, UnitKind.UNION),
        name=cells["name"],
        places=frozenset(_listed(cells["places"])),
        categories=frozenset(_CATEGORIES[name] for name in categories if name in _CATEGORIES),
        inside_company=inside in _YES,
        conflicts=frozenset(_listed(cells["conflicts"])),
        hours=cells["hours"],
        contact=cells["contact"],
    )


def _listed(cell: str) -> list[str]:
    return [item for item in _LIST.split(cell) if item]


_KINDS: Mapping[str, UnitKind] = {kind.value: kind for kind in UnitKind}
_CATEGORIES: Mapping[str, Category] = {category.value: category for category in Category}
