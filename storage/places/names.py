"""All names of places, and which of them a few typed words may be."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from handlers.places import Why
from storage.places.gazetteer import Entry, Level, numeral
from storage.places.typed import Word
from storage.places.vocabulary import (
    FIRST_ALIASES,
    LONGEST_TYPE,
    PARKS,
    PLAIN_ALIASES,
    PROVINCE_ALIASES,
    TOWN_ALIASES,
    TYPES,
)

MOST_WORDS = 7
"""Words of the longest name, with one to spare."""

_WIDE = frozenset({Level.PROVINCE, Level.OLD_PROVINCE})
_TOWNS = frozenset({Level.COMMUNE, Level.OLD_DISTRICT})
_KINDS: Mapping[str, str] = {**TYPES, **PARKS}
_GLUED: Mapping[str, str] = {word.replace(" ", ""): kind for word, kind in _KINDS.items()}
_LETTERS = "abcdeghiklmnopqrstuvxy"
_SHORTEST_BEGUN, _MANY_BEGUN = 3, 150
_SHORTEST_MISSPELT, _LONGEST_MISSPELT = 5, 20


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that typed words may name: the type word typed with it, the marks typed, and how it
    was guessed, if it was. `order` tells the meanings of an abbreviation apart; below 0 it comes
    before names that were not guessed.
    """

    entry: Entry
    kind: str
    marked: str
    guess: Why | None = None
    order: int = 0

    @property
    def fits(self) -> bool:
        """Whether the type word, if one was typed, is one of the place."""
        return not self.kind or self.kind in self.entry.types


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """Every name by its letters alone (`batri`), those of the operator's parks apart."""

    by_letters: Mapping[str, tuple[Entry, ...]] = field(repr=False)
    ordered: tuple[str, ...] = field(repr=False)
    syllables: frozenset[str] = field(repr=False)
    parks: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict, repr=False)

    @staticmethod
    def of(entries: Iterable[Entry]) -> "Names":
        """The names of these entries."""
        found: dict[str, list[Entry]] = {}
        syllables: set[str] = set()
        for entry in entries:
            found.setdefault(entry.key.replace(" ", ""), []).append(entry)
            syllables.update(entry.key.split(" "))
        for word in _KINDS:
            syllables.update(word.split(" "))
        by_letters = {letters: tuple(each) for letters, each in found.items()}
        return Names(by_letters, tuple(sorted(by_letters)), frozenset(syllables))

    def with_parks(self, parks: Iterable[tuple[str, Entry]]) -> "Names":
        """These names and those of parks, instead of the parks known so far."""
        found: dict[str, list[Entry]] = {}
        for key, entry in parks:
            found.setdefault(key.replace(" ", ""), []).append(entry)
        return replace(self, parks={key: tuple(each) for key, each in found.items()})

    def named(self, words: tuple[Word, ...]) -> Iterator[Hit]:
        """The entries so named, in no order, a type word in front or not, spaces or not."""
        for kind, rest in _readings(words):
            letters = "".join(word.folded for word in rest)
            typed = " ".join(word.marked for word in rest)
            name = numeral(" ".join(word.folded for word in rest))
            has_keys = any(word.is_undone for word in rest)
            yield from self._aliased(kind, letters)
            for entry in self._entries(letters if not kind else numeral(letters)):
                # "9" alone is no place, "quận 9" is.
                if kind in entry.types or not entry.key.isdecimal():
                    guess = Why.SPACES if entry.key != name else None
                    yield Hit(entry, kind, typed, guess or (Why.KEYS if has_keys else None))
        if len(words) == 1:
            yield from self._glued(words[0])

    def beginning(self, words: tuple[Word, ...]) -> Iterator[Hit]:
        """The entries whose name begins so, at least three letters of it, in no order."""
        for kind, rest in _readings(words):
            name, letters = (sign.join(word.folded for word in rest) for sign in (" ", ""))
            if len(letters) < _SHORTEST_BEGUN or letters.isdecimal():
                continue
            typed, is_park = " ".join(word.marked for word in rest), kind in PARKS.values()
            every: Iterable[str] = (each for each in self.parks if each.startswith(letters))
            if not is_park:
                end = bisect_left(self.ordered, f"{letters}\uffff")
                every = self.ordered[bisect_left(self.ordered, letters) : end]
            known = self.parks if is_park else self.by_letters
            entries = [entry for key in every for entry in known[key]]
            # Of a thousand names only those of today are shown, for they come first.
            lowest = Level.PARK if len(entries) > _MANY_BEGUN else Level.OLD_COMMUNE
            for entry in entries:
                is_begun = entry.key.startswith(name) or len(rest) == 1 < len(letters) // 2
                if is_begun and entry.level <= lowest:
                    yield Hit(entry, kind, typed, Why.PREFIX)

    def misspelt(self, words: tuple[Word, ...]) -> Iterator[Hit]:
        """The entries whose name is these words but for one letter that is wrong, missing, too much
        or in the place of its neighbour, or for two that sound like others (`ch` and `tr`).
        """
        for kind, rest in _readings(words):
            letters = "".join(word.folded for word in rest)
            if not _SHORTEST_MISSPELT <= len(letters) <= _LONGEST_MISSPELT:
                continue
            typed, is_park = " ".join(word.marked for word in rest), kind in PARKS.values()
            known = self.parks if is_park else self.by_letters
            for other in {each for each in _one_letter_off(letters) if each in known}:
                for entry in known[other]:
                    yield Hit(entry, kind, typed, Why.TYPO)

    def _entries(self, letters: str) -> tuple[Entry, ...]:
        known = self.by_letters.get(letters, ())
        return known + self.parks.get(letters, ()) if self.parks else known

    def _aliased(self, kind: str, letters: str) -> Iterator[Hit]:
        guess = None if letters in PLAIN_ALIASES else Why.ALIAS
        is_first = letters in FIRST_ALIASES
        for aliases, levels in ((PROVINCE_ALIASES, _WIDE), (TOWN_ALIASES, _TOWNS)):
            for order, alias in enumerate(aliases.get(letters, ()), start=-1 if is_first else 0):
                for entry in self.by_letters.get(alias, ()):
                    if entry.level in levels and (not kind or kind in entry.types):
                        yield Hit(entry, kind, "", guess, order)

    def _glued(self, word: Word) -> Iterator[Hit]:
        """The type word written together with the name: `xabatri`, `tphcm`."""
        for front, kind in _GLUED.items():
            if not word.folded.startswith(front):
                continue
            rest = word.folded[len(front) :]
            yield from self._aliased(kind, rest)
            for entry in self._entries(numeral(rest)) if len(rest) > 1 or rest.isdecimal() else ():
                # A single letter in front is a type word only where it fits.
                if kind in entry.types or (len(front) > 1 and not entry.key.isdecimal()):
                    yield Hit(entry, kind, "", None if rest.isdecimal() else Why.SPACES)


def _readings(words: tuple[Word, ...]) -> Iterator[tuple[str, tuple[Word, ...]]]:
    """`words` as a bare name, and without the type word that it may begin with."""
    yield "", words
    for count in range(1, min(LONGEST_TYPE, len(words) - 1) + 1):
        kind = _KINDS.get(" ".join(word.folded for word in words[:count]))
        if kind is not None:
            yield kind, words[count:]


def _one_letter_off(letters: str) -> Iterator[str]:
    for one, other in (("ch", "tr"), ("tr", "ch"), ("gi", "d"), ("d", "gi")):
        parts = letters.split(one)
        for at in range(1, len(parts)):
            yield one.join(parts[:at]) + other + one.join(parts[at:])
    for at in range(len(letters) + 1):
        before, after, beyond = letters[:at], letters[at:], letters[at + 1 :]
        yield before + beyond
        yield before + beyond[:1] + after[:1] + beyond[1:]
        for letter in _LETTERS:
            yield before + letter + after
            yield before + letter + beyond
