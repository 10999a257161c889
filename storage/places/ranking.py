"""Puts what a text may mean in order, and says whether it is certain."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from handlers.places import Answer, Found, Place, Why
from storage.places.chains import Chain
from storage.places.gazetteer import Entry, Level
from storage.places.names import Hit
from storage.places.vocabulary import BUSY, COMMUNE_TYPES, PARKS, WORDS

_BUSY = {code: rank for rank, code in enumerate(BUSY)}
_MIXED_UP = (COMMUNE_TYPES, frozenset({"tinh", "thanh pho"}))
# Of namesakes a commune of today is meant as often as a district of so many busier provinces.
_BUSIER = {Level.OLD_PROVINCE: 1, Level.OLD_DISTRICT: 4, Level.OLD_COMMUNE: 12}
_PARK_KINDS = frozenset(PARKS.values())
_SURE = frozenset({None, Why.KEYS})
_TYPE_WORDS = (
    "thành phố",
    "thị trấn",
    "đặc khu",
    "thị xã",
    "phường",
    "huyện",
    "quận",
    "tỉnh",
    "xã",
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One hit in its chain. `is_own` says that a former unit lay in the district or province typed
    behind it, `guess` how all of the chain had to be guessed, if it was.
    """

    hit: Hit
    has_areas: bool
    is_own: bool
    guess: Why | None

    @property
    def entry(self) -> Entry:
        """What was hit."""
        return self.hit.entry

    @property
    def has_marks(self) -> bool:
        """Whether the name was typed with the marks of the entry."""
        return self.hit.marked == self.entry.marked and not self.hit.marked.isascii()

    @property
    def has_other_marks(self) -> bool:
        """Whether a word was typed with marks, but not with those of the entry."""
        typed, own = self.hit.marked.split(" "), self.entry.marked.split(" ")
        both = zip(typed, own, strict=False)
        return len(typed) == len(own) and any(a != b and not a.isascii() for a, b in both)


def meanings(chains: Iterable[Chain], guess: Why | None = None) -> list[Meaning]:
    """What these chains may mean, the likeliest first."""
    found = []
    for chain in chains:
        for hit in chain.hits:
            how = guess or hit.guess
            if how in _SURE and hit.kind in _PARK_KINDS and hit.entry.level is not Level.PARK:
                # No park of that name is known: a commune of that name is only near the mark.
                how = Why.NOISE
            found.append(Meaning(hit, chain.has_areas, hit.entry.within in chain.areas, how))
    if any(_is_park(meaning) for meaning in found):
        found = [meaning for meaning in found if _is_park(meaning) or not _says_park(meaning)]
    return sorted(found, key=_rank)


def _says_park(meaning: Meaning) -> bool:
    return meaning.hit.kind in _PARK_KINDS


def _is_park(meaning: Meaning) -> bool:
    return _says_park(meaning) and meaning.entry.level is Level.PARK


def answer(found: list[Meaning], limit: int) -> Answer:
    """These meanings as places, and the pieces of former units behind them."""
    sure = _certain(found)
    every: dict[Place, Found] = {}
    for meaning in found:
        each = _shown(meaning)
        if each.why is Why.EXACT or each.place not in every:
            every[each.place] = each
    if sure is not None:
        return Answer((every[sure.entry.place],), is_certain=True)
    for meaning in found:
        for each in _pieces(meaning, found[0]):
            every.setdefault(each.place, each)
    return Answer(tuple(every.values())[:limit], has_more=len(every) > limit)


