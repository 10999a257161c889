"""Whether tables of places hold together: pure, before they are let into the database."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from storage.places.changes import is_of_today
from storage.places.tables import Tables

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "provinces.csv": ("code", "name", "type", "valid_from"),
    "communes.csv": ("code", "name", "type", "province_code"),
    "former_units.csv": (
        "old_commune",
        "old_district",
        "old_province",
        "new_code",
        "part",
        "period",
    ),
    "type_changes.csv": (
        "code",
        "level",
        "name",
        "old_type",
        "new_type",
        "valid_from",
        "source",
    ),
}
"""The columns of each table, in their order."""

_PROVINCE_TYPES = frozenset({"tỉnh", "thành phố"})
_COMMUNE_TYPES = frozenset({"xã", "phường", "đặc khu"})
_PARTS = frozenset({"", "main", "part"})
_PERIOD = re.compile(r"2025|older|variant|20[2-9][0-9](-[01][0-9](-[0-3][0-9])?)?")
_TWO, _FIVE = re.compile(r"[0-9]{2}"), re.compile(r"[0-9]{5}")

Row = Mapping[str, str]


class Why(StrEnum):
    """What is wrong with a row, or with a whole table (row 0)."""

    EMPTY = "the table has no rows"
    CODE = (
        "a code has two digits for a province, five for a commune (a spreadsheet drops zeros in"
        " front: make the column text)"
    )
    TWICE = "the code stands there twice"
    NAME = "the name is empty"
    NAMESAKE = "its province has two communes of that type and name"
    TYPE = "the type must be tỉnh or thành phố for a province, xã, phường or đặc khu for a commune"
    DAY = "the day must be like 2027-03-01"
    PROVINCE = "there is no such province in provinces.csv"
    WITHOUT = "the province has no commune"
    LEADS_NOWHERE = "new_code is no commune of communes.csv"
    PART = "part must be empty, main or part"
    MAIN = "a commune that was split needs exactly one row with the part main, the others with part"
    PERIOD = "the period must be 2025, older, variant, or the year or day of the change"
    APART = "its pieces lie in two provinces"
    REPEATED = "the row stands there twice"
    NO_PROVINCE = "old_province is empty"
    LEVEL = "the level must be province or commune"


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong where: row 0 is the whole table, row 1 the line of the columns' names."""

    table: str
    row: int
    why: Why
    what: str = ""

    def describe(self) -> str:
        """In one line."""
        where = f"{self.table}, row {self.row}" if self.row else self.table
        return f"{where}: {self.why}" + (f": {self.what}" if self.what else "")


def flaws(tables: Tables) -> tuple[Flaw, ...]:
    """All that is wrong with these tables by themselves, in order. Every table has its columns."""
    provinces = {row["code"]: row for row in tables.rows("provinces.csv")}
    communes = {row["code"]: row for row in tables.rows("communes.csv")}
    looks: Mapping[str, Callable[[Row], Iterator[tuple[Why, str]]]] = {
        "provinces.csv": _province,
        "communes.csv": lambda row: _commune(row, provinces),
        "former_units.csv": lambda row: _former(row, communes),
        "type_changes.csv": _type_change,
    }
    found = [
        Flaw(name, at, why, what)
        for name, look in looks.items()
        for at, row in enumerate(tables.rows(name), start=2)
        for why, what in look(row)
    ]
    found += _whole(tables, provinces, communes)
    if not found:
        found += _pieces(tables, communes)
    return tuple(found)


def _province(row: Row) -> Iterator[tuple[Why, str]]:
    if not _TWO.fullmatch(row["code"]):
        yield Why.CODE, row["code"]
    if not row["name"]:
        yield Why.NAME, row["code"]
    if row["type"] not in _PROVINCE_TYPES:
        yield Why.TYPE, row["type"]
    if not _is_day(row["valid_from"]):
        yield Why.DAY, row["valid_from"]


def _commune(row: Row, provinces: Mapping[str, Row]) -> Iterator[tuple[Why, str]]:
    if not _FIVE.fullmatch(row["code"]):
        yield Why.CODE, row["code"]
    if not row["name"]:
        yield Why.NAME, row["code"]
    if row["type"] not in _COMMUNE_TYPES:
        yield Why.TYPE, row["type"]
    if row["province_code"] not in provinces:
        yield Why.PROVINCE, row["province_code"]


def _former(row: Row, communes: Mapping[str, Row]) -> Iterator[tuple[Why, str]]:
    if not row["old_province"]:
        yield Why.NO_PROVINCE, row["old_commune"]
    if row["new_code"] not in communes:
        yield Why.LEADS_NOWHERE, row["new_code"]
    if row["part"] not in _PARTS:
        yield Why.PART, row["part"]
    if not _PERIOD.fullmatch(row["period"]):
        yield Why.PERIOD, row["period"]


def _type_change(row: Row) -> Iterator[tuple[Why, str]]:
    if row["level"] not in ("province", "commune"):
        yield Why.LEVEL, row["level"]
    elif not (_TWO if row["level"] == "province" else _FIVE).fullmatch(row["code"]):
        yield Why.CODE, row["code"]
    if not _is_day(row["valid_from"]):
        yield Why.DAY, row["valid_from"]


def _whole(
    tables: Tables, provinces: Mapping[str, Row], communes: Mapping[str, Row]
) -> Iterator[Flaw]:
    """What no row shows by itself."""
    for name, known in (("provinces.csv", provinces), ("communes.csv", communes)):
        if not known:
            yield Flaw(name, 0, Why.EMPTY)
        many = Counter(row["code"] for row in tables.rows(name))
        yield from (Flaw(name, 0, Why.TWICE, code) for code, count in many.items() if count > 1)
    lived_in = {row["province_code"] for row in communes.values()}
    yield from (Flaw("provinces.csv", 0, Why.WITHOUT, code) for code in provinces.keys() - lived_in)
    called = Counter((row["province_code"], row["type"], row["name"]) for row in communes.values())
    for (province, kind, name), count in called.items():
        if count > 1:
            yield Flaw("communes.csv", 0, Why.NAMESAKE, f"{province}, {kind} {name}")
    names: list[tuple[str, ...]] = [tuple(row.values()) for row in tables.rows("former_units.csv")]
    if len(set(names)) < len(names):
        twice = next(row for row, count in Counter(names).items() if count > 1)
        yield Flaw("former_units.csv", 0, Why.REPEATED, ", ".join(filter(None, twice)))


def _pieces(tables: Tables, communes: Mapping[str, Row]) -> Iterator[Flaw]:
    """Communes without districts that went to two provinces, or of which it is not said which piece
    is the main one.
    """
    rows: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in tables.rows("former_units.csv"):
        if row["old_commune"] and is_of_today(row):
            rows[row["old_commune"], row["old_province"], row["period"]].append(row)
    for key, found in rows.items():
        parts = Counter(row["part"] for row in found)
        if len({communes[row["new_code"]]["province_code"] for row in found}) > 1:
            yield Flaw("former_units.csv", 0, Why.APART, ", ".join(key))
        if len(found) > 1 and (parts["main"], parts[""]) != (1, 0):
            yield Flaw("former_units.csv", 0, Why.MAIN, ", ".join(key))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
