"""A clean video plays in a real browser, under the policy with which it is handed out."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser

from bot.media import Cleaner, CleanFile
from bot.web.handing import hand
from tests import clips

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("sound", [True, False])
async def test_a_clean_video_plays_by_itself(browser: Browser, *, sound: bool) -> None:
    clean = await Cleaner().clean(clips.video(sound=sound))
    assert isinstance(clean, CleanFile)
    data = clean.with_sound or clean.data

    async def film(request: web.Request) -> web.Response:
        return hand(request, data, clean.kind)

    app = web.Application()
    app.router.add_get("/film", film)
    async with TestServer(app) as server:
        page = await browser.new_page()
        await page.goto(str(server.make_url("/film")))
        ready = "() => document.querySelector('video').readyState > 0"
        await page.wait_for_function(ready)
        assert await page.evaluate("() => document.querySelector('video').duration") > 0
        await page.close()
