"""A review on paper (PDF, A4), with the letters that we bring along."""

import io
from collections.abc import Callable
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from bot.numbers.wording import Block, Line, Words, number_of
from broadcasts.drawing import drawable, font_file
from handlers.texts import Texts

_PLAIN, _BOLD = "House", "House-Bold"
_MARGIN = 18 * mm
_WIDTHS = (95 * mm, 40 * mm, 39 * mm)
_FEW_LINES = 16
"""A table of so many lines stands on one page."""


def pdf(words: Words, texts: Texts) -> bytes:
    """The file; nothing touches the disk. The same review gives the same bytes, which do not tell
    when it was fetched.
    """
    _have_fonts()
    made = io.BytesIO()
    frame = SimpleDocTemplate(
        made,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=f"{words.title} - {words.unit}",
        lang=texts.language.value,
        invariant=1,
    )
    story: list[Any] = [_paragraph(words.title, _TITLE)]
    story += [_paragraph(fact, _FACT) for fact in words.facts]
    story.append(Spacer(1, 4 * mm))
    for block in words.blocks:
        story += _table(block, texts)
    story += [_paragraph(note, _NOTE) for note in words.notes]
    foot = _foot(f"{words.unit} · {words.period} · {words.as_of}")
    frame.build(story, onFirstPage=foot, onLaterPages=foot)
    return made.getvalue()


def _table(block: Block, texts: Texts) -> list[Any]:
    head = [texts.get(f"desk.numbers.{name}") for name in ("line", "number", "share")]
    lines = (*block.lines, *([block.whole] if block.whole else []))
    rows = [[_paragraph(each, _HEAD) for each in head]]
    rows += [[_paragraph(each, _CELL) for each in _cells(line, texts)] for line in lines]
    look = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.HexColor("#c8ced6")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    drawn = Table(rows, colWidths=_WIDTHS, repeatRows=1, style=TableStyle(look))
    parts = [_paragraph(block.title, _SECTION), _paragraph(block.told, _NOTE), drawn]
    parts.append(Spacer(1, 4 * mm))
    return [KeepTogether(parts)] if len(rows) <= _FEW_LINES else parts


def _cells(line: Line, texts: Texts) -> tuple[str, str, str]:
    share = f"{line.share} %" if line.share is not None else ""
    return (line.label, number_of(line, texts), share)


def _paragraph(text: str, look: ParagraphStyle) -> Paragraph:
    """What people wrote is text and never markup."""
    return Paragraph(escape(drawable(text)), look)


def _foot(text: str) -> Callable[[Any, Any], None]:
    def drawn(canvas: Any, frame: Any) -> None:
        canvas.saveState()
        canvas.setFont(_PLAIN, 8)
        canvas.setFillColor(colors.HexColor("#57606a"))
        canvas.drawString(_MARGIN, 10 * mm, drawable(text)[:110])
        canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, str(frame.page))
        canvas.restoreState()

    return drawn


@cache
def _have_fonts() -> None:
    """Read once in a process: the library keeps them by name."""
    pdfmetrics.registerFont(TTFont(_PLAIN, io.BytesIO(font_file())))
    pdfmetrics.registerFont(TTFont(_BOLD, io.BytesIO(font_file(bold=True))))


def _look(name: str, size: int, *, bold: bool = False, after: int = 0) -> ParagraphStyle:
    font = _BOLD if bold else _PLAIN
    return ParagraphStyle(name, fontName=font, fontSize=size, leading=size * 1.35, spaceAfter=after)


_TITLE = _look("title", 18, bold=True, after=6)
_FACT = _look("fact", 11, after=2)
_SECTION = _look("section", 13, bold=True, after=2)
_NOTE = _look("note", 9, after=3)
_HEAD = _look("head", 9, bold=True)
_CELL = _look("cell", 10)
