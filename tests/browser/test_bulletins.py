"""The bulletins' pages in a real browser: with and without scripts, on every screen."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import expect
from pydantic import SecretStr

from bot.app import open_database
from bot.config import Settings
from handlers.bulletins import Content, Topic, Urgency, Wording
from tests.bot.test_web_bulletins import content, publish
from tests.browser.crowd import DESKTOP, PHONE, Crowd
from tests.browser.product import Product
from tests.browser.watch import MOST_BYTES, Scales, assert_open_to_all

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
LONG = "Mức lương tối thiểu theo vùng và cách tính tiền làm thêm giờ vào ngày nghỉ lễ " * 2
BODY = "Công ty trả lương chậm thì phải bồi thường cho người lao động. " * 6


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def warning(product: Product) -> str:
    """Two bulletins, published beside the running product; the id of the warning, which its list
    shows by now: the product asks for what is published once in a few seconds only.
    """
    made = await _publish(product)
    async with aiohttp.ClientSession() as http, asyncio.timeout(60):
        while True:
            async with http.get(f"{product.address}/ban-tin") as answer:
                if f"/ban-tin/{made}" in await answer.text():
                    return made
            await asyncio.sleep(0.1)


async def _publish(product: Product) -> str:
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(product.settings["TIENGTHO_DATABASE_URL"]),
        master_key_file=Path(product.settings["TIENGTHO_MASTER_KEY_FILE"]),
    )
    now = datetime.now(UTC)  # noqa: TID251 - the product's clock is the machine's
    wording = Wording("Kẻ xấu giả danh công đoàn", BODY, "Đừng chuyển tiền, gọi công đoàn.")
    later = (now + timedelta(days=30)).date()
    warning = Content(
        topic=Topic.LIVING, urgency=Urgency.ALERT, vi=wording, en=wording, expires_on=later
    )
    async with open_database(settings) as (database, _), database.write() as tx:
        await publish(tx, content(LONG, expires_on=later), at=now)
        return await publish(tx, warning, unit="da-nang", at=now)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_everybody_reads_them_and_no_page_is_heavy(
    crowd: Crowd, warning: str, width: int
) -> None:
    worker = await crowd.worker(width)
    scales = Scales(worker.page)
    await worker.go()
    await worker.press("Nhận bản tin")
    await assert_open_to_all(worker.page, "explained")
    await worker.main.get_by_role("link", name="Bản tin").click()
    await worker.reads("Kẻ xấu giả danh công đoàn", LONG.strip())
    await assert_open_to_all(worker.page, "list")
    await worker.main.get_by_text("Chọn chủ đề và nơi").click()
    await assert_open_to_all(worker.page, "form")
    await worker.main.locator(f"a[href*='/ban-tin/{warning}']").click()
    await worker.reads("Đừng chuyển tiền", "Liên đoàn Lao động thành phố Đà Nẵng")
    await assert_open_to_all(worker.page, "bulletin")
    assert 10_000 < scales.heaviest < MOST_BYTES
    assert await worker.context.cookies() == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_what_is_chosen_stands_in_the_address(
    crowd: Crowd, warning: str, *, scripts: bool
) -> None:
    worker = await crowd.worker(PHONE, scripts=scripts)
    await worker.go("/ban-tin")
    await worker.main.get_by_text("Chọn chủ đề và nơi").click()
    await worker.main.get_by_label("Cảnh báo").check()
    await worker.main.get_by_label("Nơi").select_option(label="Thành phố Đà Nẵng")
    await worker.main.get_by_role("button", name="Xem", exact=True).click()
    await worker.page.wait_for_url("**/ban-tin?topic=alerts&place=48&near=")
    await worker.reads("Kẻ xấu giả danh công đoàn")
    assert LONG.strip() not in await worker.text()
    await expect(worker.main.locator(".chosen")).to_have_text("Cảnh báo · Thành phố Đà Nẵng")
    await worker.main.get_by_text("Chọn chủ đề và nơi").click()
    await expect(worker.main.get_by_label("Cảnh báo")).to_be_checked()
    await worker.page.get_by_role("link", name="English").click()
    await worker.page.wait_for_url("**/ban-tin?topic=alerts&place=48&lang=en")
    await worker.reads("Legal bulletins")
    await expect(worker.main.locator(".chosen")).to_contain_text("Warnings")
