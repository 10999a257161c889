"""The handbook in a real browser: in the talk and as public pages, with and without scripts."""

import os
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.crowd import DESKTOP, PHONE, Crowd
from tests.browser.people import Worker
from tests.browser.watch import MOST_BYTES, Scales, assert_open_to_all

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DOC = "/so-tay/doc"
CHECK = f"{DOC}/tu-kiem-tra"


async def _looked_at(worker: Worker, name: str, *, scripts: bool = True) -> None:
    """Clean for everybody; and a picture, where somebody wants to look at them. Without scripts
    nothing can be asked of the page, and it is the same.
    """
    if scripts:
        await assert_open_to_all(worker.page, name)
    if folder := os.environ.get("TEST_PICTURES"):  # noqa: TID251 - a test names its own folder
        width = (worker.page.viewport_size or {"width": 0})["width"]
        path = Path(folder) / f"handbook-{name}-{width}.png"
        await worker.page.screenshot(path=path, full_page=True)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_everybody_reads_it_without_a_talk_and_no_page_is_heavy(
    crowd: Crowd, width: int
) -> None:
    worker = await crowd.worker(width)
    scales = Scales(worker.page)
    await worker.go("/ban-tin")
    await worker.page.locator(f"footer a[href^='{DOC}']").click()
    await worker.reads("Lương, giờ làm, ngày nghỉ", "Đình công đúng luật: các bước")
    await _looked_at(worker, "list")
    await worker.main.get_by_role("link", name="Tranh chấp với công ty").click()
    await worker.reads("trong 6 tháng", "Căn cứ: Bộ luật Lao động 45/2019/QH14")
    await _looked_at(worker, "article")
    await worker.main.get_by_role("link", name="Mục lục sổ tay").click()
    await worker.page.wait_for_url(f"**{DOC}#collective")
    await worker.main.get_by_role("link", name="Tự kiểm tra phòng cháy").click()
    await worker.reads("Luật nêu", "không phải điều luật bắt buộc")
    await expect(worker.main.get_by_role("button", name="In trang này")).to_be_visible()
    await worker.main.get_by_label("Dây điện, ổ cắm an toàn").check()
    await _looked_at(worker, "check-fire")
    await worker.go(f"{CHECK}/cong-ty")
    await _looked_at(worker, "check-company")
    assert 10_000 < scales.heaviest < MOST_BYTES
    assert await worker.context.cookies() == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_what_is_searched_stands_in_no_address(crowd: Crowd, *, scripts: bool) -> None:
    worker = await crowd.worker(PHONE, scripts=scripts)
    asked: list[str] = []
    worker.page.on("request", lambda request: asked.append(request.url))
    await worker.go(DOC)
    await worker.main.get_by_label("Tìm trong sổ tay").fill("tai nanj lao ddoongj")
    await worker.main.get_by_role("button", name="Tìm").click()
    await worker.reads("Kết quả tìm", "Tai nạn lao động")
    await _looked_at(worker, f"found-{scripts}", scripts=scripts)
    await worker.main.get_by_label("Tìm trong sổ tay").fill("🔥 qwertyuiop")
    await worker.main.get_by_role("button", name="Tìm").click()
    await worker.reads("Sổ tay chưa có mục nào về “🔥 qwertyuiop”")
    assert not [url for url in asked if "nan" in url or "qwerty" in url]
    assert await worker.context.cookies() == []


async def test_without_scripts_a_list_can_be_ticked_and_printed_on_paper(crowd: Crowd) -> None:
    worker = await crowd.worker(PHONE, scripts=False)
    await worker.go(f"{CHECK}/nha-tro")
    await worker.main.get_by_label("Chỗ nấu ăn an toàn").check()
    await expect(worker.main.get_by_role("button")).to_have_count(0)
    await worker.page.emulate_media(media="print")
    await expect(worker.main.get_by_label("Chỗ nấu ăn an toàn")).to_be_visible()
    for hidden in ("header", "footer", ".urgent"):
        await expect(worker.page.locator(hidden)).to_be_hidden()
    if folder := os.environ.get("TEST_PICTURES"):  # noqa: TID251 - a test names its own folder
        await worker.page.screenshot(path=Path(folder) / "handbook-paper.png", full_page=True)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_the_talk_shows_shelves_searches_and_leads_to_the_pages(
    crowd: Crowd, *, scripts: bool
) -> None:
    worker = await crowd.worker(PHONE, scripts=scripts)
    await worker.go()
    await worker.press("Sổ tay quyền lợi")
    await _looked_at(worker, f"talk-shelves-{scripts}", scripts=scripts)
    await worker.press("Quấy rối, ép buộc, lừa đảo, vay nóng")
    await worker.press("Xem thêm")
    await worker.reads("Đánh bạc, lô đề")
    await _looked_at(worker, f"talk-more-{scripts}", scripts=scripts)
    await worker.say("tc")
    await worker.reads("Tiền tăng ca, làm thêm giờ, làm đêm")
    await worker.press("Tiền tăng ca, làm thêm giờ, làm đêm")
    await _looked_at(worker, f"talk-article-{scripts}", scripts=scripts)
    await worker.page.locator(f"footer a[href^='{DOC}']").click()
    await worker.reads("Lương, giờ làm, ngày nghỉ")


async def test_the_answer_about_a_stoppage_on_the_page(crowd: Crowd) -> None:
    worker = await crowd.worker()
    await worker.go()
    await worker.say("mai ca xuong dinh cong nha moi nguoi")
    await worker.reads("Bộ luật Lao động, Điều 198–204", "hòa giải viên lao động")
    await _looked_at(worker, "stoppage")
