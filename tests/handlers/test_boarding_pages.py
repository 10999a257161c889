"""The handbook's pages on groups of boarding houses, where a talk does not show them."""

from dataclasses import replace

import pytest

from handlers.languages import Language
from handlers.places import Answer, Found, Place, Why
from handlers.routing import Tree, Unit, UnitKind
from handlers.screens import MOST_CHOICES
from handlers.turn import Facts
from handlers.worker import boarding
from handlers.worker.boarding import MOST_SHOWN, Shown
from tests.world import START, handbooks, places, texts

ROOT = Unit("root", None, UnitKind.UNION, "Tổng liên đoàn", frozenset({"*"}))


def group(number: int, *codes: str, contact: str = "Phòng 1", hours: str = "Tối") -> Unit:
    name = f"Tổ {number:03}"
    return Unit(
        f"g{number}",
        "root",
        UnitKind.BOARDING,
        name,
        frozenset(codes),
        hours=hours,
        contact=contact,
    )


def facts(*groups: Unit) -> Facts:
    tree = Tree.of(
        (ROOT, Unit("police", "root", UnitKind.POLICE, "CA", frozenset({"48"})), *groups)
    )
    return Facts(
        now=START,
        today=START.date(),
        tree=tree,
        fresh_code="",
        fresh_bell="",
        dice=0,
        service="x",
        handbooks=handbooks(),
        places_of_today=places().of_today,
    )


def told(shown: Shown) -> str:
    return "\n".join(texts()[Language.VI].say(each) for each in shown.says)


def names(shown: Shown) -> list[str]:
    return [each.name for each in shown.choices]


def test_without_any_group_the_page_says_so_and_whom_to_call() -> None:
    shown = boarding.shown("t", facts())
    assert "chưa có tổ nào" in told(shown)
    assert "114" in told(shown)
    assert shown.choices == ()


def test_provinces_with_a_group_stand_in_the_order_of_the_alphabet() -> None:
    known = facts(group(1, "31360"), group(2, "20335"), group(3, "25942"), group(4, "00004"))
    shown = boarding.shown("t", known)
    assert names(shown) == ["t_92", "t_48", "t_01", "t_79"]


def test_too_many_to_choose_from_are_typed_instead() -> None:
    provinces = [code for code in places().of_today if len(code) == 2][: MOST_CHOICES + 1]
    communes = [
        next(
            code for code, place in places().of_today.items() if place.province_code == each != code
        )
        for each in provinces
    ]
    every = facts(*(group(at, code) for at, code in enumerate(communes)))
    shown = boarding.shown("t", every)
    assert shown.choices == ()
    assert "gõ tên" in told(shown)


def test_a_province_with_one_commune_shows_it_at_once_and_several_to_choose() -> None:
    one = boarding.shown("t_48", facts(group(1, "20335")))
    assert "Tổ 001" in told(one)
    two = boarding.shown("t_48", facts(group(1, "20335"), group(2, "20341")))
    assert "Tổ" not in told(two)
    assert names(two) == ["t_20335", "t_20341"]


def test_a_group_of_a_whole_province_is_shown_everywhere_in_it() -> None:
    known = facts(group(1, "48"), group(2, "20335"), group(3, "20341"))
    assert "Tổ 001" in told(boarding.shown("t_48", known))
    here = told(boarding.shown("t_20335", known))
    assert "Tổ 001" in here
    assert "Tổ 002" in here
    assert "Tổ 003" not in here
    assert "Tổ 001" in told(boarding.shown("t_20242", known))


def test_of_all_that_typed_words_may_mean_only_places_with_a_group_are_offered() -> None:
    former = Place("", "Thành phố Tam Kỳ (cũ)", "48", "Đà Nẵng", ("20335", "20341", "20350"))
    other = Place("31360", "Xã Thạnh Xuân", "92", "Thành phố Cần Thơ", ("31360",))
    found = (Found(former, "thành phố", Why.SPLIT), Found(other, "xã", Why.EXACT))
    page = boarding.page_of(Answer(found))
    shown = boarding.shown(page, facts(group(1, "20335"), group(2, "31360")))
    assert names(shown) == ["t_20335", "t_31360"]
    assert "Tổ 001" in told(boarding.shown(page, facts(group(1, "20335"))))


def test_what_is_likeliest_stands_first_and_a_long_list_is_cut() -> None:
    codes = [code for code, place in places().of_today.items() if place.province_code == "48"]
    many = [code for code in codes if len(code) == 5][:8]
    former = Place("", "Quận Xa (cũ)", "48", "Thành phố Đà Nẵng", tuple(reversed(many)))
    likely = Place("31360", "Xã Thạnh Xuân", "92", "Thành phố Cần Thơ", ("31360",))
    page = boarding.page_of(
        Answer((Found(likely, "xã", Why.EXACT), Found(former, "quận", Why.SPLIT)))
    )
    every = facts(*(group(at, code) for at, code in enumerate([*many, "31360"])))
    assert names(boarding.shown(page, every)) == [
        "t_31360",
        *(f"t_{code}" for code in list(reversed(many))[: MOST_CHOICES - 1]),
    ]


def test_a_place_that_is_certain_is_meant_alone() -> None:
    here, there = places().by_code("20335"), places().by_code("31360")
    assert here is not None
    assert there is not None
    found = (Found(here, "phường", Why.EXACT), Found(there, "xã", Why.TYPO))
    assert boarding.page_of(Answer(found, is_certain=True)) == "t_20335"
    assert boarding.page_of(Answer(found)) == "t_20335.31360"


def test_where_there_is_none_the_rest_of_the_province_is_one_press_away() -> None:
    shown = boarding.shown("t_20341", facts(group(1, "20335")))
    assert "Chưa có tổ nào ở Phường Tam Kỳ" in told(shown)
    assert names(shown) == ["t_48"]
    assert names(boarding.shown("t_31360", facts(group(1, "20335")))) == []


def test_every_page_with_a_group_says_that_it_takes_no_tips() -> None:
    for page in ("t_20335", "t_48"):
        assert "không phải nơi nhận tin" in told(boarding.shown(page, facts(group(1, "20335"))))


def test_a_long_list_ends_with_how_many_are_left_out() -> None:
    shown = boarding.shown("t_20335", facts(*(group(at, "20335") for at in range(MOST_SHOWN + 3))))
    assert "Còn 3 tổ nữa" in told(shown)
    assert f"Tổ {MOST_SHOWN:03}" not in told(shown)


def test_what_a_group_did_not_give_is_said() -> None:
    shown = boarding.shown("t_20335", facts(group(1, "20335", contact="", hours="")))
    assert told(shown).count("chưa ghi") == 2


@pytest.mark.parametrize("page", ["t_", "t_xx", "t_99999", "t_...", "t_20335.zz"])
def test_a_page_that_is_no_more_shows_what_there_is(page: str) -> None:
    assert boarding.shown(page, facts(group(1, "20335"))).says


def test_union_and_police_never_stand_on_these_pages() -> None:
    police = replace(group(9, "20335"), kind=UnitKind.POLICE)
    shown = boarding.shown("t_20335", facts(group(1, "20335"), police))
    assert "Tổ 009" not in told(shown)
    assert "CA" not in told(shown)
