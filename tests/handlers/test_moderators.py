"""What the desk decides: who may do what with a tip, and which names and passwords will do."""

from dataclasses import replace

import pytest

from handlers import moderators
from handlers.coach import Doubt
from handlers.moderators.accounts import Weakness, login_name, shown_name, weakness
from handlers.moderators.actions import (
    HELD,
    MOST_LETTERS,
    OUTCOMES,
    Action,
    Answer,
    Ask,
    Claim,
    Close,
    CloseOutside,
    DeskTurn,
    End,
    LetGo,
    Offer,
    PutAnswer,
    PutQuestion,
    Standing,
    TakeOver,
)
from handlers.tips import Outcome, Status

FREE = Standing(Status.TRIAGE, mine=False)
MINE = Standing(Status.CLAIMED, mine=True, holder="An")
THEIRS = Standing(Status.WORKING, mine=False, holder="Bình")
CLOSED = Standing(Status.CLOSED, mine=True, holder="An")

WRITING = (Ask("Chuyện xảy ra ở đâu?"), Answer("Đã báo."), Close("handled", "Xong."))


def keys(turn: DeskTurn) -> list[str]:
    return [said.key for said in turn.says]


def test_a_free_tip_can_be_claimed_and_nothing_else() -> None:
    assert moderators.offered(FREE) == (Offer.CLAIM,)
    assert moderators.respond(Claim(), FREE).effects == (TakeOver(),)
    for action in WRITING:
        turn = moderators.respond(action, FREE)
        assert turn.effects == ()
        assert keys(turn) == ["desk.no.claim_first"]


@pytest.mark.parametrize("status", sorted(HELD))
def test_the_holder_asks_answers_and_closes(status: Status) -> None:
    mine = Standing(status, mine=True, holder="An")
    assert moderators.offered(mine) == (Offer.ASK, Offer.ANSWER, Offer.CLOSE)
    effects = [moderators.respond(action, mine).effects for action in WRITING]
    assert effects == [
        (PutQuestion("Chuyện xảy ra ở đâu?"),),
        (PutAnswer("Đã báo."),),
        (End(Outcome.HANDLED, "Xong."),),
    ]


@pytest.mark.parametrize("action", [Claim(), *WRITING])
def test_what_a_colleague_holds_is_refused_with_their_name(action: Action) -> None:
    turn = moderators.respond(action, THEIRS)
    assert turn.effects == ()
    assert turn.says[0].key == "desk.no.taken"
    assert dict(turn.says[0].fields) == {"by": "Bình"}
    assert moderators.offered(THEIRS) == ()


@pytest.mark.parametrize("action", [Claim(), *WRITING])
def test_nothing_happens_to_a_closed_tip(action: Action) -> None:
    assert moderators.offered(CLOSED) == ()
    assert keys(moderators.respond(action, CLOSED)) == ["desk.no.closed"]
    assert moderators.respond(action, CLOSED).effects == ()


def test_claiming_twice_is_no_fault() -> None:
    turn = moderators.respond(Claim(), MINE)
    assert (turn.effects, keys(turn)) == ((), ["desk.no.yours_already"])


@pytest.mark.parametrize("blank", ["", "  \n\t ", "\u200b\u202e\x00"])
def test_words_that_say_nothing_are_refused(blank: str) -> None:
    for action in (Ask(blank), Answer(blank), Close("handled", blank)):
        assert keys(moderators.respond(action, MINE)) == ["desk.no.empty"]


def test_words_are_cleaned_before_they_are_laid_into_the_thread() -> None:
    turn = moderators.respond(Ask("  Lối thoát\u202e  hiểm\x00 ở đâu? "), MINE)
    assert turn.effects == (PutQuestion("Lối thoát hiểm ở đâu?"),)
    assert dict(turn.says[1].fields) == {"words": "Lối thoát hiểm ở đâu?"}


def test_the_longest_words_pass_and_one_letter_more_does_not() -> None:
    assert moderators.respond(Answer("a" * MOST_LETTERS), MINE).effects
    for action in (Ask, Answer):
        turn = moderators.respond(action("a" * (MOST_LETTERS + 1)), MINE)
        assert keys(turn) == ["desk.no.too_long"]
        assert dict(turn.says[0].fields) == {"most": 4000, "letters": 4001, "over": 1}


