"""What may be wrong with a set of units, asked without any table."""

from dataclasses import replace

import pytest

from handlers.routing import Tree, Unit, UnitKind
from handlers.unit_checks import CONTACT_LETTERS, HOURS_LETTERS, ID_LETTERS, Flaw, Reason, of_units
from storage.tables import units as units_table
from tests import national

ROOT = Unit("top", None, UnitKind.UNION, "Công đoàn trên cùng", frozenset({"*"}))
BELOW = Unit("a", "top", UnitKind.UNION, "Công đoàn A", frozenset({"20335"}))


def flaws(*units: Unit) -> list[tuple[int, Reason, str, str]]:
    found = of_units(units, {"20335", "48"}.__contains__)
    return [(flaw.at, flaw.reason, flaw.detail, flaw.column) for flaw in found]


def test_units_that_may_stand_have_no_flaw_and_make_a_tree() -> None:
    assert flaws(BELOW, ROOT) == []
    assert Tree.of((BELOW, ROOT)).root == ROOT


@pytest.mark.parametrize(
    ("unit", "reason", "detail", "column"),
    [
        (replace(BELOW, id="công đoàn"), Reason.BAD_ID, "công đoàn", "id"),
        (replace(BELOW, id="a" * 61), Reason.BAD_ID, "a" * 60, "id"),
        (replace(BELOW, id="TOP"), Reason.TWIN_ID, "top", "id"),
        (replace(BELOW, name=""), Reason.EMPTY_NAME, "", "name"),
        (replace(BELOW, name="-A"), Reason.FORMULA, "name", "name"),
        (replace(BELOW, name="A" * 121), Reason.TOO_LONG, "name > 120", "name"),
        (replace(BELOW, hours="=NOW()"), Reason.FORMULA, "hours", "hours"),
        (replace(BELOW, hours="h" * 201), Reason.TOO_LONG, "hours > 200", "hours"),
        (replace(BELOW, contact="+1+cmd|x"), Reason.FORMULA, "contact", "contact"),
        (replace(BELOW, contact="@SUM(A1)"), Reason.FORMULA, "contact", "contact"),
        (replace(BELOW, places=frozenset({"99"})), Reason.UNKNOWN_PLACE, "99", "places"),
        (replace(BELOW, places=frozenset({"*"})), Reason.COUNTRY_BELOW_ROOT, "", "places"),
        (replace(BELOW, parent="gone"), Reason.UNKNOWN_PARENT, "gone", "parent"),
        (replace(BELOW, parent="a"), Reason.LOOP, "a → a", "parent"),
        (replace(BELOW, parent=None), Reason.SECOND_ROOT, "a", "parent"),
        (replace(BELOW, conflicts=frozenset({"x"})), Reason.UNKNOWN_CONFLICT, "x", "conflicts"),
        (replace(BELOW, conflicts=frozenset({"top"})), Reason.ROOT_CONFLICT, "top", "conflicts"),
    ],
)
def test_a_flaw_is_told_with_its_unit_and_its_field(
    unit: Unit, reason: Reason, detail: str, column: str
) -> None:
    assert flaws(ROOT, unit) == [(1, reason, detail, column)]


def test_the_highest_unit_names_nobody_as_in_conflict() -> None:
    named = replace(ROOT, conflicts=frozenset({BELOW.id}))
    assert flaws(named, BELOW) == [(0, Reason.ROOT_CONFLICT, "top", "conflicts")]


@pytest.mark.parametrize("contact", ["+84 28 3829 0000", "-", "(028) 3829-0000", "1800 1234 + 1"])
def test_a_telephone_number_is_no_formula(contact: str) -> None:
    assert flaws(ROOT, replace(BELOW, contact=contact)) == []


def test_of_all_units_together_a_root_may_be_missing() -> None:
    assert flaws() == [(-1, Reason.NO_ROOT, "", "parent")]


def test_nothing_that_passes_is_too_long_for_the_database() -> None:
    longest = {"id": ID_LETTERS, "hours": HOURS_LETTERS, "contact": CONTACT_LETTERS}
    for name, most in longest.items():
        assert most <= units_table.c[name].type.length  # type: ignore[attr-defined]


def test_the_units_of_a_whole_country_are_looked_through_in_a_moment() -> None:
    every = national.units()
    assert of_units(every, lambda _: True) == ()
    looped = [replace(each, parent=every[-1].id) if each.parent is None else each for each in every]
    assert Flaw(-1, Reason.NO_ROOT) in of_units(looped, lambda _: True)
    assert Reason.LOOP in {flaw.reason for flaw in of_units(looped, lambda _: True)}
