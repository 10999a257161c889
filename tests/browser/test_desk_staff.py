"""The pages that look after people, in a real Chromium: log, sessions, exports, leaving."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from bot.web.enter import demo_link
from handlers.roles import Role
from storage import audit, cases
from storage.audit import Act
from tests.browser.crowd import NewContext
from tests.desk_browser import World, picture, world_on
from tests.desk_world import NOW, add, file_tip
from tests.staff_world import enrolled

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SIZES = ((360, "dark"), (1280, "light"))


@pytest_asyncio.fixture(loop_scope="session")
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with world_on(sqlite_url) as running:
        yield running


async def check(page: Page, world: World, asked: list[str]) -> None:
    """Nothing for axe-core to complain about, nothing wider than the screen, no foreign request."""
    found = await Axe().run(page)
    assert [one["id"] for one in found.response["violations"]] == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    base = str(world.server.make_url("/"))
    assert [each for each in asked if not each.startswith((base, "data:"))] == []


async def settle(world: World) -> bytes:
    """People, a claimed tip, and some lines in the log."""
    an = await enrolled(world.made, "an", ("north", Role.OFFICER))
    await enrolled(world.made, "binh", ("north", Role.LEAD))
    await enrolled(world.made, "kiem", ("root", Role.AUDITOR))
    await enrolled(world.made, "top", ("root", Role.ADMINISTRATOR))
    await add(world.made, "moi", ("north", Role.OFFICER))
    tip = await file_tip(world.made, "north", picture())
    async with world.made.write() as tx:
        await cases.open_case(tx, an.id, tip, NOW)
        await cases.claim(tx, an.id, tip, NOW)
        for _ in range(60):
            await audit.write(tx, Act.OPENED, staff=an.id, tip=tip, unit="north", minute=NOW)
        note = f"officer {an.id.hex()}"
        await audit.write(tx, Act.GRANTED, staff=an.id, unit="north", minute=NOW, note=note)
    return tip


@pytest.mark.parametrize(("width", "scheme"), SIZES)
async def test_the_pages_for_people_can_be_used_by_everybody(
    world: World, new_context: NewContext, width: int, scheme: str
) -> None:
    tip = await settle(world)
    base = str(world.server.make_url("/")).rstrip("/")
    context = await new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page, asked = await context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))

    async def look(login: str, *paths: str) -> None:
        await page.goto(base + await demo_link(world.parts, login))
        for path in paths:
            await page.goto(base + path)
            await check(page, world, asked)

    await look("kiem", "/desk/nhat-ky")
    await page.click("summary")
    await page.select_option("#act", "granted")
    await page.get_by_role("button", name="Xem", exact=True).click()
    await page.wait_for_selector(".log .flag")
    assert await page.locator(".log li").count() == 1
    await check(page, world, asked)
    await page.click("text=Bỏ lọc")
    await page.click("text=Cũ hơn")
    await page.wait_for_selector("text=Về mục mới nhất")
    async with page.expect_download() as coming:
        await page.click("text=Tải CSV")
    assert (await coming.value).suggested_filename == "nhat-ky-2026-11-21.csv"
    await page.goto(base + "/desk/nhat-ky?tu=2027-01-01")
    await check(page, world, asked)

    await look("an", "/desk/phien", "/desk/xuat", f"/desk/tin/{tip.hex()}/xuat")
    await page.check("input[value=labour]")
    await page.check("input[value=in_writing]")
    await page.fill("textarea", "Công văn số 12")
    await page.click("text=Xin đồng ý")
    await page.wait_for_selector("text=Rút lời xin")
    await check(page, world, asked)
    await look("binh", "/desk/xuat")
    await page.click("button[value=agree]")
    await page.wait_for_selector("text=Bạn đã đồng ý")
    await look("an", f"/desk/tin/{tip.hex()}/xuat")
    async with page.expect_download() as coming:
        await page.click("text=Tải bản xuất")
    assert (await coming.value).suggested_filename.endswith(".zip")

    await look("top", "/desk/nguoi")
    card = page.locator("li.card", has_text="Người moi")
    await card.locator("summary", has_text="Rời đi").click()
    await check(page, world, asked)
    await card.locator("input[name=sure]").check()
    await card.locator("button[value=leave]").click()
    await page.wait_for_selector("text=Người moi đã rời đi.")
    await check(page, world, asked)
