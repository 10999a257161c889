"""The look-up of places, on the tables that come with the program."""

import csv
import subprocess
import sys
import unicodedata
from collections import defaultdict
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.places import Place
from handlers.units import parse
from storage.places import Places
from storage.places.tables import NAMES as TABLES

DATA = files("storage") / "data"


@pytest.fixture(scope="module")
def places() -> Places:
    return Places.load()


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()))


def labels(found: tuple[Place, ...]) -> list[str]:
    return [place.label for place in found]


def test_every_province_and_commune_is_known_by_its_code(places: Places) -> None:
    provinces, communes = rows("provinces.csv"), rows("communes.csv")
    assert (len(provinces), len(communes)) == (34, 3321)
    for row in provinces:
        place = places.by_code(row["code"])
        assert place is not None
        assert place.name == place.province == place.label
        assert place.codes == (place.code,) == (place.province_code,)
    for row in communes:
        place = places.by_code(row["code"])
        assert place is not None
        assert place.name.endswith(row["name"])
        assert (place.codes, place.province_code) == ((row["code"],), row["province_code"])
        assert places.is_known(row["code"])


def test_a_commune_reads_with_its_type_and_its_province(places: Places) -> None:
    assert places.by_code("20335") == Place(
        "20335", "Phường Bàn Thạch", "48", "Thành phố Đà Nẵng", ("20335",)
    )


@pytest.mark.parametrize("code", ["", "1", "99", "20336", "020335", " 48", "*"])
def test_other_codes_are_not_known(places: Places, code: str) -> None:
    assert places.by_code(code) is None
    assert not places.is_known(code)


def test_every_place_of_today_is_found_by_its_own_label(places: Places) -> None:
    for name in ("provinces.csv", "communes.csv"):
        for row in rows(name):
            place = places.by_code(row["code"])
            assert place is not None
            assert places.find(place.label)[0] == place, place.label


def test_every_former_unit_leads_to_all_the_communes_that_took_it(places: Places) -> None:
    taken: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in rows("former_units.csv"):
        if row["period"] == "2025" and row["old_commune"]:
            key = (row["old_commune"], row["old_district"], row["old_province"])
            taken[key].add(row["new_code"])
    for key, codes in taken.items():
        found = places.find(", ".join(key), limit=50)
        assert any(set(place.codes) == codes for place in found), key


