"""Coming back with the receipt code."""

from dataclasses import dataclass, field

from handlers.events import Picture
from handlers.states.gathered import Key


@dataclass(frozen=True, slots=True)
class TypingCode:
    """A receipt code is expected."""


@dataclass(frozen=True, slots=True)
class ReadingThread:
    """The thread of one tip is open. `asked` is the place of the question whose answers to press
    were shown, 0 where none were.
    """

    key: Key
    asked: int = 0


@dataclass(frozen=True, slots=True)
class AddingWords:
    """Words to add to an open thread."""

    key: Key


@dataclass(frozen=True, slots=True)
class AddingPicture:
    """A file to add to an open thread."""

    key: Key


@dataclass(frozen=True, slots=True)
class AddingVideo:
    """A video with sound for an open thread waits: shall it go without, or with it?"""

    key: Key
    picture: Picture
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TellingWho:
    """The worker wants to say who they are: free words."""

    key: Key


@dataclass(frozen=True, slots=True)
class ConfirmingWho:
    """The second look at who the worker says they are."""

    key: Key
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TakingBackWho:
    """Shall it be taken back who they are?"""

    key: Key


@dataclass(frozen=True, slots=True)
class ConfirmingAddition:
    """Words typed while a thread was open: are they an addition?"""

    key: Key
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LeavingOutLater:
    """Words for an open thread also speak of what this channel does not take: leave that out?"""

    key: Key
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskingWhoseLater:
    """The same in words for an open thread; `kept` is what the worker wants to stay in them."""

    key: Key
    words: str = field(repr=False)
    kept: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class ConfirmingClose:
    """Shall the tip be closed?"""

    key: Key


@dataclass(frozen=True, slots=True)
class ConfirmingDelete:
    """Shall the tip be deleted for good?"""

    key: Key


@dataclass(frozen=True, slots=True)
class HidingLater:
    """Who must not see this, asked for with the code."""

    key: Key


@dataclass(frozen=True, slots=True)
class PoliceLater:
    """May it go to the police, asked for with the code."""

    key: Key


@dataclass(frozen=True, slots=True)
class ConfirmingTold:
    """Shall this chat be told of news, which is to be kept for that?"""

    key: Key


@dataclass(frozen=True, slots=True)
class AskingAbove:
    """Shall the unit above look at a tip that was closed as out of scope?"""

    key: Key
