"""Danger outside duty hours, and who stands behind: the union above, never somebody shut out."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.clocks import Clocks
from handlers.duty import ALWAYS, VIETNAM
from handlers.going_up import behind, on_duty
from handlers.routing import Tree, Unit, UnitKind
from handlers.tips import Category

THERE = Clocks(duty=ALWAYS)
DAY = datetime(2026, 11, 30, 10, tzinfo=VIETNAM)
NIGHT = datetime(2026, 11, 30, 22, tzinfo=VIETNAM)
NOBODY: frozenset[str] = frozenset()


def unit(name: str, parent: str | None, **changes: object) -> Unit:
    made = Unit(name, parent, UnitKind.UNION, name, has_desk=True, has_alarm=True)
    return replace(made, **changes)  # type: ignore[arg-type]


def tree(*changed: Unit) -> Tree:
    ordinary = (
        unit("root", None),
        unit("city", "root"),
        unit("ward", "city"),
        unit("firm", "ward", inside_company=True),
        unit("police", "root", kind=UnitKind.POLICE),
    )
    return Tree.of({each.id: each for each in (*ordinary, *changed)}.values())


def duty_of(found: Tree, name: str, now: datetime, excluded: frozenset[str] = NOBODY) -> str:
    start = found.get(name)
    assert start is not None
    return on_duty(found, start, Category.FIRE, now, excluded=excluded).id


def test_by_day_the_nearest_unit_gets_it() -> None:
    assert duty_of(tree(), "ward", DAY) == "ward"


def test_by_night_it_goes_to_the_nearest_unit_above_that_has_duty() -> None:
    found = tree(unit("city", "root", clocks=THERE), unit("root", None, clocks=THERE))
    assert duty_of(found, "ward", NIGHT) == "city"
    assert duty_of(tree(unit("root", None, clocks=THERE)), "ward", NIGHT) == "root"


def test_where_nobody_has_duty_it_stays_with_the_nearest() -> None:
    assert duty_of(tree(), "ward", NIGHT) == "ward"


@pytest.mark.parametrize(
    "city",
    [
        unit("city", "root", clocks=THERE, has_alarm=False),
        unit("city", "root", clocks=THERE, has_desk=False),
        unit("city", "root", clocks=THERE, categories=frozenset({Category.WAGES})),
    ],
)
def test_a_unit_that_cannot_take_it_is_passed_over(city: Unit) -> None:
    assert duty_of(tree(city), "ward", NIGHT) == "ward"
    found = behind(tree(city), "ward", Category.FIRE, excluded=NOBODY)
    assert found is not None
    assert found.id == "root"


def test_whoever_is_shut_out_is_neither_asked_by_night_nor_behind() -> None:
    found = tree(unit("city", "root", clocks=THERE))
    out = frozenset({"city"})
    assert duty_of(found, "ward", NIGHT, out) == "ward"
    up = behind(found, "ward", Category.FIRE, excluded=out)
    assert up is not None
    assert up.id == "root"


def test_nobody_stands_behind_the_root() -> None:
    assert behind(tree(), "root", Category.FIRE, excluded=NOBODY) is None
    mute = tree(unit("root", None, has_alarm=False))
    assert behind(mute, "city", Category.FIRE, excluded=NOBODY) is None


@given(
    st.sets(st.sampled_from(["root", "city", "ward", "firm", "police"])),
    st.sampled_from(["city", "ward", "firm", "root"]),
    st.booleans(),
)
def test_it_never_goes_to_the_police_into_a_company_or_down(
    excluded: set[str], start: str, night: bool
) -> None:
    found = tree(unit("root", None, clocks=THERE))
    out = frozenset(excluded)
    chosen = duty_of(found, start, NIGHT if night else DAY, out)
    up = behind(found, start, Category.FIRE, excluded=out)
    for each in ({chosen} - {start}) | ({up.id} if up else set()):
        assert each in {above.id for above in found.ancestors(start)}
        assert each not in out
        assert each not in {"firm", "police"}
