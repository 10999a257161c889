"""Reads the operator's table of parks and areas of boarding houses, and says row by row what is
wrong with it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from handlers.folding import clean, fold
from handlers.parks import Park, ParkKind, bare
from handlers.places import Place
from handlers.unit_checks import FORMULA

COLUMNS = ("id", "kind", "name", "aliases", "communes", "source", "checked_on")
NAME_LETTERS = 120
SOURCE_LETTERS = 300
ID_LETTERS = 60
MOST_ALIASES = 20
MOST_COMMUNES = 60
_DETAIL_LETTERS = 60
_COMMUNE_DIGITS = 5

# Names hold commas and spaces, so neither parts two of them.
_NAMES = re.compile(r"[;|\n]+")
_CODES = re.compile(r"[;,|\s]+")
_NAMED = re.compile(r"[^\W\d_]{2}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# "Quận 9" for an area elsewhere would take the tips of a whole district to its communes.
_LIKE_A_PLACE = re.compile(
    r"(?:tỉnh|thành phố|tp|quận|huyện|thị xã|thị trấn|phường|xã|đặc khu"
    r"|tinh|thanh pho|huyen|thi xa|thi tran|phuong|dac khu)(?:[ .]|(?=\d))+\w"
    r"|(?:quan|q|p|f|h|tx|tt)[ .]*\d"
)
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?)?")
_DAY_AS_SPOKEN = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


class Flaw(StrEnum):
    """What can be wrong with a park."""

    COLUMNS = "columns"
    TOO_MANY_CELLS = "too_many_cells"
    BAD_ID = "bad_id"
    DUPLICATE_ID = "duplicate_id"
    FORMULA = "formula"
    EMPTY_NAME = "empty_name"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    UNKNOWN_KIND = "unknown_kind"
    NO_COMMUNE = "no_commune"
    NAMED_COMMUNE = "named_commune"
    WHOLE_PROVINCE = "whole_province"
    UNKNOWN_COMMUNE = "unknown_commune"
    TWO_PROVINCES = "two_provinces"
    BAD_DAY = "bad_day"
    LATER_DAY = "later_day"
    SAME_NAME = "same_name"
    LIKE_A_PLACE = "like_a_place"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: the row as a spreadsheet numbers it (the header is 1), the value at fault, and the
    column where it stands.
    """

    row: int
    flaw: Flaw
    detail: str = ""
    column: str = field(default="", compare=False)


