"""Giving a tip on, taking it over, undoing a closing, a unit's own words: in a real Chromium."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from bot.web.enter import demo_link
from handlers.roles import Role
from tests.browser.crowd import NewContext
from tests.desk_browser import World, enrolled, world_on
from tests.desk_world import add, file_tip

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with world_on(sqlite_url) as running:
        yield running


async def check(page: Page) -> None:
    """Nothing for axe-core to complain about, nothing wider than the screen, room for a thumb."""
    found = await Axe().run(page)
    assert [one["id"] for one in found.response["violations"]] == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    for button in await page.query_selector_all("main button"):
        box = await button.bounding_box()
        assert box is None or box["height"] >= 44


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
async def test_a_tip_goes_from_hand_to_hand_and_a_closing_is_undone(
    world: World, new_context: NewContext, width: int, scheme: str
) -> None:
    for login, role in (("mot", Role.OFFICER), ("hai", Role.OFFICER), ("truong", Role.LEAD)):
        await add(world.made, login, ("north", role))
        await enrolled(world, await world.browser(), login)
    tip = await file_tip(world.made, "north")
    base = str(world.server.make_url("/")).rstrip("/")
    context = await new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = await context.new_page()
    await page.goto(base + await demo_link(world.parts, "mot"))
    await page.goto(f"{base}/desk/tin/{tip.hex()}")
    await page.click("text=Nhận tin này")
    await page.click("text=Việc khác với tin này")
    await page.click("text=Trả lại hoặc giao tin cho đồng nghiệp")
    await check(page)
    await page.select_option("#to", label="Người hai")
    await page.click("text=Giao tin >> nth=-1")
    await page.wait_for_selector("text=Đã giao tin cho Người hai.")
    await check(page)
    await page.click("text=Về tin này")
    await page.click("text=Việc khác với tin này")
    await page.click("text=Nhận thay đồng nghiệp")
    assert "Từ" in await page.inner_text("main")
    await check(page)
    await page.goto(base + await demo_link(world.parts, "hai"))
    await page.goto(f"{base}/desk/tin/{tip.hex()}")
    await _closes_and_undoes(page)
    await page.goto(base + await demo_link(world.parts, "truong"))
    await page.click("nav >> text=Đơn vị")
    await check(page)
    await page.click("text=Lời nhắn cho người báo tin")
    await page.click("summary >> nth=0")
    await page.fill("#pass_on-vi", "Tin đã sang {ten}.")
    await page.click("details[open] >> text=Xem trước")
    await page.wait_for_selector("text=Không có chỗ điền “ten”")
    assert await page.input_value("#pass_on-vi") == "Tin đã sang {ten}."
    await page.fill("#pass_on-vi", "Tin đã sang {unit}, hẹn {day}.")
    await page.click("details[open] >> text=Xem trước")
    await page.wait_for_selector("text=Tin đã sang Công đoàn phía bắc")
    await check(page)


async def _closes_and_undoes(page: Page) -> None:
    await page.click("button[value=open]")
    await page.click("summary:has-text('Kết thúc')")
    await page.check("input[value=handled]")
    await page.fill("#words-close", "Chuyện khác đã xong.")
    await page.click("form:has(#words-close) button")
    await page.wait_for_selector("text=Mở lại, tôi kết thúc nhầm")
    await check(page)
    await page.click("text=Mở lại, tôi kết thúc nhầm")
    await page.wait_for_selector("text=Đã lấy lại.")
    await check(page)
    await page.click("main a.button")
    await page.click("button[value=open]")
    assert "Chuyện khác đã xong." not in await page.inner_text("main")
    assert "lần kết thúc vừa rồi là nhầm" in await page.inner_text("main")
    await check(page)
