"""The figures of the sending engine, each beside what it is held against.

What sends is the program itself, but for the planning; the far side and all others are processes of
their own. Everything that is compared is measured in turns.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any, Protocol

from tests import product
from tests.bench import bulletins_planning, measuring
from tests.bench.bulletins_far import Arrivals, Far, child, open_far, until
from tests.bench.bulletins_house import Hall, Watch, at_work, cpu_seconds, open_hall
from tests.bench.wire import Asker
from tests.drive import Unexpected

NAMES = (
    "plan_1m",
    "cpu_1000",
    "pace_30",
    "pace_1000",
    "send_vs_ptb",
    "send_vs_raw",
    "memory_1m",
    "bytes_per_delivery",
    "reply_latency",
)
_AT_1000 = {"cpu_1000", "pace_1000", "memory_1m", "reply_latency"}
_UNPACED = {"send_vs_ptb", "send_vs_raw", "bytes_per_delivery"}
_LIMITLESS = 10_000
"""A pace that no machine reaches with this."""
_SLOW, _FAST = 30, 1000
_RAW_AT_ONCE = 64
_MEGABYTE = 1024 * 1024
_REST_SECONDS = 2.0
_FEWEST = 5
"""So few tell nothing of a pace."""
_PATIENCE_SECONDS = 120.0


class Bench(Protocol):
    """What is wanted, on which database, and where to tell it."""

    @property
    def names(self) -> frozenset[str]: ...
    @property
    def size(self) -> measuring.Size: ...
    @property
    def database(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def folder(self) -> Path: ...

    def say(
        self,
        name: str,
        value: float,
        unit: str,
        against: float,
        what: str,
        quantile: str = "",
        **beside: object,
    ) -> None:
        """Print one figure, if it is wanted."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: `sealed` of the subscribers can be sent to."""

    subscribers: int = 1_000_000
    sealed: int = 90_000
    plans: int = 3
    steady_seconds: float = 30.0
    slow_seconds: float = 20.0
    limiter_seconds: float = 10.0
    people: int = 200
    people_per_second: float = 10.0
    rounds: int = 3
    unpaced: int = 10_000
    compared: int = 800
    pools: tuple[int, ...] = (4, 16)


QUICK = Size(
    subscribers=6_000,
    sealed=5_000,
    plans=1,
    steady_seconds=0.5,
    slow_seconds=1.0,
    limiter_seconds=0.5,
    people=4,
    people_per_second=10.0,
    rounds=1,
    unpaced=600,
    compared=100,
    pools=(4,),
)


async def measure_bulletins(bench: Bench) -> None:
    """All wanted figures on one database, which the program has made and is not running on."""
    if not bench.names & set(NAMES):
        return
    is_quick = bench.size is measuring.QUICK
    size = QUICK if is_quick else Size()
    async with open_far() as far, open_hall(bench.folder, bench.url, far) as hall:
        await hall.crowd(size.subscribers, size.sealed)
        if "plan_1m" in bench.names:
            await _plan(bench, hall, size)
        if is_quick and bench.database != "sqlite":
            return
        if bench.names & _AT_1000:
            await _at_1000(bench, hall, size)
        if "pace_30" in bench.names and bench.database == "sqlite":
            await _at_30(bench, hall, size)
        if bench.names & _UNPACED:
            await _unpaced(bench, hall, size)


async def _plan(bench: Bench, hall: Hall, size: Size) -> None:
    found = await bulletins_planning.measured(hall, size.subscribers, size.plans)
    bench.say(
        "plan_1m",
        found.first_seconds,
        "s",
        found.statement_seconds,
        "one INSERT … SELECT of a row for each subscriber",
        subscribers=size.subscribers,
        planned_s=round(found.whole_seconds, 3),
        block_ms=round(found.block_ms, 1),
        block_gate_ms=round(found.gate_ms, 1),
        block_process_ms=round(found.process_ms, 1),
        block_quiet_ms=round(found.quiet_ms, 1),
        against_block_ms=round(found.statement_ms, 1),
    )


# 1,000 and 30 a second


@dataclass(frozen=True, slots=True)
class _Steady:
    """A while of even sending: the share of a core, and what came."""

    cpu: float
    arrivals: Arrivals


