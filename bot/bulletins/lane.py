"""The sending over one account: leased as a whole, so that nobody else speaks for it meanwhile."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.bulletins import weeks as following
from bot.bulletins.bulk import Bulk
from bot.bulletins.feed import AccountFeed
from bot.bulletins.jobs import Jobs
from bot.bulletins.outlets import OutletPosts
from bot.bulletins.stream import Clocks, Stream
from bot.bulletins.weather import Weather
from bot.bulletins.weeks import Weeks
from bot.logs import Event as Log
from bot.logs import note, note_failure
from storage import accounts, leases
from storage.database import Database
from storage.leases import Lease, Lost

LEASE_SECONDS = 10.0
LOOK_SECONDS = 1.0
_TOLD_HALT_SECONDS = 60.0
_SPARE = 0.8  # of the lease: a clock may be a little off


@dataclass(frozen=True, slots=True)
class Ground:
    """What all lanes of a process share."""

    database: Database
    clock: Callable[[], datetime]
    zone: ZoneInfo
    jobs: Jobs
    holder: bytes
    lease_seconds: float = LEASE_SECONDS
    look_seconds: float = LOOK_SECONDS


class Lane:
    """One account's sending; `run` works until `stop`."""

    def __init__(
        self, ground: Ground, account: int, bulk: Bulk, changed: Callable[[], None]
    ) -> None:
        """`changed` is called when something was finished."""
        self._ground, self._account, self._bulk, self._changed = ground, account, bulk, changed
        self._wake = asyncio.Event()
        self._weather = Weather()
        self._valid_until = -math.inf
        self._looked = following.Looked(ground.look_seconds * following.LOOK_SECONDS)
        self._stream: Stream | None = None
        self._weeks: Weeks | None = None
        self._is_stopping = False

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    def stop(self) -> None:
        """Send nothing more; `run` ends once what is under way is written down."""
        self._is_stopping = True
        if self._stream is not None:
            self._stream.stop()
        if self._weeks is not None:
            self._weeks.stop()
        self._wake.set()

    async def run(self) -> None:
        """Work until stopped; a failure is logged and tried again at the next look."""
        while not self._is_stopping:
            self._wake.clear()
            try:
                await self._look()
            except Lost:
                note(Log.LEASE_LOST, account=self._account)
            except Exception as error:  # noqa: BLE001 - the outermost frame of a lane
                note_failure(Log.SENDING_FAILED, error)
            try:
                async with asyncio.timeout(self._ground.look_seconds):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _look(self) -> None:
        if self._weather.rest_until > _now() or not await self._has_work():
            return
        lease = await self._leased()
        if lease is None:
            return
        try:
            await self._serve(lease)
        finally:
            async with self._ground.database.write() as tx:
                await accounts.release(tx, lease.account, lease.holder)
            self._changed()

    async def _has_work(self) -> bool:
        feed, posts, weeks = self._made(Lease(self._account, self._ground.holder, 0))
        async with self._ground.database.read() as tx:
            if await leases.halted_until(tx, self._account) > self._milliseconds():
                return False
            if await feed.has_work(tx) or await posts.has_work(tx):
                return True
            return await weeks.has_work(tx)

    async def _serve(self, lease: Lease) -> None:
        feed, posts, weeks = self._made(lease)
        await posts.take_over()
        await feed.close_expired()
        over = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._attend(lease, feed, over))
                try:
                    await self._work(feed, posts, weeks)
                finally:
                    over.set()
        except BaseExceptionGroup as group:
            lost, _ = group.split(Lost)
            if lost is not None:
                raise Lost from None
            raise
        await self._keep_halt(lease)

    async def _work(self, feed: AccountFeed, posts: OutletPosts, weeks: Weeks) -> None:
        self._weeks = weeks
        async with asyncio.TaskGroup() as group:
            posting = group.create_task(posts.post_all())
            group.create_task(weeks.run())
            while not self._is_stopping:
                await self._send(feed)
                if posting.done() or self._weather.rest_until > _now():
                    break
                await asyncio.wait([posting], timeout=self._ground.look_seconds)
            posts.stop()
            weeks.finish()

    async def _attend(self, lease: Lease, feed: AccountFeed, over: asyncio.Event) -> None:
        """Keep the lease, and end what expires meanwhile; not to be cancelled in the middle."""
        pause = min(self._ground.look_seconds, self._ground.lease_seconds / 4)
        while not over.is_set():
            try:
                async with asyncio.timeout(pause):
                    await over.wait()
            except TimeoutError:
                await self._keep_lease(lease)
                await feed.close_expired()

    async def _keep_lease(self, lease: Lease) -> None:
        """Take it for longer. A database that is away is no loss yet: the time decides."""
        try:
            found = await self._leased()
        except Exception as error:  # noqa: BLE001 - whatever keeps us from asking
            note_failure(Log.SENDING_FAILED, error)
            return
        if found != lease:
            raise Lost

    async def _send(self, feed: AccountFeed) -> None:
        clocks = Clocks(_now, self._ground.clock, lambda: self._valid_until)
        self._stream = Stream(self._bulk, feed, clocks, self._weather)
        try:
            await self._stream.run()
        finally:
            self._stream = None

    def _made(self, lease: Lease) -> tuple[AccountFeed, OutletPosts, Weeks]:
        g = self._ground
        parts = (g.database, g.clock, g.zone, g.jobs, self._bulk, lease)
        stands = following.Ground(
            g.database, g.clock, g.zone, self._bulk, self._weather, self._looked
        )
        return AccountFeed(*parts), OutletPosts(*parts), Weeks(stands, lease)

    async def _leased(self) -> Lease | None:
        begun = _now()
        async with self._ground.database.write() as tx:
            fence = await accounts.lease(
                tx,
                self._account,
                self._ground.holder,
                self._milliseconds(),
                self._ground.lease_seconds,
            )
        if fence is None:
            return None
        self._valid_until = begun + _SPARE * self._ground.lease_seconds
        return Lease(self._account, self._ground.holder, fence)

    async def _keep_halt(self, lease: Lease) -> None:
        """A long halt is kept: the next process must not ask again before, and the report says why
        it waits.
        """
        left = self._weather.rest_until - _now()
        if left >= _TOLD_HALT_SECONDS:
            until = self._ground.clock() + timedelta(seconds=left)
            async with self._ground.database.write() as tx:
                await leases.halt(tx, lease, round(until.timestamp() * 1000))

    def _milliseconds(self) -> int:
        return round(self._ground.clock().timestamp() * 1000)


def _now() -> float:
    return asyncio.get_running_loop().time()
