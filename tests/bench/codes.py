"""What it costs when people type receipt codes: a crowd of them at once, and a few without end.

Every code that is typed is one Argon2id job of 19 MiB. The program does two at once and lets others
wait: that bounds its memory, and the last of a crowd waits for everybody before.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import aiohttp

from storage.stretching import STRETCHES_AT_ONCE, Stretcher
from tests import drive
from tests.bench import measuring
from tests.bench.bulletins import Bench
from tests.bench.measuring import QUICK
from tests.drive import Unexpected, Worker
from tests.product import Server

NAMES = ("codes_memory", "codes_wait")
MOST_MEGABYTES = 400
"""What the server may take while `Size.people` type codes at once."""
_MEGABYTE = 1024 * 1024
_SALT = bytes(16)


@dataclass(frozen=True, slots=True)
class Size:
    """How many type a code at once, and how many bare jobs a typed one is held against."""

    people: int = 100
    jobs: int = 20


@dataclass(frozen=True, slots=True)
class Crowd:
    """Milliseconds that each waited, and the most memory of the server before and afterwards."""

    waits: Sequence[float]
    before_bytes: int
    after_bytes: int


async def measure(bench: Bench, server: Server) -> None:
    """Both figures, of a server that was just started."""
    if not bench.names & set(NAMES):
        return
    size = Size(people=6, jobs=2) if bench.size is QUICK else Size()
    bare = measuring.quantile(await bare_jobs(size.jobs), 0.5)
    crowd = await _typed_at_once(server, size.people)
    bench.say(
        "codes_memory",
        crowd.after_bytes / _MEGABYTE,
        "MB",
        crowd.before_bytes / _MEGABYTE,
        "the most that it had taken before anybody typed a code (children included)",
        people=size.people,
        target=MOST_MEGABYTES,
    )
    bench.say(
        "codes_wait",
        max(crowd.waits),
        "ms",
        bare * size.people / STRETCHES_AT_ONCE,
        f"as many bare Argon2id jobs of 19 MiB, {STRETCHES_AT_ONCE} at once",
        "slowest",
        people=size.people,
        p50=round(measuring.quantile(crowd.waits, 0.5)),
    )


async def bare_jobs(count: int) -> list[float]:
    """Milliseconds of each of `count` bare jobs, as many at once as the program does."""
    stretcher, taken = Stretcher(), []

    async def one_after_another() -> None:
        for _ in range(count // STRETCHES_AT_ONCE):
            begun = perf_counter()
            await stretcher.stretch("0" * 16, _SALT)
            taken.append((perf_counter() - begun) * 1000)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(STRETCHES_AT_ONCE):
                group.create_task(one_after_another())
    finally:
        stretcher.close()
    return taken


async def filed(http: aiohttp.ClientSession, address: str) -> str:
    """The receipt code of a tip that is filed for this."""
    worker = Worker(http, address)
    await measuring.to_review(worker)
    code = worker.page.code
    if "open_thread" not in (await worker.press("send")).choices:
        raise Unexpected("a tip was not received")
    return code


async def typing(http: aiohttp.ClientSession, address: str) -> Worker:
    """Somebody before the field for a code."""
    worker = Worker(http, address)
    await worker.open()
    await worker.press("code")
    return worker


async def type_code(worker: Worker, code: str) -> float:
    """Type it; the milliseconds until the thread stands there."""
    begun = perf_counter()
    page = await worker.say(code)
    taken = (perf_counter() - begun) * 1000
    if "add_words" not in page.choices:
        raise Unexpected(f"a code opened no thread: {page.choices}")
    return taken


@asynccontextmanager
async def typed_all_the_time(address: str, typists: int) -> AsyncIterator[list[float]]:
    """So many type their codes again and again; the milliseconds that each time took so far."""
    taken: list[float] = []

    async def again_and_again(worker: Worker, code: str) -> None:
        while True:
            taken.append(await type_code(worker, code))

    async with drive.client(typists) as http, asyncio.TaskGroup() as group:
        tasks = []
        for _ in range(typists):
            code = await filed(http, address)
            tasks.append(group.create_task(again_and_again(await typing(http, address), code)))
        yield taken
        for task in tasks:
            task.cancel()


async def _typed_at_once(server: Server, people: int) -> Crowd:
    assert server.process is not None
    pid = server.process.pid
    async with drive.client(people) as http:
        code = await filed(http, server.address)
        everybody = [await typing(http, server.address) for _ in range(people)]
        before = most_bytes(pid)
        waits = await asyncio.gather(*(type_code(worker, code) for worker in everybody))
        return Crowd(waits, before, most_bytes(pid))


def most_bytes(pid: int) -> int:
    """The most resident memory that a process has had, with that of its living children."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    own = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return int(own.split()[1]) * 1024 + sum(most_bytes(int(child)) for child in children)
