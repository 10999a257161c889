"""After a restore: what was under way stands still until somebody says that it may go on.

What a backup holds is a state of some hours ago. Letters to desks, cards and rings are brought
again: a card that is shown twice is a nuisance, a tip that no desk sees is a danger. Bulletins are
not: who has one in their hand does not need it twice.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select, update

from handlers.bulletins import Run, Stage
from storage import restored
from storage.database import Tx
from storage.outlet_posts import PostStage
from storage.tables import accounts, bulletins, outlet_posts, outlets, sendings, slices


@dataclass(frozen=True, slots=True)
class Stopped:
    """Sendings that were paused; bulletins whose time has come or comes yet; posts that wait for a
    person's word.
    """

    paused: int
    due: int
    coming: int
    held: int


async def begin(tx: Tx, now: datetime) -> Stopped:
    """Pause what was being sent, keep that whatever was due before `now` asks its author first, and
    give free what somebody held who is no more.
    """
    await restored.begin(tx, now)
    await tx.run(update(accounts).values(holder=None, until=0, fence=accounts.c.fence + 1))
    # A slice that somebody held keeps its holder: it tells that up to its bound all is uncertain.
    await tx.run(update(slices).values(until=0))
    held = await _hold_posts(tx)
    paused = await tx.run(
        update(sendings)
        .where(sendings.c.stage == Run.SENDING.value)
        .values(stage=Run.PAUSED.value, reason=restored.REASON)
    )
    return Stopped(paused, await _planned(tx, now, is_due=True), await _planned(tx, now), held)


async def _hold_posts(tx: Tx) -> int:
    """Posts in public places may have been made since the backup: where that is to be doubted, a
    person decides before one is made twice.
    """
    under_way = select(sendings.c.id).where(
        sendings.c.stage.in_([Run.SENDING.value, Run.PAUSED.value])
    )
    careful = select(outlets.c.id).where(outlets.c.hold_doubt.is_(True))
    return await tx.run(
        update(outlet_posts)
        .where(
            outlet_posts.c.stage.in_([PostStage.WAITING.value, PostStage.POSTING.value]),
            outlet_posts.c.sending.in_(under_way),
            outlet_posts.c.outlet.in_(careful),
        )
        .values(stage=PostStage.HELD.value)
    )


async def _planned(tx: Tx, now: datetime, *, is_due: bool = False) -> int:
    seconds = int(now.astimezone(UTC).timestamp())
    when = bulletins.c.next_due <= seconds if is_due else bulletins.c.next_due > seconds
    row = await tx.row(
        select(func.count())
        .select_from(bulletins)
        .where(bulletins.c.stage == Stage.APPROVED.value, when)
    )
    return int(row[0]) if row is not None else 0
