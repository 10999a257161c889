"""The whole road of a first week at work: asked for on Telegram and Zalo, sent, stopped; and what
is left of it.
"""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot import retaining, subscribing
from bot.app import House
from handlers.effects import BeginWeek
from handlers.languages import Language
from storage import accounts, series
from storage.series import DAYS_KEPT
from storage.tables import series as table
from tests.bulletin_world import PATIENCE_SECONDS, opener
from tests.fakes.telegram import FakeTelegram
from tests.players import open_house
from tests.telegram_house import TelegramPlayer, clock_of, in_telegram
from tests.zalo_scene import scene

TITLE = "Tuần đầu đi làm, bài 2/7"
ROAD = ("Sổ tay", "Tính giúp tôi", "Tuần đầu đi làm", "Nhận mỗi ngày một bài", "Bắt đầu từ hôm nay")


async def rows(house: House) -> int:
    async with house.database.read() as tx:
        row = await tx.row(select(func.count()).select_from(table))
    assert row is not None
    return int(row[0])


async def is_sent(house: House, telegram: FakeTelegram, worker: TelegramPlayer) -> None:
    """The mail room works until the worker has the message of the day."""
    house.mailing.send_over("telegram", opener(telegram.url))
    async with asyncio.TaskGroup() as group, asyncio.timeout(PATIENCE_SECONDS):
        group.create_task(house.mailing.run())
        # Nobody tells us when a phone has shown something.
        while not any(TITLE in seen.text for seen in worker.person.sees()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        house.mailing.stop()


async def presses(worker: TelegramPlayer, *labels: str) -> None:
    await worker.bring("look")
    for label in labels:
        assert worker.last is not None
        full = next(each for each in worker.last.labels if each.startswith(label))
        await worker.person.press(worker.last, full)
        await worker.answered()


async def test_asked_for_sent_and_stopped_with_one_press(database_url: str, tmp_path: Path) -> None:
    async with open_house(database_url, tmp_path) as (house, clock), clock_of(clock) as telegram:
        async with house.database.write() as tx:
            await accounts.ensure_first(tx, "telegram", telegram.bot().token)
        async with in_telegram(house, telegram) as account:
            worker = TelegramPlayer(house, clock, telegram=telegram, account=account)
            await presses(worker, *ROAD)
            assert await rows(house) == 1
            local = clock.now.astimezone(house.settings.zone)
            clock.now = local.replace(hour=14).astimezone(clock.now.tzinfo) + timedelta(days=1)
            await is_sent(house, telegram, worker)
            [told] = [seen for seen in worker.person.sees() if TITLE in seen.text]
            await worker.person.press(told, "Ngừng")
            await worker.answered()
            assert await rows(house) == 0


async def test_who_blocks_the_bot_is_forgotten(sqlite_url: str, tmp_path: Path) -> None:
    async with open_house(sqlite_url, tmp_path) as (house, clock), clock_of(clock) as telegram:
        async with house.database.write() as tx:
            await accounts.ensure_first(tx, "telegram", telegram.bot().token)
        async with in_telegram(house, telegram) as account:
            worker = TelegramPlayer(house, clock, telegram=telegram, account=account)
            await presses(worker, *ROAD)
            assert await rows(house) == 1
            await worker.person.block()
            await telegram.settled()
            assert await rows(house) == 0


async def test_on_zalo_it_is_asked_for_by_a_word_and_ended_by_one(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.says(at.worker, "tuan dau")
        await at.says(at.worker, "Nhận mỗi ngày một bài ở đây")
        assert await rows(at.house) == 0
        assert "Ngày mai bạn nhận bài tiếp theo" in await at.says(at.worker, "bat dau tuan")
        assert await rows(at.house) == 1
        assert "Đã ngừng gửi bài tuần đầu" in await at.says(at.worker, "ngung tuan dau")
        assert await rows(at.house) == 0


async def test_a_full_bot_of_zalo_takes_nobody_in(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        bot = await at.its_bot()
        today = at.clock.now.date()
        async with at.house.database.write() as tx:
            for number in range(subscribing.MOST_SUBSCRIBERS["zalo_bot"]):
                await series.begin(
                    tx, bot.account, f"chat{number}", Language.VI, following=2, today=today
                )
            chat = f"{at.account.channel}|another"
            with pytest.raises(subscribing.NoRoom):
                await subscribing.carry_out(tx, chat, BeginWeek(Language.VI, 2), today)
        await at.says(at.worker, "tuan dau")
        assert "không nhận thêm người" in await at.says(at.worker, "Nhận mỗi ngày một bài ở đây")


async def test_a_page_is_sent_nothing(sqlite_url: str, tmp_path: Path) -> None:
    async with open_house(sqlite_url, tmp_path) as (house, clock):
        async with house.database.write() as tx:
            begins = BeginWeek(Language.VI, 2)
            with pytest.raises(ValueError, match="a page subscribes nobody"):
                await subscribing.carry_out(tx, "web|x", begins, clock.now.date())
        assert await rows(house) == 0


async def test_the_job_of_the_night_deletes_what_should_have_ended(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_house(sqlite_url, tmp_path) as (house, clock):
        async with house.database.write() as tx:
            await series.begin(tx, 1, "555", Language.VI, following=2, today=clock.now.date())
        for days, left in ((DAYS_KEPT, 1), (1, 0)):
            clock.now += timedelta(days=days)
            assert await retaining.do_if_due(house)
            assert await rows(house) == left
