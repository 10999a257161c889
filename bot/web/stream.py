"""GET /live: tells an open page of a talk to look again, or that its draft ends soon."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from aiohttp import web

from bot.channels import webchat
from bot.inbound import Answer
from bot.web import sessions
from bot.web.padding import leave_as_it_is, padded_event
from bot.web.parts import PARTS, Parts
from storage.database import Unreachable

MOST_STREAMS = 400
HEARTBEAT_SECONDS = 20.0
WARNING_SECONDS = 120.0
# What a page without an open thread watches: it is woken when everybody is.
_DRAFTS = b"drafts"


class Streams:
    """The open streams of this process: so many and no more, and all end when it stops."""

    def __init__(self, most: int = MOST_STREAMS, heartbeat: float = HEARTBEAT_SECONDS) -> None:
        """None is open. `heartbeat` is in seconds."""
        self.heartbeat = heartbeat
        self.closing = False
        self._most = most
        self._open: set[asyncio.Event] = set()

    @property
    def full(self) -> bool:
        """Whether no more may be opened."""
        return self.closing or len(self._open) >= self._most

    @contextmanager
    def listed(self, changed: asyncio.Event) -> Iterator[None]:
        """One more is open, and can be woken by `changed`."""
        self._open.add(changed)
        try:
            yield
        finally:
            self._open.discard(changed)

    async def close(self, _: web.Application) -> None:
        """Wake all of them to end."""
        self.closing = True
        for changed in self._open:
            changed.set()


STREAMS: web.AppKey[Streams] = web.AppKey("streams", Streams)


def add_routes(app: web.Application) -> None:
    """`/live`, which ends with the application."""
    streams = Streams()
    app[STREAMS] = streams
    app.on_shutdown.append(streams.close)
    app.router.add_get("/live", live)


async def live(request: web.Request) -> web.StreamResponse:
    """Events `changed` (look again), `ending` (data: seconds left), `ended` (the talk is over).

    204, which a browser does not repeat, when there is nothing to watch; 503 when too many watch.
    """
    parts, streams = request.app[PARTS], request.app[STREAMS]
    session = sessions.session_of(request)
    answer = await parts.inbound.look(webchat.NAME, session) if session else None
    if session is None or answer is None or not _is_worth_watching(answer):
        return web.Response(status=204)
    if streams.full:
        raise web.HTTPServiceUnavailable(headers={"Retry-After": "60"})
    response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})
    leave_as_it_is(response)
    response.content_type = "text/event-stream"
    with parts.hub.watch(answer.live or _DRAFTS) as changed, streams.listed(changed):
        try:
            await response.prepare(request)
            await response.write(padded_event("retry: 5000\n"))
            await _tell(parts, streams, session, answer, changed, response)
        except (ConnectionError, Unreachable):
            return response  # the page was closed; or it comes again, to hear more than we can say
    return response


async def _tell(
    parts: Parts,
    streams: Streams,
    session: str,
    answer: Answer,
    changed: asyncio.Event,
    response: web.StreamResponse,
) -> None:
    topic, warned = answer.live, None
    while not streams.closing:
        left = _seconds_left(parts, answer.ends)
        if left is not None and left <= WARNING_SECONDS and warned != answer.ends:
            await response.write(padded_event(f"event: ending\ndata: {left}\n"))
            warned = answer.ends
        until_warning = left - WARNING_SECONDS if left and warned != answer.ends else None
        try:
            async with asyncio.timeout(min(streams.heartbeat, until_warning or streams.heartbeat)):
                await changed.wait()
        except TimeoutError:
            await response.write(padded_event(""))
        before, answer = answer, await parts.inbound.look(webchat.NAME, session)
        # Drafts hear of everything that happens in the house; few of it concerns them.
        if changed.is_set() and (topic is not None or answer.ends != before.ends):
            await response.write(padded_event("event: changed\ndata:\n"))
        changed.clear()
        if not _is_worth_watching(answer):
            await response.write(padded_event("event: ended\ndata:\n"))
            return
        if answer.live != topic:
            return  # the browser comes again, and then hears about the right one


def _is_worth_watching(answer: Answer) -> bool:
    return bool(answer.turn) and (answer.live is not None or answer.ends is not None)


def _seconds_left(parts: Parts, ends: datetime | None) -> int | None:
    return None if ends is None else max(0, int((ends - parts.clock()).total_seconds()))
