"""The clock of the running house: bulletins begin when their time has come."""

from datetime import timedelta
from pathlib import Path

from bot import planning, serving
from broadcasts import timetable
from handlers.bulletins import Plan, Repeat, Run
from storage import bulletins
from tests.planning_world import ZONE, due, sent
from tests.players import open_house


async def test_a_tick_begins_what_is_due_and_brings_back_what_a_wrong_clock_put_off(
    database_url: str, tmp_path: Path
) -> None:
    async with open_house(database_url, tmp_path) as (house, clock):
        plan = Plan(clock.now + timedelta(days=1), Repeat.DAILY)
        told = await planning.schedule(house.database, "harassment", plan, None, clock.now, ZONE)
        key = told.split()[0]
        [(_, tick)] = [each for name, each in serving._ticks(house).items() if name == "due"]
        await tick()
        assert await sent(house.database, key) == ()

        clock.now += timedelta(days=1)
        await tick()
        await tick()
        assert [each.stage for each in await sent(house.database, key)] == [Run.SENDING]

        # Something put it off by a month; the clock goes back a little, and it is due tomorrow.
        away = clock.now + timedelta(days=30)
        async with house.database.write() as tx:
            await bulletins.set_next_due(tx, key, int(away.timestamp()))
        clock.now -= timedelta(seconds=5)
        await tick()
        assert await due(house.database, key) == timetable.next_time(plan, clock.now, ZONE)
        assert len(await sent(house.database, key)) == 1
