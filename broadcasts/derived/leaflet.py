"""A bulletin on paper (PDF): an A5 leaflet, or two of them on a sheet of A4 to be cut."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

import segno
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, A5, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFInfo, PDFString
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from broadcasts.derived import letters
from broadcasts.derived.card import FAINT, GREEN, INK, TINT, WARNINGS
from broadcasts.derived.origin import Origin, Refused, too_long
from broadcasts.derived.told import Told, bare, overrun, texts_of, told
from broadcasts.drawing import font_file
from handlers.languages import Language

_PLAIN, _BOLD = "Leaflet", "Leaflet-Bold"
WIDTH, HEIGHT = A5
MARGIN = 13 * mm
"""Home printers leave some millimetres white; nothing of ours stands there."""
QR_SIDE = 30 * mm
SIZES = (16.0, 15.0, 14.0, 13.0, 12.0, 11.0, 10.0, 9.0)
"""How large the text is, in points: the first that fits is taken."""
_SMALL, _GAP, _PAD = 8.0, 9.0, 8.0
_INNER = WIDTH - 2 * MARGIN


class _NoTraces(PDFInfo):  # type: ignore[misc]
    """What the file says of itself: its title, and nothing of when, where or by whom."""

    def format(self, document: Any) -> Any:
        """As it stands in the file."""
        return PDFDictionary({"Title": PDFString(self.title)}).format(document)


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph with its height, and how far below the one above it stands."""

    paragraph: Any
    height: float
    above: float


def pdf(origin: Origin, language: Language, *, two_up: bool = False) -> bytes | Refused:
    """The file: the same text gives the same bytes. `two_up`: A4 across, twice the same leaflet."""
    words = told(origin, language)
    every = (words.title, words.body, words.action, words.source, words.unit, words.ask)
    refused = letters.undrawn(" ".join((*every, *words.cited)))
    if refused is not None:
        return refused
    _have_fonts()
    size = next((each for each in SIZES if _fits(words, origin, language, each)), None)
    if size is None:
        return too_long(overrun(words, lambda each: _fits(each, origin, language, SIZES[-1])))
    made = io.BytesIO()
    page = landscape(A4) if two_up else A5
    canvas = Canvas(made, pagesize=page, invariant=1, lang=language.value, initialFontName=_PLAIN)
    info = _NoTraces()
    info.title = letters.drawable(words.title)
    canvas._doc.info = info
    for left in (0.0, page[0] / 2) if two_up else (0.0,):
        canvas.saveState()
        canvas.translate(left, 0)
        _draw(canvas, words, origin, language, size)
        canvas.restoreState()
    if two_up:
        canvas.setDash(2, 4)
        canvas.setStrokeColor(HexColor(FAINT))
        canvas.line(page[0] / 2, 0, page[0] / 2, page[1])
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def matrix(address: str) -> tuple[tuple[int, ...], ...]:
    """The code of an address, row by row, dark is 1, with nothing around it."""
    code = segno.make(address, error="m", micro=False)
    return tuple(tuple(int(each) for each in row) for row in code.matrix)


def _draw(canvas: Any, words: Told, origin: Origin, language: Language, size: float) -> None:
    y = HEIGHT - MARGIN
    head, body, action, foot = _blocks(words, language, size)
    band = WARNINGS.get(origin.standing)
    if band is not None:
        canvas.setFillColor(HexColor(band))
        canvas.rect(MARGIN, y - 18, _INNER, 18, stroke=0, fill=1)
        canvas.setFillColor(HexColor("#ffffff"))
        canvas.setFont(_BOLD, 11)
        canvas.drawString(MARGIN + _PAD, y - 13.2, words.warning)
        y -= 18 + _GAP
    y = _down(canvas, (*head, *body), MARGIN, y)
    tall = sum(each.height + each.above for each in action) + 2 * _PAD
    y -= _GAP
    canvas.setFillColor(HexColor(TINT))
    canvas.rect(MARGIN, y - tall, _INNER, tall, stroke=0, fill=1)
    canvas.setFillColor(HexColor(GREEN))
    canvas.rect(MARGIN, y - tall, 3, tall, stroke=0, fill=1)
    _down(canvas, action, MARGIN + _PAD + 3, y - _PAD)
    under = MARGIN + sum(each.height + each.above for each in foot)
    _down(canvas, foot, MARGIN, under)
    if origin.address:
        _ways(canvas, origin, language, under + _GAP)


