"""Tells an open page of the studio to look again while something is being sent."""

import asyncio

from aiohttp import web

from bot.web.access import NotYours, SignedOut
from bot.web.desk_pages import guarded
from bot.web.parts import PARTS
from bot.web.stream import STREAMS
from bot.web.studio_pages import broadcaster
from handlers.bulletins import Run
from storage import sendings
from storage.database import Unreachable

LOOK_SECONDS = 2.0
_UNDER_WAY = (Run.LATE, Run.SENDING, Run.PAUSED)

Figures = tuple[tuple[int, Run, int], ...]


def add_routes(app: web.Application) -> None:
    """GET /studio/live: server-sent events for the list and for a bulletin."""
    app.router.add_get("/studio/live", guarded(_live))


async def _live(request: web.Request) -> web.StreamResponse:
    streams = request.app[STREAMS]
    try:
        await broadcaster(request)
    except SignedOut:
        return web.Response(status=204)
    if streams.full:
        raise web.HTTPServiceUnavailable(headers={"Retry-After": "60"})
    response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})
    response.content_type = "text/event-stream"
    closing = asyncio.Event()
    with streams.listed(closing):
        try:
            await response.prepare(request)
            await response.write(b"retry: 5000\n\n")
            # A page that comes looks once more: it was drawn before it was connected.
            before: Figures | None = None
            while not streams.closing:
                # The right may be gone since: then nothing is told any more.
                await broadcaster(request)
                now = await _figures(request)
                await response.write(b"event: changed\ndata: 1\n\n" if now != before else b":\n\n")
                before = now
                await _pause(closing)
        except (SignedOut, NotYours, ConnectionError, Unreachable):
            return response
    return response


async def _figures(request: web.Request) -> Figures:
    """What is under way and how far, whosever it is: nobody is told more than to look again."""
    parts = request.app[PARTS]
    async with parts.database.read() as tx:
        found = []
        for each in await sendings.in_stages(tx, _UNDER_WAY):
            progress = await sendings.progress(tx, each.id, parts.clock())
            found.append((each.id, each.stage, progress.settled if progress else 0))
    return tuple(found)


async def _pause(closing: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            await closing.wait()
    except TimeoutError:
        return
