"""Asks for updates: several chats at once, one chat in order, nothing confirmed before its turn."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from telegram import Bot
from telegram.error import Conflict, TelegramError

from bot.channels.telegram.request import Halted, TokenRefused
from bot.logs import Event as Log
from bot.logs import note, note_failure
from storage.database import Unreachable

MOST_UPDATES = 100
WANTED = ("message", "edited_message", "callback_query", "my_chat_member", "channel_post")
# After a week without any, the numbers of updates begin anew somewhere (Bot API, `Update`).
_NUMBERS_HOLD_SECONDS = 6 * 24 * 3600

Take = Callable[[Mapping[str, Any]], Awaitable[None]]
QueueOf = Callable[[Mapping[str, Any]], int]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds: how long one poll waits, how soon unfinished chats stop holding up the others (above
    0.5, for the same question sooner is answered with one update), the first and the longest pause
    after a failure, the one after a failure that only people mend, and how long the end may take.
    """

    poll: int = 50
    patience: float = 1.0
    first_pause: float = 1.0
    longest_pause: float = 30.0
    mending: float = 60.0
    finish: float = 10.0


class Poller:
    """One `getUpdates` loop. `bot` is used for nothing else, for a poll holds its connection."""

    def __init__(self, bot: Bot, take: Take, queue_of: QueueOf, rhythm: Rhythm) -> None:
        """`take` makes the turn of one update, or raises Unreachable to be asked again."""
        self._bot = bot
        self._take = take
        self._queue_of = queue_of
        self._rhythm = rhythm
        self._next = 0
        self._heard_at = 0.0
        self._open: dict[int, asyncio.Task[None]] = {}
        self._taken: set[int] = set()
        self._last: dict[int, asyncio.Task[None]] = {}
        self._pause = rhythm.first_pause

    async def run(self, group: asyncio.TaskGroup) -> None:
        """Poll until cancelled; `group` makes the turns, and outlives this."""
        loop = asyncio.get_running_loop()
        while True:
            updates = await self._fetched()
            for update in updates:
                self._start(update, group)
            if updates:
                self._heard_at = loop.time()
            elif loop.time() - self._heard_at > _NUMBERS_HOLD_SECONDS and not self._open:
                self._next = 0
            if self._open:
                await asyncio.wait(self._open.values(), timeout=self._rhythm.patience)

    async def finish(self, seconds: float) -> None:
        """After `run` was cancelled: let begun turns end, then confirm them."""
        if self._open:
            await asyncio.wait(self._open.values(), timeout=seconds)
        if not self._next:
            return
        try:
            await self._ask(limit=1, seconds=0)
        except TelegramError:
            # They come again, and are known by what they did.
            return

    @property
    def _offset(self) -> int:
        """The first update that is not to be confirmed."""
        return min(self._open, default=self._next)

    async def _fetched(self) -> list[Mapping[str, Any]]:
        try:
            # While turns are open the old updates come again at once: nothing is waited for.
            updates = await self._ask(
                limit=MOST_UPDATES, seconds=0 if self._open else self._rhythm.poll
            )
        except Conflict:
            note(Log.TWO_POLLERS)
            await asyncio.sleep(self._rhythm.mending)
        except TokenRefused:
            note(Log.ACCOUNT_REFUSED)
            await asyncio.sleep(self._rhythm.mending)
        except Halted as halt:
            await asyncio.sleep(halt.retry_after.total_seconds())
        except Exception as error:  # noqa: BLE001 - whatever it is, the next poll is another one
            note_failure(Log.CHAT_FAILED, error)
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, self._rhythm.longest_pause)
        else:
            self._pause = self._rhythm.first_pause
            return updates
        return []

    async def _ask(self, *, limit: int, seconds: int) -> list[Mapping[str, Any]]:
        """Raw, for one update that the library cannot read must not hold up all others: hence the
        spelling of the method, under which the library leaves the answer as it is.
        """
        asked = {
            "offset": self._offset,
            "limit": limit,
            "timeout": seconds,
            "allowed_updates": list(WANTED),
        }
        found = await self._bot.do_api_request(
            "getupdates", asked, read_timeout=seconds + (self._bot.request.read_timeout or 10)
        )
        if not isinstance(found, list):
            raise TypeError("updates come as a list")
        return [each for each in found if isinstance(each, dict)]

    def _start(self, update: Mapping[str, Any], group: asyncio.TaskGroup) -> None:
        number = update.get("update_id")
        if not isinstance(number, int) or number in self._taken:
            return
        offset = self._offset
        self._taken = {each for each in self._taken if each >= offset} | {number}
        self._next = number + 1
        queue = self._queue_of(update)
        task = group.create_task(self._in_order(update, self._last.get(queue)))
        self._open[number] = self._last[queue] = task

        def done(ended: asyncio.Task[None]) -> None:
            del self._open[number]
            if self._last.get(queue) is ended:
                del self._last[queue]

        task.add_done_callback(done)

    async def _in_order(self, update: Mapping[str, Any], before: asyncio.Task[None] | None) -> None:
        """The turn of one update, after the one before it in the same chat, until it is made."""
        if before is not None:
            await asyncio.wait([before])
        pause = self._rhythm.first_pause
        while True:
            try:
                await self._take(update)
            except Unreachable:
                await asyncio.sleep(pause)
                pause = min(2 * pause, self._rhythm.longest_pause)
            else:
                return
