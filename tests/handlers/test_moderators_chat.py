"""The desk in a chat, as pure decisions: what a card shows, and where a press or words lead."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.coach import Doubt
from handlers.languages import Language
from handlers.moderators import chat
from handlers.moderators.actions import OUTCOMES, Answer, Ask, Claim, Close, CloseOutside, Offer
from handlers.moderators.cards import Face, card, card_choices, may_be_read_in_chat
from handlers.moderators.chat import (
    Doubting,
    Ending,
    LastWords,
    Listing,
    Looking,
    Parted,
    Pressed,
    State,
    Step,
    Typed,
    Weighing,
    Writing,
)
from handlers.moderators.chat_drafts import Correcting, Previewing, Templates
from handlers.screens import Screen
from handlers.tips import Category, Outcome, Status
from tests.world import texts

TIP = "00ff"
TODAY = date(2026, 11, 24)
FACE = Face(
    nickname="Cây tre xanh",
    category=Category.FIRE,
    province="Thành phố Hồ Chí Minh",
    danger=False,
    files=2,
    day=date(2026, 11, 21),
    due=datetime(2026, 11, 25, 0, 0, tzinfo=UTC),
    overdue=False,
    status=Status.TRIAGE,
    outcome=None,
)


def shown(screen: Screen, language: Language = Language.VI) -> str:
    return texts()[language].render(screen).text


def names(screen: Screen) -> list[str]:
    return [choice.name for choice in screen.choices]


def test_a_card_tells_what_the_desk_needs_to_know_before_reading() -> None:
    told = shown(card(FACE, TODAY))
    for part in (
        "Tin “Cây tre xanh”",
        "Thành phố Hồ Chí Minh",
        "2 tệp",
        "21/11/2026 (3 ngày, tính đến 24/11)",
        "chờ phân loại",
        "trước hết ngày 24/11/2026",
    ):
        assert part in told
    assert "NGUY HIỂM" not in told
    urgent = replace(FACE, danger=True, files=0, province="", overdue=True, holder="An")
    told = shown(card(urgent, TODAY))
    for part in ("NGUY HIỂM", "không có", "Không nêu nơi", "đã quá hạn từ", "Người giữ: An"):
        assert part in told


def test_a_cards_buttons_follow_its_status() -> None:
    assert [each.name for each in card_choices(Status.TRIAGE, None)] == ["claim", "read"]
    assert [each.name for each in card_choices(Status.WORKING, "An")] == [
        "read", "answer", "ask", "close",
    ]  # fmt: skip
    assert [each.name for each in card_choices(Status.ASKED, None)] == ["claim", "read"]
    assert card_choices(Status.CLOSED, "An") == ()
    ended = replace(FACE, status=Status.CLOSED, outcome=Outcome.PASSED, due=None)
    assert "đã kết thúc: đã chuyển cơ quan khác" in shown(card(ended, TODAY))


@pytest.mark.parametrize("category", Category)
def test_words_go_to_a_chat_only_where_nobody_may_be_known_by_them(category: Category) -> None:
    never = {Category.VIOLENCE, Category.HARASSMENT, Category.FORCED}
    assert may_be_read_in_chat(category, allowed=True, shuts_out=False) is (category not in never)
    assert not may_be_read_in_chat(category, allowed=False, shuts_out=False)
    assert not may_be_read_in_chat(category, allowed=True, shuts_out=True)


def test_presses_lead_from_the_list_to_a_written_answer() -> None:
    state: State = Listing(("aa", TIP))
    step = chat.step(state, Pressed("card2"))
    assert step == Step(Looking(TIP))
    assert chat.step(Listing(("aa", TIP)), Typed(" 2 ")) == step
    assert chat.step(Looking(TIP), Pressed("claim")) == Step(Looking(TIP), Claim())
    assert chat.step(Looking(TIP), Pressed("read")) == Step(Looking(TIP), reads=True)
    writing = chat.step(Looking(TIP), Pressed("answer")).state
    assert writing == Writing(TIP, Offer.ANSWER)
    assert chat.step(writing, Typed("Xong")) == Step(writing, Answer("Xong"))
    asking = chat.enter("ask", TIP)
    assert chat.step(asking, Typed("Cửa nào?")).action == Ask("Cửa nào?")
    assert chat.step(asking, Pressed("list")) == Step(Listing())


def test_a_tip_is_closed_with_an_outcome_of_the_list_and_words() -> None:
    ending = chat.enter("close", TIP)
    assert ending == Ending(TIP)
    assert names(chat.ending("Tre")) == [*(str(each) for each in OUTCOMES), "out_of_scope"]
    last = chat.step(ending, Pressed("handled")).state
    assert last == LastWords(TIP, Outcome.HANDLED)
    assert chat.step(last, Typed("Cảm ơn")).action == Close("handled", "Cảm ơn")
    assert chat.step(Looking(TIP), Pressed("handled")) == Step(Looking(TIP))


@pytest.mark.parametrize("action", [Ask("Tên gì?"), Answer("Tên gì?"), Close("handled", "Tên gì?")])
def test_doubted_words_are_kept_changed_or_sent_all_the_same(action: Ask | Answer | Close) -> None:
    state = chat.doubting(TIP, action)
    assert isinstance(state, Doubting)
    asked = chat.doubted(replace(state, words="Bạn tên gì?"))
    assert names(asked) == ["rewrite", "anyway"]
    assert "hỏi tên" in shown(asked)
    assert "Bạn tên gì?" in shown(asked)
    anyway = chat.step(state, Pressed("anyway")).action
    assert anyway == replace(action, sure=frozenset(Doubt))
    written = chat.step(state, Pressed("rewrite")).state
    assert isinstance(written, Writing | LastWords)
    anew = chat.step(state, Typed("Chuyện gì?")).action
    assert anew == replace(action, words="Chuyện gì?")
    assert chat.step(written, Typed("Chuyện gì?")).action == anew
    assert chat.step(state, Pressed("list")) == Step(Listing())


def test_out_of_scope_is_explained_and_asked_once_more() -> None:
    weighing = chat.step(Ending(TIP), Pressed("out_of_scope")).state
    assert weighing == Weighing(TIP)
    told = shown(chat.weighing("Tre"))
    assert "mất tin này ngay" in told
    assert "7 ngày" in told
    assert "10 phút" in told
    assert chat.step(weighing, Typed("có")).action is None
    assert chat.step(weighing, Pressed("list")) == Step(Listing())
    assert chat.step(weighing, Pressed("let_go")).action == CloseOutside(sure=True)
    for elsewhere in (Looking(TIP), Ending(TIP), LastWords(TIP, Outcome.HANDLED)):
        assert chat.step(elsewhere, Pressed("let_go")).action is None


def test_the_way_back_is_there_and_nothing_else_of_that_tip() -> None:
    parted = Parted(TIP, "14:35")
    assert "14:35" in shown(chat.parted(parted))
    assert chat.step(parted, Pressed("undo")) == Step(parted, undoes=True)
    for name in ("claim", "ask", "answer", "close", "read", "list", "let_go"):
        assert chat.step(parted, Pressed(name)) == Step(Listing())


def test_what_is_no_word_and_words_out_of_place_are_answered_kindly() -> None:
    for state in (Listing(), Looking(TIP), Ending(TIP)):
        for typed, key in ((None, "desk.chat.only_words"), ("xin chào", "desk.chat.press_first")):
            step = chat.step(state, Typed(typed))
            assert (step.state, step.action) == (state, None)
            assert [said.key for said in step.says] == [key]


def test_the_list_numbers_the_tips_and_has_at_most_nine_buttons() -> None:
    faces = tuple(replace(FACE, nickname=f"Tre {at}", danger=at == 0) for at in range(12))
    screen = chat.listing(faces, free=4)
    told = shown(screen)
    assert names(screen) == [f"card{at}" for at in range(1, 10)]
    assert "1. Tre 0: " in told
    assert "NGUY HIỂM" in told
    assert "Còn 3 tin nữa" in told
    assert "4 tin chưa ai nhận" in told
    assert "không giữ tin nào" in shown(chat.listing((), free=0))


_STATES: st.SearchStrategy[State] = st.sampled_from(
    [
        Listing(),
        Listing((TIP, "aa")),
        Looking(TIP),
        Writing(TIP, Offer.ASK),
        Writing(TIP, Offer.ANSWER),
        Ending(TIP),
        LastWords(TIP, Outcome.HANDLED),
        Weighing(TIP),
        Parted(TIP, "14:35"),
        Writing(TIP, Offer.NOTE),
        Doubting(TIP, Offer.ASK, "Cửa nào?\n- Trước\n- Sau"),
        Templates(TIP, Offer.CLOSE, Outcome.HANDLED, ("a", "b")),
        Previewing(TIP, Offer.ASK, "Cửa nào?\n- Trước\n- Sau"),
        Previewing(TIP, Offer.CLOSE, "Xong.", Outcome.HANDLED),
        Correcting(TIP),
    ]
)
_SENDING = {"send", "send_plain", "anyway"}
_NAMES = [
    *sorted(_SENDING),
    *("edit", "rewrite", "templates", "template1", "template9", "correct", "take_back", "note"),
    "let_go",
    "undo",
    "out_of_scope",
    "list",
    "card1",
    "card9",
    "claim",
    "ask",
    "answer",
    "close",
    "read",
    "handled",
    "x",
    "",
]


@given(_STATES, st.one_of(st.sampled_from(_NAMES).map(Pressed), st.text().map(Typed)))
def test_everything_leads_somewhere_and_only_words_write(
    state: State, event: Pressed | Typed
) -> None:
    step = chat.step(state, event)
    assert isinstance(step.state, State)
    if isinstance(step.action, Ask | Answer | Close):
        # And those that were looked at, or doubted, and are sent as they are.
        if isinstance(event, Typed):
            assert isinstance(state, Writing | LastWords | Doubting | Previewing)
        else:
            assert event.name in _SENDING
            assert isinstance(state, Doubting | Previewing)
    if step.corrects is not None or step.takes_back:
        assert isinstance(state, Correcting | Looking)
    if not isinstance(step.state, Listing) and not isinstance(state, Listing):
        assert step.state.tip == state.tip


def test_a_lead_reads_how_many_tips_wait_for_them_and_an_officer_nothing_of_it() -> None:
    assert not any(each.key == "desk.aside.chat" for each in chat.listing((), 0).says)
    [line] = [each for each in chat.listing((), 0, 3).says if each.key == "desk.aside.chat"]
    assert line.fields == (("count", 3),)
