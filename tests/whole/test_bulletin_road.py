"""The whole road of a bulletin: subscribed on Telegram, written and approved on the web, sent,
reported, and stopped with one press.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from bot.app import House
from bot.broadcasting import Ground
from bot.channels.telegram.desk import Desk
from bot.channels.telegram.desk_post import Post
from bot.channels.telegram.doors import Doors
from bot.channels.telegram.sending import Line
from bot.channels.telegram.studio import Studio
from bot.web.enter import demo_link
from bot.web.server import make_application
from broadcasts import tick
from handlers.bulletins import Run
from handlers.languages import Language
from storage import accounts, bulletins, desk_codes, outlets, sendings, subscribers
from storage.desk_codes import CodeKind
from storage.sendings import Sending
from tests.bulletin_world import PATIENCE_SECONDS, opener
from tests.desk_browser import Browser
from tests.fakes.telegram import FakeTelegram
from tests.players import Clock, open_house
from tests.telegram_house import TelegramPlayer, clock_of, in_telegram

DUE = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
TITLE = "24/11: ngày nghỉ của bạn"


def doors(house: House, line: Line) -> Doors:
    texts, zone = house.texts[Language.VI], house.settings.zone
    post = Post(line, texts, "")
    ground = Ground(zone, house.clock, lambda: house.places)
    studio = Studio(post, house.database, house.volatile, texts, ground)
    return Doors(
        Desk(post, house.database, house.volatile, texts, house.clock, zone, house.inbound.clean),
        studio,
    )


async def test_the_whole_road_of_a_bulletin(database_url: str, tmp_path: Path) -> None:
    async with open_house(database_url, tmp_path) as (house, clock), clock_of(clock) as telegram:
        async with house.database.write() as tx:
            first = await accounts.ensure_first(tx, "telegram", telegram.bot().token)
        async with in_telegram(house, telegram, make_door=partial(doors, house)) as account:
            worker = TelegramPlayer(house, clock, telegram=telegram, account=account)
            await subscribes(worker)
            channel = await telegram.channel("Kênh", telegram.person("Owner"), telegram.bot())
            async with house.database.write() as tx:
                code = await desk_codes.make(tx, CodeKind.OUTLET, "tong", clock())
            await channel.post(f"/ketnoi {code}")
            await telegram.settled()
            async with house.database.read() as tx:
                assert [each.kind for each in await outlets.of_units(tx, ["tong"])] == ["channel"]
            async with browsing(house) as author, browsing(house) as approver:
                sending = await is_written_approved_and_due(house, clock, author, approver)
                await is_sent(house, telegram, sending)
                told = [seen for seen in worker.person.sees() if TITLE in seen.text]
                assert [seen.labels[0] for seen in told] == ["Dừng nhận"]
                assert [TITLE in seen.text for seen in channel.holds()] == [True]
                await author.get(f"/studio/tin/{sending.bulletin}/ket-qua/{sending.id}")
                figures = author.page.select("dl.figures div")
                shown = {each.dt.text: each.dd.text for each in figures if each.dt and each.dd}
                assert (shown["Dự kiến"], shown["Đã gửi"]) == ("1", "1")
            await worker.person.press(told[0], "Dừng nhận")
            await worker.answered()
            async with house.database.read() as tx:
                assert await subscribers.of(tx, first.id, str(worker.person.id)) is None


async def subscribes(worker: TelegramPlayer) -> None:
    """A worker chooses all topics, of the whole country."""
    await worker.bring("look")
    for label in ("Nhận bản tin", "Tất cả chủ đề", "Chỉ tin chung cả nước"):
        assert worker.last is not None
        await worker.person.press(worker.last, label)
        await worker.answered()


@asynccontextmanager
async def browsing(house: House) -> AsyncIterator[Browser]:
    """A browser before the pages of the house."""
    server = TestServer(make_application(house.web_parts()))
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
        yield Browser(client)


async def is_written_approved_and_due(
    house: House, clock: Clock, author: Browser, approver: Browser
) -> Sending:
    """A draft of the demo gets words of its own, an approver, and its time comes."""
    await author.get(await demo_link(house.web_parts(), "tacgia1"))
    async with house.database.read() as tx:
        found = await bulletins.of_units(tx, ["tong"])
    draft = next(each for each in found if each.content.library == "culture_day")
    await author.get(f"/studio/tin/{draft.id}/sua")
    await author.send("Lưu", vi_title=TITLE, day="2026-11-24", hour="11:30")
    await author.send("Gửi người duyệt")
    await approver.get(await demo_link(house.web_parts(), "duyet1"))
    await approver.get(f"/studio/tin/{draft.id}")
    await approver.send("Duyệt và đặt lịch")
    assert "Bản tin sẽ được gửi theo lịch." in approver.words
    clock.now = DUE
    # The session of three days ago is over.
    await author.get(await demo_link(house.web_parts(), "tacgia1"))
    fired = await tick.tick(house.database, clock(), house.settings.zone, house.places)
    assert [each.stage for each in fired] == [Run.SENDING]
    async with house.database.read() as tx:
        [sending] = await sendings.of_bulletin(tx, draft.id)
    return sending


async def is_sent(house: House, telegram: FakeTelegram, sending: Sending) -> None:
    """The mail room of bulletins brings it to everybody."""
    house.mailing.send_over("telegram", opener(telegram.url))
    async with asyncio.TaskGroup() as group, asyncio.timeout(PATIENCE_SECONDS):
        group.create_task(house.mailing.run())
        stage = sending.stage
        while stage is not Run.DONE:
            house.mailing.wake()
            await asyncio.sleep(0.05)
            async with house.database.read() as tx:
                found = await sendings.by_id(tx, sending.id)
            assert found is not None
            stage = found.stage
        house.mailing.stop()
