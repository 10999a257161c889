"""Periods have names, and the past can be told by ends of months only."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from handlers.periods import (
    AsOf,
    Length,
    Period,
    as_of,
    between,
    length_of,
    name_of,
    named,
    newest_names,
)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2026-02", "2026-02", "2026-02"),
        ("2026-q3", "2026-07", "2026-09"),
        ("2026-h2", "2026-07", "2026-12"),
        ("2026", "2026-01", "2026-12"),
    ],
)
def test_a_name_is_a_period_and_a_period_has_a_name(name: str, first: str, last: str) -> None:
    assert named(name) == Period(first, last)
    assert name_of(Period(first, last)) == name


@pytest.mark.parametrize("name", ["", "2026-13", "2026-q5", "1999", "2026-7", "2026-q3 "])
def test_what_is_no_name_is_none(name: str) -> None:
    assert named(name) is None


def test_two_months_are_a_period_in_whichever_order() -> None:
    assert between("2026-05", "2026-02") == Period("2026-02", "2026-05")
    assert between("2026-02", "may") is None
    assert between("2001-01", "2026-02") is None
    assert name_of(Period("2026-02", "2026-05")) == ""


def test_the_newest_periods_begin_with_the_present_one() -> None:
    today = date(2026, 2, 3)
    assert list(newest_names(today, Length.MONTH, 3)) == ["2026-02", "2026-01", "2025-12"]
    assert list(newest_names(today, Length.QUARTER, 2)) == ["2026-q1", "2025-q4"]
    assert list(newest_names(today, Length.HALF, 2)) == ["2026-h1", "2025-h2"]
    assert list(newest_names(today, Length.YEAR, 2)) == ["2026", "2025"]
    assert [length_of(each) for each in ("2026", "2026-q1", "2026-h1", "2026-01")] == [
        Length.YEAR,
        Length.QUARTER,
        Length.HALF,
        Length.MONTH,
    ]


def test_a_day_of_the_past_becomes_the_end_of_the_month_before() -> None:
    newest = date(2026, 11, 20)
    assert as_of(None, newest) == as_of(date(2027, 1, 1), newest) == AsOf(newest, latest=True)
    assert as_of(date(2026, 6, 30), newest) == AsOf(date(2026, 6, 30), latest=False)
    assert as_of(date(2026, 6, 29), newest) == AsOf(date(2026, 5, 31), latest=False)
    assert as_of(date(2026, 11, 19), newest) == AsOf(date(2026, 10, 31), latest=False)


@given(some.dates(date(2020, 1, 1), date(2090, 1, 1)), some.dates(date(2020, 1, 1)))
def test_nothing_later_than_asked_is_counted(asked: date, newest: date) -> None:
    found = as_of(asked, newest)
    assert found.day <= min(asked, newest) or found.latest
    assert found.day <= newest
