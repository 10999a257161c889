"""The studio's talk: who may do what about a bulletin, how a form is read, what an edit changed."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.broadcasters import chat, drafts, offered, respond, schedule, steering
from handlers.broadcasters.actions import (
    Approve,
    Delete,
    LetGo,
    Offer,
    Propose,
    PutForward,
    Remove,
    Standing,
    Steer,
    Turn,
)
from handlers.broadcasters.changes import Mark, changes, compared, facts
from handlers.broadcasters.chat import Listing, Looking, Reading
from handlers.bulletins import Content, OnHoliday, Plan, Repeat, Run, Stage, Topic, Urgency
from handlers.languages import Language
from handlers.places import Place
from handlers.screens import say
from handlers.texts import Texts

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SEAL = "a" * 64
DRAFT = Standing(Stage.DRAFT, SEAL, writes=True, approves=False)
WAITS = Standing(Stage.PROPOSED, SEAL, writes=False, approves=True)
HANOI = Place("01", "Thành phố Hà Nội", "01", "Thành phố Hà Nội")
BA_DINH = Place("00004", "Phường Ba Đình", "01", "Thành phố Hà Nội")
OTHER = Place("10126", "Xã Bình Minh", "01", "Thành phố Hà Nội")
ANOTHER = Place("14623", "Xã Bình Minh", "37", "Tỉnh Ninh Bình")


def told(turn: object) -> str:
    return str(getattr(turn, "says")[0].key).rpartition(".")[2]  # noqa: B009


def test_an_author_proposes_and_another_person_approves() -> None:
    assert respond(Propose(SEAL), DRAFT).effect == PutForward()
    assert respond(Approve(SEAL), WAITS).effect == LetGo()
    assert offered(DRAFT) == (Offer.PROPOSE, Offer.EDIT, Offer.DELETE)
    assert offered(WAITS) == (Offer.APPROVE,)


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (replace(WAITS, own=True), "own"),
        (replace(WAITS, approves=False, writes=True), "right_approve"),
        (replace(WAITS, mine=True), "approved_by_you"),
        (replace(WAITS, blocked=True), "blocked"),
        (replace(WAITS, stage=Stage.DRAFT), "not_proposed"),
        (replace(WAITS, stage=Stage.APPROVED), "approved_already"),
        (replace(WAITS, stage=Stage.DELETED), "over"),
        (replace(WAITS, stage=Stage.ENDED), "over"),
    ],
)
def test_an_approval_is_refused_with_a_reason(standing: Standing, why: str) -> None:
    turn = respond(Approve(SEAL), standing)
    assert (turn.effect, told(turn)) == (None, why)
    assert Offer.APPROVE not in offered(standing)


def test_an_approval_is_for_what_was_shown_and_nothing_else() -> None:
    turn = respond(Approve("b" * 64), WAITS)
    assert (turn.effect, told(turn)) == (None, "old")


def test_a_text_of_the_library_needs_nobody_but_its_author() -> None:
    free = replace(DRAFT, needed=0, own=True)
    assert offered(free)[0] is Offer.SCHEDULE
    assert respond(Approve(SEAL), free).effect == LetGo()
    assert told(respond(Approve(SEAL), replace(free, writes=False))) == "right_approve"


def test_only_authors_delete_and_only_what_they_saw() -> None:
    assert respond(Delete(SEAL), DRAFT).effect == Remove()
    assert told(respond(Delete("old"), DRAFT)) == "old"
    assert told(respond(Delete(SEAL), WAITS)) == "right_write"


def test_what_is_offered_is_never_refused() -> None:
    flags = (True, False)
    for stage, writes, approves, own, mine, blocked, needed in product(
        Stage, flags, flags, flags, flags, flags, (0, 1, 2)
    ):
        standing = Standing(stage, SEAL, writes, approves, own, needed, 0, mine, blocked)
        for offer in offered(standing):
            if offer in {Offer.APPROVE, Offer.SCHEDULE}:
                assert respond(Approve(SEAL), standing).effect == LetGo()
            elif offer is Offer.PROPOSE:
                assert respond(Propose(SEAL), standing).effect == PutForward()
            elif offer is Offer.DELETE:
                assert respond(Delete(SEAL), standing).effect == Remove()
    for run, writes, approves in product(Run, flags, flags):
        standing = Standing(Stage.ENDED, SEAL, writes, approves, run=run)
        for offer in steering(standing):
            assert isinstance(respond(Steer(offer, 1), standing).effect, Turn)


def test_a_sending_is_steered_only_where_it_stands_so() -> None:
    running = replace(DRAFT, run=Run.SENDING)
    assert respond(Steer(Offer.PAUSE, 1), running).effect == Turn(Run.PAUSED)
    assert told(respond(Steer(Offer.RESUME, 1), running)) == "sending_changed"
    late = replace(running, run=Run.LATE)
    assert schedule.offered(Run.LATE) == (Offer.SEND_NOW, Offer.LEAVE)
    assert respond(Steer(Offer.SEND_NOW, 1), late).effect == Turn(Run.SENDING)
    assert respond(Steer(Offer.LEAVE, 1), late).effect == Turn(Run.CANCELLED)
    assert told(respond(Steer(Offer.PAUSE, 1), DRAFT)) == "no_sending"
    nobody = replace(running, writes=False)
    assert told(respond(Steer(Offer.PAUSE, 1), nobody)) == "right_write"
    assert schedule.offered(Run.DONE) == ()


def test_a_form_says_again_what_filled_it() -> None:
    content = Content(
        topic=Topic.SAFETY,
        urgency=Urgency.ALERT,
        legal=False,
        scope=("01", "01/00004"),
        checked_on=date(2026, 11, 21),
        plan=Plan(
            datetime(2026, 11, 24, 4, 30, tzinfo=UTC),
            Repeat.CRON,
            "30 11 * * 2",
            date(2027, 1, 31),
            OnHoliday.NEXT_DAY,
        ),
    )
    fields = drafts.filled(content, (HANOI.label, BA_DINH.label), ZONE)
    found = {HANOI.label: (HANOI, BA_DINH), BA_DINH.label: (BA_DINH,)}
    form = drafts.read(fields, found, ZONE)
    assert form.is_whole
    assert form.content == content


def test_a_day_may_be_written_as_it_is_spoken() -> None:
    fields = {"topic": "wages", "checked_on": "1.2.2026", "expires_on": "24/11/2026"}
    form = drafts.read(fields | {"day": "2026-11-24", "hour": "7h05"}, {}, ZONE)
    assert form.is_whole
    assert form.content.checked_on == date(2026, 2, 1)
    assert form.content.expires_on == date(2026, 11, 24)
    assert form.content.plan.first == datetime(2026, 11, 24, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "where", "why"),
    [
        ({"topic": ""}, "topic", "choice"),
        ({"urgency": "panic"}, "urgency", "choice"),
        ({"checked_on": "hôm nay"}, "checked_on", "day"),
        ({"c1_from": "2026-02-30"}, "c1_from", "day"),
        ({"day": "2026-11-24", "hour": "24:00"}, "hour", "hour"),
        ({"day": "2026-11-24"}, "hour", "half"),
        ({"hour": "11:30"}, "day", "half"),
        ({"scope": "Không có nơi này"}, "scope", "place"),
        ({"vi_body": "Một " * 2000}, "vi_body", "too_long"),
    ],
)
def test_what_cannot_be_read_is_named(fields: dict[str, str], where: str, why: str) -> None:
    form = drafts.read({"topic": "wages"} | fields, {}, ZONE)
    assert not form.is_whole
    assert [(fault.where, fault.why) for fault in form.faults] == [(where, why)]


def test_a_place_that_may_be_several_is_asked_about_and_can_be_picked() -> None:
    found = {"binh minh": (OTHER, ANOTHER)}
    form = drafts.read({"topic": "wages", "scope": "binh minh"}, found, ZONE)
    assert [doubt.typed for doubt in form.doubts] == ["binh minh"]
    picked = {"topic": "wages", "scope": "binh minh", "pick_37/14623": "binh minh"}
    assert drafts.typed_places(picked) == ()
    assert drafts.read(picked, {}, ZONE).content.scope == ("37/14623",)


def test_a_park_is_read_as_its_communes() -> None:
    park = Place("", "KCN Hai Nơi", "48", "Thành phố Đà Nẵng", ("20335", "20341"))
    for found in ((park,), (OTHER, park)):
        form = drafts.read({"topic": "wages", "scope": "kcn hai noi"}, {"kcn hai noi": found}, ZONE)
        assert form.content.scope == ("48/20335", "48/20341")
    doubtful = drafts.read({"topic": "wages", "scope": "noi"}, {"noi": (OTHER, park)}, ZONE)
    assert doubtful.doubts[0].found == (OTHER, park)
    assert drafts.pick_of(park) == "pick_48/20335.48/20341"
    picked = {"topic": "wages", "scope": "noi", drafts.pick_of(park): "noi"}
    assert drafts.read(picked, {}, ZONE).content.scope == ("48/20335", "48/20341")


def test_the_whole_country_is_a_place_too() -> None:
    content = Content(topic=Topic.WAGES, scope=("*",))
    form = drafts.read(drafts.filled(content, ("*",), ZONE), {}, ZONE)
    assert (form.is_whole, form.content) == (True, content)


@given(st.dictionaries(st.sampled_from([*drafts.TYPED, "day", "hour", "until"]), st.text()))
def test_any_form_is_read_somehow(fields: dict[str, str]) -> None:
    form = drafts.read({"topic": "wages"} | fields, {}, ZONE)
    assert form.content.topic is Topic.WAGES


def test_an_edit_is_shown_word_by_word() -> None:
    pieces = list(compared("Lương tháng này", "Lương tháng sau"))
    assert [(piece.mark, piece.words) for piece in pieces] == [
        (Mark.SAME, "Lương tháng "),
        (Mark.OUT, "này"),
        (Mark.NEW, "sau"),
    ]
    assert changes({"source": "a", "topic": "b"}, {"source": "a", "topic": "c"})[0].name == "topic"


@given(st.text(), st.text())
def test_what_stayed_and_what_came_make_the_new_text(before: str, after: str) -> None:
    pieces = list(compared(before, after))
    assert "".join(each.words for each in pieces if each.mark is not Mark.NEW) == before
    assert "".join(each.words for each in pieces if each.mark is not Mark.OUT) == after


@pytest.mark.parametrize("language", Language)
def test_everything_that_is_approved_can_be_read(language: Language) -> None:
    texts = Texts.load(language)
    plan = Plan(datetime(2026, 11, 24, 4, 30, tzinfo=UTC), Repeat.WEEKLY)
    shown = {
        each.name: texts.say(each.value)
        for each in facts(Content(scope=("01",), plan=plan), {"01": HANOI.label}, ZONE)
    }
    assert shown["scope"] == "Thành phố Hà Nội"
    assert shown["when"].startswith("11:30, 24/11/2026")


def test_a_press_in_the_chat_leads_only_where_the_screen_does() -> None:
    listing = Listing(("one", "two"))
    assert chat.step(listing, "b2").state == Looking("two")
    for odd in ("b0", "b3", "b²", "x", "yes", "approve"):
        assert chat.step(listing, odd).state == Listing()
    looking = Looking("one", SEAL, 7)
    assert chat.step(looking, "approve").state == Reading("one", SEAL)
    assert chat.step(looking, "approve").action is None
    assert chat.step(looking, "pause").action == Steer(Offer.PAUSE, 7)
    assert chat.step(looking, "report").report == 7
    assert chat.step(looking, "delete").action is None
    reading = Reading("one", SEAL)
    assert chat.step(reading, "yes").action == Approve(SEAL)
    assert chat.step(reading, "list").state == Listing()
    assert chat.step(reading, "other").action is None


URGENT = {"topic": "alerts", "urgency": "alert", "asap": "1"}


def test_an_alert_may_go_as_soon_as_it_is_approved_and_is_filled_in_so_again() -> None:
    form = drafts.read(URGENT, {}, ZONE)
    assert form.is_whole
    assert form.content.plan == Plan(asap=True)
    filled = drafts.filled(form.content, (), ZONE)
    assert drafts.read(filled, {}, ZONE).content == form.content
    [when] = [each for each in facts(form.content, {}, ZONE) if each.name == "when"]
    assert when.value == say("studio.fact.asap")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"urgency": "ordinary"}, "not_urgent"),
        ({"day": "2026-11-24", "hour": "11:30"}, "two_times"),
        ({"hour": "11:30"}, "two_times"),
        ({"repeat": "daily"}, "two_times"),
    ],
)
def test_as_soon_as_approved_is_for_alerts_and_without_a_time(
    fields: dict[str, str], why: str
) -> None:
    form = drafts.read(URGENT | fields, {}, ZONE)
    assert [(each.where, each.why) for each in form.faults] == [("asap", why)]
