"""From the moment a bulletin is due to the first message, at a million subscribers; and how long
others who write had to wait meanwhile.

`python -m tests.bench.bulletins_planning URL` is one of those others, a process of its own: it
writes a little all the time, and says how long that took whenever it is asked by a line.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic, perf_counter
from zoneinfo import ZoneInfo

from sqlalchemy import text

from bot import planning
from bot.bulletins.bulk import Bulk
from bot.bulletins.mailing import Mailing, OpenBulk
from bot.channels.telegram.bulk import TelegramBulk
from bot.pace import Limits, Pace
from broadcasts import tick
from handlers.bulletins import Plan
from storage import sendings
from storage.accounts import Account
from storage.atlas import of_the_program
from storage.database import Database
from storage.sendings import Sending
from tests.bench.bulletins_far import Far, child, until
from tests.bench.bulletins_house import LIBRARY, Hall
from tests.drive import Unexpected

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
_PAUSE_SECONDS = 0.005
_LOOK_SECONDS = 0.01
_QUIET_SECONDS = 1.0
_PATIENCE_SECONDS = 120
_ROW = "UPDATE bench_row SET value = value + 1"


@dataclass(frozen=True, slots=True)
class Planned:
    """Seconds until the first message, and until everybody was planned for; milliseconds of the
    longest write: through our own gate and from another process, while we planned; of anybody
    while nothing else happened; of anybody under the one statement that we are held against, and
    the seconds of that.
    """

    first_seconds: float
    whole_seconds: float
    gate_ms: float
    process_ms: float
    quiet_ms: float
    statement_seconds: float
    statement_ms: float

    @property
    def block_ms(self) -> float:
        """The longest that anybody waited."""
        return max(self.gate_ms, self.process_ms)


async def measured(hall: Hall, subscribers: int, rounds: int) -> Planned:
    """The median round; the longest waits are those of all rounds."""
    # As the program does when it starts.
    of_the_program()
    async with hall.database.write() as tx:
        await tx.run(text("CREATE TABLE bench_row (value INTEGER)"))
        await tx.run(text("INSERT INTO bench_row VALUES (0)"))
    async with _others(hall) as others:
        await asyncio.sleep(_QUIET_SECONDS)
        quiet = max(await others.longest())
        times, waits = [], []
        for number in range(rounds):
            times.append(await _round(hall, others, number))
            waits.append(await others.longest())
        seconds, _ = await statement(hall, subscribers)
        longest = max(await others.longest())
    async with hall.database.write() as tx:
        await tx.run(text("DROP TABLE bench_row"))
    first, whole = sorted(times)[len(times) // 2]
    gate, process = (max(found) for found in zip(*waits, strict=True))
    return Planned(first, whole, gate, process, quiet, seconds, longest)


async def _round(hall: Hall, others: "_Others", number: int) -> tuple[float, float]:
    """A bulletin is due; seconds until the first message left, and until all are planned for."""
    due = _NOON + timedelta(minutes=number)
    await planning.schedule(
        hall.database, LIBRARY, Plan(due), None, due - timedelta(seconds=30), ZONE
    )
    mailing = Mailing(hall.database, lambda: due, ZONE, of_the_program)
    mailing.send_over("telegram", _opener(hall.far))
    await hall.far.reset()
    async with asyncio.TaskGroup() as group:
        group.create_task(mailing.run())

        async def has_looked() -> bool:
            return mailing.looks > 0

        await until(has_looked, _PATIENCE_SECONDS, _LOOK_SECONDS)
        # What came before is no planning.
        await others.longest()
        begun = monotonic()
        await tick.tick(hall.database, due, ZONE, of_the_program())
        mailing.wake()
        sending = await _newest(hall)

        async def is_planned() -> bool:
            return (await _again(hall, sending)).is_planned

        await until(is_planned, _PATIENCE_SECONDS, _LOOK_SECONDS)
        whole = monotonic() - begun
        await hall.far.until(1, _PATIENCE_SECONDS)
        await hall.end(sending)
        mailing.stop()
    return (await hall.far.arrivals()).first - begun, whole


async def _newest(hall: Hall) -> Sending:
    async with hall.database.read() as tx:
        active = await sendings.active(tx)
    if len(active) != 1:
        raise Unexpected("the bulletin was not begun")
    return active[0]


async def _again(hall: Hall, sending: Sending) -> Sending:
    async with hall.database.read() as tx:
        found = await sendings.by_id(tx, sending.id)
    if found is None:
        raise Unexpected("the sending is gone")
    return found


async def statement(hall: Hall, count: int) -> tuple[float, float]:
    """What a queue with a row for each would do at first: seconds, and bytes a row."""
    without = " WITHOUT ROWID" if hall.database.is_sqlite else ""
    columns = "sending INTEGER, subscriber INTEGER, state SMALLINT"
    table = f"CREATE TABLE bench_queue ({columns}, PRIMARY KEY (sending, subscriber)){without}"
    async with hall.database.write() as tx:
        await tx.run(text(table))
    before = await hall.bytes_of("bench_queue")
    begun = monotonic()
    async with hall.database.write() as tx:
        await tx.run(
            text("INSERT INTO bench_queue SELECT 1, id, 0 FROM subscribers WHERE topics & 2 <> 0")
        )
    seconds = monotonic() - begun
    size = await hall.bytes_of("bench_queue") - before
    async with hall.database.write() as tx:
        await tx.run(text("DROP TABLE bench_queue"))
    return seconds, size / count


@dataclass(slots=True)
class _Others:
    """Two who write a little all the time: through our gate, and from another process."""

    process: asyncio.subprocess.Process
    mine: float = 0.0

    async def longest(self) -> tuple[float, float]:
        """Milliseconds of the longest write of each since the last time."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"\n")
        told = float(await self.process.stdout.readline())
        mine, self.mine = self.mine, 0.0
        return mine, told


@asynccontextmanager
async def _others(hall: Hall) -> AsyncIterator[_Others]:
    address = hall.server.database_url
    async with child("tests.bench.bulletins_planning", address) as process:
        others = _Others(process)
        assert process.stdout is not None
        await process.stdout.readline()

        async def write() -> None:
            while True:
                begun = perf_counter()
                async with hall.database.write() as tx:
                    await tx.run(text(_ROW))
                others.mine = max(others.mine, (perf_counter() - begun) * 1000)
                await asyncio.sleep(_PAUSE_SECONDS)

        async with asyncio.TaskGroup() as group:
            writing = group.create_task(write())
            yield others
            writing.cancel()


def _opener(far: Far) -> OpenBulk:
    def open_bulk(account: Account, token: str) -> AbstractAsyncContextManager[Bulk]:
        pace = Pace(Limits(bulk_per_second=account.per_second))
        return TelegramBulk(token, far.address, pace, account.per_second)

    return open_bulk


async def _write_on(url: str) -> None:
    """The other process."""
    database = Database(url)
    longest = 0.0
    await asyncio.sleep(0)
    print("ready", flush=True)
    engine = database.engine

    async def write() -> None:
        nonlocal longest
        while True:
            begun = perf_counter()
            async with engine.connect() as plain:
                connection = await plain.execution_options(immediate=True)
                async with connection.begin():
                    await connection.execute(text(_ROW))
            longest = max(longest, (perf_counter() - begun) * 1000)
            await asyncio.sleep(_PAUSE_SECONDS)

    async with asyncio.TaskGroup() as group:
        writing = group.create_task(write())
        while await asyncio.to_thread(sys.stdin.readline):
            print(longest, flush=True)
            longest = 0.0
        writing.cancel()
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(_write_on(sys.argv[1]))
