"""The report on where there is a desk, as a spreadsheet: provinces in numbers, then communes."""

from collections.abc import Iterator
from datetime import date, datetime, time

from bot.web.sheets import Sheet, as_xlsx
from handlers import coverage
from handlers.coverage import Coverage, Level, Served, Share, Standing
from handlers.texts import Texts
from handlers.tips import Category

STANDINGS = (Standing.OWN, Standing.PARTLY, Standing.PROVINCE, Standing.NONE)
"""In the order in which they are counted."""
COUNTS = {
    Standing.OWN: "desk.coverage.count_own",
    Standing.PARTLY: "desk.coverage.count_partly",
    Standing.PROVINCE: "desk.coverage.count_province",
    Standing.NONE: "desk.coverage.count_none",
}
"""The texts for so many communes that stand so."""
_LEVELS = {
    Level.OWN: "desk.coverage.level_own",
    Level.PROVINCE: "desk.coverage.level_province",
    Level.COUNTRY: "desk.coverage.level_country",
}
_PROVINCES = (
    "desk.coverage.province",
    "desk.coverage.column_code",
    "desk.coverage.column_communes",
    "desk.coverage.column_own",
    "desk.coverage.column_partly",
    "desk.coverage.column_province",
    "desk.coverage.column_none",
    "desk.coverage.column_unrung",
)
_COMMUNES = (
    "desk.coverage.province",
    "desk.coverage.column_code",
    "desk.coverage.column_commune",
    "desk.coverage.category",
    "desk.coverage.column_reads",
    "desk.coverage.column_level",
    "desk.coverage.column_urgent",
    "desk.coverage.column_rings",
    "desk.coverage.column_idle",
)
_WIDTHS_OF_PROVINCES = (26, 10, 14)
_WIDTHS = (26, 10, 28, 44, 44, 16, 44, 16, 44)


def xlsx(found: Coverage, day: date, texts: Texts, *, missing: bool = False) -> bytes:
    """The file, as of a day; with `missing` only rows without a desk of their own. The same report
    gives the same bytes.
    """
    provinces = Sheet(
        texts.get("desk.coverage.sheet_provinces"),
        [texts.get(each) for each in _PROVINCES],
        [*_provinces(found)],
        _WIDTHS_OF_PROVINCES,
        (texts.get("desk.coverage.as_of", day=f"{day:%d/%m/%Y}"),),
    )
    every = (rows_of(one, found, texts, missing=missing) for one in found.served.values())
    communes = Sheet(
        texts.get("desk.coverage.sheet_communes"),
        [texts.get(each) for each in _COMMUNES],
        [row for rows in every for row in rows],
        _WIDTHS,
    )
    return as_xlsx((provinces, communes), datetime.combine(day, time()))


def rows_of(
    one: Served, found: Coverage, texts: Texts, *, missing: bool = False
) -> Iterator[tuple[str, ...]]:
    """A row for each way that tips of a commune go, under the head of the second sheet."""
    yes_no = {True: texts.get("desk.coverage.yes"), False: texts.get("desk.coverage.no")}
    for share in one.missing if missing else one.shares:
        yield (
            one.place.province,
            one.place.code,
            one.place.name,
            categories_of(share, texts),
            found.units[share.unit].name,
            texts.get(_LEVELS[share.level]),
            found.units[share.urgent].name,
            yes_no[share.rings],
            ", ".join(found.units[each].name for each in one.idle),
        )


def categories_of(share: Share, texts: Texts) -> str:
    """The names of the categories; one word for all of them."""
    if len(share.categories) == len(Category):
        return texts.get("desk.coverage.every_category")
    return ", ".join(texts.get(f"category.{each}") for each in share.categories)


def _provinces(found: Coverage) -> Iterator[tuple[str, ...]]:
    for line in coverage.summaries(found):
        counts = (str(line.standings.get(each, 0)) for each in STANDINGS)
        yield (line.name, line.province, str(line.communes), *counts, str(line.unrung))
