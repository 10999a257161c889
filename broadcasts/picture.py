"""The report as a picture (PNG) for a chat."""

import io
import unicodedata
from importlib import resources
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw, ImageFont

from broadcasts import reading
from broadcasts.report import Column, Report
from handlers.texts import Texts

WIDTH = 900
_MARGIN, _ROW, _LABEL, _NUMBER = 40, 44, 270, 130
_MOST_PROVINCES, _TITLE_LINES = 8, 3
_INK, _FAINT, _LINE, _BAR, _PAPER = "#1b1f24", "#57606a", "#d0d7de", "#1f6f54", "#ffffff"
_BARS = {Column.PLANNED: "#8c959f", Column.SENT: _BAR, Column.WAITING: "#bf8700"}
_OTHER_BAR = "#a40e26"


def png(report: Report, texts: Texts, zone: ZoneInfo) -> bytes:
    """The file: title, the figures of all as bars, the provinces that most were settled in, and
    what the reader must know about hidden numbers and repeats.
    """
    sheet = _Sheet()
    title, *facts = [value for _, value in reading.facts(report, texts, zone)]
    sheet.words(title, 34, bold=True, lines=_TITLE_LINES)
    unit, due, stage, _, as_of = facts
    sheet.words(f"{unit} · {due}", 24, ink=_FAINT)
    sheet.words(f"{stage} · {texts.get('report.as_of')} {as_of}", 24, ink=_FAINT)
    sheet.gap(16)
    bars = reading.bars(report)
    most = max((number for _, number in bars), default=0)
    for column, number in bars:
        look = _BARS.get(column, _OTHER_BAR)
        sheet.bar(texts.get(f"column.{column}"), number, most, look)
    _provinces(sheet, report, texts)
    sheet.gap(12)
    sheet.words(texts.get("report.repeats_line", count=report.repeats_bound), 22, ink=_FAINT)
    if reading.has_hidden(report):
        sheet.words(texts.get("report.hidden_hint"), 22, ink=_FAINT, lines=2)
    return sheet.file()


def _provinces(sheet: "_Sheet", report: Report, texts: Texts) -> None:
    """A few rows by province, only those whose sum is shown: more is in the spreadsheet."""
    shown = [line for line in report.by_province if line.cells[-1] is not None]
    shown.sort(key=lambda line: -(line.cells[-1] or 0))
    if not shown:
        return
    sheet.gap(20)
    sheet.words(texts.get("report.by_province"), 26, bold=True)
    hidden, sent = texts.get("report.hidden"), texts.get("column.sent").lower()
    for line in shown[:_MOST_PROVINCES]:
        first = hidden if line.cells[0] is None else str(line.cells[0])
        sheet.pair(line.name or texts.get("report.country"), f"{sent} {first} / {line.cells[-1]}")


class _Sheet:
    """A picture that grows downwards."""

    def __init__(self) -> None:
        self._image = Image.new("RGB", (WIDTH, 2000), _PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self._y = _MARGIN

    def gap(self, height: int) -> None:
        self._y += height

    def words(
        self, text: str, size: int, *, bold: bool = False, ink: str = _INK, lines: int = 1
    ) -> None:
        font = _font(size, bold=bold)
        for line in _wrapped(_drawable(text), font, WIDTH - 2 * _MARGIN, lines):
            self._draw.text((_MARGIN, self._y), line, font=font, fill=ink)
            self._y += round(size * 1.35)

    def bar(self, label: str, number: int, most: int, look: str) -> None:
        font, bold = _font(24), _font(24, bold=True)
        self._draw.text((_MARGIN, self._y + 6), label, font=font, fill=_INK)
        left, right = _MARGIN + _LABEL, WIDTH - _MARGIN - _NUMBER
        self._draw.rectangle((left, self._y + 8, right, self._y + 34), fill="#f0f2f4")
        if number:
            end = left + max(3, round((right - left) * number / most))
            self._draw.rectangle((left, self._y + 8, end, self._y + 34), fill=look)
        self._right(f"{number:,}".replace(",", " "), bold, 6)
        self._y += _ROW

    def pair(self, label: str, value: str) -> None:
        font = _font(24)
        self._draw.line((_MARGIN, self._y, WIDTH - _MARGIN, self._y), fill=_LINE)
        self._draw.text((_MARGIN, self._y + 8), _drawable(label), font=font, fill=_INK)
        self._right(value, font, 8)
        self._y += _ROW

    def file(self) -> bytes:
        made = io.BytesIO()
        self._image.crop((0, 0, WIDTH, min(2000, self._y + _MARGIN))).save(made, "PNG")
        return made.getvalue()

    def _right(self, text: str, font: ImageFont.FreeTypeFont, down: int) -> None:
        x = WIDTH - _MARGIN - font.getlength(text)
        self._draw.text((x, self._y + down), text, font=font, fill=_INK)


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


def _drawable(text: str) -> str:
    """The text without what the font has no letters for (an emoji would be an empty box)."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(each for each in composed if each.isspace() or ord(each) < 0x2200)


def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    name = "Roboto-Bold.ttf" if bold else "Roboto-Regular.ttf"
    file = resources.files("broadcasts.fonts").joinpath(name)
    return ImageFont.truetype(io.BytesIO(file.read_bytes()), size)
