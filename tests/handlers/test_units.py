"""The operator's table of units: what is understood, what is refused, and in which words."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.languages import Language
from handlers.places import Place
from handlers.routing import Tree, Unit, UnitKind, excludable, insiders, reader
from handlers.tips import Category
from handlers.unit_checks import Reason
from handlers.units import COLUMNS, BadUnits, Cells, Problem, parse, parse_rows, row_of
from tests import national
from tests.world import texts

HEADER = "id,parent,kind,name,places,categories,inside_company,conflicts,hours,contact"
ROOT = "top,,union,Công đoàn trên cùng,*,,,,,"
KNOWN = frozenset({"48", "92", "20335", "20341", "31360", "25942", "79", "75", "01"})
DEMO = Path(__file__).parents[2] / "storage" / "data" / "demo_units.csv"


def read(*rows: str, header: str = HEADER) -> tuple[Unit, ...]:
    return parse("\n".join([header, *rows]), known_places=KNOWN.__contains__)


def faults(*rows: str, header: str = HEADER) -> list[tuple[int, Reason, str]]:
    with pytest.raises(BadUnits) as caught:
        read(*rows, header=header)
    return [(fault.row, fault.reason, fault.detail) for fault in caught.value.problems]


def test_a_table_becomes_units_in_the_order_of_its_rows() -> None:
    rows = 'a,top,UNION,Đơn vị A,20335;20341 48,loans; Fire,Có,b,"8 giờ, trưa nghỉ",Phòng 1'
    top, below, _ = read(ROOT, rows, "b,top,union,Đơn vị B")
    assert top == Unit("top", None, UnitKind.UNION, "Công đoàn trên cùng", frozenset({"*"}))
    assert below == Unit(
        "a",
        "top",
        UnitKind.UNION,
        "Đơn vị A",
        frozenset({"20335", "20341", "48"}),
        frozenset({Category.LOANS, Category.FIRE}),
        True,
        frozenset({"b"}),
        "8 giờ, trưa nghỉ",
        "Phòng 1",
    )


def test_what_spreadsheets_do_to_a_table_is_understood() -> None:
    semicolons = "\ufeff" + "\r\n".join(
        [HEADER.upper().replace(",", ";"), ROOT.replace(",", ";"), ";" * 9, "", "a;top;union;Ả A"]
    )
    assert [one.id for one in parse(semicolons, known_places=KNOWN.__contains__)] == ["top", "a"]
    tabs = f"{HEADER}\n{ROOT}".replace(",", "\t")
    assert len(parse(tabs, known_places=KNOWN.__contains__)) == 1
    decomposed = read(ROOT.replace("ô", "o\u0302"))
    assert decomposed[0].name == "Công đoàn trên cùng"


def test_columns_may_stand_in_any_order() -> None:
    columns = HEADER.split(",")
    (top,) = read(",".join(reversed(ROOT.split(","))), header=",".join(reversed(columns)))
    assert (top.id, top.kind) == ("top", UnitKind.UNION)


def test_columns_may_be_called_in_vietnamese() -> None:
    header = "Mã,Cấp trên,Loại,Tên đơn vị,Nơi,Nhóm việc,Trong công ty,Không chung tin,Giờ,Liên hệ"
    (top,) = read(ROOT, header=header)
    assert (top.id, top.places) == ("top", frozenset("*"))


def test_an_apostrophe_that_keeps_a_cell_from_being_a_formula_is_taken_off() -> None:
    (top,) = read("top,,union,'Công đoàn,,,,,'-,'+84 28 3829")
    assert (top.name, top.hours, top.contact) == ("'Công đoàn", "-", "+84 28 3829")
    assert faults("top,,union,'=1+1,,,,,,") == [(2, Reason.FORMULA, "name")]


def test_a_unit_written_as_a_row_is_the_same_unit_when_it_is_read() -> None:
    for units in (tuple(replace(one, has_desk=False) for one in demo().all), national.units()):
        rows = [COLUMNS, *map(row_of, units)]
        assert parse_rows(rows, known_places=lambda _: True) == units


def test_numbers_that_lost_their_zeros_are_said_with_what_they_may_have_been() -> None:
    known = {"00025", "25", "01", "20335"}.__contains__
    rows = [COLUMNS, ("top", "", "union", "Trên", "*"), ("00012", "top", "union", "A", "20335")]

    def lost(*row: str, numbers: Collection[int] = (), ids: Collection[str] = ()) -> list[str]:
        cells = Cells(numbers=frozenset((4, at) for at in numbers))
        try:
            parse_rows([*rows, row], known_places=known, known_ids=ids, cells=cells)
        except BadUnits as error:
            return [each.detail for each in error.problems if each.reason is Reason.LOST_ZERO]
        return []

    # As words, 25 is the province; as a number it may have been 00025.
    assert lost("b", "top", "union", "B", "25") == []
    assert lost("b", "top", "union", "B", "25", numbers=[4]) == ["places 25 → 25 / 00025"]
    assert lost("b", "top", "union", "B", "20335", numbers=[4]) == []
    assert lost("b", "top", "union", "B", "1") == ["places 1 → 01"]
    # A number as an id is fine, unless there is one with zeros before it.
    assert lost("77", "top", "union", "B", numbers=[0]) == []
    assert lost("12", "top", "union", "B", numbers=[0]) == ["id 12 → 00012"]
    assert lost("12", "top", "union", "B") == []
    assert lost("77", "top", "union", "B", ids=["077"]) == ["id 77 → 077"]
    assert lost("77", "top", "union", "B", ids=["077", "77"], numbers=[0]) == []
    assert lost("b", "12", "union", "B", numbers=[1]) == ["parent 12 → 00012"]
    assert lost("b", "top", "union", "B", "", "", "", "12", numbers=[7]) == ["conflicts 12 → 00012"]


def test_dates_and_errors_of_a_spreadsheet_are_faults() -> None:
    rows = [COLUMNS, ("top", "", "union", "Trên", "", "", "", "", "2026-12-08", "#N/A")]
    with pytest.raises(BadUnits) as caught:
        parse_rows(rows, known_places=KNOWN.__contains__, cells=Cells(dates=[(2, 8)]))
    assert caught.value.problems == (
        Problem(2, Reason.DATE, "hours"),
        Problem(2, Reason.CELL_ERROR, "contact"),
    )


@pytest.mark.parametrize("word", ["1", "yes", "TRUE", "x", "có", "Co"])
def test_many_words_say_inside(word: str) -> None:
    assert read(ROOT, f"a,top,union,A,,,{word}")[1].inside_company


@pytest.mark.parametrize("word", ["", "0", "no", "False", "không"])
def test_many_words_say_outside(word: str) -> None:
    assert not read(ROOT, f"a,top,union,A,,,{word}")[1].inside_company


@pytest.mark.parametrize(
    ("row", "reason", "detail"),
    [
        ("a,top,union,A,,,maybe", Reason.BAD_INSIDE, "maybe"),
        ("a,top,company,A", Reason.UNKNOWN_KIND, "company"),
        ("a,top,,A", Reason.UNKNOWN_KIND, ""),
        ("a,top,union,A,99999", Reason.UNKNOWN_PLACE, "99999"),
        ("a,top,union,A,1", Reason.LOST_ZERO, "places 1 → 01"),
        ("a,top,union,A,9", Reason.UNKNOWN_PLACE, "9"),
        ("a,top,union,A,*", Reason.COUNTRY_BELOW_ROOT, ""),
        ("a,top,union,A,,strikes", Reason.UNKNOWN_CATEGORY, "strikes"),
        ("a,top,union,", Reason.EMPTY_NAME, ""),
        ("a,top,union,\u200b", Reason.EMPTY_NAME, ""),
        ("a,top,union,=1+1", Reason.FORMULA, "name"),
        ("=cmd,top,union,A", Reason.FORMULA, "id"),
        ("+a,top,union,A", Reason.FORMULA, "id"),
        ("@a,top,union,A", Reason.FORMULA, "id"),
        (",top,union,A", Reason.BAD_ID, ""),
        ("công đoàn,top,union,A", Reason.BAD_ID, "công đoàn"),
        (f"a,top,union,{'A' * 121}", Reason.TOO_LONG, "name > 120"),
        ("top,top,union,A", Reason.DUPLICATE_ID, "top"),
        ("a,gone,union,A", Reason.UNKNOWN_PARENT, "gone"),
        ("a,,union,A", Reason.SECOND_ROOT, "a"),
        ("a,a,union,A", Reason.LOOP, "a → a"),
        ("a,top,union,A,,,,gone", Reason.UNKNOWN_CONFLICT, "gone"),
        ("a,top,union,A,,,,,,,more", Reason.TOO_MANY_CELLS, "10"),
        ('a,top,union,"A" B', Reason.UNREADABLE, ""),
        ('a,top,union,"A', Reason.UNREADABLE, ""),
    ],
)
def test_a_fault_is_named_with_its_row(row: str, reason: Reason, detail: str) -> None:
    assert faults(ROOT, row) == [(3, reason, detail)]


def test_the_highest_unit_is_one_union_unit_outside_companies() -> None:
    assert faults("a,b,union,A", "b,a,union,B") == [
        (1, Reason.NO_ROOT, ""),
        (2, Reason.LOOP, "a → b → a"),
    ]
    assert faults("a,,police,A") == [(2, Reason.POLICE_ROOT, "")]
    assert faults("a,,union,A,,,1") == [(2, Reason.INSIDE_ROOT, "")]
    assert faults() == [(1, Reason.NO_ROOT, "")]


def test_a_union_unit_never_hangs_below_the_police() -> None:
    rows = (ROOT, "p,top,police,P", "q,p,police,Q", "u,q,union,U")
    assert faults(*rows) == [(5, Reason.UNION_BELOW_POLICE, "q")]


def test_below_a_unit_inside_a_company_everything_is_inside() -> None:
    rows = (ROOT, "c,top,union,C,,,1", "d,c,union,D,,,1", "e,c,union,E,,,0")
    assert faults(*rows) == [(5, Reason.OUTSIDE_BELOW_INSIDE, "c")]


def test_a_loop_is_reported_once_and_not_for_the_units_that_hang_below_it() -> None:
    rows = (ROOT, "x,c,union,X", "a,b,union,A", "b,c,union,B", "c,a,union,C", "y,x,union,Y")
    assert faults(*rows) == [(4, Reason.LOOP, "c → a → b → c")]


def test_all_faults_of_all_rows_come_together_in_the_order_of_rows() -> None:
    found = faults(ROOT, "", "=a,gone,club,,9,nothing,maybe,nobody", "top,,union,B")
    assert [(row, reason) for row, reason, _ in found] == [
        (4, Reason.FORMULA),
        (4, Reason.EMPTY_NAME),
        (4, Reason.UNKNOWN_KIND),
        (4, Reason.UNKNOWN_PLACE),
        (4, Reason.UNKNOWN_CATEGORY),
        (4, Reason.BAD_INSIDE),
        (4, Reason.UNKNOWN_PARENT),
        (4, Reason.UNKNOWN_CONFLICT),
        (5, Reason.DUPLICATE_ID),
        (5, Reason.SECOND_ROOT),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        ROOT,
        "PK\x03\x04\x00",
        "🙂" * 9_000,
    ],
)
def test_what_has_another_header_is_refused_for_that_alone(text: str) -> None:
    with pytest.raises(BadUnits) as caught:
        parse(text, known_places=KNOWN.__contains__)
    assert caught.value.problems == (Problem(1, Reason.COLUMNS, ", ".join(COLUMNS)),)


@pytest.mark.parametrize(
    ("header", "reason", "detail"),
    [
        (HEADER.replace(",name,places", ""), Reason.MISSING_COLUMNS, "name, places"),
        (f"{HEADER},extra,,note", Reason.UNKNOWN_COLUMNS, "extra, (…), note"),
        (f"{HEADER},id,hours", Reason.TWICE_COLUMNS, "id, hours"),
    ],
)
def test_columns_that_are_missing_or_too_many_are_named(
    header: str, reason: Reason, detail: str
) -> None:
    assert faults(ROOT, header=header) == [(1, reason, detail)]


def test_a_cell_of_enormous_length_is_a_fault_and_not_a_crash() -> None:
    assert faults(ROOT, f"a,top,union,{'A' * 200_000}") == [(3, Reason.UNREADABLE, "")]


@pytest.mark.parametrize("reason", list(Reason))
def test_every_fault_reads_as_one_line_in_both_languages(reason: Reason) -> None:
    problem = Problem(7, reason, "chi tiết")
    vietnamese, english = (texts()[language].say(problem.said()) for language in Language)
    assert vietnamese.startswith("Dòng 7: ")
    assert english.startswith("Row 7: ")
    for line in (vietnamese, english):
        assert "\n" not in line
        assert "{" not in line
        assert line.endswith(".")


@pytest.mark.parametrize("is_chain", [False, True], ids=["wide", "one below the other"])
@pytest.mark.timeout(60)
def test_twenty_five_thousand_rows_are_read(is_chain: bool) -> None:
    parents = ["top", *(f"u{number}" if is_chain else "top" for number in range(25_000))]
    rows = [f"u{number},{parents[number]},union,Đơn vị {number},20335" for number in range(25_000)]
    # Under a second here; looking through all rows for each row would run into the time limit.
    assert len(read(ROOT, *rows)) == 25_001


def demo() -> Tree:
    units = parse(DEMO.read_text(encoding="utf-8"), known_places=KNOWN.__contains__)
    return Tree.of(replace(one, has_desk=True) for one in units)


def test_the_demo_units_say_that_they_are_a_demo() -> None:
    tree = demo()
    assert all(one.name.endswith("(bản thử)") for one in tree.all)
    assert tree.root.places == {"*"}
    assert all(one.hours and one.contact for one in tree.all)


@pytest.mark.parametrize(
    ("code", "province", "unit_id"),
    [
        ("20335", "48", "ban-thach"),
        ("20341", "48", "kcn-vi-du"),
        ("31360", "92", "thanh-xuan"),
        ("25942", "79", "di-an"),
        ("48", "48", "da-nang"),
        ("26368", "75", "dong-nai"),
        ("00004", "01", "tong"),
    ],
)
def test_the_demo_units_show_every_kind_of_reader(code: str, province: str, unit_id: str) -> None:
    place = Place(code, "Nơi", province, "Tỉnh", (code,))
    for category in Category:
        assert reader(demo(), category, place).id == unit_id


def test_the_demo_units_show_the_questions_about_company_and_police() -> None:
    tree = demo()
    place = Place("20335", "Phường Bàn Thạch", "48", "Thành phố Đà Nẵng", ("20335",))
    assert [one.id for one in insiders(tree, place)] == ["cs-may-vi-du"]
    assert [answer.units for answer in excludable(tree, place)] == [
        ("cs-may-vi-du",),
        ("ban-thach", "kcn-vi-du"),
        ("ca-ban-thach",),
    ]
