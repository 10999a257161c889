"""A unit's clocks are kept as they were typed, and nothing else is taken."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.clocks import DEFAULT, Clocks, Times
from handlers.duty import ALWAYS, Duty, Span
from handlers.tips import Category
from handlers.unit_clocks import (
    BOUNDS,
    BadClocks,
    Fault,
    plain,
    read,
    shown,
    special_of,
    typed,
    with_special,
)

TIMES = st.builds(Times, **{name: st.integers(*range_) for name, range_ in BOUNDS.items()})
SPANS = st.tuples(st.integers(0, 1439), st.integers(0, 1440)).filter(lambda two: two[0] < two[1])
DUTIES = st.builds(
    Duty,
    st.lists(st.none() | SPANS.map(lambda two: Span(*two)), min_size=7, max_size=7)
    .map(tuple)
    .filter(any),
    st.booleans(),
)
CLOCKS = st.builds(
    Clocks,
    DUTIES,
    TIMES,
    st.dictionaries(st.sampled_from(Category), TIMES, max_size=3).map(
        lambda found: tuple(sorted(found.items(), key=lambda each: each[0]))
    ),
)


def form(clocks: Clocks, category: Category | None = None) -> dict[str, str]:
    times = clocks.of(category)
    told = {name: str(getattr(times, name)) for name in BOUNDS}
    for day, span in enumerate(clocks.duty.week):
        told[f"from{day}"], told[f"to{day}"] = shown(span)
    return told | ({"on_holidays": "1"} if clocks.duty.on_holidays else {})


@given(CLOCKS)
def test_what_is_kept_is_read_back(clocks: Clocks) -> None:
    assert read(json.loads(json.dumps(plain(clocks)))) == clocks


@given(CLOCKS)
def test_what_stands_in_the_form_is_what_was_typed(clocks: Clocks) -> None:
    assert typed(form(clocks), clocks, None) == clocks


def test_nothing_kept_is_the_default() -> None:
    assert read(None) == DEFAULT


def test_a_category_gets_times_of_its_own_and_loses_them_again() -> None:
    quick = form(DEFAULT) | {"triage_hours": "2"}
    changed = typed(quick, DEFAULT, Category.FIRE)
    assert changed.of(Category.FIRE).triage_hours == 2
    assert changed.of(Category.WAGES) == DEFAULT.times
    assert with_special(changed, Category.FIRE, None) == DEFAULT
    assert typed(form(DEFAULT), changed, Category.FIRE) == DEFAULT, "the same is not its own"
    assert special_of({"category": "fire"}) is Category.FIRE
    assert special_of({"category": "nothing"}) is None


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("triage_hours", "0", Fault.NUMBER),
        ("triage_hours", "49", Fault.NUMBER),
        ("triage_hours", "", Fault.NUMBER),
        ("result_days", "ba", Fault.NUMBER),
        ("result_days", "٣", Fault.NUMBER),
        ("result_days", "9" * 5000, Fault.NUMBER),
        ("from0", "7h30", Fault.HOURS),
        ("from0", "", Fault.HOURS),
        ("to0", "07:00", Fault.HOURS),
        ("to0", "24:01", Fault.HOURS),
    ],
)
def test_what_is_no_clock_is_refused_with_its_field(field: str, value: str, fault: Fault) -> None:
    with pytest.raises(BadClocks) as wrong:
        typed(form(DEFAULT) | {field: value}, DEFAULT, None)
    assert wrong.value.fault is fault
    assert wrong.value.field in (field, field.replace("to", "from"))


def test_a_week_without_duty_is_refused() -> None:
    empty = {f"{name}{day}": "" for name in ("from", "to") for day in range(7)}
    with pytest.raises(BadClocks) as wrong:
        typed(form(DEFAULT) | empty, DEFAULT, None)
    assert wrong.value.fault is Fault.NO_DUTY


def test_a_whole_day_can_be_typed() -> None:
    every = {f"from{day}": "00:00" for day in range(7)} | {f"to{day}": "24:00" for day in range(7)}
    assert typed(form(DEFAULT) | every | {"on_holidays": "1"}, DEFAULT, None).duty == ALWAYS
