"""Where an app keeps everything: numbers typed blindly, the doorway, what is withheld by law."""

import re
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import doorway
from handlers.doorway import CASES, OFFICER
from handlers.events import Brought, Chose, Event, Picture, Said, Showed, Unusable, Withheld
from handlers.routing import Tree
from handlers.screens import Rendered
from handlers.states import AtDoorway, Resting, Reviewing, State, TellingStory
from handlers.tips import Category
from handlers.turn import Facts, Needs, Room
from handlers.worker import words as typed
from handlers.worker.tip import SECOND_PAGE
from tests.world import Chat, World

ZALO = Room(buttons=False, keeper="Zalo")
PAGE = "https://tin.example.org"
STORY = "Tổ trưởng hay đụng chạm chị em trong ca đêm."
OFFERED = "mở bằng trình duyệt"


class Place(World):
    """A world with a public page, and units that chose for which cases it is offered first."""

    url = PAGE
    chosen: frozenset[str] | None = None
    contact = "024 1234 5678"

    def facts(self, needs: Needs) -> Facts:
        found = super().facts(needs)
        every = [
            replace(
                each,
                contact=self.contact,
                page_first=each.page_first if self.chosen is None else self.chosen,
            )
            for each in found.tree.all
        ]
        return replace(found, tree=Tree.of(every), public_url=self.url)


def chat(*, room: Room = ZALO, url: str = PAGE, chosen: frozenset[str] | None = None) -> Chat:
    place = Place(room=room)
    place.url, place.chosen = url, chosen
    return Chat(place)


def road(category: Category, *, officer: bool = False) -> list[Event]:
    """Everything up to where the story comes, or the doorway before it."""
    pages = [*([Chose("more"), Chose("about_officer")] if officer else [])]
    pages += [Chose("more")] if category in SECOND_PAGE else []
    return [Chose("report"), *pages, Chose(category), Chose("danger_no"), Chose("no_place")]


def after(talk: Chat, events: Iterable[Event]) -> Rendered:
    """The screen when all of that was done."""
    for event in events:
        shown = talk.receive(event)
    return shown


# --- the doorway ------------------------------------------------------------------------------


@pytest.mark.parametrize("category", Category)
def test_until_a_unit_chooses_the_page_is_offered_where_being_found_out_hurts_most(
    category: Category,
) -> None:
    shown = after(chat(), road(category))
    assert (OFFERED in shown.text) is (category in doorway.DEFAULT)
    assert (PAGE in shown.text) is (category in doorway.DEFAULT)


@pytest.mark.parametrize("category", [Category.WAGES, Category.DRUGS])
def test_for_an_officer_it_is_offered_whatever_happened(category: Category) -> None:
    assert OFFERED in after(chat(), road(category, officer=True)).text


@pytest.mark.parametrize("case", CASES)
def test_a_unit_chooses_its_cases_and_no_others(case: str) -> None:
    for category in Category:
        shown = after(chat(chosen=frozenset({case})), road(category))
        assert (OFFERED in shown.text) is (category == case)
    shown = after(chat(chosen=frozenset({case})), road(Category.WAGES, officer=True))
    assert (OFFERED in shown.text) is (case in (OFFICER, Category.WAGES))
    assert OFFERED not in after(chat(chosen=frozenset()), road(Category.VIOLENCE)).text


def test_everybody_gets_the_same_address_and_nothing_hangs_on_it() -> None:
    shown = {
        address
        for category in doorway.DEFAULT - {OFFICER}
        for address in re.findall(r"https?://\S+", after(chat(), road(Category(category))).text)
    }
    assert shown == {PAGE}


def test_without_a_public_page_it_says_where_to_ask() -> None:
    shown = after(chat(url=""), road(Category.VIOLENCE)).text
    assert "http" not in shown
    assert "hỏi công đoàn địa chỉ" in shown


@pytest.mark.parametrize("room", [Room(), Room(buttons=False)])
def test_where_nothing_is_kept_there_is_no_doorway(room: Room) -> None:
    talk = chat(room=room)
    assert "giữ lại những gì bạn gõ" not in after(talk, road(Category.VIOLENCE)).text
    assert isinstance(talk.talk.state, TellingStory)


def test_in_a_practice_run_it_is_shown_too_for_what_is_typed_there_is_kept_as_well() -> None:
    talk = chat()
    first, *rest = road(Category.HARASSMENT)
    shown = after(talk, [Chose("try"), *rest])
    assert first == Chose("report")
    assert OFFERED in shown.text
    assert "Làm thử" in shown.text


def test_whoever_stays_is_asked_once_and_what_they_gave_is_kept() -> None:
    talk = chat()
    shown = after(talk, [*road(Category.VIOLENCE), Said(STORY), Showed(Picture("a", 9_000))])
    assert isinstance(talk.talk.state, AtDoorway)
    # What was told before cannot be taken back from there, and they should know.
    assert "Những gì bạn đã gõ thì Zalo đã giữ" in shown.text
    shown = after(talk, [Chose("stay")])
    assert isinstance(talk.talk.state, Reviewing)
    assert talk.talk.state.draft.story == STORY
    assert len(talk.talk.state.draft.pictures) == 1
    assert "kể cả mã biên nhận" in shown.text


def test_who_goes_back_after_staying_is_not_asked_again() -> None:
    talk = chat()
    after(talk, [*road(Category.VIOLENCE), Chose("stay"), Chose("back"), Chose("no_place")])
    assert isinstance(talk.talk.state, TellingStory)


