"""The places of Viet Nam by code, and by name as people type it, old names included."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import nsmallest

from handlers import alphabet
from handlers.folding import clean, fold
from handlers.parks import Park
from handlers.places import Answer, Found, Place, Why
from storage.places.gazetteer import Entry, Level, load, marked
from storage.places.tables import Tables, packaged

# Longer texts are stories. Name, district and province together take about 12 words.
LONGEST_QUERY = 100
_MOST_WORDS = 16
_PROVINCE_DIGITS = 2

_TYPES: Mapping[str, str] = {
    "thanh pho": "thanh pho",
    "dac khu": "dac khu",
    "thi tran": "thi tran",
    "thi xa": "thi xa",
    "phuong": "phuong",
    "huyen": "huyen",
    "quan": "quan",
    "tinh": "tinh",
    "xa": "xa",
    "tp": "thanh pho",
    "dk": "dac khu",
    "tt": "thi tran",
    "tx": "thi xa",
    "p": "phuong",
    "f": "phuong",
    "h": "huyen",
    "q": "quan",
    "t": "tinh",
    "x": "xa",
}
_NOISE = re.compile(r"(?:kcnc|kcn|kcx|ccn|khu cong nghiep|khu che xuat|cum cong nghiep) (?=\S)")
_NUMBERED = re.compile(r"\b(quan|phuong|q|p|f) ?0*([1-9]\d?)\b")
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "hcm": ("ho chi minh",),
    "hcmc": ("ho chi minh",),
    "tphcm": ("ho chi minh",),
    "sai gon": ("ho chi minh",),
    "saigon": ("ho chi minh",),
    "sg": ("ho chi minh",),
    "hn": ("ha noi",),
    "dn": ("da nang", "dong nai"),
    "hp": ("hai phong",),
    "ct": ("can tho",),
    "bd": ("binh duong", "binh dinh"),
    "brvt": ("ba ria vung tau",),
    "br vt": ("ba ria vung tau",),
    "tt hue": ("thua thien hue",),
}
_WIDE = frozenset({Level.PROVINCE, Level.OLD_PROVINCE})
_AREAS = _WIDE | {Level.OLD_DISTRICT}


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """All places, held in memory; made once by `load` and passed around."""

    _by_code: Mapping[str, Place] = field(repr=False)
    _by_key: Mapping[str, tuple[Entry, ...]] = field(repr=False)
    _keys: tuple[str, ...] = field(repr=False)

    @staticmethod
    def load(tables: Tables | None = None) -> "Places":
        """Read these tables, or those that come with the program."""
        gazetteer = load(tables or packaged())
        by_key: dict[str, list[Entry]] = {}
        for entry in gazetteer.entries:
            by_key.setdefault(entry.key, []).append(entry)
        keyed = {key: tuple(entries) for key, entries in by_key.items()}
        return Places(gazetteer.places, keyed, tuple(sorted(keyed)))

    def with_parks(self, parks: Iterable[Park]) -> "Places":
        """The same places, and these parks by their names."""
        return self

    @property
    def provinces(self) -> tuple[str, ...]:
        """The codes of today's provinces, by name."""
        found = [place for place in self._by_code.values() if len(place.code) == _PROVINCE_DIGITS]
        found.sort(key=lambda place: alphabet.key(place.bare_name))
        return tuple(place.code for place in found)

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

    def look_up(self, text: str, limit: int = 6) -> Answer:
        """What `text` may mean, at most `limit` places. Only a certain answer may be taken unasked:
        all of the text was read, without guessing, and one place alone has that name. A single
        place that is not certain, and every longer list, is for the person to choose from.
        """
        found = self.find(text, limit + 1)
        shown = tuple(_found(place) for place in found[:limit])
        return Answer(shown, has_more=len(found) > limit)

    def find(self, text: str, limit: int = 7) -> tuple[Place, ...]:
        """The places that `text` may mean, likeliest first, at most `limit`; none for nonsense.

        Type words and diacritics may be missing; districts and provinces, of today or before, may
        follow the name. First come equal diacritics, then the type that was typed, then units of
        today before former ones; then the pieces of the former units found; then names that only
        begin like `text`. A former unit that went whole into one commune gives that commune; one
        that is several today gives a Place with an empty `code` and all of them in `codes`.
        """
        query = _plain(text)
        if query in _TYPES or not re.search("[a-z]", query) or limit < 1:
            return ()
        marks = f" {marked(clean(text))} "
        exact = self._exact(query, marks)
        found = dict.fromkeys(entry.place for entry in exact)
        if exact and exact[0].level is Level.PROVINCE:
            # Who named a whole province is not helped by its first few communes.
            exact = [entry for entry in exact if entry.level is not Level.OLD_PROVINCE]
        found.update(dict.fromkeys(piece for entry in exact for piece in entry.pieces))
        if len(found) < limit:
            # Several entries may lead to one place, seldom more than a few.
            longer = nsmallest(8 * limit, self._beginning(query, marks))
            found.update(dict.fromkeys(match.entry.place for match in longer))
        return tuple(found)[:limit]

    def _exact(self, query: str, marks: str) -> list[Entry]:
        """Entries named `query`; then those named by its first words within what the rest names."""
        found = _sorted(self._named(query, marks))
        words = query.split(" ")
        for cut in range(len(words) - 1, 0, -1):
            named = _sorted(self._named(" ".join(words[:cut]), marks))
            inside = self._within(words[cut:]) if named else frozenset()
            if inside:
                near = [entry for entry in named if entry.codes & inside]
                # Who is wrong about the province is better served by the name alone than by none.
                found += near or ([] if found else named)
        return found

    def _within(self, words: list[str]) -> frozenset[str]:
        """The communes of the province, the district, or the district in a province so named."""
        found = self._area(" ".join(words))
        for cut in range(1, len(words)):
            if found:
                break
            found = self._area(" ".join(words[cut:]))
            found = found and found & self._area(" ".join(words[:cut]))
        return found

    def _area(self, name: str) -> frozenset[str]:
        matches = self._named(name, "")
        areas = [match.entry.codes for match in matches if match.entry.level in _AREAS]
        return frozenset[str]().union(*areas)

    def _named(self, query: str, marks: str) -> Iterator["_Match"]:
        """Entries whose name is `query`, with or without a type word in front, in no order."""
        for kind, name in _readings(query):
            for alias in _ALIASES.get(name, ()):
                for entry in self._by_key.get(alias, ()):
                    if entry.level in _WIDE and (not kind or kind in entry.types):
                        yield _match(entry, kind, marks, is_alias=True)
            for entry in self._by_key.get(name, ()):
                # "9" alone is no place, "quận 9" is.
                if kind in entry.types or not name.isdecimal():
                    yield _match(entry, kind, marks)

    def _beginning(self, query: str, marks: str) -> Iterator["_Match"]:
        """Entries whose name begins with `query`, at least two letters of it, in no order."""
        for kind, name in _readings(query):
            if len(name) > 1 and not name.isdecimal():
                end = bisect_left(self._keys, f"{name}\uffff")
                for key in self._keys[bisect_left(self._keys, name) : end]:
                    yield from (_match(entry, kind, marks) for entry in self._by_key[key])


