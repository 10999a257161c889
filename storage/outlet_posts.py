"""A bulletin's posts in channels and groups: each one once, and doubts wait for a person."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import insert, select, update

from handlers.bulletins import Run
from storage import leases
from storage.database import Tx
from storage.leases import Lease
from storage.tables import outlet_posts, outlets, sendings


class PostStage(StrEnum):
    """Where a post stands. HELD: it may stand there, and a person decides; LEFT: they did not want
    it sent again.
    """

    WAITING = "waiting"
    POSTING = "posting"
    SENT = "sent"
    HELD = "held"
    LEFT = "left"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class OutletPost:
    """A bulletin's post in one outlet; `message` is the app's number of it."""

    sending: int
    outlet: int
    stage: PostStage
    message: int | None = field(default=None, repr=False)


async def plan(tx: Tx, sending: int, wanted: Collection[int]) -> None:
    """Let a sending be posted in these outlets; once, with its first step."""
    await tx.run(
        insert(outlet_posts),
        [
            {"sending": sending, "outlet": each, "stage": PostStage.WAITING, "message": None}
            for each in sorted(wanted)
        ],
    )


async def of_sending(tx: Tx, sending: int) -> tuple[OutletPost, ...]:
    """All posts of a sending."""
    rows = await tx.rows(
        select(outlet_posts)
        .where(outlet_posts.c.sending == sending)
        .order_by(outlet_posts.c.outlet)
    )
    return tuple(
        OutletPost(row.sending, row.outlet, PostStage(row.stage), row.message) for row in rows
    )


async def held(tx: Tx, wanted: Collection[int]) -> tuple[OutletPost, ...]:
    """The posts in these outlets that wait for a person's word, the oldest sending first."""
    rows = await tx.rows(
        select(outlet_posts)
        .where(outlet_posts.c.outlet.in_(wanted), outlet_posts.c.stage == PostStage.HELD)
        .order_by(outlet_posts.c.sending, outlet_posts.c.outlet)
    )
    return tuple(OutletPost(row.sending, row.outlet, PostStage.HELD, row.message) for row in rows)


async def waiting(tx: Tx, account: int) -> tuple[tuple[int, int], ...]:
    """(Sending, outlet) of the posts of an account that are to be made, what goes first first."""
    rows = await tx.rows(
        select(outlet_posts.c.sending, outlet_posts.c.outlet)
        .join(sendings, sendings.c.id == outlet_posts.c.sending)
        .join(outlets, outlets.c.id == outlet_posts.c.outlet)
        .where(
            outlets.c.account == account,
            outlet_posts.c.stage == PostStage.WAITING,
            sendings.c.stage == Run.SENDING,
        )
        .order_by(sendings.c.priority, sendings.c.due, sendings.c.id, outlet_posts.c.outlet)
    )
    return tuple((row.sending, row.outlet) for row in rows)


async def claim(tx: Tx, lease: Lease, sending: int, outlet: int) -> bool:
    """Write down that the post is about to be made; False where it is not waiting any more, or its
    sending is not under way. Raises Lost.
    """
    await leases.check(tx, lease)
    under_way = select(sendings.c.id).where(
        sendings.c.id == sending, sendings.c.stage == Run.SENDING
    )
    if await tx.row(under_way) is None:
        return False
    return await _move(tx, sending, [outlet], PostStage.WAITING, PostStage.POSTING) == 1


async def settle(
    tx: Tx, lease: Lease, sending: int, outlet: int, stage: PostStage, message: int | None = None
) -> None:
    """Keep what came of a post that was about to be made. Raises Lost."""
    await leases.check(tx, lease)
    await tx.run(
        update(outlet_posts)
        .where(
            outlet_posts.c.sending == sending,
            outlet_posts.c.outlet == outlet,
            outlet_posts.c.stage == PostStage.POSTING,
        )
        .values(stage=stage, message=message)
    )


async def take_over(tx: Tx, lease: Lease) -> None:
    """What was about to be posted by somebody who did not come back may stand there: where the
    outlet says so a person decides, elsewhere it is posted again. Raises Lost.
    """
    await leases.check(tx, lease)
    for hold, stage in ((True, PostStage.HELD), (False, PostStage.WAITING)):
        mine = select(outlets.c.id).where(
            outlets.c.account == lease.account, outlets.c.hold_doubt.is_(hold)
        )
        await tx.run(
            update(outlet_posts)
            .where(outlet_posts.c.stage == PostStage.POSTING, outlet_posts.c.outlet.in_(mine))
            .values(stage=stage)
        )


async def resend(tx: Tx, sending: int, wanted: Collection[int]) -> int:
    """Post again in these outlets what may stand there already ([Send to these]); how many. A
    sending that was over is under way once more.
    """
    met = await _move(tx, sending, wanted, PostStage.HELD, PostStage.WAITING)
    if met:
        await tx.run(
            update(sendings)
            .where(sendings.c.id == sending, sendings.c.stage == Run.DONE)
            .values(stage=Run.SENDING, ended=None)
        )
    return met


async def leave(tx: Tx, sending: int, wanted: Collection[int]) -> int:
    """Leave what may or may not stand there as it is ([Leave]); how many."""
    return await _move(tx, sending, wanted, PostStage.HELD, PostStage.LEFT)


async def _move(
    tx: Tx, sending: int, wanted: Collection[int], before: PostStage, after: PostStage
) -> int:
    return await tx.run(
        update(outlet_posts)
        .where(
            outlet_posts.c.sending == sending,
            outlet_posts.c.outlet.in_(wanted),
            outlet_posts.c.stage == before,
        )
        .values(stage=after)
    )
