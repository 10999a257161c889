"""The bulletins that everybody may read on our pages: they were sent, and not deleted since."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from handlers.bulletins import REMINDER, Content, Run, Stage
from storage import contents
from storage.database import Tx
from storage.sendings import moment
from storage.tables import bulletins, sendings, versions


@dataclass(frozen=True, slots=True)
class Published:
    """A bulletin in the words in which it was sent the last time, at `at`; `unit` is the id."""

    id: str
    unit: str
    at: datetime
    content: Content = field(repr=False)


async def newest(tx: Tx, most: int) -> tuple[Published, ...]:
    """At most so many, those sent last first; each once, however often it was sent. The reminder of
    the bell is nothing to read.
    """
    asked = _asked().order_by(sendings.c.due.desc(), sendings.c.id.desc()).limit(most)
    return tuple(_opened(row) for row in await tx.rows(asked))


async def one(tx: Tx, bulletin: str) -> Published | None:
    """The one with this id; None while it is not published, or not any more."""
    row = await tx.row(_asked().where(bulletins.c.id == bulletin))
    return _opened(row) if row is not None else None


def _asked() -> Select[Any]:
    # What is a draft again was sent nevertheless; what the new words are is nobody's business yet.
    was_sent = sendings.c.begun.is_not(None) | (sendings.c.stage == Run.DONE.value)
    last = (
        select(sendings.c.bulletin, func.max(sendings.c.id).label("sending"))
        .where(was_sent)
        .group_by(sendings.c.bulletin)
        .subquery()
    )
    said = (versions.c.bulletin == sendings.c.bulletin) & (versions.c.number == sendings.c.version)
    return (
        select(bulletins.c.id, bulletins.c.unit, sendings.c.due, versions.c.body)
        .join(last, last.c.bulletin == bulletins.c.id)
        .join(sendings, sendings.c.id == last.c.sending)
        .join(versions, said)
        .where(bulletins.c.stage != Stage.DELETED, bulletins.c.id != REMINDER)
    )


def _opened(row: Row[Any]) -> Published:
    return Published(row.id, row.unit, moment(row.due), contents.read(row.body))
