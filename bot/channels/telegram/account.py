"""One bot account: begins with Telegram, takes its updates by polling or webhook, ends in order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telegram import Bot, BotCommand, Update

from bot.answers import Answers
from bot.brought import decoded, is_from_app
from bot.channels import Outcome
from bot.channels.telegram import NAME, polling, reading, sending
from bot.channels.telegram.doors import GroupDoor
from bot.channels.telegram.polling import Poller, Rhythm
from bot.channels.telegram.reading import Answered, Blocked, Grouped, Passed, Unread
from bot.channels.telegram.request import AiohttpRequest, TokenRefused
from bot.channels.telegram.sending import Line
from bot.channels.telegram.talk import Workers
from bot.channels.telegram.traces import Traces
from bot.inbound import Answer, Inbound
from bot.logs import Event as Log
from bot.logs import note, note_failure
from bot.pace import Limits, Pace
from bot.patience import SLOW_SECONDS, Patience
from bot.tasks import tasks, until
from handlers.languages import Language
from handlers.screens import Rendered, say
from handlers.texts import Texts
from storage.database import Unreachable
from storage.volatile import Volatile

HOOK_PATH = "/hooks/telegram/main"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
# The app's menu; more commands are understood when they are typed.
COMMANDS = {
    "start": "command.start",
    "baotin": "command.report",
    "ma": "command.code",
    "chuong": "command.bell",
    "bantin": "command.bulletins",
    "quyen": "command.rights",
    "quyencuatoi": "command.privacy",
    "ngonngu": "command.language",
    "huy": "command.cancel",
    "trogiup": "command.help",
}
_POLL_BYTES = 16 * 1024 * 1024
_ENDINGS_SECONDS = 20.0

MakeDoor = Callable[[Line], GroupDoor]


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the account is: its token, the Bot API, and for a webhook our address and the secret
    with which Telegram comes to it (`hook_url` empty: polling).
    """

    token: str = field(repr=False)
    api_url: str = "https://api.telegram.org"
    hook_url: str = ""
    secret: str = field(default="", repr=False)

    def bot(self, request: AiohttpRequest, poll: AiohttpRequest | None = None) -> Bot:
        """The library's bot over our transport."""
        return Bot(
            self.token,
            base_url=f"{self.api_url}/bot",
            base_file_url=f"{self.api_url}/file/bot",
            request=request,
            get_updates_request=poll or request,
        )


Alone = Callable[[], AbstractAsyncContextManager[object | None]]
"""Holds the account for polling as long as the context is open; None where another process does.
Raises Unreachable.
"""


@dataclass(frozen=True, slots=True)
class Behind:
    """What the account is joined to. `alone`: several processes may have the account."""

    inbound: Inbound
    volatile: Volatile
    texts: Mapping[Language, Texts] = field(repr=False)
    clock: Callable[[], datetime] = field(repr=False)
    pace: Pace = field(default_factory=lambda: Pace(Limits()))
    rhythm: Rhythm = field(default_factory=Rhythm)
    fold_seconds: float = 2.0
    alone: Alone = field(default=lambda: nullcontext(True))
    slow_seconds: float = SLOW_SECONDS

    @property
    def slow(self) -> Patience:
        """How a chat is told that its file takes long."""
        return Patience(self.texts, self.slow_seconds)


