"""Looks up a place for a turn."""

from handlers import narrowing
from handlers.places import Answer, Place
from storage.places import Places

_MOST = 12
"""Of these the pieces of a former unit are left out before six are shown."""
_MOST_LOOKED_THROUGH = 60
"""So many namesakes are looked through for those within a place that was named before."""


def look_up(places: Places, words: str, within: Place | None = None) -> Answer:
    """What `words` may mean; what lies in `within` stands alone, where something does."""
    if not words:
        return Answer()
    if within is not None:
        inside = narrowing.part(within, places.look_up(words, _MOST_LOOKED_THROUGH))
        if inside.found:
            return inside
    return places.look_up(words, _MOST)
