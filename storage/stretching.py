"""Argon2id over receipt codes, which is slow on purpose: two at once, the others queue; and what is
about to be sent is stretched while its worker still reads it over.
"""

import asyncio
import os
import sys
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from storage.crypto import stretched

STRETCHES_AT_ONCE = 2
"""Two at once keep a small server answering, and hold 38 MiB."""
MOST_READY = 1024
READY_SECONDS = 900.0
"""How many codes are kept stretched, and for how long, in the memory of this process only. Whoever
reads their summary longer than that waits for the job at [Send].
"""
_NICENESS = 10


@dataclass(slots=True)
class _Ready:
    """A job that was begun before it was asked for."""

    result: asyncio.Task[bytes] = field(repr=False)
    ends: asyncio.TimerHandle


class Stretcher:
    """Argon2id over receipt codes: two at once, others queue, even if an asker gave up waiting."""

    __slots__ = ("_first", "_free", "_later", "_pool", "_ready")

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(
            STRETCHES_AT_ONCE, thread_name_prefix="argon2id", initializer=_step_back
        )
        self._free = STRETCHES_AT_ONCE
        self._first: deque[asyncio.Future[None]] = deque()
        self._later: deque[asyncio.Future[None]] = deque()
        self._ready: dict[str, _Ready] = {}

    async def stretch(self, code: str, salt: bytes, *, first: bool = False) -> bytes:
        """32 bytes from the code and the instance's salt (16 bytes). With `first` it goes before
        all that wait without: who sends a tip does not stand behind a crowd that types codes.
        """
        ready = self._take(code)
        if ready is not None:
            return ready
        return await self._stretch(code, salt, first=first)

    def prepare(self, code: str, salt: bytes) -> None:
        """Stretch the code of a draft behind all others, so that [Send] need not wait for it. Where
        many drafts are read over, the oldest are given up.
        """
        if code in self._ready:
            return
        while len(self._ready) >= MOST_READY:
            self._drop(next(iter(self._ready)))
        loop = asyncio.get_running_loop()
        # The pool is what runs it; the task only waits, and is held by the entry.
        task = loop.create_task(self._stretch(code, salt, first=False))
        self._ready[code] = _Ready(task, loop.call_later(READY_SECONDS, self._drop, code))

    def close(self) -> None:
        """No more jobs; those that wait are dropped."""
        for code in list(self._ready):
            self._drop(code)
        for place in (*self._first, *self._later):
            place.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _take(self, code: str) -> bytes | None:
        """What was prepared, once; a job that still waits is given up, for its turn is later."""
        ready = self._ready.get(code)
        done = ready.result if ready is not None else None
        well = done is not None and done.done() and not done.cancelled() and not done.exception()
        found = done.result() if done is not None and well else None
        self._drop(code)
        return found

    def _drop(self, code: str) -> None:
        ready = self._ready.pop(code, None)
        if ready is not None:
            ready.ends.cancel()
            ready.result.cancel()

    async def _stretch(self, code: str, salt: bytes, *, first: bool) -> bytes:
        loop = asyncio.get_running_loop()
        if self._free:
            self._free -= 1
        else:
            await self._place(loop.create_future(), first=first)
        # Who gives up frees the place early; the pool still runs no third.
        job = loop.run_in_executor(self._pool, stretched, code, salt)
        job.add_done_callback(lambda _: self._next())
        return await job

    async def _place(self, place: "asyncio.Future[None]", *, first: bool) -> None:
        (self._first if first else self._later).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._next()
            raise

    def _next(self) -> None:
        for waiting in (self._first, self._later):
            while waiting:
                if not (place := waiting.popleft()).done():
                    place.set_result(None)
                    return
        self._free += 1


def _step_back() -> None:
    """Let the thread that answers go first: on a small server two jobs keep all cores busy."""
    # Linux gives each thread a priority of its own; elsewhere it is the whole process's, or none.
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
