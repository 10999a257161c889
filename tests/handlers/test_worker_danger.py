"""Danger and alarms: the review shows who really reads, and says why where that is further away."""

from datetime import timedelta

from handlers.events import Chose, Said
from handlers.states import Reviewing
from tests.world import Chat, World

WARD, PROVINCE, ROOT = "ban-thach", "da-nang", "tong"
WHY = "chưa có người trực báo động"


def at_review(alarms: str, danger: str = "danger_yes") -> Chat:
    """Somebody in the ward sees the review; the units named in `alarms` can be rung."""
    chat = Chat(World(alarms=frozenset(alarms.split())))
    for event in (Chose("report"), Chose("wages"), Chose(danger)):
        chat.receive(event)
    for words in ("phường Bàn Thạch, Đà Nẵng", "Chuyện xảy ra sáng nay, nhiều người thấy."):
        chat.receive(Said(words))
    assert isinstance(chat.talk.state, Reviewing)
    return chat


def sent(chat: Chat) -> str:
    """The unit that reads what is sent."""
    chat.receive(Chose("send"))
    [filed] = chat.world.tips.values()
    return filed.unit


def test_a_unit_that_can_be_rung_reads_what_is_dangerous_and_nothing_is_explained() -> None:
    chat = at_review(WARD)
    text = chat.show(chat.turn(Chose("done"))).text
    assert "Đơn vị đọc tin: Công đoàn phường Bàn Thạch" in text
    assert WHY not in text
    assert sent(chat) == WARD


def test_the_next_unit_that_can_be_rung_reads_and_the_review_says_why() -> None:
    chat = at_review(PROVINCE)
    text = chat.show(chat.turn(Chose("done"))).text
    assert "Đơn vị đọc tin: Liên đoàn Lao động thành phố Đà Nẵng" in text
    assert "tin đi thẳng đến Liên đoàn Lao động thành phố Đà Nẵng" in text
    assert WHY in text
    assert sent(chat) == PROVINCE


def test_where_nothing_rings_the_root_reads_it() -> None:
    chat = at_review("")
    assert WHY in chat.show(chat.turn(Chose("done"))).text
    assert sent(chat) == ROOT


def test_a_calm_tip_is_read_nearby_whether_or_not_anything_rings() -> None:
    chat = at_review("", "danger_no")
    assert WHY not in chat.show(chat.turn(Chose("done"))).text
    assert sent(chat) == WARD


def test_an_alarm_that_is_new_at_sending_is_used_at_once() -> None:
    chat = at_review("")
    chat.world.alarms = frozenset({WARD})
    assert sent(chat) == WARD


def test_shutting_a_unit_out_later_looks_for_an_alarm_again() -> None:
    chat = at_review(f"{WARD} {PROVINCE}")
    assert sent(chat) == WARD
    [key] = chat.world.tips
    code = chat.talk.state.code  # type: ignore[union-attr]
    chat.world.alarms = frozenset({PROVINCE})
    for event in (Said(code), Chose("hide_later"), Chose("hide_commune")):
        chat.receive(event)
    assert chat.world.tips[key].unit == PROVINCE


def by_night(alarms: str, *there: str) -> Chat:
    """The same at ten in the evening; the units `there` have duty then."""
    chat = at_review(alarms)
    chat.world.now += timedelta(hours=13)
    chat.world.there = frozenset(there)
    return chat


def test_the_review_says_who_sees_it_when_nobody_comes() -> None:
    chat = at_review(f"{WARD} {PROVINCE} {ROOT}")
    text = chat.show(chat.turn(Chose("done"))).text
    assert "sau 30 phút trực mà chưa ai nhận, Liên đoàn Lao động thành phố Đà Nẵng" in text
    chat.receive(Chose("send"))
    [filed] = chat.world.tips.values()
    assert (filed.unit, filed.tip.behind) == (WARD, PROVINCE)
    assert filed.readers == {WARD}


def test_a_calm_tip_has_nobody_behind_it() -> None:
    chat = at_review(f"{WARD} {PROVINCE} {ROOT}", "danger_no")
    assert "phút trực" not in chat.show(chat.turn(Chose("done"))).text
    chat.receive(Chose("send"))
    [filed] = chat.world.tips.values()
    assert filed.tip.behind == ""


def test_by_night_it_goes_to_the_unit_that_has_duty_and_the_review_says_so() -> None:
    chat = by_night(f"{WARD} {PROVINCE} {ROOT}", PROVINCE)
    text = chat.show(chat.turn(Chose("done"))).text
    assert "nơi gần bạn hơn không có người trực, nên tin đi thẳng đến Liên đoàn" in text
    assert WHY not in text
    chat.receive(Chose("send"))
    [filed] = chat.world.tips.values()
    assert (filed.unit, filed.tip.behind) == (PROVINCE, ROOT)


def test_by_night_where_nobody_has_duty_it_stays_near() -> None:
    chat = by_night(f"{WARD} {PROVINCE} {ROOT}")
    assert "không có người trực" not in chat.show(chat.turn(Chose("done"))).text
    assert sent(chat) == WARD
