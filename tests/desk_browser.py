"""The running pages of the desk over real HTTP, and a browser that follows their forms."""

import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from bs4 import BeautifulSoup, Tag
from PIL import Image

from bot.facts import Lookups
from bot.inbound import Inbound
from bot.live import DESK, Hub
from bot.web.enter import demo_link
from bot.web.parts import Parts, RingTrial, Whisper
from bot.web.server import make_application
from storage import audit, staff
from storage.audit import Act
from storage.crypto import new_master
from storage.database import Database
from storage.stretching import Stretcher
from storage.tips import PictureData
from storage.volatile import Memory
from tests.cleaning import Cleaning
from tests.desk_world import NOW, code_at, database, secret_of
from tests.world import places, texts

PASSWORD = "chuồn chuồn cắn rốn"


@dataclass
class Clock:
    """The time of the tests; the volatile store goes by it too."""

    moment: datetime = NOW

    def __call__(self) -> datetime:
        return self.moment

    def seconds(self) -> float:
        return self.moment.timestamp()

    def pass_by(self, **span: float) -> None:
        self.moment += timedelta(**span)


@dataclass
class World:
    """The running pages and what stands behind them."""

    parts: Parts
    made: Database
    clock: Clock
    server: TestServer
    browsers: list["Browser"] = field(default_factory=list)

    async def browser(self) -> "Browser":
        client = TestClient(self.server, cookie_jar=CookieJar(unsafe=True))
        browser = Browser(client)
        self.browsers.append(browser)
        return browser

    async def at_desk(self, login: str) -> "Browser":
        """A browser that came in by a demo link."""
        browser = await self.browser()
        await browser.get(await demo_link(self.parts, login))
        assert browser.status == 200
        return browser

    async def acts(self) -> list[Act]:
        async with self.made.read() as tx:
            return [entry.act for entry in reversed(await audit.entries(tx, limit=100))]


class Browser:
    """Follows links and sends the forms that stand on its page."""

    def __init__(self, client: TestClient[web.Request, web.Application]) -> None:
        self.client = client
        self.status = 0
        self.path = ""
        self.text = ""
        self.headers: dict[str, str] = {}

    async def get(self, path: str, **headers: str) -> "Browser":
        async with self.client.get(path, headers=headers) as answer:
            return await self._keep(answer)

    async def post(self, path: str, fields: dict[str, str], **headers: str) -> "Browser":
        async with self.client.post(path, data=fields, headers=headers) as answer:
            return await self._keep(answer)

    async def send(self, button: str, **fields: str) -> "Browser":
        """Fill in and send the form that holds a button with this label."""
        form = self.form(button)
        told = {}
        for box in form.select("input[name], textarea[name]"):
            if box.get("type") in {"radio", "checkbox"} and not box.has_attr("checked"):
                continue
            told[str(box["name"])] = str(box.get("value") or box.text)
        for choice in form.select("select[name]"):
            options = choice.select("option[selected]") or choice.select("option")
            told[str(choice["name"])] = str(options[0]["value"]) if options else ""
        for pressed in form.select("button[name]"):
            if pressed.get_text(strip=True) == button:
                told[str(pressed["name"])] = str(pressed["value"])
        return await self.post(str(form.get("action") or self.path), told | fields)

    def form(self, button: str) -> Tag:
        for form in self.page.find_all("form"):
            for pressed in form.find_all("button"):
                if pressed.get_text(strip=True) == button:
                    return form
        raise AssertionError(f"no button {button}: {self.buttons}")

    @property
    def page(self) -> BeautifulSoup:
        return BeautifulSoup(self.text, "html.parser")

    @property
    def buttons(self) -> list[str]:
        return [one.get_text(strip=True) for one in self.page.find_all("button")]

    @property
    def words(self) -> str:
        return self.page.get_text(" ", strip=True)

    @property
    def guard(self) -> str:
        box = self.page.find("input", {"name": "guard"})
        assert isinstance(box, Tag)
        return str(box["value"])

    async def _keep(self, answer: ClientResponse) -> "Browser":
        self.status, self.path = answer.status, answer.url.path
        self.headers = dict(answer.headers)
        self.text = await answer.text(errors="replace")
        return self


@asynccontextmanager
async def world_on(
    url: str,
    *,
    public_url: str | None = None,
    whisper: Whisper | None = None,
    push_key: str = "",
    ring_trial: RingTrial | None = None,
    opened: Callable[[str], AbstractAsyncContextManager[Database]] = database,
) -> AsyncIterator[World]:
    clock = Clock()
    async with opened(url) as made:
        hub = Hub()
        made.on_commit = lambda touched: hub.tell([*touched, DESK])
        volatile, stretcher = Memory(new_master(), clock.seconds), Stretcher()
        zone = ZoneInfo("Asia/Ho_Chi_Minh")
        lookups = Lookups(
            database=made,
            volatile=volatile,
            stretcher=stretcher,
            salt=bytes(16),
            places=places,
            texts=texts(),
            handbooks={},
            clock=clock,
            zone=zone,
        )
        parts = Parts(
            public_url=public_url,
            trusted_proxy=False,
            secure=False,
            demo=True,
            timezone=zone,
            inbound=cast(Inbound, Cleaning(lookups)),
            hub=hub,
            database=made,
            volatile=volatile,
            texts=texts(),
            handbooks={},
            clock=clock,
            whisper=whisper,
            push_key=push_key,
            ring_trial=ring_trial,
        )
        server = TestServer(make_application(parts))
        world = World(parts, made, clock, server)
        await server.start_server()
        try:
            yield world
        finally:
            for browser in world.browsers:
                await browser.client.close()
            await server.close()
            stretcher.close()


async def enrolled(world: World, browser: Browser, login: str) -> str:
    """Enrol a member through the pages; their TOTP secret."""
    async with world.made.write() as tx:
        token = await staff.reset(tx, login, world.clock())
    assert token is not None
    secret = await secret_of(world.made, token, world.clock())
    await browser.get(f"/desk/moi/{token}")
    code = code_at(secret, world.clock())
    await browser.send("Kích hoạt", password=PASSWORD, again=PASSWORD, code=code)
    assert browser.path == "/desk/vao"
    assert "Tài khoản đã sẵn sàng" in browser.words
    world.clock.pass_by(seconds=60)
    return secret


def picture() -> PictureData:
    held = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(held, "JPEG")
    return PictureData("image/jpeg", held.getvalue())
