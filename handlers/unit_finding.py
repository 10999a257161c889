"""Finds units among all of the country by what somebody types: an id, words of a name, a place."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from heapq import nsmallest

from handlers import alphabet
from handlers.folding import composed, fold
from handlers.places import Place
from handlers.tree import Tree, Unit

MOST_FOUND = 50
_SPLIT = re.compile(r"\W+")


def find(
    tree: Tree,
    typed: str,
    places: Sequence[Place],
    fits: Callable[[Unit], bool],
    most: int = MOST_FOUND,
) -> tuple[tuple[Unit, ...], bool]:
    """Those that fit: the one of that id, then those whose name holds all of the words, diacritics
    or not, then those that cover one of `places`; at most `most`. Names that hold the words as they
    were typed come first, then whole words, then beginnings of words; among these higher units.
    Whether there are more.
    """
    words = fold(typed).split()
    if not words:
        return (), False
    exact = tree.get(typed.strip())
    first = [exact] if exact is not None and fits(exact) else []
    named = [unit for unit in tree.all if _holds(_words(unit.name), words) and fits(unit)]
    codes = {code for place in places for code in (*place.codes, place.code) if code}
    near = [unit for unit in tree.all if not codes.isdisjoint(unit.places) and fits(unit)]
    alike = _alike(named, composed(typed).casefold().split(), words)
    nearest = [unit for some in alike for unit in highest(tree, some, most)]
    found = dict.fromkeys((*first, *nearest, *highest(tree, near, most)))
    return tuple(found)[:most], len(found) > most or len(named) > most or len(near) > most


def below(tree: Tree, unit: str, start: int, most: int = MOST_FOUND) -> tuple[Unit, ...]:
    """The units just below one, by name; from the one at `start` on, one more than `most` where
    there are more.
    """
    return tuple(alphabet.by_name(tree.children(unit), _name)[start : start + most + 1])


def highest(tree: Tree, some: Sequence[Unit], most: int) -> list[Unit]:
    """At most so many of these, those that stand high in the tree first, then by name."""
    # Of thousands only those that are shown are put in order of the alphabet.
    few = nsmallest(most, enumerate(some), key=lambda pair: (tree.depth(pair[1]), pair[0]))
    return sorted(
        (unit for _, unit in few), key=lambda unit: (tree.depth(unit), alphabet.key(unit.name))
    )


def _alike(
    named: Sequence[Unit], typed: Sequence[str], words: Sequence[str]
) -> tuple[list[Unit], list[Unit], list[Unit]]:
    """Those with these very words, those with these words but for their marks, and the rest."""
    very, whole, rest = list[Unit](), list[Unit](), list[Unit]()
    for unit in named:
        if not set(words) <= set(_words(unit.name)):
            rest.append(unit)
        elif set(typed) <= set(_SPLIT.split(unit.name.casefold())):
            very.append(unit)
        else:
            whole.append(unit)
    return very, whole, rest


def _holds(name: Sequence[str], wanted: Sequence[str]) -> bool:
    return all(any(word.startswith(each) for word in name) for each in wanted)


@lru_cache(maxsize=65_536)
def _words(name: str) -> tuple[str, ...]:
    return tuple(fold(name).split())


def _name(unit: Unit) -> str:
    return unit.name
