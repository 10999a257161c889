"""The page on where there is a desk in a real Chromium: a phone and a desktop, every fold open."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from bot.web.enter import demo_link
from tests.bot.test_desk_coverage import PAGE, settle
from tests.browser.crowd import NewContext
from tests.desk_browser import World, world_on

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SIZES = ((360, "dark"), (1280, "light"))


@pytest_asyncio.fixture(loop_scope="session")
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with world_on(sqlite_url) as running:
        yield running


async def check(page: Page) -> None:
    for fold in await page.query_selector_all("main details:not([open]) > summary"):
        if await fold.is_visible():
            await fold.click()
    found = await Axe().run(page)
    assert [one["id"] for one in found.response["violations"]] == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize(("width", "scheme"), SIZES)
async def test_a_gap_is_found_from_the_country_down_to_the_commune(
    world: World, new_context: NewContext, width: int, scheme: str
) -> None:
    await settle(world)
    base = str(world.server.make_url("/")).rstrip("/")
    context = await new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = await context.new_page()
    await page.goto(base + await demo_link(world.parts, "top"))
    # From the page of people, where a role can be given, and back to it.
    await page.click(f"a[href='{PAGE}']")
    await check(page)
    await page.click("text=Thành phố Hồ Chí Minh >> nth=-1")
    await check(page)
    assert await page.inner_text("h2") == "Thành phố Hồ Chí Minh: 168 xã, phường, đặc khu"
    assert "Công đoàn phường Hai: chưa có ai đọc tin" in await page.inner_text("main")
    await page.check("input[name=thieu]")
    await page.select_option("#category", "fire")
    await page.click("form.choose button")
    await check(page)
    assert "Tin về Công đoàn phường Một" not in await page.inner_text("main")
    async with page.expect_download() as download:
        await page.click("text=XLSX")
    assert (await download.value).suggested_filename.endswith(".xlsx")
    await page.click(".actions a[href='/desk/nguoi']")
    assert page.url.endswith("/desk/nguoi")
