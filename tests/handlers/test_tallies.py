"""Durations become classes."""

from datetime import UTC, datetime, timedelta

import pytest

from handlers.clocks import deadlines
from handlers.tallies import AnswerTime, TriageTime, answer_time, triage_time

FILED = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "wanted"),
    [
        (0, TriageTime.HALF_HOUR),
        (30, TriageTime.HALF_HOUR),
        (31, TriageTime.HOUR),
        (61, TriageTime.FOUR_HOURS),
        (241, TriageTime.DAY),
        (1440, TriageTime.DAY),
        (1441, TriageTime.LATER),
    ],
)
@pytest.mark.parametrize("danger", [False, True])
def test_a_wait_is_one_of_a_few_classes(minutes: int, wanted: TriageTime, danger: bool) -> None:
    due = deadlines(FILED, FILED.date(), danger=danger).triage_by
    assert triage_time(FILED + timedelta(minutes=minutes), due, danger=danger) is wanted


@pytest.mark.parametrize(
    ("days", "wanted"),
    [
        (0, AnswerTime.SAME_DAY),
        (1, AnswerTime.THREE_DAYS),
        (3, AnswerTime.THREE_DAYS),
        (4, AnswerTime.WEEK),
        (8, AnswerTime.TWENTY_DAYS),
        (20, AnswerTime.TWENTY_DAYS),
        (21, AnswerTime.LATER),
    ],
)
def test_an_answer_is_counted_in_days_since_the_filing(days: int, wanted: AnswerTime) -> None:
    due = deadlines(FILED, FILED.date(), danger=False).result_on
    assert answer_time(FILED.date() + timedelta(days=days), due) is wanted
