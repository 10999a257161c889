"""The questions after the story on a phone's page: pressed, told, passed over, changed."""

import pytest
from playwright.async_api import Page

from tests.browser.crowd import PHONE, Crowd
from tests.browser.people import PLACE, SKIP_ALL, STORY
from tests.browser.watch import assert_open_to_all

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_questions_are_answered_and_stand_in_the_review(crowd: Crowd, scripts: bool) -> None:
    worker = await crowd.worker(PHONE, scripts=scripts)
    await worker.begin()
    await worker.say(PLACE)
    await worker.say(STORY)
    await worker.reads("Câu 1/6 · bỏ qua được", "Nguy hiểm đến từ đâu?")
    await _looks_well(worker.page, "pressed", scripts=scripts)
    await worker.press("Máy móc, thiết bị nâng")
    await worker.reads("Câu 2/6", "Máy nào?")
    await _looks_well(worker.page, "told", scripts=scripts)
    await worker.say("Máy dập số 4")
    await worker.press("Bỏ qua")
    await worker.press("Đã có người bị thương")
    await worker.press("Không rõ")
    await worker.press("Chỉ mình tôi biết")
    await worker.reads("chi tiết có thể làm lộ bạn")
    await _looks_well(worker.page, "known to few", scripts=scripts)
    await worker.press("Giữ nguyên, đi tiếp")
    await worker.reads("Máy nào: Máy dập số 4", "Còn ai biết: Chỉ mình tôi biết")
    await worker.press("Sửa")
    await worker.press("Sửa câu trả lời thêm")
    await _looks_well(worker.page, "which is changed", scripts=scripts)
    await worker.press("Máy nào")
    await worker.reads("Bạn đã trả lời: Máy dập số 4")
    await worker.say("Máy dập số 5")
    await worker.press("Xong, xem lại tin")
    await worker.reads("Máy nào: Máy dập số 5")
    await worker.send()


async def test_one_press_passes_over_all_of_them(crowd: Crowd) -> None:
    worker = await crowd.worker(PHONE, scripts=False)
    await worker.begin()
    await worker.say(PLACE)
    await worker.say(STORY)
    await worker.press(SKIP_ALL)
    await worker.reads("Xem lại trước khi gửi", STORY)


async def _looks_well(page: Page, name: str, *, scripts: bool) -> None:
    if scripts:
        await assert_open_to_all(page, name)
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not await page.evaluate(wide), name
