"""Retention is killed inside a transaction: what it had done is whole, and the rest goes on."""

import asyncio
import signal
import sys
from datetime import timedelta

from storage import installation, retention, stored, tips
from storage.database import Database
from storage.retention import LONGEST, Report
from storage.tables import chunks, tombstones, wraps
from storage.tables import tips as tips_table
from tests import databases, desk_world, product, services
from tests.desk_world import NOW, STORY
from tests.tip_world import OTHER_PHOTO, count, end, file, new_tip

TODAY = NOW.date()


async def test_retention_that_is_killed_leaves_no_half_a_tip(database_url: str) -> None:
    master = await databases.prepare(database_url, desk_world.fill)
    made, filed = Database(database_url), [new_tip() for _ in range(5)]
    await installation.open_with(made, master)
    for new in filed:
        await end(made, await file(made, new), TODAY - timedelta(days=90))
    staying = new_tip()
    await file(made, staying, [OTHER_PHOTO])
    pieces = await count(made, chunks)
    await made.close()

    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.retainer", database_url, master.hex(), str(TODAY),
        cwd=product.ROOT, env=services.environment(),
    )  # fmt: skip
    assert await child.wait() == -signal.SIGKILL

    made = Database(database_url)
    try:
        await installation.open_with(made, master)
        assert await count(made, tombstones) == 2
        assert await count(made, tips_table) == 4
        assert await count(made, wraps) == 4 * stored.WRAPS_AT_LEAST
        async with made.read() as tx:
            threads = [await tips.read_thread(tx, new.key) for new in (*filed, staying)]
        whole = [thread for thread in threads if thread is not None]
        assert len(whole) == 4
        assert all(thread.entries[0].words == STORY for thread in whole)
        assert await retention.run(made, TODAY, LONGEST) == Report(destroyed=3)
        assert await count(made, tips_table) == 1
        assert await count(made, chunks) == pieces
    finally:
        await made.close()
