"""What expires within a month: each author is told of it once, whoever looks and however often."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

from broadcasts import expiry
from handlers.bulletins import Stage
from storage import bulletins, expiry_days
from storage.database import Database
from tests.planning_world import CONTENT, TODAY, written

LAST = date(2027, 1, 31)
DAY = timedelta(days=1)
FIRST_WARNED = LAST - 30 * DAY


async def untold(made: Database, today: date) -> list[str]:
    async with made.write() as tx:
        return [each.id for each in await expiry.take_untold(tx, today)]


async def test_each_is_told_once_thirty_days_before_its_last_day(made: Database) -> None:
    one = await written(made, replace(CONTENT, expires_on=LAST))
    await written(made, replace(CONTENT, expires_on=None))
    assert await untold(made, FIRST_WARNED - DAY) == []
    assert await untold(made, FIRST_WARNED) == [one.id]
    for day in range(3):
        assert await untold(made, FIRST_WARNED + day * DAY) == []


async def test_days_on_which_nothing_ran_are_made_up_for(made: Database) -> None:
    one = await written(made, replace(CONTENT, expires_on=LAST))
    assert await untold(made, TODAY) == []
    assert await untold(made, FIRST_WARNED + 9 * DAY) == [one.id]
    assert await untold(made, FIRST_WARNED + 10 * DAY) == []


async def test_of_two_processes_one_tells(made: Database) -> None:
    one = await written(made, replace(CONTENT, expires_on=LAST))
    both = await asyncio.gather(*(untold(made, FIRST_WARNED) for _ in range(2)))
    async with made.read() as tx:
        assert await expiry_days.told_until(tx) == FIRST_WARNED
    assert sorted(both) == [[], [one.id]]
    assert await untold(made, FIRST_WARNED) == []


async def test_what_is_deleted_or_over_its_time_is_nobodys_task(made: Database) -> None:
    gone = await written(made, replace(CONTENT, expires_on=LAST))
    sent = await written(made, replace(CONTENT, expires_on=LAST))
    await written(made, replace(CONTENT, expires_on=FIRST_WARNED - DAY))
    async with made.write() as tx:
        await bulletins.delete(tx, gone.id)
        await bulletins.set_stage(tx, sent.id, Stage.ENDED)
        found = await expiry.ending(tx, FIRST_WARNED)
    assert [each.id for each in found] == [sent.id]
