"""The whole road: filed on Telegram, claimed in the group, answered on the web, read by code."""

import re
from functools import partial
from pathlib import Path

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from bot.app import House
from bot.channels.telegram.desk import Desk
from bot.channels.telegram.desk_post import Post
from bot.channels.telegram.sending import Line
from bot.channels.terminal import Terminal
from bot.group_mail import GroupMail
from bot.live import DESK
from bot.web.enter import demo_link
from bot.web.server import make_application
from handlers.languages import Language
from storage import desk_codes, staff
from storage.crypto import hash_password
from storage.desk_codes import CodeKind
from storage.staff import Member
from tests.desk_browser import Browser
from tests.desk_world import code_at, secret_of
from tests.fakes.telegram import FakeTelegram, Group, Person, Seen
from tests.players import open_house
from tests.telegram_house import TelegramPlayer, clock_of, in_telegram

UNIT = "ban-thach"
LOGIN = "canbo1"
STORY = "Xưởng khóa lối thoát hiểm từ thứ hai, xe nâng chắn trước cửa."
ANSWER = "Chúng tôi đã làm việc với công ty, lối ra đã mở."
CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")


def door(house: House, line: Line) -> Desk:
    texts = house.texts[Language.VI]
    post = Post(line, texts, house.settings.public_url)
    zone = house.settings.zone
    house.mail_room.send_over(GroupMail(house.database, house.clock, zone, texts, post))
    return Desk(post, house.database, house.volatile, texts, house.clock, zone, house.inbound.clean)


async def enrolled(house: House) -> Member:
    """The demo's officer, with a password and an authenticator."""
    async with house.database.write() as tx:
        token = await staff.reset(tx, LOGIN, house.clock())
    assert token is not None
    secret = await secret_of(house.database, token, house.clock())
    hashed = hash_password("chuồn chuồn cắn rốn")
    async with house.database.write() as tx:
        code = code_at(secret, house.clock())
        member = await staff.enrol(tx, token, hashed, code, house.clock())
    assert isinstance(member, Member)
    return member


async def linked(house: House, telegram: FakeTelegram, officer: Person, group: Group) -> None:
    """The group and the officer's account, each by its code."""
    member = await enrolled(house)
    async with house.database.write() as tx:
        now = house.clock()
        of_group = await desk_codes.make(tx, CodeKind.GROUP, UNIT, now)
        of_officer = await desk_codes.make(tx, CodeKind.ACCOUNT, member.id.hex(), now)
    await officer.say(f"/ketnoi {of_group}", to=group)
    await officer.say(f"/ketnoi {of_officer}")
    await telegram.settled()
    await officer.hears("đã được nối")


async def test_the_whole_road_of_a_tip(database_url: str, tmp_path: Path) -> None:
    async with open_house(database_url, tmp_path) as (house, clock), clock_of(clock) as telegram:
        officer = telegram.person("Officer")
        group = await telegram.group("Desk", officer, telegram.bot())
        await group.promote_bot()
        async with in_telegram(house, telegram, make_door=partial(door, house)) as account:
            await linked(house, telegram, officer, group)
            code = await filed(TelegramPlayer(house, clock, telegram=telegram, account=account))
            await claimed(house, telegram, officer, group)
            await answered_on_the_web(house)
            await house.mail_room.send_due()
            assert "Trạng thái: đang xử lý" in card(group).text
            told = "\n".join(seen.text for seen in group.holds(with_deleted=True))
            for words in ("lối thoát hiểm", ANSWER, "Bàn Thạch, Đà Nẵng"):
                assert words not in told
        assert ANSWER in await read_at_a_prompt(house, code)


async def filed(worker: TelegramPlayer) -> str:
    """A tip, filed in the worker's private chat; its code."""
    await worker.bring("look")
    await worker.type(STORY)
    await worker.press("unsafe")
    await worker.press("danger_no")
    await worker.type("phường Bàn Thạch, Đà Nẵng")
    review = await worker.press("skip_all")
    found = CODE.search(review.text)
    assert found is not None, review.text
    assert "Đã nhận" in (await worker.press("send")).text
    return found.group()


async def claimed(house: House, telegram: FakeTelegram, officer: Person, group: Group) -> None:
    """The card comes to the group, and the officer takes the tip there."""
    await house.mail_room.deliver_due()
    await house.mail_room.send_due()
    shown = card(group)
    assert "chờ phân loại" in shown.text
    with house.hub.watch(DESK) as changed:
        pressed = await officer.press(shown, "Nhận")
        assert "Bạn đã nhận tin này." in (await pressed.answered()).text
        assert changed.is_set()
    await house.mail_room.send_due()
    assert "Người giữ: Cán bộ trực số 1" in card(group).text


async def answered_on_the_web(house: House) -> None:
    """The officer opens the same tip on the web desk and answers there."""
    async with TestClient(
        TestServer(make_application(house.web_parts())), cookie_jar=CookieJar(unsafe=True)
    ) as client:
        browser = Browser(client)
        await browser.get(await demo_link(house.web_parts(), LOGIN))
        [link] = [str(each["href"]) for each in browser.page.select("h2 a")]
        await browser.get(link)
        await browser.send("Mở tin")
        assert STORY in browser.words
        await browser.send("Trả lời", words=ANSWER)
        assert "Câu trả lời đã nằm trong mục tra cứu" in browser.words


async def read_at_a_prompt(house: House, code: str) -> str:
    """What a worker reads who types the code at a terminal."""
    prompt = Terminal(house.inbound, "prompt")
    await prompt.open()
    return await prompt.type(code)


def card(group: Group) -> Seen:
    """The one card that stands in the group."""
    [only] = [seen for seen in group.holds() if "Tin “" in seen.text]
    return only
