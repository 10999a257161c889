"""A bot's month in the database: blocks add up for everybody, and each level is told once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date

import pytest

from storage import quotas
from storage.database import Database
from tests import desk_world

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def take(made: Database, block: int = 20, account: int = 1, month: date = NOVEMBER) -> int:
    async with made.write() as tx:
        return await quotas.take(tx, account, month, block)


async def test_blocks_add_up_by_account_and_month(made: Database) -> None:
    assert await take(made) == 20
    assert await take(made, 5) == 25
    assert await take(made, account=2) == 20
    assert await take(made, month=DECEMBER) == 20
    assert await take(made, -7) == 18
    async with made.read() as tx:
        assert await quotas.used(tx, 1, NOVEMBER) == 18
        assert await quotas.used(tx, 1, DECEMBER) == 20
        assert await quotas.used(tx, 3, NOVEMBER) == 0


async def test_of_several_who_take_at_once_each_gets_a_block_of_its_own(made: Database) -> None:
    taken = await asyncio.gather(*(take(made) for _ in range(8)))
    assert sorted(taken) == [20 * each for each in range(1, 9)]


async def test_each_level_is_told_exactly_once_a_month(made: Database) -> None:
    async def tell(level: int, month: date = NOVEMBER) -> bool:
        async with made.write() as tx:
            return await quotas.tell(tx, 1, month, level)

    assert not await tell(70)  # nothing was taken yet
    await take(made)
    assert await tell(70)
    assert not await tell(70)
    at_once = await asyncio.gather(*(tell(85) for _ in range(5)))
    assert sorted(at_once) == [False] * 4 + [True]
    assert not await tell(70)
    await take(made)
    assert not await tell(85)
    assert await tell(95)
    await take(made, month=DECEMBER)
    assert await tell(70, DECEMBER)
