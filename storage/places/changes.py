"""What became of each place between two versions of the tables: pure, for `storage.following`.

How a version says it is told in docs/decisions/0047.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from handlers.folding import fold
from handlers.places import Place
from handlers.subscriptions import MOST_PLACES, WHOLE_COUNTRY
from storage.places.tables import Tables

FORMER = "(cũ)"
_OLD = " cũ)"
_PROVINCE_DIGITS = 2


class Fate(StrEnum):
    """What became of a place. MERGED: another code stands for all of it; SPLIT: several do; LOST:
    the newer tables do not say.
    """

    SAME = "same"
    RETYPED = "retyped"
    RENAMED = "renamed"
    MOVED = "moved"
    MERGED = "merged"
    SPLIT = "split"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Change:
    """One place of before; `after` are the places that it is now, the main one first."""

    fate: Fate
    before: Place
    after: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """All of them. `before` and `after` are the places of either version by their codes."""

    before: Mapping[str, Place] = field(repr=False)
    after: Mapping[str, Place] = field(repr=False)
    # Of each commune of before where it went, the main piece first, and what counts as it; the
    # latter of each province of before as well; and the communes of each province of today.
    _pieces: Mapping[str, tuple[str, ...]] = field(repr=False)
    _held: Mapping[str, frozenset[str]] = field(repr=False)
    _inside: Mapping[str, frozenset[str]] = field(repr=False)

    @staticmethod
    def between(old: Tables, new: Tables) -> "Changes":
        """What the newer tables say of the places of the older ones."""
        before, after = places_of(old), places_of(new)
        told = _told(old, new)
        communes = [place for code, place in before.items() if not is_province(code)]
        pieces = {place.code: _became(place, after, told) for place in communes}
        held = _held(pieces)
        mine: dict[str, set[str]] = {code: set() for code in before if is_province(code)}
        for place in communes:
            mine[place.province_code] |= held[place.code]
        held |= {code: frozenset(some) for code, some in mine.items()}
        pieces |= {code: _province(before[code], some, after) for code, some in mine.items()}
        return Changes(before, after, pieces, held, _inside(after))

    @property
    def lost(self) -> tuple[Place, ...]:
        """Places of before of which the newer tables do not say what became of them."""
        return tuple(each for code, each in self.before.items() if not self._pieces[code])

    @property
    def new(self) -> tuple[Place, ...]:
        """Places of today of which the newer tables do not say what they were made of: nobody would
        cover them.
        """
        made = {code for pieces in self._pieces.values() for code in pieces}
        return tuple(
            each for code, each in self.after.items() if code not in made and not is_province(code)
        )

    @property
    def every(self) -> tuple[Change, ...]:
        """What became of every place, provinces first."""
        return tuple(map(self.of, sorted(self.before, key=lambda code: (len(code), code))))

    @property
    def is_nothing(self) -> bool:
        """Whether every place is as it was; there may be new names for old ones."""
        stays = all(pieces == (code,) for code, pieces in self._pieces.items())
        return stays and self.before == self.after

    def of(self, code: str) -> Change:
        """What became of one place of before."""
        place = self.before[code]
        after = tuple(self.after[each] for each in self._pieces[code])
        return Change(_fate(place, after), place, after)

    def pieces(self, code: str) -> tuple[str, ...]:
        """The codes that hold a part of this place of before, the main one first; of a province the
        province of today that has most of it. Empty for a place that is lost, or never was.
        """
        return self._pieces.get(code, ())

    def covered(self, codes: Iterable[str]) -> frozenset[str]:
        """What a unit, or the scope of a bulletin, that covered these covers now: never more than
        the communes in which what it covered went whole, or for the most part. A piece that only
        joined a commune of others is theirs. A province stays one where it was all covered.
        """
        codes = frozenset(codes)
        if WHOLE_COUNTRY in codes:
            return codes
        nothing = frozenset[str]()
        by_name = [self._held.get(code, nothing) for code in codes if not is_province(code)]
        whole = nothing.union(*(self._held.get(code, nothing) for code in codes
                                if is_province(code)))  # fmt: skip
        kept = {self.after[code].province_code for code in whole}
        kept = {code for code in kept if self._inside[code] <= whole}
        rest = whole.difference(*(self._inside[code] for code in kept))
        return frozenset(kept).union(rest, *by_name)

    def scope(self, scope: tuple[str, ...]) -> tuple[str, ...]:
        """The scope of a bulletin ("*", "PP", "PP/CCCCC") as `covered` has it; what was no place
        before stays as it is.
        """
        now = [
            sorted(kept_as(self.after[each]) for each in self.covered((bare_of(code),)))
            if self._was(code)
            else [code]
            for code in scope
        ]
        return tuple(dict.fromkeys(each for some in now for each in some))

    def chosen(self, places: tuple[str, ...]) -> tuple[str, ...]:
        """What a subscriber chose ("*", "PP", "PP/CCCCC"), three places at most: who would need
        more has the province of what was split. Nobody loses a place.
        """
        found = [
            tuple(kept_as(self.after[each]) for each in self._pieces[bare_of(code)])
            if self._was(code)
            else (code,)
            for code in places
        ]
        while len(now := dict.fromkeys(each for some in found for each in some)) > MOST_PLACES:
            at = max(range(len(found)), key=lambda at: len(found[at]))
            found[at] = tuple(dict.fromkeys(each[:_PROVINCE_DIGITS] for each in found[at]))
        return tuple(now)

    def place(self, place: Place) -> Place:
        """The place of a tip as it is now: all pieces of what was split, and the name that its
        worker said in brackets. What was no place before stays as it is.
        """
        codes = self._communes_of(place)
        if not codes:
            return place
        province = self._most(codes, place.province_code)
        codes = tuple(code for code in codes if self.after[code].province_code == province)
        is_former = place.name.endswith((FORMER, _OLD))
        # An area by a name of its own (a park) is not called by its commune.
        is_area = not place.code and not is_former
        whole = None if is_area else self._exactly(codes, province)
        if whole is not None:
            return _unless_equal(place, replace(whole, name=_with_old(whole.name, place.name)))
        name = place.name if is_area or is_former else f"{place.name} {FORMER}"
        return _unless_equal(place, Place("", name, province, self.after[province].name, codes))

    def _was(self, code: str) -> bool:
        """Whether a code of a scope was a place of before, and is one that is not lost."""
        place = self.before.get(bare_of(code))
        return place is not None and kept_as(place) == code and bool(self._pieces[place.code])

    def _communes_of(self, place: Place) -> tuple[str, ...]:
        """The communes of today of a tip's place."""
        before = [place.code] if place.code else list(place.codes)
        if any(code not in self.before for code in before):
            return ()
        if place.code and is_province(place.code):
            return tuple(sorted(self._held[place.code]))
        return tuple(dict.fromkeys(each for code in before for each in self._pieces[code]))

    def _most(self, codes: tuple[str, ...], province: str) -> str:
        """The province in which most of these communes are; the one of before where none has
        more.
        """
        many = Counter(self.after[code].province_code for code in codes)
        return max(many, key=lambda each: (many[each], each == province, each))

    def _exactly(self, codes: tuple[str, ...], province: str) -> Place | None:
        """The one place of today that is exactly these communes."""
        if len(codes) == 1:
            return self.after[codes[0]]
        return self.after[province] if self._inside[province] == frozenset(codes) else None


