"""The times that a bulletin is sent: where each stands, and how it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from handlers.bulletins import Bulletin, Run, Urgency
from storage.database import Tx
from storage.tables import accounts, sendings, slices, sums

PRIORITIES = {Urgency.DANGER: 0, Urgency.ALERT: 1, Urgency.ORDINARY: 2}
"""What goes first; within one priority the older sending does."""

_MOVES = {
    Run.LATE: {Run.SENDING, Run.CANCELLED, Run.STOPPED},
    Run.SENDING: {Run.PAUSED, Run.DONE, Run.CANCELLED, Run.STOPPED},
    Run.PAUSED: {Run.SENDING, Run.CANCELLED, Run.STOPPED},
}
_OVER = (Run.DONE, Run.CANCELLED, Run.STOPPED)


class Kind(IntEnum):
    """How it went with one subscriber. Who was SKIPPED had enough bulletins that week; for those
    EXPIRED it came to an end before their turn. Only the first four have a row of their own.
    """

    SENT = 1
    GONE = 2
    REFUSED = 3
    UNKNOWN = 4
    SKIPPED = 5
    EXPIRED = 6


@dataclass(frozen=True, slots=True)
class Sending:
    """One time that a bulletin is sent. `planned` subscribers so far; `is_planned`: that is all of
    them. `reason` says why it is not under way: a short word of ours, or "".
    """

    id: int
    bulletin: str
    version: int
    due: datetime
    priority: int
    stage: Run
    reason: str
    high_water: int
    planned_to: int
    planned: int
    uncertain: int
    begun: datetime | None
    ended: datetime | None

    @property
    def is_planned(self) -> bool:
        """Whether everybody that it is for was counted."""
        return self.planned_to >= self.high_water

    @property
    def is_over(self) -> bool:
        """Whether it came to an end, one way or another."""
        return self.stage in _OVER


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sending is. `counts` holds every kind. `repeats_bound` is the most subscribers
    that may have got it twice, after crashes. `waits_until`: the app allows nothing before, by
    account, where that is later than now.
    """

    sending: Sending
    counts: dict[Kind, int]
    repeats_bound: int
    waits_until: dict[int, datetime]

    @property
    def settled(self) -> int:
        """With how many it went one way or another."""
        return sum(self.counts.values())


async def start(
    tx: Tx,
    bulletin: Bulletin,
    due: datetime,
    high_water: int,
    *,
    stage: Run = Run.SENDING,
    reason: str = "",
) -> Sending | None:
    """Let a bulletin be sent to everybody up to `high_water`; None where it was fired for that
    minute before, by whomever.
    """
    minute = due.astimezone(UTC).replace(second=0, microsecond=0)
    values = {
        "bulletin": bulletin.id,
        "version": bulletin.version,
        "fire_key": f"{bulletin.id}:{minute:%Y-%m-%dT%H:%MZ}",
        "due": _milliseconds(due),
        "priority": PRIORITIES[bulletin.content.urgency],
        "stage": stage.value,
        "reason": reason,
        "high_water": high_water,
        "planned_to": 0,
        "planned": 0,
        "uncertain": 0,
    }
    into = (sqlite.insert if tx.is_sqlite else postgresql.insert)(sendings)
    only_once = into.values(**values).on_conflict_do_nothing(index_elements=["fire_key"])
    row = await tx.row(only_once.returning(sendings))
    return _opened(row) if row is not None else None


async def by_id(tx: Tx, sending: int) -> Sending | None:
    """One sending."""
    row = await tx.row(select(sendings).where(sendings.c.id == sending))
    return _opened(row) if row is not None else None


async def of_bulletin(tx: Tx, bulletin: str) -> tuple[Sending, ...]:
    """All times that a bulletin was sent, the latest first."""
    latest_first = (sendings.c.due.desc(), sendings.c.id.desc())
    rows = await tx.rows(
        select(sendings).where(sendings.c.bulletin == bulletin).order_by(*latest_first)
    )
    return tuple(map(_opened, rows))


async def active(tx: Tx) -> tuple[Sending, ...]:
    """Those under way, what goes first first."""
    return await in_stages(tx, [Run.SENDING])


async def in_stages(tx: Tx, stages: Sequence[Run]) -> tuple[Sending, ...]:
    """Those in one of `stages`, what goes first first."""
    rows = await tx.rows(
        select(sendings)
        .where(sendings.c.stage.in_([each.value for each in stages]))
        .order_by(sendings.c.priority, sendings.c.due, sendings.c.id)
    )
    return tuple(map(_opened, rows))


