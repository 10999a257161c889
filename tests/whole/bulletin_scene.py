"""A bulletin on the real product: somebody writes it, somebody else approves it, phones get it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.app import utc_now
from tests import drive
from tests.desk_browser import Browser
from tests.drive import Unexpected
from tests.product import Server
from tests.studio_world import FIELDS
from tests.whole.desk_door import Entry
from tests.whole.telegram_scene import TelegramScene
from tests.whole.zalo_scene import ZaloScene

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
# The demo's links, in the order in which they are told.
_AUTHOR, _APPROVER = 4, 5


@dataclass(slots=True)
class BulletinScene:
    """One bulletin for everybody who subscribed in the chat apps by then."""

    server: Server
    approver: Entry | None
    over: TelegramScene
    on_zalo: ZaloScene

    async def is_sent(self) -> None:
        """It is written by one person and approved by two others, and arrives on every phone."""
        title = f"Lương tháng {drive.token()}"
        async with self._browser() as author, self._browser() as approver:
            await self._written(Browser(_client(author)), title)
            first = Browser(_client(approver))
            await self._enter(first, _APPROVER)
            await self._approved(first, title)
        await self._approved_again(title)
        await self.over.readers_get(title)
        await self.on_zalo.readers_get(title)

    async def _written(self, author: Browser, title: str) -> None:
        await self._enter(author, _AUTHOR)
        await author.get("/studio/moi")
        today = utc_now().astimezone(_ZONE).date()
        # What is dangerous goes out at once, even at night, when this may well be played.
        told = FIELDS | {"unit": "tong", "urgency": "danger", "asap": "1", "day": "", "hour": ""}
        told |= {"vi_title": title, "checked_on": today.isoformat()}
        told |= {"expires_on": (today + timedelta(days=20)).isoformat()}
        await author.send("Lưu", **told)
        await author.send("Gửi người duyệt")
        if "Đã chuyển cho người duyệt." not in author.words:
            raise Unexpected("a bulletin could not be proposed")

    async def _approved_again(self, title: str) -> None:
        """By somebody who came in by the front door."""
        if self.approver is None:
            raise Unexpected("there is no second approver")
        async with drive.client() as http:
            entered = await self.approver.enter(http, self.server.address)
        async with self._browser(entered.cookie) as session:
            second = Browser(_client(session))
            await second.get("/studio")
            await self._approved(second, title)

    async def _approved(self, approver: Browser, title: str) -> None:
        links = approver.page.find_all("a", string=lambda text: title in (text or ""))
        if not links:
            raise Unexpected("an approver does not see the bulletin")
        await approver.get(str(links[0]["href"]))
        [button] = [each for each in approver.buttons if each.startswith("Duyệt")]
        await approver.send(button)
        if approver.status >= 400:
            raise Unexpected("a bulletin could not be approved")

    async def _enter(self, browser: Browser, which: int) -> None:
        await browser.get(self.server.links[which])
        if browser.status != 200 or not urlsplit(browser.path).path.startswith("/studio"):
            raise Unexpected("the studio lets nobody in")

    def _browser(self, cookie: str = "") -> aiohttp.ClientSession:
        jar = aiohttp.CookieJar(unsafe=True)
        headers = {"Cookie": cookie} if cookie else {}
        return aiohttp.ClientSession(self.server.address, cookie_jar=jar, headers=headers)


def _client(session: aiohttp.ClientSession) -> TestClient[web.Request, web.Application]:
    # A session with a base address does all that `Browser` asks of a test's client.
    return cast(TestClient[web.Request, web.Application], session)