def places_of(tables: Tables) -> dict[str, Place]:
    """The provinces and communes of these tables by their codes."""
    found: dict[str, Place] = {}
    for row in tables.rows("provinces.csv"):
        name = _full(row)
        found[row["code"]] = Place(row["code"], name, row["code"], name, (row["code"],))
    for row in tables.rows("communes.csv"):
        province = found[row["province_code"]]
        code, name = row["code"], _full(row)
        found[code] = Place(code, name, province.code, province.name, (code,))
    return found


def is_province(code: str) -> bool:
    """Whether this is the code of a province."""
    return len(code) == _PROVINCE_DIGITS


def bare_of(code: str) -> str:
    """The official code in what a scope or a subscription names a place by."""
    return code.rpartition("/")[2]


def kept_as(place: Place) -> str:
    """A place as a scope and a subscription name it."""
    return place.code if is_province(place.code) else f"{place.province_code}/{place.code}"


def is_of_today(row: Mapping[str, str]) -> bool:
    """Whether a row of former_units.csv speaks of the map without districts: of a commune of a
    province, or of a province, in a period that is not one of before July 2025.
    """
    return not row["old_district"] and row["period"] not in ("2025", "older", "variant")


def _told(old: Tables, new: Tables) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Where a commune (name, province) went, the main piece first, as only the newer tables say: a
    row that stood in the older ones speaks of somebody else of that name.
    """
    known = {_key(row) for row in old.rows("former_units.csv") if is_of_today(row)}
    rows = [row for row in new.rows("former_units.csv") if is_of_today(row)]
    rows = [row for row in rows if row["old_commune"] and _key(row) not in known]
    rows.sort(key=lambda row: (row["part"] == "part", row["new_code"]))
    found: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for row in rows:
        found[row["old_commune"], row["old_province"]][row["new_code"]] = None
    return {name: tuple(codes) for name, codes in found.items()}


def _key(row: Mapping[str, str]) -> tuple[str, str, str]:
    return row["old_commune"], row["old_province"], row["period"]


def _became(
    place: Place,
    after: Mapping[str, Place],
    told: Mapping[tuple[str, str], tuple[str, ...]],
) -> tuple[str, ...]:
    if codes := told.get((place.name, place.province), ()):
        return codes
    now = after.get(place.code)
    # A code may be given to another place, while a name may be spelled better.
    return (place.code,) if now is not None and _bare(now.name) == _bare(place.name) else ()


def _held(pieces: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Of each commune the pieces that count as it: those where it is the main or only one that went
    there. Where nobody's main piece went, everybody's counts.
    """
    into: defaultdict[str, list[tuple[str, bool]]] = defaultdict(list)
    for code, found in pieces.items():
        for at, each in enumerate(found):
            into[each].append((code, at == 0))
    held: dict[str, set[str]] = {code: set() for code in pieces}
    for each, sources in into.items():
        main = [code for code, is_main in sources if is_main]
        for code in main or [code for code, _ in sources]:
            held[code].add(each)
    return {code: frozenset(found) for code, found in held.items()}


