"""Cuts sendings into slices, in steps that keep nobody else from writing, and sees their end."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.bulletins.jobs import Job, Jobs
from bot.logs import Event as Log
from bot.logs import note
from broadcasts import tick
from handlers.bulletins import REMINDER, Run, Stage
from storage import bulletins, outlet_posts, outlets, sendings, slices, subscribers
from storage.database import Database, Tx
from storage.sendings import Sending
from storage.slices import Planned
from storage.subscribers import BUCKET, Bucket

STEP = 10_000
SLICE = 1_000


class Planner:
    """Plans for whoever sends; several processes may do so at once."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], zone: ZoneInfo, jobs: Jobs
    ) -> None:
        """Joined by `Mailing`."""
        self._database, self._clock, self._zone, self._jobs = database, clock, zone, jobs

    async def look(self, accounts: Collection[int], planned: Callable[[], None]) -> None:
        """Plan what is to be planned for these accounts, and end what is finished. `planned` is
        called after each step: sending begins while planning goes on.
        """
        async with self._database.read() as tx:
            active = await sendings.active(tx)
        for sending in active:
            if await self._is_called_off(sending):
                continue
            while await self._step(sending.id, accounts):
                planned()
                # Others write in between.
                await asyncio.sleep(0)
        for sending in active:
            await self._end(sending.id, accounts)

    async def _is_called_off(self, sending: Sending) -> bool:
        """Whether its bulletin was deleted meanwhile, or has no audience any more."""
        now = self._clock()
        async with self._database.read() as tx:
            bulletin = await bulletins.by_id(tx, sending.bulletin)
            job = await self._jobs.of(tx, sending, now)
            # A law may be replaced while a late one waits for its author, or in the night between.
            is_replaced = job is not None and await tick.is_replaced(
                tx, job.content, now, self._zone
            )
        is_deleted = bulletin is None or bulletin.stage is Stage.DELETED
        if job is not None and not is_deleted and not is_replaced:
            return False
        stage, reason = Run.STOPPED, tick.REPLACED if is_replaced else tick.NOWHERE
        if is_deleted:
            stage, reason = Run.CANCELLED, "deleted"
        async with self._database.write() as tx:
            await sendings.set_stage(tx, sending.id, stage, now=now, reason=reason)
        return True

    async def _step(self, number: int, accounts: Collection[int]) -> bool:
        """One step; False when everybody is planned for."""
        now = self._clock()
        async with self._database.read() as tx:
            sending = await sendings.by_id(tx, number)
            if sending is None or sending.stage is not Run.SENDING or _is_cut(sending):
                return False
            job = await self._jobs.of(tx, sending, now)
            if job is None:
                return False
            # Steps end where buckets do, so that no bucket is cut in two.
            first = sending.planned_to + 1
            upto = min((first // STEP + 1) * STEP - 1, sending.high_water)
            buckets = await subscribers.buckets(tx, job.reach, first, upto)
            posts = await self._outlets(tx, job) if sending.begun is None else ()
        wanted = cut([each for each in buckets if each.account in accounts], first, upto)
        milliseconds = round(now.timestamp() * 1000)
        async with self._database.write() as tx:
            if await slices.plan(tx, sending, upto, wanted, milliseconds):
                await outlet_posts.plan(tx, sending.id, posts)
        return True

    async def _outlets(self, tx: Tx, job: Job) -> tuple[int, ...]:
        if job.sending.bulletin == REMINDER:
            # It is for whoever asked for it, and for nobody's page.
            return ()
        found = await outlets.for_sending(tx, [job.unit], job.content.topic)
        return tuple(each.id for each in found)

    async def _end(self, number: int, accounts: Collection[int]) -> None:
        now = self._clock()
        async with self._database.read() as tx:
            sending = await sendings.by_id(tx, number)
            if sending is None or not await slices.is_finished(tx, sending, accounts):
                return
            job = await self._jobs.of(tx, sending, now)
        is_expired = job is not None and job.is_expired(now, self._zone)
        stage, reason = (Run.STOPPED, "expired") if is_expired else (Run.DONE, "")
        async with self._database.write() as tx:
            if await sendings.set_stage(tx, number, stage, now=now, reason=reason):
                note(Log.SENDING_ENDED, stage=stage)


def cut(buckets: Iterable[Bucket], start: int, upto: int) -> list[Planned]:
    """Slices of about a thousand from `start` to `upto`: neighbouring buckets of one account and
    part.
    """
    made = []
    for (account, part), some in groupby(buckets, key=lambda each: (each.account, each.part)):
        first = last = count = 0
        for bucket in some:
            if not count:
                first = max(start, bucket.number * BUCKET)
            last = min(upto, bucket.number * BUCKET + BUCKET - 1)
            count += bucket.count
            if count >= SLICE:
                made.append(Planned(account, part, first, last, count))
                count = 0
        if count:
            made.append(Planned(account, part, first, last, count))
    return made


def _is_cut(sending: Sending) -> bool:
    return sending.begun is not None and sending.is_planned
