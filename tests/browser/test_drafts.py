"""How long a draft is kept, and how a receipt is taken along."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.crowd import DESKTOP, PHONE, Crowd
from tests.browser.people import STORY

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
WIDTHS = pytest.mark.parametrize("width", [PHONE, DESKTOP])
TWO_HOURS = 2 * 3600


@WIDTHS
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_the_page_says_until_when_a_draft_is_kept(
    crowd: Crowd, width: int, scripts: bool
) -> None:
    worker = await crowd.worker(width, scripts=scripts)
    await worker.reach_review()
    told = await worker.page.locator("#until").inner_text()
    assert re.fullmatch(r"Bản nháp giữ đến \d\d:\d\d\.", told)
    await worker.send()
    await expect(worker.page.locator("#until")).to_have_count(0)


async def test_two_minutes_before_its_end_a_draft_is_warned_about(crowd: Crowd) -> None:
    worker = await crowd.worker()
    await worker.page.clock.install()
    await worker.reach_review()
    soon = worker.page.locator("#soon")
    await worker.page.clock.run_for(1000)
    await expect(soon).to_be_hidden()
    await worker.page.clock.fast_forward((TWO_HOURS - 110) * 1000)
    await expect(soon).to_be_visible()
    await expect(worker.page.locator("#status")).to_contain_text("sắp hết giờ")
    await worker.press("Tôi vẫn đang viết")
    await expect(soon).to_be_hidden()
    await worker.reads(STORY)


async def test_a_draft_that_ended_is_not_said_to_be_kept(crowd: Crowd) -> None:
    worker = await crowd.worker()
    await worker.page.clock.install()
    await worker.reach_review()
    await worker.page.clock.fast_forward((TWO_HOURS + 5) * 1000)
    await expect(worker.page.locator("#soon")).to_contain_text("đã được xóa")
    await expect(worker.page.locator("#until")).to_be_hidden()


@WIDTHS
async def test_the_receipt_is_copied_as_one_block(crowd: Crowd, width: int) -> None:
    worker = await crowd.worker(width, permissions=["clipboard-read", "clipboard-write"])
    await worker.reach_review()
    receipt = await worker.send()
    await worker.page.locator(".copy").click()
    await expect(worker.page.locator(".copy")).to_have_text("Đã chép")
    copied = await worker.page.evaluate("navigator.clipboard.readText()")
    assert receipt.code in copied
    assert receipt.bell in copied
    assert receipt.day in copied


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_the_receipt_is_kept_as_a_file(crowd: Crowd, scripts: bool) -> None:
    worker = await crowd.worker(scripts=scripts)
    await worker.reach_review()
    receipt = await worker.send()
    async with worker.page.expect_download() as download:
        await worker.button("Lưu thành tệp").click()
    text = (await (await download.value).path()).read_text()
    assert receipt.code in text
    assert receipt.bell in text


async def test_a_practice_run_files_nothing(crowd: Crowd) -> None:
    officer = await crowd.officer()
    await officer.watch_list()
    worker = await crowd.worker()
    await worker.go()
    await worker.press("Làm thử, không gửi")
    await worker.press("Mất an toàn lao động")
    await worker.press("Không")
    await worker.say("ban thach da nang")
    await worker.tell(STORY)
    await worker.press("Gửi")
    await worker.reads("Chưa có tin nào được gửi")
    await officer.go("/desk")
    assert await officer.new_tips() == []
