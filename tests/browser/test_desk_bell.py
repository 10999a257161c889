"""The desk's bell in a real browser: switched on, rung, shown, switched off, within our policy."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path as File

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import BrowserContext, Page, expect
from pydantic import SecretStr

from bot import app
from bot.app import House
from bot.config import Settings
from bot.push import keys
from bot.push.ringer import PushRinger
from bot.web.enter import demo_link
from bot.web.server import make_application
from handlers.languages import Language
from storage import alarms, staff
from storage.alarms import Alarm, Path
from tests import demo_house
from tests.browser.crowd import NewContext, chromium
from tests.browser.test_push import PUSH_SERVICE
from tests.fakes.push_service import Browser, PushService

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SHOWN = """async () => {
  const worker = await navigator.serviceWorker.getRegistration("/desk");
  return (await worker.getNotifications()).map((each) => [each.title, each.data.url]);
}"""


@dataclass
class Desk:
    """An officer's browser at their desk, the house behind it, and a push service."""

    house: House
    service: PushService
    context: BrowserContext
    page: Page
    address: str
    troubles: list[str] = field(default_factory=list)

    async def alarms(self) -> tuple[Alarm, ...]:
        async with self.house.database.read() as tx:
            member = await staff.by_login(tx, "canbo1")
            assert member is not None
            return await alarms.of_member(tx, member.id)

    async def come_in(self) -> None:
        link = await demo_link(self.house.web_parts(), "canbo1")
        await self.page.goto(self.address + link)


@asynccontextmanager
async def desk_in(
    new_context: NewContext, folder: File, url: str, phone: Browser
) -> AsyncIterator[Desk]:
    key = keys.make(folder / "push.key")
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(url),
        master_key_file=folder / "master.key",
        push_key_file=folder / "push.key",
    )
    await demo_house.prepare(url, settings.master_key_file)
    end = phone.end
    given = {"endpoint": end.url, "keys": {"p256dh": end.p256dh, "auth": end.auth}}
    async with (
        PushService(key.name) as service,
        app.open_house(settings, make_demo=True) as house,
        PushRinger(
            key, "postmaster@example.org", house.texts[Language.VI], route=service.route
        ) as ringer,
    ):
        house.mail_room.ring_over(Path.PUSH, ringer)
        house.ring_trial = ringer.trial
        async with TestServer(make_application(house.web_parts())) as server:
            context = await new_context(permissions=["notifications"])
            await context.add_init_script(f"({PUSH_SERVICE})({json.dumps(given)})")
            page = await context.new_page()
            desk = Desk(house, service, context, page, str(server.make_url("")).rstrip("/"))
            page.on("console", lambda said: desk.troubles.append(said.text))
            page.on("pageerror", lambda error: desk.troubles.append(str(error)))
            try:
                yield desk
            finally:
                # The server waits for its streams.
                await context.close()


async def test_an_officer_switches_the_bell_on_and_it_rings(
    new_context: NewContext, sqlite_url: str, tmp_path: File
) -> None:
    phone = Browser("phone")
    async with desk_in(new_context, tmp_path, sqlite_url, phone) as desk:
        page = desk.page
        await desk.come_in()
        await page.locator("summary", has_text="Chuông trên máy này").click()
        box = page.locator("#bell")
        start, stop, trial = (
            box.get_by_role("button", name=name)
            for name in ("Bật chuông", "Tắt chuông", "Rung thử")
        )
        await expect(stop).to_be_hidden()
        await expect(box.locator(".plainly")).to_be_hidden()
        await start.click()
        await expect(box.get_by_role("status")).to_contain_text("Đã bật")
        await expect(start).to_be_hidden()
        assert [each.address for each in await desk.alarms()] == [phone.end.address]
        scope = "navigator.serviceWorker.getRegistration('/desk').then((each) => each.scope)"
        assert await page.evaluate(scope) == f"{desk.address}/desk"
        await trial.click()
        await expect(box.get_by_role("status")).to_contain_text("Đã gửi chuông thử")
        assert [each["url"] for each in desk.service.opened(phone)] == ["/desk"]
        await stop.click()
        await expect(box.get_by_role("status")).to_contain_text("Đã tắt")
        await expect(start).to_be_visible()
        assert await desk.alarms() == ()
        assert desk.troubles == []


