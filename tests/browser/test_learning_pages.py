"""A quiz and the first week at work on the worker's page: a small phone and a desktop, with
axe-core, with and without scripts.
"""

import re

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.browser.crowd import DESKTOP, PHONE, Crowd
from tests.browser.people import Worker

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SHELF = "Tính giúp tôi, câu đố, tuần đầu"
QUESTIONS = 5


async def check(worker: Worker) -> None:
    """Nothing for axe-core to complain about, nothing wider than the screen, and an address that
    says nothing of what is read.
    """
    if worker.scripts:
        found = await Axe().run(worker.page)
        assert [one["id"] for one in found.response["violations"]] == []
        assert not await worker.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert re.sub(r"^https?://[^/]+", "", worker.page.url) in ("/", "/so-tay")


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_quiz_is_played_to_its_end(crowd: Crowd, width: int, scripts: bool) -> None:
    worker = await crowd.worker(width, scripts=scripts)
    await worker.go("/so-tay")
    await worker.press(SHELF)
    await worker.press("Câu đố: bạn biết quyền của mình đến đâu")
    await worker.reads("không biết ai đã chơi")
    await check(worker)
    await worker.press("Thai sản, con nhỏ")
    for number in range(1, QUESTIONS + 1):
        await worker.reads(f"Câu {number}/{QUESTIONS}")
        await check(worker)
        await worker.press_at(worker.main.locator('button[value^="q"]').first)
        await worker.reads("Căn cứ")
    await worker.reads("Xong rồi. Bạn trả lời đúng", "Điểm này chỉ mình bạn thấy")
    await check(worker)
    await worker.press("Chơi lại")
    await worker.reads(f"Câu 1/{QUESTIONS}")


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_the_first_week_is_read_at_once(crowd: Crowd, width: int, scripts: bool) -> None:
    worker = await crowd.worker(width, scripts=scripts)
    await worker.go("/so-tay")
    await worker.press(SHELF)
    await worker.press("Tuần đầu đi làm: 7 bài ngắn")
    await check(worker)
    assert await worker.button("Nhận mỗi ngày một bài ở đây").count() == 0
    await worker.press("Ký hợp đồng trước khi làm")
    await worker.reads("Bài 1/7", "Điều 13, 17 Bộ luật Lao động")
    await check(worker)
    await worker.press("Bài sau: Thử việc có giới hạn")
    await worker.reads("Bài 2/7")
