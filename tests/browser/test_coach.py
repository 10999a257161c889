"""The coach in a real Chromium: what a worker is asked, what an officer is asked."""

import pytest
from playwright.async_api import expect

from tests import drive
from tests.browser.crowd import DESKTOP, PHONE, Crowd
from tests.browser.people import PLACE, SKIP_ALL, STORY
from tests.browser.watch import assert_open_to_all

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
STORY_WITH_NUMBERS = (
    "Em là tổ trưởng tổ 3. Chủ nợ gọi số 0900 000 034 dọa tạt sơn, sđt em là 0900 000 012."
)


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_worker_covers_what_is_theirs(crowd: Crowd, scripts: bool) -> None:
    worker = await crowd.worker(PHONE, scripts=scripts)
    await worker.begin()
    await worker.say(PLACE)
    await worker.say(STORY_WITH_NUMBERS)
    await worker.reads("3 chỗ", "Em là tổ trưởng tổ 3", "Chưa có gì được gửi đi")
    if scripts:
        await assert_open_to_all(worker.page, "whose")
    await worker.press("Che đi")
    await worker.reads("2 chỗ", "0900 000 034")
    await worker.press("Của người vi phạm, giữ lại")
    await worker.reads("0900 000 012")
    await worker.press("Của tôi, che đi")
    await worker.press(SKIP_ALL)
    await worker.reads("[đã che]. Chủ nợ gọi số 0900 000 034 dọa tạt sơn, sđt em là [đã che].")
    assert "0900 000 012" not in await worker.text()
    assert await worker.code()


async def test_an_officer_reads_their_words_again_before_they_go(crowd: Crowd) -> None:
    officer = await crowd.officer("canbo1", DESKTOP)
    await officer.watch_list()
    async with drive.client() as http:
        worker = drive.Worker(http, crowd.product.address)
        await worker.reach_story("unsafe", PLACE)
        await worker.tell(STORY)
        await worker.press("send")
    await officer.open_new()
    await officer.press("Nhận tin này")
    await officer.write("ask", "Bạn làm ở chuyền nào? Cho xin số điện thoại.")
    await officer.reads("Chưa gửi", "hỏi chuyền, tổ, ca", "hỏi số điện thoại")
    box = officer.page.locator("#words-ask")
    await expect(box).to_be_focused()
    await expect(box).to_have_value("Bạn làm ở chuyền nào? Cho xin số điện thoại.")
    for width in (DESKTOP, PHONE):
        await officer.page.set_viewport_size({"width": width, "height": 740})
        await assert_open_to_all(officer.page, f"doubts, {width}")
    await box.fill("Máy nào bị hỏng?")
    await officer.press("Gửi lời đã sửa")
    await officer.reads("Người báo tin sẽ đọc: “Máy nào bị hỏng?”")
