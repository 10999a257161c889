"""The life of a tip: its categories, statuses, outcomes, and the moves between them."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

APPEAL_DAYS = 7
"""How long a worker may ask the unit above about a tip that was closed as out of scope."""


class Category(StrEnum):
    """What a tip is about; the ids are fixed in code, data and addresses."""

    LOANS = "loans"
    THEFT = "theft"
    DRUGS = "drugs"
    VIOLENCE = "violence"
    UNSAFE = "unsafe"
    FIRE = "fire"
    WAGES = "wages"
    INSURANCE = "insurance"
    HARASSMENT = "harassment"
    FORCED = "forced"
    OTHER = "other"


def category_named(name: str) -> Category | None:
    """The category of that id."""
    return Category(name) if name in Category.__members__.values() else None


class Status(StrEnum):
    """Where a tip stands; `received` until its card reached the desk, then `triage`."""

    RECEIVED = "received"
    TRIAGE = "triage"
    CLAIMED = "claimed"
    ASKED = "asked"
    WORKING = "working"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a tip ended."""

    HANDLED = "handled"
    PASSED = "passed"
    INSUFFICIENT = "insufficient"
    UNVERIFIED = "unverified"
    DUPLICATE = "duplicate"
    OUT_OF_SCOPE = "out_of_scope"


class Author(StrEnum):
    """Who wrote a part of a tip's thread."""

    WORKER = "worker"
    OFFICER = "officer"


class Kind(StrEnum):
    """What a part of a thread is."""

    STORY = "story"
    ADDITION = "addition"
    PHOTO = "photo"
    DOCUMENT = "document"
    VIDEO = "video"
    QUESTION = "question"
    ANSWER = "answer"
    CLOSING = "closing"
    NOTE = "note"
    IDENTITY = "identity"
    IDENTITY_READ = "identity_read"
    IDENTITY_BACK = "identity_back"


FILES = frozenset({Kind.PHOTO, Kind.DOCUMENT, Kind.VIDEO})
"""The kinds of parts that are a file."""
MOST_FILES_OF_A_TIP = 20
"""How many files a worker may lay into one tip, before and after sending."""
OF_IDENTITY = frozenset({Kind.IDENTITY, Kind.IDENTITY_READ, Kind.IDENTITY_BACK})
"""What tells that the worker said who they are; the words are never among them."""
OF_STAFF = frozenset({Kind.NOTE})
"""What stands in a tip for its readers alone: no worker ever sees that it is there."""


def kind_of_file(mime: str) -> Kind:
    """What part a clean file of that media type becomes."""
    if mime == "application/pdf":
        return Kind.DOCUMENT
    return Kind.VIDEO if mime.startswith("video/") else Kind.PHOTO


def said_who(kinds: Iterable[Kind]) -> Kind | None:
    """How it stands with "who I am" in a thread whose parts are of these kinds, in their order:
    IDENTITY said and unread, IDENTITY_READ, IDENTITY_BACK taken back; None where nothing was said.
    """
    last = None
    for kind in kinds:
        last = kind if kind in OF_IDENTITY else last
    return last


class Move(StrEnum):
    """What can happen to a tip after it was filed."""

    DELIVER = "deliver"
    CLAIM = "claim"
    ASK = "ask"
    ANSWER = "answer"
    CLOSE = "close"
    ADD = "add"
    WITHDRAW = "withdraw"


# Wages and insurance stay with the union. For all others the worker's explicit yes is needed.
_UNION_ONLY = frozenset({Category.WAGES, Category.INSURANCE})


def police_allowed(category: Category) -> bool:
    """Whether a tip of `category` may go to the police at all, if its worker agrees."""
    return category not in _UNION_ONLY


# Whoever speaks of these must never be made quieter by somebody whom it may be about.
_NEVER_MUTED = frozenset({Category.HARASSMENT, Category.FORCED})


def may_be_muted(category: Category) -> bool:
    """Whether the source of a tip of `category` can be muted at all."""
    return category not in _NEVER_MUTED


_MOVES: dict[tuple[Status, Move], Status] = {
    (Status.RECEIVED, Move.DELIVER): Status.TRIAGE,
    (Status.TRIAGE, Move.CLAIM): Status.CLAIMED,
    (Status.CLAIMED, Move.ASK): Status.ASKED,
    (Status.WORKING, Move.ASK): Status.ASKED,
    (Status.ASKED, Move.ASK): Status.ASKED,
    (Status.CLAIMED, Move.ANSWER): Status.WORKING,
    (Status.WORKING, Move.ANSWER): Status.WORKING,
    (Status.ASKED, Move.ANSWER): Status.ASKED,
    (Status.CLAIMED, Move.CLOSE): Status.CLOSED,
    (Status.WORKING, Move.CLOSE): Status.CLOSED,
    (Status.ASKED, Move.CLOSE): Status.CLOSED,
    (Status.RECEIVED, Move.ADD): Status.RECEIVED,
    (Status.TRIAGE, Move.ADD): Status.TRIAGE,
    (Status.CLAIMED, Move.ADD): Status.CLAIMED,
    (Status.WORKING, Move.ADD): Status.WORKING,
    (Status.ASKED, Move.ADD): Status.WORKING,
    (Status.RECEIVED, Move.WITHDRAW): Status.CLOSED,
    (Status.TRIAGE, Move.WITHDRAW): Status.CLOSED,
    (Status.CLAIMED, Move.WITHDRAW): Status.CLOSED,
    (Status.WORKING, Move.WITHDRAW): Status.CLOSED,
    (Status.ASKED, Move.WITHDRAW): Status.CLOSED,
}


def after(status: Status, move: Move) -> Status | None:
    """The status that `move` leads to, or None where it is not permitted."""
    return _MOVES.get((status, move))


def moves_from(status: Status) -> frozenset[Move]:
    """What may happen to a tip in `status`."""
    return frozenset(move for (before, move) in _MOVES if before is status)


def appeal_until(closed_on: date) -> date:
    """The last day on which the unit above can be asked; after it the tip is destroyed."""
    return closed_on + timedelta(days=APPEAL_DAYS)