def test_no_former_unit_lies_in_two_provinces_of_today() -> None:
    province_of = {row["code"]: row["province_code"] for row in rows("communes.csv")}
    provinces: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows("former_units.csv"):
        province = province_of[row["new_code"]]
        provinces[row["old_district"], row["old_province"]].add(province)
        provinces["", row["old_province"]].add(province)
    assert all(len(found) == 1 for found in provinces.values())


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("Phường Tam Kỳ", "Phường Tam Kỳ, Thành phố Đà Nẵng"),
        ("tam ky", "Phường Tam Kỳ, Thành phố Đà Nẵng"),
        ("TAM KỲ", "Phường Tam Kỳ, Thành phố Đà Nẵng"),
        ("p. tam ky", "Phường Tam Kỳ, Thành phố Đà Nẵng"),
        ("  tam    kỳ!! ", "Phường Tam Kỳ, Thành phố Đà Nẵng"),
        ("tam ky da nang", "Phường Tam Kỳ, Thành phố Đà Nẵng"),
        ("Tam Kỳ, Quảng Nam", "Phường Tam Kỳ, Thành phố Đà Nẵng"),
        ("tam ky quang nam", "Phường Tam Kỳ, Thành phố Đà Nẵng"),
        ("tam ky hai duong", "Xã Kim Thành, Thành phố Hải Phòng"),
        ("tam ky ha noi", "Phường Tam Kỳ, Thành phố Đà Nẵng"),
        ("xã Tam Thăng, TP Tam Kỳ, Quảng Nam", "Phường Bàn Thạch, Thành phố Đà Nẵng"),
        ("Nàng Mau", "Xã Vị Thủy, Thành phố Cần Thơ"),
        ("thi tran nang mau", "Xã Vị Thủy, Thành phố Cần Thơ"),
        ("KCN Tân Phú Thạnh", "Xã Thạnh Xuân, Thành phố Cần Thơ"),
        ("khu công nghiệp tân phú thạnh", "Xã Thạnh Xuân, Thành phố Cần Thơ"),
        ("điện quang", "Xã Gò Nổi, Thành phố Đà Nẵng"),
        ("p5 q.gò vấp", "Phường An Nhơn, Thành phố Hồ Chí Minh"),
        ("xã Long Thành", "Phường Long Thành, Thành phố Đồng Nai"),
        ("can tho", "Thành phố Cần Thơ"),
        ("tỉnh Đồng Nai", "Thành phố Đồng Nai"),
        ("Thừa Thiên Huế", "Thành phố Huế"),
        ("hậu giang", "Tỉnh Hậu Giang (cũ), Thành phố Cần Thơ"),
        ("Bình Dương, TP.HCM", "Phường Bình Dương, Thành phố Hồ Chí Minh"),
        ("tỉnh bình dương", "Tỉnh Bình Dương (cũ), Thành phố Hồ Chí Minh"),
        ("tp thu duc", "Thành phố Thủ Đức (cũ), Thành phố Hồ Chí Minh"),
        ("quận thủ đức", "Quận Thủ Đức (cũ), Thành phố Hồ Chí Minh"),
        ("thu duc", "Phường Thủ Đức, Thành phố Hồ Chí Minh"),
        ("Q9", "Quận 9 (cũ), Thành phố Hồ Chí Minh"),
        ("quận 09", "Quận 9 (cũ), Thành phố Hồ Chí Minh"),
        ("q.9 tphcm", "Quận 9 (cũ), Thành phố Hồ Chí Minh"),
        ("chau thanh a, hau giang", "Huyện Châu Thành A (cũ), Thành phố Cần Thơ"),
        ("br-vt", "Tỉnh Bà Rịa - Vũng Tàu (cũ), Thành phố Hồ Chí Minh"),
        ("hoà hải đà nẵng", "Phường Ngũ Hành Sơn, Thành phố Đà Nẵng"),
        ("quan son", "Xã Quan Sơn, Tỉnh Thanh Hóa"),
    ],
)
def test_what_people_type_is_understood(places: Places, typed: str, label: str) -> None:
    assert labels(places.find(typed))[0] == label


@pytest.mark.parametrize("typed", ["hcm", "TPHCM", "tp hcm", "TP. HCM", "sài gòn", "sg"])
def test_the_big_city_has_many_names(places: Places, typed: str) -> None:
    assert places.find(typed)[0].code == "79"


def test_a_name_that_may_mean_two_provinces_gives_both(places: Places) -> None:
    assert [place.code for place in places.find("dn")[:2]] == ["48", "75"]
    assert places.find("hn")[0].code == "01"


def test_equal_diacritics_go_first_wherever_the_tone_mark_stands(places: Places) -> None:
    assert {place.name for place in places.find("Thạnh An")[:2]} == {"Xã Thạnh An"}
    assert {place.name for place in places.find("thành an")[:2]} != {"Xã Thạnh An"}
    # Xã Hóa Châu is of today and would go first if the marks were not seen to be others.
    assert places.find("hoà châu") == places.find("hòa châu") != places.find("hóa châu")
    assert places.find("hóa châu")[0].name == "Phường Hóa Châu"


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_every_unicode_form_is_the_same_name(places: Places, form: str) -> None:
    typed = unicodedata.normalize(form, "Phường Dĩ An")  # type: ignore[arg-type]
    assert places.find(typed)[0].code == "25942"


def test_a_former_unit_that_is_several_today_comes_with_its_pieces(places: Places) -> None:
    former, *pieces = places.find("quận 9")
    assert former == Place(
        "",
        "Quận 9 (cũ)",
        "79",
        "Thành phố Hồ Chí Minh",
        ("26833", "26842", "26848", "26857", "26860"),
    )
    assert tuple(piece.code for piece in pieces) == former.codes
    newer, older = (place for place in places.find("thủ đức") if not place.code)
    assert (newer.name, len(newer.codes)) == ("Thành phố Thủ Đức (cũ)", 12)
    assert (older.name, len(older.codes)) == ("Quận Thủ Đức (cũ)", 4)


