"""The running house lays rows anew, so that where they lie does not tell when they came."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from bot import serving
from storage import order, vacuum
from storage.chance import random_id
from storage.database import file_of
from storage.tables import letters, tombstones
from tests.players import open_house
from tests.whole_house import Chat

_LAST = text("SELECT value FROM counters WHERE name = :name")


async def test_rows_are_laid_anew_soon_after_a_start_and_then_once_an_hour_if_a_tip_changed(
    sqlite_url: str, tmp_path: Path
) -> None:
    path = file_of(sqlite_url)
    assert path is not None

    def writings() -> int:
        """SQLite counts in the header each time that the file is laid anew (its schema cookie)."""
        return int.from_bytes(path.read_bytes()[40:44])

    async with open_house(sqlite_url, tmp_path) as (house, clock):
        tick = serving._ticks(house)["order"][1]
        await house.database.truncate_log()
        begun = writings()
        await tick()
        assert writings() == begun + 1
        # Nothing changed, and then the hour is not over.
        clock.now += timedelta(hours=2)
        await tick()
        assert writings() == begun + 1
        await Chat(house, "a").file()
        await tick()
        assert writings() == begun + 2
        await Chat(house, "b").file()
        clock.now += timedelta(minutes=59)
        await tick()
        assert writings() == begun + 2
        clock.now += timedelta(minutes=1)
        await tick()
        assert writings() == begun + 3


@pytest.mark.postgresql
async def test_on_postgresql_rows_are_laid_anew_once_a_night_and_soon_after_a_late_start(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Everybody's tests write to this server: a checkpoint would last seconds.
    monkeypatch.setattr(vacuum, "_EMPTYING", ())
    async with open_house(postgresql_url, tmp_path) as (house, clock):

        async def last() -> int:
            async with house.database.engine.connect() as connection:
                found = await connection.execute(_LAST, {"name": order.LAST_PASS})
            return int(found.scalar() or 0)

        async def passes() -> bool:
            """A tick, a minute later; whether it laid rows anew."""
            async with house.database.write() as tx:
                await tx.run(insert(tombstones).values(id=random_id(), day=clock.now.date()))
            clock.now += timedelta(minutes=1)
            before = await last()
            await serving._ticks(house)["order"][1]()
            return await last() > before

        # In Viet Nam it is seven hours later: 03:00, and there never was a pass.
        clock.now = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
        assert await passes()
        assert not await passes()
        clock.now = datetime(2026, 11, 30, 20, 18, tzinfo=UTC)
        assert not await passes()
        assert await passes()
        clock.now = datetime(2026, 12, 1, 20, 18, tzinfo=UTC)
        assert not await passes()
        # The night passed without us: soon after a start at noon.
        clock.now = datetime(2026, 12, 2, 5, 0, tzinfo=UTC)
        assert await passes()
        assert not await passes()


@pytest.mark.postgresql
async def test_a_pass_that_was_given_up_is_tried_again_after_ten_minutes(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vacuum, "_EMPTYING", ())
    monkeypatch.setattr(vacuum, "_TRIES", 1)
    async with open_house(postgresql_url, tmp_path) as (house, clock):
        tick = serving._ticks(house)["order"][1]

        async def is_due() -> bool:
            async with house.database.read() as tx:
                return await order.is_due(tx, clock.now.astimezone(house.settings.zone))

        async with house.database.write() as tx:
            await tx.row(select(letters).with_for_update())
            await tick()
        assert await is_due()
        await tick()
        assert await is_due()
        clock.now += timedelta(minutes=10)
        await tick()
        assert not await is_due()
