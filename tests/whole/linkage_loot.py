"""What a thief has: every row, every key, and every byte in which a row lies or ever lay."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import compress, count
from pathlib import Path

import asyncpg

from bot.app import House
from storage import record
from storage.database import file_of

_OWN = ("parts", "chunks", "wraps", "knocks")
_TABLES = ("tips", *_OWN, "subscribers")
_NUMBER_BYTES = 6
_NEEDLE_BYTES = 16
_WORD_BYTES = 4
_SEGMENT = re.compile(r"[0-9A-F]{24}")
_DATABASE = "SELECT oid FROM pg_database WHERE datname = current_database()"

Row = dict[str, object]
Features = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Loot:
    """What is known of each tip and of each subscription, all of it as numbers."""

    tips: Mapping[bytes, Features] = field(repr=False)
    subscribers: Mapping[int, Features] = field(repr=False)

    def only(self, told: str) -> "Loot":
        """Of the tips only what has `told` in its name, as if a thief had nothing else of them."""
        return Loot(
            {
                tip: {name: value for name, value in each.items() if told in name}
                for tip, each in self.tips.items()
            },
            self.subscribers,
        )


async def steal(url: str, house: House, server: Path | None = None) -> Loot:
    """Everything, as it lies there now; of PostgreSQL also the files, where `server` is the data
    directory.
    """
    tables = _of_sqlite(url) if file_of(url) else await _of_postgresql(url, server)
    keys = house.database.keys
    assert keys is not None
    for row in tables["tips"]:
        opened = record.unseal(keys, _bytes(row["id"]), _bytes(row["record"]))
        row |= {"triage": opened.triage_by, "answer": opened.answer_on, "result": opened.result_on}
    found = {_bytes(row["id"]): _numbers("tips", row) for row in tables["tips"]}
    for name in _OWN:
        for row in tables[name]:
            own = found[_bytes(row["tip"])]
            for what, value in _numbers(name, row).items():
                own[f"{what}, least"] = min(own.get(f"{what}, least", value), value)
                own[f"{what}, most"] = max(own.get(f"{what}, most", value), value)
    beside = {int(str(row["id"])): _numbers("subscribers", row) for row in tables["subscribers"]}
    return Loot(found, beside)


def _of_sqlite(url: str) -> dict[str, list[Row]]:
    """All rows, each with the places where its key and its largest value lie in the file and in the
    write-ahead log.
    """
    file = file_of(url)
    assert file is not None
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    tables = {
        name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")] for name in _TABLES
    }
    log = Path(f"{file}-wal")
    raw = {"file": file.read_bytes(), "log": log.read_bytes() if log.exists() else b""}
    connection.close()
    _locate(tables, raw.items())
    return tables


async def _of_postgresql(url: str, server: Path | None) -> dict[str, list[Row]]:
    """All rows, each with the transaction that wrote it, its place among the pages, the number of
    its largest value where that is kept apart, and where all of it lies in the server's files.
    """
    connection = await asyncpg.connect(url.replace("+asyncpg", "", 1))
    try:
        tables = {}
        for name in _TABLES:
            asked = f"SELECT xmin::text AS written, ctid::text AS place, * FROM {name}"
            tables[name] = [dict(row) for row in await connection.fetch(asked)]
            await _number_values(connection, name, tables[name])
        number = await connection.fetchval(_DATABASE)
    finally:
        await connection.close()
    for row in (row for found in tables.values() for row in found):
        page, _, line = str(row["place"]).strip("()").partition(",")
        row |= {"written": int(str(row["written"])), "place": int(page) * 1000 + int(line)}
    if server is not None:
        _locate(tables, _files(server, number))
    return tables


async def _number_values(connection: asyncpg.Connection, name: str, rows: Sequence[Row]) -> None:
    toast = await connection.fetchval(
        "SELECT reltoastrelid::regclass::text FROM pg_class WHERE oid = $1::text::regclass", name
    )
    if toast == "-":
        return
    asked = f"SELECT chunk_id, xmin::text, chunk_data FROM {toast} WHERE chunk_seq = 0"
    kept = {each["chunk_data"][:32]: each for each in await connection.fetch(asked)}
    for row in rows:
        values = [value for value in row.values() if isinstance(value, bytes)]
        if found := kept.get(max(values, key=len)[:32]):
            row |= {"value": found["chunk_id"], "value written": int(found["xmin"])}


def _files(server: Path, database: int) -> Iterator[tuple[str, bytes]]:
    """Each file of our tables and indexes (what the server brings along lies in other folders), and
    the write-ahead log in the order of its segments.
    """
    for path in sorted((server / "base" / str(database)).iterdir()):
        yield str(path.relative_to(server)), path.read_bytes()
    segments = (each for each in (server / "pg_wal").iterdir() if _SEGMENT.fullmatch(each.name))
    yield "pg_wal", b"".join(path.read_bytes() for path in sorted(segments))


def _locate(tables: Mapping[str, Sequence[Row]], raw: Iterable[tuple[str, bytes]]) -> None:
    """Add to each row where in `raw` its key and its largest value lie first and last."""
    sought = {
        (name, what): [(row, needle[what]) for row in rows for needle in (_needles(row),)]
        for name, rows in tables.items()
        for what in ("key", "end")
    }
    wanted = {needle for pairs in sought.values() for _, needle in pairs}
    for where, data in raw:
        places = _places(data, wanted)
        for (_, what), pairs in sought.items():
            # What no row of a table has tells nothing of it.
            if any(needle in places for _, needle in pairs):
                for row, needle in pairs:
                    first, last = places.get(needle, (-1, -1))
                    row |= {f"{what} first in {where}": first, f"{what} last in {where}": last}


def _needles(row: Row) -> dict[str, bytes]:
    found = [value for value in row.values() if isinstance(value, bytes)]
    key = next(each for each in found if len(each) == _NEEDLE_BYTES)
    return {"key": key, "end": max(found, key=len)[-_NEEDLE_BYTES:]}


def _places(data: bytes, wanted: Iterable[bytes]) -> dict[bytes, tuple[int, int]]:
    """Where each of `wanted` lies first and last. Whole words are compared first: a look at every
    single byte of a server's files would last minutes.
    """
    needles, found = frozenset(wanted), dict[bytes, tuple[int, int]]()
    heads = frozenset(int.from_bytes(each[:_WORD_BYTES], "little") for each in needles)
    for shift in range(_WORD_BYTES):
        whole = (len(data) - shift) // _WORD_BYTES * _WORD_BYTES
        words = memoryview(data)[shift : shift + whole].cast("I")
        for at in compress(count(shift, _WORD_BYTES), map(heads.__contains__, words)):
            piece = data[at : at + _NEEDLE_BYTES]
            if piece in needles:
                first, last = found.get(piece, (at, at))
                found[piece] = min(first, at), max(last, at)
    return found


def _numbers(table: str, row: Row) -> dict[str, float]:
    return {f"{table}.{name}": _number(value) for name, value in row.items()}


def _number(value: object) -> float:
    match value:
        case datetime():
            return value.timestamp()
        case date():
            return value.toordinal()
        case bytes():
            return int.from_bytes(value[:_NUMBER_BYTES].ljust(_NUMBER_BYTES, b"\0"))
        case int() | float():
            return value
        case _:
            digits = "".join(each for each in str(value) if each.isdigit())
            return float(digits or -1)


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes)
    return value