def test_a_split_commune_shows_its_main_piece_first(places: Places) -> None:
    assert labels(places.find("Linh Tây")) == [
        "Phường Linh Tây, Thành phố Thủ Đức (cũ), Thành phố Hồ Chí Minh",
        "Phường Linh Xuân, Thành phố Hồ Chí Minh",
        "Phường Thủ Đức, Thành phố Hồ Chí Minh",
    ]
    assert places.find("Kim Mã, Ba Đình")[0].codes == ("00025", "00004", "00008")


def test_units_of_today_come_before_former_ones_and_exact_names_before_longer_ones(
    places: Places,
) -> None:
    assert labels(places.find("Bến Tre"))[:3] == [
        "Tỉnh Bến Tre (cũ), Tỉnh Vĩnh Long",
        "Phường Bến Tre, Tỉnh Vĩnh Long",
        "Thành phố Bến Tre (cũ), Tỉnh Vĩnh Long",
    ]
    assert places.find("an g")[0].name == "Tỉnh An Giang"
    assert "20341" in [place.code for place in places.find("tam k")]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "🙂",
        "9",
        "12",
        "?!",
        "\u200b",
        "asdfgh",
        "phường",
        "a" * 500,
        "tam ky " * 80,
        "toi khong biet o dau nhung ma xa lam",
        "a " * 50,
        "0905",
        "' or 1=1 --",
        "\x00",
    ],
)
def test_nonsense_finds_nothing(places: Places, typed: str) -> None:
    assert places.find(typed) == ()


@pytest.mark.parametrize("limit", [0, 1, 3, 40])
def test_no_more_are_given_than_asked_for(places: Places, limit: int) -> None:
    found = places.find("thủ đức", limit)
    assert len(found) <= limit
    assert found == places.find("thủ đức", 100)[:limit]


@given(st.text(max_size=120))
def test_whatever_is_typed_the_answer_is_a_list_of_different_real_places(
    places: Places, text: str
) -> None:
    found = places.find(text)
    assert len(found) <= 7
    assert len(set(found)) == len(found)
    assert all(places.is_known(code) for place in found for code in place.codes)


def test_the_order_is_the_same_in_every_process() -> None:
    program = (
        "from storage.places import Places; places = Places.load();"
        "print([places.find(t, 99) for t in ('tan', 'phu my', 'binh duong', 'dn', 'an phu hcm')])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=Path(__file__).parents[2],
            env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_the_demo_units_stand_at_real_places(places: Places) -> None:
    text = (DATA / "demo_units.csv").read_text(encoding="utf-8")
    assert len(parse(text, known_places=places.is_known)) == 15


def test_the_type_of_2025_leads_to_the_place_of_today(places: Places) -> None:
    names = {row["code"]: row["name"] for row in rows("provinces.csv")}
    around = {row["code"]: names[row["province_code"]] for row in rows("communes.csv")}
    for row in rows("type_changes.csv"):
        for word in (row["old_type"], row["new_type"]):
            typed = f"{word} {row['name']} {around.get(row['code'], '')}"
            assert row["code"] in [place.code for place in places.find(typed, 6)], typed


def test_all_places_together_stay_small_in_memory() -> None:
    program = (
        "import tracemalloc; from storage.places import Places; tracemalloc.start();"
        "places = Places.load(); print(*tracemalloc.get_traced_memory())"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=True,
    )
    kept, most = map(int, told.stdout.split())
    assert kept < 15 * 1024 * 1024
    assert most < 25 * 1024 * 1024


def test_the_tables_are_keyed_by_code_and_their_counts_are_told_nowhere() -> None:
    communes = rows("communes.csv")
    assert len({row["code"] for row in communes}) == len(communes)
    assert all(len(row["code"]) == 5 and row["code"].isdecimal() for row in communes)
    names = [(row["type"], row["name"]) for row in communes]
    assert len(set(names)) < len(names)
    count = str(sum(row["type"] == "phường" for row in communes))
    for source in (Path(__file__).parents[2] / "storage" / "places").glob("*.py"):
        assert count not in source.read_text(encoding="utf-8")


def test_the_licence_of_the_tables_travels_with_them() -> None:
    notice = (DATA / "NOTICE.md").read_text(encoding="utf-8")
    assert "Copyright (c) 2025 Tran Ngoc Minh Hieu" in notice
    assert "Permission is hereby granted, free of charge" in notice
    for name in (*TABLES, "737ee366", "497553d2", "388/NQ-UBTVQH16"):
        assert name in notice
