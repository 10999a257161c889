"""The studio in a real Chromium: on a phone and a desktop, with axe-core, and without scripts."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page

from bot.web.enter import demo_link
from handlers.bulletins import Topic
from storage import bulletins, outlets, sendings
from tests import studio_world
from tests.browser.crowd import NewContext
from tests.browser.test_desk_pages import check
from tests.desk_browser import World
from tests.studio_world import DUE, FIELDS, studio_on, subscribe, write

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with studio_on(sqlite_url) as running:
        yield running


async def comes_in(world: World, context: BrowserContext, login: str) -> Page:
    page = await context.new_page()
    await page.goto(str(world.server.make_url(await demo_link(world.parts, login))))
    return page


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
async def test_every_page_of_the_studio_can_be_used_by_everybody(
    world: World, new_context: NewContext, width: int, scheme: str
) -> None:
    people = await studio_world.staff(world.made)
    bulletin = await write(world.made, people["viet"])
    account = await subscribe(world.made, 3)
    async with world.made.write() as tx:
        await outlets.add(tx, account.id, "north", "channel", "-1001", "Kênh phía bắc")
    context = await new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page, asked = await comes_in(world, context, "viet"), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    await check(page, world, asked)
    async with world.made.write() as tx:
        await bulletins.propose(tx, bulletin.id, bulletin.version)
        sending = await sendings.start(tx, bulletin, DUE, 0)
        assert sending is not None
    one = f"/studio/tin/{bulletin.id}"
    for path in (
        "/studio",
        "/studio/thu-vien",
        "/studio/thu-vien/loan_interest/tai-ve",
        "/studio/cau-do",
        "/studio/kenh",
        one,
        f"{one}/sua",
        f"{one}/ket-qua/{sending.id}",
    ):
        await page.goto(str(world.server.make_url(path)))
        for summary in await page.query_selector_all("details:not([open]) > summary"):
            await summary.click()
        await check(page, world, asked)
    await page.goto(str(world.server.make_url("/studio/moi")))
    await page.select_option("#topic", "wages")
    await page.fill("#vi_title", "Lương ngày lễ")
    await page.fill("#scope", "Không Có Nơi Này\nBình Minh")
    await page.click("form.bulletin-form button")
    await page.locator(".faults").wait_for()
    assert await page.input_value("#vi_title") == "Lương ngày lễ"
    await check(page, world, asked)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_bulletin_is_written_approved_and_its_sending_stopped(
    world: World, new_context: NewContext, scripts: bool
) -> None:
    await studio_world.staff(world.made)
    contexts = [await new_context(java_script_enabled=scripts) for _ in range(2)]
    author = await comes_in(world, contexts[0], "viet")
    await author.get_by_role("link", name="Viết bản tin mới").click()
    for name, value in FIELDS.items():
        box = author.locator(f"[name={name}]")
        if name in {"unit", "topic"}:
            await box.select_option(value)
        elif name != "legal":
            await box.fill(value)
    await author.get_by_role("button", name="Lưu").click()
    await author.get_by_role("button", name="Gửi người duyệt").click()
    await author.get_by_text("Đã chuyển cho người duyệt.").wait_for()
    approver = await comes_in(world, contexts[1], "duyet")
    await approver.get_by_role("link", name="Lương ngày lễ").click()
    await approver.get_by_role("button", name="Duyệt và đặt lịch").click()
    await approver.get_by_text("Bản tin sẽ được gửi theo lịch.").wait_for()
    async with world.made.write() as tx:
        [kept] = await bulletins.of_units(tx, ["north"])
        await sendings.start(tx, kept, DUE, 0)
    await author.goto(str(world.server.make_url(f"/studio/tin/{kept.id}")))
    await author.get_by_role("button", name="Tạm dừng").click()
    await author.get_by_text("Đã tạm dừng.").wait_for()


async def test_an_open_list_shows_by_itself_that_something_is_being_sent(
    world: World, new_context: NewContext
) -> None:
    people = await studio_world.staff(world.made)
    bulletin = await write(world.made, people["viet"])
    context = await new_context()
    page = await comes_in(world, context, "viet")
    async with page.expect_response("**/studio/live"):
        await page.reload()
    assert await page.get_by_text("đang gửi", exact=True).count() == 0
    async with world.made.write() as tx:
        await sendings.start(tx, bulletin, DUE, 0)
    await page.get_by_text("đang gửi", exact=True).wait_for()


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (390, "light"), (1280, "light")])
async def test_drafts_and_changed_laws_can_be_looked_after_by_everybody(
    world: World, new_context: NewContext, width: int, scheme: str
) -> None:
    people = await studio_world.staff(world.made)
    await write(world.made, people["viet"])
    context = await new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page, asked = await comes_in(world, context, "duyet2"), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    base = str(world.server.make_url("/")).rstrip("/")
    await page.goto(f"{base}/studio/luat")
    await check(page, world, asked)
    await page.fill("#number", "45/2019/qh14")
    await page.fill("#by", "Bộ luật Lao động 1/2026/QH16")
    await page.fill("#since", "2026-11-01")
    await page.get_by_role("button", name="Ghi", exact=True).click()
    await page.get_by_text("Đã ghi: 45/2019/QH14").wait_for()
    for path in ("/studio/luat", "/studio", "/studio/thu-vien", *map(_topic, Topic)):
        await page.goto(base + path)
        for summary in await page.query_selector_all("details:not([open]) > summary"):
            await summary.click()
        await check(page, world, asked)
    await page.goto(f"{base}/studio/thu-vien")
    await page.get_by_role("link", name="Chờ đối chiếu").click()
    await check(page, world, asked)
    first = page.locator("li.card").first
    title = await first.locator("h2").inner_text()
    await first.get_by_role("button", name="Cho dùng").click()
    await page.get_by_text("bạn chưa đánh dấu").wait_for()
    await check(page, world, asked)
    await page.get_by_role("checkbox").first.check()
    await page.locator("li.card").first.get_by_role("button", name="Cho dùng").click()
    await page.get_by_text(f"Đã cho dùng “{title}”.").wait_for()
    await check(page, world, asked)


def _topic(topic: Topic) -> str:
    return f"/studio/thu-vien?xem={topic}"


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
async def test_a_year_of_bulletins_can_be_planned_by_everybody(
    world: World, new_context: NewContext, width: int, scheme: str
) -> None:
    await studio_world.staff(world.made)
    context = await new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page, asked = await comes_in(world, context, "viet"), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    await page.get_by_role("link", name="Lên lịch cả năm").click()
    await check(page, world, asked)
    await page.fill("#start", "2026-12-01")
    await page.get_by_label("Thứ năm").check()
    await page.get_by_role("button", name="Xem trước").click()
    await check(page, world, asked)
    await page.get_by_role("button", name="Ghi vào lịch").click()
    await page.get_by_text("bản tin vào lịch.").wait_for()
    await check(page, world, asked)
