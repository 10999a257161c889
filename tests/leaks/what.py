"""What a column, a field or a setting may be; and the one thing that none may be."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Everything that is kept is one of these."""

    RANDOM = "drawn by chance"
    KEYED = "a fingerprint that nobody makes without a key"
    SEALED = "opens with a key only"
    OPENS_WITH_CODE = "made from the receipt code, or opens with it"
    DAY = "a day, never an hour"
    PUBLIC = "what everybody may know"
    CLOSED = "one of a closed list"
    COUNT = "how many, how long, how large"
    DEADLINE = "a time that was rounded and lies ahead"
    STAFF = "of somebody who works at a desk"
    SUBSCRIBER = "of a chat that asked for bulletins"
    HOUSE = "the installation's own"
    WORDS = "what was said, or shown"
    SENDER = "of somebody who told us something"


@dataclass(frozen=True, slots=True)
class What:
    """One entry of the register: what a thing is, and in a few words of what."""

    kind: Kind
    of: str


Fields = Mapping[str, What]

EXCEPTIONS: Mapping[str, str] = {"knocks.body": "answer me in this chat"}
"""The only places that may be `SENDER`: `table.column` or `module.function.field`, and which of
`ALLOWED_EXCEPTIONS` it is.
"""

ALLOWED_EXCEPTIONS = frozenset({"answer me in this chat"})
"""A worker may ask for this after [Send]: their address under a key of its own, until the tip is
closed. A second name here is a promise broken.
"""

_TELLING = frozenset(
    """
    account address agent at browser chat contact cookie created device email fingerprint
    forwarded from geo hour identity ip joined language lat locale lon mail member moment
    network origin peer person phone referer referrer received reporter seen sender
    sent session time timestamp updated user username visitor when who worker written
    """.split()
)


def telling_words(name: str) -> set[str]:
    """Those words of a name that could speak of a person or of a moment."""
    return set(re.split(r"[^a-z]+", name.lower())) & _TELLING
