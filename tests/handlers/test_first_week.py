"""The first week at work: seven messages that stand in the law, and a chat that asks for them."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers import first_week, laws
from handlers.effects import BeginWeek, EndWeek
from handlers.events import Chose, Command, Commanded, Looked, PressedUnder, Said, Under
from handlers.first_week import Part
from handlers.languages import Language
from handlers.screens import MOST_CHOICES
from handlers.states import AskingWeek, ReadingHandbook, ReadingWeek, Resting
from handlers.turn import Facts, Needs
from handlers.worker import dispatch
from tests import style
from tests.world import START, Chat, World

NUMBER = re.compile(r"\d+%?")
MOST_WORDS = 60
# Every number of a message, with the article that says it; the telephone numbers are nobody's law.
NUMBERS = {
    "contract": {},
    "probation": {"6": "25", "30": "25", "85%": "26", "1": "24"},
    "wages": {},
    "insurance": {"1": "2", "30": "28", "8%": "33"},
    "safety": {},
    "harassment": {},
    "reporting": {"6": "190", "113": "", "114": "", "115": "", "111": ""},
}
every_part = pytest.mark.parametrize("part", first_week.load(), ids=lambda part: part.id)


def test_there_are_seven_in_the_order_of_the_days() -> None:
    assert [part.number for part in first_week.load()] == list(range(1, 8))
    wanted = ("contract", "probation", "wages", "insurance", "safety", "harassment", "reporting")
    assert tuple(part.id for part in first_week.load()) == wanted
    # The list of all and one choice more stand on one screen.
    assert len(first_week.load()) < MOST_CHOICES


@every_part
@pytest.mark.parametrize("language", Language)
def test_each_is_of_sixty_words_at_most_and_in_the_voice_of_the_house(
    part: Part, language: Language
) -> None:
    told = part.told(language)
    assert len(f"{told.title} {told.body}".split()) <= MOST_WORDS
    assert style.faults(told.title, language) == ()
    assert style.faults(told.body, language) == ()


@every_part
def test_each_cites_articles_that_there_are_and_says_until_when_it_holds(part: Part) -> None:
    assert part.cites
    for cite in part.cites:
        document = laws.load()[cite.document]
        assert document.has_articles(cite.article)
        assert document.since <= part.checked_on
        assert not document.replaced_by
    assert part.checked_on < part.expires_on <= part.checked_on + timedelta(days=366)


@every_part
@pytest.mark.parametrize("language", Language)
def test_every_number_stands_in_the_article_that_says_it(part: Part, language: Language) -> None:
    found = set(NUMBER.findall(part.told(language).body))
    assert found == NUMBERS[part.id].keys()
    cited = {number for each in part.cites for number in laws.articles_in(each.article)}
    assert {int(article) for article in NUMBERS[part.id].values() if article} <= cited


def test_what_expired_or_rests_on_a_replaced_law_is_passed_over() -> None:
    today = START.date()
    assert [part.number for part in first_week.current(today)] == list(range(1, 8))
    gone = frozenset({"41/2024/QH15"})
    assert [part.number for part in first_week.current(today, gone)] == [1, 2, 3, 5, 6, 7]
    after = first_week.following(4, today, gone)
    assert after is not None
    assert after.number == 5
    assert first_week.following(8, today) is None
    last = max(part.expires_on for part in first_week.load())
    assert first_week.following(1, last + timedelta(days=1)) is None


# --- The talk -------------------------------------------------------------------------------------


def reading(chat: Chat) -> ReadingWeek:
    assert isinstance(chat.talk.state, ReadingWeek)
    return chat.talk.state


def begun() -> Chat:
    chat = Chat(World())
    chat.receive(Commanded(Command.WEEK))
    chat.receive(Chose("week_send"))
    chat.receive(Chose("week_begin"))
    return chat


def test_whoever_asks_reads_the_first_at_once_and_gets_the_second_tomorrow() -> None:
    chat = begun()
    assert reading(chat).part == "contract"
    assert chat.world.weeks == {1: BeginWeek(Language.VI, following=2)}


def test_nothing_begins_before_the_consent() -> None:
    chat = Chat(World())
    chat.receive(Commanded(Command.WEEK))
    shown = chat.receive(Chose("week_send"))
    assert isinstance(chat.talk.state, AskingWeek)
    assert "mã hóa" in shown.text
    assert "sao lưu" in shown.text
    assert chat.world.weeks == {}
    chat.receive(Chose("week_read"))
    assert chat.world.weeks == {}


def test_where_nothing_can_be_pressed_the_consent_is_a_word() -> None:
    world = World()
    world.room = replace(world.room, buttons=False)
    chat = Chat(world)
    chat.receive(Commanded(Command.WEEK))
    chat.receive(Chose("week_send"))
    chat.receive(Said("ok"))
    assert chat.world.weeks == {}
    chat.receive(Said("bat dau tuan"))
    assert chat.world.weeks


@pytest.mark.parametrize("typed", ["dừng", "stop", "ngừng tuần đầu", "dung tuan dau", "stop week"])
def test_it_ends_at_once_by_a_word(typed: str) -> None:
    chat = begun()
    shown = chat.receive(Said(typed))
    assert "Đã ngừng gửi bài tuần đầu" in shown.text
    assert chat.world.weeks == {}


def test_it_ends_by_its_button_whatever_is_going_on_and_the_draft_stays() -> None:
    chat = begun()
    for name in ("home", "report", "wages", "danger_no", "no_place"):
        chat.receive(Chose(name))
    draft = chat.talk.state
    chat.receive(PressedUnder(Under.WEEK))
    assert chat.world.weeks == {}
    assert chat.talk.state == draft
    shown = chat.receive(PressedUnder(Under.WEEK))
    assert "không có gì để ngừng" in shown.text


def test_deleting_the_chat_ends_it() -> None:
    chat = begun()
    shown = chat.receive(Commanded(Command.FORGET))
    assert chat.world.weeks == {}
    assert "Đã ngừng gửi bài tuần đầu" in shown.text


@pytest.mark.parametrize("typed", ["3", "xóa cuộc nói chuyện này", "Xoa cuoc noi chuyen nay"])
def test_deleting_the_chat_by_a_number_or_in_words_after_a_tip_ends_it_too(typed: str) -> None:
    chat = begun()
    for name in ("home", "report", "wages", "danger_no", "no_place"):
        chat.receive(Chose(name))
    chat.receive(Said("Máy dập không có che chắn."))
    for name in ("skip_all", "send"):
        chat.receive(Chose(name))
    shown = chat.receive(Said(typed))
    assert chat.world.weeks == {}
    assert "Đã ngừng gửi bài tuần đầu" in shown.text


def test_without_marks_it_is_shown_how_to_stop() -> None:
    chat = begun()
    chat.receive(Chose("home"))
    shown = chat.receive(Said("dung"))
    assert reading(chat).part == ""
    assert any(button.name == "week_end" for button in shown.choices)
    assert chat.world.weeks
    chat.receive(Chose("week_end"))
    assert chat.world.weeks == {}


def test_a_page_offers_all_seven_and_no_sending() -> None:
    facts = replace(facts_of(World()), may_subscribe=False)
    shown = dispatch.screen(ReadingWeek(Resting()), facts)
    assert len(shown.choices) == 7
    assert all(each.name.startswith("week_") for each in shown.choices)
    assert "week_send" not in {each.name for each in shown.choices}


def test_where_no_more_chats_can_be_sent_anything_it_is_said_and_they_read_here() -> None:
    facts = replace(facts_of(World()), is_full=True)
    made = dispatch.step(ReadingWeek(Resting()), Chose("week_send"), facts)
    assert made.state == ReadingWeek(Resting())
    assert [each.key for each in made.notes] == ["week.full"]


def test_when_no_text_holds_nothing_is_offered_and_who_is_in_it_can_still_stop() -> None:
    facts = replace(facts_of(World()), today=START.date() + timedelta(days=3000), in_week=True)
    shown = dispatch.screen(ReadingWeek(Resting()), facts)
    assert [each.name for each in shown.choices] == ["week_end"]
    made = dispatch.step(ReadingWeek(Resting()), Chose("week_end"), facts)
    assert made.effects == (EndWeek(),)


def test_every_message_leads_to_the_next_and_back_to_the_list() -> None:
    chat = Chat(World())
    chat.receive(Commanded(Command.WEEK))
    chat.receive(Chose("week_contract"))
    seen = [reading(chat).part]
    while further := chat.receive(Looked()).choices:
        chat.receive(Chose(further[0].name))
        seen.append(reading(chat).part)
    assert seen == [part.id for part in first_week.load()]
    chat.receive(Commanded(Command.BACK))
    assert reading(chat).part == ""
    chat.receive(Commanded(Command.BACK))
    after: object = chat.talk.state
    assert after == ReadingHandbook(Resting(), "tools")


def facts_of(world: World) -> Facts:
    return world.facts(Needs())
