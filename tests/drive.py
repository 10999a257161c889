"""Workers and officers at the real pages: browsers without JavaScript, driven by a script."""

import html
import io
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp

_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}")
_BUTTON = re.compile(r'<button name="choice" value="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">')
_TALK = re.compile(r'<form id="talk".*?</form>', re.DOTALL)
_FORM = re.compile(r'<form method="post"(?: enctype="[^"]*")?>.*?</form>', re.DOTALL)
_CARD = re.compile(r'<h2><a href="/desk/tin/([0-9a-f]{32})">')
_PHOTO = re.compile(r'"(/desk/tin/[0-9a-f]{32}/tep/[0-9a-f]{32})"')


class Unexpected(AssertionError):
    """The product did not answer as a driver needs it; says where, never what was typed."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file as a browser sends it."""

    name: str
    data: bytes = field(repr=False)
    mime: str = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Page:
    """A screen of the worker's page."""

    status: int
    text: str = field(repr=False)

    @property
    def fields(self) -> dict[str, str]:
        """What every form of this screen sends along."""
        talk = _TALK.search(self.text)
        found = _HIDDEN.findall(talk.group() if talk else "")
        return {name: html.unescape(value) for name, value in found}

    @property
    def choices(self) -> tuple[str, ...]:
        """The names of the buttons."""
        return tuple(_BUTTON.findall(self.text))

    @property
    def code(self) -> str:
        """The receipt code that is shown."""
        found = _CODE.search(self.text)
        if found is None:
            raise Unexpected(f"no receipt code on a screen with {self.choices}")
        return found.group()

    @property
    def bell(self) -> str:
        """The bell number that is shown."""
        found = re.search(r": ([0-9]{5})\b", self.text)
        if found is None:
            raise Unexpected(f"no bell number on a screen with {self.choices}")
        return found.group(1)


@dataclass(slots=True)
class Worker:
    """A browser on the worker's page, without JavaScript. `headers` go with every request."""

    http: aiohttp.ClientSession = field(repr=False)
    address: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    cookie: str = field(default="", repr=False)
    page: Page = Page(0, "")
    turns: int = 0

    async def open(self, path: str = "/") -> Page:
        """Look at a page."""
        return await self._answered("GET", path, None)

    async def press(self, choice: str, words: str = "") -> Page:
        """Press a button, with `words` in the box above it."""
        return await self.post({"choice": choice, "words": words} if words else {"choice": choice})

    async def say(self, words: str) -> Page:
        """Send what stands in the box."""
        return await self.post({"words": words})

    async def tell(self, story: str) -> Page:
        """Tell the story, and pass over the questions that may come after it."""
        page = await self.say(story)
        return await self.press("skip_all") if "skip_all" in page.choices else page

    async def command(self, name: str) -> Page:
        """Press a button of the page's foot."""
        return await self.post({"command": name})

    async def show(self, *pictures: Picture) -> Page:
        """Send pictures."""
        body = aiohttp.MultipartWriter("form-data")
        for name, value in self.page.fields.items():
            body.append(value).set_content_disposition("form-data", name=name)
        for picture in pictures:
            part = body.append(io.BytesIO(picture.data), {"Content-Type": picture.mime})
            part.set_content_disposition("form-data", name="pictures", filename=picture.name)
        self.turns += 1
        return await self._answered("POST", "/", body)

    async def post(self, fields: Mapping[str, str], path: str = "/") -> Page:
        """Send the present form."""
        self.turns += 1
        return await self._answered("POST", path, {**self.page.fields, **fields})

    async def leave(self) -> Page:
        """The quick exit."""
        token = self.page.fields.get("csrf", "")
        return await self._answered("POST", "/thoat", {"csrf": token})

    async def reach_story(self, category: str, place: str, *, danger: bool = False) -> Page:
        """From the start to the question for the story; `place` empty: rather not say."""
        await self.open()
        page = await self.press("report")
        if category not in page.choices:
            await self.press("more")
        await self.press(category)
        page = await self.press("danger_yes" if danger else "danger_no")
        page = await self.say(place) if place else await self.press("no_place")
        if "place0" in page.choices:
            page = await self.press("place0")
        return page

    async def _answered(
        self, method: str, path: str, body: Mapping[str, str] | aiohttp.MultipartWriter | None
    ) -> Page:
        headers = {**self.headers, **({"Cookie": self.cookie} if self.cookie else {})}
        url = self.address + path
        data: io.BytesIO | aiohttp.MultipartWriter | None = None
        if isinstance(body, Mapping):
            # As a stream: aiohttp warns of large forms, and this one may be huge on purpose.
            data = io.BytesIO(urlencode(body).encode())
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        else:
            data = body
        async with self.http.request(method, url, data=data, headers=headers) as response:
            self.page = Page(response.status, await response.text())
            for name, morsel in response.cookies.items():
                self.cookie = f"{name}={morsel.value}" if morsel.value else ""
        return self.page


