"""Tips of a unit without readers, as the running house, its administrators and `doctor` see it."""

import logging
from pathlib import Path

import pytest

from bot import doctor_cli, moving_up
from handlers.roles import READERS_OF_TIPS, Role
from storage import leaving, staff
from storage.database import Database
from storage.staff import Member
from tests.desk_browser import World
from tests.desk_world import NOW, add
from tests.players import open_house
from tests.tip_world import file, new_tip, record_of


async def readers_of(made: Database, unit: str) -> list[Member]:
    async with made.read() as tx:
        return [
            member
            for member in await staff.members(tx)
            if any(at == unit and role in READERS_OF_TIPS for at, role in member.grants)
        ]


async def empty(made: Database, *some: str) -> None:
    for unit in some:
        for member in await readers_of(made, unit):
            async with made.write() as tx:
                await leaving.gone(tx, member, None, NOW)


async def test_the_tick_moves_them_and_logs_only_how_many(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with open_house(sqlite_url, tmp_path) as (house, _):
        made, tick = house.database, moving_up.moving(house)
        first = await file(made, new_tip("ban-thach"))
        await tick()
        assert (await record_of(made, first)).unit == "ban-thach"
        await empty(made, "ban-thach")
        await tick()
        assert (await record_of(made, first)).unit == "da-nang"
        await empty(made, "da-nang", "tong")
        assert "no_readers" not in caplog.text
        await tick()
        await tick()
        assert (await record_of(made, first)).unit == "da-nang"
    told = [record.__dict__.get("tiengtho_line") for record in caplog.records]
    events = [(line.event, line.numbers) for line in told if line is not None]
    assert ("tips_moved_up", {"tips": 1}) in events
    assert events.count(("no_readers", {"tips": 1})) == 1, "said once, not every minute"


async def test_doctor_says_where_nobody_can_read(sqlite_url: str, tmp_path: Path) -> None:
    async with open_house(sqlite_url, tmp_path) as (house, _):
        looks = (house.settings, house.database, house.installation)
        assert await doctor_cli._readers(*looks) == []
        await empty(house.database, "tong")
        [hint] = await doctor_cli._readers(*looks)
        assert hint.well is None
        assert "nobody reads tips at the highest unit" in hint.line
        await file(house.database, new_tip("ban-thach"))
        await empty(house.database, "ban-thach", "da-nang")
        [fault] = await doctor_cli._readers(*looks)
        assert fault.well is False
        assert "1 open tips" in fault.line


async def test_administrators_see_that_nobody_reads_at_the_top(one: World) -> None:
    await add(one.made, "top", ("root", Role.ADMINISTRATOR))
    browser = await one.at_desk("top")
    assert "Ở Tổng liên đoàn chưa có ai đọc được tin." in browser.words
    await add(one.made, "an", ("root", Role.OFFICER))
    await browser.get("/desk/nguoi")
    assert "chưa có ai đọc được tin" not in browser.words
