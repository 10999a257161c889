"""Every page of the desk, as the code lists them, in a real Chromium: both sizes, both languages,
with axe-core. A new page is looked at here without being named.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from bot.web.enter import demo_link
from handlers.parks import Park, ParkKind
from handlers.roles import Role
from storage import cases, parks
from tests.browser.crowd import NewContext
from tests.desk_browser import World, picture, world_on
from tests.desk_world import NOW, add, file_tip

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
# No pages of their own: the way in, downloads, what scripts ask, answers to a form.
_NONE = {
    "/desk/vao/ma",
    "/desk/moi/{token}",
    "/desk/thu/{token}",
    "/desk/live",
    "/desk/app.webmanifest",
    "/desk/so-lieu/ra-soat.{kind}",
    "/desk/don-vi/do-phu.xlsx",
    "/desk/tin/{tip}/tep/{part}",
}
_LEAST_HEIGHT = 44
# A link within a line of text may be low, and so may a box whose label is pressed with it.
_LOW = """(least) => [...document.querySelectorAll(
    "nav a, button, .button, select, textarea, summary, label.check, .tools a",
  )]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < least)
  .map((each) => each.outerHTML.slice(0, 120))"""


@pytest_asyncio.fixture(loop_scope="session")
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with world_on(sqlite_url) as running:
        yield running


async def settle(world: World) -> str:
    """One of everybody who works at a desk, and a tip that is held; gives its id."""
    officer, _ = await add(world.made, "mot", ("north", Role.OFFICER))
    await add(world.made, "truong", ("north", Role.LEAD))
    await add(world.made, "kiem", ("root", Role.AUDITOR))
    await add(world.made, "top", ("root", Role.ADMINISTRATOR))
    tip = await file_tip(world.made, "north", picture(), danger=True)
    await file_tip(world.made, "north")
    async with world.made.write() as tx:
        await parks.seed(tx, (Park("p", ParkKind.KHU_TRO, "Khu trọ Một", ("31360",), ("Một",)),))
        await cases.claim(tx, officer.id, tip, NOW)
    return tip.hex()


def addresses(world: World, tip: str) -> set[str]:
    routes = world.server.app.router.routes()
    every = {each.resource.canonical for each in routes if each.resource and each.method == "GET"}
    pages = {each for each in every if each.startswith("/desk")} - _NONE
    return {each.replace("{tip}", tip).replace("{unit}", "north-park") for each in pages}


async def look(page: Page, where: str) -> None:
    """Nothing for axe-core to complain about, nothing too wide, nothing too low to be pressed."""
    for summary in await page.query_selector_all("main details:not([open]) > summary"):
        if await summary.is_visible():
            await summary.click()
    found = await Axe().run(page)
    assert [one["id"] for one in found.response["violations"]] == [], where
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth"), where
    assert await page.evaluate(_LOW, _LEAST_HEIGHT) == [], where
    assert await page.locator("h1").count() == 1, where


@pytest.mark.parametrize(
    ("width", "scheme", "tongue"), [(360, "dark", "vi"), (1280, "light", "en")]
)
async def test_every_page_of_the_desk_is_open_to_everybody(
    world: World, new_context: NewContext, width: int, scheme: str, tongue: str
) -> None:
    left = addresses(world, await settle(world))
    base = str(world.server.make_url("/")).rstrip("/")
    context = await new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = await context.new_page()
    for login in ("mot", "truong", "kiem", "top"):
        await page.goto(base + await demo_link(world.parts, login))
        if tongue == "en":
            await page.click("button[lang=en]")
        for path in sorted(left):
            answer = await page.goto(base + path)
            assert answer is not None
            assert answer.status < 500, path
            if answer.status != 404:
                assert await page.get_attribute("html", "lang") == tongue, path
                await look(page, path)
                left.discard(path)
    assert left == set()
