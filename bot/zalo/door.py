"""The pages' own address, served by the doctor while `run` rests: one webhook, one lent picture.

Only so can be seen how the platform brings its updates, and that it fetches our pictures: what
`run` serves belongs to another process.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from bot.web import lent
from bot.web.lent import Lent
from bot.zalo.accounts import HOOK_PATH
from bot.zalo.probing import Heard, heard
from storage.bots import Bot
from storage.crypto import equal

SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
MOST_BYTES = 256 * 1024

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One call of the webhook. `key` is the same when the same comes again."""

    what: Heard
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one call is answered."""

    status: int = HTTPStatus.OK
    delay: float = 0.0


class Door:
    """What came to the door. It is a source of updates, as polling is."""

    def __init__(self, bot: Bot, clock: Callable[[], datetime]) -> None:
        """`open_door` makes and serves one."""
        self.lent = Lent(clock)
        self.fetched = 0
        self.unsigned = 0
        self._bot = bot
        self._came: asyncio.Queue[Delivery] = asyncio.Queue()
        self._next = Behaviour()

    async def next(self, seconds: float) -> Heard | None:
        """The next update, None where none comes in time."""
        came = await self.delivery(seconds)
        return came.what if came is not None else None

    async def delivery(self, seconds: float) -> Delivery | None:
        """The same with all that is known of the call."""
        try:
            async with asyncio.timeout(seconds):
                return await self._came.get()
        except TimeoutError:
            return None

    def clear(self) -> None:
        """Forget what came so far."""
        while not self._came.empty():
            self._came.get_nowait()

    def answer_next(self, behaviour: Behaviour) -> None:
        """Answer the next message so, and those after it well."""
        self._next = behaviour

    async def take(self, request: web.Request) -> web.Response:
        """POST to the webhook."""
        if not equal(request.match_info["path"].encode(), self._bot.path.encode()):
            return web.Response(status=HTTPStatus.NOT_FOUND)
        given = request.headers.get(SECRET_HEADER, "")
        if not equal(given.encode("utf-8", "replace"), self._bot.secret.encode()):
            self.unsigned += 1
            return web.Response(status=HTTPStatus.FORBIDDEN)
        body = await request.read()
        try:
            what = heard(json.loads(body))
        except (ValueError, RecursionError):
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        if not what.event.startswith("message."):
            # The platform's own try.
            return web.json_response({})
        behaviour, self._next = self._next, Behaviour()
        self._came.put_nowait(Delivery(what, hashlib.sha256(body).digest()))
        await asyncio.sleep(behaviour.delay)
        return web.json_response({}, status=behaviour.status)

    def application(self) -> web.Application:
        """The webhook and the pictures, and nothing else."""

        @web.middleware
        async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
            answer = await handler(request)
            self.fetched += request.path.startswith(lent.PATH) and answer.status == HTTPStatus.OK
            return answer

        app = web.Application(middlewares=[count], client_max_size=MOST_BYTES)
        app.router.add_post(f"{HOOK_PATH}{{path}}", self.take)
        lent.add_routes(app, self.lent)
        return app


@asynccontextmanager
async def open_door(
    host: str, port: int, bot: Bot, clock: Callable[[], datetime]
) -> AsyncIterator[Door | None]:
    """Serve at the pages' address; None where somebody else does, which is `run` most likely."""
    door = Door(bot, clock)
    runner = web.AppRunner(door.application(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            yield None
        else:
            yield door
    finally:
        await runner.cleanup()
