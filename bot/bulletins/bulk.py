"""What a chat app must be able to do for bulletins: take the same message for very many chats."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from bot.channels import Gone, Refused, TryLater, Unknown
from bot.pace import Pace, Scope
from handlers.screens import Button


@dataclass(frozen=True, slots=True)
class Delivered:
    """It arrived; `message` is the app's number of it, for correcting and recalling."""

    message: int = field(repr=False)


Result = Delivered | TryLater | Gone | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave but for its address: what stands before and after that; in how many
    `parts` it leaves.
    """

    before: bytes = field(repr=False)
    after: bytes = field(repr=False)
    parts: int = 1


class Bulk(Protocol):
    """One account, spoken to at its pace by whoever calls. `per_second` is what the app permits."""

    pace: Pace
    per_second: float

    def letter(self, text: str, buttons: Sequence[Button]) -> Letter:
        """The message in the app's own form, made once for everybody who reads the same."""
        ...

    def scope(self, address: str) -> Scope:
        """What the pace counts for a chat."""
        ...

    async def send(self, address: str, letter: Letter) -> Result:
        """Send at once. Raises nothing for what the app or the network does."""
        ...


@runtime_checkable
class Noticing(Protocol):
    """A channel that shows a title and a way to the page, and nothing else of a bulletin."""

    def notice(self, title: str, bulletin: str) -> Letter:
        """The notice of the bulletin with this id."""
        ...
