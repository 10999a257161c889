"""The life of a tip: its categories, statuses, outcomes, and the moves between them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

APPEAL_DAYS = 7
"""How long a worker may ask the unit above about a tip that was closed as out of scope."""

REOPEN_DAYS = 30
"""For how long after its closing a tip is opened again by what its worker adds."""


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
    """Who wrote a part of a tip's thread; the house tells of a move."""

    WORKER = "worker"
    OFFICER = "officer"
    HOUSE = "house"


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
    TOLD = "told"
    POLICE_ASKED = "police_asked"
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
    RELEASE = "release"
    HAND_OVER = "hand_over"
    TAKE_OVER = "take_over"
    ASK = "ask"
    ANSWER = "answer"
    PASS_ON = "pass_on"  # noqa: S105 - no password
    RETURN = "return"
    RELEASE_TO_POLICE = "release_to_police"
    POLICE_RECEIVED = "police_received"
    POLICE_PASSED = "police_passed"
    CLOSE = "close"
    UNDO_CLOSE = "undo_close"
    THANK = "thank"
    MERGE = "merge"
    ADD = "add"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    MOVE_UP = "move_up"


class Who(StrEnum):
    """Who may make a move. A READER reads tips at the responsible unit, a LEAD leads its desk; of
    the HOUSE is what happens by itself.
    """

    HOLDER = "holder"
    READER = "reader"
    LEAD = "lead"
    POLICE = "police"
    WORKER = "worker"
    HOUSE = "house"


class Told(StrEnum):
    """What the worker is told of a move beside the status: nothing, what the officer wrote, or the
    text `told.<move>`, in whose place a unit may put words of its own.
    """

    NOTHING = "nothing"
    OFFICERS_WORDS = "officers_words"
    HOUSE_WORDS = "house_words"


@dataclass(frozen=True, slots=True)
class Rule:
    """One move: from which status to which (where there are several, the first is the usual one),
    who may make it, what the worker is told, and the id of the act in the audit. What workers do
    stands in no audit, for that holds minutes.
    """

    ways: Mapping[Status, tuple[Status, ...]]
    who: frozenset[Who]
    told: Told = Told.NOTHING
    act: str = ""


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


_HELD = (Status.CLAIMED, Status.ASKED, Status.WORKING)
_OPEN = (Status.TRIAGE, *_HELD)
_DESK = frozenset({Who.HOLDER, Who.LEAD})
_WORKER = frozenset({Who.WORKER})


def _all(befores: Iterable[Status], *afters: Status) -> dict[Status, tuple[Status, ...]]:
    return dict.fromkeys(befores, afters)


def _staying(*befores: Status) -> dict[Status, tuple[Status, ...]]:
    return {each: (each,) for each in befores}


