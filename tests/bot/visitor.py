"""Uses the worker's page over HTTP, as a browser without scripts does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp.test_utils import TestClient, TestServer
from bs4 import BeautifulSoup

from bot.web.server import make_application
from tests.bot.house import House, parts

Client = TestClient[aiohttp.web.Request, aiohttp.web.Application]


@asynccontextmanager
async def visiting(
    house: House, *, secure: bool = False, demo: bool = True, onion: str = ""
) -> AsyncIterator[Client]:
    """A browser before the page of `house`."""
    app = make_application(parts(house, secure=secure, demo=demo, onion=onion))
    async with TestClient(TestServer(app)) as client:
        yield client


async def page(response: aiohttp.ClientResponse) -> BeautifulSoup:
    """What came back, as a tree."""
    return BeautifulSoup(await response.text(), "html.parser")


def hidden(shown: BeautifulSoup) -> dict[str, str]:
    """The hidden fields of the talk's form."""
    form = shown.select_one("#talk")
    assert form is not None
    return {str(each["name"]): str(each["value"]) for each in form.select("input[type=hidden]")}


def text(shown: BeautifulSoup) -> str:
    """What the screen says."""
    main = shown.select_one("main")
    assert main is not None
    return main.get_text(" ", strip=True)


async def press(client: Client, shown: BeautifulSoup, **fields: str) -> BeautifulSoup:
    """Post the form of `shown` with `fields`; the page that came back."""
    answer = await client.post("/", data=hidden(shown) | fields)
    assert answer.status == 200
    return await page(answer)


async def begun(client: Client) -> BeautifulSoup:
    """The first screen of a talk."""
    return await press(client, await page(await client.get("/")), choice="report")


def cookie_of(client: Client) -> str | None:
    """The session's token, if the browser holds one."""
    cookies = client.session.cookie_jar.filter_cookies(client.make_url("/"))
    return cookies["tt"].value if "tt" in cookies else None
