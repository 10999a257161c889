"""For tests of the fake Zalo and of its contract: calls by raw HTTP, and a server for webhooks."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

CALL_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call got: the HTTP status, its type, its bytes, and those as JSON (None: not JSON)."""

    status: int
    content_type: str
    raw: bytes = field(repr=False)
    body: Any

    @property
    def ok(self) -> bool:
        """Whether it went well, which only the body says."""
        return isinstance(self.body, dict) and self.body.get("ok") is True

    @property
    def code(self) -> int:
        """The error code, 0 where there is none."""
        return int(self.body.get("error_code", 0)) if isinstance(self.body, dict) else 0

    @property
    def description(self) -> str:
        """What it says about an error."""
        return str(self.body.get("description", "")) if isinstance(self.body, dict) else ""

    @property
    def result(self) -> Any:
        """What a success brings; None where it brings nothing."""
        assert self.ok, self.body
        return self.body.get("result")


class Raw:
    """A bot's calls without any cleverness. Use with `async with`."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def __call__(self, method: str, **parameters: Any) -> Answer:
        """Call a method with JSON, as our channel does."""
        return await self.ask("POST", f"/bot{self.token}/{method}", json=parameters)

    async def ask(self, verb: str, path: str, **more: Any) -> Answer:
        """Any request, below the server's address or at an address of its own."""
        assert self._session is not None
        url = path if path.startswith("http") else self.url + path
        async with self._session.request(verb, url, allow_redirects=False, **more) as response:
            raw = await response.read()
            try:
                body = json.loads(raw)
            except ValueError:
                body = None
            return Answer(response.status, response.content_type, raw, body)


@dataclass(frozen=True, slots=True)
class Came:
    """One request at the webhook: its secret (None: no header), its JSON, when it came."""

    secret: str | None
    body: Any
    seconds: float

    @property
    def event(self) -> Any:
        """The event, wrapped or not."""
        return self.body.get("result", self.body)

    @property
    def text(self) -> str:
        """The words in it."""
        return str(self.event.get("message", {}).get("text", ""))


class Receiver:
    """A small server: keeps what is posted to `url`, answers `status` or what `answer` says.

    Further pages can be put into `pages` by their path. Use with `async with`.
    """

    def __init__(self) -> None:
        self.came: list[Came] = []
        self.status = 200
        self.answer: Callable[[Came], Awaitable[int]] | None = None
        self.pages: dict[str, Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]] = {}
        self.root = ""
        self.under_way = 0
        self.most_under_way = 0
        self._runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._serve, access_log=None))
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.root = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Where events are to be posted."""
        return f"{self.root}/hook"

    @property
    def port(self) -> int:
        """Where it listens on this machine."""
        return int(self.root.rpartition(":")[2])

    @property
    def events(self) -> list[Came]:
        """What came in, without the platform's probes."""
        return [came for came in self.came if came.event.get("event_name") != "webhook.probe"]

    @property
    def texts(self) -> list[str]:
        """The words of the events, in the order they came."""
        return [came.text for came in self.events]

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        page = self.pages.get(request.path)
        if page is not None:
            return await page(request)
        secret = request.headers.get("X-Bot-Api-Secret-Token")
        seconds = asyncio.get_running_loop().time()
        came = Came(secret, json.loads(await request.read()), seconds)
        self.came.append(came)
        self.under_way += 1
        self.most_under_way = max(self.under_way, self.most_under_way)
        try:
            status = await self.answer(came) if self.answer is not None else self.status
        finally:
            self.under_way -= 1
        headers = {"Location": "/elsewhere"} if 300 <= status <= 399 else {}
        return web.json_response({}, status=status, headers=headers)
