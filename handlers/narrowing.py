"""What a look-up of a place means: which of the places found are asked back, and how a place of
many communes is narrowed. Pure; the worker's talk, the officer's form and the pages share it.
"""

from collections.abc import Mapping

from handlers import alphabet
from handlers.folding import fold
from handlers.places import Answer, Found, Place, Why

MOST_OFFERED = 6
"""So many places are asked back at once."""
FORMER = "(cũ)"
"""What stands behind the name of a former unit: a place without a code that lacks it is a park, or
another area that the operator entered.
"""
_PROVINCE_DIGITS = 2
# A town with the name of its province became eight communes at most, the smallest province 16.
_MOST_OF_A_TOWN = 12
_NAMED = frozenset({Why.EXACT, Why.FORMER, Why.SPLIT, Why.PARK})

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


def meanings(answer: Answer) -> tuple[Place, ...]:
    """What may be meant, likeliest first: without the pieces of a former unit that stands before
    them, and without what bears the name of a province and lies in it.
    """
    kept: list[Place] = []
    for found in answer.found:
        place = found.place
        around = [whole for whole in kept if is_wide(whole) and covers(whole, place)]
        if place not in kept and not any(_hides(whole, found) for whole in around):
            kept.append(place)
    return tuple(kept)


def is_sure(answer: Answer) -> bool:
    """Whether its first place is meant: it may be taken unasked, or is a former unit of that very
    name, which comes with its pieces.
    """
    meant = meanings(answer)
    named = bool(answer.found) and answer.found[0].why in _NAMED
    return answer.is_certain or (named and len(meant) == 1 and is_wide(meant[0]))


def pieces(whole: Place, known: Known) -> tuple[Place, ...]:
    """The communes of today that lie in it, those of a province by their names."""
    if not is_province(whole):
        return tuple(known[code] for code in whole.codes if code in known)
    inside = (each for each in known.values() if each.province_code == whole.code)
    return tuple(
        alphabet.by_name((each for each in inside if each != whole), lambda each: each.name)
    )


def offered(whole: Place, answer: Answer, known: Known) -> tuple[Place, ...]:
    """What can be pressed to narrow it: all its communes where they are few, else what bears the
    same name in it, but no former province, which answers nothing; the rest is typed.
    """
    every = pieces(whole, known)
    if len(every) <= MOST_OFFERED:
        return every
    inside = part(whole, answer).found
    alike = tuple(
        each
        for each in inside
        if bare(each.place) == bare(whole) and len(each.place.codes) <= _MOST_OF_A_TOWN
    )
    return meanings(Answer(alike))[:MOST_OFFERED]


def part(whole: Place, answer: Answer) -> Answer:
    """What of an answer lies in `whole`: certain where one place in it has the name typed."""
    inside = tuple(
        each for each in answer.found if each.place != whole and covers(whole, each.place)
    )
    named = {each.place for each in inside if each.why in _NAMED}
    alone = len(named) == 1 and inside[0].place in named
    return Answer(inside[:1] if alone else inside, bool(inside) and (alone or answer.is_certain))


def within(whole: Place, place: Place) -> Place:
    """The part of `whole` that was chosen. The name of a park stays: it says more."""
    if not is_area(whole) or place == whole or not covers(whole, place):
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


def _hides(whole: Place, found: Found) -> bool:
    if is_province(whole) or found.why is Why.PIECE:
        return True
    # Of a guess the pieces are guesses as well.
    return found.why not in _NAMED and bare(whole) != bare(found.place)
