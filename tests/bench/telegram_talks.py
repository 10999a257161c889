"""Updates a second through the webhook: whole tips in the real product, and bare echoes beside it.

All sides are measured in turns, several times, so that a busy machine is busy for all of them.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import random
from statistics import median
from time import perf_counter

from aiohttp.test_utils import unused_port
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import create_async_engine

from storage.tables import tips
from tests import product, services
from tests.bench.telegram_far import CONNECTIONS, SECRET, TOKEN, Far, Phone, hook, open_far
from tests.bench.wire import Asker
from tests.drive import Unexpected
from tests.product import Server

_STORY = "Hai tháng nay xưởng may chưa trả lương cho công nhân ở chuyền. "
_PLACE = "phường Bàn Thạch"
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PRODUCT, _DEFAULTS = "product", "defaults"
_BARE = ("echo", _DEFAULTS, "none")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. `talkers` are enough to keep the product busy although it says only one
    thing a second to each of them; an echo needs no more people than connections, and the library
    as it comes is so slow that few are enough. Talks begin within `mixing_seconds`, so that at
    every moment some are at their beginning and some at their end.
    """

    talkers: int = 400
    echoers: int = CONNECTIONS
    patient: int = 32
    rounds: int = 3
    mixing_seconds: float = 12.0
    warm_seconds: float = 2.0
    seconds: float = 6.0


QUICK = Size(
    talkers=4,
    echoers=4,
    patient=2,
    rounds=1,
    mixing_seconds=0.0,
    warm_seconds=0.0,
    seconds=0.5,
)


@dataclass(frozen=True, slots=True)
class Rate:
    """What one side did, by the median of its rounds."""

    updates_per_second: float
    cpu_us_per_update: float


@dataclass(frozen=True, slots=True)
class Sides:
    """All sides with the same delay: the product, the bare `echo`, the library by its `defaults`,
    and `none`: a bot without a library, which is as much as could be measured here. `tips` were
    filed by whole talks, and `again` updates had to be brought once more, in the whole run.
    """

    rates: dict[str, Rate]
    tips: int
    again: int


