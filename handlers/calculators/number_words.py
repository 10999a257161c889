"""Small numbers in words, as digits: `năm triệu` is `5 trieu`, `hai mươi lăm` is `25`."""

import re
import unicodedata

from handlers.folding import clean

_MARKS = re.compile("[\u0300-\u036f]+")
# "tư" and "không" are not among them: without marks they are other words as well ("từ", "no").
_DIGITS = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
}  # fmt: skip
_FIVE = "nam"
"""A year, too: that it is behind a number."""
_AFTER_TEN = {name: each for name, each in _DIGITS.items() if name != _FIVE} | {"tu": 4, "lam": 5}
_TEN = "muoi"
_HUNDRED = "tram"
_WITHOUT_TENS = ("linh", "le")
_HALF = "ruoi"
_ONE_TO_NINE = tuple("123456789")
_SCALES = ("trieu", "tr", "nghin", "ngan", "ty", "ti", "cu")
_ABOUT = re.compile(r"^(?:(?:khoang|chung|gan|hon|co|la|about|around)\s+|tam\s+(?=\d))+")
_POLITE = re.compile(r"\s+(?:thoi|a|nha|nhe|ban oi)$")


def in_digits(typed: str) -> str:
    """`typed` in small letters without diacritics, plain digits, its number words as digits; marks
    between digits stay.
    """
    text = unicodedata.normalize("NFKC", clean(typed))
    text = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    text = text.replace("đ", "d").replace("'", "").replace("_", " ")
    # A mark before a digit is a part of the number (".5" is not 5).
    text = re.sub(r"^[ .,!?;:]+(?!\d)", "", " ".join(text.split())).rstrip(" .,!?;:")
    text = _POLITE.sub("", _ABOUT.sub("", text))
    return " ".join(_replaced(text.split()))


def _replaced(words: list[str]) -> list[str]:
    out: list[str] = []
    at = 0
    while at < len(words):
        number, used = _number(words, at)
        before = out[-1] if out else ""
        if used == 1 and words[at] == _FIVE and before[-1:].isdigit():
            used = 0
        if words[at] == "tu" and before in _SCALES:
            number, used = _AFTER_TEN["tu"], 1
        out.append(str(number) if used else words[at])
        at += max(used, 1)
    return out


def _number(words: list[str], at: int) -> tuple[int, int]:
    """The number that begins at a word, and how many words it is; 0 words where none does."""
    word, after, last = (*words[at : at + 3], "", "")[:3]
    if word == _TEN:
        return (10 + _AFTER_TEN[after], 2) if after in _AFTER_TEN else (10, 1)
    if after == _HUNDRED and (word in _DIGITS or word in _ONE_TO_NINE):
        rest, used = _after_a_hundred(words, at + 2)
        return (_DIGITS.get(word) or int(word)) * 100 + rest, 2 + used
    if word not in _DIGITS:
        return 0, 0
    if after == _TEN:
        tens = _DIGITS[word] * 10
        return (tens + _AFTER_TEN[last], 3) if last in _AFTER_TEN else (tens, 2)
    return _DIGITS[word], 1


def _after_a_hundred(words: list[str], at: int) -> tuple[int, int]:
    """As `_number`: `linh ba` is 3, `ba mươi` 30, a digit alone tens (`hai trăm ba` is 230)."""
    word, after = (*words[at : at + 2], "", "")[:2]
    if word in _WITHOUT_TENS and (after in _AFTER_TEN or after == _FIVE):
        return _AFTER_TEN.get(after, _DIGITS[_FIVE]), 2
    if word == _HALF:
        return 50, 1
    if word == _TEN or (word in _DIGITS and after == _TEN):
        return _number(words, at)
    return (_AFTER_TEN[word] * 10, 1) if word in _AFTER_TEN else (0, 0)
