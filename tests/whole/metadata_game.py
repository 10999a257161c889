"""The metadata game: 200 tips in a real database, a thief with every file but the master key.

`python -m tests.whole.metadata_game` plays it on SQLite and, where it is there, on PostgreSQL.
"""

import asyncio
import io
import json
import random
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import asyncpg
from sqlalchemy import LargeBinary

from storage.tables import metadata
from tests import services
from tests.whole import guessing
from tests.whole.guessing import Features, Result
from tests.whole.sealed_world import CATEGORIES, DANGER, Label, fill, province_shares, unit_shares

LABELS = ("unit", "category", "province", "danger")
_TABLES = ("tips", "parts", "chunks", "wraps", "knocks", "letters")
_OWN = ("parts", "chunks", "wraps", "knocks")
_EDGE_BYTES = 4

Row = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All rows in the order of the dump, and the bytes that they lie in."""

    tables: dict[str, list[Row]]
    raw: bytes
    _found: dict[bytes, int] = field(default_factory=dict, repr=False)

    def find(self, needle: bytes) -> int:
        """Where `needle` lies first, -1 for nowhere. Remembered: a spoiled copy asks for the same
        again, in megabytes.
        """
        if needle not in self._found:
            self._found[needle] = self.raw.find(needle)
        return self._found[needle]


async def play(
    url: str, *, leaky: bool = False, seed: int = 1, tips: int = 200
) -> dict[str, Result]:
    """Fill the empty database at `url`, steal it, guess; the result for each of `LABELS`.

    With `leaky` the stolen copy gives each label away in one way; then the thief must win.
    """
    labels = await fill(url, random.Random(seed), tips)
    stolen = steal_file(url) if url.startswith("sqlite") else await steal_dump(url)
    return guess_all(spoil(stolen, labels) if leaky else stolen, labels)


def guess_all(stolen: Snapshot, labels: dict[bytes, Label]) -> dict[str, Result]:
    """The game once for each label."""
    features = features_of(stolen)
    order = [tip for tip in features if tip in labels]
    # Not the order of the rows: neighbours would lie in both halves.
    random.Random(7).shuffle(order)
    seen = [features[tip] for tip in order]
    return {
        name: guessing.play(seen, [getattr(labels[tip], name) for tip in order], shares)
        for name, shares in proportions().items()
    }


def proportions() -> dict[str, Counter[str]]:
    """What everybody may know: how often each label comes, in the world of `fill`."""
    danger = round(DANGER * 100)
    return {
        "unit": unit_shares(),
        "category": Counter({category.value: weight for category, weight in CATEGORIES.items()}),
        "province": province_shares(),
        "danger": Counter({"yes": danger, "no": 100 - danger}),
    }


def steal_file(url: str) -> Snapshot:
    """Everything of an SQLite file, as `sqlite3` reads it without a key."""
    path = Path(url.partition(":///")[2])
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    tables = {
        name: [
            {column: _as_bytes(row[column]) for column in row.keys()}  # noqa: SIM118 - not a dict
            for row in connection.execute(f"SELECT * FROM {name}")
        ]
        for name in _TABLES
    }
    connection.close()
    return Snapshot(tables, path.read_bytes())


async def steal_dump(url: str) -> Snapshot:
    """Everything of a PostgreSQL database, as `COPY` writes it: rows in the order of the pages."""
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://", 1))
    tables, raw = {}, b""
    try:
        for name in _TABLES:
            out = io.BytesIO()
            await connection.copy_from_table(name, output=out)
            tables[name] = [_copied(name, line) for line in out.getvalue().splitlines()]
            raw += out.getvalue()
    finally:
        await connection.close()
    return Snapshot(tables, raw)


def features_of(stolen: Snapshot) -> dict[bytes, Features]:
    """What can be counted, measured and located around each tip."""
    found: dict[bytes, dict[str, float]] = {}
    letters = [stolen.find(_needle(stolen, row["body"])) for row in stolen.tables["letters"]]
    for at, row in enumerate(stolen.tables["tips"]):
        own = found.setdefault(row["id"], {"order": at, "day": 0.0})
        own["day"] = float(int(row["day"].replace(b"-", b"") or b"0"))
        for name in ("record", "bell", "reporter_wrap"):
            own[f"{name} bytes"] = len(row[name])
            for edge in range(_EDGE_BYTES):
                own[f"{name} first {edge}"] = row[name][edge]
                own[f"{name} last {edge}"] = row[name][-1 - edge]
        own["row at"] = stolen.find(_needle(stolen, row["id"]))
        own["record at"] = stolen.find(_needle(stolen, row["record"]))
        own["record goes on at"] = stolen.find(_needle(stolen, row["record"], 3000))
        own["letter near"] = min((abs(own["record at"] - each) for each in letters), default=0)
    for name in _OWN:
        _add_own(stolen, name, found)
    _add_ranks(found)
    return {tip: dict(own) for tip, own in found.items()}


def _add_own(stolen: Snapshot, name: str, found: dict[bytes, dict[str, float]]) -> None:
    """Count, sizes and places of a tip's rows in another table."""
    for at, row in enumerate(stolen.tables[name]):
        own = found.get(row["tip"])
        if own is None:
            continue
        size, place = len(row["body"]), stolen.find(_needle(stolen, row["body"]))
        own[f"{name} count"] = own.get(f"{name} count", 0) + 1
        own[f"{name} bytes"] = own.get(f"{name} bytes", 0) + size
        own[f"{name} largest"] = max(own.get(f"{name} largest", 0), size)
        own.setdefault(f"{name} first order", at)
        own[f"{name} last order"] = at
        own[f"{name} first at"] = min(own.get(f"{name} first at", place), place)
        own[f"{name} last at"] = max(own.get(f"{name} last at", place), place)


