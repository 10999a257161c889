"""The quizzes: what their files say stands in the library, and a round tells nobody anything."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcasts import library
from handlers import laws, quizzes
from handlers.bulletins import Topic
from handlers.effects import CountQuiz
from handlers.events import Chose, Command, Commanded, Looked, Said
from handlers.languages import Language
from handlers.quizzes import Question, Quiz
from handlers.states import ChoosingQuiz, PlayingQuiz, ReadingHandbook, Resting
from tests import style
from tests.world import START, Chat, World

NUMBER = re.compile(r"\d+(?:[.,/]\d+)*")
MOST_LETTERS = 40
# What is good to do, and stands in no article, though the text around it cites some.
ADVICE = {"video_call", "money_sent", "how_out"}
EVERY = [(quiz, each) for quiz in quizzes.load().values() for each in quiz.questions]
every_question = pytest.mark.parametrize(
    ("quiz", "question"), EVERY, ids=[f"{quiz.id}-{each.id}" for quiz, each in EVERY]
)


def told(question: Question, language: Language) -> str:
    """What is stated: the question, its right answer, and why."""
    asked = question.asked(language)
    return f"{asked.ask} {asked.options[question.right]} {asked.why}"


def of_library(question: Question, language: Language) -> str:
    said = library.texts()[question.text].content.wording(language)
    return f"{said.title} {said.body} {said.action}"


def test_there_is_a_quiz_of_five_questions_for_each_topic() -> None:
    assert list(quizzes.load()) == [topic.value for topic in Topic]
    assert all(len(quiz.questions) == quizzes.QUESTIONS for quiz in quizzes.load().values())
    ids = [question.id for _, question in EVERY]
    assert len(ids) == len(set(ids))
    assert all(len(each) <= 40 for each in ids)


@every_question
def test_each_question_rests_on_a_text_that_units_may_send(quiz: Quiz, question: Question) -> None:
    content = library.load()[question.text]
    assert question.expires_on == content.expires_on
    if not content.citations or question.id in ADVICE:
        assert not question.document
        return
    cited = {
        (number, article)
        for each in content.citations
        for number in laws.numbers_in(each.document)
        for article in laws.articles_in(each.article) or (None,)
    }
    wanted = laws.articles_in(question.article) or (None,)
    numbers = {number for number, _ in cited}
    assert question.document in numbers
    assert all((question.document, each) in cited for each in wanted) or not question.article


@every_question
@pytest.mark.parametrize("language", Language)
def test_its_numbers_stand_in_that_text(quiz: Quiz, question: Question, language: Language) -> None:
    missing = set(NUMBER.findall(told(question, language))) - set(
        NUMBER.findall(of_library(question, language))
    )
    # Hints at other numbers to call stand among the answers, never in what is stated.
    assert missing == set()


@every_question
@pytest.mark.parametrize("language", Language)
def test_it_is_short_and_kind(quiz: Quiz, question: Question, language: Language) -> None:
    asked = question.asked(language)
    assert asked.ask.endswith(("?", "."))
    for text in (asked.ask, asked.why, *asked.options.values()):
        assert style.faults(text, language) == ()
    assert all(len(option) <= MOST_LETTERS for option in asked.options.values())


def test_both_languages_have_the_same_right_answer_at_the_same_letter() -> None:
    for _, question in EVERY:
        assert set(question.vi.options) == set(question.en.options)
        numbers = [
            {re.sub(r"[.,]", "", each) for each in NUMBER.findall(asked.options[question.right])}
            for asked in (question.vi, question.en)
        ]
        assert numbers[0] == numbers[1]


GOOD = """
topic = "loans"
"""
ONE = """
[[questions]]
id = "{id}"
text = "loan_interest"
document = "{document}"
article = "{article}"
expires_on = 2026-12-31
right = "{right}"
[questions.vi]
ask = "?"
a = "một"
b = "{b}"
c = "ba"
why = "."
[questions.en]
ask = "?"
a = "one"
b = "two"
c = "three"
why = "."
"""
FINE = {"id": "x", "document": "91/2015/QH13", "article": "468", "right": "a", "b": "hai"}


def written(**changes: str) -> str:
    """A whole file, of which the third question is changed."""
    made = [ONE.format(**FINE | {"id": f"q{at}"}) for at in range(quizzes.QUESTIONS)]
    made[2] = ONE.format(**FINE | {"id": "q2"} | changes)
    return GOOD + "".join(made)


def test_a_whole_file_is_a_quiz() -> None:
    assert len(quizzes.parse("loans.toml", written()).questions) == quizzes.QUESTIONS


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("topic = ", "loans.toml: "),
        ('topic = "football"\nquestions = []', "loans.toml: 'football'"),
        ('topic = "loans"\nquestions = []', "a quiz has 5 questions"),
        (written(id="q1"), "with ids of their own"),
        (written(right="d"), "question 3: the right answer"),
        (written(document="1/2020/QH14"), "question 3: no document"),
        (written(document="45/2019/QH14", article="999"), "question 3: 45/2019/QH14 has no"),
        (written(b="MỐT"), "question 3: two answers are alike"),
        (written().replace('c = "ba"', "", 1), "question 1: three or four"),
        (written().replace('why = "."', "", 1), "question 1 has no 'why'"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_place(text: str, why: str) -> None:
    with pytest.raises(quizzes.BadQuiz, match=re.escape(why)):
        quizzes.parse("loans.toml", text)


def test_what_expired_is_not_asked_and_a_quiz_with_too_little_left_is_not_offered() -> None:
    quiz = quizzes.load()["family"]
    last = max(each.expires_on for each in quiz.questions)
    assert quiz in quizzes.current(START.date())
    assert quiz not in quizzes.current(last + timedelta(days=1))
    early = replace(quiz.questions[0], expires_on=date(2026, 1, 1))
    some = replace(quiz, questions=(early, *quiz.questions[1:]))
    assert early not in some.current(START.date())
    assert len(some.current(START.date())) == quizzes.QUESTIONS - 1


def test_a_replaced_document_takes_its_questions_along() -> None:
    quiz = quizzes.load()["insurance"]
    assert quiz.current(START.date(), frozenset({"1/2020/QH14"})) == quiz.questions
    assert quiz.current(START.date(), frozenset({"41/2024/QH15"})) == ()


# --- The talk -------------------------------------------------------------------------------------


def begun(topic: str = "loans") -> Chat:
    chat = Chat(World())
    chat.receive(Commanded(Command.QUIZ))
    chat.receive(Chose(f"quiz_{topic}"))
    return chat


def playing(chat: Chat) -> PlayingQuiz:
    assert isinstance(chat.talk.state, PlayingQuiz)
    return chat.talk.state


def answer(chat: Chat, *, right: bool) -> None:
    state = playing(chat)
    question = quizzes.load()[state.quiz].question(state.order[len(state.given)])
    assert question is not None
    letter = question.right if right else next(x for x in "abc" if x != question.right)
    chat.receive(Chose(f"q{len(state.given) + 1}_{letter}"))


def rounds(chat: Chat) -> Iterator[CountQuiz]:
    return iter(chat.world.quizzes)


@given(st.lists(st.booleans(), min_size=5, max_size=5))
def test_the_score_is_what_was_answered_and_one_round_is_counted(answers: list[bool]) -> None:
    chat = begun()
    for right in answers:
        assert chat.world.quizzes == []
        answer(chat, right=right)
    assert playing(chat).given == tuple(answers)
    shown = chat.receive(Looked())
    assert f"đúng {sum(answers)} trên 5 câu" in shown.text
    [counted] = rounds(chat)
    assert counted.quiz == "loans"
    assert tuple(right for _, right in counted.answers) == tuple(answers)
    assert {question for question, _ in counted.answers} == {
        each.id for each in quizzes.load()["loans"].questions
    }


def test_playing_again_at_once_is_not_counted_again() -> None:
    chat = begun()
    for _ in range(5):
        answer(chat, right=True)
    chat.receive(Chose("quiz_again"))
    for _ in range(5):
        answer(chat, right=False)
    chat.receive(Chose("quiz_others"))
    chat.receive(Chose("quiz_loans"))
    for _ in range(5):
        answer(chat, right=False)
    assert len(chat.world.quizzes) == 1


def test_a_round_that_is_left_is_not_counted() -> None:
    chat = begun()
    answer(chat, right=True)
    chat.receive(Chose("home"))
    assert chat.talk.state == Resting()
    assert chat.world.quizzes == []


def test_a_button_of_an_earlier_question_answers_nothing() -> None:
    chat = begun()
    state = playing(chat)
    answer(chat, right=True)
    chat.receive(Chose("q1_a"))
    assert len(playing(chat).given) == 1
    assert playing(chat).order == state.order


def test_the_order_of_questions_and_answers_comes_by_the_dice_alone() -> None:
    world = World()
    seen = set()
    for _ in range(12):
        chat = Chat(world)
        chat.receive(Commanded(Command.QUIZ))
        chat.receive(Chose("quiz_loans"))
        labels = tuple(each.label for each in chat.receive(Looked()).choices)
        assert labels == tuple(each.label for each in chat.receive(Looked()).choices)
        seen.add((playing(chat).order, labels))
    assert len(seen) > 6


def test_a_draft_lies_untouched_under_a_quiz_and_a_story_typed_there_reaches_it() -> None:
    chat = Chat(World())
    for name in ("report", "wages", "danger_no", "no_place"):
        chat.receive(Chose(name))
    draft = chat.talk.state
    chat.receive(Commanded(Command.QUIZ))
    chat.receive(Chose("quiz_wages"))
    assert playing(chat).back == draft
    chat.receive(Commanded(Command.BACK))
    assert isinstance(chat.talk.state, ChoosingQuiz)
    chat.receive(Commanded(Command.BACK))
    after: object = chat.talk.state
    assert after == ReadingHandbook(draft, "tools")
    chat.receive(Commanded(Command.QUIZ))
    story = "Công ty trừ hai ngày lương của cả chuyền mà không nói lý do gì, hỏi thì im lặng."
    chat.receive(Said(story))
    assert story in chat.receive(Looked()).text


def test_the_state_does_not_print_how_somebody_answered() -> None:
    chat = begun()
    answer(chat, right=False)
    assert "given" not in repr(chat.talk.state)
    assert "dice" not in repr(chat.talk.state)


def test_a_question_that_is_gone_meanwhile_leads_back_to_the_list() -> None:
    chat = begun()
    state = replace(playing(chat), order=("no_such", *playing(chat).order[1:]))
    chat.talk = replace(chat.talk, state=state)
    assert "vừa được thay" in chat.receive(Looked()).text
    chat.receive(Chose("quiz_others"))
    assert isinstance(chat.talk.state, ChoosingQuiz)
