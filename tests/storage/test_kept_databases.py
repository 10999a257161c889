"""What a test leaves in its database, the next one does not find."""

from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from storage.database import Database
from tests import databases, desk_world, services

WRITES = (
    "SELECT nextval('accounts_id_seq')",
    "INSERT INTO instance VALUES ('more', 'x')",
    "DELETE FROM units",
    "UPDATE units SET name = 'another'",
    "SELECT setval('accounts_id_seq', 4711)",
)
CHANGES = (
    "ALTER TABLE units ADD COLUMN more integer",
    "ALTER TABLE units DROP COLUMN name",
    "ALTER TABLE units ALTER COLUMN name DROP NOT NULL",
    "CREATE TABLE more (id integer)",
    "CREATE INDEX more ON units (name)",
    "DROP TABLE units",
)


@pytest.fixture
def admin_url() -> Iterator[str]:
    """PostgreSQL, where this file takes the database and gives it back by itself."""
    url = services.postgresql_admin_url()
    assert url is not None
    yield url
    databases.give_back_postgresql(url)


@pytest.mark.postgresql
@pytest.mark.parametrize("spoil", [*WRITES, *CHANGES])
async def test_what_is_spoiled_is_whole_again(admin_url: str, spoil: str) -> None:
    url = databases.take_postgresql(admin_url)
    before = await state(url)
    connection = await asyncpg.connect(services.plain(url))
    await connection.execute(spoil)
    await connection.close()
    databases.give_back_postgresql(admin_url)
    again = databases.take_postgresql(admin_url)
    assert again == url, "another database had to be made"
    assert await state(again) == before


@pytest.mark.postgresql
async def test_who_is_still_there_with_a_lock_is_sent_away(admin_url: str) -> None:
    url = databases.take_postgresql(admin_url)
    before = await state(url)
    left = await asyncpg.connect(services.plain(url))
    await left.execute("BEGIN; LOCK TABLE units IN ACCESS EXCLUSIVE MODE")
    databases.give_back_postgresql(admin_url)
    left.terminate()
    assert databases.take_postgresql(admin_url) == url
    assert await state(url) == before


@pytest.mark.postgresql
async def test_what_was_dropped_comes_again(admin_url: str) -> None:
    url = databases.take_postgresql(admin_url)
    before = await state(url)
    services.drop_postgresql_database(admin_url, url)
    databases.give_back_postgresql(admin_url)
    other = databases.take_postgresql(admin_url)
    assert other != url
    assert await state(other) == before


@pytest.mark.postgresql
async def test_who_prepares_nothing_finds_nothing(admin_url: str) -> None:
    url = databases.take_postgresql(admin_url)
    await state(url)
    databases.give_back_postgresql(admin_url)
    connection = await asyncpg.connect(services.plain(databases.take_postgresql(admin_url)))
    found = await connection.fetch("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    assert found == []


async def test_each_file_is_a_copy_of_its_own(tmp_path: Path) -> None:
    urls = [f"sqlite+aiosqlite:///{tmp_path}/{name}.db" for name in ("one", "two")]
    async with desk_world.database(urls[0]) as one, desk_world.database(urls[1]) as two:
        await desk_world.add(one, "a")
        assert await rows(one, "staff") == 1
        assert await rows(two, "staff") == 0
        assert await rows(two, "units") == 4


async def rows(made: Database, table: str) -> int:
    async with made.engine.connect() as connection:
        found = await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")
        return int(found.scalar_one())


async def state(url: str) -> dict[str, object]:
    """What a test finds that asks for the world of the desk: shape, numbers of rows, sizes (an
    empty table may have a page), the next numbers that will be given, and some rows.
    """
    async with desk_world.database(url):
        connection = await asyncpg.connect(services.plain(url))
        names = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'i', 'S')"
            " AND relnamespace = 'public'::regnamespace ORDER BY relname"
        )
        columns = await connection.fetch(
            "SELECT table_name, column_name, data_type, is_nullable, column_default"
            " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
        )
        counts = [
            await connection.fetchrow(
                f"SELECT count(*), greatest(pg_relation_size('{table}'), 8192) FROM \"{table}\""
            )
            for [table] in await connection.fetch(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            )
        ]
        given = await connection.fetch(
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
            " ORDER BY 1"
        )
        units = await connection.fetch("SELECT id, name FROM units ORDER BY id")
        await connection.close()
        assert len(units) == 4
        return {
            "names": names,
            "columns": columns,
            "counts": counts,
            "given": given,
            "units": units,
        }
