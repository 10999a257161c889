"""A light Bot API for bulletins: takes thousands of messages a second, and remembers who got what.

The whole fake (tests/fakes/telegram) knows people and rooms; this one knows numbers only.
"""

import asyncio
import json
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType
from typing import Self

from aiohttp import web

TINY = 1e-3
Answer = tuple[int, dict[str, object]]
"""A status, and what is said with it."""


@dataclass(frozen=True, slots=True)
class Got:
    """A message as it arrived: which bot's, whose chat, when, and the status of the answer."""

    token: str
    chat: int
    at: float
    status: int


@dataclass(slots=True)
class Recorder:
    """Use with `async with`. `per_second` is the most it takes of one bot in any sliding second,
    the rest is refused with 429. `answer` may say otherwise for a chat: status and description.
    """

    per_second: int = 10_000
    answer: Callable[[str, int], Answer | None] = lambda *_: None
    delay_seconds: float = 0.0
    got: list[Got] = field(default_factory=list)
    bodies: dict[int, dict[str, object]] = field(default_factory=dict)
    url: str = ""
    _recent: dict[str, deque[float]] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._serve, access_log=None))
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
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
    def arrived(self) -> Counter[int]:
        """How often each chat got something."""
        return Counter(each.chat for each in self.got if each.status == 200)

    @property
    def refused(self) -> int:
        """How many came too fast."""
        return sum(each.status == 429 for each in self.got)

    async def until(self, count: int) -> None:
        """Wait until so many messages came in, refused ones too."""
        while len(self.got) < count:
            self._changed.clear()
            await self._changed.wait()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        token = request.path.split("/")[1].removeprefix("bot")
        body = json.loads(await request.read())
        chat = int(body["chat_id"])
        said = self.answer(token, chat) or self._limited(token)
        status, told = said or (200, {"ok": True, "result": {"message_id": len(self.got) + 1}})
        self.got.append(Got(token, chat, monotonic(), status))
        self.bodies[chat] = body
        self._changed.set()
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        return web.json_response(told, status=status)

    def _limited(self, token: str) -> Answer | None:
        recent, now = self._recent.setdefault(token, deque()), monotonic()
        while recent and recent[0] <= now - 1 + TINY:
            recent.popleft()
        if len(recent) >= self.per_second:
            return refusal(429, "Too Many Requests: retry after 1", retry_after=1)
        recent.append(now)
        return None


def refusal(status: int, description: str, **parameters: int) -> Answer:
    """An answer as the Bot API refuses."""
    told: dict[str, object] = {"ok": False, "error_code": status, "description": description}
    return status, told | ({"parameters": parameters} if parameters else {})
