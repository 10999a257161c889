"""At which hours people may be sent something: quiet is quiet, whatever the urgency or zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcasts.hours import is_expired, open_parts
from handlers.bulletins import Urgency
from handlers.subscriptions import PartOfDay
from tests.world import VIETNAM

moments = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.sampled_from([VIETNAM, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")])


@given(moments, st.sampled_from([Urgency.ORDINARY, Urgency.ALERT]), zones)
def test_nobody_is_sent_anything_between_nine_and_seven(
    now: datetime, urgency: Urgency, zone: ZoneInfo
) -> None:
    local = now.astimezone(zone).time()
    found = open_parts(urgency, now, zone)
    assert bool(found) == (time(7) <= local < time(21))
    for closes in found.values():
        assert now < closes
        assert closes.astimezone(zone).time() <= time(21)
        assert closes.astimezone(zone).date() == now.astimezone(zone).date()


@given(moments, zones)
def test_danger_to_life_waits_for_nobody(now: datetime, zone: ZoneInfo) -> None:
    found = open_parts(Urgency.DANGER, now, zone)
    assert found.keys() == {*PartOfDay}
    assert all(closes > now + timedelta(days=365) for closes in found.values())


@given(moments)
def test_a_part_of_the_day_is_open_until_it_says_it_closes(now: datetime) -> None:
    for urgency in Urgency:
        for part, closes in open_parts(urgency, now, VIETNAM).items():
            assert part in open_parts(
                urgency, min(closes, now + timedelta(days=1)) - _MOMENT, VIETNAM
            )


@pytest.mark.parametrize(
    ("hour", "minute", "parts"),
    [
        (6, 59, set()),
        (7, 0, {PartOfDay.ANY}),
        (11, 0, {PartOfDay.ANY, PartOfDay.NOON}),
        (13, 30, {PartOfDay.ANY}),
        (17, 0, {PartOfDay.ANY, PartOfDay.EVENING}),
        (20, 30, {PartOfDay.ANY}),
        (21, 0, set()),
    ],
)
def test_noon_and_evening_are_what_people_call_so(
    hour: int, minute: int, parts: set[PartOfDay]
) -> None:
    now = datetime(2026, 11, 23, hour, minute, tzinfo=VIETNAM)
    assert open_parts(Urgency.ORDINARY, now, VIETNAM).keys() == parts
    assert open_parts(Urgency.ALERT, now, VIETNAM).keys() == ({*PartOfDay} if parts else set())


def test_what_is_valid_until_a_day_is_so_on_that_day() -> None:
    day = date(2026, 11, 23)
    last = datetime(2026, 11, 23, 23, 59, tzinfo=VIETNAM)
    assert not is_expired(day, last.astimezone(UTC), VIETNAM)
    assert is_expired(day, last + timedelta(minutes=1), VIETNAM)
    assert not is_expired(None, last, VIETNAM)


_MOMENT = timedelta(microseconds=1)
