"""A worker's subscription, where a talk does not show it: parks, places that are no more, words."""

from dataclasses import replace

import pytest

from handlers import worker
from handlers.bulletins import Topic
from handlers.events import (
    Chose,
    Command,
    Commanded,
    Picture,
    PressedUnder,
    Said,
    Showed,
    Under,
)
from handlers.languages import Language
from handlers.places import Answer, Place
from handlers.screens import Rendered
from handlers.states import ChoosingCategory, Early, ReadingSubscription, Resting, State
from handlers.subscriptions import Subscription, span_of
from handlers.turn import Meant, Needs, Turn
from handlers.worker import areas
from tests.world import Chat, World, places, texts, tree

KNOWN = places().of_today
WISH = Subscription(frozenset({Topic.WAGES}), places=("48/20984",))


def subscribed(wish: Subscription = WISH) -> Chat:
    """A chat that subscribes already."""
    return Chat(World(subscriptions={1: wish}))


def do(chat: Chat, *names: str) -> Rendered:
    for name in names:
        shown = chat.receive(Chose(name))
    return shown


def test_a_place_is_kept_by_its_code_and_named_again() -> None:
    commune, province = KNOWN["20984"], KNOWN["48"]
    assert areas.codes_of(commune, KNOWN) == ("48/20984",)
    assert areas.codes_of(province, KNOWN) == ("48",)
    for code in ("48/20984", "48", "*"):
        assert not areas.is_dissolved(code, KNOWN)
    # Gone, or in another province today.
    for code in ("48/99999", "99", "79/20984"):
        assert areas.is_dissolved(code, KNOWN)


def test_a_former_unit_stands_for_its_communes() -> None:
    old = places().find("Châu Thành A")[0]
    assert old.code == ""
    assert len(areas.codes_of(old, KNOWN)) == 4
    assert [each.code for each in areas.pieces_of(old, KNOWN)][:2] == ["92", "31342"]
    lost = Place("", "x", "48", "y", ("00000", "20984"))
    assert areas.codes_of(lost, KNOWN) == ("48/20984",)


@pytest.mark.parametrize("words", ["kcn Ví Dụ", "khu công nghiệp ví dụ", "KCN VI DU", "ví dụ"])
def test_a_park_is_found_by_its_name(words: str) -> None:
    [park] = areas.found(words, Answer(), tree(), KNOWN)
    assert "khu công nghiệp Ví Dụ" in park.label
    assert areas.codes_of(park, KNOWN) == ("48/20335", "48/20341")


@pytest.mark.parametrize("words", ["kcn", "khu công nghiệp", "v", "ví", "không có"])
def test_no_park_is_found_by_less_than_its_name(words: str) -> None:
    assert len(areas.found(words, Answer(), tree(), KNOWN)) == (1 if words == "ví" else 0)


def test_the_former_city_within_a_province_of_that_name_is_not_asked_about() -> None:
    [found] = areas.found("đà nẵng", places().look_up("đà nẵng"), tree(), KNOWN)
    assert found.code == "48"


def test_a_place_that_was_dissolved_is_told_and_chosen_again() -> None:
    chat = subscribed(replace(WISH, places=("48/99999", "48")))
    shown = chat.receive(Commanded(Command.BULLETINS))
    assert "một nơi đã sáp nhập hoặc giải thể; Thành phố Đà Nẵng" in shown.text
    assert "Chọn [Nơi nhận] để chọn lại" in shown.text
    shown = do(chat, "sub_places")
    assert "giải thể" not in shown.text
    shown = do(chat, "places_done")
    assert chat.world.subscriptions[1].places == ("48",)
    assert "giải thể" not in shown.text


def test_without_any_living_place_one_has_to_be_chosen() -> None:
    chat = subscribed(replace(WISH, places=("48/99999",)))
    shown = do(chat, "bulletins", "sub_places")
    assert [each.name for each in shown.choices] == ["whole_country"]
    # Nothing was changed: what is kept goes on until something else is chosen.
    do(chat, "back")
    assert chat.world.subscriptions[1].places == ("48/99999",)


