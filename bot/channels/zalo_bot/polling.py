"""Asks for updates: one at a time, and its turn is made before the next is asked for.

Reading consumes an update, so nothing may ask for the next one while a turn is open; and whoever
stops handles what the last question still brings.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.channels.zalo_bot.client import Client, Failed, NotFound, RateLimited, Unauthorized
from bot.logs import Event as Log
from bot.logs import note, note_failure
from bot.tasks import rest
from storage.database import Unreachable

Take = Callable[[Mapping[str, Any]], Awaitable[None]]
_MOST_NOT_FOUND = 3
_SOON_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds: how long one poll waits, the least between two that bring nothing, the first and the
    longest pause after a failure, the same after "too many", the one after a failure that only
    people mend, and how long the end may take.
    """

    poll: int = 10
    soon: float = _SOON_SECONDS
    first_pause: float = 1.0
    longest_pause: float = 60.0
    first_rest: float = 30.0
    longest_rest: float = 300.0
    mending: float = 60.0
    finish: float = 15.0


class Why(StrEnum):
    """Why a bot is not heard."""

    TOKEN = "token"  # noqa: S105 - a reason
    NOT_FOUND = "not_found"
    OTHER_HOOK = "other_hook"
    REFUSED_HOOK = "refused_hook"


class Poller:
    """One `getUpdates` loop over a client of its own."""

    def __init__(
        self, client: Client, take: Take, rhythm: Rhythm, account: int, stopping: asyncio.Event
    ) -> None:
        """`take` makes the turn of one update; where it raises Unreachable it is asked again.
        `stopping` ends `run`.
        """
        self._client = client
        self._take = take
        self._rhythm = rhythm
        self._account = account
        self._stopping = stopping
        self._pause = rhythm.first_pause
        self._rest = rhythm.first_rest
        self._not_found = 0

    async def run(self, is_ours: Callable[[], Awaitable[bool]]) -> None:
        """Poll until it is to stop, or until the bot `is_ours` no more; what the last poll brings
        is still taken.
        """
        while not self._stopping.is_set() and await is_ours():
            begun = asyncio.get_running_loop().time()
            updates = await self._fetched()
            for update in updates:
                await self._until_taken(update)
            if not updates and asyncio.get_running_loop().time() - begun < self._rhythm.soon:
                await self._sleep(self._rhythm.soon)

    async def _fetched(self) -> tuple[Mapping[str, Any], ...]:
        rhythm = self._rhythm
        try:
            updates = await self._client.get_updates(rhythm.poll)
        except Unauthorized:
            note(Log.BOT_UNHEARD, account=self._account, why=Why.TOKEN)
            await self._sleep(rhythm.mending)
        except NotFound:
            self._not_found += 1
            if self._not_found >= _MOST_NOT_FOUND:
                note(Log.BOT_UNHEARD, account=self._account, why=Why.NOT_FOUND)
                await self._sleep(rhythm.mending)
            else:
                await self._sleep(self._pause)
        except RateLimited:
            await self._sleep(self._rest)
            self._rest = min(2 * self._rest, rhythm.longest_rest)
        except Failed as error:
            note_failure(Log.CHAT_FAILED, error)
            await self._sleep(self._pause)
            self._pause = min(2 * self._pause, rhythm.longest_pause)
        else:
            self._pause, self._rest, self._not_found = rhythm.first_pause, rhythm.first_rest, 0
            return updates
        return ()

    async def _until_taken(self, update: Mapping[str, Any]) -> None:
        """It will not come again, so a database that is away is waited for."""
        pause = self._rhythm.first_pause
        while True:
            try:
                await self._take(update)
            except Unreachable:
                await asyncio.sleep(pause)
                pause = min(2 * pause, self._rhythm.longest_pause)
            else:
                return

    async def _sleep(self, seconds: float) -> None:
        await rest(seconds, self._stopping)
