"""The vocabulary of the desk: what an officer can do, how a tip stands, what comes of it."""

from dataclasses import dataclass, field
from enum import StrEnum

from handlers.coach import Doubt
from handlers.replies import NOTHING, Extras
from handlers.screens import Say
from handlers.tips import Outcome, Status

MOST_LETTERS = 4000
"""The longest question, answer or closing text, in characters after cleaning."""

HELD = frozenset({Status.CLAIMED, Status.ASKED, Status.WORKING})
"""The statuses in which one officer holds the tip."""

OUTCOMES = (
    Outcome.HANDLED,
    Outcome.PASSED,
    Outcome.INSUFFICIENT,
    Outcome.UNVERIFIED,
    Outcome.DUPLICATE,
)
"""How an officer may close a tip with words of their own, in the order of the page. OUT_OF_SCOPE
has a road of its own: the desk loses the tip, and the house says the words.
"""


class Offer(StrEnum):
    """What a page may offer for a tip; the names of its buttons."""

    CLAIM = "claim"
    ASK = "ask"
    ANSWER = "answer"
    CLOSE = "close"
    RELEASE = "release"
    HAND_OVER = "hand_over"
    TAKE_OVER = "take_over"
    UNDO = "undo"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Claim:
    """The officer wants to look after the tip."""


Sure = frozenset[str]
"""The doubts about their words that the officer was told, and sends them all the same."""


@dataclass(frozen=True, slots=True)
class Ask:
    """The officer asks the worker something; `to_each`: the worker of each tip that this one leads
    as well.
    """

    words: str = field(repr=False)
    sure: Sure = frozenset()
    extras: Extras = NOTHING
    to_each: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The officer tells the worker something, and the same to each whose tip this one leads."""

    words: str = field(repr=False)
    sure: Sure = frozenset()
    extras: Extras = NOTHING
    to_each: bool = True


@dataclass(frozen=True, slots=True)
class Close:
    """The officer ends the tip. `outcome` as the form sent it: it may be none of ours."""

    outcome: str
    words: str = field(repr=False)
    sure: Sure = frozenset()
    extras: Extras = NOTHING


@dataclass(frozen=True, slots=True)
class Note:
    """Somebody who reads the tip writes down something for those who read it, and nobody else."""

    words: str = field(repr=False)
    sure: Sure = frozenset()


@dataclass(frozen=True, slots=True)
class CloseOutside:
    """The officer ends the tip as out of scope. `sure`: they were told what that means, and said
    yes.
    """

    sure: bool


@dataclass(frozen=True, slots=True)
class Release:
    """The officer gives the tip back to the desk."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """The officer gives the tip to a colleague: `to` is their id in hex, empty where none was
    chosen.
    """

    to: str
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Relieve:
    """The officer wants to hold the tip in the place of a colleague who is away."""


Action = Claim | Ask | Answer | Close | CloseOutside | Note | Release | HandOver | Relieve


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Make the officer the holder."""


@dataclass(frozen=True, slots=True)
class PutQuestion:
    """Lay a question into the worker's thread, or into each."""

    words: str = field(repr=False)
    extras: Extras = NOTHING
    to_each: bool = False


@dataclass(frozen=True, slots=True)
class PutAnswer:
    """Lay an answer into the worker's thread, or into each."""

    words: str = field(repr=False)
    extras: Extras = NOTHING
    to_each: bool = True


@dataclass(frozen=True, slots=True)
class PutNote:
    """Lay a note into the tip, which its worker never sees."""

    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class End:
    """Close the tip, with the last words that the worker reads."""

    outcome: Outcome
    words: str = field(repr=False)
    extras: Extras = NOTHING


@dataclass(frozen=True, slots=True)
class LetGo:
    """Close the tip as out of scope: nobody at its desk can open it any more."""


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Make nobody the holder."""


@dataclass(frozen=True, slots=True)
class Give:
    """Make `to` (an id in hex) the holder in the place of the one of that name."""

    to: str
    seen: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TakeFrom:
    """Make the officer the holder in the place of the one of that name."""

    seen: str = field(repr=False)


Effect = TakeOver | PutQuestion | PutAnswer | End | LetGo | PutNote | GiveBack | Give | TakeFrom


@dataclass(frozen=True, slots=True)
class Standing:
    """How a tip stands, seen by one officer. `holder` is a name, None while nobody holds it;
    `beside` is how many tips it leads. They may hand it over (`gives`), take it over (`takes`),
    undo its closing (`undoes`); `theirs`: a unit of theirs is responsible, and does not only read.
    """

    status: Status
    mine: bool
    holder: str | None = field(default=None, repr=False)
    gives: bool = False
    takes: bool = False
    undoes: bool = False
    beside: int = 0
    theirs: bool = True


@dataclass(frozen=True, slots=True)
class DeskTurn:
    """What comes of an action. Without effects it was refused, and `says` tells why; with one,
    `says` is what the officer reads once storage has agreed as well. With `doubts` it waits for a
    second press: the words may lead to the worker, `says` tells how.
    """

    effects: tuple[Effect, ...]
    says: tuple[Say, ...]
    doubts: tuple[Doubt, ...] = ()


def refused(key: str, **fields: str | int) -> DeskTurn:
    """A turn that does nothing but say `desk.no.<key>`."""
    return DeskTurn((), (Say(f"desk.no.{key}", tuple(fields.items())),))


def refused_reply(key: str, **fields: str | int) -> DeskTurn:
    """A turn that does nothing but say `desk.reply.no.<key>`."""
    return DeskTurn((), (Say(f"desk.reply.no.{key}", tuple(fields.items())),))
