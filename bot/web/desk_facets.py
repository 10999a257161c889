"""What the list's form offers: the values that occur, how many tips each would leave, and links."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from urllib.parse import urlencode

from handlers import alphabet
from handlers.labels import Label
from handlers.listing import (
    DANGER,
    MINE,
    NOBODY,
    SORT,
    Age,
    Choice,
    Due,
    Facet,
    Narrowed,
    Sort,
    Stage,
    read,
)
from handlers.places import Place
from handlers.tips import Category, Status
from storage.board import Line, Seen
from storage.places import Places

PAGE = "/desk"
MOST_PLACES = 60
"""Communes that a form offers while no province is chosen; beyond it, a province comes first."""
_IN_ORDER: Mapping[Facet, Sequence[str]] = {
    Facet.STAGE: (
        Stage.ALL,
        Stage.OPEN,
        Status.TRIAGE,
        Status.CLAIMED,
        Status.ASKED,
        Status.WORKING,
        Stage.CLOSED,
    ),
    Facet.CLOCK: tuple(Due),
    Facet.CATEGORY: tuple(Category),
    Facet.LABEL: tuple(Label),
    Facet.DANGER: (DANGER,),
    Facet.AGE: tuple(Age),
}
QUICK: Mapping[str, Choice] = {
    "all": read({Facet.STAGE: Stage.ALL}),
    "open": read({Facet.STAGE: Stage.OPEN}),
    "mine": read({Facet.HOLDER: MINE}),
    "closed": read({Facet.STAGE: Stage.CLOSED}),
}
"""What is one press away; each takes the place of whatever was chosen."""


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a field; `text` is its name, where it is no text of ours. Places below a
    province stand in the `group` of its name.
    """

    value: str
    count: int
    chosen: bool
    text: str = field(default="", repr=False)
    group: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Box:
    """One field of the form."""

    name: str
    options: tuple[Option, ...]

    @property
    def chosen(self) -> Option | None:
        """The value that is chosen now, if there is one."""
        return next((option for option in self.options if option.chosen), None)


@dataclass(frozen=True, slots=True)
class Quick:
    """One press to a view: how many tips it has, and whether it is the present one."""

    name: str
    link: str
    count: int
    current: bool


def address(choice: Choice, number: int = 1) -> str:
    """The list with that choice, at that page; it holds closed values and never words."""
    pairs = list(choice.pairs)
    if number > 1:
        pairs.append(("trang", str(number)))
    # Without any value the list opens with whatever view its officer set for that.
    return f"{PAGE}?{urlencode(pairs or [(Facet.STAGE.value, Stage.ALL.value)])}"


def narrows(choice: Choice) -> bool:
    """Whether more was chosen than what is one press away."""
    return bool(choice.picked) and all(choice.picked != each.picked for each in QUICK.values())


def leaves_out(choice: Choice) -> bool:
    """Whether it may leave out a tip at all."""
    return any(value != Stage.ALL for _, value in choice.picked)


def without(choice: Choice, facet: str) -> Choice:
    """The choice without one of its values."""
    return Choice(tuple(pair for pair in choice.picked if pair[0] != facet), choice.sort)


def quick(seen: Seen, choice: Choice) -> tuple[Quick, ...]:
    """The views that are one press away."""
    me = seen.officer.hex()
    closed = sum(line.known.status is Status.CLOSED for line in seen.own)
    counts = {
        "all": len(seen.own),
        "open": len(seen.own) - closed,
        "mine": sum(line.known.holder == me for line in seen.own),
        "closed": closed,
    }
    present = choice.pairs or QUICK["all"].pairs
    return tuple(
        Quick(name, address(each), counts[name], each.pairs == present)
        for name, each in QUICK.items()
    )


def boxes(
    seen: Seen, found: Narrowed[Line], choice: Choice, units: Mapping[str, str], places: Places
) -> tuple[Box, ...]:
    """The fields of the form, with the values that would leave something, and the chosen ones; a
    field in which there is nothing to choose is left out.
    """
    made = [_box(facet, found, choice) for facet in _IN_ORDER]
    by_name = {
        Facet.PLACE: _places(found, choice, places),
        Facet.HOLDER: _holders(seen, found, choice),
        Facet.UNIT: _units(found, choice, units) if len(units) > 1 else (),
    }
    made += [Box(facet.value, options) for facet, options in by_name.items()]
    order = {facet.value: at for at, facet in enumerate(Facet)}
    return tuple(sorted((box for box in made if box.options), key=lambda box: order[box.name]))


def orders(choice: Choice) -> Box:
    """In which order tips can stand."""
    return Box(SORT, tuple(Option(sort.value, 0, sort is choice.sort) for sort in Sort))


def _box(facet: Facet, found: Narrowed[Line], choice: Choice) -> Box:
    counts, chosen = found.counts[facet], choice.by_facet.get(facet)
    values = (str(value) for value in _IN_ORDER[facet])
    options = (Option(value, counts.get(value, 0), value == chosen) for value in values)
    return Box(facet.value, tuple(each for each in options if each.count or each.chosen))


def _holders(seen: Seen, found: Narrowed[Line], choice: Choice) -> tuple[Option, ...]:
    counts, chosen = found.counts[Facet.HOLDER], choice.by_facet.get(Facet.HOLDER)
    me = seen.officer.hex()
    fixed = [
        Option(value, counts.get(value, 0), value == chosen)
        for value in (MINE, NOBODY)
        if counts.get(value) or value == chosen
    ]
    others = [
        Option(key, counts.get(key, 0), key == chosen, seen.people[key].name)
        for key in (seen.people.keys() & {*counts, chosen or ""}) - {me}
    ]
    return (*fixed, *alphabet.by_name(others, attrgetter("text")))


def _units(found: Narrowed[Line], choice: Choice, units: Mapping[str, str]) -> tuple[Option, ...]:
    counts, chosen = found.counts[Facet.UNIT], choice.by_facet.get(Facet.UNIT)
    return tuple(
        Option(unit, counts.get(unit, 0), unit == chosen, name)
        for unit, name in units.items()
        if counts.get(unit) or unit == chosen
    )


def _places(found: Narrowed[Line], choice: Choice, places: Places) -> tuple[Option, ...]:
    counts, chosen = found.counts[Facet.PLACE], choice.by_facet.get(Facet.PLACE, "")
    known = [place for code in {*counts, chosen} if (place := places.by_code(code)) is not None]
    chosen_one = places.by_code(chosen)
    province = chosen_one.province_code if chosen_one is not None else ""
    communes = [place for place in known if place.code != place.province_code]
    if province:
        communes = [place for place in communes if place.province_code == province]
    elif len(communes) > MOST_PLACES:
        communes = []
    provinces = [place for place in known if place.code == place.province_code]
    return tuple(
        Option(each.code, counts.get(each.code, 0), each.code == chosen, each.name, group)
        for group, each in (*_grouped(provinces, ""), *_grouped(communes, "province"))
    )


def _grouped(found: Iterable[Place], by: str) -> list[tuple[str, Place]]:
    named = [(place.province if by else "", place) for place in found]
    return sorted(named, key=lambda pair: (alphabet.key(pair[0]), alphabet.key(pair[1].bare_name)))
