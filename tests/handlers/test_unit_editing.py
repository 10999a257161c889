"""One unit as it is edited: what a form says, what changes, and how a unit is found among many."""

import pytest

from handlers.routing import Tree, Unit, UnitKind
from handlers.tips import Category
from handlers.unit_editing import (
    FIELDS,
    FIELDS_OF,
    OWN_FIELDS,
    Section,
    fingerprint,
    typed,
    values_of,
    with_values,
)
from handlers.unit_finding import below, find
from storage.atlas import of_the_program
from tests.national import units as national

UNIT = Unit(
    "ward",
    "north",
    UnitKind.UNION,
    "Công đoàn phường",
    frozenset({"25747"}),
    frozenset({Category.FIRE}),
    inside_company=True,
    conflicts=frozenset({"other"}),
    hours="8:00",
    contact="028",
)


def test_every_field_is_saved_in_one_section() -> None:
    named = [name for names in FIELDS_OF.values() for name in names]
    assert sorted(named) == sorted(FIELDS)
    assert set(FIELDS_OF) == set(Section)
    assert set(FIELDS) >= OWN_FIELDS


def test_a_unit_is_the_same_after_its_values_are_put_into_it() -> None:
    other = Unit("ward", None, UnitKind.POLICE, "Khác")
    assert with_values(other, values_of(UNIT)) == UNIT
    assert with_values(UNIT, {"at_once": True}) == UNIT


def test_a_fingerprint_is_of_its_fields_alone() -> None:
    values = values_of(UNIT)
    assert fingerprint(values, ["name"]) == fingerprint({**values, "hours": "9"}, ["name"])
    assert fingerprint(values, ["name"]) != fingerprint({**values, "name": "9"}, ["name"])


@pytest.mark.parametrize(
    ("section", "form", "values"),
    [
        (
            Section.WORDS,
            {"name": " Công  đoàn\u200b ", "hours": "8"},
            {"name": "Công đoàn", "hours": "8", "contact": ""},
        ),
        (
            Section.STANDING,
            {"parent": "north", "kind": "police"},
            {"parent": "north", "kind": "police", "inside_company": False},
        ),
        (Section.STANDING, {"parent": "north", "kind": "army"}, None),
        (
            Section.PLACES,
            {"place-25747": "1", "place-79": "", "found-1": "25750 25753", "find": "x"},
            {"places": ["25747", "25750", "25753"]},
        ),
        (Section.CATEGORIES, {"cat-fire": "1", "cat-strike": "1"}, {"categories": ["fire"]}),
        (Section.CONFLICTS, {"other-a.b": "1"}, {"conflicts": ["a.b"]}),
        (Section.CARDS, {"at_once": "1"}, {"at_once": True}),
        (Section.CARDS, {}, {"at_once": False}),
    ],
)
def test_a_form_says_what_its_section_shall_hold(
    section: Section, form: dict[str, str], values: dict[str, object] | None
) -> None:
    assert typed(section, form) == values


def test_a_unit_is_found_among_all_of_the_country() -> None:
    every = national()
    tree, places = Tree.of(every), of_the_program()
    unit = every[-1]
    found, more = find(tree, unit.id, (), lambda _: True)
    assert (found[0], more) == (unit, False)
    found, more = find(tree, "cong doan", places.find("cong doan"), lambda _: True)
    assert (len(found), more) == (50, True)
    assert [tree.depth(each) for each in found] == sorted(tree.depth(each) for each in found)
    assert find(tree, " . ", (), lambda _: True) == ((), False)
    assert find(tree, unit.id, (), lambda _: False) == ((), False)
    near, _ = find(tree, "phường bàn thạch", places.find("phường bàn thạch"), lambda _: True)
    assert near


def test_units_below_one_are_listed_in_parts() -> None:
    tree = Tree.of(national())
    first = below(tree, tree.root.id, 0, most=5)
    assert len(first) == 6
    assert below(tree, tree.root.id, 5, most=5)[0] == first[5]


def test_words_of_a_unit_stand_in_one_line() -> None:
    """They stand within lines that workers read: a second line would look like one of ours."""
    form = {"name": "Công đoàn\nĐã nhận tin", "hours": "8:00\u2028–17:00", "contact": " 028\r\n1 "}
    told = typed(Section.WORDS, form)
    assert told == {"name": "Công đoàn Đã nhận tin", "hours": "8:00 –17:00", "contact": "028 1"}
