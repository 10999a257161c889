"""Small changes of the packaged tables of places, as an operator would write them down."""

import csv
import io
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from storage.places.changes import is_province
from storage.places.checks import COLUMNS
from storage.places.tables import AS_OF, Tables, packaged

DAY = date(2026, 11, 25)
"""Later than the packaged tables, and no later than the day of most tests."""
Rows = list[dict[str, str]]


@dataclass
class Map:
    """Tables that can be changed; each change writes down where the old name leads."""

    as_of: date
    rows: dict[str, Rows] = field(repr=False)

    @property
    def communes(self) -> dict[str, dict[str, str]]:
        return {row["code"]: row for row in self.rows["communes.csv"]}

    @property
    def provinces(self) -> dict[str, dict[str, str]]:
        return {row["code"]: row for row in self.rows["provinces.csv"]}

    def tables(self) -> Tables:
        """As the storage reads them."""
        return Tables(self.as_of, {name: _written(name, rows) for name, rows in self.rows.items()})

    def write(self, folder: Path, encoding: str = "utf-8") -> Path:
        """As an operator has them."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.tables().texts.items():
            (folder / name).write_bytes(text.encode(encoding))
        (folder / AS_OF).write_text(f"{self.as_of}\n")
        return folder

    def named(self, code: str) -> tuple[str, str]:
        """The full names of a commune and its province, of a province the empty string and its."""
        row = (self.provinces if is_province(code) else self.communes)[code]
        if is_province(code):
            return "", _full(row)
        return _full(row), _full(self.provinces[row["province_code"]])

    def is_free(self, code: str, province: str, kind: str) -> bool:
        """Whether a province has no commune yet that is called so."""
        name = self.communes[code]["name"]
        wanted = (province, kind, name)
        return all(
            (row["province_code"], row["type"], row["name"]) != wanted
            for row in self.rows["communes.csv"]
        )

    def merge(self, into: str, *gone: str) -> None:
        """Let communes become part of one that stays."""
        for code in gone:
            self._lead(code, [into])
            self.rows["communes.csv"].remove(self.communes[code])

    def split(self, code: str, *parts: tuple[str, str], keeps: bool = True) -> None:
        """Let a commune become several: itself, where it stays, and `parts` (code, name), of which
        those that exist get a piece of it.
        """
        row = self.communes[code]
        for new, name in parts:
            if new not in self.communes:
                made = {"code": new, "name": name, "type": "xã"}
                self.rows["communes.csv"].append(made | {"province_code": row["province_code"]})
        self._lead(code, [*([code] if keeps else []), *(new for new, _ in parts)])
        if not keeps:
            self.rows["communes.csv"].remove(row)

    def rename(self, code: str, name: str) -> None:
        """Give a commune another name."""
        self._lead(code, [code])
        self.communes[code]["name"] = name

    def retype(self, code: str, kind: str) -> None:
        """Let a commune or province be of another type."""
        level = "province" if is_province(code) else "commune"
        row = (self.provinces if is_province(code) else self.communes)[code]
        told = {"code": code, "level": level, "name": row["name"], "old_type": row["type"]}
        told |= {"new_type": kind, "valid_from": self.as_of.isoformat(), "source": "ví dụ"}
        self.rows["type_changes.csv"].append(told)
        row["type"] = kind

    def move(self, code: str, province: str) -> None:
        """Let a commune lie in another province."""
        self.communes[code]["province_code"] = province

    def merge_provinces(self, into: str, gone: str) -> None:
        """Let a province become part of another one, with all of its communes."""
        mine = [row for row in self.rows["communes.csv"] if row["province_code"] == gone]
        self._lead(gone, [row["code"] for row in mine])
        for row in mine:
            row["province_code"] = into
        self.rows["provinces.csv"].remove(self.provinces[gone])

    def _lead(self, code: str, codes: list[str]) -> None:
        """Write down where a name of the present map leads; earlier ones go there as well."""
        commune, province = self.named(code)
        for old in [row for row in self.rows["former_units.csv"] if row["new_code"] == code]:
            if not is_province(code) and codes != [code]:
                self._lead_on(old, codes)
        for at, new in enumerate(codes):
            part = ("part" if at else "main") if commune and len(codes) > 1 else ""
            row = {"old_commune": commune, "old_district": "", "old_province": province}
            row |= {"new_code": new, "part": part, "period": self.as_of.isoformat()}
            self.rows["former_units.csv"].append(row)

    def _lead_on(self, old: dict[str, str], codes: list[str]) -> None:
        """A former name of what changes: its rows may not lead into the void."""
        rows = self.rows["former_units.csv"]
        key = ("old_commune", "old_district", "old_province", "period")
        mine = [row for row in rows if all(row[name] == old[name] for name in key)]
        led = dict.fromkeys(
            code
            for row in sorted(mine, key=lambda row: row["part"] == "part")
            for code in (codes if row["new_code"] == old["new_code"] else [row["new_code"]])
        )
        for row in mine:
            rows.remove(row)
        for at, code in enumerate(led):
            part = ("part" if at else "main") if old["old_commune"] and len(led) > 1 else ""
            rows.append(old | {"new_code": code, "part": part})


def present(tables: Tables | None = None, day: date = DAY) -> Map:
    """The packaged tables, or these, as they are, of that day."""
    rows = {name: list(tables.rows(name)) for name in COLUMNS} if tables else _packaged()
    return Map(day, {name: [dict(row) for row in some] for name, some in rows.items()})


@cache
def _packaged() -> Mapping[str, list[Mapping[str, str]]]:
    return {name: list(packaged().rows(name)) for name in COLUMNS}


def at_random(dice: random.Random, known: Tables, day: date, many: int = 6) -> Tables:
    """These tables after some changes, of which each meets other communes."""
    made = present(known, day)
    free = list(made.communes)
    dice.shuffle(free)
    fresh = (f"{number:05}" for number in range(90_000 + day.toordinal() % 9_000, 99_999))
    for _ in range(many):
        _change(dice, made, free, fresh.__next__)
    return made.tables()


def _change(dice: random.Random, made: Map, free: list[str], fresh: Callable[[], str]) -> None:
    code = free.pop()
    communes = made.communes
    province = communes[code]["province_code"]
    beside = [each for each in free if communes[each]["province_code"] == province]
    if not beside:
        return
    other = dice.choice(beside)
    match dice.randrange(7):
        case 0:
            made.merge(code, other)
        case 1:
            made.split(code, (fresh(), f"Mới {code}"))
        case 2:
            made.split(code, (fresh(), f"Một {code}"), (fresh(), f"Hai {code}"), keeps=False)
        case 3:
            made.split(code, (other, ""))
        case 4:
            made.rename(code, f"Tên {code}")
        case 5:
            kind = "phường" if made.communes[code]["type"] == "xã" else "xã"
            if made.is_free(code, province, kind):
                made.retype(code, kind)
        case _:
            to = dice.choice([each for each in made.provinces if each != province])
            if made.is_free(code, to, made.communes[code]["type"]):
                made.move(code, to)
    free.remove(other)


def _full(row: Mapping[str, str]) -> str:
    return f"{row['type'].capitalize()} {row['name']}"


def _written(name: str, rows: Iterable[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS[name], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
