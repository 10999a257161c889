"""Every screen for everybody: axe-core, both widths, light and dark, weight, no sideways scroll."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Page, Route

from tests.browser import tour
from tests.browser.crowd import DESKTOP, PHONE, Crowd
from tests.browser.watch import MOST_BYTES, Scales, assert_open_to_all

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
WIDTHS = pytest.mark.parametrize("width", [PHONE, DESKTOP])


def judged(page: Page, seen: list[str]) -> Callable[[str], Any]:
    """Judges a screen and notes that it was there."""

    async def at(name: str) -> None:
        seen.append(name)
        await assert_open_to_all(page, name)

    return at


@WIDTHS
async def test_the_road_of_a_tip_is_open_to_everybody_and_light(crowd: Crowd, width: int) -> None:
    crowd.watch.expect(404)
    worker, seen = await crowd.worker(width), list[str]()
    scales = Scales(worker.page)
    await tour.pages(worker, judged(worker.page, seen))
    await tour.filing(worker, judged(worker.page, seen))
    assert len(seen) == 24
    assert 10_000 < scales.heaviest < MOST_BYTES


@WIDTHS
async def test_the_desk_and_the_open_thread_are_open_to_everybody(crowd: Crowd, width: int) -> None:
    crowd.watch.expect(404)
    officer = await crowd.officer(width=width)
    await officer.watch_list()
    worker = await crowd.worker(width)
    await worker.reach_review()
    receipt = await worker.send()
    path = await officer.open_new()
    scales = Scales(worker.page)
    seen: list[str] = []
    await tour.desk(officer, path, judged(officer.page, seen))
    await tour.following(worker, receipt.code, judged(worker.page, seen))
    assert len(seen) == 12
    assert scales.heaviest < MOST_BYTES


@WIDTHS
async def test_the_doors_of_the_desk_are_open_to_everybody(crowd: Crowd, width: int) -> None:
    crowd.watch.expect(403, 404, 422)
    administrator, seen = await crowd.officer("quantri", width), list[str]()
    at = judged(administrator.page, seen)
    await administrator.go("/desk/nguoi")
    await tour.unfold(administrator)
    await at("people")
    await administrator.go("/desk/su-co")
    await at("incident")
    stranger = await crowd.stranger(width)
    at = judged(stranger.page, seen)
    await stranger.go("/desk/vao")
    await at("login")
    await stranger.page.locator("#login").fill("nobody")
    await stranger.page.locator("#password").fill("not a password")
    await stranger.press("Tiếp tục")
    await at("login-wrong")
    await stranger.go("/desk/moi/" + "x" * 43)
    await at("link-gone")


@WIDTHS
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_the_pages_in_english_fit_and_have_no_barrier(
    crowd: Crowd, width: int, scripts: bool
) -> None:
    worker = await crowd.worker(width, locale="en-GB")
    if not scripts:
        # With scripts off axe could not run; an empty script of ours leaves the page just as bare.
        await worker.page.route("**/static/talk*.js", _empty)
    at = judged(worker.page, [])
    await worker.go()
    await at("start")
    worker.scripts = scripts
    await worker.press("Send a tip")
    await at("category")
    await worker.go("/quyen-rieng-tu")
    await at("privacy")
    await worker.go("/quyen")
    await at("rights")
    await worker.go("/so-tay")
    await at("handbook")


async def test_an_error_page_is_open_to_everybody(crowd: Crowd) -> None:
    crowd.watch.expect(403)
    worker = await crowd.worker(PHONE)
    await worker.page.set_content(
        f'<form method="post" action="{worker.address}/"><button>Go</button></form>'
    )
    async with worker.page.expect_navigation():
        await worker.page.get_by_role("button", name="Go").click()
    await worker.reads("Trang này không nhận gì từ trang khác")
    await judged(worker.page, [])("403")


async def _empty(route: Route) -> None:
    await route.fulfill(body="", content_type="text/javascript")