def _ways(canvas: Any, origin: Origin, language: Language, bottom: float) -> None:
    """The code, and beside it what it is for and where to report."""
    canvas.setStrokeColor(HexColor("#c8ced6"))
    canvas.setLineWidth(0.6)
    canvas.line(MARGIN, bottom - _GAP / 2, WIDTH - MARGIN, bottom - _GAP / 2)
    dots = matrix(bare(origin.address))
    # Readers want four dots of white around it: the margin and the gap are wider than that.
    step = QR_SIDE / len(dots)
    canvas.setFillColor(HexColor("#000000"))
    shape = canvas.beginPath()
    for down, row in enumerate(dots):
        for right, dot in enumerate(row):
            if dot:
                top = bottom + QR_SIDE - down * step
                shape.rect(MARGIN + right * step, top - step, step, step)
    canvas.drawPath(shape, stroke=0, fill=1)
    beside = _beside(origin, language)
    tall = sum(each.height + each.above for each in beside)
    x = MARGIN + QR_SIDE + 5 * step + 6
    _down(canvas, beside, x, bottom + (QR_SIDE + tall) / 2)


def _beside(origin: Origin, language: Language) -> list[_Block]:
    texts, room = texts_of(language), _INNER - QR_SIDE - 26
    found = [_block(texts.get("derived.scan"), 9.5, room)]
    if origin.page:
        found.append(_block(_shown(origin.page), 8.5, room, ink=GREEN, above=1))
    if origin.home:
        found.append(_block(texts.get("derived.tip_here"), 10.5, room, bold=True, above=7))
        found.append(_block(_shown(origin.home), 10.5, room, bold=True, ink=GREEN, above=1))
    return found


def _blocks(
    words: Told, language: Language, size: float
) -> tuple[list[_Block], list[_Block], list[_Block], list[_Block]]:
    """Title, text, what to do, and what stands at the bottom."""
    texts, inner = texts_of(language), _INNER - 2 * _PAD - 3
    head = [_block(words.kicker, 10, _INNER, bold=True, ink=GREEN)]
    head.append(_block(words.title, size * 1.65, _INNER, bold=True, above=4))
    body = [_block(words.body, size, _INNER, above=_GAP)]
    action = [_block(texts.get("derived.action"), 9.5, inner, bold=True, ink=GREEN)]
    action.append(_block(words.action, size, inner, bold=True, above=2))
    small = [texts.get("derived.basis", cited="; ".join(words.cited))] if words.cited else []
    small += [texts.get("derived.source", source=words.source)] if words.source else []
    small.append(" ".join(each for each in (words.checked, words.expires) if each))
    small.append(words.ask)
    foot = [_block(each, _SMALL, _INNER, ink=FAINT, above=1) for each in small if each]
    if words.unit:
        foot.insert(0, _block(words.unit, 10, _INNER, bold=True, above=_GAP))
    return head, body, action, foot


def _fits(words: Told, origin: Origin, language: Language, size: float) -> bool:
    every = _blocks(words, language, size)
    tall = sum(each.height + each.above for blocks in every for each in blocks)
    tall += 2 * _PAD + 3 * _GAP + (18 + _GAP if words.warning else 0)
    if origin.address:
        tall += QR_SIDE + 2 * _GAP
    return bool(tall <= HEIGHT - 2 * MARGIN)


def _down(canvas: Any, blocks: Iterable[_Block], x: float, y: float) -> float:
    for each in blocks:
        y -= each.above + each.height
        each.paragraph.drawOn(canvas, x, y)
    return y


def _block(
    words: str, size: float, room: float, *, bold: bool = False, ink: str = INK, above: float = 0
) -> _Block:
    """What people wrote is text and never markup."""
    look = ParagraphStyle(
        "leaflet",
        fontName=_BOLD if bold else _PLAIN,
        fontSize=size,
        leading=size * 1.32,
        textColor=HexColor(ink),
    )
    paragraph = Paragraph(escape(letters.together(letters.drawable(words))), look)
    _, height = paragraph.wrap(room, HEIGHT)
    return _Block(paragraph, height, above)


def _shown(address: str) -> str:
    """An address as people type it."""
    return bare(address).removeprefix("https://").removesuffix("/")


@cache
def _have_fonts() -> None:
    """Read once in a process: the library keeps them by name."""
    pdfmetrics.registerFont(TTFont(_PLAIN, io.BytesIO(font_file())))
    pdfmetrics.registerFont(TTFont(_BOLD, io.BytesIO(font_file(bold=True))))
