"""What a look-up of a place means: which of the places found are asked back, and how a place of
many communes is narrowed. Pure; the worker's talk, the officer's form and the pages share it.
"""

from collections.abc import Iterable, Mapping

from handlers import alphabet
from handlers.folding import fold
from handlers.places import Place

MOST_OFFERED = 6
"""So many places are asked back at once."""
FORMER = "(cũ)"
"""What stands behind the name of a former unit: a place without a code that lacks it is a park, or
another area that the operator entered.
"""
_PROVINCE_DIGITS = 2

Known = Mapping[str, Place]
"""All places of today by their codes."""


def is_province(place: Place) -> bool:
    """Whether it is a province of today."""
    return len(place.code) == _PROVINCE_DIGITS


def is_area(place: Place) -> bool:
    """Whether it is a park or another area of the operator's, not a unit of the state."""
    return not place.code and FORMER not in place.name


def is_wide(place: Place) -> bool:
    """Whether several communes lie in it, so that one more question helps."""
    return is_province(place) or len(place.codes) > 1


def covers(whole: Place, place: Place) -> bool:
    """Whether all of `place` lies in `whole`."""
    if is_province(whole):
        return place.province_code == whole.code
    return set(place.codes or (place.code,)) <= set(whole.codes or (whole.code,))


def meanings(found: Iterable[Place]) -> tuple[Place, ...]:
    """What may be meant, in the order of `found`: without the pieces of a place that stands before
    them, unless they bear its name.
    """
    kept: list[Place] = []
    for place in found:
        around = [whole for whole in kept if is_wide(whole) and covers(whole, place)]
        if place not in kept and not any(_hides(whole, place) for whole in around):
            kept.append(place)
    return tuple(kept)


def pieces(whole: Place, known: Known) -> tuple[Place, ...]:
    """The communes of today that lie in it, those of a province by their names."""
    if not is_province(whole):
        return tuple(known[code] for code in whole.codes if code in known)
    inside = (each for each in known.values() if each.province_code == whole.code)
    return tuple(
        alphabet.by_name((each for each in inside if each != whole), lambda each: each.name)
    )


def offered(whole: Place, found: Iterable[Place], known: Known) -> tuple[Place, ...]:
    """What can be pressed to narrow it: all its communes where they are few, else what bears the
    same name in it; the rest is typed.
    """
    every = pieces(whole, known)
    if len(every) <= MOST_OFFERED:
        return every
    inside = (each for each in found if each != whole and covers(whole, each))
    return meanings(each for each in inside if bare(each) == bare(whole))[:MOST_OFFERED]


def within(whole: Place, place: Place) -> Place:
    """The part of `whole` that was chosen. A park's name stays, for it says more than its commune."""
    if not is_area(whole) or place == whole:
        return place
    return Place(
        place.code,
        f"{place.name} ({whole.name})",
        place.province_code,
        place.province,
        place.codes,
    )


def bare(place: Place) -> str:
    """The name for comparison, without its type word, district and "(cũ)"."""
    name = fold(place.name.replace(FORMER, "").partition(",")[0])
    for word in ("thanh pho", "thi xa", "thi tran", "dac khu"):
        if name.startswith(f"{word} "):
            return name.removeprefix(f"{word} ")
    return name.partition(" ")[2] or name


def _hides(whole: Place, place: Place) -> bool:
    return is_province(whole) or bare(whole) != bare(place)
