"""Tells authors in their private chat, once: bulletins that expire soon, and what was not sent."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import time

from bot.broadcasting import Ground
from bot.channels import TryLater
from bot.channels.telegram.desk_post import Post, lines
from bot.channels.telegram.studio_late import account_with_say
from bot.channels.telegram.studio_private import title_of
from broadcasts import expiry, tick
from handlers.bulletins import Bulletin
from handlers.screens import Say, Screen, say
from handlers.texts import Texts
from storage import bulletins, expiry_days, sendings
from storage.database import Database
from storage.sendings import Sending

MOST_NAMED = 10
_DAY = (time(8), time(20))
"""Nobody is woken for what has a month's time."""


class Telling:
    """What an author is told without a question. Without a linked account nobody can be: the pages
    of the studio show it to everybody whom it concerns.
    """

    def __init__(self, post: Post, database: Database, texts: Texts, ground: Ground) -> None:
        """Joined by `Studio`."""
        self._post = post
        self._database = database
        self._texts = texts
        self._ground = ground

    async def tell(self) -> None:
        """Tell everything that was not told yet."""
        local = self._ground.clock().astimezone(self._ground.zone)
        if _DAY[0] <= local.time() < _DAY[1]:
            await self._tell_expiring()
        async with self._database.read() as tx:
            stopped = await sendings.untold(tx, tick.REPLACED)
        for sending in stopped:
            await self._tell_stopped(sending)

    async def _tell_expiring(self) -> None:
        today = self._ground.clock().astimezone(self._ground.zone).date()
        theirs: dict[str, list[Bulletin]] = defaultdict(list)
        async with self._database.read() as tx:
            if await expiry_days.told_until(tx) >= today:
                return
        async with self._database.write() as tx:
            for bulletin in await expiry.take_untold(tx, today):
                account = await account_with_say(tx, bulletin)
                if account is not None:
                    theirs[account].append(bulletin)
        for account, some in theirs.items():
            await self._post.write(account, lines(self._texts.render(_expiring(some))))

    async def _tell_stopped(self, sending: Sending) -> None:
        async with self._database.write() as tx:
            if not await sendings.set_asked(tx, sending.id, self._ground.clock()):
                return
            bulletin = await bulletins.by_id(tx, sending.bulletin)
            account = await account_with_say(tx, bulletin) if bulletin is not None else None
        if bulletin is None or account is None:
            return
        told = Screen((say("studio.change.chat", title=title_of(bulletin)),))
        result = await self._post.write(account, lines(self._texts.render(told)))
        if isinstance(result, TryLater):
            async with self._database.write() as tx:
                await sendings.set_asked(tx, sending.id, None)


def _expiring(some: Iterable[Bulletin]) -> Screen:
    every = list(some)
    named = [_line(each) for each in every[:MOST_NAMED]]
    more = len(every) - len(named)
    left = [say("studio.expiry.chat_more", count=more)] if more else []
    return Screen((say("studio.expiry.chat"), *named, *left, say("studio.expiry.chat_hint")))


def _line(one: Bulletin) -> Say:
    day = f"{one.content.expires_on:%d/%m/%Y}"
    return say("studio.expiry.chat_one", title=title_of(one), day=day)
