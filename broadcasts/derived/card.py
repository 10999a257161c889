"""A bulletin as a picture (PNG, 1080 × 1350) that can be read on a small phone."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from PIL import Image, ImageColor, ImageDraw

from broadcasts.derived import letters
from broadcasts.derived.letters import Face, face
from broadcasts.derived.origin import Origin, Refused, Standing, too_long
from broadcasts.derived.told import Told, bare, overrun, texts_of, told
from handlers.languages import Language

WIDTH, HEIGHT = 1080, 1350
LEAST = 32
"""No letter is smaller: at 360 pixels of a phone that is as large as the small print of a page."""
INK, FAINT, PAPER, GREEN, TINT = "#1b1f24", "#4a525a", "#ffffff", "#1f6f54", "#e6f2ed"
WARNINGS = {Standing.DRAFT: "#7a4b00", Standing.EXPIRED: "#a40e26", Standing.REPLACED: "#a40e26"}
PAIRS = (
    (INK, PAPER),
    (FAINT, PAPER),
    (PAPER, GREEN),
    (GREEN, PAPER),
    (INK, TINT),
    (GREEN, TINT),
    *((PAPER, each) for each in WARNINGS.values()),
)
"""Which colours letters have on which ground."""
_MARGIN, _BAND, _GAP, _PAD = 64, 96, 30, 28
_INNER = WIDTH - 2 * _MARGIN
_STEPS = 8

Part = Callable[[str, Face, int], list[str]]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the letters of a card are."""

    title: int
    body: int
    small: int


SIZES = (
    Sizes(76, 46, 34),
    Sizes(70, 43, 34),
    Sizes(66, 40, 33),
    Sizes(60, 38, 32),
    Sizes(56, 36, 32),
    Sizes(50, 34, 32),
    Sizes(46, 32, 32),
)
"""From the largest down; the first that fits is taken."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a card: its words, its letters, where its top is."""

    words: str = field(repr=False)
    face: Face
    ink: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Laid:
    """A card before it is drawn: its lines, and from where to where the line of action has a
    ground of its own.
    """

    lines: tuple[Line, ...]
    box: tuple[int, int]
    fits: bool


def png(origin: Origin, language: Language) -> bytes | Refused:
    """The file: the same text gives the same bytes, and nothing in it says who made it or when."""
    laid = lay(origin, language)
    if isinstance(laid, Refused):
        return laid
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, _BAND), fill=WARNINGS.get(origin.standing, GREEN))
    top, bottom = laid.box
    draw.rectangle((_MARGIN - _PAD, top, WIDTH - _MARGIN + _PAD, bottom), fill=TINT)
    draw.rectangle((_MARGIN - _PAD, top, _MARGIN - _PAD + 9, bottom), fill=GREEN)
    for line in laid.lines:
        # By the baseline, so that marks above and below never move a line.
        at = (line.x, line.y + line.face.above)
        draw.text(at, line.words, font=line.face.font, fill=line.ink, anchor="ls")
    made = io.BytesIO()
    # A phone with a small plan pays for every kilobyte, and few colours are drawn here.
    image.quantize(palette=_palette(), dither=Image.Dither.NONE).save(made, "PNG")
    return made.getvalue()


def lay(origin: Origin, language: Language) -> Laid | Refused:
    """Where everything stands, in the largest letters that leave room for all of it."""
    words = _drawable(told(origin, language))
    every = (words.title, words.body, words.action, words.unit, words.ask, *words.cited)
    refused = letters.undrawn(" ".join(every))
    if refused is not None:
        return refused
    for sizes in SIZES:
        laid = _laid(words, origin, language, sizes)
        if laid.fits:
            return laid
    return too_long(overrun(words, lambda each: _laid(each, origin, language, SIZES[-1]).fits))


def _laid(words: Told, origin: Origin, language: Language, sizes: Sizes) -> Laid:
    texts = texts_of(language)
    title, body = face(sizes.title, bold=True), face(sizes.body)
    bold, small = face(sizes.body, bold=True), face(sizes.small)
    lines = [_kicker(words)]
    y = _BAND + _GAP + 6
    y = _down(lines, words.title, title, INK, y) + _GAP - 8
    y = _down(lines, words.body, body, INK, y, letters.settled) + _GAP
    top = y
    y = _down(
        lines, texts.get("derived.action"), face(sizes.small, bold=True), GREEN, y + _PAD - 10
    )
    y = _down(lines, words.action, bold, INK, y + 4) + _PAD - 8
    bottom = y
    foot: list[Line] = []
    under = 0
    for told_so, look, ink in _foot(words, origin, language, small, sizes):
        under = _down(foot, told_so, look, ink, under) + 6
    above = HEIGHT - _MARGIN + 20 - under
    lines += [replace(line, y=line.y + above) for line in foot]
    return Laid(tuple(lines), (top, bottom), fits=bottom + _GAP <= above)


def _kicker(words: Told) -> Line:
    look = face(38, bold=True)
    return Line(words.warning or words.kicker, look, PAPER, _MARGIN, (_BAND - look.line) // 2)


def _foot(
    words: Told, origin: Origin, language: Language, small: Face, sizes: Sizes
) -> Iterator[tuple[str, Face, str]]:
    texts, bold = texts_of(language), face(sizes.small, bold=True)
    if words.cited:
        yield texts.get("derived.basis", cited="; ".join(words.cited)), small, FAINT
    for day in (words.checked, words.expires):
        if day:
            yield day, small, FAINT
    if origin.address:
        yield letters.drawable(bare(origin.address)).removeprefix("https://"), small, GREEN
    yield words.unit or words.kicker, bold, INK


def _down(
    lines: list[Line], words: str, look: Face, ink: str, y: int, part: Part = letters.balanced
) -> int:
    """The words in lines from `y` on; where they end."""
    for line in part(words, look, _INNER):
        lines.append(Line(line, look, ink, _MARGIN, y))
        y += look.line
    return y


@cache
def _palette() -> Image.Image:
    """The colours between every ink and its ground, in steps: all that soft edges need."""
    found = []
    for ink, ground in PAIRS:
        ends = list(zip(ImageColor.getrgb(ink), ImageColor.getrgb(ground), strict=True))
        for step in range(_STEPS):
            found += [round(one + (two - one) * step / (_STEPS - 1)) for one, two in ends]
    palette = Image.new("P", (1, 1))
    palette.putpalette(found)
    return palette


def _drawable(words: Told) -> Told:
    return replace(
        words,
        title=letters.drawable(words.title),
        body=letters.drawable(words.body),
        action=letters.drawable(words.action),
        cited=tuple(letters.drawable(each) for each in words.cited),
        unit=letters.drawable(words.unit),
        ask=letters.drawable(words.ask),
    )
