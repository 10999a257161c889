"""The month of a bot: bulletins stop first, nothing is counted too low, each level is told once."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.channels.zalo_bot.quota import Quota
from bot.logs import Event
from bot.pace import Lane
from bot.plan import BASIC, Plan
from storage import quotas
from storage.database import Database
from tests import desk_world
from tests.tip_world import Clock

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
SMALL = Plan(monthly_messages=100)


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


def quota(made: Database, plan: Plan = SMALL, clock: Clock | None = None) -> Quota:
    return Quota(made, 7, clock or Clock(), ZONE, plan)


async def used(made: Database, month: date = NOVEMBER) -> int:
    async with made.read() as tx:
        return await quotas.used(tx, 7, month)


async def taken(of: Quota, lane: Lane, most: int = 1_000) -> int:
    """How many messages it lets go, one after the other."""
    for number in range(most):
        if not await of.take(lane):
            return number
    return most


def test_the_free_plan_is_what_its_source_says() -> None:
    assert (BASIC.monthly_messages, BASIC.most_subscribers, BASIC.bulk_messages) == (3000, 50, 2400)
    assert [BASIC.level(each) for each in (0, 2099, 2100, 2549, 2550, 2850, 3000, 4000)] == [
        *(0, 0, 70, 70, 85, 95, 95, 95)
    ]
    assert BASIC.percent(2999) == 99


async def test_bulletins_stop_at_four_fifths_and_talks_at_the_end(made: Database) -> None:
    mine = quota(made)
    assert await taken(mine, Lane.BULK) == 80
    assert not await mine.may_send(Lane.BULK)
    assert await mine.may_send(Lane.TALK, 20)
    assert not await mine.may_send(Lane.TALK, 21)
    assert not await mine.take(Lane.TALK, 21)
    assert await mine.state() == (80, NOVEMBER)
    assert await taken(mine, Lane.TALK) == 20
    assert await mine.state() == (100, NOVEMBER)
    assert not await mine.may_send(Lane.TALK)


async def test_talks_eat_what_bulletins_may_use(made: Database) -> None:
    mine = quota(made)
    assert await taken(mine, Lane.TALK, 90) == 90
    assert not await mine.take(Lane.BULK)
    assert await mine.take(Lane.TALK)


async def test_asking_counts_nothing(made: Database) -> None:
    mine = quota(made)
    for _ in range(50):
        assert await mine.may_send(Lane.TALK, 100)
    assert await mine.state() == (0, NOVEMBER)
    assert await used(made) == 0


async def test_a_block_is_written_before_it_is_used_so_a_crash_counts_too_many(
    made: Database,
) -> None:
    crashed = quota(made)
    await crashed.take(Lane.TALK)
    assert await used(made) == 20
    await taken(crashed, Lane.TALK, 20)
    assert await used(made) == 40
    after = quota(made)
    assert await after.state() == (40, NOVEMBER)


async def test_who_stops_in_order_gives_back_what_was_not_used(made: Database) -> None:
    for number in range(1, 4):
        mine = quota(made)
        await mine.take(Lane.TALK)
        await mine.close()
        await mine.close()
        assert await used(made) == number


async def test_what_has_not_left_is_put_back(made: Database) -> None:
    mine = quota(made)
    assert await mine.take(Lane.BULK, 80)
    mine.put_back(2)
    assert await mine.state() == (78, NOVEMBER)
    assert await mine.take(Lane.BULK, 2)
    assert not await mine.take(Lane.BULK)


async def test_a_message_of_many_parts_goes_as_a_whole_or_not_at_all(made: Database) -> None:
    mine = quota(made)
    assert await mine.take(Lane.TALK, 33)
    assert not await mine.take(Lane.TALK, 68)
    assert await mine.take(Lane.TALK, 67)
    assert await mine.state() == (100, NOVEMBER)


async def test_several_processes_together_never_send_more_than_the_month(made: Database) -> None:
    crowd = [quota(made) for _ in range(4)]
    chance = random.Random(4711)

    async def send(mine: Quota) -> int:
        lanes = [chance.choice((Lane.TALK, Lane.BULK)) for _ in range(40)]
        return sum([await mine.take(lane) for lane in lanes])

    sent = sum(await asyncio.gather(*(send(each) for each in crowd)))
    assert 20 < sent <= 100
    for each in crowd:
        await each.close()
    assert await used(made) == sent
    # What the others gave back is there for who asks again.
    assert sent + await taken(crowd[0], Lane.TALK) == 100


async def test_who_looked_before_the_others_took_everything_sends_nothing(made: Database) -> None:
    late, quick = quota(made), quota(made)
    assert await late.may_send(Lane.TALK)
    assert await quick.take(Lane.TALK, 100)
    assert not await late.take(Lane.TALK)


async def test_the_month_begins_in_viet_nam(made: Database) -> None:
    clock = Clock(datetime(2026, 11, 30, 16, 59, tzinfo=UTC))
    mine = quota(made, clock=clock)
    assert await taken(mine, Lane.TALK) == 100
    assert mine.seconds_to_next_month(clock()) == 60
    clock.turn(seconds=59)
    assert not await mine.may_send(Lane.TALK)
    clock.turn(seconds=1)
    assert await mine.may_send(Lane.BULK)
    assert await mine.take(Lane.BULK)
    assert await mine.state() == (1, DECEMBER)
    mine.put_back()
    assert await mine.state() == (0, DECEMBER)
    assert mine.seconds_to_next_month(clock()) == timedelta(days=31).total_seconds()


async def test_what_is_left_of_an_old_block_is_not_used_in_the_new_month(made: Database) -> None:
    clock = Clock(datetime(2026, 11, 30, 16, 59, tzinfo=UTC))
    mine = quota(made, clock=clock)
    await mine.take(Lane.TALK)
    clock.turn(minutes=1)
    mine.put_back()  # of a message of the old month
    await mine.take(Lane.TALK)
    assert await mine.state() == (1, DECEMBER)
    assert (await used(made), await used(made, DECEMBER)) == (20, 20)


async def test_each_level_is_told_once_whoever_reaches_it(
    made: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="tiengtho")
    one, two = quota(made), quota(made)
    for _ in range(50):
        await one.take(Lane.TALK)
        await two.take(Lane.TALK)
    lines = [vars(each)["tiengtho_line"] for each in caplog.records if each.name == "tiengtho"]
    told = [line for line in lines if line.event is Event.QUOTA_LEVEL]
    assert [line.numbers for line in told] == [
        {"percent": level, "account": 7} for level in (70, 85, 95)
    ]
    assert {each.levelname for each in caplog.records if each.name == "tiengtho"} == {"WARNING"}
