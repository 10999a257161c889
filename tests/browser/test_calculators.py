"""The calculators on a phone and a desktop in a real Chromium, with axe-core, with and without
scripts; nothing of an amount stands in an address.
"""

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.browser.crowd import DESKTOP, PHONE, Crowd
from tests.browser.people import Worker

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def check(worker: Worker) -> None:
    """Nothing for axe-core to complain about, nothing wider than the screen, no number in sight of
    whoever keeps addresses.
    """
    if worker.scripts:
        found = await Axe().run(worker.page)
        assert [one["id"] for one in found.response["violations"]] == []
        assert not await worker.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert "?" not in worker.page.url
    assert not any(digit in worker.page.url.rpartition(":")[2].partition("/")[2] for digit in "258")


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_loan_is_worked_out(crowd: Crowd, width: int, scripts: bool) -> None:
    worker = await crowd.worker(width, scripts=scripts)
    await worker.go("/so-tay")
    await worker.press("Tính giúp tôi, câu đố, tuần đầu")
    await worker.press("Tính giúp tôi: lương, lãi, ngày phép")
    await check(worker)
    await worker.press("Lãi vay tính ra một năm")
    await worker.press("Bốc họ, trả góp từng ngày")
    await worker.say("nhiều lắm")
    await worker.reads("chưa đọc được", "nhiều lắm")
    await worker.say("8tr")
    await worker.reads("Chúng tôi hiểu là 8.000.000 đồng")
    await worker.say("250")
    await worker.reads("Ý bạn là số nào")
    await check(worker)
    await worker.press("250.000 đồng")
    await worker.say("40")
    await worker.reads("khoảng 414,8% một năm", "Điều 468", "không nói ai có lỗi")
    await check(worker)
    assert await worker.page.locator(".barred svg rect").count() == 4
    await worker.press("Tính việc khác")
    await worker.press("Tiền làm thêm giờ, làm đêm")
    await worker.say("6tr5/tháng")
    await check(worker)
    await worker.press("208 giờ (26 ngày, 8 giờ)")
    await check(worker)
    await worker.press("Ngày lễ, tết, ban ngày")
    await worker.say("2h30")
    await worker.reads("Ít nhất 234.375 đồng")
    await check(worker)
    await worker.press("Tính việc khác")
    await worker.press("Lương tối thiểu nơi tôi làm")
    await worker.press("Không rõ")
    await worker.reads("Vùng IV: 3.700.000 đồng một tháng")
    await check(worker)
