"""The times of a plan: the right ones, in order, never one twice, whatever the clock does."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from broadcasts import timetable
from handlers.bulletins import OnHoliday, Plan, Repeat
from handlers.languages import Language

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BERLIN = ZoneInfo("Europe/Berlin")
CRONS = ("0 12 * * *", "30 7,18 * * MON-FRI", "0 9 1 * *", "15 17 31 * *", "0 12 * * SUN#1")

MINUTES = 8 * 366 * 24 * 60
moments = some.integers(0, MINUTES).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
repeated = some.builds(
    Plan,
    first=moments,
    repeat=some.sampled_from([each for each in Repeat if each is not Repeat.ONCE]),
    cron=some.sampled_from(CRONS),
    until=some.none() | some.dates(date(2026, 1, 1), date(2036, 1, 1)),
    on_holiday=some.sampled_from(OnHoliday),
)
zones = some.sampled_from([ZONE, BERLIN])


def local(typed: str, zone: ZoneInfo = ZONE) -> datetime:
    return datetime.fromisoformat(typed).replace(tzinfo=zone).astimezone(UTC)


def days(plan: Plan, count: int = 4, zone: ZoneInfo = ZONE) -> list[str]:
    """The first times of a plan as somebody in `zone` reads them."""
    first = timetable.first_time(plan, zone)
    after = timetable.times(plan, first, zone) if first is not None else iter(())
    found = [*([first] if first is not None else []), *islice(after, count - 1)]
    return [f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" for moment in found]


def test_what_was_never_planned_has_no_time() -> None:
    assert timetable.first_time(Plan(), ZONE) is None
    assert timetable.latest_due(Plan(), None, local("2026-11-24 12:00"), ZONE) is None
    assert timetable.shortest_gap(Plan(), ZONE) is None


def test_once_is_once_even_on_a_holiday() -> None:
    plan = Plan(local("2026-11-24 12:00"), on_holiday=OnHoliday.SKIP)
    assert days(plan) == ["2026-11-24 12:00"]
    assert timetable.next_time(plan, local("2026-11-24 12:00"), ZONE) is None


def test_daily_weekly_and_monthly_keep_the_clock_time() -> None:
    first = local("2026-11-30 11:30")
    assert days(Plan(first, Repeat.DAILY), 3) == [
        "2026-11-30 11:30",
        "2026-12-01 11:30",
        "2026-12-02 11:30",
    ]
    assert days(Plan(first, Repeat.WEEKLY), 3) == [
        "2026-11-30 11:30",
        "2026-12-07 11:30",
        "2026-12-14 11:30",
    ]
    assert days(Plan(first, Repeat.MONTHLY), 4) == [
        "2026-11-30 11:30",
        "2026-12-30 11:30",
        "2027-01-30 11:30",
        "2027-02-28 11:30",
    ]


def test_the_31st_is_the_last_day_of_every_month() -> None:
    plan = Plan(local("2027-12-31 18:00"), Repeat.MONTHLY)
    assert days(plan, 5) == [
        "2027-12-31 18:00",
        "2028-01-31 18:00",
        "2028-02-29 18:00",
        "2028-03-31 18:00",
        "2028-04-30 18:00",
    ]


def test_cron_is_read_in_local_time_and_begins_with_the_first_time() -> None:
    plan = Plan(local("2026-11-24 00:00"), Repeat.CRON, "0 12 * * MON")
    assert days(plan, 2) == ["2026-11-30 12:00", "2026-12-07 12:00"]
    at_once = Plan(local("2026-11-30 12:00"), Repeat.CRON, "0 12 * * MON")
    assert days(at_once, 1) == ["2026-11-30 12:00"]


@pytest.mark.parametrize(
    "fields",
    ["", "*", "0 12 * *", "61 12 * * *", "0 12 * * MON 7", "@daily", "0 12 * * đây", "a b c d e"],
)
def test_what_is_no_cron_line_has_no_times(fields: str) -> None:
    assert not timetable.is_cron(fields)
    assert days(Plan(local("2026-11-24 12:00"), Repeat.CRON, fields)) == []


@given(some.text(max_size=30))
def test_no_text_breaks_the_reading_of_cron(fields: str) -> None:
    assert timetable.is_cron(fields) in (True, False)


def test_the_days_that_the_state_gives_are_known() -> None:
    assert timetable.holiday(date(2026, 11, 24)) == "Ngày Văn hóa Việt Nam"
    assert timetable.holiday(date(2026, 11, 24), Language.EN) == "Vietnam Cultural Day"
    # Tết goes by the moon.
    assert timetable.holiday(date(2026, 2, 17)) is not None
    assert timetable.holiday(date(2027, 2, 6)) is not None
    assert timetable.holiday(date(2027, 2, 17)) is None
    assert timetable.holiday(date(2026, 11, 25)) is None


def test_no_row_of_holidays_is_longer_than_a_time_is_ever_moved() -> None:
    day, row = date(2026, 1, 1), 0
    while day < date(2045, 1, 1):
        row = row + 1 if timetable.holiday(day) is not None else 0
        assert row < 15
        day += timedelta(days=1)


def test_a_holiday_is_sent_on_skipped_or_moved_as_the_plan_says() -> None:
    first = local("2026-11-23 12:00")
    sent, skipped, moved = (
        days(Plan(first, Repeat.DAILY, on_holiday=each), 3)
        for each in (OnHoliday.SEND, OnHoliday.SKIP, OnHoliday.NEXT_DAY)
    )
    assert sent == ["2026-11-23 12:00", "2026-11-24 12:00", "2026-11-25 12:00"]
    # Moved to the 25th, where there is one already: that day has one.
    assert skipped == moved == ["2026-11-23 12:00", "2026-11-25 12:00", "2026-11-26 12:00"]
    weekly = Plan(local("2026-11-17 12:00"), Repeat.WEEKLY, on_holiday=OnHoliday.NEXT_DAY)
    assert days(weekly, 3) == ["2026-11-17 12:00", "2026-11-25 12:00", "2026-12-01 12:00"]


def test_a_week_of_tet_is_moved_behind_it() -> None:
    plan = Plan(local("2027-01-05 12:00"), Repeat.MONTHLY, on_holiday=OnHoliday.NEXT_DAY)
    assert days(plan, 2) == ["2027-01-05 12:00", "2027-02-11 12:00"]


def test_the_last_day_counts_for_what_was_moved_too() -> None:
    plan = Plan(
        local("2026-11-17 12:00"), Repeat.WEEKLY, "", date(2026, 11, 24), OnHoliday.NEXT_DAY
    )
    assert days(plan) == ["2026-11-17 12:00"]


def test_of_several_missed_times_the_last_is_due() -> None:
    plan = Plan(local("2026-11-23 12:00"), Repeat.DAILY)
    now = local("2026-11-26 08:00")
    assert timetable.latest_due(plan, None, now, ZONE) == local("2026-11-25 12:00")
    assert timetable.latest_due(plan, local("2026-11-25 12:00"), now, ZONE) is None


def test_how_often_a_plan_sends_is_known() -> None:
    first = local("2026-11-23 12:00")
    hourly = Plan(first, Repeat.CRON, "0 * * * *")
    assert timetable.shortest_gap(hourly, ZONE) == timedelta(hours=1)
    assert timetable.shortest_gap(Plan(first, Repeat.DAILY), ZONE) == timedelta(days=1)
    assert timetable.shortest_gap(Plan(first), ZONE) is None


@pytest.mark.parametrize("repeat", Repeat)
def test_a_time_beyond_all_calendars_is_none(repeat: Repeat) -> None:
    plan = Plan(datetime(9998, 12, 31, tzinfo=UTC), repeat, "0 12 * * *")
    after = datetime(9999, 1, 1, tzinfo=UTC)
    assert timetable.next_time(plan, after, ZONE) is None


def test_a_plan_that_only_ever_meets_holidays_ends() -> None:
    plan = Plan(local("2026-11-01 12:00"), Repeat.CRON, "0 9 1 1 *", None, OnHoliday.SKIP)
    assert timetable.first_time(plan, ZONE) is None


@given(repeated, moments, zones)
def test_what_comes_next_comes_after_and_keeps_to_the_plan(
    plan: Plan, after: datetime, zone: ZoneInfo
) -> None:
    coming = timetable.next_time(plan, after, zone)
    assert plan.first is not None
    if coming is None:
        return
    assert coming.tzinfo is UTC
    assert coming > after
    assert coming >= plan.first
    there = coming.astimezone(zone)
    assert plan.until is None or there.date() <= plan.until
    if plan.on_holiday is not OnHoliday.SEND:
        assert timetable.holiday(there.date()) is None
    clock = plan.first.astimezone(zone).time()
    # An hour that the summer leaves out is made up for behind the gap.
    if plan.repeat is not Repeat.CRON and zone is ZONE:
        assert there.time() == clock


@settings(max_examples=50)
@given(repeated, moments, zones, some.lists(some.floats(0, 1), max_size=2))
def test_from_wherever_one_looks_the_next_time_is_the_same(
    plan: Plan, after: datetime, zone: ZoneInfo, looks: list[float]
) -> None:
    found = list(islice(timetable.times(plan, after, zone), 4))
    assert all(earlier < later for earlier, later in pairwise(found))
    assert plan.first is not None
    for earlier, later in pairwise(found):
        for share in looks:
            between = earlier + (later - earlier) * min(share, 0.999)
            assert timetable.next_time(plan, between, zone) == later
    for moment in found[:3]:
        assert timetable.latest_due(plan, after, moment, zone) == moment


@settings(max_examples=50)
@given(repeated, moments)
def test_a_day_has_at_most_one_time_unless_the_cron_line_names_more(
    plan: Plan, after: datetime
) -> None:
    found = [each.astimezone(ZONE).date() for each in islice(timetable.times(plan, after, ZONE), 8)]
    most = 2 if plan.repeat is Repeat.CRON and "," in plan.cron else 1
    assert all(found.count(day) <= most for day in found)


def test_an_hour_that_is_there_twice_or_not_at_all_is_sent_in_once() -> None:
    autumn = Plan(local("2026-10-24 02:30", BERLIN), Repeat.DAILY)
    assert days(autumn, 3, BERLIN) == [
        "2026-10-24 02:30",
        "2026-10-25 02:30",
        "2026-10-26 02:30",
    ]
    spring = Plan(local("2027-03-27 02:30", BERLIN), Repeat.DAILY)
    assert days(spring, 3, BERLIN) == [
        "2027-03-27 02:30",
        "2027-03-28 03:30",
        "2027-03-29 02:30",
    ]


def test_midnight_is_no_exception() -> None:
    plan = Plan(local("2026-11-24 00:00"), Repeat.DAILY)
    assert datetime.fromisoformat(days(plan, 1)[0]).time() == time(0)
