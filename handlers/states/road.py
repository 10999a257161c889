"""From the first question to the receipt: a draft that is not sent yet."""

from dataclasses import dataclass, field

from handlers.places import Place
from handlers.states.gathered import Draft, Early
from handlers.tips import Category


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
    """Several places may be meant, or one that is not certain. `typed` says more than its name."""

    early: Early
    category: Category
    danger: bool
    candidates: tuple[Place, ...] = field(repr=False)
    typed: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NarrowingPlace:
    """In which commune of `whole`? `candidates` are those that can be pressed."""

    early: Early
    category: Category
    danger: bool
    whole: Place = field(repr=False)
    candidates: tuple[Place, ...] = field(default=(), repr=False)


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
    """Files may be sent now."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class KeepingSound:
    """Shall the videos of the draft keep their sound, after the warning?"""

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
    """Another place; `candidates` once something was typed that may mean several, `whole` once it
    was one of many communes, which are asked about.
    """

    draft: Draft
    candidates: tuple[Place, ...] = field(default=(), repr=False)
    whole: Place | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ChangingStory:
    """The story is written anew."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class LeavingOut:
    """The draft's last `words` also speak of what this channel does not take: leave that out?"""

    draft: Draft
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskingWhose:
    """Something in the story may tell who somebody is: the worker, or the offender?"""

    draft: Draft


@dataclass(frozen=True, slots=True)
class ChoosingDetail:
    """A question of the category's form, with answers to press."""

    draft: Draft
    question: str


@dataclass(frozen=True, slots=True)
class TellingDetail:
    """A question of the category's form that is answered in free words."""

    draft: Draft
    question: str


@dataclass(frozen=True, slots=True)
class KnownToFew:
    """Hardly anybody else knows: shall details stay out, before the tip gives the worker away?"""

    draft: Draft
    question: str


@dataclass(frozen=True, slots=True)
class ChangingDetails:
    """Which answer to the form shall be changed?"""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Received:
    """The tip was filed; code, bell number and date stand on one block."""

    code: str = field(repr=False)
    bell: str = field(repr=False)
    answer_on: str
    unit: str
    practice: bool = False
