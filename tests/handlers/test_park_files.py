"""The operator's table of parks: what is read, and every fault with its row."""

from datetime import date

import pytest

from handlers import park_files
from handlers.languages import Language
from handlers.park_files import COLUMNS, BadParks, Difference, Flaw, check, difference, parse
from handlers.parks import Park, ParkKind, bare, within
from tests.world import places, texts

TODAY = date(2026, 11, 21)
GOOD = (
    "p1",
    "kcn",
    "KCN Tân Phú Thạnh",
    "TPT; Tân Phú Thạnh",
    "31360",
    "Ban quản lý",
    "2026-11-02",
)
OTHER = Park("old", ParkKind.KCN, "KCN Sông Hậu", ("31366",), ("KCN Mái Dầm",))


def read(*rows: tuple[str, ...], others: tuple[Park, ...] = ()) -> tuple[Park, ...]:
    return parse((COLUMNS, *rows), places().of_today, TODAY, others)


def row(**cells: str) -> tuple[str, ...]:
    return tuple(cells.get(name, value) for name, value in zip(COLUMNS, GOOD, strict=True))


def flaws(*rows: tuple[str, ...], others: tuple[Park, ...] = ()) -> list[tuple[int, Flaw]]:
    with pytest.raises(BadParks) as refused:
        read(*rows, others=others)
    return [(each.row, each.flaw) for each in refused.value.problems]


def test_a_park_is_read_with_everything_that_stands_there() -> None:
    [park] = read(row())
    assert park == Park(
        "p1",
        ParkKind.KCN,
        "KCN Tân Phú Thạnh",
        ("31360",),
        ("TPT", "Tân Phú Thạnh"),
        "Ban quản lý",
        date(2026, 11, 2),
    )


def test_columns_may_stand_in_any_order_and_empty_rows_between() -> None:
    turned = tuple(reversed(COLUMNS))
    empty = ("", " ", "")
    [park] = parse((turned, empty, tuple(reversed(GOOD))), places().of_today, TODAY)
    assert park.name == "KCN Tân Phú Thạnh"


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("", None),
        ("2026-11-02", date(2026, 11, 2)),
        ("2026-11-02 00:00:00", date(2026, 11, 2)),
        ("2/11/2026", date(2026, 11, 2)),
        ("02-11-2026", date(2026, 11, 2)),
    ],
)
def test_days_are_read_as_spreadsheets_and_people_write_them(typed: str, day: date | None) -> None:
    [park] = read(row(checked_on=typed))
    assert park.checked_on == day


def test_letters_in_pieces_become_whole_ones() -> None:
    [park] = read(row(name="KCN Ta\u0302n Phu\u0301 Tha\u0323nh", aliases=""))
    assert park.name == "KCN Tân Phú Thạnh"


@pytest.mark.parametrize(
    ("cells", "flaw"),
    [
        ({"id": ""}, Flaw.BAD_ID),
        ({"id": "khu một"}, Flaw.BAD_ID),
        ({"id": "x" * 61}, Flaw.BAD_ID),
        ({"id": "=1+1"}, Flaw.FORMULA),
        ({"kind": "kho"}, Flaw.UNKNOWN_KIND),
        ({"name": ""}, Flaw.EMPTY_NAME),
        ({"name": "KCN"}, Flaw.EMPTY_NAME),
        ({"name": "🏭🏭"}, Flaw.EMPTY_NAME),
        ({"name": "=HYPERLINK()"}, Flaw.FORMULA),
        ({"name": "K" * 121}, Flaw.TOO_LONG),
        ({"aliases": "-x khu"}, Flaw.FORMULA),
        ({"aliases": "a" * 121}, Flaw.TOO_LONG),
        ({"aliases": ";".join(f"tên thứ {at}" for at in range(21))}, Flaw.TOO_MANY),
        ({"communes": ""}, Flaw.NO_COMMUNE),
        ({"communes": "1360"}, Flaw.UNKNOWN_COMMUNE),
        ({"communes": "99999"}, Flaw.UNKNOWN_COMMUNE),
        ({"communes": "92"}, Flaw.WHOLE_PROVINCE),
        ({"communes": "xã Thạnh Xuân"}, Flaw.NAMED_COMMUNE),
        ({"communes": "31360;20335"}, Flaw.TWO_PROVINCES),
        ({"name": "Quận 9"}, Flaw.LIKE_A_PLACE),
        ({"aliases": "Phường Tân Phong"}, Flaw.LIKE_A_PLACE),
        ({"aliases": "TP. Thủ Đức"}, Flaw.LIKE_A_PLACE),
        ({"aliases": "thanh pho thu duc"}, Flaw.LIKE_A_PLACE),
        ({"aliases": "q9 khu trọ"}, Flaw.LIKE_A_PLACE),
        ({"aliases": "q.9 tp hcm"}, Flaw.LIKE_A_PLACE),
        ({"source": "s" * 301}, Flaw.TOO_LONG),
        ({"source": "@nguồn"}, Flaw.FORMULA),
        ({"checked_on": "hôm qua"}, Flaw.BAD_DAY),
        ({"checked_on": "31/02/2026"}, Flaw.BAD_DAY),
        ({"checked_on": "22/11/2026"}, Flaw.LATER_DAY),
    ],
)
def test_every_fault_is_told_with_its_row(cells: dict[str, str], flaw: Flaw) -> None:
    assert flaws(row(id="first", name="KCN Khác", aliases=""), row(**cells)) == [(3, flaw)]


