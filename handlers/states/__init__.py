"""Where a worker can be in the talk: one class per place, holding what was gathered so far."""

from dataclasses import dataclass, field

from handlers.calculators import Calculator
from handlers.languages import Language
from handlers.states.gathered import (
    Detail,
    Draft,
    Early,
    Key,
)
from handlers.states.road import (
    AddingPictures,
    AskingDanger,
    AskingPlace,
    AskingPolice,
    AskingWhose,
    AtDoorway,
    Changing,
    ChangingCategory,
    ChangingDetails,
    ChangingPlace,
    ChangingStory,
    CheckingCode,
    ChoosingCategory,
    ChoosingDetail,
    HidingFrom,
    KeepingSound,
    KnownToFew,
    LeavingOut,
    NarrowingPlace,
    PickingInsider,
    PickingPlace,
    ReadingNotice,
    Received,
    Resting,
    Reviewing,
    TellingDetail,
    TellingStory,
)
from handlers.states.subscription import (
    ChoosingOften,
    ChoosingPart,
    ChoosingPlaces,
    ChoosingTopics,
    ReadingSubscription,
)
from handlers.states.thread import (
    AddingPicture,
    AddingVideo,
    AddingWords,
    AskingAbove,
    AskingWhoseLater,
    ConfirmingAddition,
    ConfirmingClose,
    ConfirmingDelete,
    ConfirmingTold,
    ConfirmingWho,
    HidingLater,
    LeavingOutLater,
    PoliceLater,
    ReadingThread,
    SendingUp,
    TakingBackWho,
    TellingWho,
    TypingCode,
)

__all__ = [
    "AddingPicture",
    "AddingPictures",
    "AddingVideo",
    "AddingWords",
    "Aside",
    "AskingAbove",
    "AskingDanger",
    "AskingPlace",
    "AskingPolice",
    "AskingWeek",
    "AskingWhose",
    "AskingWhoseLater",
    "AtDoorway",
    "Calculating",
    "Calculator",
    "Changing",
    "ChangingCategory",
    "ChangingDetails",
    "ChangingPlace",
    "ChangingStory",
    "CheckingCode",
    "ChoosingCalculator",
    "ChoosingCategory",
    "ChoosingDetail",
    "ChoosingOften",
    "ChoosingPart",
    "ChoosingPlaces",
    "ChoosingQuiz",
    "ChoosingTopics",
    "ConfirmingAddition",
    "ConfirmingCancel",
    "ConfirmingClose",
    "ConfirmingDelete",
    "ConfirmingTold",
    "ConfirmingWho",
    "ConfirmingWord",
    "Detail",
    "Draft",
    "Early",
    "HidingFrom",
    "HidingLater",
    "KeepingSound",
    "Key",
    "KnownToFew",
    "LeavingOut",
    "LeavingOutLater",
    "NarrowingPlace",
    "PickingInsider",
    "PickingPlace",
    "PlayingQuiz",
    "PoliceLater",
    "ReadingHandbook",
    "ReadingNotice",
    "ReadingSubscription",
    "ReadingThread",
    "ReadingWeek",
    "Received",
    "Resting",
    "Reviewing",
    "SendingUp",
    "State",
    "TakingBackWho",
    "Talk",
    "TellingDetail",
    "TellingStory",
    "TellingWho",
    "TypingCode",
]


@dataclass(frozen=True, slots=True)
class ReadingHandbook:
    """The handbook's list, one shelf, article or search; `back` is where the worker was, `page` how
    far a long list was turned.
    """

    back: "State" = field(default_factory=Resting)
    article: str = field(default="", repr=False)
    page: int = 0


@dataclass(frozen=True, slots=True)
class ChoosingCalculator:
    """What shall be worked out? `back` is where the worker was."""

    back: "State"


@dataclass(frozen=True, slots=True)
class Calculating:
    """A question of a calculator, or its result; `answers` are those given so far, `perhaps` what
    the last words may mean, to be chosen from.
    """

    back: "State"
    calculator: Calculator
    answers: tuple[str, ...] = field(default=(), repr=False)
    perhaps: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ChoosingQuiz:
    """The list of quizzes; `played` are those that were finished since it was opened."""

    back: "State"
    played: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlayingQuiz:
    """In a quiz: the ids of its questions in the order of this round, by `dice` also their answers,
    and whether each answer so far was right. When all are given, its end.
    """

    back: "State"
    quiz: str
    order: tuple[str, ...]
    dice: int = field(repr=False)
    given: tuple[bool, ...] = field(default=(), repr=False)
    played: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReadingWeek:
    """The messages of the first week at work: all titles, or the one of the id `part`."""

    back: "State"
    part: str = ""


@dataclass(frozen=True, slots=True)
class AskingWeek:
    """Shall they come one a day, from today on?"""

    back: "State"


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
    | NarrowingPlace
    | AtDoorway
    | TellingStory
    | ChoosingDetail
    | TellingDetail
    | KnownToFew
    | Reviewing
    | AddingPictures
    | KeepingSound
    | HidingFrom
    | PickingInsider
    | AskingPolice
    | CheckingCode
    | Changing
    | ChangingCategory
    | ChangingPlace
    | ChangingStory
    | ChangingDetails
    | LeavingOut
    | AskingWhose
    | Received
    | TypingCode
    | ReadingThread
    | AddingWords
    | AddingPicture
    | AddingVideo
    | TellingWho
    | ConfirmingWho
    | TakingBackWho
    | ConfirmingAddition
    | LeavingOutLater
    | AskingWhoseLater
    | ConfirmingClose
    | ConfirmingDelete
    | ConfirmingTold
    | HidingLater
    | PoliceLater
    | AskingAbove
    | SendingUp
    | ReadingSubscription
    | ChoosingTopics
    | ChoosingPlaces
    | ChoosingOften
    | ChoosingPart
    | ReadingHandbook
    | ChoosingCalculator
    | Calculating
    | ChoosingQuiz
    | PlayingQuiz
    | ReadingWeek
    | AskingWeek
    | Aside
    | ConfirmingCancel
    | ConfirmingWord
)


@dataclass(frozen=True, slots=True)
class Talk:
    """A worker's talk: the state, the language, and how many turns it has had (an old form is known
    by that number).
    """

    state: State = field(default_factory=Resting)
    language: Language = Language.VI
    turn: int = 0
