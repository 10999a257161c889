"""Places typed into a form, one a line: meant, asked back, or unknown."""

from handlers import typed_places
from handlers.parks import Park, ParkKind
from handlers.places import Answer, Found, Place, Why
from handlers.typed_places import Typed
from tests.world import places

HERE = Place("20335", "Phường Bàn Thạch", "48", "Thành phố Đà Nẵng", ("20335",))
THERE = Place("31360", "Xã Thạnh Xuân", "92", "Thành phố Cần Thơ", ("31360",))
PARK = Place("", "KCN Hai Nơi", "48", "Thành phố Đà Nẵng", ("20335", "20341"))
ANSWERS = {
    "ban thach": Answer((Found(HERE, "phường", Why.EXACT),), is_certain=True),
    "hai noi": Answer((Found(PARK, "", Why.PARK),), is_certain=True),
    "xuan": Answer((Found(HERE, "phường", Why.TYPO), Found(THERE, "xã", Why.PREFIX))),
    THERE.label: Answer((Found(HERE, "phường", Why.TYPO), Found(THERE, "xã", Why.EXACT))),
    "gan dung": Answer((Found(THERE, "xã", Why.TYPO),)),
}


def read(text: str, **picks: str) -> Typed:
    fields = {"communes": text, **picks}
    look_up = lambda line: ANSWERS.get(line, Answer())  # noqa: E731 - short enough to read
    return typed_places.read(fields, "communes", places().of_today, look_up)


def test_what_is_certain_is_taken_and_a_park_by_its_communes() -> None:
    assert read("ban thach\n\n  hai noi ").codes == ("20335", "20341")


def test_a_code_and_a_full_label_are_taken_without_asking() -> None:
    found = read(f"20341\n{THERE.label}\n20341")
    assert found.codes == ("20341", "31360")
    assert found.is_whole


def test_what_may_be_several_is_asked_back_and_so_is_a_guess() -> None:
    found = read("xuan\ngan dung\nkhông có")
    assert [(each.typed, each.found) for each in found.doubts] == [
        ("xuan", (HERE, THERE)),
        ("gan dung", (THERE,)),
    ]
    assert found.unknown == ("không có",)
    assert not found.is_whole


def test_a_box_answers_its_line() -> None:
    picked = {typed_places.pick_of(PARK): "xuan", "pick_zzz.99999": "không có"}
    found = read("xuan\nban thach\nkhông có", **picked)
    assert found == Typed(("20335", "20341"))


def test_of_former_units_only_the_pieces_are_kept_and_parks_whole() -> None:
    former = Place("", "Quận 9", "79", "Thành phố Hồ Chí Minh", ("26842", "26830"))
    split, park = Found(former, "quận", Why.SPLIT), Found(PARK, "", Why.PARK)
    piece, other = Found(HERE, "phường", Why.PIECE), Found(THERE, "xã", Why.EXACT)
    assert typed_places.of_today(Answer((split, piece), is_certain=True)) == (HERE,)
    assert typed_places.of_today(Answer((park, other), is_certain=True)) == (PARK,)
    assert typed_places.of_today(Answer((park, split, other))) == (PARK, THERE)
    assert typed_places.of_today(Answer()) == ()


def test_a_park_of_the_operator_is_found_by_its_names() -> None:
    park = Park(
        "p", ParkKind.KCN, "KCN Tân Phú Thạnh", ("31360", "31366"), ("Khu công nghiệp TPT",)
    )
    known = places().with_parks((park,))
    for words in ("kcn tan phu thanh", "KCN TPT", "khu công nghiệp Tân Phú Thạnh"):
        answer = known.look_up(words)
        assert ("", ("31360", "31366")) in [(each.code, each.codes) for each in answer.places], (
            words
        )
