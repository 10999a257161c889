"""For the tests with a real Chromium: the product as a program, a browser, who visits."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, StorageState

from tests.browser.crowd import Crowd, NewContext, chromium
from tests.browser.product import Product, running


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One running product for all tests of this process."""
    with running(tmp_path_factory.mktemp("product")) as product:
        yield product


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests of this process."""
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def new_context(browser: Browser) -> AsyncIterator[NewContext]:
    """Makes contexts that know nothing of each other, with Playwright's options. They are closed
    after the test, before whatever it asked for earlier: a server need not wait for their streams.
    """
    async with AsyncExitStack() as stack:

        async def make(**options: Any) -> BrowserContext:
            context = await browser.new_context(**options)
            stack.push_async_callback(context.close)
            return context

        yield make


@pytest.fixture(scope="session")
def seats() -> dict[str, StorageState]:
    """Who of the staff is signed in."""
    return {}


@pytest_asyncio.fixture(loop_scope="session")
async def crowd(
    product: Product, browser: Browser, seats: dict[str, StorageState]
) -> AsyncIterator[Crowd]:
    """Everybody who visits during one test. Nobody's browser may have asked another host for
    anything, or complained.
    """
    crowd = Crowd(product, browser, seats)
    yield crowd
    await crowd.leave()
    crowd.watch.assert_quiet()
