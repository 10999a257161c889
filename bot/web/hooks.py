"""Where a chat app brings its updates: the secret first, then a bounded body, then the turn."""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from aiohttp import web

from bot.logs import Event, note
from storage.database import Unreachable

_BODY_SECONDS = 30
_COME_AGAIN_SECONDS = 5


class Hook(Protocol):
    """An account of a chat app that takes its updates here. `secret_header` is where the app says
    what only it and we know; `most_bytes` is more than any of its updates has.
    """

    secret_header: str
    most_bytes: int

    def knows(self, secret: str) -> bool:
        """Whether the call comes from the app; as fast for every wrong secret."""
        ...

    async def take_body(self, body: bytes) -> None:
        """One update. Raises Unreachable: the app has to bring it again."""
        ...


HOOKS: web.AppKey[Mapping[str, Hook]] = web.AppKey("hooks", Mapping)


def add_routes(app: web.Application, hooks: Mapping[str, Hook]) -> None:
    """One address for each account, by its path; other addresses are not there."""
    app[HOOKS] = hooks
    for path in hooks:
        app.router.add_post(path, take)


async def take(request: web.Request) -> web.Response:
    """POST /hooks/<channel>/<account>: 200 when the turn is done, 503 when it has to come again."""
    hook = request.app[HOOKS][request.path]
    if not hook.knows(request.headers.get(hook.secret_header, "")):
        note(Event.HOOK_FORGED)
        return web.Response(status=403)
    body = await _body(request, hook.most_bytes)
    if body is None:
        return web.Response(status=413)
    try:
        await hook.take_body(body)
    except Unreachable:
        return web.Response(status=503, headers={"Retry-After": str(_COME_AGAIN_SECONDS)})
    return web.Response()


async def _body(request: web.Request, most: int) -> bytes | None:
    """The body, None when it is larger than any update; only as much as that is ever read."""
    if (request.content_length or 0) > most:
        return None
    body = bytearray()
    async with asyncio.timeout(_BODY_SECONDS):
        while piece := await request.content.readany():
            body += piece
            if len(body) > most:
                return None
    return bytes(body)
