"""What is read aloud: every number, day, hour, sum and article in words, whatever stands there."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from broadcasts import library
from broadcasts.derived.cardinals import VI_DIGITS, en, vi
from broadcasts.derived.spoken import spoken
from handlers.languages import Language

VI, EN = Language.VI, Language.EN
LIVELY = st.text(st.sampled_from("0123456789.,/-–: %đhgmIVXĐiềuabQH½²₫()\n"), max_size=40)


@given(st.text(max_size=60) | LIVELY, st.sampled_from(Language))
@example("½ m² ①٣ １２", VI)
@example("01/13/2026 25:61 1.2.3.4 99/99/9999", VI)
@example("1" * 400, EN)
def test_no_digit_and_no_percent_is_ever_left(text: str, language: Language) -> None:
    said = spoken(text, language)
    assert not any(each.isdigit() for each in said)
    assert not set("%/@$₫½") & set(said)


@given(st.integers(0, 10**12))
def test_a_sum_is_read_as_its_number(number: int) -> None:
    grouped = f"{number:,}"
    said = vi(number)
    assert spoken(f"a {grouped.replace(',', '.')} đồng", VI) == f"A {said} đồng"
    assert spoken(f"a {grouped} dong", EN) == f"A {en(number)} dong"


@given(st.integers(0, 999), st.integers(1, 9))
def test_a_decimal_is_read_with_its_comma(whole: int, after: int) -> None:
    said = spoken(f"lãi {whole},{after}%", VI)
    assert said == f"Lãi {vi(whole)} phẩy {VI_DIGITS[after]} phần trăm"


@pytest.mark.parametrize("language", Language)
def test_no_text_of_the_library_keeps_a_digit(language: Language) -> None:
    for text in library.texts().values():
        wording = text.content.wording(language)
        for told in (wording.title, wording.body, wording.action):
            said = spoken(told, language)
            assert not any(each.isdigit() for each in said)
            assert len(said.split()) >= len(told.split()) - 3


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("24/11/2026", "Ngày hai mươi bốn tháng mười một năm hai nghìn không trăm hai mươi sáu"),
        ("ngày 30/4", "Ngày ba mươi tháng tư"),
        ("tháng 11/2026", "Tháng mười một năm hai nghìn không trăm hai mươi sáu"),
        ("gọi 113.", "Gọi một một ba."),
        ("Điều 113, 114", "Điều một trăm mười ba, một trăm mười bốn"),
        ("113 người", "Một trăm mười ba người"),
        ("Điều 35.2.d, 48", "Điều ba mươi lăm khoản hai điểm d, bốn mươi tám"),
        ("số 45/2019/QH14", "Số bốn mươi lăm năm hai nghìn không trăm mười chín"),
        (
            "Nghị định 145/2020/NĐ-CP",
            "Nghị định số một trăm bốn mươi lăm năm hai nghìn không trăm hai mươi",
        ),
        (
            "Nghị định 168/2024",
            "Nghị định số một trăm sáu mươi tám năm hai nghìn không trăm hai mươi bốn",
        ),
        ("22:00–06:00", "Từ hai mươi hai giờ đến sáu giờ"),
        ("từ 22h30 đến 6h", "Từ hai mươi hai giờ ba mươi phút đến sáu giờ"),
        ("109,5%", "Một trăm linh chín phẩy năm phần trăm"),
        ("2,53 triệu", "Hai phẩy năm mươi ba triệu"),
        ("0,03%/ngày", "Không phẩy không ba phần trăm mỗi ngày"),
        ("5.310.000đ/tháng", "Năm triệu ba trăm mười nghìn đồng mỗi tháng"),
        ("5,310,000 đồng", "Năm triệu ba trăm mười nghìn đồng"),
        ("10–12 ngày", "Mười đến mười hai ngày"),
        ("1/2 tháng", "Một phần hai tháng"),
        ("thứ 4 và thứ 2", "Thứ tư và thứ hai"),
        ("vùng I, II và IV", "Vùng một, hai và bốn"),
        ("vùng II 4.000 đồng", "Vùng hai, bốn nghìn đồng"),
        ("số mg tính trên 100 ml", "Số mi-li-gam tính trên một trăm mi-li-lít"),
        ("0912 345 678", "Không chín một hai, ba bốn năm, sáu bảy tám"),
        ("BHXH, KCN, mã OTP", "Bảo hiểm xã hội, khu công nghiệp, mã ô tê pê"),
        ("và/hoặc xã/phường", "Và hoặc xã hoặc phường"),
        ("phòng 5m²", "Phòng năm mét vuông"),
    ],
)
def test_vietnamese_is_read_as_on_the_radio(told: str, said: str) -> None:
    expected = said.replace("Và hoặc", "Hoặc")
    assert spoken(told, VI) == expected


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("24/11/2026", "The twenty-fourth of November twenty twenty-six"),
        ("on 24/11", "On the twenty-fourth of November"),
        ("24 November 2026", "The twenty-fourth of November twenty twenty-six"),
        ("call 113.", "Call one one three."),
        ("Articles 113, 114", "Articles one hundred and thirteen, one hundred and fourteen"),
        ("45/2019/QH14", "Number forty-five of twenty nineteen"),
        ("22:00–06:00", "From ten in the evening to six in the morning"),
        ("109.5% a year", "One hundred and nine point five percent a year"),
        ("5,310,000 dong/month", "Five million three hundred and ten thousand dong a month"),
        ("regions I and IV", "Regions one and four"),
        ("the 2nd child", "The second child"),
        ("since 2019", "Since twenty nineteen"),
        ("noon is 12:00, midnight 0:00", "Noon is noon, midnight midnight"),
    ],
)
def test_english_is_read_as_on_the_radio(told: str, said: str) -> None:
    assert spoken(told, EN) == said


@pytest.mark.parametrize("day", [1, 15, 31])
@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_is_read_by_its_name(day: int, month: int) -> None:
    named = "tư" if month == 4 else vi(month)
    assert spoken(f"đến {day:02}/{month:02}/2026", VI).startswith(
        f"Đến ngày {vi(day)} tháng {named} năm"
    )
