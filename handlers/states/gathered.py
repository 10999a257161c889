"""What a worker gave so far, carried from state to state, and the key of a tip that was sent."""

from dataclasses import dataclass, field

from handlers.events import Picture
from handlers.places import Place
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
    changes. `officer`: it is about somebody who works at a unit. `kept`: what the worker was asked
    about and wants to stay in the story.
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


@dataclass(frozen=True, slots=True)
class Key:
    """What opens one tip's thread, derived from its receipt code; opaque outside storage. `pepper`
    is the number of the key that went into it.
    """

    locator: bytes = field(repr=False)
    public: bytes = field(repr=False)
    secret: bytes = field(repr=False)
    pepper: int = 1
