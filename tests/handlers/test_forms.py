"""The questionnaires: what is asked, what is wrong with a file, and what becomes of answers."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.coach import look
from handlers.events import Chose, Event, Said
from handlers.forms import UNKNOWN, Form, reading
from handlers.forms.reading import Flaw
from handlers.languages import Language
from handlers.screens import MOST_CHOICES
from handlers.states import ChangingDetails, ChoosingDetail, Draft, Reviewing, TellingDetail
from handlers.tips import Category
from handlers.worker import leaving, scope
from handlers.worker.tip import SECOND_PAGE
from tests.world import Chat, World, forms

STORY = "Máy dập không có che chắn."
GOOD = """\
[[questions]]
id = "what"
label = { vi = "Việc gì", en = "What" }
ask.vi = "Việc này là gì?"
ask.en = "What is it?"
choices = [
    { id = "one", vi = "Một", en = "One" },
    { id = "two", vi = "Hai", en = "Two", careful = true },
]

[[questions]]
id = "where"
label = { vi = "Chỗ nào", en = "Where" }
ask = { vi = "Ở chỗ nào?", en = "Where?" }
when = { question = "what", is = ["one", "unknown"] }

[[questions]]
id = "known"
label = { vi = "Biết thế nào", en = "How known" }
ask = { vi = "Bạn biết bằng cách nào?", en = "How do you know?" }
"""
EXTRA = GOOD[GOOD.rindex("[[") :]


def mistakes(text: str | bytes, name: str = "loans.toml") -> list[tuple[int, Flaw, str]]:
    data = text.encode() if isinstance(text, str) else text
    return [(each.line, each.flaw, each.about) for each in reading.read({name: data}).mistakes]


def more(count: int) -> str:
    return GOOD + "".join(EXTRA.replace('"known"', f'"known{at}"') for at in range(count))


WRONG: dict[str, tuple[str, tuple[int, Flaw, str]]] = {
    "a condition on itself": (
        GOOD.replace('question = "what"', 'question = "where"'),
        (15, Flaw.LATER_QUESTION, "where"),
    ),
    "a loop": (
        GOOD.replace('question = "what"', 'question = "known"'),
        (15, Flaw.LATER_QUESTION, "known"),
    ),
    "an unknown question": (
        GOOD.replace('question = "what"', 'question = "why"'),
        (15, Flaw.UNKNOWN_QUESTION, "why"),
    ),
    "an unknown answer": (
        GOOD.replace('is = ["one", ', 'is = ["three", '),
        (15, Flaw.UNKNOWN_CHOICE, "three"),
    ),
    "an empty condition": (
        GOOD.replace('is = ["one", "unknown"]', "is = []"),
        (15, Flaw.NO_CONDITION, ""),
    ),
    "a missing English question": (
        GOOD.replace('ask.en = "What is it?"\n', ""),
        (4, Flaw.NO_TEXT, "ask.en"),
    ),
    "an empty answer": (GOOD.replace('en = "Two"', 'en = " "'), (8, Flaw.NO_TEXT, "two.en")),
    "no label": (
        GOOD.replace('label = { vi = "Việc gì", en = "What" }\n', ""),
        (1, Flaw.NO_TEXT, "label.vi"),
    ),
    "the same question twice": (
        GOOD.replace('id = "known"', 'id = "what"'),
        (18, Flaw.SAME_NAME, "what"),
    ),
    "the same answer twice": (GOOD.replace('id = "two"', 'id = "one"'), (8, Flaw.SAME_NAME, "one")),
    "a reserved answer": (
        GOOD.replace('id = "two"', 'id = "unknown"'),
        (8, Flaw.SAME_NAME, UNKNOWN),
    ),
    "an id with a space": (
        GOOD.replace('id = "known"', 'id = "how known"'),
        (18, Flaw.BAD_NAME, "how known"),
    ),
    "no id": (GOOD.replace('id = "known"\n', ""), (17, Flaw.BAD_NAME, "")),
    "an unknown key": (
        GOOD.replace('id = "known"', 'id = "known"\nhint = "x"'),
        (19, Flaw.UNKNOWN_KEY, "hint"),
    ),
    "an unknown key above all": (f'title = "x"\n{GOOD}', (1, Flaw.UNKNOWN_KEY, "title")),
    "too few questions": (GOOD.replace(EXTRA, ""), (11, Flaw.TOO_FEW, "2")),
    "too many questions": (more(4), (33, Flaw.TOO_MANY, "7")),
    "nothing at all": ("", (1, Flaw.TOO_FEW, "0")),
    "one answer to choose from": (
        re.sub(r".*two.*\n", "", GOOD),
        (6, Flaw.TOO_FEW_CHOICES, "1"),
    ),
    "an answer longer than a button": (
        GOOD.replace('vi = "Hai"', f'vi = "{"Hai " * 11}"'),
        (8, Flaw.TOO_LONG, "two.vi > 40"),
    ),
    "no TOML": (GOOD.replace('id = "known"', "id = known"), (18, Flaw.NOT_TOML, "")),
    "a list that is none": (
        GOOD.replace("choices = [", 'choices = "x"\nhint = ['),
        (6, Flaw.WRONG_KIND, "choices"),
    ),
    "careful that is neither yes nor no": (
        GOOD.replace("careful = true", 'careful = "yes"'),
        (8, Flaw.WRONG_KIND, "careful"),
    ),
}


def test_the_sample_of_this_test_is_a_sound_form() -> None:
    assert mistakes(GOOD) == []


@pytest.mark.parametrize("why", WRONG)
def test_each_mistake_is_told_with_its_line(why: str) -> None:
    text, expected = WRONG[why]
    assert text != GOOD
    assert expected in mistakes(text)


def test_bytes_that_are_no_text_are_told_with_their_line() -> None:
    assert mistakes(b"# one\n# two\n\xff\xfe") == [(3, Flaw.NOT_TEXT, "")]


def test_a_file_named_after_no_category_is_told() -> None:
    assert mistakes(GOOD, "loan.toml") == [(1, Flaw.UNKNOWN_CATEGORY, "loan")]


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    text = GOOD.replace('id = "known"', 'id = "what"').replace('en = "Two"', 'en = ""')
    assert [flaw for _, flaw, _ in mistakes(text)] == [Flaw.NO_TEXT, Flaw.SAME_NAME]


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    found = reading.read({"loans.toml": data})
    assert found.mistakes or found.forms


@given(st.integers(0, len(GOOD)), st.text(alphabet='[]{}="\n#a', max_size=4))
def test_no_slip_of_the_pen_breaks_the_reader(at: int, typed: str) -> None:
    found = reading.read({"loans.toml": (GOOD[:at] + typed + GOOD[at:]).encode()})
    assert all(1 <= each.line <= GOOD.count("\n") + 6 for each in found.mistakes)


def test_an_own_file_takes_the_place_of_ours_alone() -> None:
    found = reading.with_own({"loans.toml": GOOD.encode()})
    assert found.mistakes == ()
    assert [each.name for each in found.forms[Category.LOANS].questions] == [
        "what",
        "where",
        "known",
    ]
    assert found.forms[Category.FIRE] == forms()[Category.FIRE]


# --- ours ---------------------------------------------------------------------------------------


def test_every_category_has_a_sound_form() -> None:
    assert reading.with_own({}).mistakes == ()
    assert set(forms()) == set(Category)


@pytest.mark.parametrize("category", Category)
def test_every_form_asks_how_many_could_know(category: Category) -> None:
    assert forms()[category].questions[-1].is_careful


@pytest.mark.parametrize("category", Category)
def test_our_own_labels_and_answers_are_no_words_of_the_worker(category: Category) -> None:
    for question in forms()[category].questions:
        for said in ("không rõ", *(each.label.vi for each in question.options)):
            line = f"{question.label.vi}: {said}"
            assert scope.is_silent(f"{STORY}\n\n{line}"), line
            # "Only I" is what the coach looks for; it is asked of the worker's own words alone.
            assert look(line) == () or question.is_careful, line


# Together these name a worker, whatever each of them may be good for.
OF_THE_SENDER = re.compile(
    r"bạn tên|ca nào|tổ nào|bạn làm (?:ở|ca|tổ)|bao lâu rồi|bạn bao nhiêu"
    r"|vì sao bạn|tại sao bạn|your name\?|your shift|your team|why did you|how long have you",
    re.IGNORECASE,
)


@pytest.mark.parametrize("category", Category)
def test_no_question_asks_who_the_sender_is_or_why_they_did(category: Category) -> None:
    for question in forms()[category].questions:
        for language in Language:
            assert not OF_THE_SENDER.search(question.ask.get(language)), question.name


# --- the talk -----------------------------------------------------------------------------------


def asked(category: Category = Category.UNSAFE, *, danger: bool = False) -> Chat:
    """A chat that has just told its story."""
    chat = Chat(World(asks=True))
    more_of = ["more"] if category in SECOND_PAGE else []
    names = ("report", *more_of, category.value, "danger_yes" if danger else "danger_no")
    for name in (*names, "no_place"):
        chat.receive(Chose(name))
    chat.receive(Said(STORY))
    return chat


def draft_of(chat: Chat) -> Draft:
    draft = leaving.gathered(chat.talk.state)
    assert isinstance(draft, Draft)
    return draft


@pytest.mark.parametrize("category", Category)
def test_passing_over_all_leaves_the_story_as_it_was(category: Category) -> None:
    chat = asked(category)
    chat.receive(Chose("skip_all"))
    assert isinstance(chat.talk.state, Reviewing)
    assert draft_of(chat).whole == STORY


@pytest.mark.parametrize("category", Category)
def test_passing_over_one_by_one_does_so_too(category: Category) -> None:
    chat = asked(category)
    for _ in range(reading.MOST_QUESTIONS):
        if isinstance(chat.talk.state, ChoosingDetail | TellingDetail):
            chat.receive(Chose("skip"))
    assert isinstance(chat.talk.state, Reviewing)
    assert draft_of(chat).whole == STORY


def test_in_danger_nothing_more_is_asked_but_offered() -> None:
    chat = asked(danger=True)
    assert isinstance(chat.talk.state, Reviewing)
    shown = chat.receive(Chose("details"))
    assert "Câu 1/6" in shown.text


def test_hardly_anybody_knows_and_the_other_answers_are_dropped() -> None:
    chat = asked(Category.OTHER)
    for event in (Said("bảo vệ cổng 2"), Said("cổng 2"), Said("tối qua"), Chose("is_saw")):
        chat.receive(event)
    chat.receive(Chose("is_alone"))
    shown = chat.receive(Chose("drop_details"))
    assert "cổng 2" not in shown.text
    assert draft_of(chat).whole == f"{STORY}\n\nCòn ai biết: Chỉ mình tôi biết"


def test_an_answer_whose_question_is_no_longer_asked_is_given_back() -> None:
    chat = asked()
    chat.receive(Chose("is_machine"))
    chat.receive(Said("máy dập số 4"))
    chat.receive(Chose("back"))
    chat.receive(Chose("back"))
    shown = chat.receive(Chose("is_power"))
    assert "máy dập số 4" in shown.text
    assert draft_of(chat).whole == f"{STORY}\n\nNguy hiểm từ đâu: Điện"


def test_another_category_keeps_what_was_answered() -> None:
    chat = asked()
    chat.receive(Chose("is_power"))
    for name in ("skip_all", "change", "change_category", "fire"):
        shown = chat.receive(Chose(name))
    assert "Nguy hiểm từ đâu: Điện" in shown.text
    assert draft_of(chat).whole.endswith("Nguy hiểm từ đâu: Điện")


def test_answers_are_kept_from_the_police_as_the_story_is() -> None:
    chat = asked(Category.THEFT)
    chat.receive(Chose("is_goods"))
    chat.receive(Said("kho 3, sau buổi đình công"))
    if "keep_all" in {each.name for each in chat.receive(Chose("nothing")).choices}:
        chat.receive(Chose("keep_all"))
    shown = chat.receive(Chose("skip_all"))
    assert "đình công" in shown.text
    assert "police" not in {each.name for each in shown.choices}


NAMES = ("skip", "skip_all", "back", "keep_details", "drop_details", "is_unknown", "keep_answer")
MORE = ("drop_answer", "change", "change_details", "done", "details", "q_who", "q_where", "q_what")
WORDS = ("cổng 2", "khong biet", "4", "tối qua", "Một câu chuyện dài hơn sáu mươi chữ cái nữa mà.")
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.sampled_from([Chose(each) for each in (*NAMES, *MORE)]),
    st.sampled_from([Said(each) for each in WORDS]),
    st.integers(0, 5).map(lambda at: Chose(f"option {at}")),
)


def meant(form: Form, chat: Chat, event: Event) -> Event:
    """`option 2` is the answer at that place of the question that is asked."""
    state = chat.talk.state
    if not isinstance(event, Chose) or not event.name.startswith("option"):
        return event
    question = form.question(state.question) if isinstance(state, ChoosingDetail) else None
    options = question.options if question else ()
    at = int(event.name.split()[1])
    return Chose(f"is_{options[at].name}") if at < len(options) else Chose("skip")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(list(Category)), st.lists(EVENTS, max_size=14))
def test_any_answers_in_any_order_stand_in_the_tip_once(
    category: Category, events: list[Event]
) -> None:
    chat, form = asked(category), forms()[category]
    for event in events:
        shown = chat.receive(meant(form, chat, event))
        assert shown.text.strip()
        assert len(shown.choices) <= MOST_CHOICES
        draft = draft_of(chat)
        questions = [each.question for each in draft.details]
        assert len(set(questions)) == len(questions)
        chosen = {each.question: each.choice for each in draft.details}
        assert set(questions) <= {each.name for each in form.asked(chosen)}
        lines = draft.whole.removeprefix(draft.story).strip().splitlines()
        assert lines == [f"{each.label}: {each.said}" for each in draft.details]
        if isinstance(chat.talk.state, Reviewing | ChangingDetails):
            assert "skip_all" not in {each.name for each in shown.choices}
