"""Tables that an operator brings, as spreadsheets write them and as nobody should."""

import io
import unicodedata
import zipfile

import pytest
import xlsxwriter

from bot import tables_in
from bot.tables_in import NoTable, Unreadable

ROWS = (("id", "name"), ("ban-thach", "Công đoàn phường Bàn Thạch"), ("o-mon", "Ô Môn; Thới An"))
TEXT = "id,name\nban-thach,Công đoàn phường Bàn Thạch\no-mon,Ô Môn; Thới An\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8-sig"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.replace("\n", "\r\n").encode(), "utf-8-sig"),
        (TEXT.replace("\n", "\r").encode(), "utf-8-sig"),
        (unicodedata.normalize("NFD", TEXT).encode(), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.replace(",", "\t").encode(), "utf-8-sig"),
    ],
)
def test_every_way_to_save_letters_gives_the_same_table(content: bytes, encoding: str) -> None:
    table = tables_in.read(content)
    assert (table.rows, table.encoding, table.is_guessed) == (ROWS, encoding, False)


def in_windows_1258(text: str) -> bytes:
    """As Windows writes it: letters with their hats, and tones as marks behind."""
    made = bytearray()
    for sign in text:
        parts = unicodedata.normalize("NFD", sign)
        tones = [part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323"]
        rest = "".join(part for part in parts if part not in tones)
        made += "".join([unicodedata.normalize("NFC", rest), *tones]).encode("cp1258")
    return bytes(made)


def test_windows_1258_is_read_and_said_to_be_a_guess() -> None:
    table = tables_in.read(in_windows_1258(TEXT))
    assert table.rows == ROWS
    assert table.is_guessed


def test_semicolons_are_told_from_commas_by_the_first_row() -> None:
    table = tables_in.read(b'id;name\na;"x, y"\n')
    assert table.rows == (("id", "name"), ("a", "x, y"))


def book(*rows: tuple[object, ...], sheets: int = 1) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as workbook:
        for _ in range(sheets):
            paper = workbook.add_worksheet()
            for y, row in enumerate(rows):
                paper.write_row(y, 0, row)
    return made.getvalue()


def test_a_spreadsheet_gives_the_same_words_and_numbers_without_a_point() -> None:
    table = tables_in.read(book(*ROWS))
    assert (table.rows, table.encoding) == (ROWS, "xlsx")
    numbers = tables_in.read(book((25, 20335.0, 1.5, True, None, "x")))
    assert numbers.rows == (("25", "20335", "1.5", "1", "", "x"),)


def test_a_formula_in_a_spreadsheet_is_never_worked_out_here() -> None:
    table = tables_in.read(book(("id", "=1+1")))
    assert table.rows[0][1] in ("", "0")


def test_a_zip_that_unpacks_to_far_too_much_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (tables_in.MOST_BYTES * 4 + 1))
    assert len(made.getvalue()) < 1_000_000
    with pytest.raises(NoTable) as error:
        tables_in.read(made.getvalue())
    assert error.value.why is Unreadable.TOO_LARGE


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, Unreadable.OLD_EXCEL),
        (b"PK\x03\x04nonsense", Unreadable.NO_SHEET),
        (b"\x89PNG\r\n\x1a\n\x00\x00", Unreadable.NO_TEXT),
        (b'id,name\na,"b\n', Unreadable.QUOTES),
        (b"x" * (tables_in.MOST_BYTES + 1), Unreadable.TOO_LARGE),
        (b"a\n" * (tables_in.MOST_ROWS + 1), Unreadable.TOO_LARGE),
    ],
)
def test_what_is_no_table_is_said_to_be_none(content: bytes, why: Unreadable) -> None:
    with pytest.raises(NoTable) as error:
        tables_in.read(content)
    assert error.value.why is why


def test_any_zip_that_is_no_spreadsheet_is_no_table() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("hello.txt", "hello")
    with pytest.raises(NoTable):
        tables_in.read(made.getvalue())


def test_an_empty_file_is_an_empty_table() -> None:
    assert tables_in.read(b"").rows == ()