ASKING = "Bạn tên gì, cho xin số điện thoại?"


@pytest.mark.parametrize("action", [Ask(ASKING), Answer(ASKING), Close("handled", ASKING)])
def test_words_that_may_lead_to_the_worker_wait_for_a_second_press(action: Action) -> None:
    turn = moderators.respond(action, MINE)
    assert turn.effects == ()
    assert turn.doubts == (Doubt.NAME, Doubt.CONTACT)
    assert keys(turn) == ["desk.coach.name", "desk.coach.contact"]
    assert dict(turn.says[0].fields) == {"words": "Bạn tên gì"}
    assert isinstance(action, Ask | Answer | Close)
    half = replace(action, sure=frozenset({"name"}))
    assert moderators.respond(half, MINE).doubts == (Doubt.NAME, Doubt.CONTACT)
    sure = replace(action, sure=frozenset(turn.doubts))
    assert len(moderators.respond(sure, MINE).effects) == 1
    assert moderators.respond(sure, MINE).doubts == ()


def test_a_workers_number_in_an_answer_needs_the_second_press_too() -> None:
    for words in ("Số 0900 000 012 là của bạn?", "CCCD 099200000012", "Xe 99B1-000.12"):
        assert moderators.respond(Answer(words), MINE).doubts == (Doubt.NUMBER,)
    assert moderators.respond(Answer("Nếu nguy hiểm, gọi 113 hoặc 115."), MINE).doubts == ()


def test_who_may_not_write_is_told_so_and_not_coached() -> None:
    assert keys(moderators.respond(Ask(ASKING), THEIRS)) == ["desk.no.taken"]
    assert keys(moderators.respond(Close("solved", ASKING), MINE)) == ["desk.no.outcome"]


@pytest.mark.parametrize("outcome", ["", "HANDLED", "solved", "out_of_scope"])
def test_only_offered_outcomes_close_a_tip(outcome: str) -> None:
    assert keys(moderators.respond(Close(outcome, "Xong."), MINE)) == ["desk.no.outcome"]


def test_every_outcome_but_out_of_scope_is_told_in_the_officers_words() -> None:
    assert set(OUTCOMES) == set(Outcome) - {Outcome.OUT_OF_SCOPE}


def test_a_tip_is_let_go_only_by_its_holder_who_is_sure() -> None:
    assert moderators.respond(CloseOutside(sure=True), MINE).effects == (LetGo(),)
    assert keys(moderators.respond(CloseOutside(sure=False), MINE)) == ["desk.no.unsure"]
    assert keys(moderators.respond(CloseOutside(sure=True), THEIRS)) == ["desk.no.taken"]


def test_no_turn_shows_words_or_names_when_it_is_printed() -> None:
    printed = repr(moderators.respond(Answer("Xưởng 3 đã sửa"), MINE)) + repr(THEIRS)
    assert "Xưởng" not in printed
    assert "Bình" not in printed


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("ngắn quá", Weakness.SHORT),
        ("a" * 201, Weakness.LONG),
        ("123456789012", Weakness.COMMON),
        ("matkhau123456", Weakness.COMMON),
        ("Password2026!", Weakness.COMMON),
        ("aaaaaaaaaaaaaa", Weakness.COMMON),
        ("CongDoan@Vietnam1", Weakness.COMMON),
        ("canbo.dongnai.2026", Weakness.COMMON),
        ("thu-van-phong-1", Weakness.COMMON),
        ("chuồn chuồn cắn rốn", None),
        ("giay-den-muoi-ghe", None),
        ("kR8!wq2Zt0#pLm", None),
    ],
)
def test_guessable_passwords_are_refused(password: str, expected: Weakness | None) -> None:
    assert weakness(password, "van-thu", "Văn phòng Thư") is expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (" Can.Bo-1 ", "can.bo-1"),
        ("ab", None),
        ("a" * 41, None),
        ("cán bộ", None),
        ("-abc", None),
        ("abc.", None),
        ("a\nbc", None),
    ],
)
def test_log_in_names_are_plain(typed: str, expected: str | None) -> None:
    assert login_name(typed) == expected


def test_shown_names_are_one_clean_line() -> None:
    assert shown_name(" Cán bộ\u202e \n trực ") == "Cán bộ trực"
    assert shown_name("\u200b ") is None
    assert shown_name("x" * 81) is None
