"""One process polls for a bot: who holds it, when it is free again, and what a lost database is."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from storage.alone import alone_with
from storage.database import Database, Unreachable
from tests import desk_world

OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def test_who_holds_a_bot_holds_it_until_the_end(made: Database) -> None:
    async with alone_with(made, 1) as hold:
        assert hold is not None
        for _ in range(3):
            assert await hold.lasts()
    async with alone_with(made, 1) as hold:
        assert hold is not None
        assert await hold.lasts()


@pytest.mark.postgresql
async def test_nobody_else_has_it_meanwhile_but_other_bots(postgresql_url: str) -> None:
    other = Database(postgresql_url)
    try:
        async with desk_world.database(postgresql_url) as made, alone_with(made, 1) as first:
            assert first is not None
            async with alone_with(other, 1) as second, alone_with(other, 2) as third:
                assert second is None
                assert third is not None
            assert await first.lasts()
    finally:
        await other.close()


@pytest.mark.postgresql
async def test_what_the_database_let_go_is_ours_no_more(postgresql_url: str) -> None:
    async with desk_world.database(postgresql_url) as made, alone_with(made, 1) as hold:
        assert hold is not None
        async with made.engine.connect() as connection:
            await connection.execute(OTHERS)
        assert not await hold.lasts()
        # Not even where a new session was begun under it.
        assert not await hold.lasts()
        async with alone_with(made, 1) as again:
            assert again is not None
            assert await again.lasts()


@pytest.mark.postgresql
async def test_a_database_that_is_away_is_said_to_be(postgresql_url: str) -> None:
    nowhere = Database(postgresql_url.partition("@")[0] + "@127.0.0.1:9/nothing")
    try:
        with pytest.raises(Unreachable):
            async with alone_with(nowhere, 1):
                raise AssertionError
    finally:
        await nowhere.close()
