"""What every tick of the clock does: bulletins whose time has come begin to be sent, once each.

The database is the truth and the clock only wakes us. Whoever ticks, and however often, a time of a
plan fires once; what was missed is caught up with.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from broadcasts import audience, library, timetable
from broadcasts.audience import Nowhere
from broadcasts.checks import cited_by
from broadcasts.hours import is_expired
from handlers.bulletins import REMINDER, Bulletin, Content, Plan, Run, Stage, seal_of
from handlers.laws.changes import in_force
from storage import bulletins, law_changes, released_texts, restored, sendings, units
from storage.bulletins import approvers_needed
from storage.database import Database, Tx
from storage.places import Places

LATE_HOURS = 3
"""What is later than this asks its author first: the day may have moved on."""
EXPIRED, UNAPPROVED, NOWHERE, MISSED = "expired", "unapproved", "nowhere", "missed"
REPLACED = "replaced"
"""The reasons for which a bulletin is not sent at its time."""

_LATE = timedelta(hours=LATE_HOURS)
_A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Fired:
    """A sending that was written down, and how it begins: under way, LATE, or STOPPED."""

    sending: int
    stage: Run


async def tick(
    database: Database, now: datetime, zone: ZoneInfo, places: Places
) -> tuple[Fired, ...]:
    """Let everything begin that is due at `now` (aware); what was fired. Each bulletin has its own
    transaction: one that fails keeps nobody else waiting, and is raised at the end.
    """
    async with database.read() as tx:
        waiting = await bulletins.due(tx, int(now.timestamp()))
    found: list[Fired] = []
    failures: list[Exception] = []
    for each in waiting:
        try:
            async with database.write() as tx:
                fired = await _fire(tx, each.id, now, zone, places)
        except Exception as error:  # noqa: BLE001 - the next bulletin has its own chance
            failures.append(error)
        else:
            found += [fired] if fired is not None else []
    if failures:
        raise failures[0]
    return tuple(found)


async def schedule(tx: Tx, bulletin: Bulletin, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Make an approved bulletin due at the first time of its plan after `now`, or in this minute
    where it is to go as soon as it is approved; which one that is. None where the plan has none, or
    it is not approved.
    """
    coming = _coming(bulletin.content.plan, now, zone)
    is_set = await bulletins.set_next_due(tx, bulletin.id, _seconds(coming))
    return coming if is_set else None


async def mend(database: Database, now: datetime, zone: ZoneInfo) -> int:
    """Bring back what a clock that ran ahead has put off, at a start and when the clock went back:
    every approved bulletin is due at the next time of its plan after `now`. Nothing is sent twice
    by that; how many were brought back.
    """
    async with database.write() as tx:
        tree = await units.tree(tx)
        ids = [unit.id for unit in tree.all] if tree is not None else []
        own = await bulletins.by_id(tx, REMINDER)
        mended = 0
        for bulletin in (*await bulletins.of_units(tx, ids), *([own] if own else ())):
            stored = await bulletins.next_due(tx, bulletin.id)
            if bulletin.stage is not Stage.APPROVED or stored is None:
                continue
            coming = _seconds(_coming(bulletin.content.plan, now, zone))
            if coming is not None and coming < stored:
                mended += await bulletins.set_next_due(tx, bulletin.id, coming)
    return mended


async def why_not(tx: Tx, bulletin: Bulletin, now: datetime, zone: ZoneInfo) -> str | None:
    """Why an approved bulletin must not be sent at `now`; None when it may."""
    if is_expired(bulletin.content.expires_on, now, zone):
        return EXPIRED
    if await is_replaced(tx, bulletin.content, now, zone):
        return REPLACED
    return None if await is_approved(tx, bulletin) else UNAPPROVED


async def is_replaced(tx: Tx, content: Content, now: datetime, zone: ZoneInfo) -> bool:
    """Whether another document counts by now in the place of one that it rests on."""
    today = now.astimezone(zone).date()
    return in_force(cited_by(content), await law_changes.known(tx), today) is not None


