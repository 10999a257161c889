"""Reads the tables of places that come with the program into names and what each leads to."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from handlers.folding import fold
from handlers.places import Place
from storage.places.changes import is_of_today
from storage.places.tables import Tables

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_NOT_WORD = re.compile(r"[\W_]+")
_OLD_TYPES: Mapping[str, frozenset[str]] = {
    word: frozenset({fold(word)})
    for word in (
        "Thành phố",
        "Thị xã",
        "Thị trấn",
        "Huyện",
        "Phường",
        "Quận",
        "Tỉnh",
        "Xã",
        "Đặc khu",
    )
}
_OLD_NAME = re.compile(f"({'|'.join(_OLD_TYPES)}) (.+)")


class Level(IntEnum):
    """Which sort of unit had a name; lower numbers are offered first."""

    PROVINCE = 0
    COMMUNE = 1
    OLD_PROVINCE = 2
    OLD_DISTRICT = 3
    OLD_COMMUNE = 4


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One name under which a place is found.

    `key` is the name folded and without its type, `marked` the same with its marks (see `marked`),
    `types` the folded type words it has or had. `codes` are the communes of today that it covers,
    `pieces` the places to show after a former unit that became several. `is_older` says that the
    name was given up before the reform of July 2025.
    """

    level: Level
    types: frozenset[str]
    key: str
    marked: str
    place: Place
    codes: frozenset[str] = field(repr=False)
    pieces: tuple[Place, ...] = ()
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
    within: defaultdict[str, set[str]] = defaultdict(set)
    named: list[tuple[Level, Place, Mapping[str, str]]] = []
    for row in tables.rows("provinces.csv"):
        code, name = row["code"], _full(row)
        provinces[code] = Place(code, name, code, name, (code,))
        named.append((Level.PROVINCE, provinces[code], row))
    for row in tables.rows("communes.csv"):
        code, province = row["code"], provinces[row["province_code"]]
        communes[code] = Place(code, _full(row), province.code, province.name, (code,))
        within[province.code].add(code)
        named.append((Level.COMMUNE, communes[code], row))
    entries = []
    for level, place, row in named:
        types = frozenset({fold(row["type"]), fold(changed.get(place.code, row["type"]))})
        codes = frozenset(within.get(place.code, {place.code}))
        entries.append(Entry(level, types, fold(row["name"]), marked(row["name"]), place, codes))
    whole = {frozenset(codes): provinces[code] for code, codes in within.items()}
    entries += _former(tables, communes, whole)
    return Gazetteer({**provinces, **communes}, tuple(entries))


def marked(text: str) -> str:
    """`text` in lower case with all its marks, the tone of each word moved to the word's end, so
    that `hoà` and `hòa` are equal; words are parted by one space.
    """
    words = _NOT_WORD.sub(" ", unicodedata.normalize("NFC", text).casefold()).split()
    return " ".join(word if word.isascii() else _tone_last(word) for word in words)


def _tone_last(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    tones = "".join(letter for letter in letters if letter in _TONES)
    return "".join(letter for letter in letters if letter not in _TONES) + tones


def _former(
    tables: Tables, communes: Mapping[str, Place], whole: Mapping[frozenset[str], Place]
) -> Iterator[Entry]:
    """The entries of former communes, districts and provinces."""
    units: defaultdict[tuple[Level, str, str, str], list[Mapping[str, str]]] = defaultdict(list)
    for row in tables.rows("former_units.csv"):
        commune, district, province = row["old_commune"], row["old_district"], row["old_province"]
        if is_of_today(row):
            # Of the map without districts: its provinces are others than those before of that name.
            level = Level.OLD_COMMUNE if commune else Level.OLD_PROVINCE
            units[level, commune or province, "", f"{province} {row['period']}"].append(row)
            continue
        if commune:
            units[Level.OLD_COMMUNE, commune, district, province].append(row)
        if district:
            units[Level.OLD_DISTRICT, district, "", province].append(row)
        units[Level.OLD_PROVINCE, province, "", ""].append(row)
    for (level, name, district, _), rows in units.items():
        for some in _by_province(rows, communes):
            yield _former_entry(level, name, district, some, communes, whole)


def _by_province(
    rows: list[Mapping[str, str]], communes: Mapping[str, Place]
) -> Iterable[list[Mapping[str, str]]]:
    """The rows of a former unit; in parts where a piece of it went to another province: a place is
    in one.
    """
    parts: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
    for row in rows:
        parts[communes[row["new_code"]].province_code].append(row)
    return parts.values()


def _former_entry(
    level: Level,
    name: str,
    district: str,
    rows: list[Mapping[str, str]],
    communes: Mapping[str, Place],
    whole: Mapping[frozenset[str], Place],
) -> Entry:
    named = _OLD_NAME.fullmatch(name)
    types, short = (_OLD_TYPES[named[1]], named[2]) if named else (frozenset[str](), name)
    key = fold(short)
    # A piece that kept the name comes first, or the main piece of a commune that was split.
    ranks = {
        row["new_code"]: (level is not Level.OLD_COMMUNE or row["part"] != "main", row["new_code"])
        for row in rows
    }
    pieces = [communes[code] for code in sorted(ranks, key=lambda code: ranks[code])]
    if level is Level.OLD_DISTRICT and len(pieces) > 1:
        pieces.sort(key=lambda piece: not piece.name.endswith(f" {short}"))
    codes, is_older = frozenset(ranks), all(row["period"] == "older" for row in rows)
    place = whole.get(codes)
    if len(pieces) == 1:
        place = pieces[0]
    if place is not None:
        return Entry(level, types, key, marked(short), place, codes, (), is_older)
    # Wards of one name were many: the district tells them apart.
    label = f"{name}, {district} (cũ)" if district else f"{name} (cũ)"
    near = pieces[0]
    place = Place("", label, near.province_code, near.province, tuple(p.code for p in pieces))
    return Entry(level, types, key, marked(short), place, codes, tuple(pieces), is_older)


def _full(row: Mapping[str, str]) -> str:
    return f"{row['type'].capitalize()} {row['name']}"
