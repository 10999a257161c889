"""One unit as it is edited: its fields, the sections in which they are saved, what a form says."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum

from handlers.folding import one_line
from handlers.routing import Unit, UnitKind
from handlers.tips import Category

Value = str | bool | list[str] | None
"""What a field holds: ids and codes of a list are sorted."""
Values = Mapping[str, Value]

FIELDS = (
    "name",
    "parent",
    "kind",
    "places",
    "categories",
    "inside_company",
    "conflicts",
    "hours",
    "contact",
    "at_once",
)
"""What is edited, in the order of the pages. `at_once` is no part of the operator's table."""


class Section(StrEnum):
    """A part of the page that is saved by itself."""

    WORDS = "words"
    STANDING = "standing"
    PLACES = "places"
    CATEGORIES = "categories"
    CONFLICTS = "conflicts"
    CARDS = "cards"


FIELDS_OF: Mapping[Section, tuple[str, ...]] = {
    Section.WORDS: ("name", "hours", "contact"),
    Section.STANDING: ("parent", "kind", "inside_company"),
    Section.PLACES: ("places",),
    Section.CATEGORIES: ("categories",),
    Section.CONFLICTS: ("conflicts",),
    Section.CARDS: ("at_once",),
}

OWN_FIELDS = frozenset({"name", "hours", "contact", "at_once"})
"""What administrators may change of the unit where they are administrator themselves. The rest says
how far a unit reaches: that is for an administrator of a unit above.
"""

PLACE, FOUND, CATEGORY, OTHER = "place-", "found-", "cat-", "other-"
"""Begin the names of boxes: a code that the unit covers, codes that a search found, a category, a
unit in conflict.
"""


def values_of(unit: Unit) -> dict[str, Value]:
    """What the operator's table says of a unit."""
    return {
        "name": unit.name,
        "parent": unit.parent,
        "kind": unit.kind.value,
        "places": sorted(unit.places),
        "categories": sorted(each.value for each in unit.categories),
        "inside_company": unit.inside_company,
        "conflicts": sorted(unit.conflicts),
        "hours": unit.hours,
        "contact": unit.contact,
    }


def with_values(unit: Unit, values: Values) -> Unit:
    """The unit with these values in the place of its own; `at_once` is none of them."""
    told = values_of(unit) | {name: values[name] for name in values if name != "at_once"}
    parent = told["parent"]
    return replace(
        unit,
        name=str(told["name"]),
        parent=str(parent) if parent else None,
        kind=UnitKind(str(told["kind"])),
        places=frozenset(_listed(told["places"])),
        categories=frozenset(Category(each) for each in _listed(told["categories"])),
        inside_company=bool(told["inside_company"]),
        conflicts=frozenset(_listed(told["conflicts"])),
        hours=str(told["hours"]),
        contact=str(told["contact"]),
    )


def fingerprint(values: Values, names: Iterable[str]) -> str:
    """By which a form knows whether these fields are still as it showed them."""
    told = {name: values.get(name) for name in sorted(names)}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:20]


def typed(section: Section, form: Mapping[str, str]) -> Values | None:
    """What a form says of the fields of its section; None for one that no page of ours made."""
    match section:
        case Section.WORDS:
            return {name: one_line(form.get(name, "")) for name in FIELDS_OF[section]}
        case Section.STANDING:
            kind = form.get("kind", "")
            if kind not in UnitKind.__members__.values():
                return None
            inside = bool(form.get("inside_company"))
            parent = form.get("parent", "") or None
            return {"parent": parent, "kind": kind, "inside_company": inside}
        case Section.PLACES:
            found = [code for name in _named(form, FOUND) for code in form[FOUND + name].split()]
            return {"places": sorted({*_named(form, PLACE), *found})}
        case Section.CATEGORIES:
            chosen = [each.value for each in Category if form.get(CATEGORY + each)]
            return {"categories": sorted(chosen)}
        case Section.CONFLICTS:
            return {"conflicts": sorted(_named(form, OTHER))}
        case Section.CARDS:
            return {"at_once": form.get("at_once") == "1"}


def _named(form: Mapping[str, str], start: str) -> list[str]:
    return [name.removeprefix(start) for name in form if name.startswith(start) and form[name]]


def _listed(value: Value) -> list[str]:
    return value if isinstance(value, list) else []
