"""A bot's way out for bulletins: plain text, at a gentle pace, within the month."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.bulletins.bulk import Delivered, Letter, Result
from bot.channels import Sent, TryLater, Unknown
from bot.channels.zalo_bot import LIMITS
from bot.channels.zalo_bot.client import Client, Failed, RateLimited, outcome_of
from bot.channels.zalo_bot.line import private
from bot.channels.zalo_bot.quota import Quota
from bot.pace import ACCOUNT, Lane, Pace, Scope
from bot.splitting import numbered
from handlers.screens import Button
from storage.database import Unreachable

_HALTED_SECONDS = 60
_AGAIN_SECONDS = 30
_PATIENCE_SECONDS = 20.0


class ZaloBulk:
    """A bot for bulletins; use with `async with`. `pace` and `quota` are shared with the talk.
    `way_out` makes of the buttons, which nobody can press here, a line that says what to type.
    """

    def __init__(
        self,
        client: Client,
        pace: Pace,
        quota: Quota,
        per_second: float,
        way_out: Callable[[Sequence[Button]], str],
        clock: Callable[[], datetime],
    ) -> None:
        self.pace = pace
        self.per_second = per_second
        self._client = client
        self._quota = quota
        self._way_out = way_out
        self._clock = clock

    async def __aenter__(self) -> "ZaloBulk":
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.__aexit__(None, None, None)

    def letter(self, text: str, buttons: Sequence[Button]) -> Letter:
        """The parts of the message; a short one is one."""
        whole = f"{text}\n\n{self._way_out(buttons)}" if buttons else text
        parts = numbered(whole, LIMITS.max_text)
        told = json.dumps(parts, ensure_ascii=False).encode("utf-8", "replace")
        return Letter(told, b"", len(parts))

    def scope(self, address: str) -> Scope:
        """Everybody is a chat."""
        return private(address)

    async def send(self, address: str, letter: Letter) -> Result:
        """Send all parts in order. What has begun and cannot be ended may have arrived: Unknown."""
        parts = json.loads(letter.before)
        try:
            if not await self._quota.take(Lane.BULK, len(parts)):
                return TryLater(self._quota.seconds_to_next_month(self._clock()))
        except Unreachable:
            return TryLater(_AGAIN_SECONDS)
        for number, part in enumerate(parts):
            result = await (self._further(address, part) if number else self._one(address, part))
            if isinstance(result, Sent):
                continue
            used = number if isinstance(result, TryLater) else number + 1
            self._quota.put_back(len(parts) - used)
            return Unknown() if number else result
        return Delivered(0)

    async def _further(self, address: str, text: str) -> Sent | Result:
        """A part after the first, which the caller does not know of: at the pace of all, and tried
        again for a while where it has certainly not left, for half a bulletin helps nobody.
        """
        scope, now = private(address), asyncio.get_running_loop().time
        until = now() + _PATIENCE_SECONDS
        while True:
            ready = self.pace.ready_at(now(), scope, Lane.BULK)
            result: Sent | Result = TryLater(ready - now())
            if ready <= now():
                self.pace.sent(now(), scope, Lane.BULK)
                result = await self._one(address, text)
            if not isinstance(result, TryLater) or now() + result.seconds > until:
                return result
            await asyncio.sleep(max(result.seconds, 0))

    async def _one(self, address: str, text: str) -> Sent | Result:
        try:
            await self._client.send_message(address, text)
        except RateLimited:
            now = asyncio.get_running_loop().time()
            self.pace.refused(now, ACCOUNT, _HALTED_SECONDS)
            return TryLater(_HALTED_SECONDS)
        except Failed as error:
            outcome = outcome_of(error)
            return Unknown() if isinstance(outcome, Sent) else outcome
        return Sent()
