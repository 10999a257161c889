"""The one place where texts are cleaned and compared without diacritics."""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0"
    "\U000e0000-\U000e0fff]"
)
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_ENDS_A_LINE = "\n\r\u2028\u2029"
# A letter and its marks; no language has more, and to sort thousands of them takes seconds.
_MOST_MARKED = 4
# Marks are among what is neither letter nor gap. Unicode's own text for streams has as many.
_NO_WORDS = re.compile(r"[^\w\s]{31,}")
_MOST_IN_A_ROW = 30
# Every row of what is no word, but for a single space, which is what becomes of it.
_NOT_WORD = re.compile(r"(?: *[^\w ]| {2})[^\w]*")
_LATIN_MARKS = re.compile("[\u0300-\u036f]+")
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


def composed(text: str) -> str:
    """`text` as it is, each letter one with its marks (NFC): phones and files differ in that. More
    than 30 marks on one letter are cut off: sorting them takes the square of their number.
    """
    return unicodedata.normalize("NFC", _NO_WORDS.sub(_with_few_marks, text))


def clean(text: str) -> str:
    """`text` in NFC without control, zero-width and bidirectional characters; runs of spaces and of
    blank lines are shortened. Line feeds stay. A text of nothing but such characters becomes empty.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _INVISIBLE.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n"))
    text = composed(text)
    text = "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip()


def one_line(text: str) -> str:
    """`clean`, in one line: for names and the like, which stand within lines of ours."""
    return " ".join(clean(text).split())


def _with_few_marks(found: re.Match[str]) -> str:
    kept: list[str] = []
    in_a_row = 0
    for sign in found.group():
        in_a_row = in_a_row + 1 if unicodedata.combining(sign) else 0
        if in_a_row <= _MOST_IN_A_ROW:
            kept.append(sign)
    return "".join(kept)


def fold(text: str) -> str:
    """`text` for comparison only: no diacritics, đ as d, lower case, all that is not a letter or a
    digit as one space (`"Phường Đông Hòa."` → `"phuong dong hoa"`). Full-width digits become plain.
    """
    text = _LATIN_MARKS.sub("", unicodedata.normalize("NFKD", text))
    text = text.replace("đ", "d").replace("Đ", "D")
    if not text.isascii():
        # Marks of other scripts: to ask Unicode for every letter is slow, and seldom needed.
        text = "".join(letter for letter in text if unicodedata.category(letter) != "Mn")
    text = text.casefold()
    return _NOT_WORD.sub(" ", text).replace("_", " ").strip()


def plain(text: str) -> Plain:
    """`text` in small letters with their marks, composed, without anything invisible; digits of any
    script and shape as 0 to 9, letters that only look Latin as the Latin ones, every gap as one
    space or one line feed.
    """
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for at, sign in enumerate(text):
        sort = _sort(sign)
        if sort is _Sort.NOTHING:
            continue
        is_gap = sort is _Sort.GAP or sort is _Sort.LINE
        if is_gap and letters and letters[-1].isspace():
            letters[-1] = "\n" if sort is _Sort.LINE else letters[-1]
        elif sort is _Sort.MARK and letters:
            letters[-1] += sign
        else:
            letters.append("\n" if sort is _Sort.LINE else " " if is_gap else sign)
            starts.append(at)
            ends.append(at)
        ends[-1] = at + 1
    found = [
        (made, start, end)
        for each, start, end in zip(letters, starts, ends, strict=True)
        for made in _plain_letter(each[:_MOST_MARKED])
    ]
    return Plain(
        "".join(made for made, _, _ in found),
        tuple(start for _, start, _ in found),
        tuple(end for _, _, end in found),
    )


class _Sort(Enum):
    """What a sign is to a reader."""

    NOTHING = 0
    GAP = 1
    LINE = 2
    MARK = 3
    LETTER = 4


# Of signs, and below of letters: nobody's words are kept in these.
@lru_cache(maxsize=2048)
def _sort(sign: str) -> _Sort:
    if sign in _ENDS_A_LINE:
        return _Sort.LINE
    if sign == "\t":
        return _Sort.GAP
    if _INVISIBLE.match(sign):
        return _Sort.NOTHING
    if sign.isspace():
        return _Sort.GAP
    return _Sort.MARK if unicodedata.category(sign) in ("Mn", "Me") else _Sort.LETTER


@lru_cache(maxsize=2048)
def _plain_letter(letter: str) -> str:
    """The plain letters of one letter with its marks, perhaps none."""
    digit = unicodedata.digit(letter[0], None)
    if digit is not None:
        return str(digit)
    made = unicodedata.normalize("NFKC", letter).lower().translate(_ALIKE)
    return "".join(sign for sign in made if unicodedata.category(sign) != "Me")


def has_letters(text: str) -> bool:
    """Whether `text` says something in letters or digits (an emoji alone does not)."""
    return any(unicodedata.category(letter)[0] in "LN" for letter in text)
