"""How long retention takes for thousands of tips, and how long a filing waits meanwhile.

The tips have a database of their own. What is held against it is deleting the same rows plainly, in
one transaction and by an index, on the same connection settings: no record is opened there, nothing
is counted, and whoever would file waits to its end.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import Any

from sqlalchemy import insert, select, text

from handlers.tips import Category, Outcome, Status
from storage import record, retention, tips
from storage.chance import random_bytes, random_id
from storage.database import Database, Tx
from storage.record import End, Record
from storage.retention import LONGEST
from storage.tables import parts, tallies, wraps
from storage.tables import tips as tips_table
from tests import desk_world, services
from tests.bench import measuring
from tests.bench.bulletins import Bench
from tests.bench.measuring import QUICK
from tests.drive import Unexpected
from tests.tip_world import new_tip

NAMES = ("retention", "retention_filing")
TIPS = 10_000
_QUICK_TIPS = 60
_TODAY = date(2026, 11, 30)
_PAUSE_SECONDS = 0.02
_QUIET_FILINGS = 50
_PARTS, _WRAPS = 3, 4
_KEPT = (tips_table, parts, wraps)


@dataclass(frozen=True, slots=True)
class _Taken:
    """Seconds of the job, and of plain deleting; milliseconds of filings in quiet and meanwhile."""

    job: float
    plain: float
    quiet: list[float]
    meanwhile: list[float]


async def measure(bench: Bench) -> None:
    """Both figures."""
    if not bench.names & set(NAMES):
        return
    count = _QUICK_TIPS if bench.size is QUICK else TIPS
    async with _database(bench) as made:
        taken = await _measured(made, count)
    bench.say(
        "retention",
        taken.job,
        "s",
        taken.plain,
        f"deleting the rows of the same {count} tips plainly, in one transaction",
        tips=count,
        tips_per_second=round(count / taken.job),
    )
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        bench.say(
            "retention_filing",
            measuring.quantile(taken.meanwhile, share),
            "ms",
            measuring.quantile(taken.quiet, share),
            "the same filings while nothing else is done",
            name,
            filings=len(taken.meanwhile),
        )


@asynccontextmanager
async def _database(bench: Bench) -> AsyncIterator[Database]:
    if bench.database == "sqlite":
        async with desk_world.database(f"sqlite+aiosqlite:///{bench.folder}/retention.db") as made:
            yield made
        return
    admin_url = services.postgresql_admin_url()
    assert admin_url is not None
    url = services.make_postgresql_database(admin_url)
    try:
        async with desk_world.database(url) as made:
            yield made
    finally:
        services.drop_postgresql_database(admin_url, url)


async def _measured(made: Database, count: int) -> _Taken:
    await _fill(made, count)
    plain = await _plainly(made)
    await _put_back(made)
    begun = perf_counter()
    await _retain(made, count)
    job = perf_counter() - begun
    await _put_back(made)
    quiet = [await _file(made) for _ in range(_QUIET_FILINGS)]
    meanwhile: list[float] = []
    async with asyncio.TaskGroup() as group:
        running = group.create_task(_retain(made, count))
        while not running.done():
            meanwhile.append(await _file(made))
            await asyncio.sleep(_PAUSE_SECONDS)
    return _Taken(job, plain, quiet, meanwhile)


async def _retain(made: Database, count: int) -> None:
    done = await retention.run(made, _TODAY, LONGEST)
    if done.destroyed != count:
        raise Unexpected("not all tips were destroyed")


async def _file(made: Database) -> float:
    now = datetime(2026, 11, 30, 19, tzinfo=UTC)
    begun = perf_counter()
    async with made.write() as tx:
        await tips.file(tx, new_tip(), (), day=now.date(), due=now)
    return (perf_counter() - begun) * 1000


async def _fill(made: Database, count: int) -> None:
    """Closed and counted tips that are due, and their rows once more beside them."""
    for at in range(0, count, 500):
        async with made.write() as tx:
            rows = [await _tip(tx) for _ in range(min(500, count - at))]
            await tx.run(insert(tips_table), rows)
            for table, each, size in ((parts, _PARTS, 1064), (wraps, _WRAPS, 83)):
                await tx.run(insert(table), _rows_of(rows, each, size))
    async with made.write() as tx:
        for table in _KEPT:
            await tx.run(text(f"CREATE TABLE kept_{table.name} AS SELECT * FROM {table.name}"))


def _rows_of(tips_: Sequence[Mapping[str, Any]], each: int, size: int) -> list[dict[str, Any]]:
    return [
        {"id": random_id(), "tip": tip["id"], "body": random_bytes(size)}
        for tip in tips_
        for _ in range(each)
    ]


async def _tip(tx: Tx) -> dict[str, Any]:
    tip, counted = random_id(), random_id()
    await tx.run(insert(tallies).values(id=counted, body=random_bytes(555)))
    known = Record(
        unit="north",
        readers=("north",),
        excluded=frozenset(),
        nickname="Cây tre xanh",
        category=Category.FIRE,
        place=None,
        danger=False,
        files=0,
        may_go_to_police=False,
        status=Status.CLOSED,
        outcome=Outcome.HANDLED,
        holder=None,
        triage_by=None,
        answer_on=_TODAY,
        answered=True,
        result_on=_TODAY,
        end=End(_PARTS, "0" * 64),
        closed_on=_TODAY - timedelta(days=90),
        tally=counted.hex(),
    )
    return {
        "id": tip,
        "locator": random_id(),
        "reporter": random_bytes(32),
        "reporter_wrap": random_bytes(83),
        "bell": random_bytes(1067),
        "record": record.seal(tx.keys, tip, known),
        "day": _TODAY,
    }


async def _put_back(made: Database) -> None:
    async with made.write() as tx:
        for table in _KEPT:
            await tx.run(text(f"INSERT INTO {table.name} SELECT * FROM kept_{table.name}"))
        row = await tx.row(select(tips_table.c.id).limit(1))
        assert row is not None
        tx.touched.add(bytes(row.id))


async def _plainly(made: Database) -> float:
    begun = perf_counter()
    async with made.write() as tx:
        for table, column in ((parts, "tip"), (wraps, "tip"), (tips_table, "id")):
            due = "(SELECT id FROM kept_tips)"
            await tx.run(text(f"DELETE FROM {table.name} WHERE {column} IN {due}"))
    return perf_counter() - begun
