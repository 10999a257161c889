"""The desk in a real Chromium: usable on a phone and a desktop, light and dark, with axe-core."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page
from sqlalchemy import insert

from bot.web.enter import demo_link
from handlers.roles import Role
from handlers.tallies import AnswerTime, TriageTime
from handlers.tips import Category, Outcome
from storage import cases, tally, tips
from storage.tables import tallies
from storage.tally import Tally
from tests.browser.crowd import NewContext
from tests.desk_browser import World, picture, world_on
from tests.desk_world import NOW, STORY, add, file_tip
from tests.tip_world import file, new_tip

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SIZES = ((360, "dark"), (1280, "light"))


@pytest_asyncio.fixture(loop_scope="session")
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with world_on(sqlite_url, push_key="B" * 87) as running:
        yield running


async def check(page: Page, world: World, asked: list[str]) -> None:
    """Nothing for axe-core to complain about, nothing wider than the screen, no foreign request."""
    found = await Axe().run(page)
    assert [one["id"] for one in found.response["violations"]] == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert len((await page.content()).encode()) < 60_000
    base = str(world.server.make_url("/"))
    assert [each for each in asked if not each.startswith((base, "data:"))] == []


@pytest.mark.parametrize(("width", "scheme"), SIZES)
async def test_every_page_of_the_desk_can_be_used_by_everybody(
    world: World, new_context: NewContext, width: int, scheme: str
) -> None:
    member, token = await add(world.made, "mot", ("north", Role.OFFICER))
    await add(world.made, "top", ("root", Role.ADMINISTRATOR))
    await add(world.made, "head", ("root", Role.LEAD))
    tip = await file_tip(world.made, "north", picture(), danger=True)
    async with world.made.write() as tx:
        await cases.claim(tx, member.id, tip, NOW)
    base = str(world.server.make_url("/")).rstrip("/")
    context = await new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page, asked = await context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/desk/vao", f"/desk/moi/{token}", await demo_link(world.parts, "mot")):
        await page.goto(base + path)
        await check(page, world, asked)
    await page.click("summary")
    await check(page, world, asked)
    await page.goto(base + "/desk/chuong")
    await check(page, world, asked)
    await page.goto(base + "/desk")
    await page.click("h2 a")
    await page.click("button[value=open]")
    for summary in await page.query_selector_all("details:not([open]) > summary"):
        await summary.click()
    await check(page, world, asked)
    await page.check("input[name=sure]")
    await page.click("text=Kết thúc vì ngoài phạm vi")
    await page.wait_for_selector("[role=timer]")
    await check(page, world, asked)
    await page.click("text=Lấy lại tin này")
    await page.click("text=Mở tin")
    await page.wait_for_selector("button[value=open]")
    await page.goto(base + "/desk/khong-co")
    await check(page, world, asked)
    await page.goto(base + await demo_link(world.parts, "top"))
    await check(page, world, asked)
    async with world.made.write() as tx:
        counted = Tally("north", Category.OTHER, "79", "2026-11", Outcome.OUT_OF_SCOPE,
                        TriageTime.DAY, AnswerTime.WEEK, overdue=False)  # fmt: skip
        for number in range(5):
            key = bytes([number]) * 16
            body = tally.seal(tx.keys, key, counted)
            await tx.run(insert(tallies).values(id=key, body=body))
    await page.goto(base + await demo_link(world.parts, "head"))
    await page.goto(base + "/desk/ngoai-pham-vi")
    await check(page, world, asked)


async def test_an_open_list_shows_a_new_tip_by_itself(
    world: World, new_context: NewContext
) -> None:
    await add(world.made, "mot", ("north", Role.OFFICER))
    page = await (await new_context()).new_page()
    async with page.expect_response("**/desk/live?*"):
        await page.goto(str(world.server.make_url(await demo_link(world.parts, "mot"))))
    assert await page.locator("li.card").count() == 0
    await file_tip(world.made, "north", nickname="Con suối nhỏ")
    await page.get_by_role("link", name="Con suối nhỏ").wait_for(timeout=10_000)


async def test_an_open_tip_says_that_it_changed_and_keeps_what_is_typed(
    world: World, new_context: NewContext
) -> None:
    member, _ = await add(world.made, "mot", ("north", Role.OFFICER))
    tip = await file_tip(world.made, "north")
    async with world.made.write() as tx:
        await cases.claim(tx, member.id, tip, NOW)
    page = await (await new_context()).new_page()
    await page.goto(str(world.server.make_url(await demo_link(world.parts, "mot"))))
    await page.click("h2 a")
    async with page.expect_response("**/desk/live?*"):
        await page.click("button[value=open]")
    await page.fill("#words-ask", "Đang viết dở")
    async with world.made.write() as tx:
        await cases.ask(tx, member.id, tip, "Cửa nào?", NOW)
    await page.get_by_text("Có thay đổi mới.").wait_for(timeout=10_000)
    assert await page.input_value("#words-ask") == "Đang viết dở"


async def test_a_tip_that_was_let_go_leaves_every_open_page(
    world: World, new_context: NewContext
) -> None:
    member, _ = await add(world.made, "mot", ("north", Role.OFFICER))
    tip = await file_tip(world.made, "north")
    async with world.made.write() as tx:
        await cases.claim(tx, member.id, tip, NOW)
    context = await new_context()
    page, other = await context.new_page(), await context.new_page()
    await page.goto(str(world.server.make_url(await demo_link(world.parts, "mot"))))
    for each in (page, other):
        await each.goto(str(world.server.make_url(f"/desk/tin/{tip.hex()}")))
        async with each.expect_response("**/desk/live?*"):
            await each.click("button[value=open]")
    await page.click("summary:has-text('Ngoài phạm vi')")
    await page.check("input[name=sure]")
    await page.click("text=Kết thúc vì ngoài phạm vi")
    # Its own page is not taken away under the officer, who still has the way back.
    await page.wait_for_selector("[role=timer]")
    await other.get_by_role("heading", name="Tin này không còn nữa").wait_for(timeout=10_000)
    assert STORY not in await other.content()


async def test_the_desk_works_without_javascript(world: World, new_context: NewContext) -> None:
    await add(world.made, "mot", ("north", Role.OFFICER))
    await file_tip(world.made, "north")
    context = await new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(str(world.server.make_url(await demo_link(world.parts, "mot"))))
    await page.click("text=Tải lại")
    await page.click("h2 a")
    await page.click("text=Nhận tin này")
    await page.click("text=Mở tin")
    await page.fill("#words-ask", "Cửa nào, ở tầng mấy?")
    await page.click("form:has(#words-ask) button")
    assert "Người báo tin sẽ đọc: “Cửa nào, ở tầng mấy?”" in await page.inner_text("main")


async def test_a_tip_that_is_deleted_leaves_the_screen_on_which_it_was_open(
    world: World, new_context: NewContext
) -> None:
    await add(world.made, "mot", ("north", Role.OFFICER))
    new = new_tip()
    tip = await file(world.made, new)
    base = str(world.server.make_url("/")).rstrip("/")
    page = await (await new_context()).new_page()
    await page.goto(base + await demo_link(world.parts, "mot"))
    async with page.expect_request("**/desk/live?tin=*"):
        await page.goto(f"{base}/desk/tin/{tip.hex()}")
    async with page.expect_request("**/desk/live?tin=*"):
        await page.click("button[value=open]")
    assert STORY in await page.inner_text("main")
    async with world.made.write() as tx:
        assert await tips.remove(tx, new.key, day=NOW.date())
    await page.wait_for_selector("h1:has-text('Tin này không còn nữa')")
    assert STORY not in await page.content()
    assert new.nickname not in await page.title() + await page.inner_text("body")
