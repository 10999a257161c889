"""The log of what staff did, in real databases: sealed, chained, in order."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, update

from storage import audit
from storage.audit import Act, Entry
from storage.crypto import Unopenable
from storage.database import Database
from storage.tables import audit as audit_table
from tests.desk_world import NOW, database

OFFICER, TIP = bytes(range(16)), bytes(range(16, 32))


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with database(database_url) as opened:
        yield opened


async def write_some(made: Database, count: int = 3) -> None:
    for number in range(count):
        async with made.write() as tx:
            note = f"step {number}"
            await audit.write(tx, Act.OPENED, staff=OFFICER, tip=TIP, minute=NOW, note=note)


async def test_what_was_written_comes_back_newest_first(made: Database) -> None:
    second = datetime(2026, 11, 21, 5, 7, 59, 999, tzinfo=UTC)
    async with made.write() as tx:
        await audit.write(tx, Act.IMPORTED, staff=None, minute=NOW)
        await audit.write(
            tx, Act.CLOSED, staff=OFFICER, tip=TIP, unit="north", minute=second, note="handled"
        )
        assert await audit.entries(tx, limit=1) == (
            Entry(2, Act.CLOSED, OFFICER, TIP, "north", second.replace(second=0, microsecond=0),
                  "handled"),
        )  # fmt: skip
        assert [entry.act for entry in await audit.entries(tx, limit=9)] == ["closed", "imported"]
        assert await audit.verify(tx)


async def test_an_entry_shows_neither_officer_nor_tip_and_all_are_of_one_size(
    made: Database,
) -> None:
    await write_some(made)
    async with made.write() as tx:
        await audit.write(tx, Act.SIGNED_IN, staff=None, minute=NOW)
        rows = await tx.rows(select(audit_table))
    for row in rows:
        for told in (OFFICER, TIP, OFFICER.hex().encode(), TIP.hex().encode(), b"opened"):
            assert told not in row.body
    assert len({len(row.body) for row in rows}) == 1


async def test_many_at_once_stand_in_one_chain(made: Database) -> None:
    await asyncio.gather(*(write_some(made, 3) for _ in range(5)))
    async with made.read() as tx:
        assert [entry.number for entry in await audit.entries(tx, limit=99)] == [*range(15, 0, -1)]
        assert await audit.verify(tx)


async def test_an_empty_log_is_sound(made: Database) -> None:
    async with made.read() as tx:
        assert await audit.verify(tx)
        assert await audit.entries(tx, limit=5) == ()


async def test_a_changed_entry_is_noticed(made: Database) -> None:
    await write_some(made)
    async with made.write() as tx:
        row = (await tx.rows(select(audit_table).where(audit_table.c.number == 2)))[0]
        body = bytes(row.body[:-1]) + bytes([row.body[-1] ^ 1])
        await tx.run(update(audit_table).where(audit_table.c.number == 2).values(body=body))
        assert not await audit.verify(tx)
        with pytest.raises(Unopenable):
            await audit.entries(tx, limit=5)


@pytest.mark.parametrize("number", [1, 2])
async def test_a_missing_entry_is_noticed(made: Database, number: int) -> None:
    await write_some(made)
    async with made.write() as tx:
        await tx.run(delete(audit_table).where(audit_table.c.number == number))
        assert not await audit.verify(tx)


async def test_two_entries_that_changed_places_are_noticed(made: Database) -> None:
    await write_some(made)
    async with made.write() as tx:
        first, second, _ = await tx.rows(select(audit_table).order_by(audit_table.c.number))
        for number, body in ((1, second.body), (2, first.body)):
            where = audit_table.c.number == number
            await tx.run(update(audit_table).where(where).values(body=body))
        assert not await audit.verify(tx)


async def test_words_are_refused(made: Database) -> None:
    async with made.write() as tx:
        with pytest.raises(ValueError, match="no place for words"):
            await audit.write(tx, Act.CLOSED, staff=OFFICER, minute=NOW, note="x" * 81)
