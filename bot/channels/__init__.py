"""The contract of a channel: what arrives, what can be sent, and what came of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from handlers.events import Event
from handlers.screens import Rendered


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing that a person did in a chat. `number` is the app's own id of it: a repeat is
    known by it. `turn` is the one that a pressed button was made in; None where none was pressed.
    """

    channel: str
    address: str = field(repr=False)
    number: str = field(repr=False)
    event: Event = field(repr=False)
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived."""


@dataclass(frozen=True, slots=True)
class TryLater:
    """Not now; at the earliest after `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Gone:
    """That chat will not take anything any more."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The app will never take this message."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have arrived; never resent on its own."""


Outcome = Sent | TryLater | Gone | Refused | Unknown


class Push(StrEnum):
    """Whether a channel can say something unasked."""

    NEVER = "never"
    WHILE_OPEN = "while_open"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Limits:
    """A channel's capabilities as data."""

    buttons: bool
    edit: bool
    delete: bool
    max_text: int
    inbound_media: bool
    outbound_photo: bool
    push: Push


class Channel(Protocol):
    """A way to reach a person. Reading what arrives is each channel's own pure function."""

    name: str
    limits: Limits

    async def send(self, address: str, reply: Rendered) -> Outcome:
        """Show `reply` at `address`."""
        ...
