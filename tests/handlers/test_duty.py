"""Minutes of duty: counted over nights, Sundays and holidays."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.duty import ALWAYS, OFFICE_HOURS, VIETNAM, Duty, Span, after, is_on, starts

MOMENTS = st.integers(0, 3_000_000).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes // 4)
)
SPANS = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(
    lambda two: Span(min(two), max(two)) if two[0] != two[1] else Span(0, 1440)
)
DUTIES = st.builds(
    Duty,
    st.lists(st.none() | SPANS, min_size=7, max_size=7).map(tuple).filter(any),
    st.booleans(),
)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("moment", "on"),
    [
        (at(28, 7, 29), False),
        (at(28, 7, 30), True),
        (at(28, 16, 59), True),
        (at(28, 17), False),
        (at(29, 10), False),
        (at(24, 10), False),
    ],
)
def test_saturday_has_duty_sunday_and_holidays_have_none(moment: datetime, on: bool) -> None:
    assert is_on(OFFICE_HOURS, moment) is on


def test_a_tip_of_saturday_night_is_due_on_monday_morning() -> None:
    assert after(OFFICE_HOURS, at(28, 20), 30) == at(30, 8)
    assert after(OFFICE_HOURS, at(28, 16, 50), 30) == at(30, 7, 50)
    assert after(OFFICE_HOURS, at(28, 10), 30) == at(28, 10, 30)
    # 24 November is a public holiday.
    assert after(OFFICE_HOURS, at(23, 16, 45), 30) == at(25, 7, 45)


def test_a_day_of_duty_begins_once() -> None:
    assert starts(OFFICE_HOURS, at(30, 7, 29), at(30, 7, 30))
    assert not starts(OFFICE_HOURS, at(30, 7, 30), at(30, 16))
    assert not starts(OFFICE_HOURS, at(28, 18), at(29, 18))
    assert starts(OFFICE_HOURS, at(28, 18), at(30, 8))


@given(DUTIES, MOMENTS, st.integers(1, 60))
def test_so_many_minutes_of_duty_have_passed_by_then(
    duty: Duty, moment: datetime, minutes: int
) -> None:
    if not any(span and span.end - span.start > 5 for span in duty.week):
        return
    due = after(duty, moment, minutes)
    served = sum(
        is_on(duty, moment + timedelta(minutes=ahead))
        for ahead in range(int((due - moment) / timedelta(minutes=1)))
    )
    assert served == minutes


@given(MOMENTS, st.integers(1, 10_000))
def test_with_duty_always_it_is_the_clock_on_the_wall(moment: datetime, minutes: int) -> None:
    assert after(ALWAYS, moment, minutes) == moment + timedelta(minutes=minutes)


@pytest.mark.parametrize("span", [(600, 600), (700, 600), (-1, 5), (0, 1441)])
def test_what_is_no_part_of_a_day_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="part"):
        Span(*span)


def test_a_week_without_any_duty_is_refused() -> None:
    with pytest.raises(ValueError, match="seven days"):
        Duty((None,) * 7)
