"""The pages of numbers in a real Chromium, on a phone and a desktop, light and dark."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from bot.web.enter import demo_link
from handlers.roles import Role
from handlers.tallies import AnswerTime, TriageTime
from handlers.tips import Category, Outcome
from handlers.valuable import Valuable
from storage import cases
from tests.bot.test_desk_numbers import fill
from tests.bot.test_quarters import AFTER, publish
from tests.browser.crowd import NewContext
from tests.desk_browser import World, world_on
from tests.desk_world import NOW, add, file_tip

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SIZES = ((360, "dark"), (1280, "light"))


@pytest_asyncio.fixture(loop_scope="session")
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with world_on(sqlite_url) as running:
        yield running


async def check(page: Page) -> None:
    found = await Axe().run(page)
    assert [one["id"] for one in found.response["violations"]] == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


async def live(world: World) -> None:
    """A quarter in which something happened."""
    made = world.made
    await fill(made, 34)
    await fill(
        made, 12, category=Category.WAGES, outcome=Outcome.PASSED, valuable=Valuable.PAID_BACK
    )
    await fill(made, 9, "north-park", category=Category.THEFT, province="01", overdue=True)
    await fill(made, 6, category=Category.UNSAFE, triage=TriageTime.DAY, outcome=None)
    await fill(made, 7, category=Category.OTHER, outcome=Outcome.OUT_OF_SCOPE,
               answer=AnswerTime.SAME_DAY)  # fmt: skip
    await fill(made, 2, category=Category.HARASSMENT, province="", given_to_police=True)


@pytest.mark.parametrize(("width", "scheme"), SIZES)
async def test_numbers_can_be_used_by_everybody(
    world: World, new_context: NewContext, width: int, scheme: str
) -> None:
    member, _ = await add(world.made, "mot", ("north", Role.OFFICER))
    await add(world.made, "xem", ("north", Role.OBSERVER))
    tip = await file_tip(world.made, "north")
    async with world.made.write() as tx:
        await cases.claim(tx, member.id, tip, NOW)
    base = str(world.server.make_url("/")).rstrip("/")
    context = await new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = await context.new_page()
    await page.goto(base + await demo_link(world.parts, "xem"))
    await page.goto(base + "/desk/so-lieu")
    await check(page)
    await live(world)
    await page.goto(base + "/desk/so-lieu")
    for summary in await page.query_selector_all("details:not([open]) > summary"):
        await summary.click()
    await check(page)
    await page.goto(base + "/desk/so-lieu?tu=2026-09&den=2026-11&ngay=2026-10-31")
    await check(page)
    await page.goto(base + await demo_link(world.parts, "mot"))
    await page.goto(f"{base}/desk/tin/{tip.hex()}/ket-qua")
    await check(page)
    world.clock.moment = AFTER
    await publish(world.made)
    world.clock.moment = AFTER
    await page.goto(base + "/so-lieu")
    await check(page)
