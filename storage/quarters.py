"""The numbers of a quarter that everybody may read: counted once when it is over, then left alone.

Were they counted anew, two looks at the same quarter would tell what became of a single tip.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import insert, select

from handlers.numbers import PUBLISHED, Cell, Lines, Table, Whole, review
from handlers.periods import AsOf, Length, Period, month_of, named, newest_names
from storage import numbers
from storage.database import Tx
from storage.numbers import newest_day
from storage.tables import quarters

MOST_AT_ONCE = 40
"""So many quarters back are made up for after a long rest or an upgrade: ten years."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """What is told of a quarter (its name as 2026-q3); None is a hidden figure."""

    name: str
    figures: Mapping[Cell, int | None] = field(repr=False)

    def __getitem__(self, cell: Cell) -> int | None:
        return self.figures[cell]

    def shown(self, table: Table) -> tuple[tuple[str, int], ...]:
        """The lines of a table whose figures are shown."""
        found = [
            (cell.line, number) for cell, number in self.figures.items() if cell.table is table
        ]
        return tuple((line, number) for line, number in found if number is not None)


async def publish(tx: Tx, now: datetime, provinces: tuple[str, ...]) -> tuple[str, ...]:
    """Count the quarters that are over and were not counted yet, from that of the oldest tip on;
    their names.
    """
    newest = newest_day(now, live=False)
    there = {row.name for row in await tx.rows(select(quarters.c.name))}
    missing = [(name, quarter) for name, quarter in _over(newest) if name not in there]
    if not missing:
        return ()
    tips = await numbers.counted(tx, newest, now)
    oldest = min((tip.received for tip in tips), default=month_of(now.date()))
    made = []
    for name, quarter in missing:
        if quarter.last < oldest:
            continue
        as_of = AsOf(quarter.ends_on, latest=False)
        told = review(tips, quarter, as_of, Lines(provinces, ()), _TABLES)
        await tx.run(insert(quarters).values(name=name, body=_body(told.figures)))
        made.append(name)
    return tuple(made)


async def every(tx: Tx) -> tuple[Quarter, ...]:
    """All that were counted, the newest first."""
    rows = await tx.rows(select(quarters).order_by(quarters.c.name.desc()))
    return tuple(Quarter(row.name, _figures(row.body)) for row in rows)


_TABLES = tuple(table for table in Table if table in PUBLISHED)
_NOT_TOLD = Cell(Table.WHOLE, Whole.OPEN)


def _over(newest: date) -> Iterator[tuple[str, Period]]:
    for name in newest_names(newest, Length.QUARTER, MOST_AT_ONCE):
        quarter = named(name)
        if quarter is not None and quarter.ends_on <= newest:
            yield name, quarter


def _body(figures: Mapping[Cell, int | None]) -> str:
    told = [
        [cell.table, cell.line, number] for cell, number in figures.items() if cell != _NOT_TOLD
    ]
    return json.dumps(told)


def _figures(body: str) -> dict[Cell, int | None]:
    return {Cell(Table(table), line): number for table, line, number in json.loads(body)}
