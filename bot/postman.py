"""What a chat app must be able to do for desks: bring cards to groups, take messages away again."""

from dataclasses import dataclass, field
from typing import Protocol

from bot.channels import Gone, Refused, Sent, TryLater, Unknown
from handlers.screens import Rendered


@dataclass(frozen=True, slots=True)
class Posted:
    """It stands there. `topic` is 0 in a flat group; `flat`: a topic was wanted in vain."""

    message: int = field(repr=False)
    topic: int = field(default=0, repr=False)
    flat: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """The message that was to be changed is not there any more."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The group has another address now; nothing was sent."""

    to: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Barred:
    """The bot is in the group but may not do this there."""


Result = Posted | Sent | Lost | Moved | Barred | TryLater | Gone | Refused | Unknown


class Postman(Protocol):
    """One account of a chat app. No method raises for what the app answers."""

    def room(self, chat: str) -> int:
        """How many more messages and edits a group takes in this minute."""
        ...

    async def post(self, chat: str, card: Rendered, handle: str, topic: str) -> Result:
        """Post a card whose buttons carry `handle`; in a topic of its own called `topic`, unless
        that is empty.
        """
        ...

    async def show(self, chat: str, message: int, card: Rendered, handle: str) -> Result:
        """Let a card that stands there be shown as it is now."""
        ...

    async def tell(self, chat: str, told: Rendered) -> Result:
        """Post a message that is no card."""
        ...

    async def take_away(
        self, chat: str, messages: tuple[int, ...], instead: Rendered, topic: int = 0
    ) -> Result:
        """Delete messages of ours and the topic that was opened for them (0: none); what is too old
        for that shows `instead`. Sent: nothing of what stood there can be read any more.
        """
        ...