class Account:
    """A running account; made by `open_account`."""

    def __init__(
        self,
        connection: Connection,
        behind: Behind,
        line: Line,
        group: asyncio.TaskGroup,
        make_door: MakeDoor | None,
    ) -> None:
        """`group` makes turns and sends answers."""
        self.line = line
        self._connection = connection
        self._behind = behind
        traces = Traces(behind.volatile, behind.clock)

        async def show(address: str, answer: Answer) -> Outcome:
            if answer.forgotten:
                await sending.delete(line, address, await traces.take(address))
            sent = [await sending.give_file(line, address, each) for each in answer.files]
            await traces.keep(address, [each for each in sent if each])
            outcome, messages = await sending.show(line, address, answer.rendered, answer.turn)
            await traces.keep(address, messages)
            return outcome

        self.answers = Answers(show, group, behind.texts, line.now, behind.fold_seconds)
        self._workers = Workers(
            line, behind.inbound, self.answers, traces, group, behind.slow, behind.clock
        )
        self._door = make_door(line) if make_door is not None else None

    secret_header = SECRET_HEADER
    most_bytes = 1024 * 1024

    @property
    def hook_path(self) -> str:
        """The path on our pages to which Telegram brings updates; empty when we ask for them."""
        return HOOK_PATH if self._connection.hook_url else ""

    def knows(self, secret: str) -> bool:
        """Whether a webhook call comes from Telegram; takes the same time for every wrong one."""
        return is_from_app(secret, self._connection.secret)

    async def take_body(self, body: bytes) -> None:
        """One webhook call. What cannot be read is passed over, for repeated it would block its
        chat for a day. Raises Unreachable: it has to come again.
        """
        raw = decoded(body)
        if raw is not None:
            await self.take(raw)
        else:
            note(Log.UPDATE_UNREADABLE, why=Unread.BROKEN)

    async def take(self, raw: Mapping[str, Any]) -> None:
        """Make the turn of one update. Raises nothing but Unreachable: it has to come again."""
        try:
            update = Update.de_json(dict(raw), self.line.bot)
            what = reading.read(update)
        except Exception:  # noqa: BLE001 - whatever is wrong with it, its text may hold a person
            note(Log.UPDATE_UNREADABLE, why=Unread.BROKEN)
            return
        try:
            await self._take(update, what)
        except Unreachable:
            raise
        except Exception as error:  # noqa: BLE001 - the outermost frame of an update
            note_failure(Log.CHAT_FAILED, error)

    async def tell_endings(self) -> None:
        """Tell the chats whose draft ends in two minutes."""
        await self._workers.tell(await self._behind.inbound.endings(NAME))

    async def tell_closing(self) -> None:
        """Tell the chats with a draft that the service stops, after `Inbound.close_at`."""
        try:
            await self._workers.tell(await self._behind.inbound.closings(NAME))
        except Exception as error:  # noqa: BLE001 - the end goes on, told or not
            note_failure(Log.CHAT_FAILED, error)

    def tell_news(self, address: str) -> None:
        """Say in a chat that there is news of a tip, and nothing about which; where it does not
        arrive, nobody tries again. In every language: which one they read is not kept either.
        """
        lines = [texts.line(say("told.news")) for texts in self._behind.texts.values()]
        self.answers.give(address, Answer(Rendered(tuple(lines)), Language.VI, 0))

    async def begin(self) -> None:
        """Say to Telegram who we are and how we take updates. Raises TelegramError."""
        bot, secret = self.line.bot, self._connection.secret
        await bot.get_me()
        for language, texts in self._behind.texts.items():
            commands = [BotCommand(name, texts.get(key)) for name, key in COMMANDS.items()]
            # Vietnamese is for everybody whose app speaks neither.
            code = None if language is Language.VI else language.value
            await bot.set_my_commands(commands, language_code=code)
        wanted = list(polling.WANTED)
        if url := self._connection.hook_url:
            await bot.set_webhook(url, secret_token=secret, allowed_updates=wanted)
        else:
            await bot.delete_webhook()

    async def _take(self, update: Update, what: reading.What) -> None:
        if isinstance(what, Passed):
            note(Log.UPDATE_PASSED, why=what.why)
        elif isinstance(what, Grouped):
            if self._door is not None:
                await self._door.group(update)
        elif isinstance(what, Blocked):
            await self._workers.left(what.address)
        elif isinstance(what, Answered):
            # Whoever sits at a desk reads bulletins as everybody does.
            await self._workers.take(what)
        elif not await self._is_officers(update):
            await self._workers.take(what)

    async def _is_officers(self, update: Update) -> bool:
        """Whether a desk took it. A desk that fails must not keep the workers from being heard."""
        try:
            return self._door is not None and await self._door.private_officer(update)
        except Unreachable:
            raise
        except Exception as error:  # noqa: BLE001 - logged by class and place
            note_failure(Log.CHAT_FAILED, error)
            return False


@asynccontextmanager
async def open_account(
    connection: Connection, behind: Behind, make_door: MakeDoor | None = None
) -> AsyncIterator[Account]:
    """The account at work. Telegram may be away: it is tried until it is there, and meanwhile the
    rest of the house works. At the end begun turns and answers get ten seconds.
    """
    async with AsyncExitStack() as stack:
        request, poll = AiohttpRequest(), AiohttpRequest(connections=2, answer_bytes=_POLL_BYTES)
        for each in (request, poll):
            await each.initialize()
            stack.push_async_callback(each.shutdown)
        line = Line(connection.bot(request), behind.pace, asyncio.get_running_loop().time)
        work = await stack.enter_async_context(tasks())
        account = Account(connection, behind, line, work, make_door)
        poller = Poller(connection.bot(poll), account.take, reading.queue_of, behind.rhythm)
        serving = work.create_task(_serve(account, poller, work, connection, behind))
        endings = work.create_task(_watch(account))
        try:
            yield account
        finally:
            serving.cancel()
            endings.cancel()
            await asyncio.wait([serving, endings])
            await poller.finish(behind.rhythm.finish)
            await until(account.answers.sent(), behind.rhythm.finish)


async def _serve(
    account: Account,
    poller: Poller,
    work: asyncio.TaskGroup,
    connection: Connection,
    behind: Behind,
) -> None:
    rhythm = behind.rhythm
    pause = rhythm.first_pause
    while True:
        try:
            await account.begin()
            break
        except TokenRefused:
            note(Log.ACCOUNT_REFUSED)
            await asyncio.sleep(rhythm.mending)
        except Exception as error:  # noqa: BLE001 - Telegram may be away for any reason
            note_failure(Log.CHAT_FAILED, error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, rhythm.longest_pause)
    while not connection.hook_url:
        try:
            async with behind.alone() as hold:
                if hold is not None:
                    await poller.run(work)
        except Unreachable as error:
            note_failure(Log.CHAT_FAILED, error)
        # Another process polls; should it end, we take over.
        await asyncio.sleep(rhythm.mending)


async def _watch(account: Account) -> None:
    while True:
        await asyncio.sleep(_ENDINGS_SECONDS)
        try:
            await account.tell_endings()
        except Exception as error:  # noqa: BLE001 - the next look is another one
            note_failure(Log.CHAT_FAILED, error)