LIFE: Mapping[Move, Rule] = {
    Move.DELIVER: Rule(_all([Status.RECEIVED], Status.TRIAGE), frozenset({Who.HOUSE})),
    Move.CLAIM: Rule(_all([Status.TRIAGE], Status.CLAIMED), frozenset({Who.READER}), act="claimed"),
    Move.RELEASE: Rule(_all(_HELD, Status.TRIAGE), frozenset({Who.HOLDER}), act="released"),
    Move.HAND_OVER: Rule(_staying(*_HELD), _DESK, act="handed_over"),
    # Of a colleague who did nothing about it for long; a lead may at once.
    Move.TAKE_OVER: Rule(_staying(*_HELD), frozenset({Who.READER, Who.LEAD}), act="taken_over"),
    Move.ASK: Rule(
        _all(_HELD, Status.ASKED), frozenset({Who.HOLDER}), Told.OFFICERS_WORDS, "asked"
    ),
    # An open question stays one.
    Move.ANSWER: Rule(
        _all([Status.CLAIMED, Status.WORKING], Status.WORKING) | _staying(Status.ASKED),
        frozenset({Who.HOLDER}),
        Told.OFFICERS_WORDS,
        "answered",
    ),
    Move.PASS_ON: Rule(_all(_OPEN, Status.TRIAGE), _DESK, Told.HOUSE_WORDS, "passed_on"),
    Move.RETURN: Rule(_all(_OPEN, Status.TRIAGE), _DESK, Told.HOUSE_WORDS, "returned"),
    Move.RELEASE_TO_POLICE: Rule(
        _staying(*_HELD), frozenset({Who.HOLDER}), Told.HOUSE_WORDS, "released_to_police"
    ),
    # The police answer for what they were given, whatever the union's desk does meanwhile.
    Move.POLICE_RECEIVED: Rule(
        _staying(*_OPEN, Status.CLOSED),
        frozenset({Who.POLICE}),
        Told.HOUSE_WORDS,
        "police_received",
    ),
    Move.POLICE_PASSED: Rule(
        _staying(*_OPEN, Status.CLOSED),
        frozenset({Who.POLICE}),
        Told.HOUSE_WORDS,
        "police_passed",
    ),
    Move.CLOSE: Rule(
        _all(_HELD, Status.CLOSED), frozenset({Who.HOLDER}), Told.OFFICERS_WORDS, "closed"
    ),
    # Back to where it was, for ten minutes, by whoever closed it.
    Move.UNDO_CLOSE: Rule(
        _all([Status.CLOSED], Status.WORKING, Status.ASKED, Status.CLAIMED),
        frozenset({Who.HOLDER}),
        Told.HOUSE_WORDS,
        "reopened",
    ),
    # Once, where the tip was marked as valuable. Never what came of it, nor for whom.
    Move.THANK: Rule(
        _staying(Status.CLOSED), frozenset({Who.HOLDER}), Told.HOUSE_WORDS, "valuable"
    ),
    # It goes on as the lead tip stands. Nobody reads that others wrote of the same: whom a tip is
    # about could file one to learn whether there are others.
    Move.MERGE: Rule(
        {each: (each, *(other for other in _OPEN if other is not each)) for each in _OPEN},
        _DESK,
        act="merged",
    ),
    Move.ADD: Rule(
        _staying(Status.RECEIVED, Status.TRIAGE, Status.CLAIMED, Status.WORKING)
        | _all([Status.ASKED], Status.WORKING),
        _WORKER,
    ),
    # To whoever held it, while they may read it; else to everybody at the desk, once its card came.
    Move.REOPEN: Rule(
        _all([Status.CLOSED], Status.WORKING, Status.TRIAGE, Status.RECEIVED), _WORKER
    ),
    Move.WITHDRAW: Rule(_all([Status.RECEIVED, *_OPEN], Status.CLOSED), _WORKER),
    # RECEIVED where its card waits for the hour, as that of a new tip does.
    Move.MOVE_UP: Rule(
        _all([Status.RECEIVED, *_OPEN], Status.TRIAGE, Status.RECEIVED),
        frozenset({Who.HOUSE, Who.WORKER}),
        Told.HOUSE_WORDS,
        "moved_up",
    ),
}
"""The life of a tip, the one table of it; `docs/life-of-a-tip.md` is drawn from here."""


def after(status: Status, move: Move) -> Status | None:
    """The status that `move` leads to, or None where it is not permitted; where there are several,
    the usual one.
    """
    ways = LIFE[move].ways.get(status)
    return ways[0] if ways else None


def moves_from(status: Status) -> frozenset[Move]:
    """What may happen to a tip in `status`."""
    return frozenset(move for move, rule in LIFE.items() if status in rule.ways)


def told_of(move: Move) -> str:
    """The key of the house's text for the worker about `move`; empty where there is none."""
    return f"told.{move}" if LIFE[move].told is Told.HOUSE_WORDS else ""


def reopen_until(closed_on: date) -> date:
    """The last day on which what a worker adds opens the tip again."""
    return closed_on + timedelta(days=REOPEN_DAYS)


def appeal_until(closed_on: date) -> date:
    """The last day on which the unit above can be asked; after it the tip is destroyed."""
    return closed_on + timedelta(days=APPEAL_DAYS)
