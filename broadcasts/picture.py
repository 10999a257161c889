"""The report as a picture (PNG) for a chat."""

from zoneinfo import ZoneInfo

from broadcasts import reading
from broadcasts.drawing import BAR, FAINT, Drawing
from broadcasts.report import Column, Report
from handlers.texts import Texts

_MOST_PROVINCES, _TITLE_LINES = 8, 3
_BARS = {Column.PLANNED: "#8c959f", Column.SENT: BAR, Column.WAITING: "#bf8700"}
_OTHER_BAR = "#a40e26"


def png(report: Report, texts: Texts, zone: ZoneInfo) -> bytes:
    """The file: title, the figures of all as bars, the provinces that most were settled in, and
    what the reader must know about hidden numbers and repeats.
    """
    sheet = Drawing()
    title, *facts = [value for _, value in reading.facts(report, texts, zone)]
    sheet.words(title, 34, bold=True, lines=_TITLE_LINES)
    unit, due, stage, _, as_of = facts
    sheet.words(f"{unit} · {due}", 24, ink=FAINT)
    sheet.words(f"{stage} · {texts.get('report.as_of')} {as_of}", 24, ink=FAINT)
    sheet.gap(16)
    bars = reading.bars(report)
    most = max((number for _, number in bars), default=0)
    for column, number in bars:
        look = _BARS.get(column, _OTHER_BAR)
        sheet.bar(texts.get(f"column.{column}"), number, most, look)
    _provinces(sheet, report, texts)
    sheet.gap(12)
    sheet.words(texts.get("report.repeats_line", count=report.repeats_bound), 22, ink=FAINT)
    if reading.has_hidden(report):
        sheet.words(texts.get("report.hidden_hint"), 22, ink=FAINT, lines=2)
    return sheet.file()


def _provinces(sheet: Drawing, report: Report, texts: Texts) -> None:
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
