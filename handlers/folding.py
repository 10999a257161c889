"""The one place where texts are cleaned and compared without diacritics."""

import re
import unicodedata
from dataclasses import dataclass, field

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0"
    "\U000e0000-\U000e0fff]"
)
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_ENDS_A_LINE = "\n\r\u2028\u2029"
_NOT_WORD = re.compile(r"[^\w]+")
# Letters of other scripts that cannot be told from a Latin one, small letters only.
_ALIKE = str.maketrans(
    "\u0430\u0432\u0435\u0456\u0458\u043a\u043c\u043d\u043e\u0440\u0455\u0442"
    "\u0443\u0445\u04bb\u03bf\u03b1\u03bd\u03c1\u03c4\u03c5\u03b9\u03ba\u0131\u2019",
    "abeijkmhopstyxhoavptuiki'",
)


@dataclass(frozen=True, slots=True)
class Plain:
    """Words made plain to search in, and where each of their letters stands in the words as they
    are: letter `n` of `text` is `starts[n]:ends[n]` there.
    """

    text: str = field(repr=False)
    starts: tuple[int, ...] = field(repr=False)
    ends: tuple[int, ...] = field(repr=False)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]`, which is not empty, stands in the words as they are."""
        return self.starts[start], self.ends[end - 1]


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


def plain(text: str) -> Plain:
    """`text` in small letters with their marks, composed, without anything invisible; digits of any
    script and shape as 0 to 9, letters that only look Latin as the Latin ones, every gap as one
    space or one line feed.
    """
    groups: list[_Group] = []
    for at, sign in enumerate(text):
        if _INVISIBLE.match(sign) and sign not in "\n\r\t":
            continue
        gap = "\n" if sign in _ENDS_A_LINE else " " if sign.isspace() else ""
        last = groups[-1] if groups else _Group("", at, at)
        if gap and last.letters.isspace():
            groups[-1] = _Group(max(gap, last.letters, key="\n".__eq__), last.start, at + 1)
        elif last.letters and unicodedata.category(sign) in ("Mn", "Me"):
            groups[-1] = _Group(last.letters + sign, last.start, at + 1)
        else:
            groups.append(_Group(gap or sign, at, at + 1))
    found = [(letter, each) for each in groups for letter in _letters(each.letters)]
    return Plain(
        "".join(letter for letter, _ in found),
        tuple(each.start for _, each in found),
        tuple(each.end for _, each in found),
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """One letter with its marks, or one gap, and where it stands."""

    letters: str = field(repr=False)
    start: int
    end: int


def _letters(group: str) -> str:
    """The plain letters of one letter with its marks, perhaps none."""
    digit = unicodedata.digit(group[0], None)
    if digit is not None:
        return str(digit)
    made = unicodedata.normalize("NFKC", group).lower().translate(_ALIKE)
    return "".join(sign for sign in made if unicodedata.category(sign) != "Me")


def has_letters(text: str) -> bool:
    """Whether `text` says something in letters or digits (an emoji alone does not)."""
    return any(unicodedata.category(letter)[0] in "LN" for letter in text)
