"""The one place where texts are cleaned and compared without diacritics."""

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0"
    "\U000e0000-\U000e0fff]"
)
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_NOT_WORD = re.compile(r"[^\w]+")


def clean(text: str) -> str:
    """`text` in NFC without control, zero-width and bidirectional characters; runs of spaces and of
    blank lines are shortened. Line feeds stay. A text of nothing but such characters becomes empty.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _INVISIBLE.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n"))
    text = "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip()


def fold(text: str) -> str:
    """`text` for comparison only: no diacritics, đ as d, lower case, all that is not a letter or a
    digit as one space (`"Phường Đông Hòa."` → `"phuong dong hoa"`). Full-width digits become plain.
    """
    text = unicodedata.normalize("NFKD", text)
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Mn")
    text = text.replace("đ", "d").replace("Đ", "D").casefold()
    return _NOT_WORD.sub(" ", text).replace("_", " ").strip()


def has_letters(text: str) -> bool:
    """Whether `text` says something in letters or digits (an emoji alone does not)."""
    return any(unicodedata.category(letter)[0] in "LN" for letter in text)
