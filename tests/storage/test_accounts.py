"""Channel accounts: their tokens are sealed, and one process at a time sends over each."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from storage import accounts
from storage.accounts import Account
from storage.crypto import Unopenable
from storage.database import Database
from storage.tables import accounts as table
from tests import desk_world

TOKEN, OTHER = "123456:AAbbCCddEEff", "654321:ZZyyXXwwVVuu"
ONE, TWO = b"1" * 16, b"2" * 16


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def account(made: Database, name: str = "telegram") -> Account:
    async with made.write() as tx:
        added = await accounts.add(tx, name, "telegram", TOKEN)
    assert added is not None
    return added


async def lease(made: Database, key: int, holder: bytes, now_ms: int) -> int | None:
    async with made.write() as tx:
        return await accounts.lease(tx, key, holder, now_ms, 10)


async def test_an_account_is_added_once_under_its_name_and_found_again(made: Database) -> None:
    first = await account(made)
    assert first == Account(1, "telegram", "telegram", enabled=True, per_second=30)
    async with made.write() as tx:
        assert await accounts.add(tx, "telegram", "telegram", OTHER) is None
        second = await accounts.add(tx, "second", "telegram", OTHER, per_second=1000)
        assert await accounts.every(tx) == (first, second)
        assert await accounts.by_name(tx, "second") == second
        assert await accounts.by_id(tx, first.id) == first
        assert await accounts.by_id(tx, 99) is None
        assert await accounts.token_of(tx, first.id) == TOKEN
        assert await accounts.token_of(tx, 99) is None


async def test_the_token_of_the_settings_is_the_first_account_and_may_change(
    made: Database,
) -> None:
    async with made.write() as tx:
        first = await accounts.ensure_first(tx, "telegram", TOKEN)
    async with made.write() as tx:
        assert await accounts.ensure_first(tx, "telegram", OTHER) == first
        assert await accounts.token_of(tx, first.id) == OTHER
        assert await accounts.every(tx) == (first,)
        await accounts.disable(tx, "telegram")
        assert not (await accounts.ensure_first(tx, "telegram", OTHER)).enabled


async def test_of_many_processes_that_start_at_once_each_gets_the_same_account(
    made: Database,
) -> None:
    async def start() -> Account:
        async with made.write() as tx:
            return await accounts.ensure_first(tx, "telegram", TOKEN)

    started = await asyncio.gather(*(start() for _ in range(5)))
    assert len(set(started)) == 1


async def test_a_token_is_sealed_and_opens_only_where_it_belongs(made: Database) -> None:
    await account(made)
    await account(made, "second")
    async with made.write() as tx:
        rows = await tx.rows(select(table).order_by(table.c.id))
        bodies = [bytes(row.body) for row in rows]
        assert not any(part.encode() in body for body in bodies for part in TOKEN.split(":"))
        assert len({len(body) for body in bodies}) == 1
        await tx.run(table.update().where(table.c.id == 2).values(body=bodies[0]))
        with pytest.raises(Unopenable):
            await accounts.token_of(tx, 2)


async def test_one_holder_at_a_time_and_the_fence_rises_with_each_change(made: Database) -> None:
    key = (await account(made)).id
    assert await lease(made, key, ONE, 0) == 1
    assert await lease(made, key, TWO, 9_999) is None
    # Renewed at 5 s, so it lasts until 15 s.
    assert await lease(made, key, ONE, 5_000) == 1
    assert await lease(made, key, TWO, 10_000) is None
    assert await lease(made, key, TWO, 15_000) == 2
    assert await lease(made, key, ONE, 15_001) is None


async def test_a_late_holder_whom_nobody_replaced_goes_on_with_the_same_fence(
    made: Database,
) -> None:
    key = (await account(made)).id
    assert await lease(made, key, ONE, 0) == 1
    assert await lease(made, key, ONE, 60_000) == 1


async def test_what_is_given_back_is_free_at_once_but_only_its_holder_gives_it_back(
    made: Database,
) -> None:
    key = (await account(made)).id
    await lease(made, key, ONE, 0)
    async with made.write() as tx:
        await accounts.release(tx, key, TWO)
    assert await lease(made, key, TWO, 1) is None
    async with made.write() as tx:
        await accounts.release(tx, key, ONE)
    assert await lease(made, key, TWO, 1) == 2


async def test_of_many_who_ask_at_once_one_gets_the_account(made: Database) -> None:
    key = (await account(made)).id
    asked = await asyncio.gather(*(lease(made, key, bytes([n]) * 16, 0) for n in range(6)))
    assert sorted(each for each in asked if each is not None) == [1]


async def test_a_disabled_account_is_lost_by_its_holder_and_leased_to_nobody(
    made: Database,
) -> None:
    key = (await account(made)).id
    await lease(made, key, ONE, 0)
    async with made.write() as tx:
        assert await accounts.disable(tx, "telegram")
        assert not await accounts.disable(tx, "telegram")
        assert not await accounts.disable(tx, "nothing")
        row = await tx.row(select(table))
    assert row is not None
    assert (row.holder, row.fence) == (None, 2)
    assert await lease(made, key, ONE, 1) is None
    assert await lease(made, key, TWO, 99_999) is None
    async with made.write() as tx:
        assert await accounts.enable(tx, "telegram")
        assert not await accounts.enable(tx, "telegram")
        assert not await accounts.enable(tx, "nothing")
    assert await lease(made, key, TWO, 99_999) == 3


async def test_nobody_leases_an_account_that_is_not_there(made: Database) -> None:
    assert await lease(made, 7, ONE, 0) is None
