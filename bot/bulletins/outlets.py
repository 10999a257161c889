"""Posts bulletins in channels and groups of an account, at the pace of groups, each once."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.bulletins.bulk import Bulk, Delivered, Result
from bot.bulletins.jobs import Job, Jobs
from bot.channels import Gone, Refused, TryLater, Unknown
from bot.pace import Lane
from storage import outlet_posts, outlets, sendings
from storage.database import Database, Tx
from storage.leases import Lease
from storage.outlet_posts import PostStage
from storage.outlets import Outlet

LONGEST_WAIT_SECONDS = 70.0
"""A group's minute is waited for, a longer halt is looked at again later."""


class OutletPosts:
    """The posts of one leased account."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        zone: ZoneInfo,
        jobs: Jobs,
        bulk: Bulk,
        lease: Lease,
    ) -> None:
        """Made by a lane, for the time of a lease."""
        self._database, self._clock, self._zone = database, clock, zone
        self._jobs, self._bulk, self._lease = jobs, bulk, lease
        self._stopped = asyncio.Event()

    async def take_over(self) -> None:
        """See to what somebody left behind who did not come back. Raises Lost."""
        async with self._database.write() as tx:
            await outlet_posts.take_over(tx, self._lease)

    async def has_work(self, tx: Tx) -> bool:
        """Whether there is something that may be posted now or soon."""
        for sending, outlet in await outlet_posts.waiting(tx, self._lease.account):
            found = await self._found(tx, sending, outlet)
            if found is not None and self._ready_in(found[2]) < LONGEST_WAIT_SECONDS:
                return True
        return False

    def stop(self) -> None:
        """Post nothing more than what is under way."""
        self._stopped.set()

    async def post_all(self) -> None:
        """Post what waits and may be posted at this hour. Raises Lost."""
        async with self._database.read() as tx:
            waiting = await outlet_posts.waiting(tx, self._lease.account)
        for sending, outlet in waiting:
            await self._post(sending, outlet)

    async def _post(self, sending: int, number: int) -> None:
        async with self._database.read() as tx:
            found = await self._found(tx, sending, number)
        if found is None or not await self._is_ready(found[2]):
            return
        job, outlet, address = found
        async with self._database.write() as tx:
            if not await outlet_posts.claim(tx, self._lease, sending, number):
                return
        now = asyncio.get_running_loop().time()
        self._bulk.pace.sent(now, self._bulk.scope(address), Lane.BULK)
        result = await self._bulk.send(address, job.post(self._bulk, outlet.language))
        async with self._database.write() as tx:
            await self._settle(tx, sending, outlet, result)

    async def _found(self, tx: Tx, sending: int, number: int) -> tuple[Job, Outlet, str] | None:
        now = self._clock()
        whole = await sendings.by_id(tx, sending)
        job = await self._jobs.of(tx, whole, now) if whole is not None else None
        outlet, address = await outlets.by_id(tx, number), await outlets.address_of(tx, number)
        if job is None or outlet is None or address is None or outlet.gone:
            return None
        is_open = bool(job.open_parts(now, self._zone)) and not job.is_expired(now, self._zone)
        return (job, outlet, address) if is_open else None

    async def _is_ready(self, address: str) -> bool:
        """Wait until the pace allows a post there; False where that is too long or we stop."""
        while (seconds := self._ready_in(address)) > 0:
            if seconds >= LONGEST_WAIT_SECONDS:
                return False
            try:
                async with asyncio.timeout(seconds):
                    await self._stopped.wait()
            except TimeoutError:
                continue
            return False
        return not self._stopped.is_set()

    def _ready_in(self, address: str) -> float:
        now = asyncio.get_running_loop().time()
        return self._bulk.pace.ready_at(now, self._bulk.scope(address), Lane.BULK) - now

    async def _settle(self, tx: Tx, sending: int, outlet: Outlet, result: Result) -> None:
        message = result.message if isinstance(result, Delivered) else None
        match result:
            case Delivered():
                stage = PostStage.SENT
            case Unknown():
                stage = PostStage.HELD
            case TryLater():
                stage = PostStage.WAITING
            case Refused():
                stage = PostStage.REFUSED
            case Gone():
                stage = PostStage.GONE
                await outlets.set_gone(tx, outlet.id)
            case _:
                assert_never(result)
        await outlet_posts.settle(tx, self._lease, sending, outlet.id, stage, message)
