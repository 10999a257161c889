"""How long closed tips are kept, and the job that destroys them when their time has passed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import delete, insert, select, update

from handlers.tips import Outcome, Status
from storage import record, stored, tally
from storage.cards import records
from storage.database import Database, Tx
from storage.record import Record
from storage.tables import counters, tallies, tips, tombstones

RETENTION_DAY = "retention_day"
"""The counter that holds the day (its ordinal) on which the job was done last."""
TOMBSTONE_DAYS = 40
"""A backup lives for 30 days; whoever restores the oldest one a little late still needs them."""
BATCH_WEIGHT = 50
"""How much one transaction destroys: SQLite has one writer, and workers file meanwhile. With more
it takes longer in all: what does not fit into SQLite's cache is written several times.
"""
_WEIGHT_OF_A_FILE = 10
"""A tip without files weighs 1. Every byte that is destroyed is written over first."""


@dataclass(frozen=True, slots=True)
class Days:
    """For how many days a tip is kept after its closing, by outcome; `withdrawn`: its worker ended
    it. What stands here is the longest.
    """

    handled: int = 90
    passed: int = 90
    insufficient: int = 45
    unverified: int = 45
    duplicate: int = 45
    withdrawn: int = 45
    out_of_scope: int = 7

    def of(self, outcome: Outcome | None) -> int:
        """The days of one outcome; None is that of a tip whose worker ended it."""
        return int(getattr(self, outcome.value if outcome is not None else "withdrawn"))


LONGEST = Days()


@dataclass(frozen=True, slots=True)
class Report:
    """What the job did: tips destroyed, tips of an earlier version that count from today on,
    tombstones that no backup needs any more.
    """

    destroyed: int = 0
    dated: int = 0
    forgotten: int = 0


@dataclass(frozen=True, slots=True)
class Outlook:
    """Closed tips of one outcome: due by now, due within a week, kept for longer."""

    due: int = 0
    soon: int = 0
    kept: int = 0


def ends_on(known: Record, days: Days) -> date | None:
    """The day on which the tip is due to be destroyed; None while it is open, or its count has not
    begun.
    """
    if known.status is not Status.CLOSED or known.closed_on is None:
        return None
    # Its worker may ask the unit above to the end of the last day.
    asks = 1 if known.outcome is Outcome.OUT_OF_SCOPE else 0
    return known.closed_on + timedelta(days=days.of(known.outcome) + asks)


async def due(tx: Tx, today: date, days: Days) -> Mapping[bytes, Record]:
    """The closed tips whose time has passed. An open tip never is among them."""
    found = await records(tx)
    return {tip: known for tip, known, _ in found if _is_due(known, today, days)}


async def outlook(tx: Tx, today: date, days: Days) -> Mapping[Outcome | None, Outlook]:
    """What the job would do, by outcome (None: ended by the worker); changes nothing."""
    shown: dict[Outcome | None, Outlook] = {}
    week = today + timedelta(days=7)
    for _, known, _ in await records(tx):
        if known.status is not Status.CLOSED:
            continue
        ends, one = ends_on(known, days), shown.get(known.outcome, Outlook())
        if ends is None or ends > week:
            one = replace(one, kept=one.kept + 1)
        elif ends > today:
            one = replace(one, soon=one.soon + 1)
        else:
            one = replace(one, due=one.due + 1)
        shown[known.outcome] = one
    return shown


async def run(
    database: Database,
    today: date,
    days: Days,
    *,
    begun: Callable[[int], None] = lambda _: None,
    told: Callable[[int], None] = lambda _: None,
) -> Report:
    """Destroy what is due, some tips a transaction: killed at any point, it goes on where
    it was. `begun` hears how many tips are due, `told` after each transaction of how many more.

    Raises what the writing of a tally raises; a tip that is not counted is never destroyed.
    """
    async with database.read() as tx:
        undated = [tip for tip, known, _ in await records(tx) if _is_undated(known)]
        found = await due(tx, today, days)
    begun(len(found))
    dated = destroyed = 0
    for at in range(0, len(undated), BATCH_WEIGHT):
        async with database.write() as tx:
            dated += await _date(tx, undated[at : at + BATCH_WEIGHT], today)
    for batch in _batches(found):
        async with database.write() as tx:
            destroyed += await _destroy(tx, batch, today, days)
        told(len(batch))
    async with database.write() as tx:
        forgotten = await tx.run(
            delete(tombstones).where(tombstones.c.day < today - timedelta(days=TOMBSTONE_DAYS))
        )
    await database.truncate_log()
    return Report(destroyed, dated, forgotten)


async def last_done(tx: Tx) -> date | None:
    """The day on which the job was done last, as `mark_done` kept it."""
    row = await tx.row(select(counters.c.value).where(counters.c.name == RETENTION_DAY))
    return date.fromordinal(row.value) if row is not None else None


async def mark_done(tx: Tx, today: date) -> None:
    """Keep that the job was done to its end on `today`."""
    values = {"value": today.toordinal()}
    if not await tx.run(update(counters).where(counters.c.name == RETENTION_DAY).values(values)):
        await tx.run(insert(counters).values(name=RETENTION_DAY, **values))


def _is_due(known: Record, today: date, days: Days) -> bool:
    ends = ends_on(known, days)
    return ends is not None and ends <= today


def _is_undated(known: Record) -> bool:
    return known.status is Status.CLOSED and known.closed_on is None


def _batches(found: Mapping[bytes, Record]) -> Iterator[Sequence[bytes]]:
    batch: list[bytes] = []
    weight = 0
    for tip, known in found.items():
        own = 1 + known.files * _WEIGHT_OF_A_FILE
        if batch and weight + own > BATCH_WEIGHT:
            yield batch
            batch, weight = [], 0
        batch.append(tip)
        weight += own
    if batch:
        yield batch


async def _date(tx: Tx, batch: Sequence[bytes], today: date) -> int:
    """Let tips that an earlier version closed count from today on, and be counted."""
    held = {tip: known for tip, known in (await _hold(tx, batch)).items() if _is_undated(known)}
    for tip, known in held.items():
        dated = replace(known, closed_on=today)
        counted = dated.tally or await tally.write(tx, dated)
        await stored.write_record(tx, tip, replace(dated, tally=counted))
    return len(held)


async def _destroy(tx: Tx, batch: Sequence[bytes], today: date, days: Days) -> int:
    # Asked again with the rows held: somebody may have opened one of them again, or deleted it.
    held = await _hold(tx, batch)
    gone = {tip: known for tip, known in held.items() if _is_due(known, today, days)}
    if not gone:
        return 0
    counted = await _counted(tx, gone.values())
    for known in gone.values():
        if known.tally not in counted:
            await tally.write(tx, known)
    await stored.destroy(tx, gone, today)
    return len(gone)


async def _hold(tx: Tx, batch: Sequence[bytes]) -> dict[bytes, Record]:
    """Those of the tips that are there, their rows locked in one order, so that two of this job do
    not wait for each other for ever.
    """
    statement = select(tips.c.id, tips.c.record).where(tips.c.id.in_(batch)).order_by(tips.c.id)
    rows = await tx.rows(statement.with_for_update())
    return {bytes(row.id): record.unseal(tx.keys, bytes(row.id), row.record) for row in rows}


async def _counted(tx: Tx, known: Iterable[Record]) -> frozenset[str]:
    """The ids of those tallies of the tips that stand."""
    ids = [bytes.fromhex(each.tally) for each in known if each.tally]
    rows = await tx.rows(select(tallies.c.id).where(tallies.c.id.in_(ids)))
    return frozenset(bytes(row.id).hex() for row in rows)
