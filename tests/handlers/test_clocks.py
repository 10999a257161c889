"""Deadlines: rounded, in working days of Viet Nam, the same for all who file in that hour."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.clocks import (
    Clocks,
    Times,
    card_leaves_at,
    deadlines,
    is_missed,
    next_hour,
    police_dates,
    working_day_after,
)
from handlers.duty import ALWAYS, OFFICE_HOURS, VIETNAM, is_on
from handlers.tips import Category

ALWAYS_THERE = Clocks(duty=ALWAYS)

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
    due = deadlines(now, now.date(), danger=True, clocks=ALWAYS_THERE).triage_by
    assert (due.minute % 5, due.second, due.microsecond) == (0, 0, 0)
    assert timedelta(minutes=30) <= due - now < timedelta(minutes=35)


@given(MOMENTS)
def test_in_danger_only_the_minutes_of_duty_count(now: datetime) -> None:
    due = deadlines(now, now.date(), danger=True).triage_by
    assert (due.minute % 5, due.second, due.microsecond) == (0, 0, 0)
    local = due.astimezone(VIETNAM)
    # The last minutes of a day may be the deadline; else somebody is there.
    assert is_on(OFFICE_HOURS, due - timedelta(minutes=5)) or is_on(OFFICE_HOURS, due), local
    assert due - now >= timedelta(minutes=30)


def test_over_a_long_holiday_the_personal_answer_is_due_after_seven_days_at_most() -> None:
    before_tet = date(2026, 2, 13)
    assert working_day_after(before_tet, 3) > before_tet + timedelta(days=7)
    now = datetime(2026, 2, 13, 2, 0, tzinfo=UTC)
    assert deadlines(now, before_tet, danger=False).answer_on == before_tet + timedelta(days=7)


def test_a_category_may_have_clocks_of_its_own() -> None:
    quick = Times(triage_hours=4, answer_days=1, result_days=10, closing_days=30)
    clocks = Clocks(special=((Category.FIRE, quick),))
    now = datetime(2026, 11, 30, 2, 10, tzinfo=UTC)
    day = date(2026, 11, 30)
    fire = deadlines(now, day, danger=False, clocks=clocks, category=Category.FIRE)
    wages = deadlines(now, day, danger=False, clocks=clocks, category=Category.WAGES)
    assert fire.triage_by == datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
    assert (fire.answer_on, fire.result_on) == (date(2026, 12, 1), date(2026, 12, 10))
    assert (fire.closing_on, fire.given) == (date(2026, 12, 30), (240, 10))
    assert wages == deadlines(now, day, danger=False)
    assert wages.closing_on == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("triage_by", "day", "missed"),
    [(None, 30, False), (9, 30, True), (11, 30, False), (None, 29, True)],
)
def test_a_clock_is_missed_when_its_time_is_over(
    triage_by: int | None, day: int, missed: bool
) -> None:
    now = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
    by = now.replace(hour=triage_by) if triage_by is not None else None
    assert is_missed(by, date(2026, 11, day), now, date(2026, 11, 30)) is missed


def test_the_police_have_months_at_most() -> None:
    now = datetime(2026, 10, 31, 2, 30, tzinfo=UTC)
    found = police_dates(now, date(2026, 10, 31))
    assert found.classify_by == datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
    assert found.verified_on == date(2026, 11, 20)
    assert (found.extended_on, found.last_on) == (date(2026, 12, 31), date(2027, 2, 28))


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
