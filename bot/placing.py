"""Looks a place up for a turn: what was typed may mean these, and whether one of them is certain."""

from handlers import narrowing
from handlers.places import Place
from storage.places import Places

_LOOKED_THROUGH = 60
"""So many are looked through for those within a place that was named before."""


def look_up(places: Places, words: str, within: Place | None) -> tuple[tuple[Place, ...], bool]:
    """The places that `words` may mean, the likeliest first, and whether there is no doubt. What
    lies within `within` goes before everything else.
    """
    found = places.find(words, _LOOKED_THROUGH)
    if within is not None:
        inside = tuple(each for each in found if each != within and narrowing.covers(within, each))
        if inside:
            return inside, len(narrowing.meanings(inside)) == 1
    return found[:12], len(found) == 1
