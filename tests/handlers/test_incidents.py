"""The clock of an incident and the draft of its notice."""

from datetime import UTC, datetime, timedelta

import pytest

from handlers import incidents
from handlers.incidents import Held, Incident, Size
from handlers.languages import Language
from tests.world import texts

KNOWN = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


def told(now: datetime) -> str:
    return " ".join(texts()[Language.VI].say(each) for each in incidents.clock(KNOWN, now))


def test_the_clock_says_until_when_and_how_many_whole_hours_are_left() -> None:
    assert "Phát hiện: 08:30, 21/11/2026" in told(KNOWN)
    assert "trước: 08:30, 24/11/2026" in told(KNOWN)
    assert "Còn 72 giờ" in told(KNOWN)
    assert "Còn 71 giờ" in told(KNOWN + timedelta(seconds=1))
    assert "Còn 0 giờ" in told(KNOWN + timedelta(hours=71, minutes=59))


def test_after_72_hours_the_clock_says_that_it_is_late_and_to_send_all_the_same() -> None:
    assert "Đã quá hạn 0 giờ" in told(KNOWN + timedelta(hours=72))
    assert "Đã quá hạn 5 giờ. Vẫn gửi ngay" in told(KNOWN + timedelta(hours=77, minutes=10))


@pytest.mark.parametrize(
    ("count", "size"),
    [
        (0, Size.NONE),
        (1, Size.UNDER_10),
        (9, Size.UNDER_10),
        (10, Size.UNDER_100),
        (99, Size.UNDER_100),
        (999, Size.UNDER_1000),
        (9_999, Size.UNDER_10000),
        (10_000, Size.MORE),
        (2_000_000, Size.MORE),
    ],
)
def test_how_many_is_told_as_a_range(count: int, size: Size) -> None:
    assert incidents.size_of(count) is size


@pytest.mark.parametrize("language", Language)
def test_the_notice_has_all_that_the_law_asks_and_what_the_house_knows(language: Language) -> None:
    held = Held(Size.UNDER_1000, Size.MORE, Size.UNDER_10)
    known = Incident(KNOWN, held, "Công đoàn {A}", "Chị Lan, 0900 000 000", "Hà Nội")
    notice = incidents.notice(known, texts()[language])
    assert notice.count("\n## ") == 12
    for words in ("Công đoàn {A}", "Chị Lan, 0900 000 000", "Hà Nội", "08:30, 21/11/2026"):
        assert words in notice
    for words in ("100", "999", "10", "91/2025/QH15", "356/2025/NĐ-CP", "Zalo", "Telegram"):
        assert words in notice


def test_what_is_not_known_is_left_to_be_filled_in() -> None:
    notice = incidents.notice(Incident(None), texts()[Language.VI])
    assert "Phát hiện: …" in notice
    assert "Máy chủ: …" in notice
    assert "chưa đếm được" in notice
