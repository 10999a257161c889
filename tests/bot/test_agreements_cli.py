"""`import agreements`: a table as spreadsheets save it, all or nothing, and twice is once."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from bot.agreements_cli import import_agreements
from handlers.agreement_files import BadAgreements, parse
from handlers.agreements import Agreement, Flaw
from handlers.routing import Tree, Unit, UnitKind
from handlers.tips import Category
from tests.desk_world import UNITS

POLICE = Unit("police", "root", UnitKind.POLICE, "Công an")
TREE = Tree.of((*UNITS, POLICE))
HEAD = "unit,police,categories,document,contact,hours,backup,review_on"
ROW = 'north,police,loans theft,"QC 12, ngày 1/3","Trực ban, 0123",Cả ngày,,01/03/2027'


def test_a_table_is_read_however_a_spreadsheet_saved_it() -> None:
    [read] = parse(f"\ufeff{HEAD}\r\n{ROW}\r\n,,,,,,,\r\n", TREE)
    assert isinstance(read, Agreement)
    assert read.categories == {Category.LOANS, Category.THEFT}
    assert (read.document, read.review_on.isoformat()) == ("QC 12, ngày 1/3", "2027-03-01")
    again = parse(
        "review_on;Unit;police;categories;document;contact;hours;backup\n"
        "2027-03-01;north;police;loans, theft;QC 12, ngày 1/3;Trực ban, 0123;Cả ngày;\n",
        TREE,
    )
    assert again == (read,)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", [(1, Flaw.COLUMNS)]),
        ("unit,police\nnorth,police", [(1, Flaw.COLUMNS)]),
        (f"{HEAD}\n{ROW}\nsouth2,police,,QC,A,,,2027-01-01", [(3, Flaw.UNIT)]),
        (
            f"{HEAD}\nnorth,south,,QC,A,,,2027-01-01\nnorth,police,wages,QC,A,,,2027-01-01\nnorth",
            [(2, Flaw.POLICE), (3, Flaw.CATEGORIES), (4, Flaw.POLICE)],
        ),
    ],
)
def test_what_is_wrong_is_told_row_by_row(text: str, wanted: list[tuple[int, Flaw]]) -> None:
    with pytest.raises(BadAgreements) as refused:
        parse(text, TREE)
    assert [(each.row, each.flaw) for each in refused.value.problems] == wanted


def run(file: Path, work: Callable[[object], int]) -> Result:
    """The command, whose work is done by `work`."""
    return CliRunner().invoke(import_agreements, [str(file)], obj=SimpleNamespace(run=work))


def test_the_command_says_what_it_did_and_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "agreements.csv"
    file.write_text(f"{HEAD}\n{ROW}\n", encoding="utf-8")
    assert run(file, lambda _: 1).output == "1 added.\n"

    def refuse(_: object) -> int:
        parse("nonsense", TREE)
        return 0

    refused = run(file, refuse)
    assert refused.exit_code == 1
    for told in ("Dòng 1: Bảng thiếu cột.", "columns: unit, police", "nothing was imported"):
        assert told in refused.output
    file.write_bytes("Công an".encode("utf-16"))
    assert "save it as CSV UTF-8" in run(file, lambda _: 1).output
