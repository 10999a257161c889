"""The places of a subscription: codes of what was typed, names of what is kept, parks by name."""

import re
from collections.abc import Mapping

from handlers import narrowing
from handlers.folding import fold
from handlers.places import Answer, Place
from handlers.routing import Tree, Unit, UnitKind
from handlers.screens import Say, say
from handlers.subscriptions import WHOLE_COUNTRY

_PARK = re.compile(r"\b(?:kcnc|kcn|kcx|ccn|kkt|khu cong nghiep|khu che xuat|cum cong nghiep)\b")
_SHORTEST_NAME = 2
_PROVINCE_DIGITS = 2

Known = Mapping[str, Place]
"""All places of today by their codes."""


def codes_of(place: Place, known: Known) -> tuple[str, ...]:
    """What a subscription keeps for a place: its code, or for a former unit or a park those of the
    communes that it covers. Codes of places that are no more are left out.
    """
    found = (_code(known.get(code)) for code in place.codes)
    return tuple(dict.fromkeys(code for code in found if code))


def pieces_of(place: Place, known: Known) -> tuple[Place, ...]:
    """The province of a place that stands for several, then these."""
    codes = (place.province_code, *place.codes)
    return tuple(dict.fromkeys(known[code] for code in codes if code in known))


def named(code: str, known: Known) -> Say:
    """A kept code as a person reads it."""
    if code == WHOLE_COUNTRY:
        return say("subscription.whole_country")
    place = _place(code, known)
    return say("raw", text=place.label) if place else say("subscription.dissolved_place")


def is_dissolved(code: str, known: Known) -> bool:
    """Whether the place was dissolved, or went to another province, since it was chosen."""
    return code != WHOLE_COUNTRY and _place(code, known) is None


def found(words: str, answer: Answer, tree: Tree, known: Known) -> tuple[Place, ...]:
    """What was typed may mean these: parks by the name of their union, but for those that the
    look-up found itself, then what it found.
    """
    meant = narrowing.meanings(answer)
    had = {frozenset(each.codes) for each in meant if narrowing.is_area(each)}
    parks = (each for each in _parks(words, tree, known) if frozenset(each.codes) not in had)
    return (*parks, *meant)


def _parks(words: str, tree: Tree, known: Known) -> tuple[Place, ...]:
    wanted = _bare(fold(words))
    if len(wanted) < _SHORTEST_NAME:
        return ()
    units = (
        unit
        for unit in tree.all
        if unit.kind is UnitKind.UNION and not unit.inside_company and _PARK.search(fold(unit.name))
    )
    found = (_as_place(unit, known) for unit in units if f" {wanted} " in f" {fold(unit.name)} ")
    return tuple(place for place in found if place is not None)


def _bare(folded: str) -> str:
    return " ".join(_PARK.sub(" ", folded).split())


def _as_place(unit: Unit, known: Known) -> Place | None:
    codes = tuple(sorted(code for code in unit.places if code in known))
    if not codes:
        return None
    inside = known[codes[0]]
    return Place("", unit.name, inside.province_code, inside.province, codes)


def _code(place: Place | None) -> str:
    if place is None:
        return ""
    is_province = len(place.code) == _PROVINCE_DIGITS
    return place.code if is_province else f"{place.province_code}/{place.code}"


def _place(code: str, known: Known) -> Place | None:
    place = known.get(code.rpartition("/")[2])
    return place if place is not None and _code(place) == code else None
