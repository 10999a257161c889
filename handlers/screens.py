"""What a person is shown: sayings by key, choices by name. Channels decide only how it looks."""

from dataclasses import dataclass, field
from enum import StrEnum

MOST_CHOICES = 9


class Tone(StrEnum):
    """What a saying is in the talk; a page may colour it, a chat ignores it."""

    PLAIN = "plain"
    NOTE = "note"
    DANGER = "danger"
    OWN = "own"
    OFFICER = "officer"
    KEEP = "keep"
    LIST = "list"
    PAGE = "page"
    FILE = "file"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Say:
    """A text by its key, with fields. A field may be another `Say`: it is rendered first. `file` is
    the number of the file that it tells of. `bar`, where a page may draw one beside the words: how
    full it is, then the marks on it, each from 0 to 100.
    """

    key: str
    fields: tuple[tuple[str, "str | int | Say"], ...] = field(default=(), repr=False)
    tone: Tone = Tone.PLAIN
    file: int = 0
    bar: tuple[int, ...] = ()


def say(key: str, tone: Tone = Tone.PLAIN, **fields: "str | int | Say") -> Say:
    """A `Say` with its fields by name."""
    return Say(key, tuple(fields.items()), tone)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to press. `name` is stable and short (≤ 40 bytes); `label` is what stands on it.
    `word`: it consents or destroys, so where nothing can be pressed it has no number, and this is
    typed.
    """

    name: str
    label: Say
    word: Say | None = None


class Accepts(StrEnum):
    """What a screen waits for besides its choices."""

    NOTHING = "nothing"
    WORDS = "words"
    PLACE = "place"
    CODE = "code"
    PICTURE = "picture"
    SEARCH = "search"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Screen:
    """One answer of ours: sayings from top to bottom, then at most nine choices, then the ways out.

    `ways` are the small choices that every screen has (back, stop); they do not count as choices,
    and have no number but 0 (back). `step` is (number, of how many) on the short road.
    """

    says: tuple[Say, ...]
    choices: tuple[Choice, ...] = ()
    ways: tuple[Choice, ...] = ()
    accepts: Accepts = Accepts.NOTHING
    step: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A rendered saying. `file` is the number of the unit's file that it tells of, in the thread;
    0 for every other line. `bar` as in `Say`.
    """

    text: str = field(repr=False)
    tone: Tone = Tone.PLAIN
    file: int = 0
    bar: tuple[int, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Button:
    """A rendered choice."""

    name: str
    label: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A screen in one language, ready for any channel."""

    lines: tuple[Line, ...]
    choices: tuple[Button, ...] = ()
    ways: tuple[Button, ...] = ()
    accepts: Accepts = Accepts.NOTHING
    step: tuple[int, int] | None = None

    @property
    def text(self) -> str:
        """All lines as one text, for chats and tests."""
        return "\n\n".join(line.text for line in self.lines)
