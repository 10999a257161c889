"""The database: what must be set on every connection, who waits for whom, what is forgotten."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Executable, delete, insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.chance import random_id
from storage.database import (
    Database,
    OnlyRead,
    Unreachable,
    changes,
    file_of,
    is_full,
    read_url,
)
from storage.tables import counters, letters
from tests import desk_world
from tests.tip_world import count, file, new_tip

CANARY = b"canary in the database 4711 " * 40


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


@pytest.fixture
async def on_sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(sqlite_url) as opened:
        yield opened


async def add_letter(database: Database, body: bytes = b"-") -> bytes:
    key = random_id()
    async with database.write() as tx:
        await tx.run(insert(letters).values(id=key, body=body))
    return key


async def scalar(connection: Any, statement: Executable) -> Any:
    return (await connection.execute(statement)).scalar()


async def test_what_makes_sqlite_forget_is_set_on_every_connection(on_sqlite: Database) -> None:
    wanted = {
        "secure_delete": 1,
        "synchronous": 2,
        "temp_store": 2,
        "journal_mode": "wal",
        "foreign_keys": 1,
    }

    async def look() -> dict[str, Any]:
        async with on_sqlite.read() as tx:
            await asyncio.sleep(0.02)
            return {name: await scalar(tx.connection, text(f"PRAGMA {name}")) for name in wanted}

    # More at once than the pool keeps, so that fresh connections are looked at as well.
    assert await asyncio.gather(*(look() for _ in range(12))) == [wanted] * 12
    async with on_sqlite.write() as tx:
        assert await scalar(tx.connection, text("PRAGMA secure_delete")) == 1


async def test_whoever_only_reads_cannot_change_anything(made: Database) -> None:
    await add_letter(made)
    async with made.read() as tx:
        with pytest.raises(OnlyRead):
            await tx.run(insert(letters).values(id=random_id(), body=b"-"))
        with pytest.raises(OnlyRead):
            await tx.run(delete(letters))
    assert await count(made, letters) == 1


async def test_what_was_deleted_is_in_no_file_after_the_log_was_emptied(
    on_sqlite: Database, sqlite_url: str
) -> None:
    path = file_of(sqlite_url)
    assert path is not None
    log = path.with_name(f"{path.name}-wal")
    keys = [await add_letter(on_sqlite, CANARY) for _ in range(20)]
    await add_letter(on_sqlite, b"stays")
    assert CANARY[:28] in log.read_bytes()
    await on_sqlite.truncate_log()
    assert log.stat().st_size == 0
    # The control: before it is deleted it is there.
    assert CANARY[:28] in path.read_bytes()
    async with on_sqlite.write() as tx:
        await tx.run(delete(letters).where(letters.c.id.in_(keys)))
    await on_sqlite.truncate_log()
    assert log.stat().st_size == 0
    for each in path.parent.iterdir():
        assert CANARY[:28] not in each.read_bytes(), each.name
    assert b"stays" in path.read_bytes()


async def test_closing_empties_the_log(sqlite_url: str) -> None:
    async with desk_world.database(sqlite_url) as database:
        await add_letter(database)
    path = file_of(sqlite_url)
    assert path is not None
    log = path.with_name(f"{path.name}-wal")
    assert not log.exists() or log.stat().st_size == 0


async def test_twenty_writers_get_their_turn_in_order(on_sqlite: Database) -> None:
    order: list[int] = []

    async def write(number: int) -> None:
        async with on_sqlite.write() as tx:
            order.append(number)
            await tx.run(insert(letters).values(id=random_id(), body=b"-"))

    async with asyncio.timeout(60):
        await asyncio.gather(*(write(number) for number in range(20)))
    assert order == list(range(20))
    assert await count(on_sqlite, letters) == 20


async def test_twenty_writers_at_once_are_all_kept(made: Database) -> None:
    await asyncio.gather(*(add_letter(made) for _ in range(20)))
    assert await count(made, letters) == 20


async def test_two_processes_write_into_one_sqlite_file(
    on_sqlite: Database, sqlite_url: str
) -> None:
    other = Database(sqlite_url)
    other.keys = on_sqlite.keys
    try:
        await asyncio.gather(*(add_letter(each) for _ in range(10) for each in (on_sqlite, other)))
        assert await count(on_sqlite, letters) == 20
    finally:
        await other.close()


async def test_a_reader_never_holds_up_a_writer_nor_sees_half_of_it(made: Database) -> None:
    async with made.read() as tx:
        assert await changes(tx) == 0
        async with asyncio.timeout(20):
            await file(made, new_tip())
        # The reader goes on in the state that it began with.
        assert await changes(tx) == 0
    async with made.read() as tx:
        assert await changes(tx) == 1


async def test_a_write_is_the_only_one_from_its_first_moment(
    on_sqlite: Database, sqlite_url: str
) -> None:
    other = Database(sqlite_url)
    try:
        async with on_sqlite.write(), other.engine.connect() as connection:
            await connection.execution_options(outside=True)
            await connection.exec_driver_sql("PRAGMA busy_timeout=0")
            with pytest.raises(Exception, match="locked"):
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        await other.engine.dispose()


async def test_a_failure_rolls_back_as_a_whole_and_is_told_to_nobody(made: Database) -> None:
    told: list[frozenset[bytes]] = []
    made.on_commit = told.append

    async def fail() -> None:
        async with made.write() as tx:
            await tx.run(insert(letters).values(id=random_id(), body=b"-"))
            tx.touched.add(b"tip")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert (await count(made, letters), told) == (0, [])
    tip = await file(made, new_tip())
    assert told == [frozenset({tip})]


async def test_values_never_stand_in_an_error(made: Database) -> None:
    key = await add_letter(made)

    async def again() -> None:
        async with made.write() as tx:
            await tx.run(insert(letters).values(id=key, body=CANARY))

    with pytest.raises(Exception, match=r"UNIQUE|unique") as raised:
        await again()
    assert "canary" not in repr(raised.value) + str(raised.value)


async def test_words_never_stand_in_an_error_of_sqlite(on_sqlite: Database) -> None:
    # Bytes are only an address of the memory there; words would be shown.
    with pytest.raises(IntegrityError, match="NOT NULL") as raised:
        async with on_sqlite.write() as tx:
            await tx.run(insert(counters).values(name="canary of words", value=None))
    assert "canary" not in repr(raised.value) + str(raised.value)


@pytest.mark.postgresql
async def test_the_next_transaction_works_after_the_server_threw_us_out(
    postgresql_url: str,
) -> None:
    async with desk_world.database(postgresql_url) as made:
        before = await add_letter(made)
        killer = await asyncpg.connect(postgresql_url.replace("+asyncpg", ""))
        try:
            await killer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        finally:
            await killer.close()
        after = await add_letter(made)
        assert before != after
        assert await count(made, letters) == 2


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://nobody:secret@127.0.0.1:1/none",
        "postgresql+asyncpg://nobody:secret@nowhere.invalid/none",
        "sqlite+aiosqlite:////proc/nowhere/tiengtho.db",
    ],
)
async def test_a_database_that_cannot_be_reached_is_said_without_its_address(url: str) -> None:
    database = Database(url)
    try:
        with pytest.raises(Unreachable) as raised:
            await database.reach()
        assert str(raised.value) == ""
        assert raised.value.__suppress_context__
    finally:
        await database.engine.dispose()


@pytest.mark.postgresql
async def test_a_database_that_does_not_exist_cannot_be_reached(postgresql_url: str) -> None:
    database = Database(f"{postgresql_url}_gone")
    with pytest.raises(Unreachable):
        await database.reach()
    await database.close()


async def test_a_file_that_is_no_database_cannot_be_reached(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(b"This is a letter and no database at all. " * 200)
    database = Database(f"sqlite+aiosqlite:///{path}")
    with pytest.raises(Unreachable):
        await database.reach()
    await database.engine.dispose()


async def test_the_folder_of_a_new_file_is_made_for_its_owner_only(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/new/folder/tiengtho.db")
    await database.reach()
    await database.close()
    assert (tmp_path / "new" / "folder").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "url",
    [
        "",
        "tiengtho.db",
        "sqlite:///data/tiengtho.db",
        "mysql://host/name",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "sqlite+aiosqlite://data/tiengtho.db",
        "postgresql+asyncpg://host:port/name",
        "postgresql+asyncpg://user:s3cret@host",
    ],
)
def test_a_wrong_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"must|needs|is no address") as raised:
        read_url(url)
    assert not url or url not in str(raised.value)
    assert "s3cret" not in str(raised.value)


def test_the_file_of_an_address() -> None:
    assert file_of("sqlite+aiosqlite:///data/a.db?timeout=5") == Path("data/a.db")
    assert file_of("sqlite+aiosqlite:////var/lib/a.db") == Path("/var/lib/a.db")
    assert file_of("sqlite+aiosqlite://") is None
    assert file_of("postgresql+asyncpg://host/name") is None


async def test_a_disk_without_room_is_told_from_other_errors(on_sqlite: Database) -> None:
    async def add(key: bytes, many: int, *, most: int = 1_000_000) -> None:
        async with on_sqlite.write() as tx:
            await tx.rows(text(f"PRAGMA max_page_count = {most}"))
            await tx.run(insert(letters).values(id=key, body=bytes(many)))

    with pytest.raises(DBAPIError) as full:
        await add(bytes(16), 1_000_000, most=1)
    assert is_full(full.value)
    await add(bytes(16), 1)
    with pytest.raises(IntegrityError) as twice:
        await add(bytes(16), 1)
    assert not is_full(twice.value)
    assert is_full(DBAPIError("", {}, asyncpg.DiskFullError()))
