"""A folder with tables of places, as an operator brings it."""

import codecs
import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bot import tables_in
from bot.tables_in import NoTable
from handlers.folding import clean
from storage.places.checks import COLUMNS, flaws
from storage.places.tables import AS_OF, Tables

_MOST_DAY_BYTES = 100


class BadFolder(Exception):
    """What is wrong, one line each."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(len(lines))
        self.lines = tuple(lines)


def read(folder: Path) -> Tables:
    """The tables in a folder, with letters composed (NFC) and spaces at the ends taken away; that
    they hold together is made sure. Raises BadFolder with everything that is wrong.
    """
    wrong: list[str] = []
    texts = {name: _table(folder / name, wrong) for name in COLUMNS}
    day = _day(folder / AS_OF, wrong)
    if wrong or day is None:
        raise BadFolder(wrong)
    tables = Tables(day, texts)
    if found := flaws(tables):
        raise BadFolder([flaw.describe() for flaw in found])
    return tables


def _table(path: Path, wrong: list[str]) -> str:
    """One table with plain commas and line ends."""
    content = _content(path, wrong, tables_in.MOST_BYTES)
    if content is None:
        return ""
    try:
        table = tables_in.read(content)
    except NoTable as error:
        wrong.append(f"{path.name}: {error.told()}")
        return ""
    if table.is_guessed:
        wrong.append(f"{path.name}: it is not UTF-8 text; save it as CSV UTF-8")
        return ""
    rows = [tuple(map(clean, row)) for row in table.rows]
    rows = [row for row in rows if any(row)]
    columns = COLUMNS[path.name]
    if not rows or rows[0] != columns:
        wrong.append(f"{path.name}: the first row must be {','.join(columns)}")
        return ""
    wrong.extend(
        f"{path.name}, row {at}: it has {len(row)} columns, not {len(columns)}"
        for at, row in enumerate(rows, start=1)
        if len(row) != len(columns)
    )
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _day(path: Path, wrong: list[str]) -> date | None:
    content = _content(path, wrong, _MOST_DAY_BYTES)
    if content is None:
        return None
    try:
        return date.fromisoformat(content.removeprefix(codecs.BOM_UTF8).decode().strip())
    except ValueError:
        wrong.append(f"{path.name}: it must hold the day of the tables, like 2027-03-01")
        return None


def _content(path: Path, wrong: list[str], most: int) -> bytes | None:
    try:
        if path.stat().st_size > most:
            wrong.append(f"{path.name}: it is too large")
            return None
        return path.read_bytes()
    except OSError:
        wrong.append(f"{path.name}: it is missing, or cannot be read")
        return None
