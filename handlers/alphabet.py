"""The order of the Vietnamese alphabet, by which every list of names is sorted.

Letters come first (a ă â, d đ, e ê, o ô ơ, u ư), then the tones of the words (level, grave, hook,
tilde, acute, dot), then small before capital letters. The order is that of the Unicode collation
for Vietnamese; it needs no library (decision 0040).
"""

import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

Item = TypeVar("Item")
Key = tuple[tuple[int, ...], tuple[int, ...], tuple[bool, ...]]

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"
_TONE = {mark: rank for rank, mark in enumerate(_TONES, start=1)}
_MARKS = frozenset("\u0306\u0302\u031b")
_SPACE, _DIGIT, _LETTER = 0, 1, 20
_RANK = {letter: _LETTER + at for at, letter in enumerate(_LETTERS)}
_OTHER = _LETTER + len(_LETTERS)


@lru_cache(maxsize=65_536)
def key(text: str) -> Key:
    """What `sorted` takes: `sorted(names, key=alphabet.key)`."""
    letters: list[int] = []
    tones: list[int] = []
    capitals: list[bool] = []
    for sign in unicodedata.normalize("NFC", text):
        base, tone = _parted(sign)
        if not base:
            if tone and tones:
                tones[-1] = tone
            continue
        if base.isspace() or not base.isalnum():
            # Several signs between two words are one gap.
            if letters and letters[-1] != _SPACE:
                letters.append(_SPACE)
                tones.append(0)
                capitals.append(False)
            continue
        letters.append(_rank(base.casefold()))
        tones.append(tone)
        capitals.append(base != base.casefold())
    while letters and letters[-1] == _SPACE:
        letters.pop()
    return tuple(letters), tuple(tones), tuple(capitals)


def by_name(items: Iterable[Item], name: Callable[[Item], str]) -> list[Item]:
    """The items in the order of their names."""
    return sorted(items, key=lambda item: key(name(item)))


def _rank(letter: str) -> int:
    if letter.isdecimal():
        return _DIGIT + unicodedata.decimal(letter)
    return _RANK.get(letter) or _OTHER + ord(letter[0])


def _parted(sign: str) -> tuple[str, int]:
    """A letter without its tone, and which tone that is; empty for a mark alone."""
    tone, kept = 0, []
    for part in unicodedata.normalize("NFD", sign):
        if part in _TONE:
            tone = _TONE[part]
        elif part in _MARKS or not unicodedata.combining(part):
            kept.append(part)
    return unicodedata.normalize("NFC", "".join(kept)), tone