def _certain(found: list[Meaning]) -> Meaning | None:
    """The one meaning that needs no question: nothing was guessed, and no other place has that
    name; or of several one alone has the marks that were typed, or the sort that was typed, unless
    that is one of ward and commune, which people mix up.
    """
    if any(meaning.guess not in _SURE for meaning in found):
        found = [meaning for meaning in found if meaning.guess in _SURE] if _agree(found) else []
    left = found
    for narrowed in (
        [meaning for meaning in left if meaning.has_marks],
        [meaning for meaning in left if meaning.hit.kind and meaning.hit.fits],
    ):
        if _agree(left):
            break
        if narrowed and (narrowed[0].has_marks or _tells_apart(narrowed[0], left)):
            left = [meaning for meaning in left if meaning in narrowed]
    if not left or not _agree(left) or len(left[0].entry.place.codes) != 1:
        return None
    if not any(_is_of_the_sort(meaning) for meaning in left):
        return None
    return next((meaning for meaning in left if _says_enough(meaning)), None)


def _says_enough(meaning: Meaning) -> bool:
    """Whether it is no word of every day (as one syllable often is), nor one with other marks."""
    if meaning.has_other_marks:
        return False
    is_long = _is_long(meaning) or (meaning.has_areas and meaning.has_marks)
    return bool(meaning.hit.kind) or (is_long and meaning.entry.key not in WORDS)


def _is_of_the_sort(meaning: Meaning) -> bool:
    """Whether the type word fits, or is one that people mix up with the right one."""
    hit, types = meaning.hit, meaning.entry.types
    return hit.fits or any(hit.kind in sort and types & sort for sort in _MIXED_UP)


def _is_long(meaning: Meaning) -> bool:
    return " " in meaning.entry.key or not meaning.hit.marked


def _agree(found: list[Meaning]) -> bool:
    return len({meaning.entry.place for meaning in found}) == 1


def _tells_apart(one: Meaning, found: list[Meaning]) -> bool:
    others = (other.entry.types for other in found if other.entry.place != one.entry.place)
    return one.hit.kind not in COMMUNE_TYPES or all(not types & COMMUNE_TYPES for types in others)


def _shown(meaning: Meaning) -> Found:
    entry = meaning.entry
    why: Why
    if meaning.guess is not None:
        why = meaning.guess
    elif entry.level is Level.PARK:
        why = Why.PARK
    elif entry.level in (Level.PROVINCE, Level.COMMUNE):
        why = Why.EXACT
    else:
        why = Why.SPLIT if entry.pieces else Why.FORMER
    return Found(entry.place, _type(entry), why)


def _pieces(meaning: Meaning, first: Meaning) -> Iterator[Found]:
    if first.entry.level is Level.PROVINCE and meaning.entry.level is Level.OLD_PROVINCE:
        # Who named a whole province is not helped by its first few communes.
        return
    for piece in meaning.entry.pieces:
        yield Found(piece, type_of(piece), meaning.guess or Why.PIECE)


def _type(entry: Entry) -> str:
    return type_of(entry.place) if entry.place.code else entry.word


def type_of(place: Place) -> str:
    """The type word of a province or commune of today."""
    name = place.name.lower()
    return next((word for word in _TYPE_WORDS if name.startswith(word)), "")


def _rank(meaning: Meaning) -> tuple[object, ...]:
    hit, entry, place = meaning.hit, meaning.entry, meaning.entry.place
    is_far = hit.guess is Why.SPACES or (hit.guess is Why.ALIAS and hit.order >= 0)
    # Who names the province around it means the commune that has the name now.
    is_wide = entry.level is Level.PROVINCE or (
        entry.level is Level.OLD_PROVINCE and not meaning.has_areas
    )
    busier = _BUSY.get(place.province_code, len(BUSY)) + _BUSIER.get(entry.level, 0)
    return (
        is_far,
        not (meaning.is_own and entry.level is Level.OLD_COMMUNE),
        not hit.marked.isascii() and not meaning.has_marks,
        not hit.fits,
        entry.level if is_wide else Level.COMMUNE,
        hit.order,
        busier + len(BUSY) * entry.is_older,
        entry.level,
        not meaning.is_own,
        entry.key,
        place.province_code,
        place.code,
        place.name,
    )
