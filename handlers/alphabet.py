"""The order of the Vietnamese alphabet, by which every list of names is sorted.

Letters come first (a ă â, d đ, e ê, o ô ơ, u ư), then the tones of the words (level, grave, hook,
tilde, acute, dot), then small before capital letters. The order is that of the Unicode collation
for Vietnamese; it needs no library (decision 0040).
"""

import sys
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

Item = TypeVar("Item")

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"
_TONE = {mark: rank for rank, mark in enumerate(_TONES, start=1)}
_MARKS = frozenset("\u0306\u0302\u031b")
_NONE, _SPACE, _DIGIT, _LETTER = -1, 0, 1, 20
_RANK = {letter: _LETTER + at for at, letter in enumerate(_LETTERS)}
_OTHER = _LETTER + len(_LETTERS)
# What comes after the letters must still be a code point.
_LAST = sys.maxunicode - _OTHER - 2


# Of units and places: a key is about as long as three times its name.
@lru_cache(maxsize=65_536)
def key(text: str) -> str:
    """What `sorted` takes: `sorted(names, key=alphabet.key)`."""
    letters: list[int] = []
    tones: list[int] = []
    capitals: list[int] = []
    for sign in unicodedata.normalize("NFC", text):
        letter, tone, capital = _weights(sign)
        if letter == _NONE:
            if tone and tones:
                tones[-1] = tone
        # Several signs between two words are one gap.
        elif letter != _SPACE or (letters and letters[-1] != _SPACE):
            letters.append(letter)
            tones.append(tone)
            capitals.append(capital)
    while letters and letters[-1] == _SPACE:
        letters.pop()
    # A shorter row goes before a longer one that begins like it: nothing is as low as its end.
    return "".join(
        "".join(chr(each + 2) for each in (*row, -1)) for row in (letters, tones, capitals)
    )


def by_name(items: Iterable[Item], name: Callable[[Item], str]) -> list[Item]:
    """The items in the order of their names."""
    return sorted(items, key=lambda item: key(name(item)))


@lru_cache(maxsize=2048)
def _weights(sign: str) -> tuple[int, int, int]:
    """Of one sign: the rank of its letter, its tone, and whether it is a capital."""
    base, tone = _parted(sign)
    if not base:
        return _NONE, tone, 0
    if not base.isalnum():
        return _SPACE, 0, 0
    return _rank(base.casefold()), tone, int(base != base.casefold())


def _rank(letter: str) -> int:
    if letter.isdecimal():
        return _DIGIT + unicodedata.decimal(letter)
    return _RANK.get(letter) or _OTHER + min(ord(letter[0]), _LAST)


def _parted(sign: str) -> tuple[str, int]:
    """A letter without its tone, and which tone that is; empty for a mark alone."""
    tone, kept = 0, []
    for part in unicodedata.normalize("NFD", sign):
        if part in _TONE:
            tone = _TONE[part]
        elif part in _MARKS or not unicodedata.combining(part):
            kept.append(part)
    return unicodedata.normalize("NFC", "".join(kept)), tone
