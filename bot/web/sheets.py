"""Tables as files: CSV and XLSX whose cells are words, never formulas; nothing touches a disk."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import xlsxwriter

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_MOST_LETTERS = 32_000
"""A cell of a spreadsheet takes 32,767; what is longer goes on below."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: `head` in bold above `rows`; the widths of its columns, the last for the rest."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]] = field(repr=False)
    widths: Sequence[int] = (20,)
    notes: Sequence[str] = ()
    """Lines above the table."""
    is_typed_in: bool = False
    """Whether somebody goes on writing in it: then codes keep the zeros that they begin with."""


def as_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The table with a mark by which a spreadsheet knows UTF-8; a cell that would be read as a
    formula begins with an apostrophe.
    """
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    for row in (head, *rows):
        writer.writerow([_harmless(cell) for cell in row])
    return made.getvalue().encode("utf-8-sig")


def as_xlsx(sheets: Iterable[Sheet], made_on: datetime) -> bytes:
    """The workbook; `made_on` is what it says of when it was made (its day alone)."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, _OPTIONS) as book:
        # Else the file would tell the second in which it was fetched.
        day = made_on.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        book.set_properties({"created": day})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, bold, plain)
    return made.getvalue()


def _write(paper: Any, sheet: Sheet, bold: Any, plain: Any) -> None:
    for x, width in enumerate(sheet.widths):
        paper.set_column(x, x, width, plain if sheet.is_typed_in else None)
    y = 0
    for note in sheet.notes:
        paper.write_string(y, 0, note, bold)
        y += 1
    for cells, look in ((sheet.head, bold), *((row, plain) for row in sheet.rows)):
        tall = max((-(-len(cell) // _MOST_LETTERS) for cell in cells), default=1) or 1
        for piece in range(tall):
            at = piece * _MOST_LETTERS
            for x, cell in enumerate(cells):
                paper.write_string(y, x, cell[at : at + _MOST_LETTERS], look)
            y += 1


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell
