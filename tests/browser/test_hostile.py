"""The pages in Tor Browser at its safest, and what a browser shows after the quick exit."""

from typing import Final

import pytest
from playwright.async_api import Error, Route

from tests.browser.crowd import PHONE, Crowd
from tests.browser.people import STORY, Worker
from tests.browser.photos import photo

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
NEUTRAL: Final = "https://vi.wikipedia.org/"
PATHS: Final = "/ /ma /chuong /so-tay /quyen /quyen-rieng-tu /ban-tin /thoat /khong-co".split()
TITLE: Final = "Sổ tay người lao động"
# What that browser loads of a page: no scripts, no SVG, no fonts; here not even pictures.
LOADED: Final = {"document", "stylesheet"}
# What stands there and can be seen, but leads nowhere or shows nothing without scripts.
HOLES: Final = "svg, img, picture, canvas, iframe, object, embed, video, audio, .copy:not([hidden])"


async def test_every_step_works_without_scripts_pictures_and_fonts(crowd: Crowd) -> None:
    crowd.watch.expect(404)
    officer = await crowd.officer(scripts=False)
    await officer.watch_list()
    worker = await _safest(crowd)
    for path in PATHS:
        await worker.go(path)
        await _has_no_holes(worker)
    await worker.reach_review()
    await worker.press("Thêm ảnh, tệp")
    await _has_no_holes(worker)
    await worker.bring([photo()])
    await worker.reads("Đã nhận ảnh")
    receipt = await worker.send()
    await _has_no_holes(worker)
    await officer.open_new()
    await officer.press("Nhận tin này")
    await officer.write("ask", "Máy nào, ở khu nào?")
    await worker.come_back(receipt.code)
    await worker.reads("Máy nào, ở khu nào?", STORY)
    await _has_no_holes(worker)
    await worker.press("Trả lời")
    await worker.say("Máy số 4.")
    await worker.reads("Đã thêm vào tin")
    await worker.press("Xóa tin vĩnh viễn")
    await worker.press("Xóa vĩnh viễn")
    await worker.reads("Đã xóa tin")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_after_the_exit_going_back_shows_nothing_of_the_talk(
    crowd: Crowd, scripts: bool
) -> None:
    worker = await crowd.worker(scripts=scripts)
    crowd.watch.allow(NEUTRAL)
    await worker.context.route(NEUTRAL + "**", _neutral)
    code = await worker.reach_review()
    await worker.page.locator("#exit button").click()
    await worker.page.wait_for_url(NEUTRAL + "**")
    entries = await _history(worker)
    ours = [each for each in entries if each[0].startswith(worker.address)]
    # The page that said goodbye is replaced; with scripts so is the only one of the talk.
    assert {url for url, _ in ours} <= {worker.address + "/"}
    assert not (scripts and ours)
    assert all(title in {"", TITLE} for _, title in ours)
    for _ in entries:
        shown = await _step_back(worker)
        assert not any(words in shown for words in (STORY, code, "Xem lại trước khi gửi"))


async def test_a_page_of_the_bulletins_is_left_as_fast(crowd: Crowd) -> None:
    worker = await crowd.worker()
    crowd.watch.allow(NEUTRAL)
    await worker.context.route(NEUTRAL + "**", _neutral)
    await worker.go("/ban-tin")
    await worker.page.keyboard.press("Escape")
    await worker.page.keyboard.press("Escape")
    await worker.page.wait_for_url(NEUTRAL + "**")
    assert not [each for each in await _history(worker) if each[0].startswith(worker.address)]


async def _safest(crowd: Crowd) -> Worker:
    worker = await crowd.worker(PHONE, scripts=False)
    await worker.context.route("**/*", _only_what_is_loaded)
    return worker


async def _only_what_is_loaded(route: Route) -> None:
    kind = route.request.resource_type
    assert kind in LOADED or kind == "script", route.request.url
    await (route.abort() if kind == "script" else route.continue_())


async def _has_no_holes(worker: Worker) -> None:
    assert await worker.page.locator(HOLES).count() == 0
    for button in await worker.main.locator("button:visible").all():
        assert (await button.inner_text()).strip()


async def _history(worker: Worker) -> list[tuple[str, str]]:
    """Address and title of every entry of this tab's history."""
    session = await worker.context.new_cdp_session(worker.page)
    told = await session.send("Page.getNavigationHistory")
    return [(each["url"], each["title"]) for each in told["entries"]]


async def _step_back(worker: Worker) -> str:
    """What stands there after the browser's own button; a page of its own that asks whether to post
    a form again is nothing of ours.
    """
    try:
        await worker.page.go_back()
        return await worker.page.locator("body").inner_text()
    except Error as error:
        if "ERR_CACHE_MISS" not in error.message:
            raise
        return ""


async def _neutral(route: Route) -> None:
    await route.fulfill(body="neutral", content_type="text/plain")
