"""The running house lays rows anew, so that where they lie does not tell when they came."""

from datetime import timedelta
from pathlib import Path

from bot import serving
from storage.database import file_of
from tests.players import open_house
from tests.whole_house import Chat


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
