"""Words with their marks, so that `hoà` and `hòa` are equal and the marks of a name can be told."""

import re
import unicodedata

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_NOT_WORD = re.compile(r"[\W_]+")


def marked(text: str) -> str:
    """`text` in lower case with all its marks, the tone of each word moved to the word's end;
    words are parted by one space.
    """
    words = _NOT_WORD.sub(" ", unicodedata.normalize("NFC", text).casefold()).split()
    return " ".join(word if word.isascii() else _tone_last(word) for word in words)


def _tone_last(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    tones = "".join(letter for letter in letters if letter in _TONES)
    return "".join(letter for letter in letters if letter not in _TONES) + tones
