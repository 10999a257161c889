"""The nightly pass over 100,000 rows, beside a plain VACUUM FULL of the same tables."""

import asyncio
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from time import perf_counter
from typing import Any, Protocol

import asyncpg

from storage import order
from storage.database import Database
from storage.vacuum import LAID_ANEW
from tests import services
from tests.bench.measuring import QUICK, Size

NAMES = ("order_100k",)
_ROWS, _QUICK_ROWS = 100_000, 2_000
_DAY = date(2026, 11, 30)
_STORY_BYTES = (1_100, 2_200, 4_300)
"""A part is padded to a power of two, and a seal comes on top."""
_SHARES = {
    "tips": 0.12, "parts": 0.18, "wraps": 0.48, "chunks": 0.02, "letters": 0.005,
    "rings": 0.005, "tombstones": 0.01, "tallies": 0.05, "subscribers": 0.13,
}  # fmt: skip


class Bench(Protocol):
    """What is wanted, on which database, and where to tell it."""

    @property
    def names(self) -> frozenset[str]: ...
    @property
    def size(self) -> Size: ...
    @property
    def database(self) -> str: ...
    @property
    def url(self) -> str: ...

    def say(
        self,
        name: str,
        value: float,
        unit: str,
        against: float,
        what: str,
        quantile: str = "",
        **beside: object,
    ) -> None: ...


@dataclass(slots=True)
class _Writer:
    """Somebody who writes all the time; how long the slowest of them had to wait."""

    longest: float = 0.0
    over: bool = False

    async def work(self, connection: Any) -> None:
        """Write one small row after the other."""
        while not self.over:
            begun = perf_counter()
            row = (os.urandom(16), _DAY)
            await connection.execute("INSERT INTO tombstones VALUES ($1, $2)", *row)
            self.longest = max(self.longest, perf_counter() - begun)
            await asyncio.sleep(0.01)


async def measure_order(bench: Bench) -> None:
    """`order_100k`, on PostgreSQL only: SQLite's file is simply written anew."""
    if bench.names.isdisjoint(NAMES) or bench.database != "postgresql":
        return
    rows = _QUICK_ROWS if bench.size is QUICK else _ROWS
    tables = ", ".join(table.name for table in LAID_ANEW)
    database = Database(bench.url)
    plain = await asyncpg.connect(services.plain(bench.url))
    try:
        await plain.execute(f"TRUNCATE {tables}")
        for table, share in _SHARES.items():
            made = list(_rows(table, round(rows * share)))
            await plain.copy_records_to_table(table, records=made)
        # What every table has to be written anew for, without any mixing.
        bare = await _vacuum_full(plain)
        writer = _Writer()
        async with asyncio.TaskGroup() as group:
            group.create_task(writer.work(plain))
            begun = perf_counter()
            passed = await order.forget_order(database)
            seconds = perf_counter() - begun
            writer.over = True
        await plain.execute(f"TRUNCATE {tables}")
    finally:
        await plain.close()
        await database.close()
    bench.say(
        "order_100k",
        seconds,
        "s",
        bare,
        "VACUUM FULL of the same tables",
        rows=passed.rows,
        longest_wait_s=round(writer.longest, 3),
        left=sorted(passed.left),
    )


async def _vacuum_full(connection: Any) -> float:
    begun = perf_counter()
    for table in LAID_ANEW:
        await connection.execute(f"VACUUM (FULL) {table.name}")
    return perf_counter() - begun


def _rows(table: str, count: int) -> Iterator[Sequence[object]]:
    """Rows as large as real ones; random bytes, as everything sealed is."""
    dice, urandom = random.Random(1), os.urandom
    for number in range(1, count + 1):
        key, other = urandom(16), urandom(16)
        match table:
            case "tips":
                yield key, other, urandom(32), urandom(80), urandom(60), urandom(1100), _DAY
            case "parts":
                yield key, other, urandom(dice.choice(_STORY_BYTES))
            case "chunks":
                yield key, other, urandom(40_000)
            case "wraps":
                yield key, other, urandom(81)
            case "letters" | "tallies":
                yield key, urandom(300)
            case "rings":
                yield key, f"{dice.randrange(100_000):05}", _DAY, 7
            case "tombstones":
                yield key, _DAY
            case _:
                yield (
                    number, 1, other, urandom(60), 0, 255, 0, None, None, 3, 0, None,
                    _DAY.replace(day=1),
                )  # fmt: skip
