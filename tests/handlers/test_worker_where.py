"""Where it happened, as the tables alone do not show it: parks, guesses, words beside a name."""

from dataclasses import dataclass, replace

import pytest

from bot import placing
from handlers.events import Chose, Said
from handlers.parks import Park, ParkKind
from handlers.places import Answer, Found, Place, Why
from handlers.states import (
    AskingPlace,
    ChoosingPlaces,
    NarrowingPlace,
    PickingPlace,
    Reviewing,
    TellingStory,
)
from handlers.turn import Facts, Needs
from handlers.worker.placing import does_not_know, is_phone
from tests.world import Chat, World, places

KNOWN = places().of_today
PARK = Place("", "KCN Ví Dụ", "48", "Thành phố Đà Nẵng", ("20335", "20341"))
SMALL_PARK = Place("", "KCN Nhỏ", "48", "Thành phố Đà Nẵng", ("20335",))
WARD = KNOWN["20335"]
STORY = "Tối qua trước cổng KCN có ba người chặn đường công nhân tan ca để đòi tiền."


@dataclass(slots=True)
class Told(World):
    """A world in which every look-up finds this."""

    answer: Answer = Answer()  # noqa: RUF009 - frozen

    def facts(self, needs: Needs) -> Facts:
        facts = World.facts(self, needs)
        return replace(facts, places=self.answer) if needs.place else facts


def asked(*found: tuple[Place, Why], sure: bool = False, page: str = "unsafe") -> Chat:
    """A chat that is asked where it happened."""
    told = tuple(Found(place, "", why) for place, why in found)
    chat = Chat(Told(answer=Answer(told, sure)))
    for name in ("report", *(["more"] if page == "forced" else []), page, "danger_no"):
        chat.receive(Chose(name))
    return chat


def names(chat: Chat) -> list[str]:
    shown = chat.receive(Chose("nothing"))
    return [each.name for each in shown.choices]


def test_a_single_guess_is_asked_back() -> None:
    chat = asked((WARD, Why.TYPO))
    shown = chat.receive(Said("bàn thach"))
    assert "Có phải bạn muốn nói Phường Bàn Thạch, Thành phố Đà Nẵng không?" in shown.text
    assert names(chat) == ["place_yes", "keep_place", "again", "no_place"]
    for yes in ("đúng", "có", "phải", "1"):
        again = Chat(chat.world, chat.talk)
        again.receive(Said(yes))
        assert isinstance(again.talk.state, TellingStory)
        assert again.talk.state.place == WARD
    # "dung" without its marks may mean "stop", so nothing hangs on it.
    again = Chat(chat.world, chat.talk)
    again.receive(Said("dung"))
    assert isinstance(again.talk.state, PickingPlace)
    chat.receive(Said("không"))
    assert isinstance(chat.talk.state, AskingPlace)


def test_one_that_is_certain_is_taken() -> None:
    chat = asked((WARD, Why.EXACT), sure=True)
    chat.receive(Said("phường Bàn Thạch, Đà Nẵng"))
    assert isinstance(chat.talk.state, TellingStory)


def test_words_beside_the_name_stay_in_the_tip() -> None:
    chat = asked((WARD, Why.NOISE))
    typed = "cty may Hoa Mai gần chợ Bàn Thạch"
    chat.receive(Said(typed))
    chat.receive(Chose("place_yes"))
    shown = chat.receive(Said("Máy dập không có tấm chắn."))
    assert typed in shown.text
    assert "Nơi xảy ra: Phường Bàn Thạch" in shown.text
    # Another answer takes the place of the last.
    chat = asked((WARD, Why.NOISE))
    for event in (Said(typed), Chose("again"), Chose("no_place")):
        chat.receive(event)
    assert typed not in chat.receive(Said("Máy dập không có tấm chắn.")).text


def test_a_story_with_the_name_of_a_place_in_it_is_kept_and_the_place_offered() -> None:
    chat = asked((PARK, Why.NOISE))
    shown = chat.receive(Said(STORY))
    assert "Chúng tôi đã giữ lời bạn viết" in shown.text
    assert "Có phải bạn muốn nói KCN Ví Dụ, Thành phố Đà Nẵng không?" in shown.text
    assert names(chat) == ["place_yes", "again", "no_place"]
    chat.receive(Chose("place_yes"))
    chat.receive(Chose("keep_area"))
    shown = chat.receive(Chose("nothing"))
    assert isinstance(chat.talk.state, Reviewing)
    assert STORY in shown.text
    assert "Nơi xảy ra: KCN Ví Dụ, Thành phố Đà Nẵng" in shown.text


def test_a_park_in_one_commune_is_taken_by_its_name() -> None:
    chat = asked((SMALL_PARK, Why.PARK), sure=True)
    chat.receive(Said("kcn nhỏ"))
    shown = chat.receive(Said("Máy dập không có tấm chắn."))
    assert "Nơi xảy ra: KCN Nhỏ, Thành phố Đà Nẵng" in shown.text
    assert "Đơn vị đọc tin: Công đoàn phường Bàn Thạch" in shown.text