def _province(before: Place, held: Collection[str], after: Mapping[str, Place]) -> tuple[str, ...]:
    """The province of today that one of before is: the one in which most of its communes are."""
    many = Counter(after[each].province_code for each in held)
    found = sorted(many, key=lambda each: (-many[each], each != before.code, each))
    return tuple(found[:1])


def _inside(after: Mapping[str, Place]) -> dict[str, frozenset[str]]:
    inside: defaultdict[str, set[str]] = defaultdict(set)
    for code, place in after.items():
        if not is_province(code):
            inside[place.province_code].add(code)
    return {code: frozenset(found) for code, found in inside.items()}


def _fate(before: Place, after: Collection[Place]) -> Fate:
    if len(after) != 1:
        return Fate.SPLIT if after else Fate.LOST
    [now] = after
    if now.code != before.code:
        return Fate.MERGED
    if now.province_code != before.province_code:
        return Fate.MOVED
    if now.name == before.name:
        return Fate.SAME
    return Fate.RETYPED if _bare(now.name) == _bare(before.name) else Fate.RENAMED


def _bare(name: str) -> str:
    """A full name without its type, to be compared."""
    folded = fold(name)
    for word in ("thanh pho ", "dac khu ", "phuong ", "tinh ", "xa "):
        if folded.startswith(word):
            return folded.removeprefix(word)
    return folded


def _with_old(name: str, before: str) -> str:
    """The name of today, and in brackets what was said at first."""
    said = before.removesuffix(f" {FORMER}")
    if said.endswith(_OLD):
        said = said.rpartition(" (")[2].removesuffix(_OLD)
    return name if _bare(name) == _bare(said) else f"{name} ({said}{_OLD}"


def _unless_equal(before: Place, now: Place) -> Place:
    """The place of before where that says the same: it may lack the list of itself."""
    told = before.codes or ((before.code,) if before.code else ())
    return before if replace(before, codes=told) == now else now


def _full(row: Mapping[str, str]) -> str:
    return f"{row['type'].capitalize()} {row['name']}"