class BadParks(ValueError):
    """The table was refused as a whole; `problems` holds every fault, by row."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.row))
        super().__init__(f"{len(self.problems)} problems in the table of parks")


@dataclass(frozen=True, slots=True)
class Difference:
    """What a table changes: the parks as they will be, and those that go."""

    added: tuple[Park, ...]
    changed: tuple[Park, ...]
    removed: tuple[Park, ...]


@dataclass(slots=True)
class _Reader:
    """One row; gathers what is wrong with it."""

    row: int
    cells: Mapping[str, str]
    known: Mapping[str, Place] = field(repr=False)
    today: date
    problems: list[Problem] = field(default_factory=list)

    def fault(self, column: str, flaw: Flaw, detail: str = "") -> None:
        self.problems.append(Problem(self.row, flaw, detail[:_DETAIL_LETTERS], column))

    def words(self, column: str, most: int) -> str:
        words = " ".join(self.cells.get(column, "").split())
        if FORMULA.match(words):
            self.fault(column, Flaw.FORMULA, column)
        if len(words) > most:
            self.fault(column, Flaw.TOO_LONG, f"{column} > {most}")
        return words

    def judge(self, column: str, name: str) -> None:
        """Whether people can call a park so. A formula is told as that alone."""
        if not _NAMED.search(bare(fold(name))) and not FORMULA.match(name):
            self.fault(column, Flaw.EMPTY_NAME, name)
        if _LIKE_A_PLACE.match(name.casefold()):
            self.fault(column, Flaw.LIKE_A_PLACE, name)


def parse(
    rows: Sequence[Sequence[str]],
    known: Mapping[str, Place],
    today: date,
    others: Iterable[Park] = (),
) -> tuple[Park, ...]:
    """The parks of a table whose first row names the COLUMNS, in any order. Aliases are parted by
    semicolons, communes (their codes) by semicolons or spaces; empty rows are left out.

    `known` are the places of today by code. `others` are the parks there are: one of the table
    takes the place of that with its id, and may not be named like one that stays.

    Raises BadParks with all faults of all rows; a table is taken whole or not at all.
    """
    head = [clean(cell).casefold() for cell in rows[0]] if rows else []
    names = [name for name in head if name]
    if sorted(names) != sorted(COLUMNS) or names != head[: len(names)]:
        raise BadParks([Problem(1, Flaw.COLUMNS, ", ".join(COLUMNS))])
    problems: list[Problem] = []
    read: list[tuple[int, Park]] = []
    for row, cells in enumerate(rows[1:], start=2):
        values = [clean(cell) for cell in cells]
        if not any(values):
            continue
        if any(values[len(names) :]):
            problems.append(Problem(row, Flaw.TOO_MANY_CELLS, str(len(names))))
        told = dict(zip(names, [*values, *[""] * len(names)], strict=False))
        reader = _Reader(row, told, known, today)
        read.append((row, _park(reader)))
        problems += reader.problems
    ids = {park.id for _, park in read}
    problems += _clashes(read, [each for each in others if each.id not in ids], known)
    if problems:
        raise BadParks(problems)
    return tuple(park for _, park in read)


def check(
    cells: Mapping[str, str], known: Mapping[str, Place], today: date, others: Iterable[Park]
) -> Park:
    """The same for one park that was typed into a form; without an id it gets a fresh one. Raises
    BadParks, its rows all 1.
    """
    every = tuple(others)
    reader = _Reader(1, {name: clean(cells.get(name, "")) for name in COLUMNS}, known, today)
    park = _park(reader)
    problems = reader.problems
    if not reader.cells["id"]:
        park = replace(park, id=fresh_id(park, known, (each.id for each in every)))
        problems = [each for each in problems if each.flaw is not Flaw.BAD_ID]
    staying = [each for each in every if each.id != park.id]
    problems = [*problems, *_clashes([(1, park)], staying, known)]
    if problems:
        raise BadParks(problems)
    return park


def difference(before: Iterable[Park], wanted: Iterable[Park], *, may_remove: bool) -> Difference:
    """What it means to have the `wanted` parks; with `may_remove` also to lose all others."""
    known, named = {park.id: park for park in before}, {park.id: park for park in wanted}
    gone = tuple(park for park in known.values() if park.id not in named) if may_remove else ()
    return Difference(
        tuple(park for park in named.values() if park.id not in known),
        tuple(park for park in named.values() if known.get(park.id, park) != park),
        gone,
    )


def fresh_id(park: Park, known: Mapping[str, Place], taken: Iterable[str]) -> str:
    """An id for a park that was entered without one: its name, and the number of its province."""
    word = "-".join(re.findall(r"[a-z0-9]+", fold(park.name)))
    stem = f"{word[: ID_LETTERS - 8].strip('-')}-{province_of(park, known)}".strip("-")
    used, number, made = set(taken), 2, stem
    while made in used:
        made, number = f"{stem}-{number}", number + 1
    return made


def province_of(park: Park, known: Mapping[str, Place]) -> str:
    """The code of the province that a park lies in; empty where none of its communes is known."""
    found = (known[code].province_code for code in park.communes if code in known)
    return next(found, "")


def _park(reader: _Reader) -> Park:
    """The park of one row; a cell at fault is reported and left at its default."""
    code = reader.cells.get("id", "")
    if FORMULA.match(code):
        reader.fault("id", Flaw.FORMULA, "id")
    elif not _ID.fullmatch(code) or len(code) > ID_LETTERS:
        reader.fault("id", Flaw.BAD_ID, code)
    kind = reader.cells.get("kind", "").casefold()
    if kind not in _KINDS:
        reader.fault("kind", Flaw.UNKNOWN_KIND, kind)
    name = reader.words("name", NAME_LETTERS)
    reader.judge("name", name)
    park = Park(
        code,
        _KINDS.get(kind, ParkKind.KCN),
        name,
        _communes(reader),
        source=reader.words("source", SOURCE_LETTERS),
        checked_on=_day(reader),
    )
    return replace(park, aliases=_aliases(reader, name))


def _aliases(reader: _Reader, name: str) -> tuple[str, ...]:
    typed = (" ".join(each.split()) for each in _NAMES.split(reader.cells.get("aliases", "")))
    found = {fold(each): each for each in typed if each and fold(each) != fold(name)}
    for each in found.values():
        if FORMULA.match(each):
            reader.fault("aliases", Flaw.FORMULA, "aliases")
        if len(each) > NAME_LETTERS:
            reader.fault("aliases", Flaw.TOO_LONG, f"aliases > {NAME_LETTERS}")
        reader.judge("aliases", each)
    if len(found) > MOST_ALIASES:
        reader.fault("aliases", Flaw.TOO_MANY, f"aliases > {MOST_ALIASES}")
    return tuple(found.values())


def _communes(reader: _Reader) -> tuple[str, ...]:
    typed = reader.cells.get("communes", "")
    codes = tuple(dict.fromkeys(code for code in _CODES.split(typed) if code))
    if not codes:
        reader.fault("communes", Flaw.NO_COMMUNE)
    if len(codes) > MOST_COMMUNES:
        reader.fault("communes", Flaw.TOO_MANY, f"communes > {MOST_COMMUNES}")
    if _NAMED.search(typed):
        # One fault for the cell: a name of four words is not four faults.
        reader.fault("communes", Flaw.NAMED_COMMUNE, typed)
        return ()
    found = []
    for code in codes:
        if code not in reader.known:
            reader.fault("communes", Flaw.UNKNOWN_COMMUNE, code)
        elif len(code) != _COMMUNE_DIGITS:
            reader.fault("communes", Flaw.WHOLE_PROVINCE, code)
        else:
            found.append(code)
    provinces = dict.fromkeys(reader.known[code].province for code in found)
    if len(provinces) > 1:
        reader.fault("communes", Flaw.TWO_PROVINCES, ", ".join(provinces))
    return tuple(found)


def _day(reader: _Reader) -> date | None:
    typed = reader.cells.get("checked_on", "")
    if not typed:
        return None
    day = _calendar_day(typed)
    if day is None:
        reader.fault("checked_on", Flaw.BAD_DAY, typed)
        return None
    if day > reader.today:
        reader.fault("checked_on", Flaw.LATER_DAY, typed)
    return day


def _calendar_day(typed: str) -> date | None:
    written, spoken = _DAY.fullmatch(typed), _DAY_AS_SPOKEN.fullmatch(typed)
    try:
        if written:
            return date(int(written[1]), int(written[2]), int(written[3]))
        if spoken:
            return date(int(spoken[3]), int(spoken[2]), int(spoken[1]))
    except ValueError:
        return None
    return None


def _clashes(
    read: Sequence[tuple[int, Park]], others: Iterable[Park], known: Mapping[str, Place]
) -> Iterator[Problem]:
    """Ids that stand twice, and parks that nobody could tell from another one by name."""
    ids: set[str] = set()
    for row, park in read:
        if park.id and park.id in ids:
            yield Problem(row, Flaw.DUPLICATE_ID, park.id, "id")
        ids.add(park.id)
    owners: dict[tuple[str, str, str], str] = {}
    for park in others:
        owners.update((key, park.name) for key in _names(park, known))
    for row, park in read:
        keys = _names(park, known)
        owner = next((owners[key] for key in keys if key in owners), None)
        if owner is not None:
            yield Problem(row, Flaw.SAME_NAME, owner[:_DETAIL_LETTERS], "name")
        for key in keys:
            owners.setdefault(key, park.name)


def _names(park: Park, known: Mapping[str, Place]) -> tuple[tuple[str, str, str], ...]:
    """By what a park is known: within its province and among those of its kind. The province and
    the kind may part two of one name, for people are then asked which they mean.
    """
    inside = province_of(park, known)
    names = (bare(fold(each)) for each in (park.name, *park.aliases))
    return tuple((inside, park.kind.value, name) for name in names if inside and name)


_KINDS: Mapping[str, ParkKind] = {kind.value: kind for kind in ParkKind}
