"""Where a worker can be in the talk: one class per place, holding what was gathered so far."""

from dataclasses import dataclass, field

from handlers.events import Picture
from handlers.languages import Language
from handlers.places import Place
from handlers.subscriptions import Subscription
from handlers.tips import Category


@dataclass(frozen=True, slots=True)
class Early:
    """What a worker gave before they were asked for it; never lost, never asked twice. `where` is a
    place in the worker's own words, which no table knows: it will head the story. `officer`: it is
    about somebody who works at a unit. `stays`: the private page was offered, and not wanted.
    """

    words: str = field(default="", repr=False)
    pictures: tuple[Picture, ...] = ()
    practice: bool = False
    where: str = field(default="", repr=False)
    officer: bool = False
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A tip that could be sent as it is. `hidden` are keys of "who must not see this"; `code` never
    changes. `officer`: it is about somebody who works at a unit.
    """

    category: Category
    danger: bool
    place: Place | None = field(repr=False)
    story: str = field(repr=False)
    code: str = field(repr=False)
    pictures: tuple[Picture, ...] = ()
    hidden: frozenset[str] = frozenset()
    picked: str | None = None
    police: bool = False
    practice: bool = False
    officer: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """What opens one tip's thread, derived from its receipt code; opaque outside storage."""

    locator: bytes = field(repr=False)
    public: bytes = field(repr=False)
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Resting:
    """Nothing is going on."""


@dataclass(frozen=True, slots=True)
class ReadingNotice:
    """The long notice, asked for with [Read more]."""

    early: Early


@dataclass(frozen=True, slots=True)
class ChoosingCategory:
    """The notice in three lines and the categories; `more` shows the second page."""

    early: Early
    more: bool = False


@dataclass(frozen=True, slots=True)
class AskingDanger:
    """Is somebody in danger now?"""

    early: Early
    category: Category


@dataclass(frozen=True, slots=True)
class AskingPlace:
    """Where did it happen? Free words; `tried` were not found."""

    early: Early
    category: Category
    danger: bool
    tried: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PickingPlace:
    """Several places may be meant."""

    early: Early
    category: Category
    danger: bool
    candidates: tuple[Place, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AtDoorway:
    """The private page is offered before the story, in a chat that remembers everything."""

    early: Early
    category: Category
    danger: bool
    place: Place | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class TellingStory:
    """What happened? Free words."""

    early: Early
    category: Category
    danger: bool
    place: Place | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reviewing:
    """The summary, the reader, the receipt code, [Send]."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class AddingPictures:
    """Pictures may be sent now."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class HidingFrom:
    """Who must not see this?"""

    draft: Draft


@dataclass(frozen=True, slots=True)
class PickingInsider:
    """A grassroots union is picked by name, after the warning."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class AskingPolice:
    """May it go to the police?"""

    draft: Draft


@dataclass(frozen=True, slots=True)
class CheckingCode:
    """The last four symbols are asked back."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Changing:
    """What shall be changed?"""

    draft: Draft


@dataclass(frozen=True, slots=True)
class ChangingCategory:
    """Another category; the rest of the draft stays."""

    draft: Draft
    more: bool = False


@dataclass(frozen=True, slots=True)
class ChangingPlace:
    """Another place; `candidates` once something was typed that may mean several."""

    draft: Draft
    candidates: tuple[Place, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ChangingStory:
    """The story is written anew."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Received:
    """The tip was filed; code, bell number and date stand on one block."""

    code: str = field(repr=False)
    bell: str = field(repr=False)
    answer_on: str
    unit: str
    practice: bool = False


@dataclass(frozen=True, slots=True)
class TypingCode:
    """A receipt code is expected."""


@dataclass(frozen=True, slots=True)
class ReadingThread:
    """The thread of one tip is open."""

    key: Key


@dataclass(frozen=True, slots=True)
class AddingWords:
    """Words to add to an open thread."""

    key: Key


@dataclass(frozen=True, slots=True)
class AddingPicture:
    """A picture to add to an open thread."""

    key: Key


@dataclass(frozen=True, slots=True)
class ConfirmingAddition:
    """Words typed while a thread was open: are they an addition?"""

    key: Key
    words: str = field(repr=False)


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
class AskingAbove:
    """Shall the unit above look at a tip that was closed as out of scope?"""

    key: Key


@dataclass(frozen=True, slots=True)
class ReadingSubscription:
    """What this chat receives, with everything that can be changed."""


@dataclass(frozen=True, slots=True)
class ChoosingTopics:
    """Which topics? A press marks one, or takes its mark away; `is_new` until it was stored."""

    wish: Subscription = field(repr=False)
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class ChoosingPlaces:
    """News of which places? Free words; `candidates` once something may mean several."""

    wish: Subscription = field(repr=False)
    is_new: bool = False
    candidates: tuple[Place, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ChoosingOften:
    """How many bulletins a week?"""


@dataclass(frozen=True, slots=True)
class ChoosingPart:
    """At which time of the day?"""


@dataclass(frozen=True, slots=True)
class ReadingHandbook:
    """The handbook's list, or one article; `back` is where the worker was."""

    back: "State" = field(default_factory=Resting)
    article: str = ""


@dataclass(frozen=True, slots=True)
class Aside:
    """A short page looked at in the middle of something; [Back] returns to it."""

    back: "State"
    page: str


@dataclass(frozen=True, slots=True)
class ConfirmingCancel:
    """Shall the draft be dropped?"""

    back: "State"


@dataclass(frozen=True, slots=True)
class ConfirmingWord:
    """`dung`, `huy`, `0` or a code alone where free words were expected: what was meant?"""

    back: "State"
    words: str = field(repr=False)


State = (
    Resting
    | ReadingNotice
    | ChoosingCategory
    | AskingDanger
    | AskingPlace
    | PickingPlace
    | AtDoorway
    | TellingStory
    | Reviewing
    | AddingPictures
    | HidingFrom
    | PickingInsider
    | AskingPolice
    | CheckingCode
    | Changing
    | ChangingCategory
    | ChangingPlace
    | ChangingStory
    | Received
    | TypingCode
    | ReadingThread
    | AddingWords
    | AddingPicture
    | ConfirmingAddition
    | ConfirmingClose
    | ConfirmingDelete
    | HidingLater
    | PoliceLater
    | AskingAbove
    | ReadingSubscription
    | ChoosingTopics
    | ChoosingPlaces
    | ChoosingOften
    | ChoosingPart
    | ReadingHandbook
    | Aside
    | ConfirmingCancel
    | ConfirmingWord
)


@dataclass(frozen=True, slots=True)
class Talk:
    """A worker's talk: the state, the language, and how many turns it has had (an old form is known
    by that number).
    """

    state: State = Resting()
    language: Language = Language.VI
    turn: int = 0
