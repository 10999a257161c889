"""Migrating an empty database gives exactly the tables of `storage.tables`, on both databases."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text

from storage import migrate
from storage.database import Database
from storage.tables import metadata
from tests import services

VERSIONS = "alembic_version"


@pytest.fixture
async def migrated(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await migrate.upgrade(database)
    yield database
    await database.close()


@pytest.fixture
async def created(database_url: str) -> AsyncIterator[Database]:
    """A second database, with the tables made from `storage.tables`."""
    if database_url.startswith("sqlite"):
        url = f"{database_url}2"
    else:
        admin_url = services.postgresql_admin_url()
        assert admin_url is not None
        url = services.make_postgresql_database(admin_url)
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield database
    await database.close()
    if not database.is_sqlite:
        services.drop_postgresql_database(str(services.postgresql_admin_url()), url)


def shape(connection: Connection) -> dict[str, Any]:
    """Everything that the database itself says about its tables."""
    found = inspect(connection)
    return {
        name: {
            "columns": [
                (each["name"], repr(each["type"]), each["nullable"], each["default"])
                for each in found.get_columns(name)
            ],
            "key": found.get_pk_constraint(name),
            "unique": sorted(map(str, found.get_unique_constraints(name))),
            "indexes": sorted(map(str, found.get_indexes(name))),
            "foreign": found.get_foreign_keys(name),
        }
        for name in found.get_table_names()
        if name != VERSIONS
    }


async def test_migrating_gives_the_schema_of_the_tables(
    migrated: Database, created: Database
) -> None:
    async with migrated.engine.connect() as one, created.engine.connect() as other:
        by_migration, by_tables = await one.run_sync(shape), await other.run_sync(shape)
    assert by_migration.keys() == by_tables.keys() == {each.name for each in metadata.sorted_tables}
    for name, wanted in by_tables.items():
        assert by_migration[name] == wanted, name


async def test_sqlite_stores_both_without_row_numbers_and_word_for_word_alike(
    sqlite_url: str,
) -> None:
    said = []
    for number, make in enumerate(("migrate", "create")):
        database = Database(f"{sqlite_url}{number}")
        if make == "migrate":
            await migrate.upgrade(database)
        else:
            async with database.engine.begin() as connection:
                await connection.run_sync(metadata.create_all)
        async with database.engine.connect() as connection:
            rows = await connection.execute(
                text(f"SELECT name, sql FROM sqlite_master WHERE tbl_name <> '{VERSIONS}'")
            )
            said.append({name: " ".join((sql or "").split()) for name, sql in rows})
        await database.close()
    assert said[0] == said[1]
    of_tips = ("tips", "parts", "chunks", "wraps", "knocks", "letters", "rings", "tombstones")
    for name in of_tips:
        assert said[0][name].endswith("WITHOUT ROWID"), name
    # What a sending or a report names by its number must never be somebody else.
    for name in ("subscribers", "outlets", "sendings"):
        assert "AUTOINCREMENT" in said[0][name], name


async def test_an_empty_database_is_known_as_empty_and_a_new_one_as_current(
    database_url: str,
) -> None:
    database = Database(database_url)
    assert await migrate.is_empty(database)
    assert not await migrate.is_current(database)
    await migrate.upgrade(database)
    assert not await migrate.is_empty(database)
    assert await migrate.is_current(database)
    await migrate.upgrade(database)
    assert await migrate.is_current(database)
    await database.close()


async def test_another_revision_is_not_current(migrated: Database) -> None:
    async with migrated.engine.begin() as connection:
        await connection.execute(text(f"UPDATE {VERSIONS} SET version_num = '0000'"))
    assert not await migrate.is_current(migrated)
    assert not await migrate.is_empty(migrated)


async def test_no_column_could_hold_a_sender_or_an_hour(migrated: Database) -> None:
    async with migrated.engine.connect() as connection:
        found = await connection.run_sync(shape)
    # Of people who subscribed: it is sealed, and has nothing to do with tips.
    sealed = {"subscribers.address"}
    telling = ("chat", "user", "phone", "mail", "address", "ip", "agent", "sender", "time", "at")
    for table, about in found.items():
        for name, kind, *_ in about["columns"]:
            if f"{table}.{name}" in sealed:
                assert any(each in kind for each in ("BLOB", "BYTEA")), f"{table}.{name}"
                continue
            words = name.split("_")
            assert not set(words) & set(telling) or name == "at_once", f"{table}.{name}"
            assert "TIME" not in kind.upper(), f"{table}.{name}"