async def test_signing_out_ends_the_bell_and_the_next_page_offers_it_again(
    new_context: NewContext, sqlite_url: str, tmp_path: File
) -> None:
    async with desk_in(new_context, tmp_path, sqlite_url, Browser("phone")) as desk:
        page = desk.page
        await desk.come_in()
        await page.goto(f"{desk.address}/desk/chuong")
        await page.get_by_role("button", name="Bật chuông").click()
        await expect(page.locator("#bell").get_by_role("status")).to_contain_text("Đã bật")
        await page.reload()
        await expect(page.locator("main")).to_contain_text("Trình duyệt 1 máy này")
        await page.get_by_role("button", name="Đăng xuất", exact=True).click()
        await expect(page.locator("main")).to_contain_text("Bạn đã đăng xuất.")
        assert await desk.alarms() == ()
        await desk.come_in()
        await page.goto(f"{desk.address}/desk/chuong")
        await expect(page.get_by_role("button", name="Bật chuông")).to_be_visible()
        assert desk.troubles == []


async def test_a_push_that_arrives_is_shown_for_every_tip_and_opens_the_desk(
    sqlite_url: str, tmp_path: File
) -> None:
    async with (
        chromium(whole=True) as browser,
        desk_in(browser.new_context, tmp_path, sqlite_url, Browser("phone")) as desk,
    ):
        page = desk.page
        await desk.come_in()
        await page.goto(f"{desk.address}/desk/chuong")
        session = await desk.context.new_cdp_session(page)
        known: list[str] = []

        def keep(told: dict[str, list[dict[str, str]]]) -> None:
            known.extend(
                each["registrationId"]
                for each in told["registrations"]
                if each["scopeURL"].endswith("/desk")
            )

        session.on("ServiceWorker.workerRegistrationUpdated", keep)
        await session.send("ServiceWorker.enable")
        await page.get_by_role("button", name="Bật chuông").click()
        await expect(page.locator("#bell").get_by_role("status")).to_contain_text("Đã bật")
        pushes: list[dict[str, str]] = [
            {"title": "Tin mới: Trúc Xanh, khẩn", "url": "/desk"},
            {"title": "Tin mới: Sen Hồng", "url": "/desk"},
            {"title": "Lạ", "url": "https://example.org/"},
        ]
        for number, push in enumerate(pushes, 1):
            how = {"origin": desk.address, "registrationId": known[-1], "data": json.dumps(push)}
            await session.send("ServiceWorker.deliverPushMessage", how)
            await page.wait_for_function(
                f"({SHOWN})().then((shown) => shown.length === {number})", polling=50
            )
        assert sorted(await page.evaluate(SHOWN)) == [
            ["Lạ", "/ban-tin"],
            ["Tin mới: Sen Hồng", "/desk"],
            ["Tin mới: Trúc Xanh, khẩn", "/desk"],
        ]


async def test_without_scripts_the_page_says_what_a_bell_needs(
    new_context: NewContext, sqlite_url: str, tmp_path: File
) -> None:
    async with desk_in(new_context, tmp_path, sqlite_url, Browser("phone")) as desk:
        plain = await new_context(java_script_enabled=False)
        page = await plain.new_page()
        await page.goto(desk.address + await demo_link(desk.house.web_parts(), "canbo1"))
        await page.goto(f"{desk.address}/desk/chuong")
        await expect(page.locator("#bell .plainly")).to_be_visible()
        await expect(page.get_by_role("button", name="Bật chuông")).to_be_hidden()
