"""What a list can be narrowed to: closed values only, counts that keep their word."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.labels import Label, in_order, known_labels
from handlers.listing import (
    MINE,
    MOVING,
    NOBODY,
    Age,
    Choice,
    Due,
    Facet,
    Moving,
    Present,
    Sort,
    Stage,
    Steady,
    age_options,
    due_option,
    holder_options,
    narrow,
    read,
    steady,
)
from handlers.tips import Category, Status

NOW = datetime(2026, 11, 21, 5, 5, tzinfo=UTC)
ME = "a" * 32
PRESENT = Present(NOW, datetime(2026, 11, 21, 17, 0, tzinfo=UTC), date(2026, 11, 21))


def test_an_address_is_read_and_written_the_same() -> None:
    fields = {"xem": "open", "loai": "fire", "noi": "79", "nhan": "child", "xep": "oldest"}
    choice = read(fields)
    assert dict(choice.pairs) == fields
    assert read(dict(choice.pairs)) == choice


@pytest.mark.parametrize(
    "fields",
    [
        {"loai": "nhà trọ của ông Ba"},
        {"noi": "Thủ Dầu Một"},
        {"ai": "Nguyễn Văn A"},
        {"don_vi": "Công đoàn phía bắc"},
        {"nhan": "người xấu"},
        {"xem": "received"},
        {"xep": "nhanh", "tuoi": "1", "han": "x", "nguy": "1"},
        {"words": "cửa thoát hiểm"},
    ],
)
def test_words_are_no_value_of_any_field(fields: dict[str, str]) -> None:
    assert read(fields) == Choice()
    assert read(fields).pairs == ()


@given(st.dictionaries(st.sampled_from([*Facet, "xep"]), st.text()))
def test_whatever_an_address_says_it_is_read_to_something_that_it_reads_again(
    fields: dict[str, str],
) -> None:
    choice = read(fields)
    assert read(dict(choice.pairs)) == choice
    assert all(value.isascii() for _, value in choice.pairs)


def test_the_older_address_of_ones_own_tips_is_known() -> None:
    assert read({"xem": "mine"}) == read({"ai": MINE})


def test_how_it_stands_with_a_deadline() -> None:
    assert due_option(None, PRESENT) == (Due.NONE,)
    assert due_option(NOW - timedelta(seconds=1), PRESENT) == (Due.OVERDUE,)
    assert due_option(NOW, PRESENT) == (Due.TODAY,)
    assert due_option(PRESENT.tonight, PRESENT) == (Due.TODAY,)
    assert due_option(PRESENT.tonight + timedelta(minutes=1), PRESENT) == (Due.LATER,)


def test_a_tip_of_today_is_one_of_this_week_too() -> None:
    assert age_options(PRESENT.today, PRESENT) == (Age.DAY, Age.WEEK, Age.MONTH)
    assert age_options(PRESENT.today - timedelta(days=7), PRESENT) == (Age.WEEK, Age.MONTH)
    assert age_options(PRESENT.today - timedelta(days=31), PRESENT) == (Age.OLDER,)


def test_ones_own_tips_are_found_by_name_too() -> None:
    assert holder_options(None, "aa") == (NOBODY,)
    assert holder_options("aa", "aa") == (MINE, "aa")
    assert holder_options("bb", "aa") == ("bb",)


def test_labels_are_few_and_of_another_version_none() -> None:
    assert len(Label) <= 12
    assert known_labels(["child", "accused"]) == {Label.CHILD}
    assert in_order({Label.MEDICAL, Label.NEEDS_VISIT}) == (Label.NEEDS_VISIT, Label.MEDICAL)


def status_of(number: int) -> Status:
    return list(Status)[1 + number % 5]


SHARED = [
    Steady(
        steady(
            status=status_of(number),
            category=list(Category)[number % 11],
            places=("79", f"2574{number % 3}"),
            labels=[label for at, label in enumerate(Label) if (number + at) % 4 == 0],
            unit=f"unit-{number % 2}",
            danger=number % 6 == 0,
        )
    )
    for number in range(60)
]


def steady_of(number: int) -> Steady:
    # Some tips share what they belong to, as on a desk.
    return SHARED[number % len(SHARED)]


def moving_of(number: int) -> Moving:
    closed = status_of(number) is Status.CLOSED
    return Moving(
        due_option(None if closed else NOW + timedelta(hours=number % 40 - 10), PRESENT),
        age_options(PRESENT.today - timedelta(days=number % 50), PRESENT),
        holder_options((ME, "b" * 32, None)[number % 3], ME),
    )


def values_of(number: int, facet: Facet) -> tuple[str, ...]:
    moving = moving_of(number)
    found = moving.of(facet) if facet in MOVING else steady_of(number).by_facet[facet]
    return tuple(found)


CHOICES = st.fixed_dictionaries(
    {},
    optional={
        Facet.STAGE: st.sampled_from(["all", "open", "closed", "asked"]),
        Facet.CLOCK: st.sampled_from([each.value for each in Due]),
        Facet.CATEGORY: st.sampled_from([each.value for each in Category]),
        Facet.PLACE: st.sampled_from(["79", "25741"]),
        Facet.LABEL: st.sampled_from([each.value for each in Label]),
        Facet.HOLDER: st.sampled_from([MINE, NOBODY]),
        Facet.UNIT: st.sampled_from(["unit-0", "unit-1"]),
        Facet.AGE: st.sampled_from([each.value for each in Age]),
    },
)


@given(CHOICES)
def test_every_count_is_how_many_there_are_when_that_value_is_chosen(
    fields: dict[str, str],
) -> None:
    numbers = range(240)
    found = narrow(numbers, steady_of, moving_of, read(fields))
    for facet, values in found.counts.items():
        for value, count in values.items():
            other = narrow(numbers, steady_of, moving_of, read({**fields, facet: value}))
            assert len(other.left) == count, (facet, value)
    # The control: what is left is what a plain look finds.
    left = [
        number
        for number in numbers
        if all(value in values_of(number, Facet(facet)) for facet, value in fields.items())
    ]
    assert list(found.left) == left


def test_a_single_status_stands_below_its_stage() -> None:
    values = values_of(2, Facet.STAGE)
    assert values[:2] == (Stage.ALL, Stage.OPEN)
    assert Sort.URGENT is read({}).sort
