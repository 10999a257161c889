"""One bot of Zalo at work: begins with the platform, takes its updates by polling or webhook."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.answers import Answers
from bot.brought import decoded, is_from_app
from bot.channels.zalo_bot import channel_of, reading
from bot.channels.zalo_bot.client import Client, Failed, Refused, Unauthorized, Webhook
from bot.channels.zalo_bot.line import Line
from bot.channels.zalo_bot.polling import Poller, Rhythm, Why
from bot.channels.zalo_bot.reading import Did, Grouped, Kept, Passed, Pictured, Unread
from bot.channels.zalo_bot.talk import Media, Workers
from bot.inbound import Inbound
from bot.logs import Event as Log
from bot.logs import note, note_failure
from bot.patience import SLOW_SECONDS, Patience
from bot.tasks import rest, tasks, until
from bot.zalo.findings import explained, told_of_hook
from handlers.languages import Language
from handlers.texts import Texts
from storage.database import Unreachable
from storage.volatile import Volatile

HOOKS = "/hooks/zalo_bot/"
SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
_ENDINGS_SECONDS = 20.0


class Hold(Protocol):
    """An account that this process alone polls for."""

    async def lasts(self) -> bool:
        """Whether it is ours still."""
        ...


Alone = Callable[[int], AbstractAsyncContextManager[Hold | None]]
"""Holds an account for as long as the context is open; None where another process does. Raises
Unreachable.
"""


class Officers(Protocol):
    """The door of officers who are rung over this bot, before that of the workers."""

    async def take(self, what: Did | Pictured | Kept, answers: Answers) -> bool:
        """Whether it was an officer's, who is answered by `answers`; the caller is alone in the
        chat. Raises Unreachable where the update comes again.
        """
        ...


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the bot is. `hook_url` is our address to which the platform comes with `secret`; empty
    where we poll. `name` is what the operator calls it.
    """

    account: int
    token: str = field(repr=False)
    api_url: str
    hook_url: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    hosts: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Behind:
    """What the bot is joined to. `tell` gives the operator a readable line."""

    inbound: Inbound
    volatile: Volatile
    texts: Mapping[Language, Texts] = field(repr=False)
    alone: Alone
    tell: Callable[[str], None] = field(default=lambda _: None)
    rhythm: Rhythm = field(default_factory=Rhythm)
    fold_seconds: float = 2.0
    slow_seconds: float = SLOW_SECONDS

    @property
    def slow(self) -> Patience:
        """How a chat is told that its file takes long."""
        return Patience(self.texts, self.slow_seconds)


class Account:
    """A running bot; made by `open_account`."""

    secret_header = SECRET_HEADER
    most_bytes = 256 * 1024

    def __init__(
        self,
        connection: Connection,
        behind: Behind,
        line: Line,
        group: asyncio.TaskGroup,
    ) -> None:
        """`group` sends answers."""
        self.line = line
        self.officers: Officers | None = None
        self.channel = channel_of(connection.account)
        self.me = ""
        self.stopping = asyncio.Event()
        self._connection = connection
        self._behind = behind
        self._group = group
        self._told = ""
        self.workers = Workers(
            self.channel,
            line,
            behind.inbound,
            behind.volatile,
            behind.texts,
            Media(connection.api_url, connection.hosts),
            behind.slow,
        )
        self.answers = Answers(
            self.workers.show, group, behind.texts, line.now, behind.fold_seconds
        )

    @property
    def hook_path(self) -> str:
        """The path on our pages to which updates are brought; empty when we ask for them."""
        url = self._connection.hook_url
        return f"{HOOKS}{url.rpartition('/')[2]}" if url else ""

    def knows(self, secret: str) -> bool:
        """Whether a webhook call comes from the platform; as fast for every wrong one."""
        return is_from_app(secret, self._connection.secret)

    async def take_body(self, body: bytes) -> None:
        """One webhook call. What cannot be read is passed over. Raises Unreachable: it has to come
        again.
        """
        raw = decoded(body)
        if raw is not None:
            await self.take(raw)
        else:
            note(Log.UPDATE_UNREADABLE, why=Unread.BROKEN)

    async def take(self, raw: Mapping[str, Any]) -> None:
        """Make the turn of one update. Raises nothing but Unreachable: it has to come again."""
        try:
            what = reading.read(raw, self.me)
        except Exception:  # noqa: BLE001 - whatever is wrong with it, its text may hold a person
            note(Log.UPDATE_UNREADABLE, why=Unread.BROKEN)
            return
        if isinstance(what, Passed):
            note(Log.UPDATE_PASSED, why=what.why)
            return
        place = what.chat if isinstance(what, Grouped) else what.address
        try:
            # Of two webhook calls at once the second was typed before the first was answered.
            async with self.workers.alone(place):
                if isinstance(what, Grouped) or not await self._is_officers(what):
                    await self.workers.take(what, self.answers, self._group, comes_again=True)
        except Unreachable:
            raise
        except Exception as error:  # noqa: BLE001 - the outermost frame of an update
            note_failure(Log.CHAT_FAILED, error)

    def stop(self) -> None:
        """Take nothing more; the poll that is open is still waited for and taken."""
        self.stopping.set()

    async def tell_endings(self) -> None:
        """Tell the chats whose draft ends in two minutes."""
        for address, answer in await self._behind.inbound.endings(self.channel):
            self.answers.give(address, answer)

    async def tell_closing(self) -> None:
        """Tell the chats with a draft that the service stops, after `Inbound.close_at`."""
        try:
            for address, answer in await self._behind.inbound.closings(self.channel):
                self.answers.give(address, answer)
        except Exception as error:  # noqa: BLE001 - the end goes on, told or not
            note_failure(Log.CHAT_FAILED, error)

    async def begin(self) -> bool:
        """Say to the platform who we are and how we take updates, and to the operator how that
        went; False where only people can mend it. Raises Failed.
        """
        client, wanted = self.line.client, self._connection.hook_url
        self.me = (await client.get_me()).id
        if wanted:
            try:
                state = await self._set_hook(wanted)
            except Refused:
                note(Log.BOT_UNHEARD, account=self._connection.account, why=Why.REFUSED_HOOK)
                self.tell("the address of our webhook is refused; look at TIENGTHO_PUBLIC_URL")
                return False
            self.tell("ready, updates by webhook" if state.verified else told_of_hook(state).line)
            return True
        if (await client.get_webhook_info()).url:
            note(Log.BOT_UNHEARD, account=self._connection.account, why=Why.OTHER_HOOK)
            self.tell("a webhook is set, so polling brings nothing; run: python -m bot init zalo")
            return False
        self.tell("ready, updates by polling")
        return True

    def tell(self, line: str) -> None:
        """Give the operator a line, once for as long as nothing else is to be told."""
        if line != self._told:
            self._told = line
            self._behind.tell(f"Zalo bot {self._connection.name}: {line}")

    async def _set_hook(self, url: str) -> Webhook:
        state = await self.line.client.set_webhook(url, self._connection.secret)
        if state.verified is not False:
            return state
        # At a start our own pages may have begun to listen only now.
        await rest(self._behind.rhythm.first_pause, self.stopping)
        return await self.line.client.set_webhook(url, self._connection.secret)

    async def _is_officers(self, what: Did | Pictured | Kept) -> bool:
        """A door that fails must not keep the workers from being heard."""
        try:
            return self.officers is not None and await self.officers.take(what, self.answers)
        except Unreachable:
            raise
        except Exception as error:  # noqa: BLE001 - logged by class and place
            note_failure(Log.CHAT_FAILED, error)
            return False


