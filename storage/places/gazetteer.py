"""Reads the tables of places into names and what each leads to."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from sys import intern

from handlers.folding import fold
from handlers.parks import Park
from handlers.places import Place
from storage.places.changes import is_of_today
from storage.places.marks import marked
from storage.places.tables import Tables
from storage.places.vocabulary import PARK_WORDS, PARKS, ROMAN

_OLD_NAME = re.compile(
    "(Thành phố|Thị xã|Thị trấn|Huyện|Phường|Quận|Tỉnh|Xã|Đặc khu) (.+)", flags=re.IGNORECASE
)
_PARK_NAME = re.compile(
    rf"(?:{'|'.join(sorted((word for word in PARKS), key=len, reverse=True))}) (.+)"
)

Row = Mapping[str, str]


class Level(IntEnum):
    """Which sort of unit had a name; of a bare name the lower numbers are meant more often."""

    PROVINCE = 0
    OLD_PROVINCE = 1
    COMMUNE = 2
    PARK = 3
    OLD_DISTRICT = 4
    OLD_COMMUNE = 5


# Its level, its name, the district of a commune, the province.
_Unit = tuple[Level, str, str, str]
_Piece = tuple[str, bool, bool]
_UNTIL = "|"


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One name under which a place is found.

    `key` is the name folded and without its type, `marked` the same with its marks (see `marks`),
    `types` the folded type words it has or had, `word` its type as it is written. `codes` are the
    communes of today that it covers, `pieces` the places to show after a former unit that became
    several. `within` is the key of the district in which a former commune lay, or of the province
    in which a former district did (see `of_province`). `is_older` says
    that the name was given up before the reform of July 2025.
    """

    level: Level
    types: frozenset[str]
    word: str
    key: str
    marked: str
    place: Place
    codes: tuple[str, ...] = field(repr=False)
    pieces: tuple[Place, ...] = field(default=(), repr=False)
    within: str = ""
    is_older: bool = False


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The places of today by code, and every name of today and of before."""

    places: Mapping[str, Place]
    entries: tuple[Entry, ...]


def load(tables: Tables) -> Gazetteer:
    """Read the tables (about 15,000 rows)."""
    changed = {row["code"]: row["old_type"] for row in tables.rows("type_changes.csv")}
    provinces: dict[str, Place] = {}
    communes: dict[str, Place] = {}
    within: dict[str, list[str]] = {}
    entries: list[Entry] = []
    rows = list(tables.rows("provinces.csv"))
    for row in rows:
        code, name = row["code"], _full(row)
        provinces[code] = Place(code, name, code, name, (code,))
    for row in tables.rows("communes.csv"):
        code, province = row["code"], provinces[row["province_code"]]
        communes[code] = Place(code, _full(row), province.code, province.name, (code,))
        within.setdefault(province.code, []).append(code)
        entries.append(_today(Level.COMMUNE, row, changed, communes[code], (code,)))
    for row in rows:
        place = provinces[row["code"]]
        codes = tuple(within.get(place.code, ()))
        entries.append(_today(Level.PROVINCE, row, changed, place, codes))
    whole = {frozenset(codes): provinces[code] for code, codes in within.items()}
    entries += _former(tables, communes, whole)
    return Gazetteer({**provinces, **communes}, tuple(entries))


def of_parks(parks: Iterable[Park], places: Mapping[str, Place]) -> Iterator[tuple[str, Entry]]:
    """Every name of these parks, folded, with its entry; parks that lie nowhere today have none.
    A number at the end is found as 2 and as II.
    """
    for park in parks:
        communes = tuple(code for code in park.communes if code in places)
        if not communes:
            continue
        near = places[communes[0]]
        place = Place("", park.name, near.province_code, near.province, communes)
        kinds, word = frozenset({park.kind.value}), PARK_WORDS[park.kind]
        for name in dict.fromkeys((park.name, *park.aliases)):
            key = fold(name)
            bare = _PARK_NAME.fullmatch(key)
            short = bare[1] if bare else key
            # The word for its sort may be written with marks or for short: count back from the end.
            with_marks = " ".join(marked(name).split(" ")[-len(short.split(" ")) :])
            for each in dict.fromkeys((short, *_renumbered(short))):
                shown = with_marks if each == short else each
                yield each, Entry(Level.PARK, kinds, word, each, shown, place, communes)


def of_province(key: str) -> str:
    """What a district of that province has in `within`: towns have the names of provinces."""
    return intern(f"{key}/")


def numeral(name: str) -> str:
    """A folded name that is nothing but a number as its plain digits (`09` and `ix` are `9`)."""
    if name.isdecimal():
        return name.lstrip("0") or name
    return ROMAN.get(name, name)


def _renumbered(key: str) -> Iterator[str]:
    head, _, last = key.rpartition(" ")
    if head and last in ROMAN:
        yield f"{head} {ROMAN[last]}"
    if head and last.isdecimal():
        yield from (f"{head} {roman}" for roman, digits in ROMAN.items() if digits == last)


def _today(
    level: Level, row: Row, changed: Mapping[str, str], place: Place, codes: tuple[str, ...]
) -> Entry:
    types = _types(row["type"], changed.get(place.code, row["type"]))
    key, name = intern(fold(row["name"])), intern(marked(row["name"]))
    return Entry(level, types, intern(row["type"]), key, name, place, codes)


@cache
def _types(*words: str) -> frozenset[str]:
    return frozenset(map(fold, words))


def _former(
    tables: Tables, communes: Mapping[str, Place], whole: Mapping[frozenset[str], Place]
) -> Iterator[Entry]:
    """The entries of former communes, districts and provinces."""
    units: dict[_Unit, list[_Piece]] = {}
    whole_districts: set[tuple[str, str]] = set()
    for row in tables.rows("former_units.csv"):
        commune, district, province = (
            intern(row["old_commune"]),
            intern(row["old_district"]),
            intern(row["old_province"]),
        )
        piece = (communes[row["new_code"]].code, row["part"] == "main", row["period"] == "older")
        if is_of_today(row):
            # Of the map without districts: its provinces are others than those before of that name.
            level = Level.OLD_COMMUNE if commune else Level.OLD_PROVINCE
            unit = (level, commune or province, "", f"{province}{_UNTIL}{row['period']}")
            units.setdefault(unit, []).append(piece)
            continue
        if commune:
            units.setdefault((Level.OLD_COMMUNE, commune, district, province), []).append(piece)
        if district:
            units.setdefault((Level.OLD_DISTRICT, district, "", province), []).append(piece)
            if row["period"] == "2025" or not commune:
                whole_districts.add((district, province))
        units.setdefault((Level.OLD_PROVINCE, province, "", ""), []).append(piece)
    earlier = _earlier(units, whole_districts)
    # Two districts of one name in one province of today are told apart by the provinces of before.
    labels = Counter(
        (_label(unit), communes[pieces[0][0]].province_code) for unit, pieces in units.items()
    )
    for unit in units:
        later = earlier.get(unit, unit)
        word = _parted(unit[1])[0]
        for some in _by_province(units[later], communes):
            near = communes[some[0][0]]
            is_alone = labels[_label(later), near.province_code] == 1
            label = _label(later) if is_alone else f"{_label(later)}{_beside(later)}"
            yield _former_entry(later, word, f"{label} (cũ)", some, communes, whole)


def _by_province(rows: list[_Piece], communes: Mapping[str, Place]) -> Iterable[list[_Piece]]:
    """The pieces of a former unit; in parts where one of them went to another province: a place is
    in one.
    """
    parts: dict[str, list[_Piece]] = {}
    for row in rows:
        parts.setdefault(communes[row[0]].province_code, []).append(row)
    return parts.values()


def _label(unit: _Unit) -> str:
    # Wards of one name were many: the district tells them apart.
    return f"{unit[1]}, {unit[2]}" if unit[2] else unit[1]


def _beside(unit: _Unit) -> str:
    """What tells a unit from another one of that name: its province, of a province the day."""
    province, _, until = unit[3].partition(_UNTIL)
    if unit[0] is Level.OLD_PROVINCE:
        return f", đến {until}" if until else ""
    return f", {province}" if province else ""


def _earlier(units: Iterable[_Unit], whole: set[tuple[str, str]]) -> dict[_Unit, _Unit]:
    """Districts of which the tables name a few communes only, because they became a town before
    July 2025, with the town that they became.
    """
    towns = {(fold(_parted(name)[1]), province): name for name, province in whole}
    found: dict[_Unit, _Unit] = {}
    for level, name, district, province in units:
        if level is Level.OLD_DISTRICT and (name, province) not in whole:
            town = towns.get((fold(_parted(name)[1]), province))
            if town:
                found[level, name, district, province] = (level, town, "", province)
    return found


def _former_entry(
    unit: _Unit,
    typed_word: str,
    label: str,
    rows: list[_Piece],
    communes: Mapping[str, Place],
    whole: Mapping[frozenset[str], Place],
) -> Entry:
    level, name, district, province = unit
    word, short = _parted(name)
    # A piece that kept the name comes first, or the main piece of a commune that was split.
    ranks = {code: (level is not Level.OLD_COMMUNE or not main, code) for code, main, _ in rows}
    pieces = tuple(communes[code] for code in sorted(ranks, key=lambda code: ranks[code]))
    if level is Level.OLD_DISTRICT and len(pieces) > 1:
        pieces = tuple(sorted(pieces, key=lambda piece: not piece.name.endswith(f" {short}")))
    place = pieces[0] if len(pieces) == 1 else whole.get(frozenset(ranks))
    shown: tuple[Place, ...] = ()
    if place is None:
        near, shown = pieces[0], pieces
        place = Place("", label, near.province_code, near.province, tuple(p.code for p in pieces))
    return Entry(
        level,
        _types(typed_word),
        intern(word.lower()),
        intern(numeral(fold(short))),
        intern(marked(short)),
        place,
        place.codes if len(place.codes) == len(pieces) else tuple(p.code for p in pieces),
        shown,
        intern(fold(_parted(district)[1])) if district else of_province(fold(_parted(province)[1])),
        all(is_older for _, _, is_older in rows),
    )


def _parted(name: str) -> tuple[str, str]:
    """A former name's type word, and the name without it."""
    named = _OLD_NAME.fullmatch(name)
    return (named[1], named[2]) if named else ("", name)


def _full(row: Row) -> str:
    return f"{row['type'].capitalize()} {row['name']}"
