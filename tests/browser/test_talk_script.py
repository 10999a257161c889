"""What the script of the worker's page adds, in a real Chromium against the small house."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Route, expect

from bot.web.parts import Parts
from bot.web.server import make_application
from handlers.events import Chose, Said, Showed
from tests.bot.house import NOW, SCREENS, House, parts
from tests.browser.crowd import NewContext
from tests.fakes.telegram.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
Visiting = Callable[..., AbstractAsyncContextManager["Visit"]]
STORY = "Cửa thoát hiểm bị khóa."


@dataclass
class Visit:
    """An open page, and the house behind it."""

    page: Page
    house: House
    parts: Parts
    address: str

    async def begin(self, place: str) -> None:
        """Start a talk and open the page again at `place`."""
        await self.page.goto(self.address)
        await self.page.click("button[value=report]")
        await expect(self.page.locator("[name=csrf]").first).not_to_have_value("")
        self.house.go(place)
        await self.page.goto(self.address)


@pytest.fixture
def visiting(new_context: NewContext) -> Visiting:
    """Opens a page before a house of its own; no script may fail meanwhile."""

    @asynccontextmanager
    async def visit(width: int = 360, **options: Any) -> AsyncIterator[Visit]:
        house = House()
        mine = parts(house)
        server = TestServer(make_application(mine))
        async with server:
            context = await new_context(
                viewport={"width": width, "height": 740}, locale="vi-VN", **options
            )
            page = await context.new_page()
            page.set_default_timeout(10_000)
            faults: list[str] = []
            page.on("pageerror", lambda error: faults.append(str(error)))
            try:
                yield Visit(page, house, mine, str(server.make_url("/")))
                assert faults == []
            finally:
                # The server waits for its streams.
                await context.close()

    return visit


async def test_a_press_changes_the_screen_in_place_and_moves_the_focus_to_it(
    visiting: Visiting,
) -> None:
    async with visiting() as visit:
        await visit.page.goto(visit.address + "ma")
        await visit.page.evaluate("window.stays = true")
        await visit.page.fill("#words", "abc")
        await visit.page.keyboard.press("Enter")
        await expect(visit.page.locator("#main")).to_be_focused()
        assert await visit.page.evaluate("window.stays")
        assert visit.page.url == visit.address


async def test_what_cannot_be_sent_stays_in_the_box_and_is_said(visiting: Visiting) -> None:
    async with visiting() as visit:
        await visit.begin("story")
        await visit.page.route(visit.address, _cut_off)
        await visit.page.fill("#words", STORY)
        await visit.page.click(".go")
        await expect(visit.page.locator("#failed")).to_be_visible()
        assert await visit.page.input_value("#words") == STORY
        await visit.page.unroute(visit.address)
        await visit.page.click(".go")
        await expect(visit.page.locator("#words")).to_have_value("")
        assert visit.house.only_chat().events[-1] == Said(STORY)


async def test_news_appear_without_touching_what_is_being_typed(visiting: Visiting) -> None:
    async with visiting() as visit:
        visit.house.topic = b"a tip"
        await visit.begin("thread")
        await visit.page.fill("#words", STORY)
        await visit.page.wait_for_function("performance.getEntriesByName(location + 'live')")
        visit.house.only_chat().news = "Có câu trả lời mới."
        async with visit.page.expect_response(visit.address):
            # The stream may open a moment later than the page.
            for _ in range(50):
                visit.parts.hub.tell([b"a tip"])
                await visit.page.wait_for_timeout(50)
                if await visit.page.get_by_text("Có câu trả lời mới.").count():
                    break
        await expect(visit.page.get_by_text("Có câu trả lời mới.")).to_be_visible()
        assert await visit.page.input_value("#words") == STORY
        assert await visit.page.evaluate("document.activeElement.id") == "words"


async def test_the_end_of_a_draft_is_said_and_can_be_put_off(visiting: Visiting) -> None:
    async with visiting() as visit:
        visit.house.ends = NOW + timedelta(seconds=100)
        await visit.begin("story")
        await expect(visit.page.locator("#soon")).to_be_visible()
        visit.house.ends = NOW + timedelta(hours=2)
        await visit.page.fill("#words", STORY)
        await visit.page.click("[name=stay]")
        await expect(visit.page.locator("#soon")).to_be_hidden()
        assert await visit.page.input_value("#words") == STORY


async def test_escape_twice_leaves_at_once_and_drops_the_talk(visiting: Visiting) -> None:
    async with visiting() as visit:
        await visit.page.route("https://vi.wikipedia.org/**", _neutral)
        await visit.begin("story")
        await visit.page.keyboard.press("Escape")
        await visit.page.keyboard.press("Escape")
        await visit.page.wait_for_url("https://vi.wikipedia.org/")
        # Nobody waits for the request that ends the talk; it goes on by itself.
        await until(lambda: visit.house.chats == {} or None, 10, "the end of the talk")


async def test_without_scripts_the_exit_button_leads_away_too(visiting: Visiting) -> None:
    async with visiting(java_script_enabled=False) as visit:
        await visit.page.route("https://vi.wikipedia.org/**", _neutral)
        await visit.begin("story")
        await visit.page.click("#exit button")
        await visit.page.wait_for_url("https://vi.wikipedia.org/")
        assert visit.house.chats == {}
        assert not [each for each in await visit.page.context.cookies() if each["name"] == "tt"]


@pytest.mark.parametrize("scripts", [True, False])
async def test_pictures_are_sent_with_and_without_scripts(
    visiting: Visiting, scripts: bool
) -> None:
    async with visiting(java_script_enabled=scripts) as visit:
        await visit.begin("pictures")
        files: list[Any] = [
            {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff" + bytes(n)}
            for n in range(1, 3)
        ]
        await visit.page.set_input_files("#pictures", files)
        await visit.page.click(".go")
        await expect(visit.page.get_by_text("Đã nhận 2 tệp.")).to_be_visible()
        assert [type(event) for event in visit.house.only_chat().events[1:]] == [Showed, Showed]


async def test_a_block_is_copied_by_its_button(visiting: Visiting) -> None:
    async with visiting(permissions=["clipboard-read", "clipboard-write"]) as visit:
        await visit.begin("review")
        await visit.page.click(".copy")
        await expect(visit.page.locator(".copy")).to_have_text("Đã chép")
        copied = await visit.page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("Mã biên nhận: ")


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
async def test_every_screen_fits_and_has_no_barrier(
    visiting: Visiting, width: int, scheme: str
) -> None:
    async with visiting(width, color_scheme=scheme, reduced_motion="reduce") as visit:
        await visit.begin("notice")
        for place in SCREENS:
            visit.house.go(place)
            await visit.page.goto(visit.address)
            assert await visit.page.evaluate("document.documentElement.scrollWidth") <= width
            found = await Axe().run(visit.page)
            assert found.violations_count == 0, (place, found.generate_report())
        assert visit.house.only_chat().events == [Chose("report")]


async def _cut_off(route: Route) -> None:
    await route.abort()


async def _neutral(route: Route) -> None:
    await route.fulfill(body="neutral", content_type="text/plain")
