"""Answers under a unit's question: a press, a number or a word answers the question that was seen,
and never another one.
"""

import pytest

from handlers.entries import pick_choices
from handlers.events import Chose, Said
from handlers.languages import Language
from handlers.moderators.picks import READY
from handlers.replies import MOST_PICKS, Extras, Pick
from handlers.screens import MOST_CHOICES, Rendered
from handlers.tips import Kind, Move
from tests.world import Chat, Filed, World

DOORS = (Pick("Cửa trước"), Pick("Cửa sau", "The back door"))
PLACE = Said("phường bàn thạch đà nẵng")
STORY = "Cửa thoát hiểm bị khóa từ hôm qua, không ai ra được khi có chuyện."


@pytest.fixture
def chat() -> Chat:
    """A worker before the thread of a tip that an officer holds."""
    made = Chat(World())
    road = (Chose("report"), Chose("unsafe"), Chose("danger_no"), PLACE, Said(STORY))
    for event in (*road, Chose("send")):
        made.receive(event)
    made.world.claim(filed(made))
    made.receive(Chose("open_thread"))
    return made


def filed(chat: Chat) -> Filed:
    return next(iter(chat.world.tips.values()))


def ask(chat: Chat, words: str, *picks: Pick) -> None:
    chat.world.write(filed(chat), Move.ASK, words, extras=Extras(picks=picks))


def names(shown: Rendered) -> list[str]:
    return [each.name for each in shown.choices]


def added(chat: Chat) -> list[str]:
    return [each.words for each in filed(chat).entries if each.kind is Kind.ADDITION]


def test_a_press_adds_the_words_that_stand_on_the_button(chat: Chat) -> None:
    ask(chat, "Cửa nào?", *DOORS)
    shown = chat.receive(Chose("refresh"))
    assert [each.label for each in shown.choices[:2]] == ["Cửa trước", "Cửa sau"]
    assert "Bạn không cần nói mình là ai." in shown.text
    after = chat.receive(Chose(shown.choices[1].name))
    assert added(chat) == ["Cửa sau"]
    assert not any(name.startswith("pick") for name in names(after))


def test_a_button_of_an_earlier_question_answers_no_later_one(chat: Chat) -> None:
    ask(chat, "Cửa nào?", *DOORS)
    old = names(chat.receive(Chose("refresh")))[0]
    ask(chat, "Có ai bị thương không?", *READY["yes_no"])
    shown = chat.receive(Chose(old))
    assert added(chat) == []
    assert "Câu hỏi đó không còn chờ bạn trả lời nữa" in shown.text
    # The new one stands there, with its own answers.
    assert [each.label for each in shown.choices[:2]] == ["Có", "Không"]
    chat.receive(Chose(names(shown)[1]))
    assert added(chat) == ["Không"]
    again = chat.receive(Chose(names(shown)[1]))
    assert added(chat) == ["Không"]
    assert "không còn chờ" in again.text


@pytest.mark.parametrize("typed", ["1", "2", "3", "một", "4", "không", "có"])
def test_what_was_typed_for_another_screen_is_no_answer(chat: Chat, typed: str) -> None:
    """Where choices are numbers, a question that came meanwhile must not take one."""
    ask(chat, "Có ai bị thương không?", *READY["yes_no"])
    chat.receive(Said(typed))
    assert added(chat) == []


@pytest.mark.parametrize("typed", ["1", "2", "3"])
def test_nor_is_a_number_for_the_answers_of_the_question_before(chat: Chat, typed: str) -> None:
    ask(chat, "Cửa nào?", *DOORS)
    chat.receive(Chose("refresh"))
    ask(chat, "Có ai bị thương không?", *READY["yes_no"])
    chat.receive(Said(typed))
    assert added(chat) == []


def test_numbers_and_words_answer_what_is_on_the_screen(chat: Chat) -> None:
    for typed, wanted in (("2", "Không"), ("co", "Có"), ("KHÔNG", "Không")):
        ask(chat, "Có ai bị thương không?", *READY["yes_no"])
        chat.receive(Chose("refresh"))
        chat.receive(Said(typed))
        assert added(chat)[-1] == wanted


def test_the_answers_are_read_in_the_language_of_the_talk(chat: Chat) -> None:
    ask(chat, "Cửa nào?", *DOORS)
    chat.receive(Chose("refresh"))
    shown = chat.receive(Said("/en"))
    # The first has no English: it is shown as it was written.
    assert [each.label for each in shown.choices[:2]] == ["Cửa trước", "The back door"]
    chat.receive(Chose(names(shown)[1]))
    assert added(chat) == ["The back door"]


def test_free_words_are_taken_beside_the_answers(chat: Chat) -> None:
    ask(chat, "Cửa nào?", *DOORS)
    chat.receive(Chose("refresh"))
    chat.receive(Said("Cả hai cửa đều khóa, từ chiều hôm qua."))
    chat.receive(Chose("add_yes"))
    assert added(chat) == ["Cả hai cửa đều khóa, từ chiều hôm qua."]


def test_the_most_answers_leave_room_for_the_other_choices(chat: Chat) -> None:
    ask(chat, "Mấy?", *(Pick(f"Câu {letter}") for letter in "abcd"[:MOST_PICKS]))
    shown = chat.receive(Chose("refresh"))
    assert len(shown.choices) <= MOST_CHOICES
    assert names(shown)[MOST_PICKS:] == ["reply", "add_picture", "others"]
    every = chat.receive(Chose("others"))
    assert {"hide_later", "close", "delete", "reply"} <= set(names(every))
    assert names(chat.receive(Chose("reply")))[0].startswith("pick")


def test_the_name_of_an_answer_fits_under_a_button() -> None:
    offered = pick_choices(9999, READY["yes_no_unknown"], Language.VI)
    assert max(len(each.name.encode()) for each in offered) <= 40
