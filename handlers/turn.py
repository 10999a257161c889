"""One turn of the talk: what was looked up before it, and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from handlers.bulletins import Topic
from handlers.effects import Effect
from handlers.forms import Form
from handlers.handbook import Handbook
from handlers.languages import Language
from handlers.places import Answer, Place
from handlers.replies import Change, Pick
from handlers.routing import Tree
from handlers.screens import Say
from handlers.states import Key, Talk
from handlers.subscriptions import Span, Subscription
from handlers.telling import Telling
from handlers.tips import Author, Category, Kind, Outcome, Status


class Shown(StrEnum):
    """How a file of the unit reaches the worker where the talk is held: by a link on our page, as a
    message of the app, or not at all: then our page is named.
    """

    LINKED = "linked"
    SENT = "sent"
    ELSEWHERE = "elsewhere"


class Whose(StrEnum):
    """Whose turn it is in a thread."""

    DESK = "desk"
    WORKER = "worker"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Entry:
    """One part of a thread as the worker sees it; `day` is known for the unit's parts only, and
    `number` is the place in the thread of a file that the unit sent. `told` is what stands in the
    place of words where the house tells of a move. `english` is the same words where the unit has
    them, `picks` are answers that can be pressed.
    """

    kind: Kind
    author: Author
    words: str = field(repr=False)
    day: date | None = None
    number: int = 0
    told: Telling | None = None
    english: str = field(default="", repr=False)
    picks: tuple[Pick, ...] = field(default=(), repr=False)
    change: Change = Change.NONE


@dataclass(frozen=True, slots=True)
class Thread:
    """A tip as its worker sees it. `appeal_until` is the last day on which the unit above can be
    asked, for a tip that was closed as out of scope, and `reopen_until` the last one on which an
    addition opens any other closed one again; `is_told` that a chat is told of news, as its worker
    asked; `asks_police` that they were asked whether the police may read it, and did not choose
    yet; `also` are the names of those who read it beside the responsible unit. `triage_by` until
    when somebody has to take it, while nobody did; `sent_to` the name of the unit above to which it
    is on its way, because its worker sent it there.
    """

    key: Key
    status: Status
    outcome: Outcome | None
    whose: Whose
    unit: str
    unit_id: str
    category: Category
    place: Place | None = field(repr=False)
    danger: bool
    bell: str = field(repr=False)
    answer_on: date
    may_go_to_police: bool
    excluded: frozenset[str]
    entries: tuple[Entry, ...] = field(repr=False)
    appeal_until: date | None = None
    is_told: bool = False
    triage_by: datetime | None = None
    sent_to: str = ""
    reopen_until: date | None = None
    asks_police: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a bulletin was for: its own topic and, with an alert, that of alerts; its places.
    `reminder`: it is the weekly one of the bell, for whoever asked for that.
    """

    topics: tuple[Topic, ...] = ()
    spans: tuple[Span, ...] = ()
    reminder: bool = False


@dataclass(frozen=True, slots=True)
class Needs:
    """What has to be looked up before a turn; everything else is always there. `place` are words
    for a place, looked for in `within` first.
    """

    codes: tuple[str, ...] = field(default=(), repr=False)
    key: Key | None = field(default=None, repr=False)
    filing: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    within: Place | None = field(default=None, repr=False)
    bell: bool = False
    fresh_code: bool = False
    subscription: bool = False
    bulletin: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """What the talk must know of where it is held. `buttons`: choices can be pressed; else they are
    numbers and words. `keeper`: the app whose history keeps what is typed, for good; empty where
    the person who talks can have it all taken away. `files`: how files of the unit are shown.
    `tells`: it can be told of news, if its worker wants that to be kept.
    """

    buttons: bool = True
    keeper: str = ""
    files: Shown = Shown.SENT
    tells: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What was looked up. `thread` answers `codes` or `key`; `filing` is the key of the code about
    to be sent, and `filed` its thread when it was sent before; `places` are what was
    typed for one. `wait_seconds` is not 0 when too many wrong codes came from this chat.
    `places_of_today` are all of them by their codes.
    `may_subscribe`: bulletins can be sent to this chat, and need not be read on a page;
    `subscription` is what it chose, and `is_full` says that no more chats can subscribe here;
    `meant` is whom the bulletin was for that is asked about. `data_contact` is whom to ask about
    data of one's own, as the operator wrote it. `forms` are the questionnaires, by category.
    `regions` has the region of the minimum wage ("1" to "4") of communes by their codes, where the
    operator entered them. `replaced` are numbers of documents of law in whose place another one
    counts today. `in_week`: this chat is sent the first week at work.
    """

    now: datetime
    today: date
    tree: Tree
    fresh_code: str = field(repr=False)
    fresh_bell: str = field(repr=False)
    dice: int = field(repr=False)
    service: str
    handbooks: Mapping[Language, Handbook] = field(repr=False)
    language: Language = Language.VI
    public_url: str = ""
    data_contact: str = ""
    thread: Thread | None = None
    filing: Key | None = None
    filed: Thread | None = None
    places: Answer = field(default_factory=Answer)
    bells: tuple[str, ...] = ()
    wait_seconds: int = 0
    most_pictures: int = 5
    places_of_today: Mapping[str, Place] = field(default_factory=dict, repr=False)
    may_subscribe: bool = True
    subscription: Subscription | None = field(default=None, repr=False)
    meant: Meant | None = None
    room: Room = Room()
    is_full: bool = False
    forms: Mapping[Category, Form] = field(default_factory=dict, repr=False)
    regions: Mapping[str, str] = field(default_factory=dict, repr=False)
    replaced: frozenset[str] = frozenset()
    in_week: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """The talk after, the effects in order, and what to say before the screen of the state reached.
    `wrong_code` says that a code was tried that opens nothing.
    """

    talk: Talk
    effects: tuple[Effect, ...] = ()
    notes: tuple[Say, ...] = ()
    wrong_code: bool = False
