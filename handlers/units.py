"""Reads the operator's table of units, and says row by row what is wrong with it."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from handlers.folding import clean, fold
from handlers.languages import Language
from handlers.routing import WHOLE_COUNTRY, Unit, UnitKind
from handlers.tips import Category

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
NAME_LETTERS = 120
NOTE_LETTERS = 300

# Spreadsheets in Vietnamese save semicolons where English ones save commas.
_DELIMITERS = ",;\t"
_LIST = re.compile(r"[;,\s]+")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# A spreadsheet that opens an export later would run these.
_FORMULA = re.compile(r"[=+\-@]")
_YES = frozenset({"1", "yes", "true", "x", "co"})
_NO = frozenset({"", "0", "no", "false", "khong"})
_DETAIL_LETTERS = 60


class Reason(StrEnum):
    """What can be wrong with a row."""

    COLUMNS = "columns"
    UNREADABLE = "unreadable"
    TOO_MANY_CELLS = "too_many_cells"
    BAD_ID = "bad_id"
    FORMULA = "formula"
    DUPLICATE_ID = "duplicate_id"
    EMPTY_NAME = "empty_name"
    TOO_LONG = "too_long"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_CATEGORY = "unknown_category"
    UNKNOWN_PLACE = "unknown_place"
    COUNTRY_BELOW_ROOT = "country_below_root"
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


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: the row as a spreadsheet numbers it (the header is 1), and the value at fault."""

    row: int
    reason: Reason
    detail: str = ""

    def describe(self, language: Language = Language.VI) -> str:
        """The fault as one readable line."""
        vietnamese, english = _SENTENCES[self.reason]
        start, sentence = ("Dòng", vietnamese) if language is Language.VI else ("Row", english)
        return f"{start} {self.row}: {sentence.format(detail=self.detail)}"


class BadUnits(ValueError):
    """The table was refused as a whole; `problems` holds every fault, by row."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.row))
        super().__init__(f"{len(self.problems)} problems in the table of units")


def parse(text: str, *, known_places: Callable[[str], bool]) -> tuple[Unit, ...]:
    """The units of a CSV table with the header `COLUMNS` (any order), in the order of its rows.

    Lists within a cell are separated by semicolons or spaces. A byte order mark, empty rows, and
    semicolons or tabs between the cells are understood. `known_places` says whether a code of two
    or five digits exists today. Nobody has a desk yet in the units returned.

    Raises BadUnits with all faults of all rows; a table is taken whole or not at all.
    """
    problems: list[Problem] = []
    units: list[tuple[int, Unit]] = []
    for row, cells in _rows(text, problems):
        units.append((row, _unit(row, cells, known_places, problems)))
    # Half a table would only add faults that are none: parents missing because they were not read.
    if not {Reason.COLUMNS, Reason.UNREADABLE} & {problem.reason for problem in problems}:
        problems += _misplaced(units)
    if problems:
        raise BadUnits(problems)
    return tuple(unit for _, unit in units)


def _rows(text: str, problems: list[Problem]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Every row that is not empty as its number and its cells by column."""
    # Line ends are made plain first: Python's reader takes a lone CR for the end of a row.
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    header = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text),
        delimiter=max(_DELIMITERS, key=header.count),
        strict=True,
    )
    row, names = 0, list(COLUMNS)
    try:
        for row, cells in enumerate(reader, start=1):
            values = [clean(cell) for cell in cells]
            if row == 1:
                names = [value.casefold() for value in values if value]
                if sorted(names) != sorted(COLUMNS):
                    problems.append(Problem(1, Reason.COLUMNS, ",".join(COLUMNS)))
                    return
            elif any(values):
                if any(values[len(names) :]):
                    problems.append(Problem(row, Reason.TOO_MANY_CELLS, str(len(names))))
                values += [""] * (len(names) - len(values))
                yield row, dict(zip(names, values, strict=False))
    except csv.Error:
        problems.append(Problem(row + 1, Reason.UNREADABLE))
    if row == 0:
        problems.append(Problem(1, Reason.COLUMNS, ",".join(COLUMNS)))


