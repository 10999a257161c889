"""Where it happened, on a phone: a list to choose from, one question more, and a guess."""

import pytest
from playwright.async_api import Page

from tests.browser.crowd import PHONE, Crowd
from tests.browser.people import STORY, Worker
from tests.browser.watch import assert_open_to_all

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_wide_place_is_picked_narrowed_and_reviewed(crowd: Crowd, scripts: bool) -> None:
    worker = await crowd.worker(PHONE, scripts=scripts)
    await worker.begin()
    await worker.say("thủ đức")
    await worker.reads("Bạn muốn nói nơi nào?", "Phường Thủ Đức, Thành phố Hồ Chí Minh")
    await _looks_well(worker, "several places")
    await worker.press("Thành phố Thủ Đức (cũ), Thành phố Hồ Chí Minh")
    await worker.reads("Trong Thành phố Thủ Đức (cũ), Thành phố Hồ Chí Minh có 12 xã, phường")
    await _looks_well(worker, "which commune is typed")
    await worker.say("linh xuan")
    await worker.reads("Nơi xảy ra: Phường Linh Xuân, Thành phố Hồ Chí Minh")
    await worker.say(STORY)
    await worker.reads("Nơi xảy ra: Phường Linh Xuân", "Chưa có gì được gửi đi")


async def test_few_communes_are_pressed_and_a_guess_is_asked_back(crowd: Crowd) -> None:
    worker = await crowd.worker(PHONE)
    await worker.begin()
    await worker.say("chau thanh a")
    await worker.reads("có 4 xã, phường")
    await _looks_well(worker, "which commune is pressed")
    await worker.press("Gõ lại nơi khác")
    await worker.say("0912345678")
    await worker.reads("Đó là một dãy số")
    await worker.say("kcn khong co o dau")
    await worker.reads("kcn khong co o dau")
    await _looks_well(worker, "not found")
    await worker.say("chau thanh a")
    await worker.press("Giữ cả vùng này")
    await worker.reads("Nơi xảy ra: Huyện Châu Thành A (cũ), Thành phố Cần Thơ")


async def test_a_reader_of_bulletins_types_a_place(crowd: Crowd) -> None:
    worker = await crowd.worker(PHONE)
    await worker.go("/ban-tin")
    await worker.page.locator("summary").click()
    await worker.page.locator("#near").fill("chau thanh a")
    await worker.page.locator("form.talk button").click()
    await worker.reads("Bạn muốn xem bản tin của nơi nào?")
    await _looks_well(worker, "bulletins of which place")
    await worker.page.get_by_role("link", name="Xã Thạnh Xuân").click()
    await worker.reads("Xã Thạnh Xuân, Thành phố Cần Thơ")


async def test_an_officer_enters_a_tip_of_a_wide_place(crowd: Crowd) -> None:
    crowd.watch.expect(409)
    officer = await crowd.officer(width=PHONE)
    await officer.go("/desk/nhap-tin")
    page = officer.page
    await page.select_option("#category", "fire")
    await page.check("input[name=danger][value=no]")
    await page.fill("#words", "Cửa thoát hiểm bị khóa.")
    await page.fill("#place", "chau thanh a")
    await page.click("text=Xem lại trước khi gửi")
    await officer.reads("Trong Huyện Châu Thành A (cũ), Thành phố Cần Thơ có 4 xã, phường")
    await assert_open_to_all(page, "entering, a wide place")
    await page.get_by_label("Xã Thạnh Xuân").check()
    await page.click("text=Xem lại trước khi gửi")
    await officer.reads("Xã Thạnh Xuân, Thành phố Cần Thơ", "Gửi và lấy phiếu")


async def _looks_well(worker: Worker, name: str) -> None:
    if worker.scripts:
        await assert_open_to_all(worker.page, name)
    await _buttons_are_whole(worker.page)


async def _buttons_are_whole(page: Page) -> None:
    """The longest name breaks into lines, and stays in its button."""
    for button in await page.locator("main button").all():
        wide = await button.evaluate("each => each.scrollWidth > each.clientWidth + 1")
        assert not wide, await button.inner_text()
