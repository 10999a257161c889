"""Who has had their bulletins of the week; counted, never listed."""

from collections.abc import Collection

from sqlalchemy import func, select

from handlers.bulletins import Urgency
from storage import subscribers
from storage.database import Tx
from storage.sendings import PRIORITIES, Kind
from storage.slices import WEEK_MILLISECONDS
from storage.subscribers import Reach
from storage.tables import outcomes, sendings
from storage.tables import subscribers as people

_COUNTED = (int(Kind.SENT), int(Kind.UNKNOWN))


async def count_full(tx: Tx, reach: Reach, now: int, *, without: Collection[int] = ()) -> int:
    """How many of those within `reach`, over no account of `without`, had, or may have had, as many
    ordinary bulletins in the last seven days as they want in a week. `now` is Unix time in
    milliseconds.
    """
    recent = await tx.rows(
        select(sendings.c.id).where(
            sendings.c.priority == PRIORITIES[Urgency.ORDINARY],
            sendings.c.begun.is_not(None),
            func.coalesce(sendings.c.ended, now) > now - WEEK_MILLISECONDS,
        )
    )
    if not recent:
        return 0
    had = (
        select(outcomes.c.subscriber, func.count().label("met"))
        .where(
            outcomes.c.sending.in_([row.id for row in recent]),
            outcomes.c.kind.in_(_COUNTED),
        )
        .group_by(outcomes.c.subscriber)
        .subquery()
    )
    row = await tx.row(
        select(func.count().label("many"))
        .select_from(people.join(had, had.c.subscriber == people.c.id))
        .where(
            had.c.met >= people.c.per_week,
            subscribers.where(reach),
            people.c.account.not_in(without),
        )
    )
    return int(row.many) if row is not None else 0
