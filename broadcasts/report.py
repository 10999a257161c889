"""How a sending went: the figures of all, and by channel and province without small numbers."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from broadcasts.hiding import hidden
from handlers.bulletins import Content, Run
from storage import accounts, bulletins, outlet_posts, sendings, units
from storage.database import Tx
from storage.outlet_posts import PostStage
from storage.places import Places
from storage.sendings import Kind, Sending


class Column(StrEnum):
    """The figures of a report. SKIPPED had their bulletins of the week, or it expired before their
    turn; SETTLED is the sum of all kinds, WAITING who is planned and not settled.
    """

    PLANNED = "planned"
    SENT = "sent"
    GONE = "gone"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    SETTLED = "settled"
    WAITING = "waiting"


COLUMNS = (
    Column.SENT,
    Column.GONE,
    Column.REFUSED,
    Column.UNKNOWN,
    Column.SKIPPED,
    Column.SETTLED,
)
"""What the tables show, in this order; the last is the sum of the others."""

_COLUMN_OF = {
    Kind.SENT: Column.SENT,
    Kind.GONE: Column.GONE,
    Kind.REFUSED: Column.REFUSED,
    Kind.UNKNOWN: Column.UNKNOWN,
    Kind.SKIPPED: Column.SKIPPED,
    Kind.EXPIRED: Column.SKIPPED,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table, by `COLUMNS`; None is a hidden number. `name` is that of an account or a
    province, "" for the whole country.
    """

    name: str
    cells: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """How a sending stands at `as_of`. `totals` are whole and hold every column. `repeats_bound` is
    the most people who may have got it twice. `published`: it is to be read on the web page.
    `posts` are those in channels and groups, as many as stand so.
    """

    sending: Sending
    content: Content = field(repr=False)
    unit: str
    as_of: datetime
    totals: Mapping[Column, int]
    by_account: tuple[Line, ...]
    by_province: tuple[Line, ...]
    repeats_bound: int
    published: bool
    posts: Mapping[PostStage, int] = field(default_factory=dict)


async def of_sending(tx: Tx, sending: int, now: datetime, places: Places) -> Report | None:
    """The report on one sending, None when there is none."""
    found = await sendings.by_id(tx, sending)
    bulletin = await bulletins.by_id(tx, found.bulletin) if found is not None else None
    if found is None or bulletin is None:
        return None
    content = await bulletins.content_of(tx, found.bulletin, found.version)
    sums = await sendings.sums_of(tx, sending)
    names = {account.id: account.name for account in await accounts.every(tx)}
    by_account = _added_up((account, kind, count) for account, _, kind, count in sums)
    by_province = _added_up((province, kind, count) for _, province, kind, count in sums)
    return Report(
        sending=found,
        content=content or bulletin.content,
        unit=await units.name_of(tx, bulletin.unit),
        as_of=now,
        totals=_totals(found, by_account),
        by_account=_table(by_account, {each: names.get(each, str(each)) for each in by_account}),
        by_province=_table(by_province, {each: _province(each, places) for each in by_province}),
        repeats_bound=found.uncertain,
        published=found.begun is not None or found.stage is Run.DONE,
        posts=Counter(post.stage for post in await outlet_posts.of_sending(tx, sending)),
    )


def _added_up(sums: Iterable[tuple[int, Kind, int]]) -> dict[int, dict[Column, int]]:
    """The counts of every column, by account or by province."""
    found: dict[int, dict[Column, int]] = {}
    for key, kind, count in sums:
        row = found.setdefault(key, dict.fromkeys(COLUMNS, 0))
        row[_COLUMN_OF[kind]] += count
        row[Column.SETTLED] += count
    return dict(sorted(found.items()))


def _totals(sending: Sending, rows: Mapping[int, Mapping[Column, int]]) -> dict[Column, int]:
    totals = {column: sum(row[column] for row in rows.values()) for column in COLUMNS}
    # Who subscribed while it was being sent is settled and was never planned.
    waiting = max(0, sending.planned - totals[Column.SETTLED])
    return {Column.PLANNED: sending.planned, **totals, Column.WAITING: waiting}


def _table(rows: Mapping[int, Mapping[Column, int]], names: Mapping[int, str]) -> tuple[Line, ...]:
    cells = hidden([[row[column] for column in COLUMNS] for row in rows.values()])
    return tuple(Line(names[key], shown) for key, shown in zip(rows, cells, strict=True))


def _province(number: int, places: Places) -> str:
    if number == 0:
        return ""
    return places.province_name(f"{number:02}") or f"{number:02}"
