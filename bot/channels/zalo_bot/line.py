"""A bot's way out: one message at a time as the pace allows, and what came of it as a value."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.channels import Outcome, Sent, TryLater
from bot.channels.zalo_bot.client import Client, Failed, RateLimited, outcome_of
from bot.channels.zalo_bot.quota import Quota
from bot.logs import Event as Log
from bot.logs import note_failure
from bot.pace import ACCOUNT, Kind, Lane, Pace, Scope

LONGEST_WAIT_SECONDS = 300.0
"""An answer that comes later than this belongs to nothing any more."""
HALTS_SECONDS = (30.0, 60.0, 300.0)
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0


@dataclass(slots=True)
class Line:
    """One bot, spoken through at its pace; every message of its month is counted. `now` gives
    seconds that never go back; `halts` are the rests after one refusal, two in a row, more.
    """

    client: Client = field(repr=False)
    pace: Pace
    quota: Quota
    now: Callable[[], float]
    halts: tuple[float, ...] = HALTS_SECONDS
    refusals: int = 0
    halted_until: float = 0.0

    async def send(
        self, address: str, text: str, *, patience: float = LONGEST_WAIT_SECONDS
    ) -> tuple[Outcome, int]:
        """Send a message that somebody waits for: what came of it, and the platform's date of it in
        milliseconds where it is Sent.

        What has certainly not arrived is tried again for `patience` seconds, what may have never.
        """
        is_counted = await self._counted()
        outcome, date = await self._tried(address, text, self.now() + patience)
        if is_counted and isinstance(outcome, TryLater):
            self.quota.put_back()
        return outcome, date

    async def _counted(self) -> bool:
        # A talk is never cut off by our own count: the platform's refusal is the truth.
        try:
            return await self.quota.take(Lane.TALK)
        except Exception as error:  # noqa: BLE001 - not counted is better than not sent
            note_failure(Log.CHAT_FAILED, error)
            return False

    async def _tried(self, address: str, text: str, until: float) -> tuple[Outcome, int]:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            if (wait := await self._wait(private(address), until)) > 0:
                return TryLater(wait), 0
            outcome, date = await self._once(address, text)
            if not isinstance(outcome, TryLater):
                return outcome, date
            wait = max(pause, outcome.seconds)
            if self.now() + wait > until:
                return TryLater(wait), 0
            await asyncio.sleep(wait)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def halted(self) -> float:
        """The platform wants a rest: how long it is, longer each time until something went through.
        What was under way together is refused together: that is one refusal.
        """
        now = self.now()
        if now >= self.halted_until:
            seconds = self.halts[min(self.refusals, len(self.halts) - 1)]
            self.refusals += 1
            self.halted_until = now + seconds
            self.pace.refused(now, ACCOUNT, seconds)
        return self.halted_until - now

    async def _once(self, address: str, text: str) -> tuple[Outcome, int]:
        try:
            sent = await self.client.send_message(address, text)
        except RateLimited:
            return TryLater(self.halted()), 0
        except Failed as error:
            return outcome_of(error), 0
        self.refusals = 0
        return Sent(), sent.date

    async def _wait(self, scope: Scope, until: float) -> float:
        """Wait until something may be sent, and count it: 0. Where that is after `until`, how long
        it would have been.
        """
        while (ready := self.pace.ready_at(self.now(), scope, Lane.TALK)) > self.now():
            if ready > until:
                return ready - self.now()
            await asyncio.sleep(ready - self.now())
        self.pace.sent(self.now(), scope, Lane.TALK)
        return 0


def private(address: str) -> Scope:
    """What the pace counts for one chat."""
    return Scope(Kind.CHAT, address)
