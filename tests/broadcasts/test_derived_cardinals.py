"""Numbers in words, read back by a reader that knows nothing of how they were written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcasts.derived import cardinals

VI_ONES = {
    "không": 0,
    "một": 1,
    "mốt": 1,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "năm": 5,
    "lăm": 5,
    "sáu": 6,
    "bảy": 7,
    "tám": 8,
    "chín": 9,
}
VI_TIMES = {"nghìn": 10**3, "triệu": 10**6}
EN_ONES = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
        " fifteen sixteen seventeen eighteen nineteen".split()
    )
} | {
    word: 10 * number
    for number, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), 2
    )
}
EN_TIMES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
numbers = st.integers(0, 10**12) | st.sampled_from([10**power for power in range(13)])


def read_vi(words: str) -> int:
    """What somebody hears: ones, mươi, trăm, then the name of the group, and tỷ times all of it."""
    whole = millions = group = digit = 0
    for word in words.split():
        if word in VI_ONES:
            digit = VI_ONES[word]
            continue
        if word == "mười":
            group, digit = group + 10, 0
        elif word == "mươi":
            group, digit = group + 10 * digit, 0
        elif word == "trăm":
            group, digit = group + 100 * digit, 0
        elif word == "tỷ":
            whole, millions, group, digit = (millions + group + digit) * 10**9, 0, 0, 0
        elif word != "linh":
            millions, group, digit = millions + (group + digit) * VI_TIMES[word], 0, 0
    return whole + millions + group + digit


def read_en(words: str) -> int:
    whole = group = 0
    for word in words.replace("-", " ").split():
        if word == "hundred":
            group *= 100
        elif word in EN_TIMES:
            whole, group = whole + group * EN_TIMES[word], 0
        elif word != "and":
            group += EN_ONES[word]
    return whole + group


@given(numbers)
def test_whoever_hears_a_number_in_vietnamese_can_write_it_down(number: int) -> None:
    assert read_vi(cardinals.vi(number)) == number


@given(numbers)
def test_whoever_hears_a_number_in_english_can_write_it_down(number: int) -> None:
    assert read_en(cardinals.en(number)) == number


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi bốn"),
        (55, "năm mươi lăm"),
        (100, "một trăm"),
        (101, "một trăm linh một"),
        (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (115, "một trăm mười lăm"),
        (1_000, "một nghìn"),
        (1_005, "một nghìn không trăm linh năm"),
        (1_015, "một nghìn không trăm mười lăm"),
        (2_026, "hai nghìn không trăm hai mươi sáu"),
        (5_310_000, "năm triệu ba trăm mười nghìn"),
        (1_000_005, "một triệu không trăm linh năm"),
        (1_005_000_000, "một tỷ không trăm linh năm triệu"),
        (10**12, "một nghìn tỷ"),
    ],
)
def test_vietnamese_numbers_are_read_as_at_school(number: int, words: str) -> None:
    assert cardinals.vi(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (21, "twenty-one"),
        (105, "one hundred and five"),
        (1_005, "one thousand and five"),
        (5_310_000, "five million three hundred and ten thousand"),
        (10**12, "one trillion"),
    ],
)
def test_english_numbers_are_read_as_at_school(number: int, words: str) -> None:
    assert cardinals.en(number) == words


def test_years_and_ordinals_are_said_as_people_say_them() -> None:
    years = {1999: "nineteen ninety-nine", 2005: "two thousand and five", 2026: "twenty twenty-six"}
    assert {year: cardinals.en_year(year) for year in years} == years
    assert cardinals.en_year(1900) == "nineteen hundred"
    assert cardinals.en_year(1905) == "nineteen oh five"
    ordinals = {1: "first", 12: "twelfth", 20: "twentieth", 24: "twenty-fourth"}
    assert {each: cardinals.en_ordinal(each) for each in ordinals} == ordinals
    assert cardinals.en_ordinal(103) == "one hundred and third"


def test_a_telephone_number_is_read_digit_by_digit() -> None:
    assert cardinals.digits("113", cardinals.VI_DIGITS) == "một một ba"
    assert cardinals.digits("0912 345", cardinals.EN_DIGITS) == "zero nine one two, three four five"