@pytest.mark.parametrize(
    "name", ["KCN Quận 9", "Quang Minh", "Xa La", "Khu công nghệ cao Thành phố Hồ Chí Minh", "TPT"]
)
def test_a_name_that_only_resembles_a_place_is_taken(name: str) -> None:
    [park] = read(row(name=name, aliases=""))
    assert park.name == name


def test_all_faults_of_all_rows_are_told_at_once() -> None:
    found = flaws(row(kind="kho", communes=""), row(id="", name="", aliases=""))
    assert found == [
        (2, Flaw.UNKNOWN_KIND),
        (2, Flaw.NO_COMMUNE),
        (3, Flaw.BAD_ID),
        (3, Flaw.EMPTY_NAME),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        (),
        (("id", "name"),),
        ((*COLUMNS, "province"),),
        ((*COLUMNS[:-1], "id"),),
        (("", *COLUMNS),),
    ],
)
def test_a_table_without_the_columns_is_refused_as_a_whole(rows: tuple[tuple[str, ...]]) -> None:
    with pytest.raises(BadParks) as refused:
        parse(rows, places().of_today, TODAY)
    assert [(each.row, each.flaw) for each in refused.value.problems] == [(1, Flaw.COLUMNS)]


def test_a_row_with_more_cells_than_columns_is_told() -> None:
    assert flaws((*GOOD, "", "thừa")) == [(2, Flaw.TOO_MANY_CELLS)]


def test_one_id_stands_once() -> None:
    found = flaws(row(), row(name="KCN Khác", aliases=""))
    assert found == [(3, Flaw.DUPLICATE_ID)]


@pytest.mark.parametrize("name", ["KCN tan phu thanh", "Khu công nghiệp Tân Phú Thạnh", "KCN TPT"])
def test_two_parks_of_a_kind_and_province_have_two_names(name: str) -> None:
    assert flaws(row(), row(id="p2", name=name, aliases="")) == [(3, Flaw.SAME_NAME)]
    assert flaws(row(), row(id="p2", name="KCN Khác", aliases=name)) == [(3, Flaw.SAME_NAME)]


def test_the_kind_or_the_province_tells_two_of_one_name_apart() -> None:
    cluster = row(id="p2", kind="ccn", name="CCN Tân Phú Thạnh", aliases="")
    elsewhere = row(id="p3", communes="20335")
    assert len(read(row(), cluster, elsewhere)) == 3


def test_a_park_that_stays_keeps_its_name() -> None:
    clash = row(name="KCN Mái Dầm", aliases="")
    assert flaws(clash, others=(OTHER,)) == [(2, Flaw.SAME_NAME)]
    [same] = read(row(id="old", name="KCN Mái Dầm", aliases=""), others=(OTHER,))
    assert same.id == "old"


def test_one_that_is_typed_is_checked_like_a_row() -> None:
    cells = dict(zip(COLUMNS, GOOD, strict=True))
    assert check(cells, places().of_today, TODAY, (OTHER,)).name == "KCN Tân Phú Thạnh"
    fresh = check({**cells, "id": ""}, places().of_today, TODAY, (OTHER,))
    assert fresh.id == "kcn-tan-phu-thanh-92"
    with pytest.raises(BadParks) as refused:
        check({**cells, "name": "KCN Mái Dầm"}, places().of_today, TODAY, (OTHER,))
    assert [(each.row, each.flaw) for each in refused.value.problems] == [(1, Flaw.SAME_NAME)]


def test_the_difference_names_what_comes_changes_and_goes() -> None:
    [park] = read(row())
    renamed = Park("old", ParkKind.KCN, "KCN Sông Hậu 1", ("31366",))
    gone = Park("gone", ParkKind.KHU_TRO, "Khu trọ Cũ", ("31360",))
    before, wanted = (OTHER, gone), (park, renamed)
    assert difference(before, wanted, may_remove=False) == Difference((park,), (renamed,), ())
    assert difference(before, wanted, may_remove=True) == Difference((park,), (renamed,), (gone,))
    assert difference(before, before, may_remove=True) == Difference((), (), ())


def test_an_id_is_made_of_the_name_and_the_province() -> None:
    [park] = read(row())
    known = places().of_today
    assert park_files.fresh_id(park, known, ()) == "kcn-tan-phu-thanh-92"
    taken = ("kcn-tan-phu-thanh-92", "kcn-tan-phu-thanh-92-2")
    assert park_files.fresh_id(park, known, taken) == "kcn-tan-phu-thanh-92-3"
    long = Park("", ParkKind.KCN, "KCN " + "Rất Dài " * 14, ("31360",))
    assert len(park_files.fresh_id(long, known, ())) <= park_files.ID_LETTERS


def test_only_the_word_for_the_kind_is_left_out_of_a_name() -> None:
    assert bare("khu cong nghiep song hau") == "song hau"
    assert bare("kcn") == ""
    assert bare("song hau kcn") == "song hau kcn"


@pytest.mark.parametrize("language", Language)
def test_every_fault_has_its_words(language: Language) -> None:
    for flaw in Flaw:
        assert texts()[language].get(f"desk.parks.flaw.{flaw}", detail="XYZ")


def test_a_scope_holds_a_park_when_it_names_all_its_communes() -> None:
    two = Park("two", ParkKind.KKT, "KKT Hai Nơi", ("20335", "20341"))
    nowhere = Park("none", ParkKind.KCN, "KCN Không Đâu", ())
    every = (OTHER, two, nowhere)
    assert within(every, ("48/20335", "48/20341", "92")) == (two,)
    assert within(every, ("48/20335",)) == ()
    assert within(every, ("92/31366",)) == (OTHER,)
    assert within(every, ("*",)) == ()