def test_where_a_chat_can_be_sent_nothing_a_page_is_shown_and_a_draft_stays() -> None:
    chat = Chat(World())
    facts = replace(chat.world.facts(Needs()), may_subscribe=False)
    for before in (Resting(), ChoosingCategory(Early("Công ty nợ lương."))):
        talk = replace(chat.talk, state=before)
        turn = worker.respond(talk, Commanded(Command.BULLETINS), facts, texts())
        shown = worker.show(turn.talk, turn.notes, facts)
        assert "/ban-tin?lang=vi" in texts()[Language.VI].render(shown).text
        back = worker.respond(turn.talk, Commanded(Command.BACK), facts, texts())
        assert back.talk.state == before
        assert (turn.effects, back.effects) == ((), ())


def test_nobody_is_subscribed_by_looking_or_by_half_the_way() -> None:
    chat = Chat(World())
    for names in (["bulletins"], ["all_topics"], ["back"], ["back"]):
        do(chat, *names)
    assert isinstance(chat.talk.state, Resting)
    assert chat.world.subscriptions == {}


def test_a_picture_or_a_sentence_beside_the_card_is_answered() -> None:
    chat = subscribed()
    chat.receive(Commanded(Command.BULLETINS))
    assert "chưa nhận tệp" in chat.receive(Showed(Picture("a", 1))).text
    shown = chat.receive(Said("Sao chưa thấy tin nào?"))
    assert "chưa hiểu" in shown.text
    assert isinstance(chat.talk.state, ReadingSubscription)


def test_a_card_whose_subscription_ended_elsewhere_offers_a_new_one() -> None:
    chat = subscribed()
    do(chat, "bulletins")
    chat.world.subscriptions.clear()
    assert "Nút đó thuộc bước trước" in do(chat, "sub_often").text
    shown = chat.receive(PressedUnder(Under.CHANGE))
    assert "không nhận bản tin nào" in shown.text
    assert "Bạn muốn nhận chủ đề nào" in do(chat, "bulletins").text


SAFETY = Subscription(frozenset({Topic.SAFETY, Topic.ALERTS}), ("48/20335", "79"))


def why(had: Subscription, meant: Meant | None, before: State) -> Turn:
    chat = Chat(World())
    facts = replace(chat.world.facts(Needs()), subscription=had, meant=meant)
    talk = replace(chat.talk, state=before)
    return worker.respond(talk, PressedUnder(Under.WHY, "0123456789abcdef"), facts, texts())


@pytest.mark.parametrize("before", [Resting(), ChoosingCategory(Early("Công ty nợ lương."))])
@pytest.mark.parametrize(
    ("meant", "told"),
    [
        (Meant((Topic.SAFETY,), (span_of("*"),)), ["An toàn lao động", "Đà Nẵng"]),
        (Meant((Topic.SAFETY,), (span_of("79"),)), ["An toàn lao động", "Hồ Chí Minh"]),
        (Meant((Topic.LOANS, Topic.ALERTS), (span_of("79"),)), ["lừa đảo", "Cảnh báo"]),
        (Meant((Topic.WAGES,), (span_of("79"),)), ["Lương", "đã đổi lựa chọn"]),
        (Meant((Topic.SAFETY,), (span_of("01"),)), ["An toàn lao động", "đã đổi lựa chọn"]),
        (Meant(reminder=True), ["số chuông", "mỗi tuần một lần"]),
        (None, ["vì cuộc chat này đã đăng ký"]),
    ],
)
def test_why_a_bulletin_came_names_its_topic_and_the_choices_that_it_met(
    meant: Meant | None, told: list[str], before: State
) -> None:
    turn = why(SAFETY, meant, before)
    said = " ".join(texts()[Language.VI].say(each) for each in turn.notes)
    for words in [*told, "tin báo"]:
        assert words in said
    kept = before if isinstance(before, ChoosingCategory) else ReadingSubscription()
    assert (turn.talk.state, turn.effects) == (kept, ())


def test_the_language_of_the_talk_is_that_of_a_new_subscription_only() -> None:
    chat = subscribed()
    do(chat, "language")
    shown = do(chat, "bulletins")
    assert "in Vietnamese" in shown.text
    do(chat, "sub_speak")
    assert chat.world.subscriptions[1].language == "en"
