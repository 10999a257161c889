"""Sends what a feed gives, evenly and without a pause, and writes down what came of it.

Nobody is sent anything before it is written how far sending may go; so after a crash it is known
who may have been. Knows no database: time, feed and sender are handed in.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, assert_never

from bot.bulletins.bulk import Bulk, Delivered
from bot.bulletins.held import Held, Page
from bot.bulletins.weather import FLUSH_SECONDS, Weather, sizes
from bot.channels import Gone, Refused, TryLater, Unknown
from bot.logs import Event as Log
from bot.logs import note_failure
from bot.pace import ACCOUNT, Lane
from storage.leases import Lost
from storage.sendings import Kind
from storage.slices import Step
from storage.subscribers import Reader

LONGEST_REST_SECONDS = 5.0
"""A halt that is longer than this is not waited for with people bound."""
_NAP_SECONDS = 0.003  # less than pace lets a caller catch up
_TRIES, _AGAIN_SECONDS = 40, 0.5


class Feed(Protocol):
    """Where a stream gets its work, and where it writes down what came of it."""

    async def next(self, limit: int) -> Page | None:
        """At most `limit` readers to go on with; None when there is nothing to do now."""
        ...

    async def keep(self, steps: Sequence[tuple[Held, Step]]) -> frozenset[int]:
        """Write all steps, or none; gives the sendings that are still under way. Raises Lost."""
        ...

    async def give_back(self, held: Held) -> None:
        """The slice was dropped, and nothing of it is under way. Raises Lost."""
        ...


@dataclass(frozen=True, slots=True)
class Clocks:
    """`now` in seconds that never go back, as the pace counts; `wall` is the time of the day;
    until `valid_until` (by `now`) the account is ours.
    """

    now: Callable[[], float]
    wall: Callable[[], datetime]
    valid_until: Callable[[], float] = lambda: math.inf


class Stream:
    """One run through the work of an account; `run` ends when there is none, or after `stop`."""

    def __init__(self, bulk: Bulk, feed: Feed, clocks: Clocks, weather: Weather) -> None:
        self._bulk, self._feed, self._clocks, self._weather = bulk, feed, clocks, weather
        self._queue: deque[tuple[Held, Reader]] = deque()
        self._ahead: Page | None = None
        self._held: dict[int, Held] = {}
        self._sizes = sizes(bulk.per_second, weather.latency)
        self._flying = self._rows = 0
        self._is_fed = self._is_stopping = False
        self._moved, self._hungry, self._due = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def budget(self) -> int:
        """How many are bound at most without an outcome: the bound of what a crash may repeat."""
        return self._sizes.budget

    def stop(self) -> None:
        """Send nothing more; what is under way is waited for and written."""
        self._is_stopping = True
        for held in self._held.values():
            self._drop(held)
        self._wake_all()

    async def run(self) -> None:
        """Work until there is nothing left. Raises Lost, at once and with nothing else sent."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read())
                group.create_task(self._write())
                await self._send(group)
        except BaseExceptionGroup as group:
            lost, _ = group.split(Lost)
            if lost is not None:
                raise Lost from None
            raise
        finally:
            if self._timer is not None:
                self._timer.cancel()

    # Reading

    async def _read(self) -> None:
        while not self._is_fed and not self._is_stopping:
            if self._ahead is None:
                page = await self._feed.next(self._sizes.page)
                if page is None:
                    self._is_fed = True
                elif not page.held.dropped:
                    self._held.setdefault(page.held.slice.id, page.held)
                    self._ahead = page
                    if self._is_stopping:
                        self._drop(page.held)
                self._poke()
            else:
                self._hungry.clear()
                await self._hungry.wait()
        self._is_fed = True
        self._wake_all()

    # Writing

    async def _write(self) -> None:
        while not self._is_over():
            await self._due.wait()
            self._due.clear()
            await self._flush()
        self._wake_all()

    async def _flush(self) -> None:
        self._sizes = sizes(self._bulk.per_second, self._weather.latency)
        wall = self._clocks.wall()
        for held in self._held.values():
            if wall >= held.closes:
                self._drop(held)
        bound, self._rows = self._bind(), 0
        steps = [(held, step) for held in self._held.values() if (step := held.step())]
        if steps:
            under_way = await self._kept(steps)
            for held, _ in steps:
                if held.slice.sending not in under_way:
                    self._drop(held)
        if bound is not None and not bound.held.dropped:
            self._queue.extend((bound.held, reader) for reader in bound.readers)
        elif bound is not None:
            for reader in bound.readers:
                bound.held.unbind(reader)
        await self._let_go()
        self._moved.set()
        self._poke()

    def _bind(self) -> Page | None:
        """The page that is read, if there is room for it."""
        page = self._ahead
        if page is None or not self._has_room(page):
            return None
        self._ahead = None
        self._hungry.set()
        if page.held.dropped:
            return None
        page.held.bind(page)
        return page

    def _has_room(self, page: Page) -> bool:
        outstanding = len(self._queue) + self._flying
        return not outstanding or outstanding + len(page.readers) <= self._sizes.budget

    async def _kept(self, steps: Sequence[tuple[Held, Step]]) -> frozenset[int]:
        """The database may be away for a while; nothing new is bound meanwhile."""
        for _ in range(_TRIES):
            try:
                return await self._feed.keep(steps)
            except Lost:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, what was sent must be kept
                note_failure(Log.SENDING_FAILED, error)
                await asyncio.sleep(_AGAIN_SECONDS)
        raise Lost

    async def _let_go(self) -> None:
        for held in list(self._held.values()):
            if held.is_done:
                del self._held[held.slice.id]
            elif (held.dropped or self._is_fed) and held.is_settled:
                await self._feed.give_back(held)
                del self._held[held.slice.id]

    def _drop(self, held: Held) -> None:
        """Send nothing more of this slice."""
        if held.dropped:
            return
        held.dropped = True
        kept: deque[tuple[Held, Reader]] = deque()
        for each, reader in self._queue:
            if each is held:
                held.unbind(reader)
            else:
                kept.append((each, reader))
        self._queue = kept
        if self._ahead is not None and self._ahead.held is held:
            self._ahead = None
            self._hungry.set()
        self._due.set()

    # Sending

    async def _send(self, group: asyncio.TaskGroup) -> None:
        while not self._is_over():
            wait = self._wait()
            if wait == 0:
                held, reader = self._queue.popleft()
                scope = self._bulk.scope(reader.address)
                self._bulk.pace.sent(self._clocks.now(), scope, Lane.BULK)
                self._flying += 1
                group.create_task(self._one(held, reader))
                if self._ahead is not None and len(self._queue) < self._sizes.low:
                    self._poke()
            elif wait == math.inf:
                self._moved.clear()
                await self._moved.wait()
            else:
                await asyncio.sleep(wait)

    def _wait(self) -> float:
        """Seconds until the first in the queue may leave, 0 for now, inf until something moves."""
        now, wall = self._clocks.now(), self._clocks.wall()
        if now >= self._clocks.valid_until():
            raise Lost
        while self._queue and wall >= self._queue[0][0].closes:
            self._drop(self._queue[0][0])
        if not self._queue or self._flying >= self._sizes.flying:
            return math.inf
        if self._weather.rest_until > now:
            return self._rest(now)
        ready = self._ready_at(now)
        # Waking for every single message would cost more than sending it.
        return 0 if ready <= now else max(ready - now, _NAP_SECONDS if self._is_fast else 0)

    def _ready_at(self, now: float) -> float:
        """When the first in the queue may leave; a chat that was just spoken to lets others go
        first.
        """
        pace, soonest = self._bulk.pace, math.inf
        for _ in range(len(self._queue)):
            ready = pace.ready_at(now, self._bulk.scope(self._queue[0][1].address), Lane.BULK)
            if ready <= now or ready <= pace.ready_at(now, ACCOUNT, Lane.BULK):
                return ready
            soonest = min(soonest, ready)
            self._queue.rotate(-1)
        return soonest

    def _rest(self, now: float) -> float:
        if self._weather.rest_until - now > LONGEST_REST_SECONDS:
            self.stop()
            return math.inf
        return self._weather.rest_until - now

    async def _one(self, held: Held, reader: Reader) -> None:
        begun = self._clocks.now()
        result = await self._bulk.send(reader.address, held.letters[reader.language])
        now = self._clocks.now()
        self._flying -= 1
        match result:
            case Delivered(message):
                self._weather.answered(now - begun)
                held.settle(reader, Kind.SENT, message)
            case Gone():
                held.settle(reader, Kind.GONE)
            case Refused():
                held.settle(reader, Kind.REFUSED)
            case Unknown():
                held.settle(reader, Kind.UNKNOWN)
            case TryLater(seconds):
                self._weather.later(now, seconds)
                if held.dropped:
                    held.unbind(reader)
                else:
                    self._queue.appendleft((held, reader))
            case _:
                assert_never(result)
        self._rows += not isinstance(result, TryLater)
        self._moved.set()
        self._poke()

    # Together

    @property
    def _is_fast(self) -> bool:
        return self._bulk.per_second > 1 / _NAP_SECONDS

    def _is_over(self) -> bool:
        return self._is_fed and not (self._held or self._ahead or self._queue or self._flying)

    def _poke(self) -> None:
        """See whether something has to be written now or soon."""
        page = self._ahead
        if page is not None and len(self._queue) < self._sizes.low and self._has_room(page):
            self._due.set()
        elif self._rows >= self._sizes.rows or not (self._queue or self._flying):
            if any(held.has_news for held in self._held.values()):
                self._due.set()
        elif self._rows and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._due.set()

    def _wake_all(self) -> None:
        for each in (self._moved, self._hungry, self._due):
            each.set()
