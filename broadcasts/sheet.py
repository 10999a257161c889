"""The report as a spreadsheet (XLSX). What people wrote stands there as text and is never run."""

import io
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from broadcasts import reading
from broadcasts.report import Report
from handlers.texts import Texts

OPTIONS = {
    # Nothing on the disk on the way, and no text is taken for a formula, a link or a number.
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""How every workbook of ours is made."""
_WIDTHS = (26, 14)


def xlsx(report: Report, texts: Texts, zone: ZoneInfo) -> bytes:
    """The file: one sheet with the figures of all, one by channel, one by province."""
    whole: list[Sequence[str | int]] = [*reading.facts(report, texts, zone), ()]
    whole += [*reading.figures(report, texts), (), (texts.get("report.hidden_hint"),)]
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, OPTIONS) as book:
        # Else the file would tell when it was fetched.
        book.set_properties({"created": report.as_of.astimezone(zone).replace(tzinfo=None)})
        bold = book.add_format({"bold": True})
        write(book, texts.get("report.total"), whole)
        for what, lines in (("account", report.by_account), ("province", report.by_province)):
            rows = reading.table(report, what, lines, texts)
            write(book, texts.get(f"report.by_{what}"), rows, bold)
    return made.getvalue()


def write(book: Any, name: str, rows: Sequence[Sequence[str | int]], head: Any = None) -> None:
    """A sheet of that name; its first row looks like `head`. Text stays text."""
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, _WIDTHS[0])
    sheet.set_column(1, 12, _WIDTHS[1])
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            look = head if y == 0 else None
            if isinstance(value, str):
                sheet.write_string(y, x, value, look)
            else:
                sheet.write_number(y, x, value, look)