async def is_approved(tx: Tx, bulletin: Bulletin) -> bool:
    """Whether enough people approved exactly what it says now, none of whom wrote any of it. A text
    that calls itself one of the library has to be that text.
    """
    content = bulletin.content
    if seal_of(bulletin.unit, content) != bulletin.seal:
        return False
    if bulletin.id == REMINDER:
        return library.is_reminder(content)
    if content.library:
        released = await released_texts.seals(tx)
        if not library.is_unedited(content, released):
            return False
    given = await bulletins.approvals_of(tx, bulletin.id)
    approvers = {each.staff for each in given if each.seal == bulletin.seal}
    others = approvers - await bulletins.writers_of(tx, bulletin.id)
    return len(others) >= approvers_needed(content)


async def _fire(
    tx: Tx, bulletin_id: str, now: datetime, zone: ZoneInfo, places: Places
) -> Fired | None:
    bulletin = await bulletins.by_id(tx, bulletin_id, lock=True)
    seconds = await bulletins.next_due(tx, bulletin_id)
    # Somebody else may have ticked, deleted or edited since we looked.
    if bulletin is None or bulletin.stage is not Stage.APPROVED or seconds is None:
        return None
    planned = datetime.fromtimestamp(seconds, UTC)
    if planned > now:
        return None
    due = _latest(bulletin, planned, now, zone)
    reason = await why_not(tx, bulletin, now, zone)
    whom = await audience.reach(tx, bulletin.unit, bulletin.content, now, zone, places)
    high_water = 0
    if isinstance(whom, Nowhere):
        reason = reason or NOWHERE
    else:
        high_water = whom.high_water
    again = await restored.at(tx)
    # What was due before a restore may have been sent, and the backup does not know of it.
    is_doubtful = again is not None and due <= again
    is_late = now - due > _LATE or is_doubtful
    if is_late and bulletin.id == REMINDER:
        # There is nobody to ask, and another comes next week.
        reason = reason or MISSED
    stage = Run.LATE if is_late else Run.SENDING
    doubt = restored.REASON if is_doubtful else ""
    sending = await sendings.start(tx, bulletin, due, high_water, stage=stage, reason=doubt)
    if sending is not None and reason is not None:
        stage = Run.STOPPED
        await sendings.set_stage(tx, sending.id, stage, now=now, reason=reason)
    await _move_on(tx, bulletin, due, reason, zone)
    return Fired(sending.id, stage) if sending is not None else None


def _latest(bulletin: Bulletin, planned: datetime, now: datetime, zone: ZoneInfo) -> datetime:
    """Of the times that have come, the last: after a week of standstill one is sent, not seven."""
    plan = bulletin.content.plan
    return timetable.latest_due(plan, planned - _A_MOMENT, now, zone) or planned


async def _move_on(
    tx: Tx, bulletin: Bulletin, due: datetime, reason: str | None, zone: ZoneInfo
) -> None:
    """The next time of the plan; a bulletin without one is over, and so is one that expired. What
    has to be mended by somebody is a draft again.
    """
    coming = timetable.next_time(bulletin.content.plan, due, zone)
    if reason in {UNAPPROVED, REPLACED} or (reason == NOWHERE and coming is None):
        await bulletins.set_stage(tx, bulletin.id, Stage.DRAFT)
    elif coming is None or reason == EXPIRED:
        await bulletins.set_stage(tx, bulletin.id, Stage.ENDED)
    else:
        await bulletins.set_next_due(tx, bulletin.id, _seconds(coming))


def _coming(plan: Plan, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The first time of an approved plan after `now`; this minute where it goes at once."""
    if plan.asap:
        return now.astimezone(UTC).replace(second=0, microsecond=0)
    return timetable.next_time(plan, now, zone)


def _seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment is not None else None
