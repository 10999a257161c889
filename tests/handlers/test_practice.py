"""A note of good practice says what changed: never who, on whose word, or on which day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from handlers import practice
from handlers.languages import Language
from handlers.practice import HOLD_DAYS, MOST_WORDS, Flaw, Words

VI = "Cửa thoát hiểm từng bị khóa trong giờ làm. Nay cửa mở từ bên trong, có đèn chỉ lối."
EN = "An exit was locked during work. Now it opens from inside, and a lamp shows the way."


def note(vi: str = VI, en: str = EN) -> Words:
    return {Language.VI: vi, Language.EN: en}


def test_words_about_what_changed_are_a_note() -> None:
    assert practice.fault_in(note()) is None
    assert practice.named_in(note()) == ()


@pytest.mark.parametrize(
    ("words", "flaw", "meant"),
    [
        ("Gọi 0912 345 678 để biết thêm.", Flaw.NUMBER, "0912 345 678"),
        ("Gọi cho chúng tôi qua so@vidu.vn nhé.", Flaw.LINK, "vidu.vn"),
        ("Người quản lý mang căn cước 079123456789 đã đổi khóa.", Flaw.NUMBER, "079123456789"),
        ("Xe 65B1-123.45 chở hàng quá tải đã bị dừng.", Flaw.NUMBER, "65B1-123.45"),
        ("Xem ở https://vidu.vn/cua.", Flaw.LINK, "https://vidu.vn/cua."),
        ("Nhờ một tin báo mà cửa đã được thay.", Flaw.SOURCE, "tin báo"),
        ("Có người phản ánh nên cửa đã được thay.", Flaw.SOURCE, "Có người phản ánh"),
        ("Công nhân tố cáo, cửa đã mở.", Flaw.SOURCE, "tố cáo"),
        ("Sau phan anh cua cong nhan, cua da mo.", Flaw.SOURCE, "phan anh"),
        ("Nhờ một công nhân nói ra, cửa đã mở.", Flaw.SOURCE, "nói ra"),
        ("Ngày 12 cửa đã được thay.", Flaw.DAY, "Ngày 12"),
        ("Hôm qua cửa đã được thay.", Flaw.DAY, "Hôm qua"),
        ("Cửa được thay 12/11.", Flaw.DAY, "12/11"),
        ("", Flaw.EMPTY, ""),
        ("cửa " * (MOST_WORDS + 1), Flaw.LONG, ""),
    ],
)
def test_words_that_could_lead_to_somebody_are_refused(words: str, flaw: Flaw, meant: str) -> None:
    found = practice.fault_in(note(vi=words.strip()))
    assert found is not None
    assert (found.flaw, found.language, found.words) == (flaw, Language.VI, meant)


@pytest.mark.parametrize(
    "words",
    ["After a tip the door opens.", "Somebody reported the door.", "A worker told us, it opens."],
)
def test_the_english_words_are_looked_through_too(words: str) -> None:
    found = practice.fault_in(note(en=words))
    assert found is not None
    assert (found.flaw, found.language) == (Flaw.SOURCE, Language.EN)


def test_a_document_of_law_and_a_share_are_no_days() -> None:
    words = "Theo Nghị định 145/2020/NĐ-CP, 1/3 số đèn phải sáng cả ngày lẫn đêm."
    found = practice.fault_in(note(vi=words.replace("1/3", "một phần ba")))
    assert found is None


def test_words_with_their_marks_are_not_read_without_them() -> None:
    assert practice.fault_in(note(vi="Phần ảnh dán ở cửa nay to và rõ.")) is None


def test_a_receipt_code_is_refused() -> None:
    found = practice.fault_in(note(vi="Mã 7K2M-9QXT-4HJN-3V8C đã xong."))
    assert found is not None
    assert found.flaw is Flaw.CODE


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("Anh Tuấn đã thay khóa cửa.", ("Anh Tuấn",)),
        ("Tổ trưởng Lan nhắc mọi người đeo kính.", ("Tổ trưởng Lan",)),
        ("Nguyễn Văn Ba lắp đèn.", ("Nguyễn Văn Ba",)),
        ("Công ty May Sông Xanh đã mở cửa.", ("Công ty May Sông Xanh",)),
        ("Cửa do Trần Thị Mộng lo nay đã mở.", ("Trần Thị Mộng",)),
        ("Lò hơi được kiểm định lại.", ()),
        ("Công ty đã mở cửa. Anh chị em ra vào dễ hơn.", ()),
        ("Theo Bộ luật Lao động, lối thoát phải thông.", ()),
        ("Ở Việt Nam, cửa thoát hiểm không được khóa.", ()),
    ],
)
def test_what_reads_like_a_name_is_asked_about(words: str, names: tuple[str, ...]) -> None:
    assert practice.named_in(note(vi=words)) == names


def test_names_in_english_are_asked_about_too() -> None:
    assert practice.named_in(note(en="The door that Mr. Ba locked is open.")) == ("Mr. Ba",)


@given(some.dates(date(2026, 1, 1), date(2080, 1, 1)))
def test_a_note_waits_for_thirty_days_and_for_the_first_of_a_month(published: date) -> None:
    shown = practice.shown_from(published)
    assert shown.day == 1
    assert timedelta(days=HOLD_DAYS) <= shown - published <= timedelta(days=HOLD_DAYS + 31)


def test_a_note_of_the_middle_of_the_month_is_shown_on_the_first_after_next() -> None:
    assert practice.shown_from(date(2026, 11, 30)) == date(2027, 1, 1)
    assert practice.shown_from(date(2026, 12, 2)) == date(2027, 1, 1)
    assert practice.shown_from(date(2026, 12, 3)) == date(2027, 2, 1)


@given(some.text(max_size=400))
def test_whatever_is_typed_is_judged(words: str) -> None:
    practice.fault_in(note(vi=words))
    practice.named_in(note(vi=words))
