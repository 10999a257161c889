"""The linkage game: with every key, which tip was sent by whom who subscribed beside it?

Everybody files a tip on Telegram or Zalo and subscribes there in the next moment, all within one
hour: the hour in which a tip came can be read with the keys, by its deadlines. The thief has the
database with its write-ahead log, and every key; of half of the people they know which tip is
theirs. Of everything that can be read or located they take what orders those best, and name for
each other tip the twentieth of the subscriptions that it points to.
"""

import random
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import product
from pathlib import Path

import asyncpg

from bot.app import House
from storage import record
from storage.database import file_of
from tests.whole import linkage_world

SHARE = 0.05
"""Of all subscriptions, how many are named for a tip: by chance its own is among them as often."""

_OWN = ("parts", "chunks", "wraps")
_TABLES = ("tips", *_OWN, "subscribers")
_NUMBER_BYTES = 6
_NEEDLE_BYTES = 16

Row = dict[str, object]
Features = Mapping[str, float]
Pairs = Sequence[tuple[bytes, int]]
"""The truth: a tip and its worker's subscription, in the order in which they came."""


@dataclass(frozen=True, slots=True)
class Loot:
    """What is known of each tip and of each subscription, all of it as numbers."""

    tips: Mapping[bytes, Features] = field(repr=False)
    subscribers: Mapping[int, Features] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Joined:
    """How many of `count` tips were joined; `chance` is what blind naming joins."""

    joined: int
    chance: float
    count: int
    by: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """The share that was joined."""
        return self.joined / self.count

    @property
    def beats_chance(self) -> bool:
        """Whether more was joined than 3.5 standard errors above chance (`guessing`)."""
        share = self.chance / self.count
        return self.joined > self.chance + 3.5 * float((self.count * share * (1 - share)) ** 0.5)


@dataclass(frozen=True, slots=True)
class Played:
    """One house, robbed at different times: with the last minute's write-ahead log, after that was
    emptied, and after rows were laid anew. `control` is the last with a column that counts tips.
    """

    at_once: Joined
    log_emptied: Joined
    laid_anew: Joined
    control: Joined

    @property
    def is_well(self) -> bool:
        """Nothing was joined in the end, and the thief is known to join what can be joined."""
        controls = (self.at_once, self.log_emptied, self.control)
        return not self.laid_anew.beats_chance and all(each.beats_chance for each in controls)


async def rob(url: str, folder: Path, people: int, over_fakes: int, *, seed: int = 1) -> Played:
    """Fill the empty database at `url`, and play each time. On PostgreSQL nothing lays rows anew in
    this version: there the order of writing joins to the end.
    """
    async with linkage_world.filled(url, folder, random.Random(seed), people, over_fakes) as world:
        house, pairs = world.house, world.pairs
        at_once = play(await steal(url, house), pairs)
        await house.database.truncate_log()
        log_emptied = play(await steal(url, house), pairs)
        await house.database.forget_order()
        loot = await steal(url, house)
        return Played(at_once, log_emptied, play(loot, pairs), play(planted(loot, pairs), pairs))


async def steal(url: str, house: House) -> Loot:
    """Everything, as it lies there now."""
    tables = _of_sqlite(url) if file_of(url) else await _of_postgresql(url)
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


def play(loot: Loot, pairs: Pairs) -> Joined:
    """Learn by one half which two orders agree, join the other half by them; then the other way
    round.
    """
    mixed = list(pairs)
    random.Random(7).shuffle(mixed)
    halves = mixed[::2], mixed[1::2]
    joined, chance, used = 0, 0.0, []
    for known, asked in (halves, halves[::-1]):
        learnt, test = _orders(loot, known), _orders(loot, asked)
        best = min(
            product(learnt.tips, learnt.subscribers, (True, False)),
            key=lambda order: sum(abs(gap) for gap in _gaps(learnt, *order)),
        )
        named = max(1, round(len(asked) * SHARE))
        joined += _hits(test, best, named)
        chance += named
        used.append(f"{best[0]} with {best[1]}")
    return Joined(joined, chance, len(mixed), tuple(used))