@dataclass(slots=True)
class Crowd:
    """People who talk with one bot whenever the gate is open; who has finished comes as another."""

    far: Far
    hook: Asker
    pid: int
    size: int
    talk: Callable[[Phone, "Crowd"], Awaitable[None]]
    updates: int = 0
    tips: int = 0
    asking: int = 0
    mixing_seconds: float = 0.0
    filed: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    quiet: asyncio.Event = field(default_factory=asyncio.Event)
    samples: dict[float, list[Rate]] = field(default_factory=dict)

    async def live(self) -> None:
        """Talk for ever."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self.size):
                group.create_task(self._person())

    async def step(self, do: Callable[[str], Awaitable[None]], what: str) -> None:
        """One update, and its answer."""
        while not self.gate.is_set():
            await self.gate.wait()
            # Who waited at a gate would go on in step with all others.
            await asyncio.sleep(random())
        self.asking += 1
        self.quiet.clear()
        await do(what)
        self.updates += 1
        self.asking -= 1
        if not self.asking:
            self.quiet.set()

    async def measure(self, size: Size) -> None:
        """One round at the present delay."""
        self.gate.set()
        await asyncio.sleep(size.warm_seconds)
        begun, cpu, updates = perf_counter(), cpu_seconds(self.pid), self.updates
        await asyncio.sleep(size.seconds)
        while self.updates == updates:  # noqa: ASYNC110 - a slow machine; hardly ever
            await asyncio.sleep(0.05)
        taken, used = perf_counter() - begun, cpu_seconds(self.pid) - cpu
        done = self.updates - updates
        rate = Rate(done / taken, used / done * 1_000_000)
        self.samples.setdefault(self.far.delay, []).append(rate)
        await self._hush()

    async def mix(self) -> None:
        """Let everybody come in, and get on."""
        self.gate.set()
        await asyncio.sleep(1.5 * self.mixing_seconds)
        await self._hush()

    async def finish(self) -> None:
        """Make sure that somebody has filed a tip."""
        self.gate.set()
        await self.filed.wait()
        await self._hush()

    async def _hush(self) -> None:
        self.gate.clear()
        if self.asking:
            await self.quiet.wait()

    async def _person(self) -> None:
        await self.gate.wait()
        await asyncio.sleep(random() * self.mixing_seconds)
        while True:
            phone = Phone(self.far, self.hook)
            await self.talk(phone, self)
            phone.leave()


async def whole_tip(phone: Phone, crowd: Crowd) -> None:
    """From /start to the receipt: ten or eleven updates."""
    await crowd.step(phone.say, "/start")
    for name in ("report", "wages", "danger_no"):
        await crowd.step(phone.press, name)
    await crowd.step(phone.say, _PLACE)
    if "place0" in phone.choices:
        await crowd.step(phone.press, "place0")
    await crowd.step(phone.say, _STORY * 6)
    for name in ("skip_all", "check", "skip", "send"):
        await crowd.step(phone.press, name)
    if "open_thread" not in phone.choices:
        raise Unexpected("a tip was not received")
    crowd.tips += 1
    crowd.filed.set()


async def one_word(phone: Phone, crowd: Crowd) -> None:
    """What an echo is told."""
    await crowd.step(phone.say, _STORY)


async def measured(server: Server, delays: list[float], size: Size) -> dict[float, Sides]:
    """The figures by the seconds after which the Bot API answers; `server` has its database and is
    not running.
    """
    async with AsyncExitStack() as stack:
        far = await stack.enter_async_context(open_far())
        crowds = {name: await stack.enter_async_context(_crowd(far, name, size)) for name in _BARE}
        crowds[_PRODUCT] = await stack.enter_async_context(_product_crowd(server, far, size))
        before = await _tips_in(server.database_url)
        async with asyncio.TaskGroup() as group:
            lives = [group.create_task(each.live()) for each in crowds.values()]
            await crowds[_PRODUCT].mix()
            for _ in range(size.rounds):
                for far.delay in delays:
                    for each in crowds.values():
                        await each.measure(size)
            await crowds[_PRODUCT].finish()
            for life in lives:
                life.cancel()
        if not 0 < crowds[_PRODUCT].tips == await _tips_in(server.database_url) - before:
            raise Unexpected("not every talk has filed its tip")
        return {delay: _summary(crowds, delay) for delay in delays}


def cpu_seconds(pid: int) -> float:
    """What all threads of a process have used of the processors, as Linux tells it."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


def _summary(crowds: dict[str, Crowd], delay: float) -> Sides:
    rates = {
        name: Rate(
            median(each.updates_per_second for each in crowd.samples[delay]),
            median(each.cpu_us_per_update for each in crowd.samples[delay]),
        )
        for name, crowd in crowds.items()
    }
    return Sides(rates, crowds[_PRODUCT].tips, crowds[_PRODUCT].far.again)


async def _tips_in(url: str) -> int:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            count = await connection.execute(select(func.count()).select_from(tips))
            return int(count.scalar_one())
    finally:
        await engine.dispose()


@asynccontextmanager
async def _crowd(far: Far, kind: str, size: Size) -> AsyncIterator[Crowd]:
    """A bare bot as a process of its own, and the people who talk with it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-m", "tests.bench.telegram_bots", kind, far.address,
        cwd=product.ROOT, env=services.environment(), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        way = hook((await process.stdout.readline()).decode().strip())
        people = size.patient if kind == _DEFAULTS else size.echoers
        yield Crowd(far, way, process.pid, people, one_word)
        way.close()
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def _product_crowd(server: Server, far: Far, size: Size) -> AsyncIterator[Crowd]:
    port = unused_port()
    server.settings = {
        "TIENGTHO_TELEGRAM_TOKEN": TOKEN,
        "TIENGTHO_TELEGRAM_API_URL": far.address,
        "TIENGTHO_TELEGRAM_MODE": "webhook",
        "TIENGTHO_TELEGRAM_WEBHOOK_SECRET": SECRET,
        "TIENGTHO_WEB_PORT": str(port),
        "TIENGTHO_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    async with product.serving(server):
        assert server.process is not None
        await far.hooked.wait()
        assert far.hook is not None
        pid, mixing = server.process.pid, size.mixing_seconds
        yield Crowd(far, far.hook, pid, size.talkers, whole_tip, mixing_seconds=mixing)
        far.hook.close()
        await server.stop()
