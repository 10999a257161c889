"""Counts a bot's messages of the month, and says who may still send: bulletins stop first.

A block is taken from the database before its messages are sent, so that after a crash too many are
counted and never too few, and one message in twenty writes.
"""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.logs import Event as Log
from bot.logs import note
from bot.pace import Lane
from bot.plan import BASIC, Plan
from storage import quotas
from storage.database import Database

BLOCK = 20


class Quota:
    """The month of one bot, as one process sees it; several processes share what the database has.
    Every method may raise Unreachable; then nothing was counted.
    """

    def __init__(
        self,
        database: Database,
        account: int,
        clock: Callable[[], datetime],
        zone: ZoneInfo,
        plan: Plan = BASIC,
    ) -> None:
        """`account` is the number of the bot's account; `zone` decides where a month begins."""
        self._database, self._account = database, account
        self._clock, self._zone, self._plan = clock, zone, plan
        self._month = date.min
        # What the database counts, and how much of it is a block of ours that is still to be used.
        self._counted = 0
        self._left = 0
        self._gate = asyncio.Lock()

    async def take(self, lane: Lane, count: int = 1) -> bool:
        """Count `count` messages that are about to be sent; False (and nothing is counted) where
        they may not be: bulletins when four fifths of the month are used, talks when all is.
        """
        async with self._gate:
            if not await self._has_room(lane, count):
                return False
            if self._left < count:
                await self._take_block(max(BLOCK, count - self._left))
                # Another process may have taken the rest in between.
                if not self._fits(lane, count):
                    return False
            self._left -= count
            return True

    async def may_send(self, lane: Lane, count: int = 1) -> bool:
        """Whether `take` would say yes; counts nothing."""
        async with self._gate:
            return await self._has_room(lane, count)

    def put_back(self, count: int = 1) -> None:
        """Take back what was counted for messages that have certainly not left."""
        if self._month == self._this_month():
            self._left += count

    async def state(self) -> tuple[int, date]:
        """How many messages of the month are used, and the first day of that month."""
        async with self._gate:
            await self._look()
            return self._counted - self._left, self._month

    async def close(self) -> None:
        """Give back what is left of the block; a start after this counts right."""
        async with self._gate:
            if self._left:
                left, self._left = self._left, 0
                async with self._database.write() as tx:
                    self._counted = await quotas.take(tx, self._account, self._month, -left)

    def seconds_to_next_month(self, now: datetime) -> float:
        """How long it is until everything may be sent again."""
        today = now.astimezone(self._zone).date()
        first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        return datetime.combine(first, time(), self._zone).timestamp() - now.timestamp()

    async def _has_room(self, lane: Lane, count: int) -> bool:
        if self._month != self._this_month():
            await self._look()
        if self._fits(lane, count):
            return True
        # Only a no is looked up again: somebody may have given back what we thought was used.
        await self._look()
        return self._fits(lane, count)

    def _fits(self, lane: Lane, count: int) -> bool:
        is_talk = lane is Lane.TALK
        most = self._plan.monthly_messages if is_talk else self._plan.bulk_messages
        return self._counted - self._left + count <= most

    async def _look(self) -> None:
        month = self._this_month()
        async with self._database.read() as tx:
            counted = await quotas.used(tx, self._account, month)
        if month != self._month:
            # What is left of the old month's block is of no use any more.
            self._left = 0
        self._month, self._counted = month, counted

    async def _take_block(self, block: int) -> None:
        async with self._database.write() as tx:
            counted = await quotas.take(tx, self._account, self._month, block)
            reached = [each for each in self._plan.levels if each <= self._plan.percent(counted)]
            told = [
                each for each in reached if await quotas.tell(tx, self._account, self._month, each)
            ]
        self._counted, self._left = counted, self._left + block
        for level in told:
            note(Log.QUOTA_LEVEL, percent=level, account=self._account)

    def _this_month(self) -> date:
        return self._clock().astimezone(self._zone).date().replace(day=1)
