"""Deadlines: rounded, in working days of Viet Nam, the same for all who file in that hour."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.clocks import card_leaves_at, deadlines, next_hour, working_day_after

MOMENTS = st.integers(0, 63_000_000).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@pytest.mark.parametrize(
    ("day", "answer_on", "why"),
    [
        (date(2026, 11, 2), date(2026, 11, 5), "Monday, an ordinary week"),
        (date(2026, 11, 5), date(2026, 11, 10), "a weekend lies between"),
        (date(2026, 11, 7), date(2026, 11, 11), "filed on a Saturday"),
        (date(2026, 11, 23), date(2026, 11, 27), "24 November is a public holiday since 2026"),
        (date(2026, 4, 28), date(2026, 5, 5), "30 April and 1 May"),
        (date(2026, 12, 30), date(2027, 1, 5), "New Year, over the end of a year"),
    ],
)
def test_the_first_answer_is_due_on_the_third_working_day(
    day: date, answer_on: date, why: str
) -> None:
    assert working_day_after(day, 3) == answer_on, why


@given(MOMENTS)
def test_a_deadline_tells_the_hour_at_most(now: datetime) -> None:
    due = deadlines(now, now.date(), danger=False).triage_by
    assert (due.minute, due.second, due.microsecond) == (0, 0, 0)
    assert timedelta(hours=24) <= due - now < timedelta(hours=25)


@given(MOMENTS)
def test_in_danger_it_tells_five_minutes(now: datetime) -> None:
    due = deadlines(now, now.date(), danger=True).triage_by
    assert (due.minute % 5, due.second, due.microsecond) == (0, 0, 0)
    assert timedelta(minutes=30) <= due - now < timedelta(minutes=35)


def test_the_result_is_due_twenty_days_later() -> None:
    now = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert deadlines(now, date(2026, 11, 23), danger=False).result_on == date(2026, 12, 13)


def test_a_full_hour_stays() -> None:
    full = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert next_hour(full) == full
    assert next_hour(full + timedelta(seconds=1)) == full + timedelta(hours=1)


def test_a_card_waits_for_the_full_hour_unless_it_is_urgent() -> None:
    now = datetime(2026, 11, 23, 2, 17, tzinfo=UTC)
    assert card_leaves_at(now, danger=False, at_once=False) == now + timedelta(minutes=43)
    assert card_leaves_at(now, danger=True, at_once=False) == now
    assert card_leaves_at(now, danger=False, at_once=True) == now