def _unit(
    row: int,
    cells: Mapping[str, str],
    known_places: Callable[[str], bool],
    problems: list[Problem],
) -> Unit:
    """The unit of one row; a cell at fault is reported and left at its default."""

    def fault(reason: Reason, detail: str = "") -> None:
        problems.append(Problem(row, reason, detail[:_DETAIL_LETTERS]))

    _check_words(cells, fault)
    kind = cells["kind"].casefold()
    if kind not in _KINDS:
        fault(Reason.UNKNOWN_KIND, kind)
    places = frozenset(_listed(cells["places"]))
    for place in sorted(places):
        if place == WHOLE_COUNTRY and cells["parent"]:
            fault(Reason.COUNTRY_BELOW_ROOT)
        elif place != WHOLE_COUNTRY and not known_places(place):
            fault(Reason.UNKNOWN_PLACE, place)
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
        places=places,
        categories=frozenset(_CATEGORIES[name] for name in categories if name in _CATEGORIES),
        inside_company=inside in _YES,
        conflicts=frozenset(_listed(cells["conflicts"])),
        hours=cells["hours"],
        contact=cells["contact"],
    )


def _check_words(cells: Mapping[str, str], fault: Callable[[Reason, str], None]) -> None:
    """The cells that are free words: formulas, names and lengths."""
    if _FORMULA.match(cells["id"]):
        fault(Reason.FORMULA, "id")
    elif not _ID.fullmatch(cells["id"]):
        fault(Reason.BAD_ID, cells["id"])
    if _FORMULA.match(cells["name"]):
        fault(Reason.FORMULA, "name")
    if not cells["name"]:
        fault(Reason.EMPTY_NAME, "")
    lengths = {"name": NAME_LETTERS, "hours": NOTE_LETTERS, "contact": NOTE_LETTERS}
    for column, most in lengths.items():
        if len(cells[column]) > most:
            fault(Reason.TOO_LONG, f"{column} > {most}")


def _misplaced(units: list[tuple[int, Unit]]) -> Iterator[Problem]:
    """What is wrong between the rows. Of two rows with one id, the first counts for the others."""
    by_id: dict[str, tuple[int, Unit]] = {}
    for row, unit in units:
        if unit.id in by_id:
            yield Problem(row, Reason.DUPLICATE_ID, unit.id)
        by_id.setdefault(unit.id, (row, unit))
    yield from _root_problems(units)
    for row, unit in units:
        if unit.parent is not None and unit.parent not in by_id:
            yield Problem(row, Reason.UNKNOWN_PARENT, unit.parent[:_DETAIL_LETTERS])
        elif unit.parent is not None:
            above = by_id[unit.parent][1]
            if above.kind is UnitKind.POLICE and unit.kind is not UnitKind.POLICE:
                yield Problem(row, Reason.UNION_BELOW_POLICE, above.id)
            if above.kind is UnitKind.BOARDING:
                yield Problem(row, Reason.BELOW_BOARDING, above.id)
            if above.inside_company and not unit.inside_company:
                yield Problem(row, Reason.OUTSIDE_BELOW_INSIDE, above.id)
        # Not `conflicts - by_id.keys()`: that walks through every id for every row.
        for other in sorted(other for other in unit.conflicts if other not in by_id):
            yield Problem(row, Reason.UNKNOWN_CONFLICT, other[:_DETAIL_LETTERS])
    yield from _loops(by_id)


def _root_problems(units: list[tuple[int, Unit]]) -> Iterator[Problem]:
    roots = [(row, unit) for row, unit in units if unit.parent is None]
    if not roots:
        yield Problem(1, Reason.NO_ROOT)
    for row, unit in roots[:1]:
        if unit.kind is not UnitKind.UNION:
            yield Problem(row, Reason.POLICE_ROOT)
        if unit.inside_company:
            yield Problem(row, Reason.INSIDE_ROOT)
    for row, unit in roots[1:]:
        yield Problem(row, Reason.SECOND_ROOT, unit.id)


def _loops(by_id: Mapping[str, tuple[int, Unit]]) -> Iterator[Problem]:
    """Each loop once, at its first row. Every unit is stepped on once, however deep the tree."""
    done: set[str] = set()
    for start in by_id:
        path: dict[str, None] = {}
        here = start
        while here and here in by_id and here not in done and here not in path:
            path[here] = None
            here = by_id[here][1].parent or ""
        if here and here in path:
            steps = list(path)
            steps = steps[steps.index(here) :]
            row = min(by_id[step][0] for step in steps)
            yield Problem(row, Reason.LOOP, " → ".join([*steps, here])[:_DETAIL_LETTERS])
        done.update(path)


def _listed(cell: str) -> list[str]:
    return [item for item in _LIST.split(cell) if item]


