"""Which of the places found are asked back, and how a place of many communes is narrowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import placing
from handlers import narrowing
from handlers.places import Answer, Found, Place, Why
from tests.world import places

KNOWN = places().of_today
DISTRICT = Place("", "Huyện Xa (cũ)", "92", "Thành phố Cần Thơ", ("31341", "31360", "31441"))
PARK = Place("", "KCN Ví Dụ", "48", "Thành phố Đà Nẵng", ("20335", "20341"))
SMALL_PARK = Place("", "KCN Nhỏ", "48", "Thành phố Đà Nẵng", ("20335",))
PROVINCE, WARD = KNOWN["48"], KNOWN["20335"]


def answer(*found: tuple[Place, Why], sure: bool = False) -> Answer:
    return Answer(tuple(Found(place, "", why) for place, why in found), sure)


def test_pieces_are_not_asked_back_beside_their_whole() -> None:
    inside = KNOWN["31360"]
    given_ = answer((DISTRICT, Why.SPLIT), (inside, Why.PIECE), (WARD, Why.EXACT))
    assert narrowing.meanings(given_) == (DISTRICT, WARD)
    # What has the name itself is a meaning of its own, and so is what stands before the whole.
    assert narrowing.meanings(answer((DISTRICT, Why.SPLIT), (inside, Why.FORMER))) == (
        DISTRICT,
        inside,
    )
    assert narrowing.meanings(answer((inside, Why.EXACT), (DISTRICT, Why.SPLIT))) == (
        inside,
        DISTRICT,
    )


def test_what_lies_in_a_province_of_that_name_is_asked_for_within_it() -> None:
    city = Place("", "Thành phố Đà Nẵng (cũ)", "48", PROVINCE.name, ("20194", "20195"))
    found = answer((PROVINCE, Why.EXACT), (city, Why.SPLIT))
    assert narrowing.meanings(found) == (PROVINCE,)
    assert narrowing.offered(PROVINCE, found, KNOWN) == (city,)


@pytest.mark.parametrize(
    ("place", "wide", "area"),
    [(PROVINCE, True, False), (WARD, False, False), (DISTRICT, True, False), (PARK, True, True),
     (SMALL_PARK, False, True)],
)  # fmt: skip
def test_a_place_of_several_communes_is_wide(place: Place, wide: bool, area: bool) -> None:
    assert (narrowing.is_wide(place), narrowing.is_area(place)) == (wide, area)


def test_every_former_unit_of_the_tables_is_told_from_a_park() -> None:
    for typed in ("hậu giang", "quận 9", "thủ đức", "kim mã, ba đình", "linh tây", "điện bàn"):
        for place in places().find(typed, 50):
            assert place.code or not narrowing.is_area(place), place


def test_few_communes_are_pressed_and_many_are_typed() -> None:
    assert narrowing.offered(PARK, Answer(), KNOWN) == (KNOWN["20335"], KNOWN["20341"])
    assert narrowing.offered(PROVINCE, Answer(), KNOWN) == ()
    spots = narrowing.pieces(PROVINCE, KNOWN)
    assert len(spots) > 90
    assert PROVINCE not in spots
    assert all(each.province_code == "48" for each in spots)


@pytest.mark.parametrize(
    ("typed", "pressed"),
    [
        ("Đồng Nai", []),
        ("An Giang", []),
        ("Đà Nẵng", []),
        ("Bắc Ninh", ["Thành phố Bắc Ninh (cũ)"]),
        ("Lào Cai", ["Phường Lào Cai", "Thành phố Lào Cai (cũ)"]),
    ],
)
def test_in_a_province_its_town_is_pressed_but_not_the_former_province(
    typed: str, pressed: list[str]
) -> None:
    found = places().look_up(typed)
    [whole, *_] = narrowing.meanings(found)
    assert [each.name for each in narrowing.offered(whole, found, KNOWN)] == pressed


def test_the_commune_of_a_park_keeps_the_name_of_the_park() -> None:
    chosen = narrowing.within(PARK, WARD)
    assert chosen.label == "Phường Bàn Thạch (KCN Ví Dụ), Thành phố Đà Nẵng"
    assert (chosen.code, chosen.codes) == (WARD.code, WARD.codes)
    assert narrowing.within(DISTRICT, KNOWN["31360"]) == KNOWN["31360"]
    assert narrowing.within(PARK, PARK) == PARK


def test_within_a_place_the_one_of_that_name_is_certain() -> None:
    elsewhere = KNOWN["31360"]
    found = answer((elsewhere, Why.EXACT), (WARD, Why.EXACT), (KNOWN["20341"], Why.PREFIX))
    assert narrowing.part(PROVINCE, found).places == (WARD,)
    assert narrowing.part(PROVINCE, found).is_certain
    # A guess is none, and two of one name are not one.
    guessed = narrowing.part(PROVINCE, answer((WARD, Why.TYPO)))
    assert (guessed.places, guessed.is_certain) == ((WARD,), False)
    two = narrowing.part(PROVINCE, answer((WARD, Why.EXACT), (KNOWN["20341"], Why.FORMER)))
    assert (len(two.found), two.is_certain) == (2, False)
    assert narrowing.part(DISTRICT, answer((WARD, Why.EXACT), sure=True)) == Answer()


def test_a_name_is_looked_for_in_the_place_that_was_named_before() -> None:
    old = places().find("hậu giang")[0]
    here = placing.look_up(places(), "Thạnh Xuân", old)
    assert [each.label for each in here.places] == ["Xã Thạnh Xuân, Thành phố Cần Thơ"]
    assert here.is_certain
    assert placing.look_up(places(), "", old) == Answer()
    # The beginning of a name as well, though hundreds begin like it elsewhere.
    begun = placing.look_up(places(), "phu", old)
    assert not begun.is_certain
    assert begun.found
    assert all(narrowing.covers(old, each) for each in begun.places)
    # What is not in it is whatever it is everywhere else.
    elsewhere = placing.look_up(places(), "phường Bàn Thạch, Đà Nẵng", old)
    assert elsewhere == placing.look_up(places(), "phường Bàn Thạch, Đà Nẵng")


@given(st.sampled_from(["thủ đức", "bắc ninh", "q9", "phú mỹ", "bình dương", "tam kỳ", "tân"]))
def test_every_place_found_is_a_meaning_or_lies_in_one(typed: str) -> None:
    found = places().look_up(typed, 12)
    meant = narrowing.meanings(found)
    assert len(set(meant)) == len(meant)
    for place in found.places:
        assert any(whole == place or narrowing.covers(whole, place) for whole in meant)
