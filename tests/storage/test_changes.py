"""What became of places between two versions of the tables."""

import random
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.places import Place
from storage.places import Places
from storage.places.changes import Changes, Fate, is_province
from storage.places.checks import Why, flaws
from storage.places.tables import packaged
from tests import changed_map
from tests.changed_map import DAY, present
from tests.world import places

TAM_KY, BAN_THACH, HUONG_TRA = "20341", "20335", "20350"
DA_NANG, HUE = "48", "46"


def changes(made: changed_map.Map) -> Changes:
    tables = made.tables()
    assert flaws(tables) == ()
    return Changes.between(packaged(), tables)


def place(code: str) -> Place:
    found = places().by_code(code)
    assert found is not None
    return found


def test_the_packaged_tables_hold_together_and_nothing_became_of_anything() -> None:
    assert flaws(packaged()) == ()
    same = Changes.between(packaged(), packaged())
    assert same.is_nothing
    assert {each.fate for each in same.every} == {Fate.SAME}


def test_a_merged_commune_is_the_one_that_it_went_into() -> None:
    made = present()
    made.merge(BAN_THACH, TAM_KY)
    found = changes(made)
    assert found.of(TAM_KY).fate is Fate.MERGED
    assert found.of(BAN_THACH).fate is Fate.SAME
    assert found.covered({TAM_KY}) == {BAN_THACH}
    assert found.scope(("48/20341", "48/20335")) == ("48/20335",)
    assert found.chosen(("48/20341", "48/20335", "79")) == ("48/20335", "79")
    assert found.place(place(TAM_KY)).name == "Phường Bàn Thạch (Phường Tam Kỳ cũ)"
    assert found.place(place(BAN_THACH)) == place(BAN_THACH)


def test_what_was_merged_twice_keeps_the_name_that_was_said_first() -> None:
    made = present()
    made.merge(BAN_THACH, TAM_KY)
    once = changes(made).place(place(TAM_KY))
    again = present(made.tables(), DAY.replace(day=26))
    again.merge(HUONG_TRA, BAN_THACH)
    twice = Changes.between(made.tables(), again.tables())
    assert twice.place(once).name == "Phường Hương Trà (Phường Tam Kỳ cũ)"
    both = Changes.between(packaged(), again.tables())
    assert both.place(place(TAM_KY)) == twice.place(once)


def test_a_split_commune_keeps_all_pieces_and_the_main_one_comes_first() -> None:
    made = present()
    made.split(TAM_KY, ("99001", "An Hòa"), ("99002", "An Bình"), keeps=False)
    found = changes(made)
    assert found.of(TAM_KY).fate is Fate.SPLIT
    assert found.covered({TAM_KY}) == {"99001", "99002"}
    kept = found.place(place(TAM_KY))
    assert (kept.code, kept.name) == ("", "Phường Tam Kỳ (cũ)")
    assert kept.codes == ("99001", "99002")
    assert found.chosen(("48/20341",)) == ("48/99001", "48/99002")
    # Four places would be one too many: the province has them all.
    assert found.chosen(("48/20341", "79", "01")) == ("48", "79", "01")


def test_a_piece_that_joins_another_commune_is_no_reason_to_read_that_one() -> None:
    made = present()
    made.split(TAM_KY, (BAN_THACH, ""))
    found = changes(made)
    assert found.pieces(TAM_KY) == (TAM_KY, BAN_THACH)
    assert found.covered({TAM_KY}) == {TAM_KY}
    assert found.covered({BAN_THACH}) == {BAN_THACH}
    # Their tip may be of that piece, and they themselves may live there.
    assert found.place(place(TAM_KY)).codes == (TAM_KY, BAN_THACH)
    assert found.chosen(("48/20341",)) == ("48/20341", "48/20335")


def test_pieces_of_which_nobody_has_the_main_one_are_everybodys() -> None:
    made = present()
    made.split(TAM_KY, ("99001", "Mới"))
    made.split(BAN_THACH, ("99001", "Mới"))
    found = changes(made)
    assert found.covered({TAM_KY}) == {TAM_KY, "99001"}
    assert found.covered({BAN_THACH}) == {BAN_THACH, "99001"}


def test_units_of_two_merged_provinces_cover_what_they_covered() -> None:
    made = present()
    clash = next(c for c, row in made.communes.items()
                 if row["province_code"] == HUE and row["name"] == "Hương Trà")  # fmt: skip
    made.rename(clash, "Hương Trà Bắc")
    made.merge_provinces(DA_NANG, HUE)
    found = changes(made)
    assert found.of(HUE).fate is Fate.MERGED
    mine = {code for code, row in present().communes.items() if row["province_code"] == HUE}
    theirs = {code for code, row in present().communes.items() if row["province_code"] == DA_NANG}
    assert found.covered({HUE}) == mine
    assert found.covered({DA_NANG}) == theirs
    assert found.covered({HUE, DA_NANG}) == {DA_NANG}
    assert found.covered({"*"}) == {"*"}
    # A person wants more rather than nothing.
    assert found.chosen((HUE,)) == (DA_NANG,)
    old = found.place(place(HUE))
    assert (old.code, old.name, set(old.codes)) == ("", "Thành phố Huế (cũ)", mine)


def test_another_type_alone_leaves_codes_and_reach() -> None:
    made = present()
    made.retype("29110", "phường")
    found = changes(made)
    assert found.of("29110").fate is Fate.RETYPED
    assert found.place(place("29110")).name == "Phường Ba Tri"
    assert found.covered({"29110"}) == {"29110"}


