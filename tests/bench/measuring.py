"""The measurements of `make bench`: each drives the real product and something bare beside it."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import aiohttp
import asyncpg

from tests import drive, product, services
from tests.drive import Officer, Unexpected, Worker
from tests.product import Server

_STORY = "Hai tháng nay xưởng may chưa trả lương cho công nhân ở chuyền. " * 6
_PLACE = "phường Bàn Thạch"
_PAYLOAD = b"x" * 1024


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    workers: int = 200
    sends: int = 60
    commits: int = 200
    starts: int = 5
    sends_per_second: float = 5.0
    rest_seconds: float = 2.0


QUICK = Size(workers=6, sends=4, commits=20, starts=1, sends_per_second=10.0, rest_seconds=0.2)


@dataclass(frozen=True, slots=True)
class Load:
    """What a crowd of workers did: turns a second, and the most memory of the server meanwhile."""

    turns_per_second: float
    most_bytes: int


async def talks(address: str, pid: int, workers: int) -> Load:
    """`workers` at once file a tip each, by the whole short road."""
    return await _crowd(address, pid, workers, _whole_talk)


async def echoes(address: str, pid: int, workers: int) -> Load:
    """The same client and as many requests, said to the bare application."""
    return await _crowd(address, pid, workers, _echo_talk)


async def sends_to_cards(server: Server, size: Size) -> list[float]:
    """Milliseconds from each press of [Send] to the desk's list with its card, in light load.

    Cards are told apart by their order: they come in the order of the presses.
    """
    async with drive.client() as http:
        ready = [await _ready(http, server.address) for _ in range(size.sends)]
        officer = Officer(http, server.address)
        await officer.enter(server.links[0])
        known = set(await officer.cards())
        pressed: list[float] = []
        seen: list[float] = []

        async def press() -> None:
            begun = perf_counter()
            async with asyncio.TaskGroup() as group:
                for at, worker in enumerate(ready):
                    until = begun + at / size.sends_per_second
                    await asyncio.sleep(max(0.0, until - perf_counter()))
                    pressed.append(perf_counter())
                    group.create_task(worker.press("send"))

        async with officer.watching() as events, asyncio.TaskGroup() as group:
            await events.readline()
            group.create_task(press())
            async with asyncio.timeout(60 + size.sends / size.sends_per_second):
                while len(seen) < size.sends:
                    if not (await events.readline()).startswith(b"event: changed"):
                        continue
                    fresh = set(await officer.cards()) - known
                    seen += [perf_counter()] * len(fresh)
                    known |= fresh
    return [(card - send) * 1000 for send, card in zip(pressed, seen, strict=True)]


def commits_sqlite(folder: Path, count: int) -> list[float]:
    """Milliseconds of one small durable transaction each, in a file of its own."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"):
        connection.execute(statement)
    connection.execute("CREATE TABLE bare (body BLOB)")
    taken = []
    for _ in range(count):
        begun = perf_counter()
        connection.execute("INSERT INTO bare VALUES (?)", (_PAYLOAD,))
        taken.append((perf_counter() - begun) * 1000)
    connection.close()
    return taken


async def commits_postgresql(url: str, count: int) -> list[float]:
    """The same in a table of its own."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute("CREATE TABLE bare (body bytea)")
        taken = []
        for _ in range(count):
            begun = perf_counter()
            await connection.execute("INSERT INTO bare VALUES ($1)", _PAYLOAD)
            taken.append((perf_counter() - begun) * 1000)
        await connection.execute("DROP TABLE bare")
    finally:
        await connection.close()
    return taken


async def starts(server: Server, count: int) -> float:
    """Seconds from starting the program on an existing database to the first 200 of /health."""
    taken = []
    for _ in range(count):
        async with product.serving(server):
            taken.append(server.start_seconds)
            await server.stop()
    return median(taken)


async def bare_imports(count: int) -> float:
    """Seconds that Python needs to start and import the two largest libraries."""
    taken = []
    for _ in range(count):
        begun = perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "import aiohttp, sqlalchemy"
        )
        await process.wait()
        taken.append(perf_counter() - begun)
    return median(taken)


@asynccontextmanager
async def echo() -> AsyncIterator[tuple[str, int]]:
    """The bare application as a process of its own: its address and process id."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-m", "tests.bench.echo", "0",
        cwd=product.ROOT, env=services.environment(), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        yield line[line.index("http") :].split()[0], process.pid
    finally:
        process.terminate()
        await process.wait()


async def to_review(worker: Worker) -> None:
    """From the start to the review, where [Send] is."""
    await worker.reach_story("wages", _PLACE)
    await worker.tell(_STORY)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def _crowd(
    address: str, pid: int, workers: int, talk: Callable[[Worker], Awaitable[None]]
) -> Load:
    most, done = 0, False

    async def watch() -> None:
        nonlocal most
        while not done:
            most = max(most, product.resident_bytes(pid))
            await asyncio.sleep(0.1)

    async with drive.client(workers) as http, asyncio.TaskGroup() as group:
        everybody = [Worker(http, address) for _ in range(workers)]
        group.create_task(watch())
        begun = perf_counter()
        await asyncio.gather(*(talk(worker) for worker in everybody))
        seconds = perf_counter() - begun
        done = True
    return Load(sum(worker.turns for worker in everybody) / seconds, most)


async def _whole_talk(worker: Worker) -> None:
    """Eight answers: report, category, danger, place, story, check, skip, send."""
    await to_review(worker)
    await worker.press("check")
    await worker.press("skip")
    page = await worker.press("send")
    if "open_thread" not in page.choices:
        raise Unexpected("a tip was not received")


async def _echo_talk(worker: Worker) -> None:
    for _ in range(8):
        await worker.tell(_STORY)


async def _ready(http: aiohttp.ClientSession, address: str) -> Worker:
    worker = Worker(http, address)
    await to_review(worker)
    return worker
