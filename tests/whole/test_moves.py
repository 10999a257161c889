"""Every move of the life of a tip is told in a talk, and tried on the web desk and in Telegram."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from handlers.tips import LIFE, Move, Outcome

TESTS = Path(__file__).parents[1]
HELD = "test_desk_holding"
CHAT = "test_telegram_holding"
OLD = "test_telegram_old_buttons.test_old_buttons_and_words_change_nothing"


@dataclass(frozen=True, slots=True)
class Tried:
    """A line of a talk, a test over the real pages, and one in Telegram (module.test); there empty
    where the move is made on the web desk alone.
    """

    talk: str
    web: str
    chat: str


PASSING = "test_desk_passing"
POLICE = "test_desk_police"
WORKER = "test_worker_moves_at_the_desk"

TRIED: dict[Move, Tried] = {
    Move.DELIVER: Tried(
        r"! desk of [\w-]+ has 1",
        "test_desk.test_a_tip_goes_its_whole_way",
        "test_telegram_desk.test_a_card_holds_no_words_and_no_place_finer_than_the_province",
    ),
    Move.CLAIM: Tried(
        "! officer claims",
        "test_desk.test_of_two_officers_one_claims_and_the_other_is_told_who",
        "test_telegram_desk.test_one_of_two_officers_gets_the_tip_and_the_other_is_told_who",
    ),
    Move.RELEASE: Tried(
        "! officer releases$",
        f"{HELD}.test_a_tip_is_given_back_and_the_next_one_claims_it",
        f"{CHAT}.test_a_tip_is_given_back_and_may_be_claimed_again",
    ),
    Move.HAND_OVER: Tried(
        "! officer hands over",
        f"{HELD}.test_a_tip_is_given_to_a_colleague_by_name",
        f"{CHAT}.test_a_tip_is_given_to_a_colleague_by_name",
    ),
    Move.TAKE_OVER: Tried(
        "! colleague takes over",
        f"{HELD}.test_a_colleague_waits_a_day_and_a_lead_does_not",
        f"{CHAT}.test_a_card_leads_a_colleague_to_taking_over_once_its_holder_was_long_away",
    ),
    Move.ASK: Tried(
        "! officer asks ",
        "test_desk.test_a_tip_goes_its_whole_way",
        "test_telegram_replies.test_a_question_goes_at_once_and_can_be_changed_for_a_minute",
    ),
    Move.ANSWER: Tried(
        "! officer answers ",
        "test_desk.test_a_tip_goes_its_whole_way",
        "test_telegram_desk.test_an_answer_is_typed_in_the_private_chat",
    ),
    Move.PASS_ON: Tried(
        "! officer passes it on to",
        f"{PASSING}.test_a_tip_is_passed_on_after_a_second_look",
        OLD,
    ),
    Move.RETURN: Tried(
        "! officer returns it to", f"{PASSING}.test_it_is_returned_with_a_reason", ""
    ),
    Move.RELEASE_TO_POLICE: Tried(
        "! officer releases it to",
        f"{POLICE}.test_a_union_officer_releases_a_tip_with_one_press_and_a_second_look",
        "",
    ),
    Move.POLICE_RECEIVED: Tried(
        "! it is received by",
        f"{POLICE}.test_the_police_read_receive_and_pass_and_can_do_nothing_else",
        "",
    ),
    Move.POLICE_PASSED: Tried(
        "! the police pass it to",
        f"{POLICE}.test_the_police_read_receive_and_pass_and_can_do_nothing_else",
        "",
    ),
    Move.CLOSE: Tried(
        "! officer closes ",
        "test_desk.test_a_tip_goes_its_whole_way",
        "test_telegram_desk.test_the_private_desk_lists_asks_closes_and_is_left",
    ),
    Move.UNDO_CLOSE: Tried(
        "! officer undoes the closing",
        f"{HELD}.test_a_closing_is_undone_from_the_page_of_the_tip",
        f"{CHAT}.test_a_closing_is_undone_in_the_chat",
    ),
    Move.MERGE: Tried(
        "! officer merges it under another",
        "test_desk_likeness.test_merged_tips_are_one_card_and_one_answer_reaches_each_worker",
        "test_telegram_desk_merged.test_merged_tips_are_one_card_in_the_group_which_stands_for_all",
    ),
    Move.ADD: Tried(
        r"> \[Viết thêm\]",
        f"{WORKER}.test_a_reply_turns_a_question_into_work",
        "test_telegram_desk.test_a_workers_addition_is_shown_with_the_hour_and_not_at_once",
    ),
    Move.THANK: Tried(
        "! officer marks it as valuable",
        "test_desk_numbers.test_the_page_of_the_mark_says_what_the_worker_reads",
        f"{CHAT}.test_who_closes_a_marked_tip_in_the_chat_thanks_its_worker",
    ),
    Move.REOPEN: Tried(
        "< Tin đã mở lại",
        f"{WORKER}.test_a_closed_tip_is_open_again_for_who_held_it",
        f"{WORKER}.test_in_a_group_the_card_of_a_closed_tip_is_one_to_work_on_again",
    ),
    Move.WITHDRAW: Tried(
        r"> \[Kết thúc tin\]",
        f"{WORKER}.test_what_its_worker_ended_can_be_read_and_no_more",
        f"{WORKER}.test_in_a_group_the_card_tells_that_its_worker_ended_it",
    ),
    Move.MOVE_UP: Tried(
        "! nobody reads any more at",
        f"{WORKER}.test_what_its_worker_sent_up_is_at_the_next_desk_and_nobody_can_stop_it",
        OLD,
    ),
}
ON_THE_WEB_ALONE = frozenset(
    {Move.RETURN, Move.RELEASE_TO_POLICE, Move.POLICE_RECEIVED, Move.POLICE_PASSED}
)
"""Seals a tip to somebody else after a second look; the chat says where it is done."""


def test_every_move_is_tried_on_every_channel_where_it_is_made() -> None:
    assert set(TRIED) == set(LIFE)
    assert {move for move, tried in TRIED.items() if not tried.chat} == ON_THE_WEB_ALONE
    names = {name for tried in TRIED.values() for name in (tried.web, tried.chat) if name}
    for name in sorted(names):
        module, _, test = name.partition(".")
        source = (TESTS / "bot" / f"{module}.py").read_text(encoding="utf-8")
        assert re.search(rf"^async def {test}\(", source, re.MULTILINE), name


@pytest.mark.parametrize("move", TRIED)
def test_every_move_is_told_in_a_talk(move: Move) -> None:
    assert re.search(f"^{TRIED[move].talk}", _talks(), re.MULTILINE)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_ending_is_told_in_a_talk(outcome: Outcome) -> None:
    assert re.search(rf"^! officer closes {outcome}\b", _talks(), re.MULTILINE)


def _talks() -> str:
    found = sorted((TESTS / "talks").glob("*.talk"))
    return "\n".join(each.read_text(encoding="utf-8") for each in found)
