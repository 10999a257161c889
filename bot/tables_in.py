"""Tables that an operator brings: CSV as spreadsheets write it, and XLSX, as rows of words."""

import codecs
import csv
import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from handlers.folding import composed

MOST_BYTES = 50_000_000
"""Of a file, and of what an XLSX file unpacks to: 25,000 units have about 5,000,000."""
MOST_ROWS = 200_000
MOST_CELLS = 10_000_000
"""From the first cell to the last one: a stray one far away makes a sheet as large as a desert."""
# Spreadsheets in Vietnamese save semicolons where English ones save commas.
_DELIMITERS = ",;\t"
_SHEETS = "xl/worksheets/"
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_LONGEST_REFERENCE = 16
_FORMULA = re.compile(rb"<f[ >/]")
_TIMES = (date, time, timedelta)
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


class Unreadable(StrEnum):
    """Why a file is no table."""

    CLOSED = "closed"
    TOO_LARGE = "too_large"
    OLD_EXCEL = "old_excel"
    NO_SHEET = "no_sheet"
    NO_TEXT = "no_text"
    QUOTES = "quotes"


_TOLD: dict[Unreadable, str] = {
    Unreadable.CLOSED: "it cannot be opened; look at who may read it",
    Unreadable.TOO_LARGE: (
        f"it is too large; a table has at most {MOST_BYTES // 1_000_000} MB, {MOST_ROWS:,} rows,"
        " and no cell far away from the others"
    ),
    Unreadable.OLD_EXCEL: "it is an old Excel file (.xls); save it as .xlsx or as CSV UTF-8",
    Unreadable.NO_SHEET: "it is no whole Excel file (.xlsx)",
    Unreadable.NO_TEXT: "it is no table; save it as CSV UTF-8 or as .xlsx",
    Unreadable.QUOTES: "quotation marks do not end",
}


class NoTable(Exception):
    """The file cannot be read; `row` is where, counted from 1, 0 for the whole of it."""

    def __init__(self, why: Unreadable, row: int = 0) -> None:
        super().__init__(why)
        self.why, self.row = why, row

    def told(self) -> str:
        """Why, and what to do, for whoever brought the file."""
        return _TOLD[self.why] + (f" (row {self.row})" if self.row else "")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file, the first one included; `encoding` is how its letters were read. Of an
    XLSX file, which cells are `numbers`, which `dates` or times (the row counted from 1, the column
    from 0), what its `sheets` are called, and whether there are `formulas`: their results are
    taken as they were last shown.
    """

    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    encoding: str
    numbers: frozenset[tuple[int, int]] = field(default=frozenset(), repr=False)
    dates: frozenset[tuple[int, int]] = field(default=frozenset(), repr=False)
    sheets: tuple[str, ...] = ()
    formulas: bool = False

    @property
    def is_guessed(self) -> bool:
        """Whether the letters were read by a guess: its names should be looked at."""
        return self.encoding == "cp1258"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was not read as it stands, in lines for whoever brought the file."""
        said = []
        if len(self.sheets) > 1:
            first, *others = self.sheets
            said.append(f"! Only the first sheet is read, “{first}”, not: {', '.join(others)}")
        if self.formulas:
            said.append("! The file has formulas: their results are taken as last shown.")
        return tuple(said)


def read_file(path: Path) -> Table:
    """What `read` makes of a file. Raises NoTable."""
    try:
        with path.open("rb") as opened:
            # One byte more than is allowed says as much as all of them.
            content = opened.read(MOST_BYTES + 1)
    except OSError:
        raise NoTable(Unreadable.CLOSED) from None
    return read(content)


def read(content: bytes) -> Table:
    """The first sheet of an XLSX file, or a CSV file: UTF-8, UTF-16 with its mark, or Windows-1258,
    with commas, semicolons or tabs. Letters come composed (NFC), numbers of a spreadsheet as they
    are shown, without `.0`. Raises NoTable.
    """
    if len(content) > MOST_BYTES:
        raise NoTable(Unreadable.TOO_LARGE)
    if content.startswith(_OLD_EXCEL):
        raise NoTable(Unreadable.OLD_EXCEL)
    if content.startswith(_ZIP):
        return _workbook(content)
    text, encoding = _decoded(content)
    return Table(_csv(text), encoding)


def _decoded(content: bytes) -> tuple[str, str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\x00" in content:
        raise NoTable(Unreadable.NO_TEXT)
    else:
        encodings = ["utf-8-sig", "cp1258"]
    for encoding in encodings:
        try:
            return composed(content.decode(encoding)), encoding
        except UnicodeDecodeError:
            continue
    raise NoTable(Unreadable.NO_TEXT)


def _csv(text: str) -> tuple[tuple[str, ...], ...]:
    # Line ends are made plain first: Python's reader takes a lone CR for the end of a row.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    rows: list[tuple[str, ...]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True):
            rows.append(tuple(row))
            if len(rows) > MOST_ROWS:
                raise NoTable(Unreadable.TOO_LARGE)
    except csv.Error:
        raise NoTable(Unreadable.QUOTES, len(rows) + 1) from None
    return tuple(rows)


def _workbook(content: bytes) -> Table:
    formulas = _look_over(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if not book.sheet_names:
            raise NoTable(Unreadable.NO_SHEET)
        sheet = book.get_sheet_by_index(0)
        if sheet.total_height > MOST_ROWS:
            raise NoTable(Unreadable.TOO_LARGE)
        cells = sheet.to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError):
        raise NoTable(Unreadable.NO_SHEET) from None
    placed = [((y, x), cell) for y, row in enumerate(cells, start=1) for x, cell in enumerate(row)]
    return Table(
        tuple(tuple(map(_cell, row)) for row in cells),
        "xlsx",
        frozenset(at for at, cell in placed if type(cell) in (int, float)),
        frozenset(at for at, cell in placed if isinstance(cell, _TIMES)),
        tuple(book.sheet_names),
        formulas,
    )


def _look_over(content: bytes) -> bool:
    """Unpack it once, a little at a time: what a file says of its own size is not believed. Whether
    there are formulas.
    """
    left, formulas = MOST_BYTES * 4, False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for each in packed.infolist():
                area = _Area()
                with packed.open(each) as part:
                    while piece := part.read(1 << 20):
                        left -= len(piece)
                        if left < 0:
                            raise NoTable(Unreadable.TOO_LARGE)
                        if each.filename.startswith(_SHEETS):
                            area.add(piece)
                formulas = formulas or area.formulas
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        raise NoTable(Unreadable.NO_SHEET) from None
    return formulas


class _Area:
    """How far the cells of a sheet reach. The reader keeps a place for each cell on the way."""

    def __init__(self) -> None:
        self.formulas = False
        self._width = self._height = 0
        self._rest = b""

    def add(self, piece: bytes) -> None:
        """Look at the next piece of the sheet. Raises NoTable."""
        seen = self._rest + piece
        for found in _REFERENCE.finditer(seen):
            self._width = max(self._width, _column(found[1]))
            self._height = max(self._height, int(found[2]))
        if self._width * self._height > MOST_CELLS:
            raise NoTable(Unreadable.TOO_LARGE)
        self.formulas = self.formulas or _FORMULA.search(seen) is not None
        self._rest = seen[-_LONGEST_REFERENCE:]


def _column(letters: bytes) -> int:
    """`A` is 1, `AA` is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)