def test_a_park_of_several_communes_is_narrowed_where_another_unit_would_read() -> None:
    chat = asked((PARK, Why.PARK), sure=True)
    shown = chat.receive(Said("kcn ví dụ"))
    assert "Trong KCN Ví Dụ, Thành phố Đà Nẵng có 2 xã, phường" in shown.text
    assert [each.label for each in shown.choices[:3]] == [
        "Phường Bàn Thạch",
        "Phường Tam Kỳ",
        "Giữ cả vùng này",
    ]
    chat.receive(Chose("place0"))
    shown = chat.receive(Said("Máy dập không có tấm chắn."))
    assert "Phường Bàn Thạch (KCN Ví Dụ), Thành phố Đà Nẵng" in shown.text
    assert "Đơn vị đọc tin: Công đoàn phường Bàn Thạch" in shown.text


def test_a_park_is_not_narrowed_where_the_answer_would_change_nothing() -> None:
    farther = Place("", "KCN Xa", "92", "Thành phố Cần Thơ", ("31360", "31441"))
    chat = asked((farther, Why.PARK), sure=True)
    chat.receive(Said("kcn xa"))
    assert isinstance(chat.talk.state, TellingStory)
    assert chat.talk.state.place == farther


def test_after_a_list_on_a_longer_road_there_is_no_second_question() -> None:
    old = Place("", "Huyện Xa (cũ)", "92", "Thành phố Cần Thơ", ("31360", "31441"))
    for page, state in (("unsafe", NarrowingPlace), ("forced", TellingStory)):
        chat = asked((WARD, Why.EXACT), (old, Why.SPLIT), page=page)
        chat.receive(Said("xa"))
        chat.receive(Chose("place1"))
        assert isinstance(chat.talk.state, state)
        assert chat.talk.state == replace(chat.talk.state)


@pytest.mark.parametrize("typed", ["kcn hoa mai", "KCN Hoa Mai 2", "khu công nghiệp hoa mai"])
def test_a_park_of_the_operator_is_found_by_its_names(typed: str) -> None:
    communes = ("31360", "31441")
    park = Park("hoa-mai", ParkKind.KCN, "KCN Hoa Mai", communes, ("KCN Hoa Mai 2",))
    known = placing.look_up(places().with_parks([park]), typed)
    chat = Chat(Told(answer=known))
    for name in ("report", "unsafe", "danger_no"):
        chat.receive(Chose(name))
    chat.receive(Said(typed))
    chat.receive(Chose("place_yes"))
    chat.receive(Chose("place0"))
    chat.receive(Said("Máy dập không có tấm chắn."))
    shown = chat.receive(Chose("send"))
    [filed] = chat.world.tips.values()
    assert filed.tip.place is not None
    assert filed.tip.place.label == "KCN Hoa Mai, Thành phố Cần Thơ"
    assert filed.tip.place.codes == communes
    assert "Đã nhận" in shown.text


def test_a_guess_is_asked_back_before_it_is_subscribed_to() -> None:
    told = (Found(WARD, "", Why.TYPO),)
    chat = Chat(Told(answer=Answer(told)))
    for name in ("bulletins", "all_topics"):
        chat.receive(Chose(name))
    shown = chat.receive(Said("bàn thach"))
    assert "Có phải bạn muốn nói Phường Bàn Thạch" in shown.text
    shown = chat.receive(Chose("place_yes"))
    assert isinstance(chat.talk.state, ChoosingPlaces)
    assert chat.talk.state.wish.places == ("48/20335",)


def test_a_park_is_subscribed_to_as_its_communes() -> None:
    told = (Found(PARK, "", Why.PARK),)
    chat = Chat(Told(answer=Answer(told, is_certain=True)))
    for name in ("bulletins", "all_topics"):
        chat.receive(Chose(name))
    shown = chat.receive(Said("kcn ví dụ"))
    assert "Đã thêm KCN Ví Dụ" in shown.text
    assert "Phường Bàn Thạch" in shown.text
    assert isinstance(chat.talk.state, ChoosingPlaces)
    assert chat.talk.state.wish.places == ("48/20335", "48/20341")


@pytest.mark.parametrize(
    "words", ["0912345678", "+84 912 345 678", "0912.345.678", "(028) 3823 4567"]
)
def test_a_number_is_no_place(words: str) -> None:
    assert is_phone(words)


@pytest.mark.parametrize("words", ["q9", "quận 12", "12", "", "ấp 3", "khu phố 5 0912345678"])
def test_a_place_with_a_number_is_no_number(words: str) -> None:
    assert not is_phone(words)


@pytest.mark.parametrize("words", ["không biết", "Không nhớ.", "ko biết", "I do not know"])
def test_not_knowing_is_an_answer(words: str) -> None:
    assert does_not_know(words)
