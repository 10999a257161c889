"""Pictures (PNG) for a chat: words, bars and rows, drawn with letters that we bring along."""

import io
import unicodedata
from importlib import resources

from PIL import Image, ImageDraw, ImageFont

WIDTH = 900
INK, FAINT, BAR = "#1b1f24", "#57606a", "#1f6f54"
_MARGIN, _ROW, _NUMBER = 40, 44, 130
_LINE, _PAPER = "#d0d7de", "#ffffff"


def font_file(*, bold: bool = False) -> bytes:
    """The file of our font (TrueType), which has all letters of Vietnamese."""
    name = "Roboto-Bold.ttf" if bold else "Roboto-Regular.ttf"
    return resources.files("broadcasts.fonts").joinpath(name).read_bytes()


class Drawing:
    """A picture that grows downwards."""

    def __init__(self, label: int = 270) -> None:
        """An empty one, in which the labels of bars are at most so wide."""
        self._label = label
        self._image = Image.new("RGB", (WIDTH, 2000), _PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self._y = _MARGIN

    def gap(self, height: int) -> None:
        """Leave some room."""
        self._y += height

    def words(
        self, text: str, size: int, *, bold: bool = False, ink: str = INK, lines: int = 1
    ) -> None:
        """A text in at most so many lines; what is left is cut with a mark."""
        font = _font(size, bold=bold)
        for line in _wrapped(drawable(text), font, WIDTH - 2 * _MARGIN, lines):
            self._draw.text((_MARGIN, self._y), line, font=font, fill=ink)
            self._y += round(size * 1.35)

    def bar(self, label: str, number: int, most: int, look: str = BAR, shown: str = "") -> None:
        """A number as a bar, of which `most` fills the row; `shown` stands in its place."""
        font, bold = _font(24), _font(24, bold=True)
        [label] = _wrapped(drawable(label), font, self._label - 10, 1)
        self._draw.text((_MARGIN, self._y + 6), label, font=font, fill=INK)
        left, right = _MARGIN + self._label, WIDTH - _MARGIN - _NUMBER
        self._draw.rectangle((left, self._y + 8, right, self._y + 34), fill="#f0f2f4")
        if number:
            end = left + max(3, round((right - left) * number / most))
            self._draw.rectangle((left, self._y + 8, end, self._y + 34), fill=look)
        self._right(shown or f"{number:,}".replace(",", " "), bold, 6)
        self._y += _ROW

    def pair(self, label: str, value: str) -> None:
        """A label and its value, above them a line."""
        font = _font(24)
        self._draw.line((_MARGIN, self._y, WIDTH - _MARGIN, self._y), fill=_LINE)
        self._draw.text((_MARGIN, self._y + 8), drawable(label), font=font, fill=INK)
        self._right(value, font, 8)
        self._y += _ROW

    def file(self) -> bytes:
        """The picture (PNG)."""
        made = io.BytesIO()
        self._image.crop((0, 0, WIDTH, min(2000, self._y + _MARGIN))).save(made, "PNG")
        return made.getvalue()

    def _right(self, text: str, font: ImageFont.FreeTypeFont, down: int) -> None:
        x = WIDTH - _MARGIN - font.getlength(text)
        self._draw.text((x, self._y + down), text, font=font, fill=INK)


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int, most: int) -> list[str]:
    """The text in lines of at most `width`; what is left after the last one is cut with a mark."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    shown = lines[:most]
    cut = len(lines) > most
    while shown[-1] and font.getlength(shown[-1] + "…" * cut) > width:
        shown[-1], cut = shown[-1][:-1], True
    return [*shown[:-1], shown[-1] + "…" * cut]


def drawable(text: str) -> str:
    """The text without what the font has no letters for (an emoji would be an empty box)."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(each for each in composed if each.isspace() or ord(each) < 0x2200)


def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(font_file(bold=bold)), size)
