"""The whole road in a real Chromium: a tip with a photo, its answer, with and without scripts."""

import io

import pytest
from PIL import Image

from tests.browser.crowd import DESKTOP, PHONE, Crowd
from tests.browser.people import STORY, UNIT, Officer, Receipt, Worker
from tests.browser.photos import CANARY, photo

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_tip_with_a_photo_is_answered_and_the_answer_is_read(
    crowd: Crowd, width: int, scripts: bool
) -> None:
    officer = await crowd.officer(width=width, scripts=scripts)
    await officer.watch_list()
    worker = await crowd.worker(width, scripts=scripts)
    receipt = await _file(worker)
    await worker.press("Mở tin vừa gửi")
    await _claim_and_ask(officer)
    await _hears(worker, "Máy nào, ở khu nào?")
    back = await crowd.worker(width, scripts=scripts)
    await _reply(back, receipt)
    await _answer_and_close(officer)
    await _hears(back, "Máy đã dừng, thợ đang lắp che chắn.", "Tin của bạn đã kết thúc: đã xử lý")


async def _file(worker: Worker) -> Receipt:
    code = await worker.reach_review()
    await worker.reads(UNIT, STORY, "Chưa có gì được gửi đi")
    await worker.press("Thêm ảnh, tệp")
    await worker.bring([photo()])
    await worker.reads("Đã nhận ảnh")
    await worker.press("Gửi")
    receipt = await worker.receipt()
    await worker.reads(UNIT, "trả lời chậm nhất ngày")
    assert receipt.code == code
    assert len(receipt.bell) == 5
    assert receipt.day.startswith("chậm nhất ngày ")
    return receipt


async def _claim_and_ask(officer: Officer) -> None:
    await officer.open_new()
    await officer.reads(STORY, "Mất an toàn lao động", "1 tệp")
    await officer.press("Nhận tin này")
    await officer.reads("Bạn đã nhận tin này.")
    await _see_photo(officer)
    await officer.write("ask", "Máy nào, ở khu nào?")
    await officer.reads("đã hỏi thêm")


async def _see_photo(officer: Officer) -> None:
    link = officer.main.get_by_role("link", name="Xem ảnh 1")
    async with officer.context.expect_page() as opened:
        await link.click()
    tab = await opened.value
    await tab.wait_for_load_state()
    answer = await officer.context.request.get(tab.url)
    data = await answer.body()
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (640, 480)
        assert not image.getexif()
    assert CANARY.encode() not in data
    await tab.close()


async def _hears(worker: Worker, *words: str) -> None:
    """With scripts the open thread changes by itself; without, by its button."""
    if not worker.scripts:
        await worker.press("Xem có gì mới")
    await worker.reads(*words)


async def _reply(worker: Worker, receipt: Receipt) -> None:
    await worker.come_back(receipt.code.lower().replace("-", " "))
    await worker.reads("Máy nào, ở khu nào?", STORY, receipt.bell)
    await worker.press("Trả lời")
    await worker.say("Máy số 4, khu dập.")
    await worker.reads("Máy số 4, khu dập.", "Đã thêm vào tin")


async def _answer_and_close(officer: Officer) -> None:
    """The open page says that something changed; without scripts it is opened again."""
    if officer.scripts:
        await officer.page.locator("#changed a").click()
    else:
        await officer.go(officer.page.url.removeprefix(officer.address))
    await officer.press("Mở tin")
    await officer.reads("Máy số 4, khu dập.")
    await officer.write("answer", "Máy đã dừng, thợ đang lắp che chắn.")
    await officer.write("close", "Cảm ơn bạn đã báo.", "đã xử lý")
    await officer.reads("Bạn đã kết thúc tin này: đã xử lý")
