"""The vocabulary of the studio: what a broadcaster can do, how a bulletin stands, what comes."""

from dataclasses import dataclass
from enum import StrEnum

from handlers.bulletins import Run, Stage
from handlers.screens import Say


class Offer(StrEnum):
    """What a page may offer for a bulletin; the names of its buttons."""

    EDIT = "edit"
    PROPOSE = "propose"
    SCHEDULE = "schedule"
    APPROVE = "approve"
    TEST = "test"
    DELETE = "delete"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    SEND_NOW = "send_now"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Propose:
    """An author shows the bulletin to an approver. `seal` is that of what the page showed."""

    seal: str


@dataclass(frozen=True, slots=True)
class Approve:
    """Somebody lets it be sent. `seal` is that of what the page showed."""

    seal: str


@dataclass(frozen=True, slots=True)
class Delete:
    """The bulletin is not wanted any more. `seal` is that of what the page showed."""

    seal: str


@dataclass(frozen=True, slots=True)
class Steer:
    """One of `schedule.STEERING`, for one sending of the bulletin."""

    offer: Offer
    sending: int


Action = Propose | Approve | Delete | Steer


@dataclass(frozen=True, slots=True)
class PutForward:
    """Let it wait for an approver."""


@dataclass(frozen=True, slots=True)
class LetGo:
    """Write down the approval; storage says whether it is enough."""


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete the bulletin, and cancel what is being sent of it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Bring the sending to `run`."""

    run: Run


Effect = PutForward | LetGo | Remove | Turn


@dataclass(frozen=True, slots=True)
class Standing:
    """How a bulletin stands, seen by one member of staff.

    `writes` and `approves` are their rights at its unit; `own`: some of the words are theirs;
    `needed` is how many must approve (0 for a checked text of the library), `given` how many did
    approve what it says now, `mine` whether they are one of these. `blocked`: something is wrong
    with it. `run` is how the sending stands that the action is about.
    """

    stage: Stage
    seal: str
    writes: bool
    approves: bool
    own: bool = False
    needed: int = 1
    given: int = 0
    mine: bool = False
    blocked: bool = False
    run: Run | None = None


@dataclass(frozen=True, slots=True)
class StudioTurn:
    """What comes of an action. Without an effect it was refused, and `says` tells why."""

    effect: Effect | None
    says: tuple[Say, ...]


def refused(key: str, **fields: str | int) -> StudioTurn:
    """A turn that does nothing but say `studio.no.<key>`."""
    return StudioTurn(None, (Say(f"studio.no.{key}", tuple(fields.items())),))


def agreed(effect: Effect, key: str, **fields: str | int) -> StudioTurn:
    """A turn with an effect, and what is read once storage has agreed: `studio.done.<key>`."""
    return StudioTurn(effect, (Say(f"studio.done.{key}", tuple(fields.items())),))
