"""Passing a tip on, and to the police, in a real Chromium: a phone and a desktop, with axe-core."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
import pytest_asyncio
from playwright.async_api import Page

from bot.web.enter import demo_link
from handlers.agreements import Agreement
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Category
from storage import agreements, cases, staff, units
from tests.browser.crowd import NewContext
from tests.browser.test_desk_pages import SIZES, check
from tests.desk_browser import World, world_on
from tests.desk_world import NOW, UNITS, add
from tests.tip_world import file, new_tip

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
WARD = Unit(
    "ward", "north", UnitKind.UNION, "Công đoàn phường Thủ Dầu Một", frozenset({"25747"}),
    hours="8:00 – 16:30", contact="Phòng 1",
)  # fmt: skip
POLICE = Unit("police", "root", UnitKind.POLICE, "Công an phường", frozenset({"25747"}))
CITY = Unit("city", "root", UnitKind.POLICE, "Công an thành phố", frozenset({"79"}))


@pytest_asyncio.fixture(loop_scope="session")
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with world_on(sqlite_url) as running:
        await settle(running)
        yield running


async def settle(world: World) -> None:
    """Three desks, an administrator, a signed agreement."""
    async with world.made.write() as tx:
        await units.import_all(tx, (*UNITS, WARD, POLICE, CITY), at_once=True)
    await add(world.made, "mot", ("north", Role.OFFICER), ("north", Role.LEAD))
    for login, unit in (("phuong", "ward"), ("ca", "police"), ("tp", "city"), ("nam", "south")):
        await add(world.made, login, (unit, Role.OFFICER))
    admin, _ = await add(world.made, "qt", ("root", Role.ADMINISTRATOR))
    signed = Agreement(
        "north", "police", frozenset({Category.THEFT}), "QC 12", "Trực ban, 0123", "Cả ngày", "",
        date(2026, 3, 1),
    )  # fmt: skip
    async with world.made.write() as tx:
        await agreements.add(tx, admin.id, signed, NOW)


async def claimed(world: World, *, agreed: bool) -> str:
    """The address of a tip that the officer of `north` holds."""
    tip = await file(
        world.made, new_tip("north", category=Category.THEFT, may_go_to_police=agreed, danger=True)
    )
    async with world.made.write() as tx:
        member = await staff.by_login(tx, "mot")
        assert member is not None
        assert isinstance(await cases.claim(tx, member.id, tip, NOW), cases.Done)
    return f"/desk/tin/{tip.hex()}"


async def choose(page: Page, to: str, reason: str) -> None:
    await page.check(f"input[name=to][value={to}]")
    await page.check(f"form:has(input[name=to]) input[name=reason][value={reason}]")
    await page.click("button[value=look]")


@pytest.mark.parametrize(("width", "scheme"), SIZES)
async def test_a_tip_goes_to_the_next_desk_and_to_the_police(
    world: World, new_context: NewContext, width: int, scheme: str
) -> None:
    base = str(world.server.make_url("/")).rstrip("/")
    context = await new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page, asked = await context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    tip, silent = await claimed(world, agreed=True), await claimed(world, agreed=False)
    await page.goto(base + await demo_link(world.parts, "mot"))
    await page.goto(base + silent + "/cong-an")
    await check(page, world, asked)
    await page.click("button[value=ask]")
    await check(page, world, asked)
    await page.goto(base + tip)
    await page.click("text=Việc khác với tin này")
    await page.click("text=Chuyển công an")
    await check(page, world, asked)
    await choose(page, "police", "crime")
    await check(page, world, asked)
    await page.click("button[value=release]")
    await page.click("text=Mở tin")
    await page.click("text=Việc khác với tin này")
    await page.click("text=Chuyển đơn vị khác")
    await page.fill("#find", "thu dau mot")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("legend:has-text('Kết quả tìm')")
    await check(page, world, asked)
    await choose(page, "ward", "place")
    await check(page, world, asked)
    await page.click("button[value=go]")
    await page.wait_for_selector("text=Đã chuyển tin đến")
    await check(page, world, asked)
    await page.goto(base + "/desk/don-vi/doc-tiep")
    await check(page, world, asked)
    await page.goto(base + await demo_link(world.parts, "phuong"))
    await page.goto(base + tip)
    await page.click("button:has-text('Nhận tin này')")
    await page.goto(base + tip + "/chuyen")
    await check(page, world, asked)
    await page.goto(base + await demo_link(world.parts, "ca"))
    await page.goto(base + tip + "/cong-an")
    await check(page, world, asked)
    await page.click("button[value=receive]")
    await choose(page, "city", "competence")
    await check(page, world, asked)
    await page.click("button[value=further]")
    await page.wait_for_selector("text=Đã chuyển đến Công an thành phố.")
    await page.goto(base + await demo_link(world.parts, "qt"))
    await page.goto(base + "/desk/quy-che")
    await page.click("summary")
    await check(page, world, asked)


async def test_all_of_it_works_without_javascript(world: World, new_context: NewContext) -> None:
    tip = await claimed(world, agreed=True)
    page = await (await new_context(java_script_enabled=False)).new_page()
    base = str(world.server.make_url("/")).rstrip("/")
    await page.goto(base + await demo_link(world.parts, "mot"))
    await page.goto(base + tip + "/chuyen")
    await page.fill("#find", "phia nam")
    await page.click("button:text-is('Tìm')")
    await choose(page, "south", "concerned")
    await page.click("button[value=go]")
    assert "Đã chuyển tin đến Công đoàn phía nam." in await page.inner_text("main")
    await page.goto(base + tip)
    assert "Tin này không còn nữa" in await page.inner_text("main")