async def _at_1000(bench: Bench, hall: Hall, size: Size) -> None:
    bare, library = await _bare(hall.far, size), await _limiter(hall.far, _FAST, size)
    async with at_work(hall, _FAST) as pid:
        hook = await hall.far.hook()
        await asyncio.sleep(_REST_SECONDS)
        quiet = await _answers(hall.far, hook, size, first=1)
        await asyncio.sleep(_REST_SECONDS)
        idle = product.resident_bytes(pid)
        watch = Watch(pid, most_bytes=idle)
        async with asyncio.TaskGroup() as group:
            group.create_task(watch.memory())
            sending = await hall.begin(size.subscribers)
            steady = await _steady(hall.far, watch, _FAST, size.steady_seconds)
            busy = await _answers(hall.far, hook, size, first=10_000)
            watch.stop()
        await hall.end(sending)
        sent = await hall.recorded(sending)
        hook.close()
    bench.say(
        "cpu_1000",
        steady.cpu,
        "cores",
        bare.cpu,
        "a bare aiohttp loop at 1,000 a second that writes nothing down",
        per_second=round(steady.arrivals.per_second, 1),
        us_each=round(steady.cpu / steady.arrivals.per_second * 1_000_000),
        against_per_second=round(bare.arrivals.per_second, 1),
        against_us_each=round(bare.cpu / bare.arrivals.per_second * 1_000_000),
    )
    _say_pace(bench, "pace_1000", steady.arrivals, _FAST, library)
    bench.say(
        "memory_1m",
        (watch.most_bytes - idle) / _MEGABYTE,
        "MB",
        idle / _MEGABYTE,
        "the idle program",
        subscribers=size.subscribers,
        sent=sent,
    )
    bench.say(
        "reply_latency",
        measuring.quantile(busy, 0.99),
        "ms",
        measuring.quantile(quiet, 0.99),
        "p99 while no bulletin is sent",
        "p99",
        p50=round(median(busy), 1),
        against_p50=round(median(quiet), 1),
        answers=len(busy),
    )


async def _at_30(bench: Bench, hall: Hall, size: Size) -> None:
    library = await _limiter(hall.far, _SLOW, size)
    async with at_work(hall, _SLOW) as pid:
        sending = await hall.begin(size.subscribers)
        steady = await _steady(hall.far, Watch(pid), _SLOW, size.slow_seconds)
        await hall.end(sending)
    _say_pace(bench, "pace_30", steady.arrivals, _SLOW, library)


def _say_pace(bench: Bench, name: str, ours: Arrivals, limit: int, library: Arrivals) -> None:
    bench.say(
        name,
        ours.per_second / limit,
        "share",
        library.per_second / limit,
        "python-telegram-bot's AIORateLimiter over the same transport",
        worst_second=ours.worst_second,
        refusals=ours.refusals,
        against_worst_second=library.worst_second,
        against_refusals=library.refusals,
    )


async def _steady(far: Far, watch: Watch, per_second: int, seconds: float) -> _Steady:
    """From the first message on: everything is counted, a slow beginning and a burst too."""
    await far.reset(limit=per_second)
    await far.until(1, _PATIENCE_SECONDS)
    watch.start()
    await asyncio.sleep(seconds)
    await far.until(_FEWEST, _PATIENCE_SECONDS)
    return _Steady(watch.share, await far.arrivals())


async def _answers(far: Far, hook: Asker, size: Size, *, first: int) -> list[float]:
    """Milliseconds from a person's word to the bot's answer, each of another person."""
    asked: dict[int, float] = {}

    async def ask(chat: int) -> None:
        asked[chat] = monotonic()
        if not await hook.post(_start(chat)):
            raise Unexpected("the bot took no update")

    async with asyncio.TaskGroup() as group:
        for chat in range(first, first + size.people):
            group.create_task(ask(chat))
            await asyncio.sleep(1 / size.people_per_second)

    async def is_answered() -> bool:
        return asked.keys() <= (await far.heard()).keys()

    await until(is_answered, _PATIENCE_SECONDS)
    heard = await far.heard()
    return [(heard[chat] - at) * 1000 for chat, at in asked.items()]


def _start(chat: int) -> bytes:
    person = {"id": chat, "is_bot": False, "first_name": "Worker", "language_code": "vi"}
    message = {
        "message_id": 1,
        "from": person,
        "chat": {"id": chat, "first_name": "Worker", "type": "private"},
        "date": 1795395600,
        "text": "/start",
        "entities": [{"offset": 0, "length": 6, "type": "bot_command"}],
    }
    return json.dumps({"update_id": chat, "message": message}).encode()


