"""Joins the chat apps to the house; nothing of one is in the process unless it is set up."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from bot import clock as ticks
from bot.broadcasting import Ground
from bot.bulletins.bulk import Bulk
from bot.config import Mode, Settings
from bot.group_mail import GroupMail
from bot.pace import Limits, Pace
from bot.web.hooks import Hook
from bot.web.parts import Whisper
from handlers.languages import Language
from storage import accounts, alone

if TYPE_CHECKING:
    from bot.app import House
    from bot.channels.telegram.account import Account, Connection
    from bot.channels.telegram.sending import Line
    from bot.zalo_bots import ZaloBots

_LATE_SECONDS = 5
_AUTHORS_SECONDS = 60


class Talking(Protocol):
    """A chat app with people in the middle of their talks."""

    async def tell_closing(self) -> None:
        """Tell the chats with a draft that the service stops. Does not raise."""
        ...


@dataclass(slots=True)
class Doors:
    """The chat apps at work: who takes what is brought to our pages, by path; who writes to a
    member of staff; who has people in the middle of a talk.
    """

    hooks: dict[str, Hook] = field(default_factory=dict)
    whisper: Whisper | None = None
    talking: list[Talking] = field(default_factory=list)

    async def tell_closing(self) -> None:
        """Tell the chats with a draft that the service stops."""
        for each in self.talking:
            await each.tell_closing()


@dataclass(frozen=True, slots=True)
class Apps:
    """What was joined, ready to be opened."""

    house: "House"
    pace: Pace
    zalo: "ZaloBots"

    @asynccontextmanager
    async def open(self, tell: Callable[[str], None]) -> AsyncIterator[Doors]:
        """Every chat app that is set up, at work. `tell` gives the operator a readable line."""
        doors = Doors()
        async with AsyncExitStack() as stack:
            if self.house.settings.telegram_token.get_secret_value():
                await self._open_telegram(stack, doors)
            await stack.enter_async_context(self.zalo.open(tell))
            doors.hooks.update(self.zalo.hooks)
            doors.talking.append(self.zalo)
            yield doors

    async def _open_telegram(self, stack: AsyncExitStack, doors: Doors) -> None:
        from bot.channels.telegram.studio import whispering  # noqa: PLC0415

        account = await stack.enter_async_context(open_telegram(self.house, self.pace))
        if account.hook_path:
            doors.hooks[account.hook_path] = account
        doors.whisper = whispering(account.line, self.house.texts[Language.VI])
        doors.talking.append(account)


async def join(house: "House") -> Apps:
    """Let bulletins go out over every account of the chat apps; what can then be opened."""
    # Imported here, for this room knows the house, which is being joined.
    from bot.zalo_bots import ZaloBots  # noqa: PLC0415

    zalo = ZaloBots(house)
    zalo.send_bulletins()
    return Apps(house, await send_bulletins(house), zalo)


async def send_bulletins(house: "House") -> Pace:
    """Let bulletins go out over every account of Telegram; the pace of the first, which the talk
    shares, so that answers and desk cards go first.
    """
    from bot.channels.telegram.bulk import TelegramBulk  # noqa: PLC0415

    token, first = house.settings.telegram_token.get_secret_value(), None
    if token:
        async with house.database.write() as tx:
            first = await accounts.ensure_first(tx, "telegram", token)
    pace = Pace(Limits(bulk_per_second=first.per_second) if first is not None else Limits())

    def open_bulk(account: accounts.Account, token: str) -> AbstractAsyncContextManager[Bulk]:
        is_first = first is not None and account.id == first.id
        own = pace if is_first else Pace(Limits(bulk_per_second=account.per_second))
        return TelegramBulk(token, house.settings.telegram_api_url, own, account.per_second)

    house.mailing.send_over("telegram", open_bulk)
    return pace


@asynccontextmanager
async def open_telegram(house: "House", pace: Pace) -> AsyncIterator["Account"]:
    """The bot's account at work: the workers' chat, groups that are desks, the studio's chat."""
    # Imported here, for without a token nothing of Telegram shall be in the process.
    from bot.channels.telegram.account import Behind, open_account  # noqa: PLC0415
    from bot.channels.telegram.desk import Desk  # noqa: PLC0415
    from bot.channels.telegram.desk_post import Post  # noqa: PLC0415
    from bot.channels.telegram.doors import Doors  # noqa: PLC0415
    from bot.channels.telegram.studio import Studio  # noqa: PLC0415

    zone, texts = house.settings.zone, house.texts[Language.VI]

    asking: dict[str, tuple[float, ticks.Tick]] = {}

    def doors(line: "Line") -> Doors:
        post = Post(line, texts, house.settings.public_url)
        house.mail_room.send_over(GroupMail(house.database, house.clock, zone, texts, post))
        ground = Ground(zone, house.clock, lambda: house.places)
        studio = Studio(post, house.database, house.volatile, texts, ground)
        asking["late"] = (_LATE_SECONDS, studio.ask_late)
        asking["authors"] = (_AUTHORS_SECONDS, studio.tell_authors)
        clean = house.inbound.clean
        stores = (house.database, house.volatile)
        desk = Desk(post, *stores, texts, house.clock, zone, clean, house.texts)
        return Doors(desk, studio)

    async with house.database.write() as tx:
        token = house.settings.telegram_token.get_secret_value()
        number = (await accounts.ensure_first(tx, "telegram", token)).id
    behind = Behind(
        house.inbound,
        house.volatile,
        house.texts,
        house.clock,
        pace,
        alone=lambda: alone.alone_with(house.database, number),
    )
    async with open_account(telegram_connection(house.settings), behind, doors) as account:
        house.news.over("telegram", account.tell_news)
        stop = ticks.start(asking)
        try:
            yield account
        finally:
            house.news.without("telegram")
            stop()


def telegram_connection(settings: Settings) -> "Connection":
    """How the settings reach the bot's account."""
    from bot.channels.telegram.account import HOOK_PATH, Connection  # noqa: PLC0415

    is_webhook = settings.telegram_mode is Mode.WEBHOOK
    return Connection(
        settings.telegram_token.get_secret_value(),
        settings.telegram_api_url,
        f"{settings.public_url}{HOOK_PATH}" if is_webhook else "",
        settings.telegram_webhook_secret.get_secret_value() if is_webhook else "",
    )
