"""Tips that rang in an officer's own chat and wait there: what stands in it, and what is chosen."""

import re
from dataclasses import dataclass, field

from handlers.folding import fold
from handlers.screens import MOST_CHOICES, Choice, Say, Screen, say

MOST_WAITING = MOST_CHOICES - 1
"""One number is kept for the page."""
_CLAIM, _PAGE = "claim", "page"
_LISTING = frozenset({"desk", "ban truc", "truc", "tin moi"})
_NUMBERS = frozenset({"thong ke", "thongke", "so lieu"})
_CODE = re.compile(r"[0-9A-Za-z]{4}-?[0-9A-Za-z]{4}-?[0-9A-Za-z]{4}")
# With blanks three short words look like a code as well, but hardly a code is without a digit.
_SPACED = re.compile(r"(?=.*[0-9])[0-9A-Za-z]{4}(?:[- ]?[0-9A-Za-z]{4}){2}")


@dataclass(frozen=True, slots=True)
class Rang:
    """A tip that rang: its id in hex, and the name on its card."""

    tip: str = field(repr=False)
    name: str


def code_in(typed: str) -> str | None:
    """The code that links a chat, typed after KẾT NỐI; None for any other words.

    Without a stroke before it that may be how a story begins ("kết nối mạng …"), so there what
    follows has to look like a code.
    """
    first, *rest = typed.split() or [""]
    if fold(first) == "ket" and rest and fold(rest[0]) == "noi":
        rest = rest[1:]
    elif fold(first) != "ketnoi":
        return None
    code = " ".join(rest)
    is_one = bool(code) and typed.startswith("/")
    return code if is_one or _CODE.fullmatch(code) or _SPACED.fullmatch(code) else None


def asks_for_list(typed: str) -> bool:
    """Whether an officer wants to see what waits."""
    return fold(typed) in _LISTING


def asks_for_numbers(typed: str) -> bool:
    """Whether an officer wants the numbers of their unit."""
    return fold(typed) in _NUMBERS


def screen(waiting: tuple[Rang, ...], says: tuple[Say, ...]) -> Screen:
    """The tips that can be claimed with a number, the oldest first, and the way to the page; with
    a `says` that tells why it is shown.
    """
    offered = tuple(
        Choice(f"{_CLAIM}{at}", say("desk.chat.claim_named", name=each.name))
        for at, each in enumerate(waiting)
    )
    return Screen(says, (*offered, Choice(_PAGE, say("desk.chat.open_web"))))


def listed(waiting: tuple[Rang, ...]) -> Screen:
    """What waits, asked for."""
    told = say("desk.chat.pings" if waiting else "desk.chat.no_pings")
    return screen(waiting, (told,))


def claimed(choice: str, waiting: tuple[Rang, ...]) -> Rang | None:
    """The tip that a choice claims; None for the way to the page."""
    at = choice.removeprefix(_CLAIM)
    is_one = at.isascii() and at.isdigit() and int(at) < len(waiting)
    return waiting[int(at)] if is_one else None


def with_one_more(waiting: tuple[Rang, ...], rang: Rang) -> tuple[Rang, ...]:
    """The newest at the end; the oldest leave a full list, for they are on the page."""
    others = tuple(each for each in waiting if each.tip != rang.tip)
    return (*others, rang)[-MOST_WAITING:]


def without(waiting: tuple[Rang, ...], rang: Rang) -> tuple[Rang, ...]:
    """The rest."""
    return tuple(each for each in waiting if each.tip != rang.tip)
