"""The pages of good practice in a real Chromium, on a phone and a desktop, light and dark."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from bot.web.enter import demo_link
from handlers.languages import Language
from handlers.roles import Role
from storage import practices
from tests.browser.crowd import NewContext
from tests.desk_browser import World, world_on
from tests.desk_world import NOW, add

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SIZES = ((360, "dark"), (390, "light"), (1280, "light"))
WORDS = {
    Language.VI: "Cửa thoát hiểm từng bị khóa trong giờ làm. Nay cửa mở từ bên trong, có đèn.",
    Language.EN: "An exit was locked during work. Now it opens from inside, and a lamp is lit.",
}


@pytest_asyncio.fixture(loop_scope="session")
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with world_on(sqlite_url) as running:
        yield running


async def check(page: Page) -> None:
    found = await Axe().run(page)
    assert [one["id"] for one in found.response["violations"]] == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize(("width", "scheme"), SIZES)
async def test_good_practice_can_be_written_and_read_by_everybody(
    world: World, new_context: NewContext, width: int, scheme: str
) -> None:
    lead, _ = await add(world.made, "truong", ("north", Role.LEAD))
    author, _ = await add(world.made, "viet", ("north", Role.AUTHOR))
    base = str(world.server.make_url("/")).rstrip("/")
    context = await new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = await context.new_page()
    await page.goto(base + "/viec-tot")
    await check(page)
    await page.goto(base + await demo_link(world.parts, "truong"))
    await page.goto(base + "/desk/viec-tot")
    await check(page)
    await page.fill("textarea[name=vi]", WORDS[Language.VI] + " Anh Ba lắp đèn.")
    await page.fill("textarea[name=en]", WORDS[Language.EN])
    await page.click("button[value=propose]")
    await page.wait_for_selector("input[name=sure]")
    await check(page)
    await page.fill("textarea[name=vi]", WORDS[Language.VI])
    await page.click("button[value=preview]")
    await page.wait_for_selector("#preview")
    await check(page)
    await page.click("button[value=propose]")
    await page.wait_for_selector("button[value=take_back]")
    await check(page)
    async with world.made.write() as tx:
        await practices.propose(tx, author.id, "north", WORDS, NOW)
        for note in await practices.of_member(tx, lead.id):
            if note.author == author.id:
                await practices.publish(tx, lead.id, note.id, WORDS, NOW)
    await page.goto(base + "/desk/viec-tot")
    await check(page)
    world.clock.moment += timedelta(days=61)
    # Another address, for a browser may keep the first one for some minutes.
    await page.goto(base + "/viec-tot?lang=vi")
    assert WORDS[Language.VI] in await page.inner_text("main")
    await check(page)
