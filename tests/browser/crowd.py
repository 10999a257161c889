"""Lets workers and officers come to the product, each with a browser context of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext, StorageState, async_playwright

from tests import services
from tests.browser.people import Officer, Worker
from tests.browser.product import Product
from tests.browser.watch import Watch

PHONE: Final = 360
DESKTOP: Final = 1280
_HEIGHTS: Final = {PHONE: 740, DESKTOP: 800}
_SILENT: Final = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
# Whatever a page would ask of another host cannot leave this machine.
_ALONE: Final = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
MOST_MILLISECONDS: Final = 15_000

NewContext = Callable[..., Awaitable[BrowserContext]]
"""Makes a browser context by Playwright's options."""


@asynccontextmanager
async def chromium(*, whole: bool = False) -> AsyncIterator[Browser]:
    """A running browser; the `whole` one can show notifications."""
    path = services.chromium() if whole else services.windowless()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*_SILENT, _ALONE])
        yield browser
        await browser.close()


class Crowd:
    """Everybody who visits one product. `seats` keeps who is signed in: a link works only once."""

    def __init__(self, product: Product, browser: Browser, seats: dict[str, StorageState]) -> None:
        self.product = product
        self.watch = Watch(product)
        self._browser = browser
        self._seats = seats
        self._contexts: list[BrowserContext] = []

    async def worker(self, width: int = PHONE, *, scripts: bool = True, **options: Any) -> Worker:
        """Somebody new, in Vietnamese."""
        context = await self._context(width, scripts=scripts, **options)
        page = await context.new_page()
        return Worker(context, page, self.product.address, scripts=scripts)

    async def officer(
        self, login: str = "canbo1", width: int = DESKTOP, *, scripts: bool = True, **options: Any
    ) -> Officer:
        """Somebody of the demo's staff, signed in."""
        context = await self._context(
            width, scripts=scripts, storage_state=await self._seat(login), **options
        )
        page = await context.new_page()
        return Officer(context, page, self.product.address, scripts=scripts)

    async def stranger(self, width: int = DESKTOP, **options: Any) -> Officer:
        """Somebody before the desk who is not signed in."""
        context = await self._context(width, **options)
        return Officer(context, await context.new_page(), self.product.address, scripts=True)

    async def leave(self) -> None:
        """All contexts are closed."""
        for context in self._contexts:
            await context.close()

    async def _seat(self, login: str) -> StorageState:
        if login not in self._seats:
            context = await self._context(DESKTOP)
            page = await context.new_page()
            await page.goto(self.product.links[login])
            self._seats[login] = await context.storage_state()
        return self._seats[login]

    async def _context(self, width: int, *, scripts: bool = True, **options: Any) -> BrowserContext:
        size = {"width": width, "height": _HEIGHTS[width]}
        told: dict[str, Any] = {"viewport": size, "locale": "vi-VN", "reduced_motion": "reduce"}
        context = await self._browser.new_context(**(told | options), java_script_enabled=scripts)
        context.set_default_timeout(MOST_MILLISECONDS)
        self.watch.follow(context)
        self._contexts.append(context)
        return context
