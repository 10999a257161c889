"""`getUpdates`: one event for each call, and one poller at a time.

Of two polls at once the first is answered 408 at once, and the second waits on: what the real
platform does is not known. While a webhook is set polls wait in vain, without an error.
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass

from tests.fakes.zalo_bot.call import Call
from tests.fakes.zalo_bot.habits import Idle
from tests.fakes.zalo_bot.inbox import Event
from tests.fakes.zalo_bot.refusals import idle
from tests.fakes.zalo_bot.world import Bot, Json

DEFAULT_SECONDS = 30
# How often a poll looks at the fake's clock, which may jump.
_TICK_SECONDS = 0.02


@dataclass(slots=True, eq=False)
class Poller:
    """Who waits for a bot's events now."""

    turn: object | None = None
    is_over: bool = False

    def end(self, bot: Bot) -> None:
        """Send everybody away for good: the fake closes."""
        self.turn, self.is_over = None, True
        bot.inbox.arrived.set()

    async def poll(self, call: Call) -> Json | bytes:
        """Answer with the oldest event, when there is one. Raises Refusal (408)."""
        seconds = max(call.integer("timeout", DEFAULT_SECONDS), 0)
        event = await self._wait(call, seconds)
        habits = call.world.habits
        if event is None:
            if habits.idle is Idle.TIMEOUT:
                raise idle()
            return {"result": {} if habits.idle is Idle.EMPTY else None}
        if isinstance(event.body, bytes):
            return event.body
        return {"result": [event.body] if habits.in_array else event.body}

    async def _wait(self, call: Call, seconds: int) -> Event | None:
        """The oldest event, out of the queue; or None when so many seconds were in vain."""
        bot, clock = call.bot, call.world.clock
        turn = self.turn = object()
        bot.inbox.arrived.set()
        ends_at, clock_ends_at = time.monotonic() + seconds * self._scale(call), clock() + seconds
        try:
            while self.turn is turn and not self.is_over:
                event = None if bot.hook.url else bot.inbox.take()
                if event is not None:
                    return event
                left = ends_at - time.monotonic()
                if left <= 0 or clock() >= clock_ends_at:
                    break
                bot.inbox.arrived.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(left, _TICK_SECONDS)):
                        await bot.inbox.arrived.wait()
            return None
        finally:
            if self.turn is turn:
                self.turn = None

    def _scale(self, call: Call) -> float:
        return call.world.habits.poll_scale
