"""The letters that pictures and papers are drawn with: ours, so they look the same everywhere."""

import io
import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from PIL import ImageFont, features
from reportlab.pdfbase.ttfonts import TTFont

from broadcasts.derived.origin import Refused
from broadcasts.drawing import font_file
from handlers.screens import Say

# Raqm sets pairs of letters closer; without it the same letters stand a little wider.
LAYOUT = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
_MOST_NAMED = 10
_COUNT = re.compile(r"(?<!\S)(\d[\d.,/–]*(?<![.,])%?) (?=\S)")
# An emoji says nothing that the words do not; anything else may be what matters.
_LEFT_OUT = frozenset({"So", "Sk", "Cf", "Co", "Cs", "Cn", "Cc"})


@dataclass(frozen=True, slots=True)
class Face:
    """Our font in one size, in pixels."""

    font: ImageFont.FreeTypeFont
    size: int

    @property
    def line(self) -> int:
        """The height of a line: two stacked marks above a capital and a dot below both fit."""
        return round(self.size * 1.33 + 0.5)

    @property
    def above(self) -> int:
        """How far below the top of its line the letters stand."""
        return round(self.size * 1.06 + 0.5)

    def width(self, words: str) -> float:
        """How wide they are on one line."""
        return self.font.getlength(words)


@cache
def face(size: int, *, bold: bool = False) -> Face:
    """Read once for each size."""
    file = io.BytesIO(font_file(bold=bold))
    return Face(ImageFont.truetype(file, size, layout_engine=LAYOUT), size)


@cache
def drawn() -> frozenset[str]:
    """Every sign that we can draw."""
    both = [TTFont("", io.BytesIO(font_file(bold=bold))) for bold in (False, True)]
    found = set.intersection(*(set(each.face.charToGlyph) for each in both))
    return frozenset(map(chr, found))


def drawable(words: str) -> str:
    """Composed, without emoji and invisible signs."""
    composed = unicodedata.normalize("NFC", words)
    return "".join(each for each in composed if not _is_left_out(each))


def undrawn(words: str) -> Refused | None:
    """Letters and signs that would be an empty box: leaving them out could turn a sentence round,
    so they are named.
    """
    missing = sorted({each for each in drawable(words) if not each.isspace()} - drawn())
    if not missing:
        return None
    named = " ".join(missing[:_MOST_NAMED]) + ("…" if len(missing) > _MOST_NAMED else ".")
    return Refused(Say("derived.refused.signs", (("signs", named),)))


def together(words: str) -> str:
    """With a space that no line ends at behind each bare number: it belongs to what it counts."""
    return _COUNT.sub("\\1\u00a0", words)


def wrapped(words: str, look: Face, width: int) -> list[str]:
    """The words in lines of at most `width`; a word that is wider alone is parted."""
    lines = [""]
    for word in together(words).split(" "):
        for piece in _parted(word, look, width):
            longer = f"{lines[-1]} {piece}".strip()
            if look.width(longer) <= width or not lines[-1]:
                lines[-1] = longer
            else:
                lines.append(piece)
    return [line.replace("\u00a0", " ") for line in lines]


def balanced(words: str, look: Face, width: int) -> list[str]:
    """The same in no more lines, all about as long: no word stands alone in the last one."""
    lines = wrapped(words, look, width)
    for narrower in range(width - width // 16, width // 2, -(width // 16)):
        tried = wrapped(words, look, narrower)
        if len(tried) > len(lines):
            break
        lines = tried
    return lines


def settled(words: str, look: Face, width: int) -> list[str]:
    """The same as wide as it can be, but for a last line that would be a word or two."""
    lines = wrapped(words, look, width)
    is_short = len(lines) > 1 and look.width(lines[-1]) < width / 4
    return balanced(words, look, width) if is_short else lines


def _parted(word: str, look: Face, width: int) -> list[str]:
    if look.width(word) <= width:
        return [word]
    pieces = [""]
    for each in word:
        if pieces[-1] and look.width(pieces[-1] + each) > width:
            pieces.append("")
        pieces[-1] += each
    return pieces


def _is_left_out(sign: str) -> bool:
    if "\ufe00" <= sign <= "\ufe0f":
        return True
    return sign not in drawn() and unicodedata.category(sign) in _LEFT_OUT
