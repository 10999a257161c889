"""The work of a sending in slices: planned, taken, bound before it is sent, settled after.

Times are Unix milliseconds. Everything that sends proves its lease in the same transaction.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, and_, case, exists, func, insert, or_, select, update

from handlers.bulletins import Run
from handlers.subscriptions import PartOfDay
from storage import leases, sendings, subscribers
from storage.database import Tx
from storage.leases import Lease, Lost
from storage.sendings import Kind, Sending
from storage.subscribers import Reach
from storage.tables import outcomes, outlet_posts, outlets, slices
from storage.tables import sendings as rows_of_sendings
from storage.tables import subscribers as people

WEEK_MILLISECONDS = 7 * 24 * 3600 * 1000
_COUNTED = (int(Kind.SENT), int(Kind.UNKNOWN))
_ORDINARY = 2


@dataclass(frozen=True, slots=True)
class Planned:
    """Subscribers of one account and part of the day, `first` to `last`."""

    account: int
    part: PartOfDay
    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice to be sent: everybody up to `low` is settled, nobody above `bound` was sent anything.
    `crashed`: whoever held it did not give it back.
    """

    id: int
    sending: int
    account: int
    part: PartOfDay
    first: int
    last: int
    low: int
    bound: int
    crashed: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went with one subscriber; `message` is the app's number of it."""

    subscriber: int
    kind: Kind
    message: int | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction on the way through a slice: what was settled, and how far it may go on."""

    low: int
    bound: int
    outcomes: Sequence[Outcome] = ()
    counts: dict[tuple[int, Kind], int] = field(default_factory=dict)
    is_done: bool = False


async def plan(tx: Tx, sending: Sending, upto: int, groups: Sequence[Planned], now: int) -> bool:
    """Write the slices of everybody up to number `upto`; False where somebody else did so, or the
    sending is not under way any more.
    """
    begun = rows_of_sendings.c.begun
    values: dict[str, Any] = {
        "planned_to": upto,
        "planned": rows_of_sendings.c.planned + sum(each.count for each in groups),
        "begun": func.coalesce(begun, now),
    }
    met = await tx.run(
        update(rows_of_sendings)
        .where(
            rows_of_sendings.c.id == sending.id,
            rows_of_sendings.c.planned_to == sending.planned_to,
            # The first step is done once, even where there is nobody.
            begun.is_(None) if sending.begun is None else begun.is_not(None),
            rows_of_sendings.c.stage == Run.SENDING.value,
        )
        .values(**values)
    )
    if met == 1:
        await tx.run(insert(slices), [_written(sending.id, each) for each in groups])
    return met == 1


async def next_of(
    tx: Tx,
    sending: int,
    account: int,
    parts: Collection[PartOfDay],
    *,
    without: Collection[int] = (),
) -> Slice | None:
    """The next slice of an account that is not done, for one of these parts of the day, but none
    of those in `without`.
    """
    row = await tx.row(
        select(slices)
        .where(
            slices.c.sending == sending,
            slices.c.account == account,
            slices.c.done.is_(False),
            slices.c.part.in_([subscribers.number_of_part(each) for each in parts]),
            slices.c.id.not_in(without),
        )
        .order_by(slices.c.first, slices.c.id)
        .limit(1)
    )
    return _opened(row) if row is not None else None


async def take(tx: Tx, lease: Lease, wanted: Slice, reach: Reach) -> Slice | None:
    """Take a slice; who may have been sent it before a crash is counted as uncertain, for they are
    sent it again, and then nobody is bound. None where it is done by now. Raises Lost.
    """
    await leases.check(tx, lease)
    row = await tx.row(select(slices).where(slices.c.id == wanted.id).with_for_update())
    if row is None or row.done:
        return None
    found = _opened(row)
    mine = {"holder": lease.holder, "fence": lease.fence, "bound": found.low}
    await tx.run(update(slices).where(slices.c.id == found.id).values(**mine))
    if found.crashed and (uncertain := await _uncertain(tx, found, reach)):
        await tx.run(
            update(rows_of_sendings)
            .where(rows_of_sendings.c.id == found.sending)
            .values(uncertain=rows_of_sendings.c.uncertain + uncertain)
        )
    return found


async def settle(tx: Tx, lease: Lease, held: Slice, step: Step) -> Run | None:
    """Keep what came of it and how far sending may go on, all or nothing; who is gone is no
    subscriber any more. Gives where the sending stands now. Raises Lost.
    """
    await leases.check(tx, lease)
    await _write(tx, lease, held, low=step.low, bound=step.bound, done=step.is_done)
    await tx.run(
        insert(outcomes),
        [
            {
                "sending": held.sending,
                "subscriber": each.subscriber,
                "kind": int(each.kind),
                "message": each.message,
            }
            for each in step.outcomes
        ],
    )
    await sendings.add_up(tx, held.sending, held.account, step.counts)
    gone = [each.subscriber for each in step.outcomes if each.kind is Kind.GONE]
    if gone:
        await subscribers.stop_all(tx, gone)
    row = await tx.row(
        select(rows_of_sendings.c.stage).where(rows_of_sendings.c.id == held.sending)
    )
    return Run(row.stage) if row is not None else None


async def release(tx: Tx, lease: Lease, held: Slice, low: int) -> None:
    """Give a slice back in good order: everybody above `low` without an outcome was certainly not
    sent anything. Raises Lost.
    """
    await leases.check(tx, lease)
    await _write(tx, lease, held, holder=None, low=low, bound=low)


async def skip_rest(
    tx: Tx, lease: Lease, held: Slice, reach: Reach, kind: Kind = Kind.EXPIRED
) -> None:
    """Count everybody in a slice who was not settled as `kind`, and have done with it. Raises
    Lost.
    """
    await leases.check(tx, lease)
    await _write(tx, lease, held, low=held.last, bound=held.last, done=True)
    rows = await tx.rows(
        select(_province(reach).label("province"), func.count().label("met"))
        .where(_waiting(held, reach, held.low, held.last))
        .group_by("province")
    )
    counts = {(int(row.province), kind): int(row.met) for row in rows}
    await sendings.add_up(tx, held.sending, held.account, counts)


@dataclass(frozen=True, slots=True)
class Had:
    """What a subscriber had: whether this sending is settled with them, and how many ordinary
    bulletins they had, or may have had, in the last seven days without it.
    """

    is_settled: bool
    this_week: int


async def had(tx: Tx, sending: int, first: int, last: int, now: int) -> dict[int, Had]:
    """What the subscribers `first` to `last` had; who had nothing is left out."""
    mine = outcomes.c.sending == sending
    recent = and_(
        rows_of_sendings.c.priority == _ORDINARY,
        rows_of_sendings.c.begun.is_not(None),
        func.coalesce(rows_of_sendings.c.ended, now) > now - WEEK_MILLISECONDS,
    )
    # As one list: with an "or" beside it SQLite would read all outcomes of a sending.
    wanted = select(rows_of_sendings.c.id).where(or_(rows_of_sendings.c.id == sending, recent))
    counted = and_(outcomes.c.sending != sending, outcomes.c.kind.in_(_COUNTED))
    rows = await tx.rows(
        select(
            outcomes.c.subscriber,
            func.max(case((mine, 1), else_=0)).label("mine"),
            func.sum(case((counted, 1), else_=0)).label("others"),
        )
        .where(outcomes.c.sending.in_(wanted), outcomes.c.subscriber.between(first, last))
        .group_by(outcomes.c.subscriber)
    )
    return {row.subscriber: Had(bool(row.mine), int(row.others)) for row in rows}


async def is_finished(tx: Tx, sending: Sending, accounts: Collection[int]) -> bool:
    """Whether nothing is left to do over any of these accounts, neither for people nor outlets."""
    if sending.begun is None or not sending.is_planned:
        return False
    left = exists().where(
        slices.c.sending == sending.id, slices.c.done.is_(False), slices.c.account.in_(accounts)
    )
    posts = exists().where(
        outlet_posts.c.sending == sending.id,
        outlet_posts.c.stage.in_(("waiting", "posting")),
        outlets.c.id == outlet_posts.c.outlet,
        outlets.c.account.in_(accounts),
    )
    row = await tx.row(select((left | posts).label("left")))
    return row is not None and not row.left


async def _uncertain(tx: Tx, held: Slice, reach: Reach) -> int:
    waiting = _waiting(held, reach, held.low, held.bound)
    row = await tx.row(select(func.count().label("met")).select_from(people).where(waiting))
    return int(row.met) if row is not None else 0


def _waiting(held: Slice, reach: Reach, low: int, high: int) -> Any:
    """Those above `low` up to `high` without an outcome."""
    # The numbers are said once more inside: PostgreSQL is fifty times slower without.
    done = select(outcomes.c.subscriber).where(
        outcomes.c.sending == held.sending,
        outcomes.c.subscriber > low,
        outcomes.c.subscriber <= high,
    )
    return and_(
        people.c.id > low,
        people.c.id <= high,
        people.c.account == held.account,
        people.c.part == subscribers.number_of_part(held.part),
        subscribers.where(reach),
        people.c.id.not_in(done),
    )


def _province(reach: Reach) -> Any:
    """The province of the place for which somebody is reached, as `subscribers.page` tells it."""
    places = (people.c.place_1, people.c.place_2, people.c.place_3)
    within = [
        (or_(*(place.between(span.first, span.last) for span in reach.spans)), place // 100_000)
        for place in places
    ]
    return case(*within)


async def _write(tx: Tx, lease: Lease, held: Slice, **values: object) -> None:
    met = await tx.run(
        update(slices)
        .where(
            slices.c.id == held.id,
            slices.c.holder == lease.holder,
            slices.c.fence == lease.fence,
        )
        .values(**values)
    )
    if met != 1:
        raise Lost


def _written(sending: int, group: Planned) -> dict[str, object]:
    return {
        "sending": sending,
        "account": group.account,
        "part": subscribers.number_of_part(group.part),
        "first": group.first,
        "last": group.last,
        "planned": group.count,
        "low": group.first - 1,
        "bound": group.first - 1,
        "done": False,
        "holder": None,
        "until": 0,
        "fence": 0,
    }


def _opened(row: Row[Any]) -> Slice:
    return Slice(
        row.id,
        row.sending,
        row.account,
        subscribers.part_of(row.part),
        row.first,
        row.last,
        row.low,
        row.bound,
        row.holder is not None,
    )
