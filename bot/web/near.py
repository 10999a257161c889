"""A place that a reader of the bulletins typed, and what the page can be filtered by for it."""

from dataclasses import dataclass, field

from bot import placing
from handlers import narrowing
from handlers.folding import clean
from handlers.places import Answer, Place
from storage.places import LONGEST_QUERY, Places


@dataclass(frozen=True, slots=True)
class Near:
    """What was typed; the code of its place (as a subscription keeps it) where that is certain,
    else what may be meant, each with its code.
    """

    typed: str = field(default="", repr=False)
    place: str = ""
    choices: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def found_near(typed: str, places: Places) -> Near:
    """The place that `typed` means. A former unit or a park is several codes, so its communes are
    offered, and its province.
    """
    typed = clean(typed[:LONGEST_QUERY])
    answer = placing.look_up(places, typed)
    meant = narrowing.meanings(answer)
    found = (_offered(each, answer, places) for each in meant)
    choices = tuple(dict.fromkeys((each.label, _code(each)) for these in found for each in these))
    if len(meant) == 1 and meant[0].code and narrowing.is_sure(answer):
        return Near(typed, choices[0][1])
    return Near(typed, choices=choices[: narrowing.MOST_OFFERED])


def _offered(place: Place, answer: Answer, places: Places) -> tuple[Place, ...]:
    if place.code:
        return (place,)
    inside = narrowing.offered(place, answer, places.of_today)
    around = places.by_code(place.province_code)
    return (*(each for each in inside if each.code), *((around,) if around else ()))


def _code(place: Place) -> str:
    is_province = narrowing.is_province(place)
    return place.code if is_province else f"{place.province_code}/{place.code}"
