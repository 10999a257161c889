"""What may be done about a worker's turn: a closed list. Each is one storage call."""

from dataclasses import dataclass, field
from datetime import date, datetime

from handlers.clocks import Deadlines
from handlers.events import Picture
from handlers.languages import Language
from handlers.places import Place
from handlers.states import Key
from handlers.subscriptions import Subscription
from handlers.tips import Category


@dataclass(frozen=True, slots=True)
class FileTip:
    """Store a tip, sealed, and write the card to its unit's desk. `mutable`: should it be one of a
    flood, its source may be muted; never where it is about somebody who could do that. `behind` is
    the unit above that sees a tip in danger when nobody came to it in time.
    """

    key: Key
    unit: str
    category: Category
    danger: bool
    place: Place | None = field(repr=False)
    story: str = field(repr=False)
    pictures: tuple[Picture, ...]
    excluded: frozenset[str]
    may_go_to_police: bool
    bell: str = field(repr=False)
    nickname: str
    triage_by: datetime
    answer_on: date
    result_on: date
    mutable: bool = False
    closing_on: date | None = None
    given: tuple[int, int] = (0, 0)
    behind: str = ""


@dataclass(frozen=True, slots=True)
class AddWords:
    """Add words to a thread."""

    key: Key
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AddPicture:
    """Add a file to a thread."""

    key: Key
    picture: Picture


@dataclass(frozen=True, slots=True)
class SayWho:
    """Lay into a thread who the worker is, in their own words; only who holds the tip opens it."""

    key: Key
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TakeBackWho:
    """Destroy those words, as long as nobody has read them."""

    key: Key


@dataclass(frozen=True, slots=True)
class ShowFiles:
    """Show in this chat the files that the unit laid into the thread."""

    key: Key


@dataclass(frozen=True, slots=True)
class CloseTip:
    """The worker closes the tip."""

    key: Key


@dataclass(frozen=True, slots=True)
class DeleteTip:
    """The worker deletes the tip for good."""

    key: Key


@dataclass(frozen=True, slots=True)
class HideTip:
    """Units lose the tip; `unit` is responsible from now on."""

    key: Key
    excluded: frozenset[str]
    unit: str


@dataclass(frozen=True, slots=True)
class AskAbove:
    """`unit` gets the tip that its desk closed as out of scope, and the clocks begin again."""

    key: Key
    unit: str
    dates: Deadlines


@dataclass(frozen=True, slots=True)
class SendUp:
    """The tip goes to `unit` above, because its desk missed a clock."""

    key: Key
    unit: str


@dataclass(frozen=True, slots=True)
class AllowPolice:
    """The worker's own consent, or its withdrawal."""

    key: Key
    allowed: bool


@dataclass(frozen=True, slots=True)
class TellHere:
    """This chat is told that there is news of the tip, from now on and until it is closed."""

    key: Key


@dataclass(frozen=True, slots=True)
class TellNoMore:
    """No chat is told any more, and which it was is forgotten."""

    key: Key


@dataclass(frozen=True, slots=True)
class Subscribe:
    """This chat receives bulletins from now on, as it chose."""

    subscription: Subscription = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """This chat receives none any more, and what it chose is forgotten."""


@dataclass(frozen=True, slots=True)
class PauseSubscription:
    """Nothing before that day; None: go on at once."""

    until: date | None


@dataclass(frozen=True, slots=True)
class BeginWeek:
    """This chat was shown the first message of the first week at work; the one of the number
    `following` comes tomorrow, and so on.
    """

    language: Language
    following: int


@dataclass(frozen=True, slots=True)
class EndWeek:
    """No more of them comes, and that they did is forgotten."""


@dataclass(frozen=True, slots=True)
class CountQuiz:
    """Somebody played a quiz to its end: by question, whether the answer was right. It is counted
    with those of others, in memory, and nowhere by itself.
    """

    quiz: str
    answers: tuple[tuple[str, bool], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class DropPictures:
    """Files of a draft that is gone are forgotten."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class ForgetChat:
    """Everything that the volatile store knows of this chat is forgotten."""


Effect = (
    FileTip
    | AddWords
    | AddPicture
    | SayWho
    | TakeBackWho
    | ShowFiles
    | CloseTip
    | DeleteTip
    | HideTip
    | AskAbove
    | SendUp
    | AllowPolice
    | TellHere
    | TellNoMore
    | Subscribe
    | Unsubscribe
    | PauseSubscription
    | BeginWeek
    | EndWeek
    | CountQuiz
    | DropPictures
    | ForgetChat
)