@dataclass(slots=True)
class Officer:
    """A browser on the desk."""

    http: aiohttp.ClientSession = field(repr=False)
    address: str
    cookie: str = field(default="", repr=False)
    shown: str = field(default="", repr=False)

    async def enter(self, link: str) -> None:
        """Sign in by a demo link (its path)."""
        await self._get(link)
        if not self.cookie:
            raise Unexpected("the demo link signed nobody in")

    async def enter_by(self, path: str) -> None:
        """Open a link that may be a wrong one."""
        await self._get(path)

    async def guess(self, login: str, password: str) -> str:
        """Fill the door's form; the page that comes."""
        form = await self._get("/desk/vao")
        fields = {name: html.unescape(value) for name, value in _HIDDEN.findall(form)}
        url = f"{self.address}/desk/vao"
        told = fields | {"login": login, "password": password}
        async with self.http.post(url, data=told, headers=self._headers) as response:
            return await self._taken(response)

    async def cards(self) -> list[str]:
        """The ids of the tips on the list."""
        return _CARD.findall(await self._get("/desk"))

    async def open(self, tip: str) -> str:
        """Open a tip; the page."""
        await self._get(f"/desk/tin/{tip}")
        return await self.do(tip, "open")

    async def do(self, tip: str, what: str, words: str = "", outcome: str = "") -> str:
        """Send the form of the present page that does `what`; the page after it."""
        for form in _FORM.findall(self.shown):
            fields = {name: html.unescape(value) for name, value in _HIDDEN.findall(form)}
            if fields.get("do") == what or f'name="do" value="{what}"' in form:
                told = (
                    fields
                    | {"do": what, "words": words}
                    | ({"outcome": outcome} if outcome else {})
                )
                return await self._send(f"/desk/tin/{tip}", told)
        raise Unexpected(f"the page offers no way to {what}")

    async def photos(self) -> list[bytes]:
        """The pictures of the tip that is open."""
        found = []
        for path in _PHOTO.findall(self.shown):
            async with self.http.get(self.address + path, headers=self._headers) as response:
                found.append(await response.read())
        return found

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[aiohttp.StreamReader]:
        """The list's server-sent events."""
        timeout = aiohttp.ClientTimeout(total=None)
        url = f"{self.address}/desk/live"
        async with self.http.get(url, headers=self._headers, timeout=timeout) as response:
            yield response.content

    @property
    def _headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie}

    async def _get(self, path: str) -> str:
        url = self.address + path
        async with self.http.get(url, headers=self._headers, allow_redirects=False) as response:
            return await self._taken(response)

    async def _send(self, path: str, fields: Mapping[str, str]) -> str:
        url = self.address + path
        async with self.http.post(url, data=fields, headers=self._headers) as response:
            if response.status >= 400:
                raise Unexpected(f"the desk answered {response.status} to {fields.get('do')}")
            return await self._taken(response)

    async def _taken(self, response: aiohttp.ClientResponse) -> str:
        self.shown = await response.text()
        if (morsel := response.cookies.get("desk")) is not None:
            self.cookie = f"desk={morsel.value}"
        return self.shown


def client(connections: int = 100) -> aiohttp.ClientSession:
    """For many browsers at once; each keeps its own cookie."""
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=connections)
    )


def token() -> str:
    """A word that nobody else says."""
    return secrets.token_hex(8)