async def _bare(far: Far, size: Size) -> _Steady:
    count = round(_FAST * size.steady_seconds / 2)
    cpu, taken = await _other(far, "raw", count, _RAW_AT_ONCE, _FAST)
    return _Steady(cpu / (taken.last - taken.first), taken)


async def _limiter(far: Far, per_second: int, size: Size) -> Arrivals:
    count = round(per_second * size.limiter_seconds)
    _, taken = await _other(far, "limiter", count, _RAW_AT_ONCE, per_second, limit=per_second)
    return taken


# Without a pace


async def _unpaced(bench: Bench, hall: Hall, size: Size) -> None:
    ceiling = await hall.far.ceiling(size.unpaced)
    rates: dict[str, list[float]] = {name: [] for name in ("ours", "raw")}
    pools: dict[int, list[float]] = {pool: [] for pool in size.pools}
    cpu: dict[str, list[float]] = {name: [] for name in ("ours", "raw", "library")}
    before = await hall.bytes_of_sendings()
    async with at_work(hall, _LIMITLESS) as pid:
        await _ours(hall, pid, size.compared)
        for _ in range(size.rounds):
            for pool in size.pools:
                used, taken = await _other(hall.far, "library", size.compared, pool)
                pools[pool].append(taken.per_second)
                cpu["library"].append(used / size.compared)
            rate, used = await _ours(hall, pid, size.unpaced)
            rates["ours"].append(rate)
            cpu["ours"].append(used)
            used, taken = await _other(hall.far, "raw", size.unpaced, _RAW_AT_ONCE)
            rates["raw"].append(taken.per_second)
            cpu["raw"].append(used / size.unpaced)
    kept = await hall.bytes_of_sendings() - before
    beside: dict[str, Any] = {
        "cpu_us": {name: round(median(each) * 1_000_000) for name, each in cpu.items()},
        "ceiling": round(ceiling),
    }
    _say_unpaced(bench, rates, pools, beside)
    sent = size.compared + size.rounds * size.unpaced
    _, row = await bulletins_planning.statement(hall, size.subscribers)
    bench.say(
        "bytes_per_delivery",
        kept / sent,
        "bytes",
        row,
        "a bare row of a queue: sending, subscriber and state, without an outcome",
        deliveries=sent,
    )


def _say_unpaced(
    bench: Bench,
    rates: Mapping[str, Sequence[float]],
    pools: Mapping[int, Sequence[float]],
    beside: Mapping[str, Any],
) -> None:
    ours, pool = median(rates["ours"]), max(pools, key=lambda each: median(pools[each]))
    bench.say(
        "send_vs_ptb",
        ours,
        "messages/s",
        median(pools[pool]),
        "send_message of python-telegram-bot over its default transport, writing nothing down",
        pool=pool,
        **beside,
    )
    bench.say(
        "send_vs_raw",
        ours,
        "messages/s",
        median(rates["raw"]),
        "a bare aiohttp loop that posts ready bodies, writing nothing down",
        **beside,
    )


async def _ours(hall: Hall, pid: int, count: int) -> tuple[float, float]:
    """From the first arrival to the last outcome that is written: how many a second, and the
    processor seconds each.
    """
    await hall.far.reset()
    used = cpu_seconds(pid)
    sending = await hall.begin(count)
    await hall.far.until(count, _PATIENCE_SECONDS)
    done = await hall.until_recorded(sending, count, _PATIENCE_SECONDS)
    used = cpu_seconds(pid) - used
    taken = await hall.far.arrivals()
    await hall.end(sending)
    return count / (done - taken.first), used / count


async def _other(
    far: Far, kind: str, count: int, at_once: int, per_second: int = 0, *, limit: int = 0
) -> tuple[float, Arrivals]:
    """A bare sender's processor seconds, and what came of it."""
    await far.reset(limit=limit)
    told = (kind, far.address, count, at_once, per_second)
    async with child("tests.bench.bulletins_others", *told) as process:
        assert process.stdout is not None
        cpu = float(await process.stdout.readline())
        await process.wait()
    return cpu, await far.arrivals()