async def set_stage(tx: Tx, sending: int, stage: Run, *, now: datetime, reason: str = "") -> bool:
    """Pause, resume, cancel, stop or finish; False where the sending is not in a stage that leads
    there. Whoever sends it sees that within one window.
    """
    leading = [each.value for each, moves in _MOVES.items() if stage in moves]
    ended = _milliseconds(now) if stage in _OVER else None
    met = await tx.run(
        update(sendings)
        .where(sendings.c.id == sending, sendings.c.stage.in_(leading))
        .values(stage=stage.value, reason=reason, ended=ended)
    )
    return met == 1


async def unasked(tx: Tx) -> tuple[Sending, ...]:
    """Those that are late and whose author was not asked yet."""
    rows = await tx.rows(
        select(sendings)
        .where(sendings.c.stage == Run.LATE.value, sendings.c.asked.is_(None))
        .order_by(sendings.c.id)
    )
    return tuple(map(_opened, rows))


async def untold(tx: Tx, reason: str) -> tuple[Sending, ...]:
    """Those that were stopped for this reason and whose author was not told yet."""
    stopped = (sendings.c.stage == Run.STOPPED.value) & (sendings.c.reason == reason)
    rows = await tx.rows(
        select(sendings).where(stopped, sendings.c.asked.is_(None)).order_by(sendings.c.id)
    )
    return tuple(map(_opened, rows))


async def set_asked(tx: Tx, sending: int, now: datetime | None) -> bool:
    """Keep that the author is asked, or told, at `now`, None: they could not be; False where
    somebody else did so before.
    """
    same = sendings.c.asked.is_(None) if now else sendings.c.asked.is_not(None)
    met = await tx.run(
        update(sendings)
        .where(sendings.c.id == sending, same)
        .values(asked=_milliseconds(now) if now else None)
    )
    return met == 1


async def sums_of(tx: Tx, sending: int) -> tuple[tuple[int, int, Kind, int], ...]:
    """How it went: (account, province, kind, count), of everybody who was settled so far."""
    rows = await tx.rows(
        select(sums)
        .where(sums.c.sending == sending)
        .order_by(sums.c.account, sums.c.province, sums.c.kind)
    )
    return tuple(
        (row.account, row.province, Kind(row.kind), int(row._mapping["count"])) for row in rows
    )


async def progress(tx: Tx, sending: int, now: datetime) -> Progress | None:
    """How far a sending is."""
    found = await by_id(tx, sending)
    if found is None:
        return None
    counts = dict.fromkeys(Kind, 0)
    for row in await tx.rows(
        select(sums.c.kind, func.sum(sums.c["count"]).label("met"))
        .where(sums.c.sending == sending)
        .group_by(sums.c.kind)
    ):
        counts[Kind(row.kind)] = int(row.met)
    halts = await tx.rows(
        select(accounts.c.id, accounts.c.halted_until).where(
            accounts.c.halted_until > _milliseconds(now), accounts.c.id.in_(_accounts_of(sending))
        )
    )
    waits = {row.id: moment(row.halted_until) for row in halts}
    return Progress(found, counts, found.uncertain, waits if not found.is_over else {})


async def add_up(tx: Tx, sending: int, account: int, counts: dict[tuple[int, Kind], int]) -> None:
    """Add to the sums, by province and kind, in the transaction that settles."""
    rows = [
        {
            "sending": sending,
            "account": account,
            "province": province,
            "kind": int(kind),
            "count": count,
        }
        # In one order for everybody, so that no two wait for each other.
        for (province, kind), count in sorted(counts.items())
        if count
    ]
    into = (sqlite.insert if tx.is_sqlite else postgresql.insert)(sums)
    await tx.run(
        into.on_conflict_do_update(
            index_elements=["sending", "account", "province", "kind"],
            set_={"count": sums.c["count"] + into.excluded["count"]},
        ),
        rows,
    )


def moment(milliseconds: int) -> datetime:
    """A stored time."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _milliseconds(when: datetime) -> int:
    return round(when.timestamp() * 1000)


def _accounts_of(sending: int) -> Any:
    return select(slices.c.account).where(slices.c.sending == sending, slices.c.done.is_(False))


def _opened(row: Row[Any]) -> Sending:
    return Sending(
        row.id,
        row.bulletin,
        row.version,
        moment(row.due),
        row.priority,
        Run(row.stage),
        row.reason,
        row.high_water,
        row.planned_to,
        row.planned,
        row.uncertain,
        moment(row.begun) if row.begun is not None else None,
        moment(row.ended) if row.ended is not None else None,
    )
