"""Groups of boarding houses that look after themselves, as the handbook shows them: by province and
commune, or where somebody types. They are no place for a tip, and every page says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from handlers import alphabet
from handlers.places import Answer, Place
from handlers.routing import Unit, UnitKind
from handlers.screens import MOST_CHOICES, Choice, Say, Tone, say
from handlers.turn import Facts
from handlers.worker.step import choice, named

PAGE = "t"
"""The article of the handbook under which they stand; after `t_` follow codes of places."""
MOST_SHOWN = 12
_PROVINCE_DIGITS = 2
_BETWEEN = "."


@dataclass(frozen=True, slots=True)
class Shown:
    """What one page says, and what can be chosen on it."""

    says: tuple[Say, ...]
    choices: tuple[Choice, ...] = ()


def is_page(article: str) -> bool:
    """Whether an article of the handbook is one of these pages."""
    return article.partition("_")[0] == PAGE


def entry() -> Choice:
    """The way in, from the list of shelves."""
    return choice(PAGE, "boarding.title")


def page_of(answer: Answer) -> str:
    """The page on what a typed place may mean: that one where it is certain, or else all of them;
    only what has a group is shown there.
    """
    places = answer.places[:1] if answer.is_certain else answer.places
    codes = (code for place in places for code in place.codes or (place.code,))
    return f"{PAGE}_{_BETWEEN.join(dict.fromkeys(codes))}"


def shown(article: str, facts: Facts) -> Shown:
    """The page: all provinces with a group, those of the places that it names, or what to type."""
    known = facts.places_of_today
    _, _, rest = article.partition("_")
    codes = tuple(code for code in rest.split(_BETWEEN) if code in known)
    near = _near(codes, facts)
    if near:
        return _places(codes, near, facts)
    every = _all(facts)
    if not every:
        return Shown((say("boarding.what"), say("boarding.none", Tone.NOTE)))
    return _nothing(codes, every, known) if codes else _provinces(every, known)


def _all(facts: Facts) -> list[Unit]:
    return [unit for unit in facts.tree.all if unit.kind is UnitKind.BOARDING]


def _near(codes: tuple[str, ...], facts: Facts) -> list[Unit]:
    """The groups at these places: those that cover one, or lie in one that is a province."""
    known = facts.places_of_today
    wide = {code for code in codes if len(code) == _PROVINCE_DIGITS}
    covering = (unit for code in codes for unit in facts.tree.covering(known[code]))
    near = dict.fromkeys(unit for unit in covering if unit.kind is UnitKind.BOARDING)
    if wide:
        # Through all units only where a whole province is asked for.
        near.update(
            dict.fromkeys(unit for unit in _all(facts) if _provinces_of(unit, known) & wide)
        )
    return list(near)


def _provinces_of(unit: Unit, known: Mapping[str, Place]) -> set[str]:
    return {known[code].province_code for code in unit.places if code in known}


def _provinces(every: Iterable[Unit], known: Mapping[str, Place]) -> Shown:
    codes = {code for unit in every for code in _provinces_of(unit, known)}
    says = (say("boarding.what"), say("boarding.ask"))
    return Shown(says, _listed(known[code] for code in codes))


def _places(codes: tuple[str, ...], near: list[Unit], facts: Facts) -> Shown:
    """One commune shows its groups; several, or a province, those of them that have any."""
    known = facts.places_of_today
    wide = {code for code in codes if len(code) == _PROVINCE_DIGITS}
    around = {known[code].province_code for code in codes}
    communes = {
        code
        for unit in near
        for code in unit.places
        if code in known and (code in codes or known[code].province_code in wide)
    } - around
    note = say("boarding.not_for_tips", Tone.NOTE)
    if len(communes) <= 1:
        return Shown((*_groups(near, facts), note))
    whole = _groups((unit for unit in near if unit.places & around), facts)
    says = (*whole, note) if whole else ()
    if wide:
        choices = _listed(known[code] for code in communes)
    else:
        # What was typed most likely means the first of them.
        likely = [known[code] for code in codes if code in communes]
        choices = _offered(likely[:MOST_CHOICES])
    return Shown((*says, say("boarding.several")), choices)


def _groups(some: Iterable[Unit], facts: Facts) -> tuple[Say, ...]:
    units = alphabet.by_name(some, lambda unit: unit.name)
    told = tuple(_group(unit, facts.places_of_today) for unit in units[:MOST_SHOWN])
    if len(units) <= MOST_SHOWN:
        return told
    return (*told, say("boarding.more", count=len(units) - MOST_SHOWN))


def _group(unit: Unit, known: Mapping[str, Place]) -> Say:
    names = alphabet.by_name(
        (known[code].label for code in unit.places if code in known), lambda label: label
    )
    return say(
        "boarding.group",
        name=unit.name,
        places="; ".join(names[:MOST_CHOICES]),
        contact=unit.contact or say("boarding.unknown"),
        hours=unit.hours or say("boarding.unknown"),
    )


def _nothing(codes: tuple[str, ...], every: Iterable[Unit], known: Mapping[str, Place]) -> Shown:
    """No group there; where the province has some elsewhere, they are one press away."""
    said = say("boarding.none_at", place=known[codes[0]].label)
    if len(codes) > 1:
        said = say("boarding.none_of")
    around = {known[code].province_code for code in codes}
    elsewhere = {code for unit in every for code in _provinces_of(unit, known)}
    near = _listed(known[code] for code in around & elsewhere)
    return Shown((said, say("boarding.ask_again")), near)


def _listed(places: Iterable[Place]) -> tuple[Choice, ...]:
    """Places to choose from by name; none where they are too many, for then one is typed."""
    found = alphabet.by_name(places, lambda place: place.bare_name)
    return _offered(found) if len(found) <= MOST_CHOICES else ()


def _offered(places: Iterable[Place]) -> tuple[Choice, ...]:
    return tuple(named(f"{PAGE}_{place.code}", place.label) for place in places)