@dataclass(frozen=True, slots=True, order=True)
class _Match:
    """An entry found, and what puts it before others: fields compare in this order."""

    is_no_alias: bool
    has_other_marks: bool
    has_other_type: bool
    level: Level
    is_older: bool
    key: str
    province_code: str
    code: str
    name: str
    entry: Entry = field(compare=False)


def _match(entry: Entry, kind: str, marks: str, *, is_alias: bool = False) -> _Match:
    place = entry.place
    return _Match(
        not is_alias,
        not (f" {entry.marked} " in marks or f" {entry.marked}".startswith(marks.rstrip())),
        bool(kind) and kind not in entry.types,
        entry.level,
        entry.is_older,
        entry.key,
        place.province_code,
        place.code,
        place.name,
        entry,
    )


def _sorted(matches: Iterable[_Match]) -> list[Entry]:
    return [match.entry for match in sorted(matches)]


def _plain(text: str) -> str:
    """`text` as names are compared, `q9` written out; empty if it is too long for a place."""
    if len(text) > LONGEST_QUERY:
        return ""
    query = _NUMBERED.sub(_written_out, _NOISE.sub("", fold(clean(text)), count=1))
    return query if query.count(" ") < _MOST_WORDS else ""


def _written_out(found: re.Match[str]) -> str:
    return f"{_TYPES[found[1]]} {found[2]}"


def _readings(query: str) -> Iterator[tuple[str, str]]:
    """`query` as a bare name, and without the type word that it may begin with."""
    yield "", query
    for words in (1, 2):
        parts = query.split(" ", words)
        kind = _TYPES.get(" ".join(parts[:words]))
        if kind is not None and len(parts) > words:
            yield kind, parts[words]


def _found(place: Place) -> Found:
    return Found(place, place.name.split(" ", 1)[0].lower(), Why.EXACT if place.code else Why.SPLIT)
