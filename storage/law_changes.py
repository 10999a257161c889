"""Documents of law that another one has replaced, as an editor or the operator says."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from handlers.laws import changes
from handlers.laws.changes import Change, Changes
from storage import audit, editors
from storage.audit import Act
from storage.database import Tx
from storage.days import local_day
from storage.tables import law_changes

MOST_LETTERS = 40
"""Of a document's number."""
MOST_WORDS = 200
"""Letters, of what counts in its place."""
_COMMAND_LINE = bytes(16)


class Noted(StrEnum):
    """What became of a change that somebody told, or took back."""

    DONE = "done"
    NO_RIGHT = "no_right"
    TWICE = "twice"
    """It stands so already."""


@dataclass(frozen=True, slots=True)
class Told:
    """A change as it was told on `day`; `staff` is 16 zero bytes for the command line."""

    change: Change
    staff: bytes = field(repr=False)
    day: date


async def every(tx: Tx) -> tuple[Told, ...]:
    """All that was told, the latest change first."""
    order = law_changes.c.since.desc(), law_changes.c.number
    rows = await tx.rows(select(law_changes).order_by(*order))
    return tuple(
        Told(Change(row.number, row.replaced_by, row.since), bytes(row.staff), row.day)
        for row in rows
    )


async def known(tx: Tx) -> Changes:
    """Everything that is known to be replaced, with what our register says of itself."""
    return changes.known(each.change for each in await every(tx))


async def replace(tx: Tx, member: bytes | None, change: Change, now: datetime) -> Noted:
    """Keep a change, instead of what was told of that document before. None: the command line,
    which needs no right; a member's right is read again here.
    """
    if member is not None and not await editors.is_editor(tx, member):
        return Noted.NO_RIGHT
    told = {changes.same(each.change.number): each.change for each in await every(tx)}
    before = told.get(changes.same(change.number))
    if before == change:
        return Noted.TWICE
    if before is not None:
        await tx.run(delete(law_changes).where(law_changes.c.number == before.number))
    values = {
        "replaced_by": change.replaced_by,
        "since": change.since,
        "staff": member or _COMMAND_LINE,
        "day": local_day(now),
    }
    into = (sqlite.insert if tx.is_sqlite else postgresql.insert)(law_changes)
    # Two editors may say so at once.
    await tx.run(
        into.values(number=change.number, **values).on_conflict_do_update(
            index_elements=["number"], set_=values
        )
    )
    await audit.write(tx, Act.LAW_REPLACED, staff=member, minute=now, note=change.number)
    return Noted.DONE


async def keep(tx: Tx, member: bytes | None, number: str, now: datetime) -> Noted:
    """Take it back: the document counts again. TWICE where nothing was told of it."""
    if member is not None and not await editors.is_editor(tx, member):
        return Noted.NO_RIGHT
    wanted = changes.same(number)
    stored = {changes.same(each.change.number): each.change.number for each in await every(tx)}
    if wanted not in stored:
        return Noted.TWICE
    await tx.run(delete(law_changes).where(law_changes.c.number == stored[wanted]))
    await audit.write(tx, Act.LAW_KEPT, staff=member, minute=now, note=stored[wanted])
    return Noted.DONE
