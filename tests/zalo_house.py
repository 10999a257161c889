"""The talks on Zalo: a house behind the fake Bot Platform, and a person who only types.

Nothing is asked of the house directly but what no phone could show: its desks, and its clock.
"""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from aiohttp.test_utils import TestServer, unused_port

from bot.app import House
from bot.channels.zalo_bot.account import (
    HOOKS,
    Account,
    Behind,
    Connection,
    open_account,
)
from bot.channels.zalo_bot.client import Client
from bot.channels.zalo_bot.line import Line
from bot.channels.zalo_bot.polling import Rhythm
from bot.channels.zalo_bot.quota import Quota
from bot.pace import Limits, Pace
from bot.web.server import make_application
from handlers.events import Under
from handlers.screens import Button, Rendered
from handlers.screens import Line as Text
from storage import alone, bots
from storage.bots import Bot, Mode
from tests.clips import photo
from tests.fakes.zalo_bot import FakeZalo, Person, Seen
from tests.players import Clock, HousePlayer

QUICK = Limits(bulk_per_second=1000, chat_interval=1e-6, jitter=0, catch_up=0)
BRISK = Rhythm(
    poll=20,
    soon=0.01,
    first_pause=0.02,
    longest_pause=0.1,
    first_rest=0.05,
    longest_rest=0.2,
    mending=0.1,
    finish=0.05,
)
PAGE = "https://tin.example.org"
"""The public address that the doorway names."""

_NUMBERED = re.compile(r"^(\d)\. (.+)$", re.MULTILINE)
_WORD = re.compile(r"^(?:Gõ|Type) ([^:]+): (.+)$", re.MULTILINE)
_TYPED = re.compile(r"^(?:Hoặc gõ|Or type): (.+)$", re.MULTILINE)
_UNDER = {Under.STOP: "Ngừng nhận", Under.CHANGE: "doi", Under.WHY: "Vì sao"}
_STAY = "Viết tiếp ở đây"
_PATIENCE, _PAUSE_SECONDS = 400, 0.05


class Way(StrEnum):
    """How updates come."""

    POLLING = "polling"
    WEBHOOK = "webhook"


async def add_bot(house: House, zalo: FakeZalo, mode: Mode, unit: str = "tong") -> Bot:
    """The fake's bot as an account of the house."""
    async with house.database.write() as tx:
        made = await bots.add(tx, f"zalo-{unit}", zalo.bot().token, unit, mode)
    assert isinstance(made, Bot)
    return made


@asynccontextmanager
async def on_zalo(
    house: House,
    zalo: FakeZalo,
    way: Way = Way.POLLING,
    *,
    limits: Limits = QUICK,
    rhythm: Rhythm = BRISK,
    bot: Bot | None = None,
    told: list[str] | None = None,
    slow_seconds: float = 30,
) -> AsyncIterator[Account]:
    """The bot of `house`, ready; for a webhook with the pages under a port of its own."""
    async with AsyncExitStack() as stack:
        is_hook = way is Way.WEBHOOK
        bot = bot or await add_bot(house, zalo, Mode.WEBHOOK if is_hook else Mode.POLLING)
        port = unused_port()
        path = f"{HOOKS}{bot.path}"
        connection = Connection(
            bot.account,
            zalo.bot().token,
            zalo.url,
            f"http://127.0.0.1:{port}{path}" if is_hook else "",
            bot.secret if is_hook else "",
        )
        loop = asyncio.get_running_loop()
        quota = Quota(house.database, bot.account, house.clock, house.settings.zone)

        def line(client: Client) -> Line:
            return Line(client, Pace(limits), quota, loop.time)

        behind = Behind(
            house.inbound,
            house.volatile,
            house.texts,
            lambda number: alone.alone_with(house.database, number),
            (told if told is not None else []).append,
            rhythm,
            0.2,
            slow_seconds,
        )
        begun = len(zalo.calls("setWebhook")) + len(zalo.calls("getUpdates"))
        account = await stack.enter_async_context(open_account(connection, behind, line))
        if is_hook:
            server = TestServer(make_application(house.web_parts(), {path: account}), port=port)
            await server.start_server()
            stack.push_async_callback(server.close)
            await zalo.called("setWebhook")
        elif not begun:
            await zalo.called("getUpdates")
        yield account


@dataclass(slots=True)
class ZaloPlayer(HousePlayer):
    """Plays on Zalo: everything is typed, and read from what the chat shows. A script that does not
    know of the doorway goes through it.
    """

    zalo: FakeZalo = field(default_factory=FakeZalo)
    account: Account | None = None
    heard: int = 0
    through_doorways: bool = True

    @property
    def person(self) -> Person:
        """Who holds the present phone."""
        return self.zalo.person(f"phone{self.phone}")

    @property
    def _address(self) -> str:
        return self.person.id

    async def type(self, words: str) -> Rendered:
        await self.person.say(words)
        return await self.answered()

    async def press(self, name: str) -> Rendered:
        return await self.type(name)

    async def press_under(self, button: Under) -> Rendered:
        return await self.type(_UNDER[button])

    async def bring(self, what: str) -> Rendered:
        match what:
            case "look":
                await self.person.say("/start")
            case "photo":
                await self.person.photo(photo())
            case "broken file":
                await self.person.photo(photo()[:200])
            case "sticker":
                await self.person.sticker()
            case "withheld":
                await self.person.unsupported()
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

    def _unheard(self) -> list[Seen]:
        shown = [each for each in self.person.sees() if not each.is_mine]
        return [each for each in shown if each.number > self.heard]

    async def answered(self) -> Rendered:
        """What the chat shows anew, once everything has arrived."""
        await self.zalo.settled()
        await self._account.answers.sent()
        await self.house.mail_room.deliver_due()
        new = self._unheard()
        # A webhook that takes long is answered before its turn is over.
        for _ in range(_PATIENCE):
            if new:
                break
            await asyncio.sleep(_PAUSE_SECONDS)
            await self._account.answers.sent()
            new = self._unheard()
        assert new, "nothing was answered"
        self.heard = new[-1].number
        found = rendered(new)
        if self.through_doorways and any(each.label == _STAY for each in found.choices):
            return await self.type(_STAY)
        return found

    @property
    def _account(self) -> Account:
        assert self.account is not None
        return self.account


def rendered(shown: list[Seen]) -> Rendered:
    """Messages as a screen, read as a person does: the choices are the lines that begin with a
    number, and those that say which word to type; they are called by what is typed for them.
    """
    last = shown[-1].text
    numbers = [Button(number, label) for number, label in _NUMBERED.findall(last) if number != "0"]
    by_word = [Button(word, label) for word, label in _WORD.findall(last)]
    ways = [Button("0", label) for number, label in _NUMBERED.findall(last) if number == "0"]
    for typed in _TYPED.findall(last):
        for each in typed.split(", "):
            word, _, label = each.partition(" để ")
            ways.append(Button(word, label or word))
    lines = tuple(Text(each.text) for each in shown)
    return Rendered(lines, (*numbers, *by_word), tuple(ways))


def clock_of(clock: Clock, **settings: object) -> FakeZalo:
    """A fake whose time is the house's, but no two of its moments are the same."""
    ticks = itertools.count(1)

    def seconds() -> float:
        return clock.now.timestamp() + next(ticks) / 1000

    return FakeZalo(clock=seconds, **settings)  # type: ignore[arg-type]  # a test names them
