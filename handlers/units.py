"""Reads the operator's table of units, and says row by row what is wrong with it."""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from handlers import lost_zeros, unit_checks
from handlers.folding import clean, fold, one_line
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
# What makes a cell harmless that a spreadsheet would take for a formula.
_HARMLESS = re.compile(r"'(?=[=+\-@])")
_CELL_ERROR = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)")
_IDS = ("id", "parent", "conflicts")
# The same columns, as people call them; without marks.
_CALLED = {
    "ma": "id",
    "ma don vi": "id",
    "cap tren": "parent",
    "don vi cap tren": "parent",
    "loai": "kind",
    "ten": "name",
    "ten don vi": "name",
    "noi": "places",
    "noi phu trach": "places",
    "nhom viec": "categories",
    "trong cong ty": "inside_company",
    "khong chung tin": "conflicts",
    "gio": "hours",
    "gio lam viec": "hours",
    "lien he": "contact",
}


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


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells that a spreadsheet holds as a number, or as a date or time: the row counted from 1, the
    column from 0.
    """

    numbers: Collection[tuple[int, int]] = field(default=frozenset(), repr=False)
    dates: Collection[tuple[int, int]] = field(default=frozenset(), repr=False)


_WORDS = Cells()


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
    rows: Iterable[Sequence[str]],
    *,
    known_places: Callable[[str], bool],
    known_ids: Collection[str] = frozenset(),
    cells: Cells = _WORDS,
) -> tuple[Unit, ...]:
    """The units of a table whose first row names the COLUMNS (in any order), in the order of its
    rows; empty rows are left out. Lists within a cell are separated by semicolons or spaces.
    `known_places` says whether a code of two or five digits exists today; by the `known_ids` of
    units that are there it is seen where a spreadsheet cut off zeros. Nobody has a desk yet in the
    units returned.

    Raises BadUnits with all faults of all rows; a table is taken whole or not at all.
    """
    every = [[_word(cell) for cell in row] for row in rows]
    reader = _Reader(_columns(every[0] if every else ()), known_places, known_ids, cells)
    units = list(reader.units(every))
    problems = reader.problems
    # The header answers for what is wrong with all of them.
    problems += (
        Problem(units[flaw.at][0] if flaw.at >= 0 else 1, flaw.reason, flaw.detail)
        for flaw in unit_checks.between(unit for _, unit in units)
    )
    if problems:
        raise BadUnits(problems)
    return tuple(unit for _, unit in units)


def row_of(unit: Unit) -> tuple[str, ...]:
    """The unit as a row of such a table, in the order of COLUMNS."""
    return (
        unit.id,
        unit.parent or "",
        unit.kind.value,
        unit.name,
        ";".join(sorted(unit.places)),
        ";".join(sorted(unit.categories)),
        "1" if unit.inside_company else "0",
        ";".join(sorted(unit.conflicts)),
        unit.hours,
        unit.contact,
    )


def _word(cell: str) -> str:
    return _HARMLESS.sub("", clean(cell), count=1) if cell else ""


def _columns(header: Sequence[str]) -> list[str]:
    """The names of the columns. Raises BadUnits, for without them no row can be read."""
    names = [_CALLED.get(fold(cell), cell.casefold()) for cell in header]
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


class _Reader:
    """Makes units of rows, and gathers what is wrong with them."""

    def __init__(
        self,
        names: Sequence[str],
        known_places: Callable[[str], bool],
        known_ids: Collection[str],
        cells: Cells,
    ) -> None:
        self.problems: list[Problem] = []
        self._names, self._places, self._ids, self._cells = names, known_places, known_ids, cells
        self._at = {name: at for at, name in enumerate(names)}
        self._typed: Collection[str] = frozenset()

    def units(self, rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, Unit]]:
        """Every row below the first that is not empty, as its number and its unit."""
        at = self._at["id"]
        self._typed = {
            row[at]
            for number, row in enumerate(rows, start=1)
            if at < len(row) and (number, at) not in self._cells.numbers
        }
        for number, values in enumerate(rows[1:], start=2):
            if any(values):
                unit = self._unit(number, self._filled(number, values))
                self.problems += (
                    Problem(number, flaw.reason, flaw.detail)
                    for flaw in unit_checks.of_one(number, unit, self._places)
                )
                yield number, unit

    def _filled(self, row: int, values: Sequence[str]) -> Mapping[str, str]:
        width = len(self._names)
        if any(values[width:]):
            self._fault(row, Reason.TOO_MANY_CELLS, str(width))
        filled = [*values, *[""] * (width - len(values))]
        cells = dict(zip(self._names, filled, strict=False))
        for name, value in cells.items():
            if (row, self._at[name]) in self._cells.dates:
                self._fault(row, Reason.DATE, name)
            elif _CELL_ERROR.fullmatch(value):
                self._fault(row, Reason.CELL_ERROR, name)
        return cells

    def _unit(self, row: int, cells: Mapping[str, str]) -> Unit:
        """The unit of one row; a cell that no unit can hold is reported and left at its default."""
        kind = cells["kind"].casefold()
        if kind not in _KINDS:
            self._fault(row, Reason.UNKNOWN_KIND, kind)
        categories = [name.casefold() for name in _listed(cells["categories"])]
        for name in categories:
            if name not in _CATEGORIES:
                self._fault(row, Reason.UNKNOWN_CATEGORY, name)
        inside = fold(cells["inside_company"])
        if inside not in _YES | _NO:
            self._fault(row, Reason.BAD_INSIDE, cells["inside_company"])
        for name in _IDS:
            self._check_ids(row, name, cells[name])
        return Unit(
            id=cells["id"],
            parent=cells["parent"] or None,
            kind=_KINDS.get(kind, UnitKind.UNION),
            name=one_line(cells["name"]),
            places=frozenset(self._whole(row, cells["places"])),
            categories=frozenset(_CATEGORIES[name] for name in categories if name in _CATEGORIES),
            inside_company=inside in _YES,
            conflicts=frozenset(_listed(cells["conflicts"])),
            hours=one_line(cells["hours"]),
            contact=one_line(cells["contact"]),
        )

    def _check_ids(self, row: int, name: str, cell: str) -> None:
        is_number = (row, self._at[name]) in self._cells.numbers
        for each in _listed(cell):
            meant = lost_zeros.ids(each, self._ids.__contains__)
            if not meant and is_number and each not in self._ids:
                meant = lost_zeros.ids(each, self._typed.__contains__)
            if meant:
                self._lost(row, name, each, meant)

    def _whole(self, row: int, cell: str) -> Iterator[str]:
        """The codes of places, but those that lost a zero."""
        is_number = (row, self._at["places"]) in self._cells.numbers
        for each in _listed(cell):
            meant = lost_zeros.places(each, self._places, is_number=is_number)
            if meant:
                self._lost(row, "places", each, meant)
            else:
                yield each

    def _lost(self, row: int, name: str, cell: str, meant: Sequence[str]) -> None:
        self._fault(row, Reason.LOST_ZERO, f"{name} {cell} → {' / '.join(meant)}")

    def _fault(self, row: int, reason: Reason, detail: str) -> None:
        self.problems.append(Problem(row, reason, detail[:DETAIL_LETTERS]))


def _listed(cell: str) -> list[str]:
    return [item for item in _LIST.split(cell) if item]


_KINDS: Mapping[str, UnitKind] = {kind.value: kind for kind in UnitKind}
_CATEGORIES: Mapping[str, Category] = {category.value: category for category in Category}
