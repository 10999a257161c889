"""What is typed for money, percents, hours, days: read, asked back, or kindly not understood."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.calculators import asked
from handlers.calculators.amounts import (
    Perhaps,
    Range,
    Read,
    Unclear,
    days,
    hours,
    money,
    months_worked,
    percent,
)
from handlers.calculators.days import day
from handlers.calculators.number_words import in_digits
from handlers.calculators.rounding import written
from handlers.languages import Language

WAGE = Range(500_000, 500_000_000)
A_DAY = Range(100, 1_000_000)
TODAY = date(2026, 11, 30)


def plain(read: Read) -> object:
    """A number as an int, several as a list, else the reason."""
    match read:
        case Perhaps(values):
            return [int(each) for each in values]
        case Fraction():
            return int(read) if read.denominator == 1 else read
        case _:
            return read.value


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("5tr", 5_000_000),
        ("5 triệu", 5_000_000),
        ("5 TRIEU", 5_000_000),
        ("5tr5", 5_500_000),
        ("5.5tr", 5_500_000),
        ("5,5 triệu", 5_500_000),
        ("5tr500", 5_500_000),
        ("5tr500k", 5_500_000),
        ("5tr05", 5_050_000),
        ("5 triệu rưỡi", 5_500_000),
        ("5 triệu tư", 5_400_000),
        ("500k", 500_000),
        ("1 củ", 1_000_000),
        ("5,000,000", 5_000_000),
        ("5.000.000", 5_000_000),
        ("5 000 000", 5_000_000),
        ("5.000.000đ", 5_000_000),
        ("5.000.000 vnd", 5_000_000),
        ("5.000.000,00", 5_000_000),
        ("500 nghìn đồng", 500_000),
        ("năm triệu", 5_000_000),
        ("hai mươi lăm triệu", 25_000_000),
        ("tám triệu", 8_000_000),
        ("khoảng 7tr", 7_000_000),
        ("５００００００", 5_000_000),
        ("6 triệu đồng một tháng", 6_000_000),
        ("0,006 tỷ", 6_000_000),
    ],
)
def test_a_sum_that_can_mean_one_thing_is_read(typed: str, read: int) -> None:
    assert plain(money(typed, WAGE, "month")) == read


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("5", [5_000_000]),
        ("5500", [5_500_000]),
        ("5.500", [5_500_000]),
        ("5,5", [5_500_000]),
        ("1 chai", [1_000_000, 100_000]),
        ("2 lít", [200_000]),
        ("5tr50", [5_500_000, 5_050_000]),
        ("5.500tr", [5_500_000, 5_500_000_000]),
        ("5.000,5", [5_000_500]),
        ("5.000,000", [5_000_000]),
        ("5,000.000", [5_000_000]),
        ("lương em 5tr", [5_000_000]),
        ("999999999999", [999_999_999_999]),
        ("10k", [10_000]),
    ],
)
def test_a_sum_that_may_mean_several_things_is_asked_back(typed: str, meant: list[int]) -> None:
    assert plain(money(typed, WAGE, "month")) == meant


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("abc", "nothing"),
        ("1e9", "nothing"),
        ("0", "zero"),
        ("0đ", "zero"),
        ("-5tr", "negative"),
        ("−5", "negative"),
        ("âm 5 triệu", "negative"),
        ("1000000000000000", "too_big"),
        ("9" * 400, "too_big"),
        ("10^15", "several"),
        ("5-6tr", "several"),
        ("5.00.000", "several"),
        ("5..000", "several"),
        (".5tr", "nothing"),
        ("500$", "foreign"),
        ("300 usd", "foreign"),
        ("200k/ngày", "other_time"),
    ],
)
def test_what_is_no_sum_is_told_why(typed: str, why: str) -> None:
    assert plain(money(typed, WAGE, "month")) == why


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("3000", 3_000),
        ("3k", 3_000),
        ("3", [3_000]),
        ("2.740", 2_740),
        ("3 nghìn một triệu một ngày", 3_000),
        ("3.000/triệu/ngày", 3_000),
        ("3k/tháng", "other_time"),
    ],
)
def test_dong_a_day_for_a_million(typed: str, read: object) -> None:
    assert plain(money(typed, A_DAY, "day")) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("10", 10),
        ("10%", 10),
        ("10 %/tháng", 10),
        ("10,5", Fraction(21, 2)),
        ("10.5%", Fraction(21, 2)),
        ("mười phần trăm một tháng", 10),
        ("3 phân", [3]),
        ("3%/ngày", "other_time"),
        ("5-6", "several"),
        ("0", "zero"),
        ("-1", "negative"),
        ("2000", "too_big"),
        ("abc", "nothing"),
    ],
)
def test_percents(typed: str, read: object) -> None:
    assert plain(percent(typed, "month")) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2", 2),
        ("2,5", Fraction(5, 2)),
        ("2h30", Fraction(5, 2)),
        ("2 giờ rưỡi", Fraction(5, 2)),
        ("1 giờ", 1),
        ("hai tiếng", 2),
        ("30 phút", Fraction(1, 2)),
        ("2h75", "nothing"),
        ("999", "too_big"),
        ("0", "zero"),
        ("4 giờ mỗi ngày", "other_time"),
        ("48h/tuần", "other_time"),
    ],
)
def test_hours(typed: str, read: object) -> None:
    assert plain(hours(typed, 744)) == read


def test_hours_of_the_time_that_was_asked_for_are_read() -> None:
    assert plain(hours("208h một tháng", 744, "month")) == 208
    assert plain(hours("8 tiếng/ngày", 24, "day")) == 8
    assert plain(hours("48h/tuần", 744, "month")) == "other_time"


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("hai trăm", "200"),
        ("3 trăm nghìn", "300 nghin"),
        ("hai trăm ba nghìn", "230 nghin"),
        ("hai trăm linh ba nghìn", "203 nghin"),
        ("hai trăm lẻ năm nghìn", "205 nghin"),
        ("hai trăm rưỡi", "250"),
        ("một trăm tư", "140"),
        ("một trăm mười lăm", "115"),
        ("một trăm năm mươi nghìn", "150 nghin"),
        ("ba trăm năm mươi lăm", "355"),
        ("một trăm năm", "100 nam"),
        ("mười phần trăm", "10 phan tram"),
    ],
)
def test_hundreds_are_counted_as_people_say_them(said: str, digits: str) -> None:
    assert in_digits(said) == digits


def test_days_and_months_worked() -> None:
    assert plain(days("41 ngày", 3650)) == 41
    assert plain(days("2 tháng", 3650)) == [60]
    assert plain(days("2,5", 3650)) == "several"
    assert plain(days("2,5", 366, halves=True)) == Fraction(5, 2)
    assert plain(days("0", 366, zero=True)) == 0
    assert plain(months_worked("3 năm 2 tháng", 720)) == 38
    assert plain(months_worked("ba năm", 720)) == 36
    assert plain(months_worked("mười năm", 720)) == 120
    assert plain(months_worked("2 năm rưỡi", 720)) == 30
    assert plain(months_worked("3", 720)) == [36, 3]
    assert plain(months_worked("gần 1 năm", 720)) == [11, 12]
    assert plain(months_worked("hơn 3 năm", 720)) == 36
    assert plain(months_worked("gần 900 tháng", 720)) == "too_big"
    assert plain(months_worked("900 tháng", 720)) == "too_big"


def test_a_day_of_the_calendar() -> None:
    assert day("31/12/2026", TODAY) == date(2026, 12, 31)
    assert day("1-1-27", TODAY) == date(2027, 1, 1)
    assert day("2026-12-31", TODAY) == date(2026, 12, 31)
    assert day("ngày 5 tháng 2 năm 2027", TODAY) == date(2027, 2, 5)
    assert day("15/1", TODAY) == (date(2027, 1, 15),)
    assert day("31/02/2027", TODAY) is Unclear.NO_DAY
    assert day("1/1/1999", TODAY) is Unclear.NO_DAY
    assert day("hôm nào đó", TODAY) is Unclear.NO_DAY


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("30k", "hour:30000"),
        ("6tr5", "month:6500000"),
        ("250.000/ngày", "day:250000"),
        ("300k", ("day:300000", "hour:300000", "month:300000")),
        ("5", ("month:5000000",)),
    ],
)
def test_a_wage_says_for_which_time_it_is_or_is_asked_back(typed: str, read: object) -> None:
    assert asked.read(asked.questions()["wage"], typed, TODAY) == read


@given(st.integers(500_000, 500_000_000), st.sampled_from(Language))
def test_every_sum_as_we_write_it_is_read_as_it_is(value: int, language: Language) -> None:
    assert money(written(value, language), WAGE, "month") == value
    assert money(str(value), WAGE, "month") == value
    assert money(f"{written(value, language)} đồng", WAGE, "month") == value


@given(st.text(max_size=60) | st.from_regex(r"[0-9.,ktrđ %/-]{1,20}", fullmatch=True))
def test_nothing_typed_breaks_a_question_and_no_answer_is_out_of_its_range(typed: str) -> None:
    for question in asked.questions().values():
        if not question.is_typed:
            continue
        read = asked.read(question, typed, TODAY)
        if isinstance(read, Unclear):
            continue
        for each in (read,) if isinstance(read, str) else read:
            if question.reads is asked.Reads.DAY:
                assert date.fromisoformat(each) > date(2000, 1, 1)
            else:
                assert 0 <= Fraction(each.rpartition(":")[2]) <= 10**12