def test_a_name_that_was_lost_or_given_to_another_place_is_missed() -> None:
    made = present()
    made.rows["former_units.csv"] = [
        row for row in made.rows["former_units.csv"] if row["new_code"] != TAM_KY
    ]
    made.rows["communes.csv"].remove(made.communes[TAM_KY])
    assert [each.code for each in changes(made).lost] == [TAM_KY]
    other = present()
    other.communes[TAM_KY]["name"] = "Một Nơi Khác"
    assert [each.code for each in changes(other).lost] == [TAM_KY]


def test_a_name_that_is_spelled_better_is_the_same_place() -> None:
    made = present()
    made.communes[TAM_KY]["name"] = "Tam Kỵ"
    assert changes(made).lost == ()


def test_a_commune_of_a_name_that_once_went_elsewhere_stays() -> None:
    """A row that the older tables had as well speaks of an earlier commune of that name."""
    first = present()
    first.merge(BAN_THACH, TAM_KY)
    second = present(first.tables(), DAY.replace(day=26))
    second.rename(HUONG_TRA, "Tam Kỳ")
    third = present(second.tables(), DAY.replace(day=27))
    found = Changes.between(second.tables(), third.tables())
    assert found.is_nothing
    assert found.covered({HUONG_TRA}) == {HUONG_TRA}


def test_every_former_name_of_the_new_map_is_found() -> None:
    made = present()
    made.merge(BAN_THACH, TAM_KY)
    made.split("29110", ("99001", "Ba Tri Đông"), ("99002", "Ba Tri Tây"), keeps=False)
    found = Places.load(made.tables())
    assert found.find("Phường Tam Kỳ, Đà Nẵng")[0].code == BAN_THACH
    [first, *_] = answer = found.find("xã Ba Tri")
    assert (first.code, first.codes) == ("", ("99001", "99002"))
    assert {"99001", "99002"} <= {each.code for each in answer}
    # The province of before July 2025 is not that of today.
    before = places().find("Tỉnh Quảng Nam")[0]
    assert set(found.find("Tỉnh Quảng Nam")[0].codes) == set(before.codes) - {TAM_KY}


WRONG = {
    Why.CODE: lambda made: made.communes[TAM_KY].update(code="4"),
    Why.TWICE: lambda made: made.communes[TAM_KY].update(code=BAN_THACH),
    Why.NAME: lambda made: made.communes[TAM_KY].update(name=""),
    Why.NAMESAKE: lambda made: made.communes[TAM_KY].update(name="Bàn Thạch"),
    Why.TYPE: lambda made: made.communes[TAM_KY].update(type="quận"),
    Why.DAY: lambda made: made.provinces[DA_NANG].update(valid_from="hôm qua"),
    Why.PROVINCE: lambda made: made.communes[TAM_KY].update(province_code="99"),
    Why.WITHOUT: lambda made: made.rows["provinces.csv"].append(
        {"code": "99", "name": "Mới", "type": "tỉnh", "valid_from": "2026-11-25"}
    ),
    Why.LEADS_NOWHERE: lambda made: made.rows["communes.csv"].remove(made.communes[TAM_KY]),
    Why.PART: lambda made: made.rows["former_units.csv"][0].update(part="nửa"),
    Why.PERIOD: lambda made: made.rows["former_units.csv"][0].update(period="ngày xưa"),
    Why.REPEATED: lambda made: made.rows["former_units.csv"].append(
        dict(made.rows["former_units.csv"][0])
    ),
    Why.NO_PROVINCE: lambda made: made.rows["former_units.csv"][0].update(old_province=""),
    Why.LEVEL: lambda made: made.rows["type_changes.csv"][0].update(level="huyện"),
    Why.EMPTY: lambda made: made.rows["communes.csv"].clear(),
}


@pytest.mark.parametrize("why", WRONG)
def test_tables_that_do_not_hold_together_are_told(why: Why) -> None:
    made = present()
    WRONG[why](made)
    found = flaws(made.tables())
    assert why in {flaw.why for flaw in found}
    assert all(flaw.describe() for flaw in found)


@pytest.mark.parametrize(("part", "why"), [("", Why.MAIN), ("main", Why.MAIN)])
def test_a_split_says_which_piece_is_the_main_one(part: str, why: Why) -> None:
    made = present()
    made.split(TAM_KY, ("99001", "Mới"))
    made.rows["former_units.csv"][-1]["part"] = part
    assert why in {flaw.why for flaw in flaws(made.tables())}


def test_a_commune_of_today_is_not_split_between_two_provinces() -> None:
    made = present()
    made.split(TAM_KY, ("99001", "Mới"))
    made.communes["99001"]["province_code"] = HUE
    assert [flaw.why for flaw in flaws(made.tables())] == [Why.APART]


@given(st.integers(0, 10_000))
def test_whatever_changes_every_place_leads_to_places_of_today(seed: int) -> None:
    dice = random.Random(seed)
    found = _random(seed)
    codes = dice.sample(sorted(found.before), 40)
    for code in codes:
        now = found.place(found.before[code])
        assert {now.code, *now.codes} - {""} <= found.after.keys()
        assert all(found.after[each].province_code == now.province_code for each in now.codes)
        assert found.covered({code}) <= found.after.keys()
        assert found.covered({code}), "nobody's commune is left to nobody"
    kept = [found.before[code] for code in codes]
    names = tuple(p.code if is_province(p.code) else f"{p.province_code}/{p.code}" for p in kept)
    chosen = found.chosen(names[:3])
    assert 1 <= len(chosen) <= 3
    assert {name.rpartition("/")[2] for name in chosen} <= found.after.keys()


@cache
def _made(key: int) -> Changes:
    """One of a few: to make one takes a while."""
    tables = changed_map.at_random(random.Random(key), packaged(), DAY, 20)
    assert flaws(tables) == ()
    found = Changes.between(packaged(), tables)
    assert found.lost == ()
    return found


def _random(seed: int) -> Changes:
    return _made(seed % 5)
