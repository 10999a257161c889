"""The effects of a turn: all of them in one transaction, or none."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.app import House
from bot.carrying import MOST_FILES_BYTES, Carrier, Overtaken, PictureGone
from handlers.effects import (
    AddPicture,
    AddWords,
    AllowPolice,
    CloseTip,
    DeleteTip,
    DropPictures,
    Effect,
    HideTip,
)
from handlers.events import Picture
from handlers.tips import Category
from handlers.turn import Facts, Needs, Thread
from storage import outbox
from storage.tables import letters, parts
from storage.tables import tips as tips_table
from storage.tips import PictureData
from storage.volatile import Full, Volatile
from tests.desk_world import NOW
from tests.tip_world import PHOTO, Clock, count, new_tip
from tests.whole_house import open_house

CHAT = "web|a"
SHOWN = Picture("p1", len(PHOTO.data))


@dataclass
class World:
    """A house, and what carries out effects in it."""

    house: House
    carrier: Carrier

    async def facts(self, needs: Needs | None = None) -> Facts:
        return await self.house.inbound._lookups.facts(CHAT, needs or Needs())

    async def do(self, *effects: Effect, facts: Facts | None = None) -> None:
        await self.carrier.carry_out(CHAT, effects, facts or await self.facts())

    async def keep_photo(self) -> None:
        await self.carrier.keep_picture(CHAT, SHOWN.name, PHOTO, b"", 60)

    @property
    def volatile(self) -> Volatile:
        return self.house.volatile


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with open_house(database_url, tmp_path, Clock()) as house:
        yield World(house, house.inbound._carrier)


async def test_a_whole_life_is_carried_out_effect_by_effect(world: World) -> None:
    new = new_tip("da-nang", category=Category.VIOLENCE)
    await world.keep_photo()
    await world.do(replace(new, pictures=(SHOWN,)), DropPictures((SHOWN,)))
    assert await world.volatile.total("picture") == 0
    await world.do(AddWords(new.key, "Thêm."), AllowPolice(new.key, allowed=True))
    thread = await world.house.inbound._lookups.thread(new.key)
    assert isinstance(thread, Thread)
    assert (len(thread.entries), thread.may_go_to_police) == (3, True)
    await world.do(CloseTip(new.key))
    await world.do(DeleteTip(new.key))
    assert await count(world.house.database, tips_table) == 0
    # Deleting twice is no failure: what was wanted is so.
    await world.do(DeleteTip(new.key))


async def test_of_several_effects_none_stays_when_one_was_overtaken(world: World) -> None:
    new = new_tip("da-nang")
    await world.do(new)
    with pytest.raises(Overtaken):
        await world.do(AddWords(new.key, "Thêm."), new)
    with pytest.raises(Overtaken):
        await world.do(AddWords(new.key, "Thêm."), CloseTip(new_tip().key))
    assert await count(world.house.database, parts) == 1


async def test_filing_the_same_code_again_is_overtaken_and_keeps_the_pictures(
    world: World,
) -> None:
    new = new_tip("da-nang")
    await world.do(new)
    await world.keep_photo()
    with pytest.raises(Overtaken):
        await world.do(replace(new, pictures=(SHOWN,)), DropPictures((SHOWN,)))
    assert await world.volatile.total("picture") > 0


async def test_a_picture_that_is_gone_files_nothing(world: World) -> None:
    with pytest.raises(PictureGone):
        await world.do(replace(new_tip("da-nang"), pictures=(SHOWN,)))
    new = new_tip("da-nang")
    await world.do(new)
    with pytest.raises(PictureGone):
        await world.do(AddPicture(new.key, SHOWN))
    assert await count(world.house.database, parts) == 1


async def test_however_many_files_are_kept_there_is_room_for_words(world: World) -> None:
    large = PictureData("video/mp4", bytes(8 * 1024 * 1024))
    for number in range(MOST_FILES_BYTES // len(large.data) - 1):
        await world.carrier.keep_picture(CHAT, f"f{number}", large, b"", 60)
    with pytest.raises(Full):
        await world.carrier.keep_picture(CHAT, "one too many", large, b"", 60)
    await world.volatile.put("talk", "web|b", bytes(9 * 1024 * 1024), seconds=60)


async def test_another_chats_picture_is_not_there(world: World) -> None:
    await world.carrier.keep_picture("web|b", SHOWN.name, PHOTO, b"", 60)
    with pytest.raises(PictureGone):
        await world.do(replace(new_tip("da-nang"), pictures=(SHOWN,)))


@pytest.mark.parametrize("danger", [True, False])
async def test_a_moved_tip_in_danger_goes_to_the_next_desk_at_once(
    world: World, *, danger: bool
) -> None:
    # A real desk, which does not take cards at once.
    async with world.house.database.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE units SET at_once = (1 = 0)")
    new = new_tip("da-nang", danger=danger)
    await world.do(new)
    await world.do(
        HideTip(new.key, frozenset({"da-nang"}), "tong"),
        facts=await world.facts(Needs(key=new.key)),
    )
    async with world.house.database.read() as tx:
        [letter] = await outbox.waiting(tx)
    assert letter.unit == "tong"
    assert letter.due == (NOW if danger else NOW + timedelta(minutes=55))
    assert await count(world.house.database, letters) == 1


async def test_filing_takes_few_statements(world: World) -> None:
    said: list[str] = []
    facts = await world.facts()

    def hear(_: object, __: object, statement: str, *___: object) -> None:
        said.append(statement.split(maxsplit=1)[0])

    engine = world.house.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", hear)
    await world.do(new_tip("da-nang"), facts=facts)
    event.remove(engine, "before_cursor_execute", hear)
    # Which keys hold is looked up first, on PostgreSQL behind a lock; before it is sealed, whether
    # its place is still called so, and whether a unit that is not the union's would read it.
    before = ["SELECT"] if world.house.database.is_sqlite else ["SELECT", "SELECT"]
    assert [each for each in said if each != "BEGIN"] == [
        *before,
        *("SELECT", "INSERT", "SELECT", "INSERT", "SELECT", "SELECT"),
        *("INSERT", "INSERT", "INSERT", "UPDATE"),
    ]  # fmt: skip
