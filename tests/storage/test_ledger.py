"""The ledger of deletions: what it knows does not come back, and nobody can change it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from storage import (
    ledger,
    tips,
)
from storage.crypto import new_master
from storage.database import Database
from storage.keys import Purpose, wrap_key
from storage.ledger import Changed
from storage.tables import keyring
from tests import desk_world
from tests.backup_world import (
    NIGHT,
    back_up,
    house,
    opened,
    proven,
)
from tests.desk_world import NOW
from tests.tip_world import file, new_tip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "night.backup"


async def remove(made: Database, new: Any) -> None:
    async with made.write() as tx:
        assert await tips.remove(tx, new.key, day=NOW.date())


async def ledger_of(made: Database, hours: float = 9) -> bytes:
    async with made.read() as tx:
        return await ledger.write(tx, NIGHT + timedelta(hours=hours))


async def test_a_ledger_that_was_changed_or_is_anothers_is_refused(
    sqlite_url: str, path: Path, tmp_path: Path
) -> None:
    new = new_tip("city")
    async with house(sqlite_url) as lived:
        await file(lived.database, new)
        await back_up(lived.database, path)
        await remove(lived.database, new)
        written = await ledger_of(lived.database)
    async with desk_world.database(f"{sqlite_url}2") as other:
        others = await ledger_of(other)
    emptied = written.replace(written[written.index(b'"tombstones"') :], b'"tombstones": []}')
    later = written.replace(b"2026-11-24T04Z", b"2026-11-24T05Z")
    assert later != written
    for wrong in (others, emptied, later, written[:-30], b"", b"[]", b"{}", b"\xff"):
        with pytest.raises(Changed):
            proven(path, lived.master, wrong)
    assert len(proven(path, lived.master, written).gone) == 1


async def test_a_ledger_of_later_keys_still_finds_what_was_deleted(
    sqlite_url: str, path: Path
) -> None:
    one, other = new_tip("city"), new_tip("city")
    async with house(sqlite_url) as lived:
        made = lived.database
        await file(made, one)
        await file(made, other)
        await back_up(made, path)
        await remove(made, one)
        before = await ledger_of(made, 8)
        # The key of tombstones is changed, and another tip deleted.
        fresh = wrap_key(lived.master, Purpose.TOMBSTONES, 2, new_master())
        async with made.write() as tx:
            mine = keyring.c.purpose == Purpose.TOMBSTONES.value
            await tx.run(update(keyring).where(mine).values(current=False))
            row = {"purpose": "tombstones", "number": 2, "wrapped": fresh.wrapped, "current": True}
            await tx.run(keyring.insert().values(**row))
        await made.close()
        async with opened(sqlite_url, lived.master) as again:
            await remove(again, other)
            written = await ledger_of(again)
    assert len(proven(path, lived.master, before).gone) == 1
    assert len(proven(path, lived.master, written).gone) == 2
    # In whatever order several are given, the newest hour counts.
    assert proven(path, lived.master, written, before).known_to == NIGHT + timedelta(hours=9)


async def test_a_ledger_is_read_after_the_master_key_was_changed(
    sqlite_url: str, path: Path
) -> None:
    new = new_tip("city")
    async with house(sqlite_url) as lived:
        made = lived.database
        await file(made, new)
        await back_up(made, path)
        await remove(made, new)
        later = new_master()
        keys = made.keys
        assert keys is not None
        async with made.write() as tx:
            for (purpose, number), raw in keys._raw.items():
                again = wrap_key(later, purpose, number, raw)
                where = (keyring.c.purpose == purpose.value) & (keyring.c.number == number)
                await tx.run(update(keyring).where(where).values(wrapped=again.wrapped))
            written = await ledger.write(tx, NIGHT + timedelta(hours=1))
    assert len(proven(path, lived.master, written).gone) == 1
