"""Looks up a place for a turn."""

from handlers import narrowing
from handlers.places import Answer, Place
from storage.places import Places

_MOST = 12
"""Of these the pieces of a former unit are left out before six are shown."""
_EVERY = 1_000
"""More namesakes than there are: among them are those within a place that was named before."""


def look_up(places: Places, words: str, within: Place | None = None) -> Answer:
    """What `words` may mean; what lies in `within` stands alone, where something does."""
    if not words:
        return Answer()
    if within is None:
        return places.look_up(words, _MOST)
    answer = places.look_up(words, _EVERY)
    inside = narrowing.part(within, answer)
    if inside.found:
        return inside
    more = len(answer.found) > _MOST or answer.has_more
    return Answer(answer.found[:_MOST], answer.is_certain, more)
