"""The report in words: what stands in the spreadsheet, in the picture and at the prompt."""

from zoneinfo import ZoneInfo

from broadcasts.report import COLUMNS, Column, Line, Report
from handlers.texts import Texts
from storage.outlet_posts import PostStage

_CLOCK = "%H:%M %d/%m/%Y"


def facts(report: Report, texts: Texts, zone: ZoneInfo) -> list[tuple[str, str]]:
    """What it is about, line by line: name and value. Times are local ones of `zone`."""
    sending = report.sending
    return [
        (texts.get("report.bulletin"), report.content.wording(texts.language).title),
        (texts.get("report.unit"), report.unit),
        (texts.get("report.due"), f"{sending.due.astimezone(zone):{_CLOCK}}"),
        (texts.get("report.stage"), texts.get(f"run.{sending.stage}")),
        (texts.get("column.published"), texts.get(_yes(published=report.published))),
        (texts.get("report.as_of"), f"{report.as_of.astimezone(zone):{_CLOCK}}"),
    ]


def figures(report: Report, texts: Texts) -> list[tuple[str, int]]:
    """The figures of all: name and number."""
    found = [(texts.get(f"column.{column}"), number) for column, number in report.totals.items()]
    found.append((texts.get("report.repeats"), report.repeats_bound))
    if report.posts:
        found.append((texts.get("column.posted"), report.posts.get(PostStage.SENT, 0)))
        found.append((texts.get("column.held"), report.posts.get(PostStage.HELD, 0)))
    return found


def table(
    report: Report, what: str, lines: tuple[Line, ...], texts: Texts
) -> list[list[str | int]]:
    """A table with its head and the sums of all; `what` (a key of `report`) is told apart in it."""
    hidden = texts.get("report.hidden")
    rows: list[list[str | int]] = [[texts.get(f"report.{what}")]]
    rows[0] += [texts.get(f"column.{column}") for column in COLUMNS]
    for line in lines:
        rows.append([line.name or texts.get("report.country")])
        rows[-1] += [hidden if number is None else number for number in line.cells]
    rows.append([texts.get("report.total")])
    rows[-1] += [report.totals[column] for column in COLUMNS]
    return rows


def has_hidden(report: Report) -> bool:
    """Whether a number is hidden in one of the tables."""
    return any(None in line.cells for line in (*report.by_account, *report.by_province))


def bars(report: Report) -> list[tuple[Column, int]]:
    """The figures that a picture shows as bars, the planned ones first."""
    return [(column, report.totals[column]) for column in Column if column is not Column.SETTLED]


def _yes(*, published: bool) -> str:
    return "report.yes" if published else "report.no"
