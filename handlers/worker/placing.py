"""What the look-up made of words for a place, and how places are offered to press."""

from dataclasses import dataclass, field

from handlers import narrowing, routing
from handlers.folding import fold
from handlers.places import Place, Why
from handlers.screens import Choice, Say, say
from handlers.tips import Category
from handlers.turn import Facts
from handlers.worker.step import choice, named

_FEWEST_DIGITS = 6
_RESEMBLES = frozenset({Why.NOISE, Why.PREFIX, Why.TYPO})
_UNKNOWN = frozenset(
    "khong biet|ko biet|khong nho|ko nho|khong ro|khong noi|khong|k biet|k nho|i do not know".split(
        "|"
    )
)


@dataclass(frozen=True, slots=True)
class Taken:
    """One place is meant, and nothing else."""

    place: Place = field(repr=False)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """These may be meant, the likeliest first; at most as many as are asked back at once."""

    places: tuple[Place, ...] = field(repr=False)


def heard(facts: Facts) -> Taken | Doubtful | None:
    """What was typed means this. A single place of many communes is asked about anyhow, by its
    name, so it need not be certain.
    """
    meant = narrowing.meanings(facts.places)
    if not meant:
        return None
    if len(meant) == 1 and (facts.places.is_certain or narrowing.is_wide(meant[0])):
        return Taken(meant[0])
    return Doubtful(meant[: narrowing.MOST_OFFERED])


def heard_within(whole: Place, facts: Facts) -> Taken | Doubtful | None:
    """What was typed means this within `whole`, or else elsewhere: the worker may have corrected
    themselves. Of what only resembles a name elsewhere, nothing is made.
    """
    inside = narrowing.part(whole, facts.places)
    meant = narrowing.meanings(inside)
    if meant:
        is_one = len(meant) == 1 and inside.is_certain
        return Taken(meant[0]) if is_one else Doubtful(meant[: narrowing.MOST_OFFERED])
    if facts.places.is_certain:
        return heard(facts)
    meant = narrowing.meanings(facts.places)
    reads = bool(meant) and facts.places.found[0].why not in _RESEMBLES
    return Doubtful(meant[: narrowing.MOST_OFFERED]) if reads else None


def is_narrowed(place: Place, category: Category, facts: Facts, *, danger: bool = False) -> bool:
    """Whether it is asked in which commune: not of a park whose own unit reads wherever in it
    something happened, for the park says enough.
    """
    if not narrowing.is_wide(place) or not narrowing.is_area(place):
        return narrowing.is_wide(place)
    spots = narrowing.pieces(place, facts.places_of_today)
    readers = {
        routing.reader(facts.tree, category, spot, danger=danger).id for spot in (place, *spots)
    }
    return len(readers) > 1


def does_not_know(words: str) -> bool:
    """Whether a message only says so. "Không" is no place, though it would find Xã Khổng Lào."""
    return fold(words) in _UNKNOWN


def is_phone(words: str) -> bool:
    """Whether a message is nothing but a long number."""
    digits = fold(words).replace(" ", "")
    return digits.isdecimal() and len(digits) >= _FEWEST_DIGITS


def place_choices(places: tuple[Place, ...], whole: Place | None = None) -> tuple[Choice, ...]:
    """Places as choices, by their position; of a commune within `whole` the name says enough."""
    names = (each.name if _is_near(each, whole) else each.label for each in places)
    return tuple(named(f"place{at}", name) for at, name in enumerate(names))


def picked(name: str, places: tuple[Place, ...]) -> Place | None:
    """The place that a choice of `place_choices` stands for."""
    at = name.removeprefix("place")
    return places[int(at)] if at.isdigit() and int(at) < len(places) else None


def which(places: tuple[Place, ...]) -> tuple[tuple[Say, ...], tuple[Choice, ...]]:
    """The question which of these is meant, and its answers; of a single one, whether it is."""
    if len(places) == 1:
        return (say("place.is_it", place=places[0].label),), (choice("place_yes"),)
    return (say("place.pick"),), place_choices(places)


def chosen(name: str, places: tuple[Place, ...]) -> Place | None:
    """The place that an answer to `which` stands for."""
    return places[0] if name == "place_yes" and places else picked(name, places)


def in_which(whole: Place, places: tuple[Place, ...], facts: Facts) -> Say:
    """The one question more about a place of several communes, of which `places` are offered."""
    count = len(narrowing.pieces(whole, facts.places_of_today))
    key = "place.in_which_of" if places else "place.in_which"
    return say(key, place=whole.label, count=count)


def _is_near(place: Place, whole: Place | None) -> bool:
    return whole is not None and bool(place.code) and narrowing.covers(whole, place)