def test_cases_that_are_none_are_left_out() -> None:
    assert doorway.cases(frozenset({"violence", "officer", "x", ""})) == {"violence", "officer"}
    assert set(CASES) == {*Category, OFFICER}


# --- what was typed blindly -------------------------------------------------------------------

BLIND = st.sampled_from(
    [
        "1",
        "2",
        "9",
        "0",
        "10",
        "số 1",
        "1.",
        "(2)",
        "một",
        "hai",
        "có",
        "không",
        "ok?",
        "đúng",
        "３",
    ]
).filter(typed.answers_blindly)
DONE = st.lists(
    st.sampled_from(
        [
            *(Chose(name) for name in ("report", "more", "danger_no", "no_place", "stay", "send")),
            *(Chose(name) for name in ("change", "bulletins", "all_topics", "code", "handbook")),
            *(Chose(name) for name in ("hide", "police", "open_thread", "delete", "back", "home")),
            *map(Chose, Category),
            Said(STORY),
            Said("phường Bàn Thạch, Đà Nẵng"),
            Said("hủy"),
            Said("cả nước"),
        ]
    ),
    max_size=12,
)


@given(DONE, BLIND)
def test_what_was_typed_without_seeing_the_choices_does_nothing_anywhere(
    done: list[Event], words: str
) -> None:
    talk = chat()
    after(talk, [Said("/start"), *done])
    before = talk.talk.state
    turn = talk.turn(Said(words, unseen=True))
    assert turn.talk.state == before
    assert turn.effects == ()
    told = talk.show(turn).text
    assert "trước khi thấy các mục này" in told or "không còn giữ bước trước" in told


@given(DONE, st.sampled_from(["dừng", "/start", "trợ giúp", STORY, "Nợ lương", "gửi"]))
def test_words_that_mean_themselves_do_what_they_do_seen_or_not(
    done: list[Event], words: str
) -> None:
    talk = chat()
    after(talk, [Said("/start"), *done])
    drawn = talk.world.draws
    unseen = talk.turn(Said(words, unseen=True))
    # The same code is drawn for both, should one be shown.
    talk.world.draws = drawn
    assert unseen == talk.turn(Said(words))


@pytest.mark.parametrize("words", ["1", "một", "số 2", "９", "0", "Có", "không ạ", "đúng rồi", "k"])
def test_numbers_and_a_yes_or_no_say_nothing_by_themselves(words: str) -> None:
    assert typed.answers_blindly(words)


@pytest.mark.parametrize("words", ["", "123", "dừng", "gửi", "một hai", "1 tháng", "có 2"])
def test_everything_else_does(words: str) -> None:
    assert not typed.answers_blindly(words)


@pytest.mark.parametrize("words", ["Gửi", "GUI", "xóa", "Bỏ", "KẾT THÚC", "send"])
def test_a_word_of_a_step_that_has_ended_begins_no_tip(words: str) -> None:
    talk = chat()
    shown = after(talk, [Said(words, unseen=True)])
    assert isinstance(talk.talk.state, Resting)
    assert "chưa được gửi" in shown.text
    assert "đã giữ lời bạn viết" not in shown.text


@pytest.mark.parametrize("words", ["NGỪNG", "ngung", "ngưng"])
def test_whoever_wants_no_bulletins_any_more_is_shown_how(words: str) -> None:
    talk = chat()
    after(talk, [Chose("bulletins"), Chose("all_topics"), Chose("whole_country"), Said("/start")])
    shown = after(talk, [Said(words)])
    assert "Bạn đang nhận bản tin" in shown.text
    after(talk, [Said(words)])
    assert talk.world.subscriptions == {}


# --- what is withheld -------------------------------------------------------------------------


def test_the_first_and_the_second_say_why_whom_to_call_and_the_page() -> None:
    talk = chat()
    for times in (1, 2):
        shown = after(talk, [Withheld(times)]).text
        assert "Zalo không chuyển lời của bạn" in shown
        assert "024 1234 5678" in shown
        assert f"bằng trình duyệt: {PAGE}" in shown
        assert "113" in shown
        assert "Xin chào" in shown


def test_from_the_third_on_only_the_number_remains() -> None:
    shown = after(chat(), [Withheld(3)])
    told, emergency = (line.text for line in shown.lines)
    assert told == "Bạn hãy gọi hoặc gặp trực tiếp: 024 1234 5678"
    assert "113" in emergency
    for words in ("Zalo", "http", "Xin chào", "chữ và ảnh"):
        assert words not in shown.text


@pytest.mark.parametrize("times", [1, 3])
def test_without_a_contact_and_a_page_the_emergency_numbers_are_left(times: int) -> None:
    talk = chat(url="")
    assert isinstance(talk.world, Place)
    talk.world.contact = ""
    shown = after(talk, [Withheld(times)]).text
    assert "gặp trực tiếp" not in shown
    assert "http" not in shown
    assert "113" in shown


@pytest.mark.parametrize("event", [Withheld(1), Withheld(3), Brought(Unusable.STICKER)])
def test_a_draft_is_kept_whatever_cannot_be_read(event: Event) -> None:
    talk = chat()
    after(talk, [*road(Category.WAGES), Said(STORY)])
    before: State = talk.talk.state
    after(talk, [event, Said("quay lại")] if event == Withheld(3) else [event])
    assert talk.talk.state == before
