"""A review as a spreadsheet (XLSX): a sheet for each table, one that tells how it is counted."""

import io
from collections.abc import Sequence
from datetime import datetime, time

import xlsxwriter

from bot.numbers.wording import Block, Words
from broadcasts import sheet
from handlers.texts import Texts
from storage.numbers import Numbers

_NAME_LETTERS = 31
_NO_SUCH_LETTERS = str.maketrans(dict.fromkeys("[]:*?/\\", " "))

Row = Sequence[str | int]


def xlsx(numbers: Numbers, words: Words, texts: Texts) -> bytes:
    """The file. The same review gives the same bytes; cells hold text and numbers only."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, sheet.OPTIONS) as book:
        # Else the file would tell when it was fetched.
        made_for = datetime.combine(numbers.review.as_of.day, time())
        book.set_properties({"created": made_for})
        bold = book.add_format({"bold": True})
        sheet.write(book, _name(texts.get("desk.numbers.facts")), _facts(words), bold)
        for number, block in enumerate(words.blocks, start=1):
            name = _name(f"{number}. {block.title}")
            sheet.write(book, name, [*rows_of(block, texts)], bold)
        sheet.write(book, _name(texts.get("desk.numbers.how")), _how(words, texts), bold)
    return made.getvalue()


def rows_of(block: Block, texts: Texts) -> list[Row]:
    """A table with its head and its sum; shares are in per cent."""
    hidden = texts.get("desk.numbers.hidden")
    share = [texts.get("desk.numbers.share") + " (%)"] if block.has_shares else []
    rows: list[Row] = [[block.title, texts.get("desk.numbers.number"), *share]]
    for line in (*block.lines, *([block.whole] if block.whole else [])):
        number = hidden if line.number is None else line.number
        rows.append([line.label, number, *([line.share] if line.share is not None else [])])
    return rows


def _facts(words: Words) -> list[Row]:
    return [[words.title], *([fact] for fact in words.facts), [], *([note] for note in words.notes)]


def _how(words: Words, texts: Texts) -> list[Row]:
    return [
        [texts.get("desk.numbers.how")],
        *([f"{block.title}: {block.told}"] for block in words.blocks),
    ]


def _name(title: str) -> str:
    """A name that a sheet may have."""
    return title.translate(_NO_SUCH_LETTERS)[:_NAME_LETTERS].strip()
