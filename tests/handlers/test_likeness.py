"""How much two tips look alike: why, and from when on it is worth an officer's look."""

from datetime import date

import pytest

from handlers.likeness import Sketch, likeness, words_of
from handlers.places import Place
from handlers.tips import Category

BAN_THACH = Place("20359", "Phường Bàn Thạch", "48", "Thành phố Đà Nẵng")
HAI_CHAU = Place("20242", "Phường Hải Châu", "48", "Thành phố Đà Nẵng")
BINH_DUONG = Place("25747", "Phường Thủ Dầu Một", "79", "Thành phố Hồ Chí Minh")
DA_NANG = Place("48", "Thành phố Đà Nẵng", "48", "Thành phố Đà Nẵng")
OLD = Place("", "Quận cũ", "48", "Thành phố Đà Nẵng", ("20359", "20242"))
STORY = "Cửa thoát hiểm của xưởng bị khóa từ thứ hai, hôm qua có khói mà không ai ra được."
AGAIN = "cua thoat hiem xuong bi khoa, co khoi khong chay ra duoc"
OTHER = "Có nhóm cho vay nặng lãi đứng ở cổng số 2, ai không trả thì dọa đánh."


def sketch(
    story: str = "",
    category: Category = Category.FIRE,
    place: Place | None = BAN_THACH,
    day: int = 10,
) -> Sketch:
    return Sketch(category, place, date(2026, 11, day), words_of([story]))


def test_the_same_thing_told_twice_is_found_without_diacritics() -> None:
    found = likeness(sketch(STORY), sketch(AGAIN, day=12))
    assert (found.commune, found.category, found.days) == (True, True, 2)
    assert found.words == len({"cua", "thoat", "hiem", "khoa", "khoi"} - {"cua"})
    assert found.is_enough


def test_words_that_stand_in_every_story_tell_nothing() -> None:
    assert words_of(["Công ty của tôi có người và không ai biết từ hôm qua"]) == frozenset()
    assert words_of(["a b c 1 2"]) == frozenset()
    assert words_of(["Kho 12 CHÁY lớn", "cháy"]) == {"kho", "12", "chay", "lon"}


def test_the_questions_of_a_form_make_no_two_tips_alike() -> None:
    answers = (
        "Việc gì: Trả lương chậm, nợ lương\nBao nhiêu người bị: Nhiều người\nAi biết: không rõ"
    )
    one, other = (
        sketch(f"{story}\n\n{answers}", Category.WAGES, place)
        for story, place in ((STORY, BAN_THACH), (OTHER, BINH_DUONG))
    )
    assert not likeness(one, other).is_enough
    assert likeness(one, other).words == likeness(sketch(STORY), sketch(OTHER)).words


def test_what_was_answered_in_own_words_counts() -> None:
    told = words_of(["Bị khóa cửa.\n\nAi làm: quản đốc xưởng may\nViệc gì: Nhiều người"])
    assert {"quan", "doc", "khoa"} <= told
    assert not {"lam", "viec", "nhieu"} & told
    assert "doc" in words_of(["Quản đốc: khóa cửa"])


def test_other_stories_from_elsewhere_are_not_offered() -> None:
    found = likeness(sketch(STORY), sketch(OTHER, Category.LOANS, BINH_DUONG, day=10))
    assert (found.score, found.is_enough) == (0, False)


def test_one_day_or_one_province_is_nothing_by_itself() -> None:
    assert likeness(sketch(), sketch("", Category.LOANS)).score == 0
    assert likeness(sketch(), sketch("", Category.FIRE, HAI_CHAU)).score == 0
    assert likeness(sketch(), sketch("", Category.FIRE, None)).score == 0


def test_the_same_kind_in_the_same_commune_is_worth_a_look_even_with_other_words() -> None:
    assert likeness(sketch(STORY), sketch("Bình chữa cháy hết hạn.")).is_enough


@pytest.mark.parametrize(
    ("one", "other", "commune", "province"),
    [
        (BAN_THACH, BAN_THACH, True, True),
        (BAN_THACH, HAI_CHAU, False, True),
        (BAN_THACH, OLD, True, True),
        (BAN_THACH, DA_NANG, False, True),
        # A whole province is no commune, twice named or not.
        (DA_NANG, DA_NANG, False, True),
        (BAN_THACH, BINH_DUONG, False, False),
        (BAN_THACH, None, False, False),
        (None, None, False, False),
    ],
)
def test_places_are_compared_by_commune(
    one: Place | None, other: Place | None, commune: bool, province: bool
) -> None:
    found = likeness(sketch(place=one), sketch(place=other))
    assert (found.commune, found.province) == (commune, province)


def test_it_is_the_same_in_both_directions_and_nearer_days_count_more() -> None:
    one, other = sketch(STORY), sketch(AGAIN, place=HAI_CHAU, day=20)
    assert likeness(one, other) == likeness(other, one)
    scores = [likeness(one, sketch(AGAIN, day=day)).score for day in (10, 12, 15, 28)]
    assert scores[0] == scores[1] > scores[2] > scores[3]


def test_two_words_in_common_are_chance() -> None:
    found = likeness(
        sketch("khóa cửa sắt", place=None), sketch("khóa sắt", Category.THEFT, place=None)
    )
    assert (found.words, found.score) == (0, 0)


def test_a_sketch_does_not_show_its_words() -> None:
    assert "thoat" not in repr(sketch(STORY))
    assert "Bàn Thạch" not in repr(sketch(STORY))
