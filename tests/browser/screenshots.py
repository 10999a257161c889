"""Makes pictures of the main screens: `python -m tests.browser.screenshots FOLDER [DOCS]`.

FOLDER gets every screen at both widths, in light and in dark; DOCS, if named, gets the pictures
that the README shows.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Literal

from playwright.async_api import Page

from tests.browser import tour
from tests.browser.crowd import DESKTOP, PHONE, Crowd, chromium
from tests.browser.people import SKIP_ALL, STORY, Officer, Receipt, Worker
from tests.browser.product import Product, running

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
# The national desk reads what comes from there, calm or in danger.
_PLACE = "xã Thạnh Xuân, Cần Thơ"
_WAGES = "Nợ lương, hợp đồng, tăng ca"
_REPORTS: Final = (
    ("Cháy nổ, lối thoát hiểm, nhà trọ", "Có, đang nguy hiểm", "Lối thoát hiểm bị khóa bằng xích."),
    ("Mất an toàn lao động", "Không", STORY),
    ("Cho vay nặng lãi, đòi nợ", "Không", "Có nhóm cho vay trước cổng, lãi 20% một tháng."),
    (_WAGES, "Không", "Cả xưởng chậm lương hai tháng, công ty hẹn mà chưa trả."),
)
_QUESTION: Final = "Công ty hẹn trả vào ngày nào, có thông báo bằng giấy không?"
_REPLY: Final = "Hẹn ngày 15, chỉ nói miệng. Có dán một tờ giấy ở cổng rồi gỡ xuống."
At = Callable[[str], Awaitable[None]]


def into(folder: Path, page: Page, width: int) -> At:
    """Takes a picture of the whole page in light and in dark, and then of the next."""

    async def at(name: str) -> None:
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            await page.mouse.move(0, 0)  # no button stands out because the last press was there
            path = folder / f"{name}-{width}-{scheme}.png"
            await page.screenshot(path=path, full_page=True)

    return at


async def take_all(crowd: Crowd, folder: Path, width: int) -> None:
    """Every screen at one width."""
    officer = await crowd.officer("canbo1", width)
    await officer.watch_list()
    worker = await crowd.worker(width)
    worker_at, desk_at = (into(folder, each.page, width) for each in (worker, officer))
    await tour.pages(worker, worker_at)
    receipt = await tour.filing(worker, worker_at)
    await tour.desk(officer, await officer.open_new(), desk_at)
    await tour.following(worker, receipt.code, worker_at)
    administrator = await crowd.officer("quantri", width)
    await administrator.go("/desk/nguoi")
    await into(folder, administrator.page, width)("people")
    await administrator.go("/desk/su-co")
    await into(folder, administrator.page, width)("incident")
    stranger = await crowd.stranger(width)
    await stranger.go("/desk/vao")
    await into(folder, stranger.page, width)("login")


async def take_for_readers(crowd: Crowd, folder: Path) -> None:
    """The pictures of the README: a worker's phone, the list at the desk, and one tip."""
    folder.mkdir(parents=True, exist_ok=True)
    worker = await crowd.worker(PHONE)
    await worker.go()
    await worker.page.screenshot(path=folder / "worker.png")
    officer = await crowd.officer("canbo4", DESKTOP)
    for category, danger, story in _REPORTS:
        worker = await crowd.worker(PHONE)
        path, receipt = await _report(worker, officer, category, danger, story)
    await officer.open(path)
    await officer.press("Nhận tin này")
    await officer.write("ask", _QUESTION)
    await worker.come_back(receipt.code)
    await worker.press("Trả lời")
    await worker.say(_REPLY)
    await officer.go("/desk")
    await officer.page.screenshot(path=folder / "desk.png", full_page=True)
    await officer.open(path)
    await officer.page.screenshot(path=folder / "tip.png", full_page=True)


async def _report(
    worker: Worker, officer: Officer, category: str, danger: str, story: str
) -> tuple[str, Receipt]:
    """The address of the tip at the desk, and what the worker keeps."""
    await officer.watch_list()
    await worker.begin(category, danger)
    await worker.say(_PLACE)
    await worker.say(story)
    if await worker.button(SKIP_ALL).is_visible():
        await worker.press(SKIP_ALL)
    receipt = await worker.send()
    return await officer.open_new(), receipt


async def take(product: Product, folder: Path, docs: Path | None) -> None:
    """All of the pictures."""
    async with chromium() as browser:
        crowd = Crowd(product, browser, {})
        for width in (PHONE, DESKTOP):
            await take_all(crowd, folder, width)
        if docs is not None:
            await take_for_readers(crowd, docs)
        await crowd.leave()


if __name__ == "__main__":
    pictures = Path(sys.argv[1])
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, running(Path(temporary)) as product:
        asyncio.run(take(product, pictures, Path(sys.argv[2]) if len(sys.argv) > 2 else None))
