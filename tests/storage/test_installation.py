"""An installation: made once, opened only with its own master key."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, select, update

from storage import installation, migrate
from storage.crypto import MissingKey, Purpose, WrongMasterKey, new_master
from storage.database import Database, Unreachable
from storage.tables import instance, keyring


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await migrate.upgrade(database)
    yield database
    await database.close()


@pytest.mark.parametrize("demo", [True, False])
async def test_what_was_made_is_opened_again(empty: Database, *, demo: bool) -> None:
    master = new_master()
    assert not await installation.is_made(empty)
    made = await installation.make(empty, master, demo=demo)
    assert await installation.is_made(empty)
    opened = await installation.open_with(empty, master)
    assert opened == made
    assert (len(opened.salt), opened.demo) == (16, demo)
    assert empty.keys is not None


async def test_another_key_opens_nothing(empty: Database) -> None:
    await installation.make(empty, new_master(), demo=True)
    with pytest.raises(WrongMasterKey):
        await installation.open_with(empty, new_master())
    assert empty.keys is None
    with pytest.raises(Unreachable):
        async with empty.read():
            pass


async def test_neither_master_nor_purpose_keys_lie_in_the_database(empty: Database) -> None:
    master = new_master()
    await installation.make(empty, master, demo=True)
    async with empty.engine.connect() as connection:
        rows = (await connection.execute(select(keyring))).all()
    assert {row.purpose for row in rows} == {purpose.value for purpose in Purpose}
    assert len({bytes(row.wrapped) for row in rows}) == len(rows)
    assert not any(master in bytes(row.wrapped) for row in rows)


async def test_a_key_that_is_gone_or_moved_is_noticed(empty: Database) -> None:
    master = new_master()
    await installation.make(empty, master, demo=True)
    async with empty.engine.begin() as connection:
        await connection.execute(delete(keyring).where(keyring.c.purpose == "bell"))
    with pytest.raises(MissingKey):
        await installation.open_with(empty, master)
    async with empty.engine.begin() as connection:
        await connection.execute(
            update(keyring).where(keyring.c.purpose == "audit").values(purpose="bell")
        )
    with pytest.raises(WrongMasterKey):
        await installation.open_with(empty, master)


async def test_an_installation_is_made_once(empty: Database) -> None:
    master = new_master()
    made = await installation.make(empty, master, demo=True)
    with pytest.raises(Exception, match=r"(?i)unique"):
        await installation.make(empty, new_master(), demo=False)
    assert await installation.open_with(empty, master) == made


async def test_a_database_without_the_salt_is_not_made(empty: Database) -> None:
    await installation.make(empty, new_master(), demo=True)
    async with empty.engine.begin() as connection:
        await connection.execute(delete(instance))
    assert not await installation.is_made(empty)
