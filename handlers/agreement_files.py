"""Reads the operator's table of agreements with the police, and says what is wrong row by row."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from handlers import agreements
from handlers.agreements import Agreement, Flaw
from handlers.routing import Tree, UnitKind

COLUMNS = (
    "unit",
    "police",
    "categories",
    "document",
    "contact",
    "hours",
    "backup",
    "review_on",
)
# Spreadsheets in Vietnamese save semicolons where English ones save commas.
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: the row as a spreadsheet numbers it (the header is 1), and what it is."""

    row: int
    flaw: Flaw


class BadAgreements(ValueError):
    """The table was refused as a whole; `problems` are all its faults, by row."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} problems in the table of agreements")


def parse(text: str, tree: Tree) -> tuple[Agreement, ...]:
    """All rows of a table with the COLUMNS, in any order of columns; categories with spaces between
    them, all when empty. Raises BadAgreements: COLUMNS are missing (row 1), or rows are wrong.
    """
    rows = _rows(text.lstrip("\ufeff"))
    head = [each.strip().lower() for each in rows[0]] if rows else []
    if not set(COLUMNS) <= set(head):
        raise BadAgreements([Problem(1, Flaw.COLUMNS)])
    unions = [each.id for each in tree.all if each.kind is UnitKind.UNION]
    police = [each.id for each in tree.all if each.kind is UnitKind.POLICE]
    read: list[Agreement] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        fields = dict(zip(head, (cell.strip() for cell in row), strict=False))
        names = fields.get("categories", "").replace(",", " ").replace(";", " ").split()
        found = agreements.typed(fields, names, unions, police)
        if isinstance(found, Flaw):
            problems.append(Problem(number, found))
        else:
            read.append(found)
    if problems:
        raise BadAgreements(problems)
    return tuple(read)


def _rows(text: str) -> Sequence[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
