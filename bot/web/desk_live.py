"""Tells an open page of the desk to look again; what has changed, it is not told here."""

import asyncio
from contextlib import suppress

from aiohttp import web

from bot.live import DESK
from bot.web import desk_list
from bot.web.access import NoTip, NotYours, SignedOut, seated
from bot.web.desk_pages import guarded
from bot.web.parts import PARTS
from bot.web.stream import STREAMS
from storage import aside, board, cases
from storage.database import Unreachable, for_desk

_REST_SECONDS = 0.2


def add_routes(app: web.Application) -> None:
    """GET /desk/live: server-sent events, for the list or with `?tin=` for one tip. `tu` is the
    mark of what the page shows: what changed before it was connected is told at once.
    """
    app.router.add_get("/desk/live", guarded(_live))


async def _live(request: web.Request) -> web.StreamResponse:
    streams, topic = request.app[STREAMS], _topic(request)
    try:
        now = await _mark(request, topic)
    except SignedOut:
        # 204: a browser does not ask again, and does not complain either.
        return web.Response(status=204)
    if streams.full:
        raise web.HTTPServiceUnavailable(headers={"Retry-After": "60"})
    response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})
    response.content_type = "text/event-stream"
    shown, loop = request.query.get("tu", now), asyncio.get_running_loop()
    with request.app[PARTS].hub.watch(topic, for_desk(topic)) as changed, streams.listed(changed):
        try:
            await response.prepare(request)
            await response.write(b"retry: 5000\n\n")
            beat = loop.time() + streams.heartbeat
            while not streams.closing:
                # The right may be gone since: then nothing is told any more.
                now = await _mark(request, topic)
                if now != shown:
                    await response.write(b"event: changed\ndata: 1\n\n")
                    shown = now
                # Beats keep their own time, and who is woken for nothing that they may see says
                # nothing: a sign in that moment would tell when a tip was filed.
                if loop.time() >= beat:
                    await response.write(b":\n\n")
                    beat = loop.time() + streams.heartbeat
                await _within(changed, beat - loop.time())
        except NoTip:
            await _tell_gone(response)
        except (SignedOut, NotYours, ConnectionError, Unreachable):
            pass
    return response


async def _tell_gone(response: web.StreamResponse) -> None:
    """The page shows what is not theirs any more: it looks again, and finds nothing."""
    with suppress(ConnectionError):
        await response.write(b"event: gone\ndata: 1\n\n")


def _topic(request: web.Request) -> bytes:
    """What this page wants to watch. Raises NotYours."""
    asked = request.query.get("tin")
    try:
        return DESK if asked is None else bytes.fromhex(asked)
    except ValueError:
        raise NotYours from None


async def _mark(request: web.Request, topic: bytes) -> str:
    """What is another one as soon as the page is not as it was. Raises SignedOut, NoTip."""
    parts, seat = request.app[PARTS], await seated(request, quiet=True)
    async with parts.database.read() as tx:
        if topic == DESK:
            seen = await board.seen(tx, seat.member.id, parts.clock())
            waiting = await aside.waiting(tx, seat.member.id, parts.clock())
            return desk_list.live_mark(seen, waiting)
        card = await cases.see(tx, seat.member.id, topic, parts.clock())
    if isinstance(card, cases.Refusal):
        raise NoTip
    return card.mark


async def _within(changed: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await changed.wait()
            # Many changes in a row are looked at once.
            await asyncio.sleep(_REST_SECONDS)
    changed.clear()
