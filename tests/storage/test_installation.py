"""An installation: made once, opened only with its own master key."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, select, text, update

from storage import accounts, installation, migrate, subscribers
from storage.crypto import new_master
from storage.database import Database, Unreachable
from storage.keys import MissingKey, Purpose, WrongMasterKey
from storage.tables import instance, keyring, metadata
from tests.bulletin_tables import OF_BULLETINS


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


async def test_an_older_installation_gets_the_keys_that_it_lacks(empty: Database) -> None:
    master = new_master()
    made = await installation.make(empty, master, demo=False)
    await lose(empty, Purpose.SUBSCRIBERS, Purpose.ACCOUNTS)
    older = await keyring_of(empty)
    with pytest.raises(WrongMasterKey):
        await installation.open_with(empty, new_master())
    assert await keyring_of(empty) == older
    assert await installation.open_with(empty, master) == made
    newer = await keyring_of(empty)
    assert newer.keys() == set(Purpose)
    assert older.items() <= newer.items()
    assert len(set(newer.values())) == len(newer)
    assert empty.keys is not None
    sealed = empty.keys.seal(Purpose.ACCOUNTS, b"token", b"about")
    await installation.open_with(empty, master)
    assert await keyring_of(empty) == newer
    assert empty.keys.open_sealed(Purpose.ACCOUNTS, sealed, b"about") == b"token"


async def test_an_installation_from_before_bulletins_is_migrated_and_opened(
    empty: Database,
) -> None:
    master = new_master()
    made = await installation.make(empty, master, demo=False)
    await lose(empty, Purpose.SUBSCRIBERS, Purpose.ACCOUNTS)
    newer = [
        metadata.tables[name]
        for name in (
            *(*OF_BULLETINS, "alarms", "unit_choices", "unit_rules", "tallies", "knocks"),
            *("agreements", "quarters", "views", "parks", "place_tables", "unit_changes"),
            *("released_texts", "law_changes", "quiz_tallies", "practices"),
        )
    ]
    async with empty.engine.begin() as connection:
        await connection.run_sync(lambda plain: metadata.drop_all(plain, tables=newer))
        await connection.execute(text("DELETE FROM counters WHERE name = 'keyring'"))
        await connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    assert not await migrate.is_current(empty)
    await migrate.upgrade(empty)
    assert await installation.open_with(empty, master) == made
    async with empty.write() as tx:
        account = await accounts.ensure_first(tx, "telegram", "token")
        assert await accounts.token_of(tx, account.id) == "token"
        assert await subscribers.high_water(tx) == 0


async def test_two_processes_that_upgrade_at_once_end_with_the_same_keys(
    empty: Database, database_url: str
) -> None:
    master = new_master()
    await installation.make(empty, master, demo=False)
    await lose(empty, Purpose.SUBSCRIBERS, Purpose.ACCOUNTS)
    other = Database(database_url)
    try:
        await asyncio.gather(*(installation.open_with(each, master) for each in (empty, other)))
        assert empty.keys is not None
        assert other.keys is not None
        for purpose in (Purpose.SUBSCRIBERS, Purpose.ACCOUNTS):
            sealed = empty.keys.seal(purpose, b"plain", b"about")
            assert other.keys.open_sealed(purpose, sealed, b"about") == b"plain"
    finally:
        await other.close()


async def lose(database: Database, *purposes: Purpose) -> None:
    """Bring the keyring to what it was before these purposes were thought of."""
    async with database.engine.begin() as connection:
        await connection.execute(delete(keyring).where(keyring.c.purpose.in_(purposes)))


async def keyring_of(database: Database) -> dict[Purpose, bytes]:
    async with database.engine.connect() as connection:
        rows = (await connection.execute(select(keyring))).all()
    return {Purpose(row.purpose): bytes(row.wrapped) for row in rows}
