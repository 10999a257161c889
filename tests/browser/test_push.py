"""Notices on this machine, in a real browser: asked for, shown, ended, all within our policy."""

from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import expect
from pydantic import SecretStr
from sqlalchemy import select

from bot import app
from bot.app import House
from bot.config import Settings
from bot.push import account, keys
from bot.web.server import make_application
from storage.tables import subscribers
from tests.browser.crowd import NewContext
from tests.fakes.push_service import Browser

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
# What a browser's push service would give; nobody outside is asked.
PUSH_SERVICE = """end => {
  let now = null;
  const given = { toJSON: () => end, unsubscribe: async () => { now = null; return true; } };
  PushManager.prototype.subscribe = async (how) => {
    if (!how.userVisibleOnly || how.applicationServerKey.length !== 65) throw new Error("how");
    return now = given;
  };
  PushManager.prototype.getSubscription = async () => now;
}"""


async def people(house: House) -> int:
    async with house.database.read() as tx:
        return len(await tx.rows(select(subscribers.c.id)))


async def test_a_browser_asks_for_notices_and_ends_them(
    new_context: NewContext, sqlite_url: str, tmp_path: Path
) -> None:
    keys.make(tmp_path / "push.key")
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(sqlite_url),
        master_key_file=tmp_path / "master.key",
        push_key_file=tmp_path / "push.key",
    )
    end = Browser("one").end
    given = {"endpoint": end.url, "keys": {"p256dh": end.p256dh, "auth": end.auth}}
    async with (
        app.open_house(settings, make_demo=True) as house,
        TestServer(make_application(house.web_parts())) as server,
    ):
        assert house.push is not None
        await account.opener(house.database, house.push, "")
        context = await new_context(permissions=["notifications"])
        page = await context.new_page()
        troubles: list[str] = []
        page.on("console", lambda said: troubles.append(said.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        await page.goto(str(server.make_url("/ban-tin?topic=wages&lang=vi")))
        await page.evaluate(PUSH_SERVICE, given)
        box = page.locator("#push")
        stop = box.get_by_role("button", name="Dừng nhận trên máy này")
        await expect(stop).to_be_hidden()
        await box.get_by_role("button", name="Nhận thông báo trên máy này").click()
        await expect(box.get_by_role("status")).to_contain_text("sẽ nhận thông báo")
        assert await people(house) == 1
        await stop.click()
        await expect(box.get_by_role("status")).to_contain_text("không nhận thông báo nữa")
        await expect(stop).to_be_hidden()
        assert await people(house) == 0
        ready = "navigator.serviceWorker.ready.then((worker) => worker.active.scriptURL)"
        assert await page.evaluate(ready) == str(server.make_url("/push.js"))
        assert troubles == []
        await context.close()
