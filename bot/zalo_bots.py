"""Joins the bots of Zalo to the house: talks, rings, bulletins; each has one pace and one month."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.bulletins.bulk import Bulk
from bot.channels.zalo_bot import account as zalo
from bot.channels.zalo_bot import channel_of
from bot.channels.zalo_bot import officers as desks
from bot.channels.zalo_bot.account import Account, Behind, Connection
from bot.channels.zalo_bot.bulk import ZaloBulk
from bot.channels.zalo_bot.client import Client
from bot.channels.zalo_bot.line import Line
from bot.channels.zalo_bot.officers import Officers, Ringer
from bot.channels.zalo_bot.quota import Quota
from bot.config import Settings
from bot.logs import Event as Log
from bot.logs import note_failure
from bot.pace import Limits, Pace
from broadcasts import first_week
from handlers.languages import Language
from handlers.screens import Button
from storage import accounts, alone, bots
from storage.accounts import Account as Stored
from storage.alarms import Path
from storage.bots import Bot, Mode
from storage.database import Unreachable

if TYPE_CHECKING:
    from bot.app import House


@dataclass(slots=True)
class _Shared:
    """What the talk and the bulletins of one bot have in common."""

    pace: Pace
    quota: Quota


@dataclass(slots=True)
class ZaloBots:
    """All bots of Zalo in one process; `open` lets them talk."""

    house: "House"
    running: dict[str, Account] = field(default_factory=dict)
    _shared: dict[int, _Shared] = field(default_factory=dict)
    _officers: dict[str, Officers] = field(default_factory=dict)

    def send_bulletins(self) -> None:
        """Let bulletins go out over every bot."""
        self.house.mailing.send_over("zalo_bot", self._open_bulk)

    @property
    def hooks(self) -> dict[str, Account]:
        """The bots that are brought their updates, by the paths on our pages."""
        return {each.hook_path: each for each in self.running.values() if each.hook_path}

    @asynccontextmanager
    async def open(self, tell: Callable[[str], None]) -> AsyncIterator[None]:
        """Every enabled bot at work: the workers' chats and the rings of officers. `tell` gives the
        operator a readable line on each.
        """
        async with self.house.database.read() as tx:
            found = [each for each in await bots.every(tx) if each.enabled]
            tokens = {each.account: await accounts.token_of(tx, each.account) for each in found}
        async with AsyncExitStack() as stack:
            for each in found:
                opened = self._open(each, tokens[each.account] or "", tell)
                self.running[channel_of(each.account)] = await stack.enter_async_context(opened)
            self.house.mail_room.ring_over(Path.ZALO, Ringer(self._officers))
            try:
                yield
            finally:
                # All at once: each waits for a poll that is open.
                for account in self.running.values():
                    account.stop()
                self.running.clear()

    async def tell_closing(self) -> None:
        """Tell the chats with a draft that the service stops."""
        await asyncio.gather(*(each.tell_closing() for each in self.running.values()))

    @asynccontextmanager
    async def _open(
        self, bot: Bot, token: str, tell: Callable[[str], None]
    ) -> AsyncIterator[Account]:
        house, shared = self.house, self._of(bot.account)
        loop = asyncio.get_running_loop()

        def line(client: Client) -> Line:
            return Line(client, shared.pace, shared.quota, loop.time)

        behind = Behind(
            house.inbound,
            house.volatile,
            house.texts,
            lambda number: alone.alone_with(house.database, number),
            tell,
        )
        way = connection(bot, token, house.settings)
        try:
            async with zalo.open_account(way, behind, line) as made:
                made.officers = self._officers_of(made)
                yield made
        finally:
            try:
                await shared.quota.close()
            except Unreachable as error:
                # What is left of the block counts as used.
                note_failure(Log.CHAT_FAILED, error)

    def _officers_of(self, made: Account) -> Officers:
        house = self.house
        url = house.settings.public_url
        behind = desks.House(
            house.database,
            house.volatile,
            house.texts[Language.VI],
            house.clock,
            f"{url}/desk" if url else "",
        )
        officers = Officers(made.workers, made.channel, behind)
        self._officers[made.channel] = officers
        return officers

    def _open_bulk(self, account: Stored, token: str) -> AbstractAsyncContextManager[Bulk]:
        house, shared = self.house, self._of(account.id)
        client = Client(token, house.settings.zalo_api_url)
        return ZaloBulk(
            client, shared.pace, shared.quota, account.per_second, self._way_out, house.clock
        )

    def _way_out(self, buttons: Sequence[Button]) -> str:
        """What is typed instead of pressing; in the language of the buttons."""
        vi, en = self.house.texts[Language.VI], self.house.texts[Language.EN]
        is_week = any(each.name == first_week.STOP for each in buttons)
        key, typed = (
            ("week.button", "week.typed") if is_week else ("mailing.button.stop", "mailing.typed")
        )
        is_english = any(each.label == en.get(key) for each in buttons)
        return (en if is_english else vi).get(typed)

    def _of(self, account: int) -> _Shared:
        if account not in self._shared:
            pace = Pace(Limits(bulk_per_second=bots.PER_SECOND))
            house = self.house
            quota = Quota(house.database, account, house.clock, house.settings.zone)
            self._shared[account] = _Shared(pace, quota)
        return self._shared[account]


def connection(bot: Bot, token: str, settings: Settings) -> Connection:
    """How a bot is reached."""
    is_webhook = bot.mode is Mode.WEBHOOK
    return Connection(
        bot.account,
        token,
        settings.zalo_api_url,
        f"{settings.public_url}{zalo.HOOKS}{bot.path}" if is_webhook else "",
        bot.secret if is_webhook else "",
        settings.zalo_hosts,
        bot.name,
    )
