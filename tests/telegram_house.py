"""The talks in Telegram: a house behind the fake Bot API, and a person who writes and presses.

Nothing is asked of the house directly but what no phone could show: its desks, and its clock.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from aiohttp.test_utils import TestServer, unused_port
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.app import House
from bot.channels.telegram.account import (
    HOOK_PATH,
    Account,
    Alone,
    Behind,
    Connection,
    MakeDoor,
    open_account,
)
from bot.channels.telegram.polling import Rhythm
from bot.pace import Limits, Pace
from bot.web.server import make_application
from broadcasts import wording
from handlers.events import Under
from handlers.languages import Language
from handlers.screens import Button, Line, Rendered
from tests import clips
from tests.clips import photo
from tests.fakes.telegram import FakeTelegram, Person, Seen
from tests.players import Clock, HousePlayer

SECRET = "a-secret-that-nobody-can-guess"
QUICK = Limits(chat_interval=1e-6, jitter=0, catch_up=0)
BRISK = Rhythm(poll=20, patience=0.6, first_pause=0.02, longest_pause=0.1, mending=0.1, finish=0.5)


class Way(StrEnum):
    """How updates come."""

    POLLING = "polling"
    WEBHOOK = "webhook"


@asynccontextmanager
async def in_telegram(  # noqa: PLR0913 - a test names what it needs
    house: House,
    telegram: FakeTelegram,
    way: Way = Way.POLLING,
    *,
    limits: Limits = QUICK,
    rhythm: Rhythm = BRISK,
    fold_seconds: float = 0.2,
    slow_seconds: float = 30,
    make_door: MakeDoor | None = None,
    alone: Alone = lambda: nullcontext(True),
) -> AsyncIterator[Account]:
    """The bot's account of `house`, ready; for a webhook with the pages under a port of its own."""
    async with AsyncExitStack() as stack:
        port = unused_port()
        hook_url = f"http://127.0.0.1:{port}{HOOK_PATH}" if way is Way.WEBHOOK else ""
        secret = SECRET if hook_url else ""
        connection = Connection(telegram.bot().token, telegram.url, hook_url, secret)
        behind = Behind(
            house.inbound,
            house.volatile,
            house.texts,
            house.clock,
            Pace(limits),
            rhythm,
            fold_seconds,
            alone,
            slow_seconds,
        )
        begun = len(telegram.calls("setWebhook")) + len(telegram.calls("getUpdates"))
        account = await stack.enter_async_context(open_account(connection, behind, make_door))
        if hook_url:
            application = make_application(house.web_parts(), {HOOK_PATH: account})
            server = TestServer(application, port=port)
            await server.start_server()
            stack.push_async_callback(server.close)
            await telegram.called("setWebhook")
        elif not begun:
            await telegram.called("getUpdates")
        yield account


@dataclass(slots=True)
class TelegramPlayer(HousePlayer):
    """Plays in Telegram, by polling or by webhook: `telegram` and `account` belong together."""

    telegram: FakeTelegram = field(default_factory=FakeTelegram)
    account: Account | None = None
    heard: int = 0
    last: Seen | None = None

    @property
    def person(self) -> Person:
        """Who holds the present phone."""
        return self.telegram.person(f"phone{self.phone}")

    @property
    def _address(self) -> str:
        return str(self.person.id)

    async def type(self, words: str) -> Rendered:
        await self.person.say(words)
        return await self.answered()

    async def press(self, name: str) -> Rendered:
        assert self.last is not None, "nothing was heard yet"
        await self.person.press(self.last, self.data_of(name))
        return await self.answered()

    async def press_under(self, button: Under) -> Rendered:
        names = [each.name for each in wording.buttons(Language.VI)]
        rows = [[InlineKeyboardButton("x", callback_data=name)] for name in names]
        sent = await self._account.line.bot.send_message(
            self._address, "Bản tin", reply_markup=InlineKeyboardMarkup(rows)
        )
        bulletin = next(each for each in self.person.sees() if each.id == sent.message_id)
        self.heard = bulletin.id
        await self.person.press(bulletin, f"bulletin:{button}")
        return await self.answered()

    def __post_init__(self) -> None:
        if self.account is not None:
            self.house.news.over(self.channel, self.account.tell_news)

    async def told(self) -> int:
        await self._account.answers.sent()
        shown = [each for each in self.person.sees() if not each.is_mine]
        self.heard = max(self.heard, *(each.id for each in shown))
        return sum(each.text.startswith("Có tin mới.") for each in shown)

    async def bring(self, what: str) -> Rendered:
        match what:
            case "look":
                await self.person.start()
            case "photo":
                await self.person.photo(photo())
            case "broken file":
                await self.person.photo(photo()[:200], raw=True)
            case "pdf":
                await self.person.document(clips.pdf())
            case "video" | "silent video":
                await self.person.video(clips.video(sound=what == "video"))
            case "sticker":
                await self.person.sticker()
            case _:
                assert what == "voice", what
                await self.person.voice()
        return await self.answered()

    async def happen(self, what: str, words: str) -> Rendered | None:
        if what == "draft ends soon":
            self.clock.now += timedelta(hours=1, minutes=59)
            await self._account.tell_endings()
            return await self.answered()
        return await HousePlayer.happen(self, what, words)

    def data_of(self, name: str) -> str:
        """What the button of that choice carries, under the last message."""
        assert self.last is not None
        every = [each.data or "" for row in self.last.buttons for each in row]
        return next(data for data in every if data.partition(":")[2] == name)

    async def answered(self) -> Rendered:
        """What the chat shows anew, once everything has arrived."""
        await self.telegram.settled()
        await self._account.answers.sent()
        await self.house.mail_room.deliver_due()
        every = [each for each in self.person.sees() if not each.is_mine]
        shown = [each for each in every if each.id > self.heard]
        assert shown, "nothing was answered"
        self.last, self.heard = shown[-1], shown[-1].id
        return rendered(shown)

    @property
    def _account(self) -> Account:
        assert self.account is not None
        return self.account


def rendered(shown: list[Seen]) -> Rendered:
    """Messages as a screen: the buttons of the last, whose lowest row are the ways out."""
    rows = [
        tuple(Button((each.data or "").partition(":")[2], each.label) for each in row)
        for row in shown[-1].buttons
    ]
    ways = rows.pop() if rows else ()
    choices = tuple(each for row in rows for each in row)
    return Rendered(tuple(Line(each.text) for each in shown), choices, ways)


def clock_of(clock: Clock) -> FakeTelegram:
    """A fake whose time is the house's."""

    def seconds() -> float:
        return clock.now.timestamp()

    return FakeTelegram(clock=seconds)
