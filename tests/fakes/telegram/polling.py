"""`getUpdates`: long polling, offsets, and one poller at a time."""

import asyncio
import contextlib
import itertools
from dataclasses import dataclass, field

from tests.fakes.telegram.call import Call
from tests.fakes.telegram.inbox import Inbox
from tests.fakes.telegram.refusals import OTHER_POLLER, WEBHOOK_ACTIVE, conflict
from tests.fakes.telegram.world import Json

MOST_UPDATES = 100
LONGEST_POLL_SECONDS = 50
REPEAT_SECONDS = 0.5


@dataclass(slots=True, eq=False)
class Poller:
    """Who waits for a bot's updates now, and what the last one asked for."""

    turn: object | None = None
    why_ended: str = ""
    offset: int | None = None
    answered_at: float = field(default=-1e9)

    def end(self, inbox: Inbox, why: str) -> None:
        """Send the waiting poller away with a 409."""
        self.turn, self.why_ended = None, why
        inbox.arrived.set()

    async def poll(self, call: Call) -> list[Json]:
        """Answer with updates, at once or when some arrive. Raises Refusal (409)."""
        inbox, loop = call.bot.inbox, asyncio.get_running_loop()
        if call.bot.hook.url:
            raise conflict(WEBHOOK_ACTIVE)
        self.end(inbox, OTHER_POLLER)
        inbox.allow(call.json("allowed_updates"))
        offset = call.integer("offset")
        inbox.confirm(offset)
        limit = min(max(call.integer("limit", MOST_UPDATES), 1), MOST_UPDATES)
        if offset == self.offset and loop.time() < self.answered_at + REPEAT_SECONDS:
            limit = 1
        inbox.expire(call.world.clock())
        if not inbox.waiting:
            await self._wait(inbox, min(call.integer("timeout"), LONGEST_POLL_SECONDS))
        self.offset, self.answered_at = offset, loop.time()
        inbox.expire(call.world.clock())
        return [update.body for update in itertools.islice(inbox.waiting.values(), limit)]

    async def _wait(self, inbox: Inbox, seconds: int) -> None:
        turn = self.turn = object()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not inbox.waiting and self.turn is turn:
                    inbox.arrived.clear()
                    await inbox.arrived.wait()
        if self.turn is not turn:
            raise conflict(self.why_ended)
        self.turn = None
