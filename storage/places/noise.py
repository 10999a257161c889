"""Finds the names in a text that says more than a place: a company, a street, what happened."""

from collections.abc import Iterable
from dataclasses import replace

from handlers.places import Why
from storage.places.chains import Chain, Chains
from storage.places.gazetteer import Level
from storage.places.names import Hit
from storage.places.typed import Word
from storage.places.vocabulary import LEADS, OWNERS, PARKS, PLAIN_ALIASES, WORDS

_AREAS = frozenset({Level.PROVINCE, Level.OLD_PROVINCE, Level.OLD_DISTRICT})
_PAIR = 2
_MOST_CHAINS = 8
_SHORTEST_GLUED = 5


def named(readings: Iterable[Chains]) -> list[Chain]:
    """The chains that are likely meant, the best first, of the reading that has the best; none
    overlaps a better one. Each keeps only the hits that are likely where it stands.
    """
    best: list[Chain] = []
    worth: tuple[object, ...] = ()
    for chains in readings:
        found = _named(chains)
        if found and _worth(found[0], chains.words) > worth:
            best, worth = found, _worth(found[0], chains.words)
    return best


def _named(chains: Chains) -> list[Chain]:
    words = chains.words
    likely: list[Chain] = []
    for chain in chains.every():
        hits = tuple(hit for hit in chain.hits if _is_likely(hit, chain, words))
        if hits:
            likely.append(replace(chain, hits=hits))
    found: list[Chain] = []
    for chain in sorted(likely, key=lambda each: _worth(each, words), reverse=True):
        if all(_same(chain, other) or _apart(chain, other) for other in found):
            found.append(chain)
        if len(found) == _MOST_CHAINS:
            break
    return found


def _is_likely(hit: Hit, chain: Chain, words: tuple[Word, ...]) -> bool:
    typed = words[slice(*chain.name)]
    name = " ".join(word.folded for word in typed)
    if hit.guess is Why.ALIAS and not (hit.kind or chain.has_areas or name == "sai gon"):
        return name in PLAIN_ALIASES
    if hit.guess is Why.SPACES and not (len(typed) == 1 and len(name) >= _SHORTEST_GLUED):
        return False
    if " " not in hit.entry.key and hit.guess is not Why.SPACES:
        # A name of one syllable, or a number, is a place only behind its own type word.
        return hit.entry.level is Level.PARK or _is_told(hit, typed) or name in PLAIN_ALIASES
    if chain.is_turned and not hit.kind and name in WORDS:
        return False
    if hit.kind or chain.has_areas or len(typed) > _PAIR or hit.entry.level in _AREAS:
        return True
    return name not in WORDS and _stands_free(chain, words)


def _is_told(hit: Hit, typed: tuple[Word, ...]) -> bool:
    is_long = len(typed) == 1 or len(typed[0].folded) > 1 or hit.entry.key.isdecimal()
    return bool(hit.kind) and hit.fits and is_long


def _stands_free(chain: Chain, words: tuple[Word, ...]) -> bool:
    """Whether a name begins or ends a piece of the text, or follows a word like "at"."""
    start, end = chain.start, chain.end
    if start == 0 or end == len(words) or words[start - 1].ends or words[end - 1].ends:
        return True
    return words[start - 1].folded in LEADS or words[start - 1].folded in OWNERS


def _worth(chain: Chain, words: tuple[Word, ...]) -> tuple[bool, int, bool, bool, int]:
    owner = words[chain.start - 1] if chain.start else None
    has_type = any(hit.kind and hit.kind not in PARKS.values() for hit in chain.hits)
    is_park = any(hit.entry.level is Level.PARK for hit in chain.hits)
    is_owned = owner is not None and owner.folded in OWNERS and not owner.ends
    # "công ty giày quận Bình Tân": the type word begins anew.
    is_owned &= not has_type
    is_owned |= any(hit.kind in PARKS.values() for hit in chain.hits)
    is_narrow = any(hit.entry.level not in _AREAS for hit in chain.hits)
    length = chain.end - chain.start
    return is_park or not is_owned, length, has_type, is_narrow, chain.start


def _same(one: Chain, other: Chain) -> bool:
    return (one.start, one.end, one.name) == (other.start, other.end, other.name)


def _apart(chain: Chain, better: Chain) -> bool:
    """Whether a chain has its own words; the area around a better one may be meant as well."""
    return chain.end <= better.start or better.name_end <= chain.start
