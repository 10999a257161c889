"""The places of Viet Nam by code, and by name as people type it, old names included."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from handlers import alphabet
from handlers.parks import Park
from handlers.places import Answer, Place, Why
from storage.places import noise
from storage.places.chains import Chain, Chains
from storage.places.gazetteer import load, of_parks
from storage.places.names import Names
from storage.places.ranking import Meaning, answer, meanings
from storage.places.tables import Tables, packaged
from storage.places.typed import Word, is_abroad, read

_PROVINCE_DIGITS = 2
_MOST_BEGUN = 6
_SHORTEST_GLUED, _LONGEST_GLUED = 3, 30


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """All places, held in memory; made once by `load` and passed around."""

    _by_code: Mapping[str, Place] = field(repr=False)
    _names: Names = field(repr=False)
    past: Mapping[str, Place] = field(default_factory=dict, repr=False)
    """Provinces that are no more, by their codes."""

    @staticmethod
    def load(tables: Tables | None = None) -> "Places":
        """Read these tables, or those that come with the program."""
        gazetteer = load(tables or packaged())
        return Places(gazetteer.places, Names.of(gazetteer.entries))

    def with_parks(self, parks: Iterable[Park]) -> "Places":
        """The same places, and these parks by their names, instead of those known so far."""
        return replace(self, _names=self._names.with_parks(of_parks(parks, self._by_code)))

    @property
    def provinces(self) -> tuple[str, ...]:
        """The codes of today's provinces, by name."""
        found = [place for place in self._by_code.values() if len(place.code) == _PROVINCE_DIGITS]
        found.sort(key=lambda place: alphabet.key(place.bare_name))
        return tuple(place.code for place in found)

    @property
    def counted_provinces(self) -> tuple[str, ...]:
        """The same, then those that are no more: tips of theirs are still counted."""
        return (*self.provinces, *sorted(self.past.keys() - self._by_code.keys()))

    def province_name(self, code: str) -> str | None:
        """The full name of a province of today or of one that is no more; else None."""
        found = self._by_code.get(code) or self.past.get(code)
        return found.name if found is not None else None

    def by_code(self, code: str) -> Place | None:
        """The province (two digits) or commune (five) of today, or None."""
        return self._by_code.get(code)

    @property
    def of_today(self) -> Mapping[str, Place]:
        """All provinces (two digits) and communes (five) of today, by code."""
        return self._by_code

    def is_known(self, code: str) -> bool:
        """Whether `code` is a province or commune of today."""
        return code in self._by_code

    def find(self, text: str, limit: int = 7) -> tuple[Place, ...]:
        """The places that `text` may mean, likeliest first, at most `limit`; none for nonsense."""
        return self.look_up(text, limit).places

    def look_up(self, text: str, limit: int = 6) -> Answer:
        """What `text` may mean, at most `limit` places. Only a certain answer may be taken unasked:
        all of the text was read, without guessing, and one place alone has that name. A single
        place that is not certain, and every longer list, is for the person to choose from.

        Type words and marks may be missing; districts and provinces, of today or before, may follow
        the name or stand before it. First come marks as typed, then the type that was typed, then
        what is meant more often. A former unit that went whole into one commune gives that commune;
        one that is several today gives a Place with an empty `code` and all of them in `codes`, and
        after all meanings its pieces. A park gives its name and the communes that it lies in.

        Only a text that is no name, as a whole, is guessed at: first as the beginning of one, then
        with one letter wrong, then as a text that has a name somewhere.
        """
        if limit < 1:
            return Answer()
        readings = [
            Chains(self._names, words) for words in read(text, self._names.syllables.__contains__)
        ]
        whole = [chain for chains in readings for chain in chains.whole()]
        turned = [chain for chains in readings for chain in chains.whole_turned()]
        # Where both orders can be read, neither is certain unless they mean the same.
        found = meanings(whole) + meanings(turned, Why.NOISE if whole else None)
        found = found or self._guessed(readings)
        if (whole or turned) and all(meaning.guess is Why.NOISE for meaning in found):
            # A park that is not known: what lies around it may be all that we can offer.
            found += _noisy(readings)
        if (
            found
            and len(readings[0].words) == 1
            and all(" " not in each.entry.key for each in found)
        ):
            # One syllable is more often the first of a name than all of it.
            found += self._begun(readings[0].words)
        return answer(found, limit)

    def _guessed(self, readings: list[Chains]) -> list[Meaning]:
        if not readings or is_abroad(readings[0].words):
            return []
        words = readings[0].words
        if len(words) <= _MOST_BEGUN:
            begun = self._begun(words)
            if begun:
                return begun
        found = meanings(readings[-1].misspelt(), Why.TYPO)
        if len(words) == 1 and len(words[0].folded) <= _LONGEST_GLUED:
            found += self._parted(words[0])
        return found + _noisy(readings)

    def _parted(self, word: Word) -> list[Meaning]:
        """One long word as a name and its province: `bienhoadongnai`."""
        letters, found = word.folded, list[Chain]()
        for at in range(_SHORTEST_GLUED, len(letters) - _SHORTEST_GLUED + 1):
            chains = Chains(
                self._names, tuple(Word(each, each) for each in (letters[:at], letters[at:]))
            )
            found += chains.whole() + chains.whole_turned()
        return meanings(found, Why.SPACES)

    def _begun(self, words: tuple[Word, ...]) -> list[Meaning]:
        hits = tuple(self._names.beginning(words))
        return meanings([Chain(0, len(words), len(words), hits)], Why.PREFIX)


def _noisy(readings: list[Chains]) -> list[Meaning]:
    return [meaning for chain in noise.named(readings) for meaning in meanings([chain], Why.NOISE)]
