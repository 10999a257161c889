"""The pages of similar tips and of entering a tip, at the sizes of a phone and a desk."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.web.desk_entering import PAGE
from bot.web.enter import demo_link
from handlers.roles import Role
from storage import cases, merging
from tests.browser.crowd import NewContext
from tests.browser.test_desk_pages import SIZES, check
from tests.desk_browser import World, world_on
from tests.desk_world import NOW, add
from tests.tip_world import file, new_tip

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
TOLD = (
    "Máy dập ở xưởng hai không có che chắn. Gọi tôi số 0912345678. Tuần trước có người bị thương."
)


@pytest_asyncio.fixture(loop_scope="session")
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with world_on(sqlite_url) as running:
        yield running


@pytest.mark.parametrize(("width", "scheme"), SIZES)
async def test_tips_are_compared_merged_and_taken_out_by_everybody(
    world: World, new_context: NewContext, width: int, scheme: str
) -> None:
    member, _ = await add(world.made, "mot", ("north", Role.OFFICER))
    stories = ("Cửa thoát hiểm bị khóa.", "cua thoat hiem khoa hoai", "Cửa thoát hiểm lại khóa.")
    names = ("Cây tre xanh", "Con suối nhỏ", "Ngọn đồi cao")
    lead, other, third = [
        await file(world.made, new_tip(story=story, nickname=name))
        for story, name in zip(stories, names, strict=True)
    ]
    async with world.made.write() as tx:
        await cases.claim(tx, member.id, lead, NOW)
        await merging.merge(tx, member.id, lead, [third], NOW)
    base = str(world.server.make_url("/")).rstrip("/")
    context = await new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page, asked = await context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(base + await demo_link(world.parts, "mot"))
    await check(page, world, asked)
    await page.goto(f"{base}/desk/tin/{lead.hex()}")
    await page.click("text=Việc khác với tin này")
    await page.click("text=Tin giống tin này, gộp tin")
    await check(page, world, asked)
    await page.click("text=So với tin Con suối nhỏ")
    assert await page.locator(".pair article").count() == 2
    await check(page, world, asked)
    await page.check("text=Gộp tin Con suối nhỏ")
    await page.click("text=Gộp các tin đã chọn")
    await page.get_by_text("Tin này đang là tin chính của 2 tin").wait_for()
    await check(page, world, asked)
    await page.click("text=Tách tin Ngọn đồi cao ra")
    await page.get_by_text("Đã tách tin đó ra.").wait_for()
    await page.goto(f"{base}/desk/tin/{lead.hex()}")
    await page.click("button[value=open]")
    for summary in await page.query_selector_all("details:not([open]) > summary"):
        await summary.click()
    await check(page, world, asked)
    await page.goto(f"{base}/desk/tin/{other.hex()}")
    await check(page, world, asked)
    await page.get_by_role("link", name="Mở tin chính").click()
    await page.get_by_role("heading", name="Cây tre xanh").wait_for()


@pytest.mark.parametrize(("width", "scheme"), SIZES)
async def test_a_tip_is_entered_by_everybody_and_its_slip_can_be_printed(
    world: World, new_context: NewContext, width: int, scheme: str
) -> None:
    await add(world.made, "mot", ("north", Role.OFFICER))
    base = str(world.server.make_url("/")).rstrip("/")
    context = await new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page, asked = await context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(base + await demo_link(world.parts, "mot"))
    await page.click("text=Nhập tin hộ")
    await check(page, world, asked)
    await page.select_option("#category", "unsafe")
    await page.check("text=Có, đang gặp nguy hiểm")
    await page.fill("#place", "phường tân")
    await page.fill("#words", TOLD)
    await page.click("text=Xem lại trước khi gửi")
    await page.get_by_text("Hãy chọn một nơi ở dưới.").wait_for()
    await check(page, world, asked)
    assert await page.input_value("#words") == TOLD
    await page.check("input[name=place-at] >> nth=0")
    await page.click("text=Xem lại trước khi gửi")
    await page.check("input[name=cover-0]")
    await check(page, world, asked)
    await page.click("button[value=answered]")
    assert "[đã che]" in await page.inner_text("main")
    await check(page, world, asked)
    await page.click("text=Gửi và lấy phiếu")
    await page.locator(".slip").wait_for()
    await check(page, world, asked)
    assert await page.get_by_role("button", name="In phiếu").is_visible()
    await page.emulate_media(media="print")
    assert await page.locator(".slip .code >> nth=0").is_visible()
    assert not await page.get_by_role("button", name="In phiếu").is_visible()
    assert not await page.locator("header").is_visible()
    await page.emulate_media(media="screen")
    await page.click("text=Đã đưa phiếu")
    await page.wait_for_url("**/desk")
    assert PAGE not in page.url


async def test_a_tip_is_entered_without_javascript(world: World, new_context: NewContext) -> None:
    await add(world.made, "mot", ("north", Role.OFFICER))
    context = await new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(str(world.server.make_url(await demo_link(world.parts, "mot"))))
    await page.click("text=Nhập tin hộ")
    await page.select_option("#category", "fire")
    await page.check("input[name=danger][value=no]")
    await page.fill("#words", "Cửa thoát hiểm bị khóa.")
    await page.click("text=Xem lại trước khi gửi")
    await page.click("text=Gửi và lấy phiếu")
    assert await page.locator(".slip .code").count() == 2
    await page.click("text=Đã đưa phiếu")
    assert page.url.endswith("/desk")
