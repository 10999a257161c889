"""Free words at the desk: how they are read, and where a tip holds them."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import assert_never

from handlers.folding import fold
from handlers.tips import Kind

MOST_LETTERS = 200
MOST_WORDS = 12


class Where(StrEnum):
    """Where in a tip words were found; more is not told before the tip is opened."""

    NICKNAME = "nickname"
    PLACE = "place"
    STORY = "story"
    ADDITION = "addition"
    QUESTION = "question"
    ANSWER = "answer"
    CLOSING = "closing"
    NOTE = "note"
    THREAD = "thread"


Pages = Sequence[tuple[Where, bytes | bytearray]]
"""The folded words of a tip, as `page_of` makes them."""


def where_of(kind: Kind) -> Where | None:
    """Where the words of such a part are searched; None: never. Who a worker is, nobody finds."""
    match kind:
        case Kind.IDENTITY | Kind.IDENTITY_READ | Kind.IDENTITY_BACK:
            return None
        case Kind.PHOTO | Kind.DOCUMENT | Kind.VIDEO:
            return None
        case Kind.TOLD | Kind.POLICE_ASKED:
            # The same words in every thread.
            return None
        case Kind.STORY:
            return Where.STORY
        case Kind.ADDITION:
            return Where.ADDITION
        case Kind.QUESTION:
            return Where.QUESTION
        case Kind.ANSWER:
            return Where.ANSWER
        case Kind.CLOSING:
            return Where.CLOSING
        case Kind.NOTE:
            return Where.NOTE
        case _:
            assert_never(kind)


def needles(typed: str) -> tuple[bytes, ...]:
    """What is looked for: the beginnings of words, without marks. Empty where nothing was typed
    that has letters or digits, or more than anybody searches for.
    """
    words = dict.fromkeys(fold(typed).split()) if len(typed) <= MOST_LETTERS else {}
    return tuple(f" {word}".encode() for word in words) if len(words) <= MOST_WORDS else ()


def page_of(texts: Iterable[str]) -> bytes:
    """Words made ready for a search: every word has a space before it."""
    return "".join(f" {folded}" for text in texts if (folded := fold(text))).encode()


def found_in(pages: Pages, looked_for: Sequence[bytes]) -> frozenset[Where]:
    """Where a tip holds the words; nowhere unless it holds them all, in one place or in several."""
    places: set[Where] = set()
    for needle in looked_for:
        holding = [where for where, text in pages if needle in text]
        if not holding:
            return frozenset()
        places.update(holding)
    return frozenset(places)
