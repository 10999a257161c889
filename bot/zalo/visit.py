"""What the doctor's checks share: the bot, the operator, and what was seen so far."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from bot.channels.zalo_bot.client import Client, Failed
from bot.channels.zalo_bot.quota import Quota
from bot.pace import Lane
from bot.zalo.door import Door
from bot.zalo.findings import Finding, Mark, unsure, wrong
from bot.zalo.probing import Heard, Source
from storage.bots import Bot


class Operator(Protocol):
    """Who sits at the terminal, if anybody does."""

    @property
    def is_there(self) -> bool:
        """Whether anybody can be asked."""

    async def ask(self, question: str) -> bool | None:
        """Yes, no, or None for whoever only presses Enter."""
        ...


class Nobody:
    """No terminal, or an operator who does not want to be asked."""

    is_there = False

    async def ask(self, _: str) -> bool | None:
        """Nobody answers."""
        return None


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for a message of the operator, for the platform to bring something again, for an
    idle poll, and how late a late answer is.
    """

    message: float = 120
    again: float = 30
    idle: int = 5
    late: float = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bot is reached, and where it reaches. `hook_url` is ours, whether it is set or not;
    empty without a public address.
    """

    api_url: str
    public_url: str
    hook_url: str = field(repr=False)
    hosts: tuple[str, ...] = ()


@dataclass(slots=True)
class Visit:
    """One bot under examination. `source` and `door` are None where its updates may not be taken
    or the pages not be served; `closed` then says why. `chat` is the operator's once they wrote.
    """

    bot: Bot
    token: str = field(repr=False)
    client: Client = field(repr=False)
    place: Place
    operator: Operator
    quota: Quota = field(repr=False)
    tell: Callable[[Finding], None] = field(repr=False)
    source: Source | None = None
    door: Door | None = None
    closed: str = "it needs somebody at the terminal"
    patience: Patience = field(default_factory=Patience)
    hook: str = field(default="", repr=False)
    chat: str = field(default="", repr=False)
    is_well: bool = True

    def found(self, finding: Finding) -> None:
        """Say it, and remember whether something has to be done."""
        self.is_well = self.is_well and finding.mark is not Mark.WRONG
        self.tell(finding)

    @property
    def has_hook(self) -> bool:
        """Whether our webhook is set."""
        return bool(self.hook) and self.hook == self.place.hook_url

    def skipped(self, name: str, *, is_open: bool = False) -> Finding:
        """The line of a check that was not made, for the operator's sake or, unless it `is_open`,
        because it could not be.
        """
        return unsure(f"{name}: {'left out' if is_open else self.closed}.")

    async def message(self, name: str, wish: str, event: str = "") -> Heard | Finding:
        """What the operator sent, having been asked for it; else the line of the check `name`.
        With `event`, messages of other kinds are passed over. Raises Failed.
        """
        if self.source is None:
            return self.skipped(name)
        if not await self.operator.ask(f"{wish} Will you?"):
            return self.skipped(name, is_open=True)
        while (came := await self.source.next(self.patience.message)) is not None:
            self.chat = self.chat or came.chat
            if event in came.event:
                return came
        return wrong(f"{name}: nothing came.")

    async def tried(self, send: Callable[[], Awaitable[object]]) -> Failed | None:
        """What came of a send; it counts in the month as any other."""
        # Where the month is used up the platform says so itself, and that is worth seeing.
        await self.quota.take(Lane.TALK)
        try:
            await send()
        except Failed as error:
            return error
        return None
