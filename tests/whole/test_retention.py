"""After retention the words are in no byte of the live database, whoever holds every key."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from storage import order, outbox, retention, stored
from storage.database import Database, file_of
from storage.outbox import Letter, LetterKind
from storage.retention import LONGEST, Report
from storage.tables import chunks, letters, parts, tips, wraps
from tests import desk_world, figures
from tests.desk_world import NOW
from tests.tip_world import OTHER_PHOTO, end, file, new_tip
from tests.whole import cluster

TODAY = NOW.date()
_STEP, _PIECE = 4001, 24
"""A row may lie on several pages: pieces of it are looked for, so many bytes apart."""


async def old_tip(made: Database) -> bytes:
    """A tip with a picture that is due today."""
    tip = await file(made, new_tip(), [OTHER_PHOTO])
    await end(made, tip, TODAY - timedelta(days=90))
    return tip


async def sealed(made: Database, tip: bytes) -> dict[str, list[bytes]]:
    """Every sealed value of a tip, as it lies in the database."""
    async with made.read() as tx:
        found = {
            table.name: [
                bytes(row.body)
                for row in await tx.rows(select(table.c.body).where(table.c.tip == tip))
            ]
            for table in (wraps, parts, chunks)
        }
        row = await stored.row_where(tx, tips.c.id == tip)
        assert row is not None
    keys = [bytes(each) for each in (tip, row.locator, row.reporter)]
    values = [bytes(each) for each in (row.reporter_wrap, row.bell, row.record)]
    return found | {"tips": values, "keys": keys}


def found_in(data: bytes, told: Mapping[str, Sequence[bytes]]) -> dict[str, float]:
    """Which share of the values' pieces is in there."""
    return {
        name: sum(piece in data for piece in pieces) / len(pieces)
        for name, values in told.items()
        if (
            pieces := [
                value[at : at + _PIECE] for value in values for at in range(0, len(value), _STEP)
            ]
        )
    }


def bytes_of(folder: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def test_sqlite_holds_no_byte_of_a_destroyed_tip(sqlite_url: str) -> None:
    path = file_of(sqlite_url)
    assert path is not None
    async with desk_world.database(sqlite_url) as made:
        gone, staying = await old_tip(made), await file(made, new_tip(), [OTHER_PHOTO])
        told, kept = await sealed(made, gone), await sealed(made, staying)
        # The control: before, all of it is there.
        before = found_in(bytes_of(path.parent), told)
        assert before.keys() == {"wraps", "parts", "chunks", "tips", "keys"}
        assert min(before.values()) > 0.9
        assert await retention.run(made, TODAY, LONGEST) == Report(destroyed=1)
        data = bytes_of(path.parent)
        assert path.with_name(f"{path.name}-wal").stat().st_size == 0
        assert set(found_in(data, told).values()) == {0}
        assert min(found_in(data, kept).values()) > 0.9


@pytest.mark.initdb
@pytest.mark.timeout(180)
async def test_postgresql_holds_no_byte_of_a_destroyed_tip_after_the_nights_pass() -> None:
    with cluster.started("wal_recycle=off") as private:
        async with desk_world.database(private.url) as made:
            gone, staying = await old_tip(made), await file(made, new_tip(), [OTHER_PHOTO])
            told = await sealed(made, gone)
            private.execute("CHECKPOINT")
            before = found_in(bytes_of(private.folder), told)
            assert min(before.values()) > 0.9
            assert await retention.run(made, TODAY, LONGEST) == Report(destroyed=1)
            private.execute("CHECKPOINT")
            # The control: deleting alone leaves them lying there.
            assert max(found_in(bytes_of(private.folder), told).values()) > 0.9
            assert (await order.forget_order(made)).left == frozenset()
            data = bytes_of(private.folder)
            after = found_in(data, told)
            figures.keep(
                "retention",
                rows=sum(map(len, told.values())),
                before=min(before.values()),
                after=max(after.values()),
            )
            assert set(after.values()) == {0}
            assert min(found_in(data, await sealed(made, staying)).values()) > 0.9


async def test_letters_of_a_destroyed_tip_lie_nowhere_either(sqlite_url: str) -> None:
    path = file_of(sqlite_url)
    assert path is not None
    async with desk_world.database(sqlite_url) as made:
        gone = await old_tip(made)
        async with made.write() as tx:
            for kind in LetterKind:
                await outbox.write(tx, Letter(kind, gone, "north", NOW))
        async with made.read() as tx:
            told = {"letters": [bytes(row.body) for row in await tx.rows(select(letters.c.body))]}
        assert found_in(bytes_of(path.parent), told) == {"letters": 1}
        await retention.run(made, TODAY, LONGEST)
        assert found_in(bytes_of(path.parent), told) == {"letters": 0}