@asynccontextmanager
async def open_account(
    connection: Connection, behind: Behind, line: Callable[[Client], Line]
) -> AsyncIterator[Account]:
    """The bot at work. The platform may be away: it is tried until it is there, and meanwhile the
    rest of the house works. At the end begun turns and answers get their time.
    """
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(Client(connection.token, connection.api_url))
        work = await stack.enter_async_context(tasks())
        account = Account(connection, behind, line(client), work)
        serving = work.create_task(_serve(account, connection, behind))
        endings = work.create_task(_watch(account))
        try:
            yield account
        finally:
            endings.cancel()
            account.stop()
            # An answer to the open question would be lost with it: reading consumes.
            await asyncio.wait([serving], timeout=behind.rhythm.finish)
            serving.cancel()
            await asyncio.wait([serving, endings])
            await until(account.answers.sent(), behind.rhythm.finish)


async def _serve(account: Account, connection: Connection, behind: Behind) -> None:
    await _begin(account, connection, behind.rhythm)
    if not connection.hook_url:
        await _poll(account, connection, behind)


async def _begin(account: Account, connection: Connection, rhythm: Rhythm) -> None:
    pause = rhythm.first_pause
    while not account.stopping.is_set():
        try:
            if await account.begin():
                return
            await rest(rhythm.mending, account.stopping)
        except Unauthorized as error:
            note(Log.BOT_UNHEARD, account=connection.account, why=Why.TOKEN)
            account.tell(f"{explained(error)}; then run: python -m bot init zalo")
            await rest(rhythm.mending, account.stopping)
        except Failed as error:
            note_failure(Log.CHAT_FAILED, error)
            account.tell(f"{explained(error)}; it is tried again and again")
            await rest(pause, account.stopping)
            pause = min(2 * pause, rhythm.longest_pause)


async def _poll(account: Account, connection: Connection, behind: Behind) -> None:
    rhythm, stopping = behind.rhythm, account.stopping
    poller = Poller(account.line.client, account.take, rhythm, connection.account, stopping)
    while not stopping.is_set():
        try:
            async with behind.alone(connection.account) as hold:
                if hold is not None:
                    await poller.run(hold.lasts)
            # Another process polls; should it end, we take over.
            pause = rhythm.first_pause if hold is not None else rhythm.mending
        except Unreachable:
            pause = rhythm.longest_pause
        await rest(pause, stopping)


async def _watch(account: Account) -> None:
    while True:
        await asyncio.sleep(_ENDINGS_SECONDS)
        try:
            await account.tell_endings()
        except Exception as error:  # noqa: BLE001 - the next look is another one
            note_failure(Log.CHAT_FAILED, error)
