"""What a worker gave so far, carried from state to state, and the key of a tip that was sent."""

from dataclasses import dataclass, field, replace

from handlers.events import Picture
from handlers.places import Place
from handlers.tips import Category


@dataclass(frozen=True, slots=True)
class Early:
    """What a worker gave before they were asked for it; never lost, never asked twice. `where` is a
    place in the worker's own words, which no table knows: it will head the story. `officer`: it is
    about somebody who works at a unit. `stays`: the private page was offered, and not wanted.
    `longer` is how many answers more than most roads have were given on the way to the story.
    """

    words: str = field(default="", repr=False)
    pictures: tuple[Picture, ...] = ()
    practice: bool = False
    where: str = field(default="", repr=False)
    officer: bool = False
    stays: bool = False
    longer: int = 0


@dataclass(frozen=True, slots=True)
class Detail:
    """What a worker answered to a question of the form: the name of the `question`, how the line
    begins in the tip, and what stands there, both as the unit reads them. `choice` is the name of
    what was pressed; empty where the words are the worker's own.
    """

    question: str
    label: str
    said: str = field(repr=False)
    choice: str = ""

    @property
    def is_own(self) -> bool:
        """Whether it was said in the worker's own words."""
        return not self.choice


@dataclass(frozen=True, slots=True)
class Draft:
    """A tip that could be sent as it is. `hidden` are keys of "who must not see this"; `code` never
    changes. `officer`: it is about somebody who works at a unit. `kept`: what the worker was asked
    about and wants to stay in the story. `details` are in the order of the form; its questions were
    asked up to `asked_to`, and are asked on while `asks`.
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
    kept: frozenset[str] = field(default=frozenset(), repr=False)
    details: tuple[Detail, ...] = field(default=(), repr=False)
    asked_to: str = ""
    asks: bool = True

    @property
    def whole(self) -> str:
        """All words that are sent: the story, and below it one line for each answer."""
        lines = "\n".join(f"{each.label}: {each.said}" for each in self.details)
        return "\n\n".join(each for each in (self.story, lines) if each)

    def rewritten(self, piece: str, words: str) -> "Draft":
        """The draft with `words` in the place of `piece`, which is the story or an answer in the
        worker's own words; an answer that is empty then is gone.
        """
        if piece == self.story:
            return replace(self, story=words)
        answers = (
            replace(each, said=words) if each.is_own and each.said == piece else each
            for each in self.details
        )
        return replace(self, details=tuple(each for each in answers if each.said))

    @property
    def pieces(self) -> tuple[str, ...]:
        """The words that are the worker's own: the story, and answers that were not pressed."""
        return (self.story, *(each.said for each in self.details if each.is_own))


@dataclass(frozen=True, slots=True)
class Key:
    """What opens one tip's thread, derived from its receipt code; opaque outside storage. `pepper`
    is the number of the key that went into it.
    """

    locator: bytes = field(repr=False)
    public: bytes = field(repr=False)
    secret: bytes = field(repr=False)
    pepper: int = 1
