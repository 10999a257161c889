"""Tables as operators bring them: in every way of spreadsheets, and files that are none."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest
import xlsxwriter

from bot import tables_in
from bot.tables_in import MOST_BYTES, NoTable, Unreadable, read

WORDS = (("id", "name"), ("a", "Đơn vị Hòa Bình"))


def workbook(fill: Callable[[Any], None], *sheets: str) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        fill(book.add_worksheet("Đơn vị"))
        for name in sheets:
            book.add_worksheet(name).write(0, 0, "=1+1")
    return made.getvalue()


def _nothing(sheet: Any) -> None:
    assert sheet is not None


def why(content: bytes) -> tuple[Unreadable, int]:
    with pytest.raises(NoTable) as caught:
        read(content)
    return caught.value.why, caught.value.row


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_csv_is_read_however_it_was_saved(encoding: str, delimiter: str, end: str) -> None:
    # Windows-1258 has letters and tone marks apart.
    name = "Đơn vi\u0323 Ho\u0300a Bi\u0300nh" if encoding == "cp1258" else WORDS[1][1]
    text = end.join(delimiter.join(row) for row in (WORDS[0], ("a", name))) + end
    table = read(text.encode(encoding))
    assert table.rows == WORDS
    assert table.is_guessed == (encoding == "cp1258")


def test_a_sheet_comes_as_it_is_shown() -> None:
    def fill(sheet: Any) -> None:
        row = ["00025", 25, 2.5, True, "", "x"]
        for at, cell in enumerate(row):
            sheet.write(0, at, cell) if cell != "00025" else sheet.write_string(0, at, cell)
        # Rows and columns that look filled and are empty.
        sheet.write_blank(9, 9, None)

    table = read(workbook(fill, "Ghi chú"))
    assert table.rows[0][:6] == ("00025", "25", "2.5", "1", "", "x")
    assert not any(any(row) for row in table.rows[1:])
    assert table.numbers == {(1, 1), (1, 2)}
    assert table.sheets == ("Đơn vị", "Ghi chú")


def test_dates_and_times_are_known_as_such() -> None:
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as made:
        sheet, shown = made.add_worksheet(), made.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet.write_datetime(2, 0, date(2026, 12, 8), shown)
        sheet.write_datetime(2, 1, time(8, 0), made.add_format({"num_format": "hh:mm"}))
    table = read(book.getvalue())
    assert table.dates == {(3, 0), (3, 1)}
    assert table.numbers == frozenset()


def test_results_of_formulas_are_taken_and_said() -> None:
    table = read(workbook(lambda sheet: sheet.write_formula(0, 0, "=1+1", None, 2)))
    assert (table.rows, table.formulas) == ((("2",),), True)
    assert not read(workbook(lambda sheet: sheet.write(0, 0, "x"))).formulas


def test_an_empty_file_is_an_empty_table() -> None:
    assert read(b"").rows == ()
    assert read(b"\xef\xbb\xbf").rows == ()
    assert read(workbook(_nothing)).rows in ((), ((),))


def test_quotes_that_never_end_are_named_with_their_row() -> None:
    assert why(b'id,name\na,A\nb,"B') == (Unreadable.QUOTES, 3)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"x" * (MOST_BYTES + 1), Unreadable.TOO_LARGE),
        (b"a\n" * 200_001, Unreadable.TOO_LARGE),
        (b"\xd0\xcf\x11\xe0" + bytes(600), Unreadable.OLD_EXCEL),
        (b"\x89PNG\r\n\x1a\n\x00\x00", Unreadable.NO_TEXT),
        (b"PK\x03\x04 and no more", Unreadable.NO_SHEET),
        (b"a,\x8a\n", Unreadable.NO_TEXT),
    ],
    ids=["60_mb", "rows", "old", "picture", "cut_zip", "bytes"],
)
def test_what_is_no_table_is_refused(content: bytes, reason: Unreadable) -> None:
    assert why(content)[0] is reason


def packed(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    assert why(packed(**{"hello.txt": b"hello"}))[0] is Unreadable.NO_SHEET


def test_a_file_that_unpacks_to_gigabytes_is_refused_before_it_does() -> None:
    bomb = packed(**{"xl/worksheets/sheet1.xml": bytes(MOST_BYTES * 4 + 1)})
    assert len(bomb) < 1_000_000
    assert why(bomb)[0] is Unreadable.TOO_LARGE


def test_a_stray_cell_at_the_end_of_the_world_is_refused() -> None:
    def fill(sheet: Any) -> None:
        sheet.write(0, 0, "id")
        sheet.write(1_048_575, 16_383, "x")

    assert why(workbook(fill))[0] is Unreadable.TOO_LARGE


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9])
def test_half_a_workbook_is_refused(cut: float) -> None:
    content = workbook(lambda sheet: sheet.write_column(0, 0, [f"Đơn vị {y}" for y in range(500)]))
    assert why(content[: int(len(content) * cut)])[0] is Unreadable.NO_SHEET


def test_the_reader_of_areas_knows_columns_by_their_letters() -> None:
    assert [tables_in._column(each) for each in (b"A", b"Z", b"AA", b"XFD")] == [1, 26, 27, 16_384]
