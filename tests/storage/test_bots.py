"""Bots of one unit each: what is secret is sealed, and no unit or token has two."""

import asyncio
import json
import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from storage import accounts, bots
from storage.accounts import Account
from storage.bots import Bot, Mode, NameTaken, TokenKnown, UnitTaken
from storage.crypto import Unopenable
from storage.database import Database
from storage.tables import bots as table
from tests import desk_world

TOKEN, OTHER, THIRD = "123456:abc-xyz", "654321:def-uvw", "111111:ghi-rst"


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def add(
    made: Database,
    name: str = "zalo",
    token: str = TOKEN,
    unit: str = "north",
    mode: Mode = Mode.POLLING,
) -> Bot:
    async with made.write() as tx:
        added = await bots.add(tx, name, token, unit, mode)
    assert isinstance(added, Bot)
    return added


async def test_a_bot_is_added_with_an_account_and_found_again(made: Database) -> None:
    first = await add(made)
    second = await add(made, "south", OTHER, "south", Mode.WEBHOOK)
    assert (first.name, first.unit, first.mode, first.enabled) == (
        "zalo",
        "north",
        Mode.POLLING,
        True,
    )
    async with made.read() as tx:
        assert await bots.every(tx) == (first, second)
        assert await bots.by_name(tx, "south") == second
        assert await bots.by_account(tx, first.account) == first
        assert await bots.of_unit(tx, "north") == first
        assert await bots.by_name(tx, "nothing") is None
        assert await bots.of_unit(tx, "north-park") is None
        account = await accounts.by_id(tx, first.account)
        assert account == Account(first.account, "zalo", "zalo_bot", enabled=True, per_second=5)
        assert await accounts.token_of(tx, second.account) == OTHER


async def test_path_and_secret_are_long_random_and_do_not_print(made: Database) -> None:
    first, second = await add(made), await add(made, "south", OTHER, "south")
    drawn = [first.path, first.secret, second.path, second.secret]
    assert len(set(drawn)) == 4
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", each) for each in drawn)
    assert not any(each in repr(first) + repr(second) for each in drawn)


async def test_name_unit_and_token_are_each_for_one_bot(made: Database) -> None:
    await add(made)
    async with made.write() as tx:
        assert await bots.add(tx, "second", OTHER, "north", Mode.POLLING) == UnitTaken("zalo")
        assert await bots.add(tx, "second", TOKEN, "south", Mode.POLLING) == TokenKnown("zalo")
        assert await bots.add(tx, "zalo", OTHER, "south", Mode.POLLING) == NameTaken()
        await accounts.add(tx, "telegram", "telegram", THIRD)
        known = await bots.add(tx, "second", THIRD, "south", Mode.POLLING)
        assert known == TokenKnown("telegram")
    async with made.read() as tx:
        assert len(await bots.every(tx)) == 1
        assert len(await accounts.every(tx)) == 2


async def test_of_many_who_add_at_once_one_is_let_in(made: Database) -> None:
    async def race(number: int) -> object:
        async with made.write() as tx:
            return await bots.add(tx, f"zalo{number}", f"{number}:x", "north", Mode.POLLING)

    found = await asyncio.gather(*(race(number) for number in range(5)))
    [winner] = [each for each in found if isinstance(each, Bot)]
    assert found.count(UnitTaken(winner.name)) == 4


async def test_a_bot_changes_its_mode_and_keeps_its_path_and_secret(made: Database) -> None:
    first = await add(made)
    async with made.write() as tx:
        assert await bots.set_mode(tx, first.account, Mode.WEBHOOK)
        assert not await bots.set_mode(tx, first.account, Mode.WEBHOOK)
        assert not await bots.set_mode(tx, 99, Mode.WEBHOOK)
        changed = await bots.by_account(tx, first.account)
    assert changed is not None
    assert (changed.mode, changed.path, changed.secret) == (
        Mode.WEBHOOK,
        first.path,
        first.secret,
    )


async def test_a_bot_moves_to_a_unit_that_has_none(made: Database) -> None:
    first = await add(made)
    await add(made, "south", OTHER, "south")
    async with made.write() as tx:
        assert await bots.move_unit(tx, first.account, "south") == UnitTaken("south")
        assert await bots.move_unit(tx, first.account, "north") is True
        assert await bots.move_unit(tx, first.account, "north-park") is True
        assert await bots.move_unit(tx, 99, "north") is False
        moved = await bots.by_account(tx, first.account)
        assert await bots.of_unit(tx, "north") is None
    assert moved is not None
    assert (moved.unit, moved.path) == ("north-park", first.path)


async def test_a_disabled_account_is_a_disabled_bot(made: Database) -> None:
    first = await add(made)
    async with made.write() as tx:
        await accounts.disable(tx, "zalo")
        found = await bots.by_account(tx, first.account)
    assert found is not None
    assert not found.enabled


async def test_what_is_secret_is_sealed_and_opens_only_where_it_belongs(made: Database) -> None:
    first = await add(made)
    second = await add(made, "south", OTHER, "south", Mode.WEBHOOK)
    async with made.write() as tx:
        rows = await tx.rows(select(table).order_by(table.c.account))
        bodies = [bytes(row.body) for row in rows]
        for told in (first.path, first.secret, json.dumps(first.mode), "webhook"):
            assert not any(told.encode() in body for body in bodies)
        assert len(bodies[0]) == len(bodies[1])
        await tx.run(table.update().where(table.c.account == second.account).values(body=bodies[0]))
        with pytest.raises(Unopenable):
            await bots.by_account(tx, second.account)
