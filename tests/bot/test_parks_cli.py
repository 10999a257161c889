"""`import parks`: as spreadsheets save it, all or nothing, and first as a dry run."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner, Result

from bot.parks_cli import import_parks
from storage import installation
from storage.database import Database
from tests import databases, desk_world

HEAD = "id,kind,name,aliases,communes,source,checked_on"
ROW = "p1,kcn,KCN Tân Phú Thạnh,Tân Phú Thạnh 1,31360,Ban quản lý,02/11/2026"

Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path) -> Run:
    """The command with a file of these bytes, on one database of this test."""
    master = asyncio.run(databases.prepare(sqlite_url, desk_world.fill))

    def work(doing: Callable[[Database], Awaitable[Any]]) -> Any:
        async def opened() -> Any:
            made = Database(sqlite_url)
            try:
                await installation.open_with(made, master)
                return await doing(made)
            finally:
                await made.close()

        return asyncio.run(opened())

    def command(content: bytes, *options: str, name: str = "parks.csv") -> Result:
        file = tmp_path / name
        file.write_bytes(content)
        runner = SimpleNamespace(run=work)
        return CliRunner().invoke(import_parks, [str(file), *options], obj=runner)

    return command


def test_a_dry_run_shows_what_comes_and_changes_nothing(run: Run) -> None:
    file = f"{HEAD}\n{ROW}\n".encode()
    for _ in range(2):
        shown = run(file, "--dry-run")
        assert shown.exit_code == 0, shown.output
        assert "+ KCN Tân Phú Thạnh (p1): 31360" in shown.output
        assert "1 added, 0 changed, 0 removed." in shown.output
        assert "dry run" in shown.output
    assert "1 added" in run(file).output
    assert "0 added, 0 changed, 0 removed." in run(file).output


def test_what_a_file_leaves_out_goes_only_when_it_is_asked_for(run: Run) -> None:
    assert run(f"{HEAD}\n{ROW}\n".encode()).exit_code == 0
    other = f"{HEAD}\np2,ccn,CCN Một,,20335,,\n".encode()
    assert "1 added, 0 changed, 0 removed." in run(other).output
    gone = run(other, "--remove")
    assert "- KCN Tân Phú Thạnh (p1): 31360" in gone.output
    assert "0 added, 0 changed, 1 removed." in gone.output


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_encoding_of_a_spreadsheet_is_read(run: Run, encoding: str) -> None:
    table = f"{HEAD}\n{ROW}\n".replace(",", ";").encode(encoding)
    read = run(table)
    assert "+ KCN Tân Phú Thạnh (p1)" in read.output
    assert "Windows-1258" not in read.output


def test_guessed_letters_are_shown_by_some_names(run: Run) -> None:
    table = f"{HEAD}\np1,kcn,KCN Đồng Nai,,31360,,\n"
    pieces = table.replace("ồ", "ô\u0300").encode("cp1258")
    read = run(pieces, "--dry-run")
    assert read.exit_code == 0, read.output
    assert "Windows-1258" in read.output
    assert "+ KCN Đồng Nai (p1)" in read.output


def test_every_fault_is_a_line_and_nothing_is_imported(run: Run) -> None:
    refused = run(f"{HEAD}\n{ROW}\np2,kho,=KCN Một,,xã Thạnh Xuân,,\n".encode())
    assert refused.exit_code == 1
    assert refused.output.count("Dòng 3: ") == 3
    assert "python -m bot places" in refused.output
    assert "3 problem(s); nothing was imported" in refused.output
    assert "1 added" in run(f"{HEAD}\n{ROW}\n".encode()).output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0 old", "it is an old Excel file (.xls); save it as .xlsx"),
        (b"PK\x03\x04 no", "it is no whole Excel file (.xlsx)"),
        (b"a,b\n\x00", "it is no table; save it as CSV UTF-8 or as .xlsx"),
        (b'id\n"a', "quotation marks do not end (row 2)"),
    ],
    ids=["old", "zip", "binary", "quotes"],
)
def test_what_is_no_table_is_one_readable_line(run: Run, content: bytes, said: str) -> None:
    refused = run(content)
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert f"the file cannot be read: {said}" in refused.output


def test_what_is_not_read_of_a_spreadsheet_is_said(run: Run) -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet("Khu")
        sheet.write_row(0, 0, HEAD.split(","))
        sheet.write_row(1, 0, ROW.split(","))
        sheet.write_formula(1, 5, '="Ban"', None, "Ban quản lý")
        book.add_worksheet("Nháp")
    told = run(made.getvalue(), "--dry-run")
    assert "Only the first sheet is read, “Khu”, not: Nháp" in told.output
    assert "The file has formulas" in told.output


def test_a_sheet_of_a_spreadsheet_is_read_with_its_days(run: Run) -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD.split(","))
        sheet.write_row(1, 0, ["p1", "kcn", "KCN Tân Phú Thạnh", "", 31360, "Ban quản lý"])
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_datetime(1, 6, datetime(2026, 11, 2), day)  # noqa: DTZ001 - a sheet has no zones
    read = run(made.getvalue(), name="parks.xlsx")
    assert read.exit_code == 0, read.output
    assert "+ KCN Tân Phú Thạnh (p1): 31360" in read.output
