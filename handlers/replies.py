"""What an officer's words to a worker may bring with them: a second wording, answers to press, and
that they were changed after they went.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from handlers.languages import Language

LEAST_PICKS, MOST_PICKS = 2, 4
"""So many answers to press stand under a question, where there are any: a chat's screen has room
for no more beside its other choices.
"""
PICK_LETTERS = 40
"""The longest answer to press, in characters: what a narrow phone shows on one button."""


class Change(StrEnum):
    """What became of an officer's words after they went."""

    NONE = ""
    EDITED = "edited"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Pick:
    """A short answer that an officer offers: as they wrote it, and in English where it is known."""

    words: str = field(repr=False)
    english: str = field(default="", repr=False)

    def label(self, language: Language) -> str:
        """What stands on the button."""
        return self.english if language is Language.EN and self.english else self.words


@dataclass(frozen=True, slots=True)
class Extras:
    """What goes with an officer's words: the same in `english`, and answers to press."""

    english: str = field(default="", repr=False)
    picks: tuple[Pick, ...] = field(default=(), repr=False)


NOTHING = Extras()
"""Words alone, as most are."""


def wording(words: str, english: str, language: Language) -> str:
    """The wording that is read in `language`; what was written once is read as it is."""
    return english if language is Language.EN and english else words
