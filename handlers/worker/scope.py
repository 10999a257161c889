"""Scope: what is only about opinions, beliefs, meetings, petitions, organising or strikes is turned
away with an answer about rights; read inside its sender's own turn, and kept nowhere.
"""

import re
from enum import Enum, auto

from handlers.folding import fold
from handlers.worker import scope_words


class Verdict(Enum):
    """What words are about; never stored, counted or logged."""

    CLEAR = auto()
    MIXED = auto()
    ONLY = auto()


def read(words: str, *, after_story: bool = False) -> Verdict:
    """CLEAR: nothing protected is spoken of. ONLY: nothing else is. MIXED: a story that also does.
    `after_story`: a story was told before these words, which may be a part of it.
    """
    if not re.search(scope_words.STRONG, fold(words)):
        return Verdict.CLEAR
    told = re.search(scope_words.SUBSTANCE, fold(words))
    return Verdict.MIXED if told else Verdict.ONLY


def is_silent(words: str) -> bool:
    """Whether a tip with these words may go to the police, as far as this rule is asked."""
    return read(words) is Verdict.CLEAR


def without(words: str) -> str:
    """The words without what is protected; silent afterwards, perhaps empty."""
    sentences = re.findall(r"[^.!?\n]+[.!?\n]*\s*", words)
    return "".join(each for each in sentences if is_silent(each)).strip()
