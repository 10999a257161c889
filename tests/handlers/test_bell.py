"""When the bell's list changes, and how many decoys a day needs."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.bell import (
    CHANGES_AT,
    DECOYS_A_DAY,
    SHOWN_DAYS,
    Change,
    last_change,
    needs_decoy,
    next_change,
    oldest_shown,
)

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("hour", "minute", "last", "coming"),
    [
        (0, 0, Change(date(2026, 11, 20), 17), Change(DAY, 7)),
        (6, 59, Change(date(2026, 11, 20), 17), Change(DAY, 7)),
        (7, 0, Change(DAY, 7), Change(DAY, 17)),
        (16, 59, Change(DAY, 7), Change(DAY, 17)),
        (17, 0, Change(DAY, 17), Change(date(2026, 11, 22), 7)),
        (23, 59, Change(DAY, 17), Change(date(2026, 11, 22), 7)),
    ],
)
def test_the_list_changes_at_seven_and_at_seventeen(
    hour: int, minute: int, last: Change, coming: Change
) -> None:
    local = datetime(2026, 11, 21, hour, minute, tzinfo=ZONE)
    assert last_change(local) == last
    assert next_change(local) == coming


@given(st.integers(0, 5_000_000))
def test_what_is_rung_now_is_never_shown_now_and_shown_within_fourteen_hours(
    minutes: int,
) -> None:
    local = datetime(2026, 1, 1, tzinfo=ZONE) + timedelta(minutes=minutes)
    coming = next_change(local)
    at = datetime(coming.day.year, coming.day.month, coming.day.day, coming.hour, tzinfo=ZONE)
    assert last_change(local) < coming
    assert timedelta(0) < at - local <= timedelta(hours=14)
    assert last_change(at) == coming


def test_a_ring_is_shown_for_fourteen_days() -> None:
    rung = datetime(2026, 11, 21, 9, tzinfo=ZONE)
    assert next_change(rung).day >= oldest_shown(rung + timedelta(days=SHOWN_DAYS))
    assert next_change(rung).day < oldest_shown(rung + timedelta(days=SHOWN_DAYS + 1))


@given(st.integers(0, 20), st.integers(0, 200))
def test_of_two_numbers_that_are_rung_at_least_one_gets_a_decoy(standing: int, rung: int) -> None:
    drawn = 0
    for real in range(1, rung + 1):
        is_drawn = needs_decoy(standing)
        standing, drawn = standing + 1 + is_drawn, drawn + is_drawn
        assert real // 2 <= drawn <= real // 2 + 1


def test_the_days_shown_hold_more_decoys_than_promised() -> None:
    assert DECOYS_A_DAY * SHOWN_DAYS >= 20
    assert CHANGES_AT == (7, 17)
