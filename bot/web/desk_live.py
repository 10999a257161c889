"""Tells an open page of the desk to look again; what has changed, it is not told here."""

import asyncio

from aiohttp import web

from bot.live import DESK
from bot.web.access import NotYours, SignedOut, seated
from bot.web.desk_pages import guarded
from bot.web.parts import PARTS
from bot.web.stream import STREAMS
from storage import cases
from storage.database import Unreachable


def add_routes(app: web.Application) -> None:
    """GET /desk/live: server-sent events, for the list or with `?tin=` for one tip."""
    app.router.add_get("/desk/live", guarded(_live))


async def _live(request: web.Request) -> web.StreamResponse:
    streams = request.app[STREAMS]
    try:
        topic = await _topic(request)
    except SignedOut:
        # 204: a browser does not ask again, and does not complain either.
        return web.Response(status=204)
    if streams.full:
        raise web.HTTPServiceUnavailable(headers={"Retry-After": "60"})
    response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})
    response.content_type = "text/event-stream"
    with request.app[PARTS].hub.watch(topic) as changed, streams.listed(changed):
        try:
            await response.prepare(request)
            await response.write(b"retry: 5000\n\n")
            while not streams.closing:
                told = await _within(changed, streams.heartbeat)
                # The right may be gone since: then nothing is told any more.
                await _topic(request)
                await response.write(b"event: changed\ndata: 1\n\n" if told else b":\n\n")
        except (SignedOut, NotYours, ConnectionError, Unreachable):
            return response
    return response


async def _topic(request: web.Request) -> bytes:
    """What this page may watch now. Raises SignedOut, NotYours."""
    parts, seat = request.app[PARTS], await seated(request, quiet=True)
    asked = request.query.get("tin")
    if asked is None:
        return DESK
    try:
        tip = bytes.fromhex(asked)
    except ValueError:
        raise NotYours from None
    async with parts.database.read() as tx:
        seen = await cases.see(tx, seat.member.id, tip, parts.clock())
    if isinstance(seen, cases.Refusal):
        raise NotYours
    return tip


async def _within(changed: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await changed.wait()
    except TimeoutError:
        return False
    changed.clear()
    return True
