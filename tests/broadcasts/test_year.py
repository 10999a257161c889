"""A year of the library: each text once, in its time, and what finds no day is told with why."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from broadcasts import library, timetable, year
from broadcasts.library import Publish, Text
from broadcasts.year import SEASONS, Why
from handlers.bulletins import Content, Topic

START = date(2027, 1, 4)
TUESDAYS = frozenset({1})
TWICE = frozenset({1, 3})


def text(number: int, *, last: date | None = None, topic: Topic = Topic.WAGES) -> Text:
    content = Content(topic=topic, expires_on=last, library=f"t{number}")
    return Text(content, f"X{number:02}", Publish.YES, "")


many = st.lists(
    st.tuples(st.integers(0, 500), st.sampled_from(Topic)), min_size=0, max_size=70
).map(
    lambda some: [
        text(number, last=START + timedelta(days=days), topic=topic)
        for number, (days, topic) in enumerate(some)
    ]
)


@given(many, st.sets(st.integers(0, 6), min_size=1, max_size=2))
def test_every_text_is_placed_once_in_time_or_left_out_with_a_reason(
    texts: list[Text], weekdays: set[int]
) -> None:
    days = year.days_of(START, weekdays)
    found = year.spread(texts, days)
    placed = [day for _, day in found.placed]
    assert placed == sorted(placed)
    assert len(set(placed)) == len(placed)
    for each, day in found.placed:
        assert day <= (each.content.expires_on or day)
        assert day.weekday() in weekdays
        assert timetable.holiday(day) is None
    both = [each.id for each, _ in found.placed] + [each.id for each, _ in found.left]
    assert sorted(both) == sorted(each.id for each in texts)
    if found.left and all(why is Why.NO_ROOM for _, why in found.left):
        last = max(each.content.expires_on or days[-1] for each, _ in found.left)
        assert [day for day in days if day <= last and day not in placed] == []


def test_no_day_is_a_holiday_or_taken() -> None:
    days = year.days_of(START, TWICE, taken=(date(2027, 1, 5),))
    assert date(2027, 1, 5) not in days
    assert not any(timetable.holiday(day) for day in days)
    assert days[0] == date(2027, 1, 7)
    assert days[-1] < START + timedelta(days=365)


def test_without_a_last_day_they_lie_evenly_apart() -> None:
    days = year.days_of(START, TUESDAYS)
    found = year.spread([text(number) for number in range(10)], days)
    gaps = [later - earlier for (_, earlier), (_, later) in pairwise(found.placed)]
    assert max(gaps) - min(gaps) <= timedelta(days=14)
    assert found.placed[-1][1] > START + timedelta(days=300)


def test_what_expires_early_comes_before_that() -> None:
    soon = [text(number, last=START + timedelta(days=20)) for number in range(4)]
    found = year.spread([*[text(number) for number in range(10, 50)], *soon], _tuesdays())
    assert [day for each, day in found.placed if each in soon] == _tuesdays()[:3]
    assert [why for _, why in found.left] == [Why.NO_ROOM]
    over = text(0, last=START - timedelta(days=1))
    assert year.spread([over], _tuesdays()).left == ((over, Why.EXPIRED),)
    assert year.spread([over], []).left == ((over, Why.NO_ROOM),)


def _tuesdays() -> list[date]:
    return year.days_of(START, TUESDAYS)


def test_topics_take_turns() -> None:
    wages = [text(number) for number in range(6)]
    safety = [text(number, topic=Topic.SAFETY) for number in range(6, 12)]
    found = year.spread([*wages, *safety], _tuesdays())
    topics = [each.content.topic for each, _ in found.placed]
    assert all(one is not other for one, other in pairwise(topics))


def test_what_has_a_season_is_sent_in_it() -> None:
    unsafe = replace(text(1), number="B36")
    [(_, day)] = year.spread([unsafe], _tuesdays()).placed
    assert day.month == 5
    fire = replace(
        text(1), number="B40", content=replace(text(1).content, expires_on=date(2027, 6, 1))
    )
    [(_, day)] = year.spread([fire], _tuesdays()).placed
    assert day.month <= 4
    over_the_year = replace(text(1), number="B43")
    days = year.days_of(date(2027, 1, 10), TUESDAYS)
    [(_, day)] = year.spread([over_the_year], days).placed
    assert day.month in {1, 2}


def test_seasons_name_texts_of_the_library() -> None:
    assert set(SEASONS) <= {each.number for each in library.texts().values()}
