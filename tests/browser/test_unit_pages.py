"""Administrators change a unit on a phone without JavaScript and on a computer, with axe-core."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Dialog, Page

from bot.web.enter import demo_link
from handlers.roles import Role
from storage import units
from tests.browser.crowd import NewContext
from tests.browser.test_every_desk_page import look
from tests.desk_browser import World, world_on
from tests.desk_world import add
from tests.storage.test_unit_editing import UNITS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
WARD = "/desk/don-vi/sua/ward"


@pytest_asyncio.fixture(loop_scope="session")
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with world_on(sqlite_url) as running:
        async with running.made.write() as tx:
            await units.import_all(tx, UNITS, may_remove=True)
        await add(running.made, "qt", ("north", Role.ADMINISTRATOR))
        await add(running.made, "cb", ("ward", Role.OFFICER))
        yield running


async def told(page: Page, words: str) -> None:
    await page.locator("main").get_by_text(words).first.wait_for()


@pytest.mark.parametrize(("width", "script"), [(360, False), (360, True), (1280, True)])
async def test_a_unit_is_changed_from_the_search_to_its_history(
    world: World, new_context: NewContext, width: int, script: bool
) -> None:
    base = str(world.server.make_url("/")).rstrip("/")
    context = await new_context(
        viewport={"width": width, "height": 800}, java_script_enabled=script
    )
    page = await context.new_page()

    async def seen(where: str) -> None:
        # axe-core itself is a script; what it looks at is the same page.
        if script:
            await look(page, where)

    await page.goto(base + await demo_link(world.parts, "qt"))
    await page.goto(base + "/desk/don-vi/cac-don-vi")
    await page.fill("#find", "cong doan phuong")
    await page.click("form[role=search] button")
    await seen("found")
    await page.click("text='Công đoàn phường'")
    await page.fill("#places-find", "dĩ an, hồ chí minh")
    await page.press("#places-find", "Enter")
    await told(page, "Đây là những gì khớp")
    await seen("places")
    await page.check("#places input[name=found-1]")
    await page.uncheck("#places input[name=place-25747]")
    await page.click("#places button[value=save]")
    await told(page, "Bạn xem trước khi lưu")
    await seen("weighed")
    await page.click("main form button[value=sure]")
    await told(page, "Đã lưu.")
    await page.fill("#words input[name=hours]", "=1+1")
    await page.click("#words button[value=save]")
    await told(page, "bảng tính sẽ hiểu là công thức")
    await seen("fault")
    await page.goto(base + "/desk/don-vi/lich-su/ward")
    await told(page, "bỏ: Phường Thủ Dầu Một")
    await page.click("button[value=put_back]")
    await seen("put back")
    await told(page, "Lưu thay đổi của Công đoàn phường?")


async def test_who_saves_one_section_is_told_of_words_in_another(
    world: World, new_context: NewContext
) -> None:
    base = str(world.server.make_url("/")).rstrip("/")
    page = await (await new_context(viewport={"width": 390, "height": 800})).new_page()
    asked = list[str]()
    answers = [False, True]

    async def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        await (dialog.accept() if answers.pop(0) else dialog.dismiss())

    page.on("dialog", answer)
    await page.goto(base + await demo_link(world.parts, "qt"))
    await page.goto(base + WARD)
    await page.fill("#words input[name=hours]", "7:00–16:00")
    await page.click("#cards button[value=save]")
    assert await page.input_value("#words input[name=hours]") == "7:00–16:00"
    await page.click("#cards button[value=save]")
    await page.locator("#cards").get_by_text("Không có gì thay đổi.").wait_for()
    assert ["Tên và liên hệ" in each for each in asked] == [True, True]
    await page.fill("#words input[name=hours]", "7:00–16:00")
    await page.click("#words button[value=save]")
    saved = page.locator("#words").get_by_text("Đã lưu.")
    await saved.wait_for()
    place = await saved.bounding_box()
    assert place is not None
    assert 0 <= place["y"] < 800
    assert len(asked) == 2
