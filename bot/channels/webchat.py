"""The web page as a channel: a posted form in, what the person did out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from bot.channels import Limits, Outcome, Push, Refused
from handlers.events import Chose, Command, Commanded, Event, Looked, Said
from handlers.languages import Language
from handlers.screens import Rendered

NAME = "web"
LIMITS = Limits(
    buttons=True,
    edit=False,
    delete=False,
    max_text=100_000,
    inbound_media=True,
    outbound_photo=False,
    push=Push.WHILE_OPEN,
)
_LONGEST_NAME = 40


class WebChat:
    """The page asks for its answers by itself: it is told to look again, never sent anything."""

    name = NAME
    limits = LIMITS

    async def send(self, address: str, reply: Rendered) -> Outcome:  # noqa: ARG002 - the contract
        """Always refused: an open page is woken through `bot/live.py`, a closed one cannot be."""
        return Refused("the page asks by itself")


@dataclass(frozen=True, slots=True)
class Post:
    """A form as it came: the turn it was made for, what was pressed, what stood in the box.

    `fingerprint` tells whether two posts are the same one.
    """

    turn: int
    event: Event = field(repr=False)
    words: str = field(repr=False)
    carried: str = field(repr=False)
    fingerprint: bytes = field(repr=False)

    @property
    def is_pressed(self) -> bool:
        """Whether a button with a name was pressed, and not the one beside the box."""
        return isinstance(self.event, Chose | Commanded)

    @property
    def unsent(self) -> str:
        """Words that the event does not carry: typed, but something else was pressed."""
        return self.carried if isinstance(self.event, Said) else self.words or self.carried


def read(fields: Mapping[str, str]) -> Post:
    """What a posted form says. Nonsense reads as "the person looks at the page"."""
    words = fields.get("words", "").replace("\r\n", "\n")
    is_said = "words" in fields and "stay" not in fields
    event = _pressed(fields) or (Said(words) if is_said else Looked())
    carried = "" if isinstance(event, Said) else fields.get("carried", "")
    return Post(_number(fields.get("turn", "")), event, words, carried, _fingerprint(fields))


def wanted_language(fields: Mapping[str, str], name: str = "lang") -> Language | None:
    """The language that a form or an address names."""
    given = fields.get(name, "")
    return next((language for language in Language if language == given), None)


def wanted_command(given: str) -> Command | None:
    """A command by its name."""
    return next((command for command in Command if command == given), None)


def _pressed(fields: Mapping[str, str]) -> Event | None:
    if language := wanted_language(fields, "language"):
        return Commanded(Command.LANGUAGE, language)
    if command := wanted_command(fields.get("command", "")):
        return Commanded(command)
    choice = fields.get("choice", "")
    return Chose(choice) if 0 < len(choice.encode()) <= _LONGEST_NAME else None


def _number(given: str) -> int:
    """The turn, or -1: a number that no turn has."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1


def _fingerprint(fields: Mapping[str, str]) -> bytes:
    told = blake2b(digest_size=16)
    for name, value in sorted(fields.items()):
        for part in (name.encode(), value.encode("utf-8", "replace")):
            told.update(len(part).to_bytes(4, "big") + part)
    return told.digest()
