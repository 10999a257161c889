"""The door of the bulletins' mail room: keeps a lane for every account, and plans what is due."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.bulletins.bulk import Bulk
from bot.bulletins.jobs import Jobs
from bot.bulletins.lane import LEASE_SECONDS, LOOK_SECONDS, Ground, Lane
from bot.bulletins.planner import Planner
from bot.logs import Event as Log
from bot.logs import note_failure
from storage import accounts, leases
from storage.accounts import Account
from storage.chance import random_id
from storage.database import Database
from storage.places import Places

OpenBulk = Callable[[Account, str], AbstractAsyncContextManager[Bulk]]
"""Opens an account with its token."""


class Mailing:
    """All bulletins of the house. Several processes may do this on one database; each account is
    spoken for by one of them at a time.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        zone: ZoneInfo,
        places: Callable[[], Places],
        *,
        lease_seconds: float = LEASE_SECONDS,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        """Joined by `bot/app.py`."""
        jobs = Jobs(zone, places)
        self._ground = Ground(database, clock, zone, jobs, random_id(), lease_seconds, look_seconds)
        self._planner = Planner(database, clock, zone, jobs)
        self._openers: dict[str, OpenBulk] = {}
        self._lanes: dict[int, tuple[Lane, asyncio.Task[None]]] = {}
        self._wake = asyncio.Event()
        self._is_stopping = False
        self.looks = 0

    def send_over(self, channel: str, open_bulk: OpenBulk) -> None:
        """Accounts of this channel are opened so; without, they are left to other processes."""
        self._openers[channel] = open_bulk

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()
        self._wake_lanes()

    def stop(self) -> None:
        """Send nothing more: `run` ends once what is under way is written down."""
        self._is_stopping = True
        for lane, _ in self._lanes.values():
            lane.stop()
        self._wake.set()

    async def run(self) -> None:
        """Work until stopped or cancelled; a failure is logged and tried again."""
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
            await self._begin()
            while not self._is_stopping:
                self._wake.clear()
                try:
                    await self._look(stack, group)
                    self.looks += 1
                except Exception as error:  # noqa: BLE001 - the outermost frame of the mail room
                    note_failure(Log.SENDING_FAILED, error)
                try:
                    async with asyncio.timeout(self._ground.look_seconds):
                        await self._wake.wait()
                except TimeoutError:
                    continue
            # An account that was being opened when `stop` was called has a lane that did not hear.
            self.stop()

    async def _begin(self) -> None:
        database = self._ground.database
        if database.is_sqlite:
            # One `run` per file: whoever held a lease is dead.
            async with database.write() as tx:
                await leases.free_all(tx)

    async def _look(self, stack: AsyncExitStack, group: asyncio.TaskGroup) -> None:
        async with self._ground.database.read() as tx:
            every = [each for each in await accounts.every(tx) if each.channel in self._openers]
            fresh = [each for each in every if each.enabled and each.id not in self._lanes]
            tokens = {each.id: await accounts.token_of(tx, each.id) for each in fresh}
        enabled = {each.id for each in every if each.enabled}
        for account in fresh:
            bulk = await stack.enter_async_context(
                self._openers[account.channel](account, tokens[account.id] or "")
            )
            lane = Lane(self._ground, account.id, bulk, self._wake.set)
            self._lanes[account.id] = lane, group.create_task(lane.run())
        await self._close(enabled)
        await self._planner.look(enabled, self._wake_lanes)

    async def _close(self, enabled: Collection[int]) -> None:
        """An account that was disabled is sent over no more."""
        for account in [each for each in self._lanes if each not in enabled]:
            lane, running = self._lanes.pop(account)
            lane.stop()
            await running

    def _wake_lanes(self) -> None:
        for lane, _ in self._lanes.values():
            lane.wake()
