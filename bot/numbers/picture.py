"""A review as a picture (PNG) for an officer's chat."""

from bot.numbers.wording import Block, Words, number_of
from broadcasts.drawing import BAR, FAINT, Drawing
from handlers.numbers import Table
from handlers.texts import Texts

TABLES = (Table.WHOLE, Table.CATEGORY, Table.KEPT, Table.TRIAGE, Table.OUTCOME, Table.OPEN)
"""What a picture shows: more is on the page."""
_LABEL = 420


def png(words: Words, texts: Texts) -> bytes:
    """The file: what it is of, bars for each table, and what is said of hidden numbers."""
    sheet = Drawing(_LABEL)
    sheet.words(f"{words.title}: {words.unit}", 32, bold=True, lines=3)
    sheet.words(f"{words.period} · {words.as_of}", 24, ink=FAINT)
    for block in words.blocks:
        if block.table in TABLES and any(line.number is not None for line in block.lines):
            _table(sheet, block, texts)
    sheet.gap(12)
    sheet.words(words.notes[0], 22, ink=FAINT, lines=3)
    return sheet.file()


def _table(sheet: Drawing, block: Block, texts: Texts) -> None:
    sheet.gap(18)
    sheet.words(block.title, 26, bold=True)
    hidden = [line.label for line in block.lines if line.number is None]
    for line in block.lines:
        if line.number is not None:
            sheet.bar(line.label, line.width, 100, BAR, number_of(line, texts))
    if hidden:
        told = f"{texts.get('desk.numbers.hidden')}: {', '.join(hidden)}"
        sheet.words(told, 22, ink=FAINT, lines=3)
