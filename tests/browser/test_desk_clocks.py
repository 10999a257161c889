"""A lead sets a unit's clocks in a real Chromium, on a phone and a desktop, with axe-core."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe

from bot.web.enter import demo_link
from handlers.roles import Role
from tests.browser.crowd import NewContext
from tests.desk_browser import World, world_on
from tests.desk_world import add

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with world_on(sqlite_url) as running:
        yield running


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
async def test_the_clocks_of_a_unit_can_be_set_by_everybody(
    world: World, new_context: NewContext, width: int, scheme: str
) -> None:
    await add(world.made, "truong", ("north", Role.LEAD), ("south", Role.LEAD))
    context = await new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=True,
    )
    page = await context.new_page()
    base = str(world.server.make_url("/")).rstrip("/")

    async def check() -> None:
        found = await Axe().run(page)
        assert [one["id"] for one in found.response["violations"]] == []
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
        for box in await page.query_selector_all("main input:not([type=hidden]), main button"):
            shown = await box.bounding_box()
            kind = await box.get_attribute("type")
            assert shown is not None
            assert kind == "checkbox" or shown["height"] >= 44

    await page.goto(base + await demo_link(world.parts, "truong"))
    await page.goto(base + "/desk/don-vi")
    await page.click("text=Giờ trực và thời hạn")
    await check()
    await page.fill("input[name=from6]", "8 giờ")
    await page.click("button[value=save]")
    assert await page.input_value("input[name=from6]") == "8 giờ"
    assert await page.evaluate("document.activeElement.name") == "from6"
    await check()
    await page.fill("input[name=from6]", "08:00")
    await page.fill("input[name=to6]", "12:00")
    await page.click("button[value=save]")
    assert "Đã lưu" in await page.inner_text("main")
    await page.select_option("#category", "fire")
    await page.click("form.choose button")
    await page.fill("#triage_hours", "4")
    await page.click("button[value=save]")
    assert "Đã lưu" in await page.inner_text("main")
    await check()
