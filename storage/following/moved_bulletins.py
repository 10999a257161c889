"""Bulletins that name places follow a change of the map, and are shown to an approver again."""

from datetime import datetime

from sqlalchemy import select

from handlers.bulletins import Stage
from storage import audit, bulletins
from storage.audit import Act
from storage.database import Tx
from storage.places.changes import Changes
from storage.tables import bulletins as rows_of_bulletins

_OVER = (Stage.ENDED, Stage.DELETED)


async def follow(
    tx: Tx, changes: Changes, now: datetime | None
) -> tuple[tuple[str, str, Stage], ...]:
    """The bulletins whose places change, with their unit and where they stood; `now` where it is
    real. An approval is bound to what was shown, places included: such a bulletin is a draft
    again. What went out, and every older version, says what it said.
    """
    rows_ = rows_of_bulletins
    asked = select(rows_.c.id).where(rows_.c.stage.not_in([each.value for each in _OVER]))
    moved = []
    for row in await tx.rows(asked.order_by(rows_.c.id)):
        known = await bulletins.by_id(tx, row.id, lock=now is not None)
        scope = changes.scope(known.content.scope) if known is not None else ()
        if known is None or scope == known.content.scope:
            continue
        moved.append((known.id, known.unit, known.stage))
        if now is not None:
            await bulletins.move(tx, known, scope)
            act = Act.BULLETIN_WRITTEN
            await audit.write(tx, act, staff=None, unit=known.unit, minute=now, note=known.id)
    return tuple(moved)
