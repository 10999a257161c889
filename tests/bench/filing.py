"""How long a press of [Send] takes at a steady pace, while others type receipt codes without end.

The presses come at their own times, whether those before were answered or not: a slow answer makes
nobody else come later. What is measured is the whole request, from a browser on the same machine.
"""

import asyncio
from dataclasses import dataclass
from time import perf_counter

from tests import drive
from tests.bench import codes, measuring
from tests.bench.bulletins import Bench
from tests.bench.measuring import QUICK
from tests.drive import Unexpected, Worker
from tests.product import Server

NAMES = ("filing",)
MOST_MILLISECONDS = 150
"""What nineteen of twenty presses may take."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many tips at which pace; with three typists two Argon2id jobs run nearly all the time,
    for one of them always waits.
    """

    tips: int = 300
    per_second: float = 10.0
    typists: int = 3
    jobs: int = 20


@dataclass(frozen=True, slots=True)
class _Pace:
    """Milliseconds of each press, and how many codes were opened a second meanwhile."""

    taken: list[float]
    codes_per_second: float


async def measure(bench: Bench, server: Server) -> None:
    """The figure, of a running server."""
    if not bench.names & set(NAMES):
        return
    size = Size(tips=4, typists=1, jobs=2) if bench.size is QUICK else Size()
    bare = measuring.quantile(await codes.bare_jobs(size.jobs), 0.5)
    pace = await _filed(server.address, size)
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        bench.say(
            "filing",
            measuring.quantile(pace.taken, share),
            "ms",
            bare,
            "a bare Argon2id job of 19 MiB beside another",
            name,
            per_second=size.per_second,
            codes_per_second=round(pace.codes_per_second, 1),
            target=MOST_MILLISECONDS if name == "p95" else None,
        )


async def _filed(address: str, size: Size) -> _Pace:
    taken: list[float] = []

    async def press(worker: Worker) -> None:
        begun = perf_counter()
        page = await worker.press("send")
        taken.append((perf_counter() - begun) * 1000)
        if "open_thread" not in page.choices:
            raise Unexpected("a tip was not received")

    async with drive.client(size.tips) as http:
        ready = [Worker(http, address) for _ in range(size.tips)]
        for worker in ready:
            await measuring.to_review(worker)
        async with codes.typed_all_the_time(address, size.typists) as typed:
            begun, before = perf_counter(), len(typed)
            async with asyncio.TaskGroup() as group:
                for at, worker in enumerate(ready):
                    until = begun + at / size.per_second
                    await asyncio.sleep(max(0.0, until - perf_counter()))
                    group.create_task(press(worker))
            seconds = perf_counter() - begun
            return _Pace(taken, (len(typed) - before) / seconds)
