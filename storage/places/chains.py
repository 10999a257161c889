"""Reads words as a name and the district or province that it lies in, in either order."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from handlers.places import Why
from storage.places.gazetteer import Level, of_province
from storage.places.names import MOST_WORDS, Hit, Names
from storage.places.typed import Word
from storage.places.vocabulary import COMMUNE_TYPES, LEADS, OWNERS, TAILS

_PROVINCES = frozenset({Level.PROVINCE, Level.OLD_PROVINCE})
_AREAS = _PROVINCES | {Level.OLD_DISTRICT}
# A park, its commune, the district, the province.
_MOST_AREAS = 3
_MOST_MISSPELT_WORDS = 5


@dataclass(frozen=True, slots=True)
class Chain:
    """The words from `start` to `end` (not with it) as a name and the areas around it, if any:
    what the name may be within these areas, and the keys of the former ones that can be meant.
    Of a turned one, areas stand before the name.
    """

    start: int
    end: int
    name_end: int
    hits: tuple[Hit, ...]
    areas: frozenset[str] = frozenset()
    name_start: int = 0

    @property
    def name(self) -> tuple[int, int]:
        """Where the name itself begins and ends."""
        return max(self.start, self.name_start), self.name_end

    @property
    def is_turned(self) -> bool:
        """Whether the name follows its district or province."""
        return self.name_start > self.start

    @property
    def has_areas(self) -> bool:
        """Whether more than the name was typed."""
        return self.end > self.name_end or self.is_turned


@dataclass(frozen=True, slots=True)
class _Area:
    """Words that name an area, with the areas around it: where they end, what it covers, whether
    none of them had to be guessed, and whether they are provinces alone.
    """

    end: int
    codes: frozenset[str]
    areas: frozenset[str]
    is_sure: bool
    is_province: bool

    def around(self, end: int, inner: "_Area") -> "_Area":
        """This area with another in it: `inner` up to where both end."""
        return _Area(
            end,
            inner.codes,
            inner.areas | self.areas,
            inner.is_sure and self.is_sure,
            inner.is_province and self.is_province,
        )


class Chains:
    """The chains in one row of words. Each stretch of words is looked up once."""

    def __init__(self, names: Names, words: tuple[Word, ...]) -> None:
        self._names = names
        self.words = words
        self._hits: dict[tuple[int, int], tuple[Hit, ...]] = {}
        self._areas: dict[tuple[int, int], tuple[_Area, ...]] = {}

    def whole(self) -> list[Chain]:
        """The chains that take all words, the name in front; a word like "at" before it, or the
        country behind, may be left out.
        """
        return self._all(self.at)

    def whole_turned(self) -> list[Chain]:
        """The same with the name behind its province or district: `dong nai bien hoa`."""
        return self._all(self.turned)

    def _all(self, read: Callable[[int], Iterator[Chain]]) -> list[Chain]:
        has_lead = len(self.words) > 1 and self.words[0].folded in LEADS
        for end in self._last():
            for start in (0, 1)[: 1 + has_lead]:
                found = [chain for chain in read(start) if chain.end == end]
                if found:
                    return found
        return []

    def _last(self) -> Iterator[int]:
        end = len(self.words)
        yield end
        for tail in TAILS:
            length = len(tail.split(" "))
            if " ".join(word.folded for word in self.words[-length:]) == tail and end > length:
                yield end - length

    def every(self) -> list[Chain]:
        """All chains, wherever they begin and end."""
        starts = range(len(self.words))
        found = [chain for start in starts for chain in self.at(start)]
        return found + [chain for start in starts for chain in self.turned(start)]

    def at(self, start: int) -> Iterator[Chain]:
        """The chains that begin with the word at `start`."""
        for end in self._ends(start):
            hits = self._named(start, end)
            if hits:
                yield Chain(start, end, end, hits)
                yield from self._with_areas(start, end, hits)

    def turned(self, start: int) -> Iterator[Chain]:
        """The chains that begin with an area at `start`, the name behind it; a wider area may stand
        last (`quan 7 phuong tan phu tphcm`).
        """
        for area in self._before(start):
            for end in self._ends(area.end):
                hits = self._named(area.end, end)
                near = tuple(_behind(hit, area) for hit in _near(hits, area))
                if not near:
                    continue
                yield Chain(start, end, end, near, area.areas, area.end)
                for chain in _within(start, end, near, self._areas_at(end)):
                    yield replace(chain, areas=chain.areas | area.areas, name_start=area.end)

    def misspelt(self) -> Iterator[Chain]:
        """The chains that take all words, with one wrong letter in the name or in the area."""
        end = len(self.words)
        if all(word.folded in OWNERS for word in self.words):
            return
        if end <= _MOST_MISSPELT_WORDS:
            yield Chain(0, end, end, tuple(self._names.misspelt(self.words)))
        for cut in self._ends(0):
            if cut == end:
                continue
            areas = [area for area in self._areas_at(cut) if area.end == end]
            if areas and cut <= _MOST_MISSPELT_WORDS:
                hits = tuple(self._names.misspelt(self.words[:cut]))
                yield from _within(0, cut, hits, areas)
            hits = self._named(0, cut)
            if hits and end - cut <= _MOST_MISSPELT_WORDS:
                off = [hit for hit in self._names.misspelt(self.words[cut:]) if _is_area(hit)]
                yield from _within(0, cut, hits, [_area(end, off)] if off else [])
        for area in self._before(0):
            if 0 < end - area.end <= _MOST_MISSPELT_WORDS:
                hits = tuple(self._names.misspelt(self.words[area.end :]))
                near = tuple(hit for hit in hits if _lies_in(hit, area.codes))
                if near:
                    yield Chain(0, end, end, near, area.areas, area.end)

    def _with_areas(self, start: int, end: int, hits: tuple[Hit, ...]) -> Iterator[Chain]:
        return _within(start, end, hits, self._areas_at(end))

    def _ends(self, start: int) -> Iterator[int]:
        """Where a name may end that begins at `start`: never behind a comma."""
        for end in range(start + 1, min(len(self.words), start + MOST_WORDS) + 1):
            yield end
            if self.words[end - 1].ends:
                return

    def _named(self, start: int, end: int) -> tuple[Hit, ...]:
        known = self._hits.get((start, end))
        if known is None:
            known = self._hits[start, end] = tuple(self._names.named(self.words[start:end]))
        return known

    def _before(self, start: int, around: _Area | None = None, depth: int = 1) -> Iterator[_Area]:
        """The areas named from `start` on, the widest first, as the narrowest of them."""
        for end in self._ends(start):
            hits = [hit for hit in self._named(start, end) if _is_area(hit)]
            if around is not None:
                hits = [hit for hit in hits if _lies_in(hit, around.codes)]
            if not hits:
                continue
            area = _area(end, hits)
            if around is not None:
                area = around.around(end, area)
            yield area
            if depth < _MOST_AREAS:
                yield from self._before(end, area, depth + 1)

    def _areas_at(self, start: int, depth: int = 1) -> tuple[_Area, ...]:
        """The areas named from `start` on."""
        known = self._areas.get((start, depth))
        if known is None:
            known = self._areas[start, depth] = tuple(self._read_areas(start, depth))
        return known

    def _read_areas(self, start: int, depth: int) -> Iterator[_Area]:
        if start >= len(self.words):
            return
        if self.words[start].folded in LEADS:
            yield from self._areas_at(start + 1, depth)
        for end in self._ends(start):
            hits = [hit for hit in self._named(start, end) if _is_area(hit)]
            if not hits:
                continue
            yield _area(end, hits)
            for wider in self._areas_at(end, depth + 1) if depth < _MOST_AREAS else ():
                near = [hit for hit in hits if _lies_in(hit, wider.codes)]
                if near:
                    yield wider.around(wider.end, _area(end, near))


def _within(start: int, end: int, hits: Iterable[Hit], areas: Iterable[_Area]) -> Iterator[Chain]:
    for area in areas:
        near = _near(hits, area)
        if near:
            yield Chain(start, area.end, end, near, area.areas)


def _near(hits: Iterable[Hit], area: _Area) -> tuple[Hit, ...]:
    """The hits that lie in an area. Where two provinces may have been named, that elsewhere is
    offered too, and all are guesses: who comes from one works in the other.
    """
    every = tuple(hits)
    near = tuple(hit for hit in every if _lies_in(hit, area.codes))
    elsewhere = tuple(hit for hit in every if _is_province(hit) and hit not in near)
    if not near or not elsewhere or not area.is_province:
        return near
    return tuple(replace(hit, guess=hit.guess or Why.NOISE) for hit in near + elsewhere)


def _is_province(hit: Hit) -> bool:
    return hit.entry.level in _PROVINCES and hit.fits and hit.guess is not Why.ALIAS


def _behind(hit: Hit, area: _Area) -> Hit:
    """A name behind its area. Short words in front may be others ("ct" is a company as well), and a
    single syllable behind a province most often begins a sentence.
    """
    if hit.guess is None and not area.is_sure:
        return replace(hit, guess=Why.ALIAS)
    if hit.guess is None and not hit.kind and " " not in hit.entry.key:
        return replace(hit, guess=Why.NOISE)
    return hit


def _is_area(hit: Hit) -> bool:
    if hit.entry.level in _AREAS:
        return True
    # A commune is the area of a park. Wards that have a number alone are too many to be one.
    return hit.kind in COMMUNE_TYPES and hit.fits and not hit.entry.key.isdecimal()


def _area(end: int, hits: Iterable[Hit]) -> _Area:
    every = list(hits)
    codes = frozenset[str]().union(*(hit.entry.codes for hit in every))
    fitting = [hit.entry for hit in every if hit.fits]
    # Many towns have the name of their province, which is then meant.
    provinces = frozenset(
        of_province(entry.key) for entry in fitting if entry.level is Level.OLD_PROVINCE
    )
    is_wide = any(entry.level is not Level.OLD_DISTRICT for entry in fitting)
    districts = frozenset(entry.key for entry in fitting)
    is_sure = all(hit.guess in (None, Why.KEYS) for hit in every)
    is_province = any(entry.level in _PROVINCES for entry in fitting)
    return _Area(end, codes, provinces if is_wide else districts, is_sure, is_province)


def _lies_in(hit: Hit, codes: frozenset[str]) -> bool:
    """Whether the place lies in an area; one that is itself an area must lie in it as a whole."""
    if hit.entry.level in _AREAS:
        return codes.issuperset(hit.entry.codes)
    return not codes.isdisjoint(hit.entry.codes)
