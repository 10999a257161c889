"""The tick of the clocks in the running house, and what groups and Zalo are told of them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import watching
from bot.app import House
from handlers.duty import VIETNAM
from handlers.moderators.notices import Notice
from handlers.tips import Status
from storage import alarms, cases, outbox
from storage import watching as storage_watching
from storage.outbox import AT_ONCE, Letter, LetterKind
from tests import whole_house, zalo_scene
from tests.telegram_desk import scene_on
from tests.tip_world import Clock, file, new_tip, record_of

MORNING = datetime(2026, 11, 30, 9, tzinfo=VIETNAM)


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[tuple[House, Clock]]:
    clock = Clock(MORNING)
    async with whole_house.open_house(sqlite_url, tmp_path, clock) as opened:
        yield opened, clock


async def test_a_tip_in_danger_that_nobody_takes_rises_in_the_running_house(
    house: tuple[House, Clock],
) -> None:
    opened, clock = house
    watch = watching.each(opened)
    await watch()
    new = new_tip(
        "ban-thach", danger=True, behind="da-nang", triage_by=MORNING + timedelta(minutes=30)
    )
    tip = await file(opened.database, new)
    for _ in range(5):
        clock.turn(minutes=5)
        await watch()
        assert (await record_of(opened.database, tip)).unit == "ban-thach"
    clock.turn(minutes=5)
    await watch()
    found = await record_of(opened.database, tip)
    assert (found.unit, found.readers) == ("da-nang", ("da-nang", "ban-thach"))
    assert found.status is Status.TRIAGE


async def test_a_tick_that_fails_to_raise_one_tip_does_not_do_it_twice(
    house: tuple[House, Clock],
) -> None:
    opened, clock = house
    watch, again = watching.each(opened), watching.each(opened)
    new = new_tip("ban-thach", danger=True, behind="da-nang", triage_by=MORNING)
    tip = await file(opened.database, new)
    clock.turn(minutes=1)
    await watch()
    before = await record_of(opened.database, tip)
    await again()
    assert await record_of(opened.database, tip) == before


async def test_a_group_is_told_how_many_wait_and_never_twice(database_url: str) -> None:
    async with scene_on(database_url) as scene:
        async with scene.made.write() as tx:
            await storage_watching.look(tx, MORNING)
        await file(scene.made, new_tip(danger=True, triage_by=MORNING + timedelta(minutes=30)))
        await scene.run()
        assert len(scene.cards()) == 1
        async with scene.made.write() as tx:
            await storage_watching.look(tx, MORNING + timedelta(minutes=5))
        await scene.run()
        await scene.run()
        assert [each.text for each in scene.cards("KHẨN")] == [
            (
                "KHẨN: 1 tin báo có người đang gặp nguy hiểm mà chưa ai nhận."
                " Mở bàn tiếp nhận để nhận ngay."
            )
        ]
        assert "Cây tre xanh" not in scene.cards("KHẨN")[0].text


async def test_zalo_tells_counts_and_numbers_still_mean_the_tips_that_rang(
    tmp_path: Path,
) -> None:
    async with zalo_scene.scene(tmp_path) as at:
        member, person = await zalo_scene.officer(at)
        tip = await zalo_scene.rings(at, "Trúc Xanh")
        async with at.house.database.write() as tx:
            [alarm] = await alarms.of_member(tx, member.id)
            letter = Letter(LetterKind.NOTICE, b"", "", AT_ONCE, to=alarm.id.hex())
            await outbox.write(tx, replace(letter, notice=Notice.MORNING, counts=(3, 1, 2)))
        await at.house.mail_room.ring_due()
        await at.zalo.settled()
        assert at.last(person) == ("Đầu giờ trực. Tin mới: 3. Quá hạn: 1. Đang đợi bạn: 2.")
        assert "Bạn đã nhận tin này" in await at.says(person, "1")
        async with at.house.database.read() as tx:
            [card] = await cases.cards(tx, member.id, at.clock.now)
        assert (card.tip, card.mine) == (tip, True)
