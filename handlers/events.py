"""What a person can do in a chat."""

from dataclasses import dataclass, field
from enum import StrEnum

from handlers.languages import Language
from handlers.tips import Kind


class Command(StrEnum):
    """What always works, typed with a slash or pressed."""

    START = "start"
    REPORT = "report"
    CODE = "code"
    BELL = "bell"
    BULLETINS = "bulletins"
    RIGHTS = "rights"
    PRIVACY = "privacy"
    HANDBOOK = "handbook"
    SUMS = "sums"
    QUIZ = "quiz"
    WEEK = "week"
    TRY = "try"
    LANGUAGE = "language"
    HELP = "help"
    BACK = "back"
    CANCEL = "cancel"
    FORGET = "forget"


class Unusable(StrEnum):
    """Why something that arrived cannot be taken."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    NOT_A_PICTURE = "not_a_picture"
    BROKEN = "broken"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_LONG = "too_long"
    TOO_SLOW = "too_slow"
    PROTECTED = "protected"
    OFFICE = "office"
    ARCHIVE = "archive"
    WEB_PAGE = "web_page"
    TOO_MANY = "too_many"
    STORE_FULL = "store_full"
    ENOUGH = "enough"
    STICKER = "sticker"
    VOICE = "voice"
    OTHER = "other"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Said:
    """Words, as they were typed. `unseen`: before the present choices could be seen, so a number
    among them cannot mean one of these.
    """

    words: str = field(repr=False)
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Chose:
    """A choice, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Commanded:
    """A command; LANGUAGE may carry the language wanted (None: the other one)."""

    command: Command
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A clean file (a picture, a PDF, a video) that waits in the volatile store under `name`;
    `size` in bytes. A video waits without its sound, and where it had one, beside that with it,
    which is `loud` bytes; `with_sound` once the worker wants it so.
    """

    name: str
    size: int
    kind: Kind = Kind.PHOTO
    loud: int = 0
    with_sound: bool = False


@dataclass(frozen=True, slots=True)
class Showed:
    """A file was sent, cleaned and kept; `words` is what was written under it."""

    picture: Picture
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Brought:
    """Something that cannot be taken."""

    why: Unusable
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Withheld:
    """Something was sent, and the app keeps back what: by law of some people everything. `times` is
    how often in a row.
    """

    times: int = 1


class Under(StrEnum):
    """The buttons that stand under every bulletin; WEEK stands under what comes in a first week at
    work, and ends that.
    """

    STOP = "stop"
    CHANGE = "change"
    WHY = "why"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class PressedUnder:
    """A button under a bulletin was pressed. It belongs to no turn of the talk and works for ever,
    whatever is going on. `bulletin` is its id, where the button tells it.
    """

    button: Under
    bulletin: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """The person looks at where they are (a page is opened or refreshed)."""

    stale: bool = False
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Ending:
    """The draft ends in two minutes unless something is done."""


Event = Said | Chose | Commanded | Showed | Brought | Withheld | PressedUnder | Looked | Ending