def _add_ranks(found: dict[bytes, dict[str, float]]) -> None:
    """How far a tip's record stands from where its oldest other rows would let one expect it."""
    record = {"order", "record at", "record goes on at"}
    others = {f"{name} first {what}" for name in _OWN for what in ("order", "at")}
    ranks: dict[str, dict[bytes, int]] = {}
    for name in record | others:
        ordered = sorted(found, key=lambda tip: found[tip].get(name, -1.0))
        ranks[name] = {tip: rank for rank, tip in enumerate(ordered)}
    for tip, own in found.items():
        for name in sorted(record):
            for other in sorted(others):
                own[f"{name} - {other}"] = ranks[name][tip] - ranks[other][tip]


def spoil(stolen: Snapshot, labels: dict[bytes, Label]) -> Snapshot:
    """The control: the same rows, but each label is given away in a way of its own."""
    tables = {name: list(rows) for name, rows in stolen.tables.items()}
    tables["tips"] = [
        row | {"record": row["record"] + labels[row["id"]].category.encode()}
        for row in tables["tips"]
    ]
    units = sorted({label.unit for label in labels.values()})
    tables["tips"] = [
        row | {"bell": row["bell"] + bytes(units.index(labels[row["id"]].unit))}
        for row in tables["tips"]
    ]
    tables["parts"].sort(key=lambda row: labels[row["tip"]].province)
    for tip, label in labels.items():
        if label.danger == "yes":
            tables["wraps"].append({"id": tip, "tip": tip, "body": tip})
    return replace(stolen, tables=tables)


def _needle(stolen: Snapshot, body: bytes, at: int = 0) -> bytes:
    """Some bytes of `body` as they lie in the file, or in hex as they stand in a dump."""
    part = body[at : at + 24] or body[-24:]
    return part if stolen.raw.startswith(b"SQLite") else part.hex().encode()


def _as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b"" if value is None else str(value).encode()


def _copied(table: str, line: bytes) -> Row:
    row: Row = {}
    for column, text in zip(metadata.tables[table].columns, line.split(b"\t"), strict=True):
        is_binary = isinstance(column.type, LargeBinary) and text != rb"\N"
        row[column.name] = bytes.fromhex(text.decode()[3:]) if is_binary else text
    return row


def line(database: str, results: dict[str, Result]) -> str:
    """One line of JSON: shares of labels guessed, and what the proportions alone give."""
    return json.dumps(
        {
            "game": "metadata",
            "database": database,
            "tips": next(iter(results.values())).count,
            "guessed": {name: each.guessed / each.count for name, each in results.items()},
            "chance": {name: each.chance / each.count for name, each in results.items()},
            "beaten": [name for name, each in results.items() if each.beats_chance],
        }
    )


def main(seeds: Sequence[str]) -> int:
    """Play once for each seed; 1 when the thief wins anywhere."""
    beaten = False
    for seed in [int(each) for each in seeds] or [1]:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite+aiosqlite:///{folder}/game.db"
            results = asyncio.run(play(url, seed=seed))
        print(line("sqlite", results))
        beaten |= any(each.beats_chance for each in results.values())
        if (admin_url := services.postgresql_admin_url()) is None:
            print("PostgreSQL is absent: not played there")
            continue
        url = services.make_postgresql_database(admin_url)
        try:
            results = asyncio.run(play(url, seed=seed))
        finally:
            services.drop_postgresql_database(admin_url, url)
        print(line("postgresql", results))
        beaten |= any(each.beats_chance for each in results.values())
    return int(beaten)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
