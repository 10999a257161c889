"""Gives a stream its work from the database, and keeps there what came of it, under a lease."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.bulletins.bulk import Bulk, Letter, Noticing
from bot.bulletins.held import Held, Page
from bot.bulletins.jobs import Job, Jobs
from handlers.bell import Listed
from handlers.bulletins import Run
from handlers.languages import Language
from handlers.subscriptions import PartOfDay
from storage import sendings, slices, subscribers
from storage.database import Database, Tx
from storage.leases import Lease
from storage.sendings import Kind
from storage.slices import Had, Slice, Step
from storage.subscribers import Reader

REFUSED_IN_A_ROW = 25
"""So many refusals without one that arrived: it is the wording, not the readers."""

LOOK_SECONDS = 0.2
"""So often it is looked for something more urgent."""


@dataclass(frozen=True, slots=True)
class _Task:
    """A slice to go on with; `held` when it is in hand already."""

    job: Job
    slice: Slice
    closes: datetime
    held: Held | None = None


class AccountFeed:
    """The work of one leased account."""

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
        self._held: dict[int, tuple[Held, Job]] = {}
        self._last: _Task | None = None
        self._look_at = 0.0
        self._refused: dict[int, int] = {}
        self._letters: dict[int, tuple[Listed | None, dict[Language, Letter]]] = {}
        # Who was given out of an ordinary sending and has no outcome yet, by sending.
        self._out: dict[int, set[int]] = {}

    async def has_work(self, tx: Tx) -> bool:
        """Whether there is something that may be done at this hour."""
        return await self._first(tx) is not None or await self._expired(tx) is not None

    async def next(self, limit: int) -> Page | None:
        """What goes first now: danger, alerts, then bulletins by age; each only at its hours."""
        while True:
            async with self._database.read() as tx:
                task = self._at_hand() or await self._first(tx)
                if task is None:
                    return None
                if task.held is not None:
                    self._last = task
                    return await self._page(tx, task.job, task.held, limit)
            await self._take(task)

    async def keep(self, steps: Sequence[tuple[Held, Step]]) -> frozenset[int]:
        """Write all steps in one transaction. Raises Lost."""
        under_way = set()
        async with self._database.write() as tx:
            for held, step in steps:
                stage = await slices.settle(tx, self._lease, held.slice, step)
                if stage is Run.SENDING and not await self._is_hopeless(tx, held.slice, step):
                    under_way.add(held.slice.sending)
                else:
                    under_way.discard(held.slice.sending)
        for held, step in steps:
            self._out.get(held.slice.sending, set()).difference_update(
                each.subscriber for each in step.outcomes
            )
            if step.is_done:
                self._held.pop(held.slice.id, None)
        return frozenset(under_way)

    async def give_back(self, held: Held) -> None:
        """Nothing of it is under way: nobody in it is uncertain. Raises Lost."""
        async with self._database.write() as tx:
            await slices.release(tx, self._lease, held.slice, held.low)
        self._held.pop(held.slice.id, None)
        first, last = held.slice.first, held.slice.last
        out = self._out.get(held.slice.sending, set())
        out.difference_update([each for each in out if first <= each <= last])

    async def close_expired(self) -> None:
        """Count those whom an expired sending did not reach, one slice at a time. Raises Lost."""
        while True:
            async with self._database.read() as tx:
                found = await self._expired(tx)
            if found is None:
                return
            job, wanted = found
            async with self._database.write() as tx:
                taken = await slices.take(tx, self._lease, wanted, job.reach)
                if taken is not None:
                    await slices.skip_rest(tx, self._lease, taken, job.reach)

    def _at_hand(self) -> _Task | None:
        """What was read last, for a short while: what is more urgent can wait so long."""
        now, last = asyncio.get_running_loop().time(), self._last
        if last is None or last.held is None or not last.held.is_open or now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            return None
        return last

    async def _first(self, tx: Tx) -> _Task | None:
        now = self._clock()
        for sending in await sendings.active(tx):
            job = await self._jobs.of(tx, sending, now)
            if job is None or job.is_expired(now, self._zone):
                continue
            parts = job.open_parts(now, self._zone)
            for held, _ in self._held.values():
                if held.slice.sending == sending.id and held.is_open and held.slice.part in parts:
                    return _Task(job, held.slice, held.closes, held)
            wanted = await slices.next_of(
                tx, sending.id, self._lease.account, [*parts], without=[*self._held]
            )
            if wanted is not None:
                return _Task(job, wanted, parts[wanted.part])
        return None

    async def _take(self, task: _Task) -> None:
        async with self._database.write() as tx:
            taken = await slices.take(tx, self._lease, task.slice, task.job.reach)
        if taken is not None:
            letters = self._letters_of(task.job)
            self._held[taken.id] = Held(taken, letters, task.closes, taken.low), task.job

    async def _page(self, tx: Tx, job: Job, held: Held, limit: int) -> Page:
        first, last = held.read_to + 1, held.slice.last
        held.letters = self._letters_of(job)
        readers = await subscribers.page(
            tx,
            job.reach,
            account=held.slice.account,
            part=held.slice.part,
            first=first,
            last=last,
            limit=limit,
        )
        is_last = len(readers) < limit
        held.read_to = last if is_last else readers[-1].id
        held.is_read = is_last
        now = round(self._clock().timestamp() * 1000)
        had = await slices.had(tx, job.sending.id, first, held.read_to, now)
        left = [each for each in readers if each.id not in had or not had[each.id].is_settled]
        full = self._full(job, left, had) if job.is_limited else frozenset()
        return Page(
            held,
            tuple(each for each in left if each.id not in full),
            held.read_to,
            is_last,
            tuple((each.id, each.province) for each in left if each.id in full),
        )

    def _full(self, job: Job, readers: Sequence[Reader], had: Mapping[int, Had]) -> frozenset[int]:
        """Who of them had as many bulletins this week as they want. What is under way counts: two
        bulletins of the same minute are two.
        """
        others = [out for sending, out in self._out.items() if sending != job.sending.id]
        full = frozenset(
            each.id
            for each in readers
            if (had[each.id].this_week if each.id in had else 0)
            + sum(each.id in out for out in others)
            >= each.per_week
        )
        mine = self._out.setdefault(job.sending.id, set())
        mine.update(each.id for each in readers if each.id not in full)
        return full

    async def _expired(self, tx: Tx) -> tuple[Job, Slice] | None:
        now = self._clock()
        for sending in await sendings.active(tx):
            job = await self._jobs.of(tx, sending, now)
            if job is None or not job.is_expired(now, self._zone):
                continue
            for held, _ in self._held.values():
                if held.slice.sending == sending.id:
                    held.closes = min(held.closes, now)
            wanted = await slices.next_of(
                tx, sending.id, self._lease.account, [*PartOfDay], without=[*self._held]
            )
            if wanted is not None:
                return job, wanted
        return None

    async def _is_hopeless(self, tx: Tx, held: Slice, step: Step) -> bool:
        """Whether a sending was paused because its wording is refused again and again."""
        refused = self._refused.get(held.sending, 0)
        for each in step.outcomes:
            refused = refused + 1 if each.kind is Kind.REFUSED else 0
        self._refused[held.sending] = refused
        # A push service reads no wording: what it refuses is the browser's address.
        if refused < REFUSED_IN_A_ROW or isinstance(self._bulk, Noticing):
            return False
        now = self._clock()
        return await sendings.set_stage(tx, held.sending, Run.PAUSED, now=now, reason="refused")

    def _letters_of(self, job: Job) -> dict[Language, Letter]:
        """Made once a sending, and anew when the bell's list that stands in them has changed."""
        listed, letters = self._letters.get(job.sending.id, (None, {}))
        if not letters or listed != job.bells:
            letters = job.letters(self._bulk)
            self._letters[job.sending.id] = job.bells, letters
        return letters
