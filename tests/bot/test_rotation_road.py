"""Keys are replaced under a running house: what workers hold and are in the middle of holds."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import rotating, serving
from bot.config import Settings
from handlers.events import Chose, Said
from storage import ring
from storage.database import Database
from storage.keys import Purpose
from storage.tables import tips
from tests.players import open_house
from tests.tip_world import count
from tests.whole_house import STORY, Chat, text_of


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody serves beside us who would need the time."""
    monkeypatch.setattr(rotating, "SETTLE_SECONDS", 0)


async def test_codes_and_drafts_of_before_hold_after_every_rotation_twice(
    database_url: str, tmp_path: Path
) -> None:
    async with open_house(database_url, tmp_path) as (house, _):
        settings = Settings(
            _env_file=None,
            database_url=SecretStr(database_url),
            master_key_file=house.settings.master_key_file,
        )
        first = await Chat(house, "first").file()
        drafting = Chat(house, "drafting")
        shown = await drafting.go_to_review()
        for name in ("second", "third"):
            await rotating.rotate_purposes(settings, tuple(Purpose))
            await rotating.rotate_master(settings)
            assert STORY in text_of(await Chat(house, name).do(Said(first)))
        await drafting.do(Chose("send"))
        assert STORY in text_of(await Chat(house, "fourth").do(Said(shown)))
        assert await count(house.database, tips) == 2


async def test_a_pepper_that_no_code_needs_any_more_is_gone_the_next_day(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_house(sqlite_url, tmp_path) as (house, clock):
        settings = house.settings
        code = await Chat(house, "first").file()
        tick = serving._ticks(house)["keys"][1]
        await rotating.rotate_purposes(settings, [Purpose.PEPPER])
        await tick()
        assert await peppers(house.database) == [1, 2]
        await Chat(house, "second").do(Said(code))
        await tick()
        assert await peppers(house.database) == [1, 2]
        clock.now += timedelta(days=1)
        await tick()
        assert await peppers(house.database) == [2]
        assert STORY in text_of(await Chat(house, "third").do(Said(code)))


async def peppers(database: Database) -> list[int]:
    async with database.read() as tx:
        rows = await ring.read(tx.connection)
    return sorted(row.number for row in rows if row.purpose is Purpose.PEPPER)
