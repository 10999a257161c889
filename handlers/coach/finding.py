"""What the coach finds in a text, and how its patterns are written."""

import re
from dataclasses import dataclass
from enum import StrEnum

from handlers.folding import fold, plain

Span = tuple[int, int]

SELF = "(?:tôi|mình|em|e|tui|tớ|cháu|con|t|toi|mk)"
"""How somebody calls themselves."""

_NOT_OF_A_NUMBER = re.compile(r"[\W_]+")
_ZERO_AND_ONE = str.maketrans("ol", "01")
_MARKED = re.compile(r"[^\W\d_]+")


class Kind(StrEnum):
    """What may tell who somebody is."""

    PHONE = "phone"
    EMAIL = "email"
    ID = "id"
    PLATE = "plate"
    INSURANCE = "insurance"
    BANK = "bank"
    STAFF = "staff"
    ACCOUNT = "account"
    MOMENT = "moment"
    SELF = "self"
    ADDRESS = "address"


ABOUT_ONESELF = frozenset({Kind.MOMENT, Kind.SELF, Kind.ADDRESS})
"""These begin with "I": nobody says them of an offender."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found, wherever it stands in the words: places in the words as they are,
    from left to right.
    """

    kind: Kind
    spans: tuple[Span, ...]

    def told(self, words: str) -> str:
        """The part of `words` that was found first, as it was written."""
        start, end = self.spans[0]
        return words[start:end]

    def key(self, words: str) -> str:
        """The same for the same thing, however it is written: to ask about it once."""
        told = self.told(words)
        if self.kind in ABOUT_ONESELF or self.kind in (Kind.EMAIL, Kind.ACCOUNT):
            return fold(told)
        bare = _NOT_OF_A_NUMBER.sub("", plain(told).text)
        if self.kind is Kind.PHONE:
            bare = bare.translate(_ZERO_AND_ONE).removeprefix("84").removeprefix("0")
        return bare


def spoken(pattern: str, *, whole: bool = True) -> re.Pattern[str]:
    """A pattern for plain words. Each Vietnamese word stands in it with its marks, and is found
    with all of them or with none: "tôi" finds "toi", and never "tội". `whole` finds whole words.
    """
    made = _MARKED.sub(_with_or_without, pattern)
    return re.compile(rf"(?<!\w)(?:{made})(?!\w)" if whole else made)


def _with_or_without(found: re.Match[str]) -> str:
    word = found.group()
    return word if word.isascii() else f"(?:{word}|{fold(word)})"