def planted(loot: Loot, pairs: Pairs) -> Loot:
    """The control: the same, but a column of the tips counts them as they come."""
    found = {tip: {**loot.tips[tip], "tips.serial": float(at)} for at, (tip, _) in enumerate(pairs)}
    return Loot(found, loot.subscribers)


@dataclass(frozen=True, slots=True)
class _Orders:
    """By each feature the rank of each tip, and of each subscription; pair by pair."""

    tips: Mapping[str, Sequence[int]]
    subscribers: Mapping[str, Sequence[int]]


def _orders(loot: Loot, pairs: Pairs) -> _Orders:
    of_tips = [(tip, loot.tips[tip]) for tip, _ in pairs]
    of_subscribers = [(each, loot.subscribers[each]) for _, each in pairs]
    return _Orders(_ranks(of_tips), _ranks(of_subscribers))


def _ranks(known: Sequence[tuple[bytes | int, Features]]) -> Mapping[str, Sequence[int]]:
    ranks = {}
    for name in sorted({name for _, each in known for name in each}):
        # Equals go by their own keys: the order in which they stand here is the answer.
        keys: list[tuple[float, bytes | int]] = [(each.get(name, -1), key) for key, each in known]
        places = {key: rank for rank, (_, key) in enumerate(sorted(keys, key=_sorting))}
        ranks[name] = [places[key] for key, _ in known]
    return ranks


def _sorting(each: tuple[float, bytes | int]) -> tuple[float, bytes]:
    value, key = each
    return value, key if isinstance(key, bytes) else key.to_bytes(8)


def _gaps(orders: _Orders, tip: str, subscriber: str, rising: bool) -> list[int]:
    """For each pair, how far its two ranks are apart."""
    ours, theirs = orders.tips[tip], orders.subscribers[subscriber]
    last = len(ours) - 1
    return [a - (b if rising else last - b) for a, b in zip(ours, theirs, strict=True)]


def _hits(orders: _Orders, best: tuple[str, str, bool], named: int) -> int:
    """How often the own subscription is among the `named` ones whose ranks are nearest."""
    ours, size = orders.tips[best[0]], len(orders.tips[best[0]])
    hits = 0
    for rank, gap in zip(ours, _gaps(orders, *best), strict=True):
        first = min(max(rank - named // 2, 0), size - named)
        hits += first <= rank - gap < first + named
    return hits


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
    rows = [row for found in tables.values() for row in found]
    needles = [_needles(row) for row in rows]
    wanted = {each for pair in needles for each in pair.values()}
    for where, data in raw.items():
        places = _places(data, wanted)
        for row, pair in zip(rows, needles, strict=True):
            for what, needle in pair.items():
                first, last = places.get(needle, (-1, -1))
                row |= {f"{what} first in {where}": first, f"{what} last in {where}": last}
    return tables


def _needles(row: Row) -> dict[str, bytes]:
    found = [value for value in row.values() if isinstance(value, bytes)]
    key = next(each for each in found if len(each) == _NEEDLE_BYTES)
    return {"key": key, "end": max(found, key=len)[-_NEEDLE_BYTES:]}


def _places(data: bytes, wanted: Iterable[bytes]) -> dict[bytes, tuple[int, int]]:
    """Where each of `wanted` lies first and last."""
    needles, found = frozenset(wanted), dict[bytes, tuple[int, int]]()
    for at in range(len(data) - _NEEDLE_BYTES + 1):
        piece = data[at : at + _NEEDLE_BYTES]
        if piece in needles:
            found[piece] = (found.get(piece, (at, at))[0], at)
    return found


async def _of_postgresql(url: str) -> dict[str, list[Row]]:
    """All rows, each with the transaction that wrote it and its place among the pages."""
    connection = await asyncpg.connect(url.replace("+asyncpg", "", 1))
    try:
        tables = {}
        for name in _TABLES:
            asked = f"SELECT xmin::text AS written, ctid::text AS place, * FROM {name}"
            tables[name] = [dict(row) for row in await connection.fetch(asked)]
    finally:
        await connection.close()
    for row in (row for found in tables.values() for row in found):
        page, _, line = str(row["place"]).strip("()").partition(",")
        row |= {"written": int(str(row["written"])), "place": int(page) * 1000 + int(line)}
    return tables


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
