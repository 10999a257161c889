"""A worker and an officer in front of a browser: what they press, what they read."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import BrowserContext, FilePayload, Locator, Page, expect

CODE: Final = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")
PLACE: Final = "ban thach da nang"
UNIT: Final = "Công đoàn phường Bàn Thạch"
CATEGORY: Final = "Mất an toàn lao động"
SKIP_ALL: Final = "Bỏ qua hết, xem lại tin"
STORY: Final = "Máy dập không có che chắn, tuần trước hai người bị thương ở tay."

Files = list[FilePayload] | Path
# What a form is posted with, in Playwright's words.
Fields = dict[str, str | float | bool]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a worker takes along."""

    code: str
    bell: str
    day: str


class Person:
    """Somebody at a page, with or without scripts."""

    def __init__(self, context: BrowserContext, page: Page, address: str, *, scripts: bool) -> None:
        self.context = context
        self.page = page
        self.address = address
        self.scripts = scripts

    @property
    def main(self) -> Locator:
        """The part of the page that is not its frame."""
        return self.page.locator("main")

    async def go(self, path: str = "/") -> None:
        """Open a page."""
        await self.page.goto(self.address + path)

    async def reads(self, *words: str) -> None:
        """Wait until all of `words` can be read."""
        for each in words:
            await expect(self.main).to_contain_text(each)

    async def text(self) -> str:
        """All that can be read."""
        return await self.main.inner_text()

    def button(self, label: str) -> Locator:
        """The first button that is called `label`."""
        return self.main.get_by_role("button", name=label, exact=True).first


class Worker(Person):
    """Somebody who reports."""

    async def press(self, label: str) -> None:
        """Press a button of the page's main part and see what comes."""
        await self.press_at(self.button(label))

    async def press_at(self, button: Locator) -> None:
        """Press `button` and see what comes."""
        await self.answered(button.click)

    async def answered(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do something that posts the form, and wait for the answer to be shown."""
        if not self.scripts:
            async with self.page.expect_navigation():
                await act()
            return
        async with self.page.expect_response(lambda answer: answer.request.method == "POST"):
            await act()
        await expect(self.page.locator("html")).not_to_have_class(re.compile("waiting"))

    async def say(self, words: str) -> None:
        """Write into the box and go on."""
        await self.page.locator("#words").fill(words)
        await self.press_at(self.page.locator("main .go"))

    async def tell(self, story: str) -> None:
        """Tell the story, and pass over the questions that come after it."""
        await self.say(story)
        await self.press(SKIP_ALL)

    async def begin(self, category: str = CATEGORY, danger: str = "Không") -> None:
        """From the first page to the question for the place."""
        await self.go()
        await self.press("Báo tin")
        await self.press(category)
        await self.press(danger)

    async def reach_review(self, story: str = STORY) -> str:
        """From the first page to the review; gives the receipt code that stands there."""
        await self.begin()
        await self.say(PLACE)
        await self.tell(story)
        return await self.code()

    async def code(self) -> str:
        """The receipt code on the screen."""
        found = CODE.search(await self.main.locator(".keep pre").inner_text())
        assert found is not None
        return found[0]

    async def bring(self, files: Files) -> None:
        """Choose files and press the button beside them."""
        await self.page.locator("#pictures").set_input_files(files)
        await self.press_at(self.page.locator("main .go"))

    async def send(self) -> Receipt:
        """Press [Send]; gives the receipt."""
        await self.press("Gửi")
        return await self.receipt()

    async def receipt(self) -> Receipt:
        """What the block says that is worth keeping."""
        await self.reads("Đã nhận.")
        block = await self.main.locator(".keep pre").inner_text()
        code, bell, day = (line.partition(": ")[2] for line in block.splitlines())
        return Receipt(code, bell, day)

    async def come_back(self, code: str) -> None:
        """Open the thread of `code` from the page for it."""
        await self.go("/ma")
        await self.say(code)


class Officer(Person):
    """Somebody at the desk, who sees a new tip by the link that was not there before."""

    _known: frozenset[str] = frozenset()

    async def press(self, label: str) -> None:
        """Press a button and see the page that comes."""
        async with self.page.expect_navigation():
            await self.button(label).click()

    async def watch_list(self) -> None:
        """Open the list and remember which tips are on it."""
        if self.scripts:
            async with self.page.expect_response("**/desk/live?*"):
                await self.go("/desk")
        else:
            await self.go("/desk")
        self._known = frozenset(await self.links())

    async def links(self) -> list[str]:
        """The addresses of the tips on the list, first things first."""
        every = await self.main.locator(".cards h2 a").all()
        return [await each.get_attribute("href") or "" for each in every]

    async def new_tips(self) -> list[str]:
        """The addresses of the tips that came since `watch_list`, on the list as it stands."""
        return [each for each in await self.links() if each not in self._known]

    async def open_new(self) -> str:
        """Wait for one new tip (without scripts: load again), open it, give its address."""
        for _ in range(100):
            if new := await self.new_tips():
                [path] = new
                await self.open(path)
                return path
            await self.page.wait_for_timeout(100)
            if not self.scripts:
                await self.page.reload()
        raise AssertionError("no new tip came")

    async def open(self, path: str) -> None:
        """Look at a tip's card, then open it."""
        await self.go(path)
        await self.press("Mở tin")

    async def write(self, kind: str, words: str, outcome: str = "") -> None:
        """Write to the worker: `kind` is ask, answer or close."""
        box = self.page.locator(f"#words-{kind}")
        if not await box.is_visible():
            await self.page.locator("details", has=box).locator("summary").click()
        await box.fill(words)
        if outcome:
            await self.page.get_by_label(outcome).check()
        async with self.page.expect_navigation():
            await self.page.locator("form", has=box).locator("button").first.click()
