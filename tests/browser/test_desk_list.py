"""The desk's list in a real Chromium: filters, search, views and labels at both sizes; keys."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from bot.web.enter import demo_link
from handlers.roles import Role
from handlers.tips import Category
from tests.browser.crowd import DESKTOP, PHONE, NewContext
from tests.browser.watch import assert_open_to_all
from tests.desk_browser import World, world_on
from tests.desk_world import add
from tests.tip_world import file, new_tip

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
FOCUSED = "() => document.activeElement.textContent"


@pytest_asyncio.fixture(loop_scope="session")
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with world_on(sqlite_url) as running:
        await add(running.made, "mot", ("north", Role.OFFICER), ("south", Role.OFFICER))
        await file(running.made, new_tip("north", nickname="Cây tre một", danger=True))
        await file(running.made, new_tip("south", nickname="Cây tre hai"))
        wages = new_tip("north", nickname="Dòng sông ba", category=Category.WAGES)
        await file(running.made, wages)
        yield running


async def at_list(world: World, new_context: NewContext, width: int, *, scripts: bool) -> Page:
    context = await new_context(
        viewport={"width": width, "height": 800}, java_script_enabled=scripts
    )
    page = await context.new_page()
    await page.goto(str(world.server.make_url(await demo_link(world.parts, "mot"))))
    return page


async def press(page: Page, label: str, of: str = "") -> None:
    """A button; `of` is the name that only a screen reader says after it."""
    name = re.compile(f"^{label}( ?: {of})?$")
    async with page.expect_navigation():
        await page.get_by_role("button", name=name).click()


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_the_pages_of_the_list_can_be_used_by_everybody(
    world: World, new_context: NewContext, width: int
) -> None:
    page = await at_list(world, new_context, width, scripts=True)
    await page.get_by_text("Lọc và sắp xếp").click()
    await assert_open_to_all(page, "list")
    await page.get_by_label("Nhóm việc").select_option("wages")
    await press(page, "Lọc")
    await expect(page.locator(".cards h2")).to_have_text(["Dòng sông ba"])
    await page.get_by_text("Lọc và sắp xếp").click()
    await page.get_by_label("Lưu bộ lọc này với tên").fill("Lương")
    await press(page, "Lưu cách xem")
    await assert_open_to_all(page, "views")
    await press(page, "Xóa", "Lương")
    await assert_open_to_all(page, "a deleted view")
    await press(page, "Lấy lại", "Lương")
    await page.goto(str(world.server.make_url("/desk?loai=drugs&tuoi=older&nhan=child")))
    await expect(page.get_by_text("Không có tin nào khớp")).to_be_visible()
    await assert_open_to_all(page, "nothing left")
    await page.goto(str(world.server.make_url("/desk")))
    await page.get_by_label("Tìm trong các tin").fill("cua thoat hiem")
    await press(page, "Tìm")
    await expect(page.locator(".cards h2")).to_have_count(3)
    assert "cua" not in page.url
    await assert_open_to_all(page, "found")
    await page.get_by_text("Cây tre một").click()
    await page.get_by_text("Việc khác với tin này").click()
    await page.get_by_text("Gắn nhãn").click()
    await page.get_by_label("cần phiên dịch").check()
    await press(page, "Lưu nhãn")
    await assert_open_to_all(page, "labels")


async def test_the_desk_is_driven_by_the_keyboard(world: World, new_context: NewContext) -> None:
    page = await at_list(world, new_context, DESKTOP, scripts=True)
    for key, name in (
        ("j", "Cây tre một"),
        ("j", "Cây tre hai"),
        ("ArrowDown", "Dòng sông ba"),
        ("j", "Dòng sông ba"),
        ("k", "Cây tre hai"),
        ("ArrowUp", "Cây tre một"),
    ):
        await page.keyboard.press(key)
        assert await page.evaluate(FOCUSED) == name
    await page.keyboard.press("?")
    await expect(page.locator("#keys")).to_be_visible()
    await assert_open_to_all(page, "keys")
    await page.keyboard.press("Escape")
    assert await page.evaluate(FOCUSED) == "Cây tre một"
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    assert "/desk/tin/" in page.url
    async with page.expect_navigation():
        await page.keyboard.press("c")
    await expect(page.get_by_text("Bạn đã nhận tin này.")).to_be_visible()
    await page.keyboard.press("g")
    async with page.expect_navigation():
        await page.keyboard.press("l")
    # What is typed is typed: none of these is a command.
    await page.keyboard.press("/")
    await page.keyboard.type("cgl j?")
    assert await page.get_by_label("Tìm trong các tin").input_value() == "cgl j?"
    await expect(page.locator("#keys")).to_be_hidden()
    await page.locator("h1").click()
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    async with page.expect_navigation():
        await page.keyboard.press("c")
    await expect(page.get_by_text("Bạn đã nhận tin này.")).to_be_visible()


async def test_keys_can_be_switched_off(world: World, new_context: NewContext) -> None:
    page = await at_list(world, new_context, DESKTOP, scripts=True)
    await page.get_by_role("button", name="Phím tắt (?)").click()
    await page.get_by_label("Dùng phím tắt trên máy này").uncheck()
    await page.get_by_role("button", name="Đóng").click()
    for _ in range(2):
        await page.keyboard.press("j")
        assert not await page.evaluate("document.activeElement.matches('.card a')")
        await page.reload()
    await page.keyboard.press("?")
    await page.get_by_label("Dùng phím tắt trên máy này").check()
    await page.keyboard.press("Escape")
    await page.locator("h1").click()
    await page.keyboard.press("j")
    assert await page.evaluate("document.activeElement.matches('.card a')")


async def test_without_scripts_everything_is_there_but_the_keys(
    world: World, new_context: NewContext
) -> None:
    page = await at_list(world, new_context, PHONE, scripts=False)
    await page.get_by_text("Lọc và sắp xếp").click()
    await page.get_by_label("Đơn vị").select_option("south")
    await press(page, "Lọc")
    await expect(page.locator(".cards h2")).to_have_text(["Cây tre hai"])
    await page.get_by_label("Tìm trong các tin").fill("xuong")
    await press(page, "Tìm")
    await expect(page.locator(".cards h2")).to_have_text(["Cây tre hai"])
    await press(page, "Tìm trong mọi tin của tôi")
    await expect(page.locator(".cards h2")).to_have_count(3)
    await expect(page.locator("#keys")).to_be_hidden()
    await expect(page.get_by_text("Phím tắt (?)")).to_be_hidden()
