"""An officer's words in a real Chromium: a look before, a change after, notes, and ready words."""

import pytest

from bot.web.desk_templates import PAGE
from bot.web.enter import demo_link
from handlers.roles import Role
from storage import cases
from tests.browser.crowd import NewContext
from tests.browser.test_desk_pages import SIZES, check, world
from tests.desk_browser import World
from tests.desk_world import NOW, add, file_tip

__all__ = ["world"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize(("width", "scheme"), SIZES)
async def test_words_are_looked_at_sent_changed_and_noted_on_by_everybody(
    world: World, new_context: NewContext, width: int, scheme: str
) -> None:
    member, _ = await add(world.made, "mot", ("north", Role.LEAD))
    tip = await file_tip(world.made, "north")
    async with world.made.write() as tx:
        await cases.claim(tx, member.id, tip, NOW)
    base = str(world.server.make_url("/")).rstrip("/")
    context = await new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page, asked = await context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(base + await demo_link(world.parts, "mot"))
    await page.goto(f"{base}/desk/tin/{tip.hex()}")
    await page.click("button[value=open]")
    await page.click(".more > summary")
    await page.click("details:has(#words-ask) button[name=use]")
    assert "cửa nào, máy nào" in await page.input_value("#words-ask")
    await page.click(".more > summary")
    await page.fill("#picks", "Cửa trước\nCửa sau, gần kho vải cuộn\nCả hai cửa")
    await page.click("details:has(#words-ask) button[name=preview]")
    await page.wait_for_selector(".preview")
    await check(page, world, asked)
    await page.click("details:has(.preview) button:has-text('Gửi') >> nth=0")
    await page.wait_for_selector(".sent")
    await check(page, world, asked)
    await page.fill("#words-correct", "Cửa nào bị khóa?")
    await page.click("text=Thay bằng lời này")
    await page.wait_for_selector("text=Đã thay bằng lời mới")
    await page.click("details:has(#words-note) > summary")
    await page.fill("#words-note", "Đã gọi ban quản lý khu, chờ họ mở cửa.")
    await page.click("text=Lưu ghi chú")
    await page.wait_for_selector(".thread li.note")
    await check(page, world, asked)
    await page.goto(base + PAGE)
    for summary in (await page.query_selector_all("details > summary"))[::5]:
        await summary.click()
    await check(page, world, asked)