_KINDS: Mapping[str, UnitKind] = {kind.value: kind for kind in UnitKind}
_CATEGORIES: Mapping[str, Category] = {category.value: category for category in Category}

_SENTENCES: Mapping[Reason, tuple[str, str]] = {
    Reason.COLUMNS: (
        "dòng đầu phải có đúng các cột {detail}.",
        "the first row must name exactly the columns {detail}.",
    ),
    Reason.UNREADABLE: (
        "không đọc được từ đây, hãy xem lại dấu ngoặc kép.",
        "cannot be read from here on; check the quotation marks.",
    ),
    Reason.TOO_MANY_CELLS: (
        "có nhiều hơn {detail} ô.",
        "has more than {detail} cells.",
    ),
    Reason.BAD_ID: (
        "mã “{detail}” chỉ được gồm chữ không dấu, số và . _ - (tối đa 64 ký tự).",
        "the id “{detail}” may hold plain letters, digits and . _ - only (at most 64).",
    ),
    Reason.FORMULA: (
        "ô {detail} bắt đầu như một công thức bảng tính (= + - @).",
        "the cell {detail} begins like a spreadsheet formula (= + - @).",
    ),
    Reason.DUPLICATE_ID: (
        "mã “{detail}” đã có ở một dòng phía trên.",
        "the id “{detail}” was used in a row above.",
    ),
    Reason.EMPTY_NAME: ("thiếu tên đơn vị.", "the unit has no name."),
    Reason.TOO_LONG: (
        "ô quá dài ({detail} ký tự).",
        "the cell is too long ({detail} letters).",
    ),
    Reason.UNKNOWN_KIND: (
        "loại “{detail}” không có; chỉ dùng union, police hoặc boarding.",
        "there is no kind “{detail}”; use union, police or boarding.",
    ),
    Reason.UNKNOWN_CATEGORY: (
        "nhóm việc “{detail}” không có.",
        "there is no category “{detail}”.",
    ),
    Reason.UNKNOWN_PLACE: (
        "mã nơi “{detail}” không có; phần mềm bảng tính có thể đã bỏ mất số 0 ở đầu.",
        "there is no place with the code “{detail}”; a spreadsheet may have dropped a leading 0.",
    ),
    Reason.COUNTRY_BELOW_ROOT: (
        "chỉ đơn vị cao nhất được phụ trách cả nước (*).",
        "only the highest unit may cover the whole country (*).",
    ),
    Reason.BAD_INSIDE: (
        "inside_company là “{detail}”; chỉ dùng 1 hoặc 0, có hoặc không.",
        "inside_company is “{detail}”; use 1 or 0, yes or no.",
    ),
    Reason.NO_ROOT: (
        "không có đơn vị cao nhất (đơn vị để trống cột parent).",
        "there is no highest unit (one whose parent is empty).",
    ),
    Reason.SECOND_ROOT: (
        "“{detail}” cũng để trống cột parent; chỉ được có một đơn vị cao nhất.",
        "“{detail}” has no parent either; there can be only one highest unit.",
    ),
    Reason.POLICE_ROOT: (
        "đơn vị cao nhất phải là công đoàn.",
        "the highest unit must be a union unit.",
    ),
    Reason.INSIDE_ROOT: (
        "đơn vị cao nhất không thể nằm trong công ty.",
        "the highest unit cannot be inside a company.",
    ),
    Reason.UNKNOWN_PARENT: (
        "không có đơn vị cấp trên “{detail}”.",
        "there is no unit “{detail}” to stand above this one.",
    ),
    Reason.LOOP: (
        "các đơn vị xếp thành vòng: {detail}.",
        "the units form a loop: {detail}.",
    ),
    Reason.UNION_BELOW_POLICE: (
        "chỉ công an được nằm dưới đơn vị công an “{detail}”.",
        "only police can stand below the police unit “{detail}”.",
    ),
    Reason.BELOW_BOARDING: (
        "không đơn vị nào được nằm dưới tổ tự quản khu trọ “{detail}”.",
        "nothing can stand below the boarding-house group “{detail}”.",
    ),
    Reason.OUTSIDE_BELOW_INSIDE: (
        "nằm dưới “{detail}” trong công ty nên cũng phải ghi inside_company là 1.",
        "stands below “{detail}”, which is inside a company, so inside_company must be 1 too.",
    ),
    Reason.UNKNOWN_CONFLICT: (
        "cột conflicts nêu đơn vị “{detail}” không có.",
        "conflicts names the unit “{detail}”, which does not exist.",
    ),
}
