"""Bulletins: their versions, who approved which of them, and when they are due.

What everybody may read stands in clear. An approval is bound to the seal of what was shown, so an
edit leaves it without effect, whoever makes it.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from handlers.bulletins import REMINDER, Bulletin, Content, Stage, Urgency, seal_of
from handlers.roles import Role
from storage import contents, staff
from storage.chance import random_bytes
from storage.database import Tx
from storage.tables import approvals, bulletins, versions
from storage.unit_rows import MOST_NAMED

_LOCK = 7_401_005
_ID_BYTES = 8
_NOBODY = bytes(16)
_OVER = (Stage.ENDED, Stage.DELETED)


class Approval(StrEnum):
    """What became of an approval."""

    APPROVED = "approved"
    NEEDS_ANOTHER = "needs_another"
    OWN = "own"
    OLD = "old"
    NO_RIGHT = "no_right"


@dataclass(frozen=True, slots=True)
class Given:
    """An approval that somebody gave to what had this seal."""

    seal: str
    staff: bytes = field(repr=False)
    day: date


def approvers_needed(content: Content) -> int:
    """How many other people must approve: for an alert one more than else, for a checked text of
    the library one fewer. Whoever sets `library` has made sure that the text is that one.
    """
    alert = content.urgency is not Urgency.ORDINARY
    return (0 if content.library else 1) + alert


async def create(tx: Tx, unit: str, author: bytes, content: Content, today: date) -> Bulletin:
    """A new draft."""
    made = Bulletin(
        id=random_bytes(_ID_BYTES).hex(),
        unit=unit,
        author=author,
        stage=Stage.DRAFT,
        version=1,
        content=content,
        seal=seal_of(unit, content),
    )
    await tx.run(
        insert(bulletins).values(
            id=made.id,
            unit=unit,
            author=author,
            stage=made.stage,
            version=made.version,
            seal=made.seal,
            created=today,
            next_due=None,
        )
    )
    await _write_version(tx, made, author)
    return made


async def edit(
    tx: Tx, bulletin: str, content: Content, version: int, *, author: bytes | None = None
) -> Bulletin | None:
    """Change the version that was shown; None when it is not the present one any more, and for a
    bulletin that is over. `author` is who changes it; None: who began it.

    It is a draft again and not due; an approval counts for it only where it says once more what
    was approved. Nothing happens where nothing is changed.
    """
    known = await by_id(tx, bulletin, lock=True)
    if known is None or known.version != version or known.stage in _OVER:
        return None
    seal = seal_of(known.unit, content)
    if seal == known.seal:
        return known
    changed = Bulletin(known.id, known.unit, known.author, Stage.DRAFT, version + 1, content, seal)
    values = {"stage": changed.stage, "version": version + 1, "seal": seal, "next_due": None}
    await tx.run(update(bulletins).where(bulletins.c.id == bulletin).values(**values))
    await _write_version(tx, changed, author or known.author)
    return changed


async def move(tx: Tx, known: Bulletin, scope: tuple[str, ...]) -> None:
    """Let it name other places, for the map has changed: a version that nobody else wrote than who
    began it, and a draft again.
    """
    content = replace(known.content, scope=scope)
    await edit(tx, known.id, content, known.version)


async def keep_reminder(tx: Tx, unit: str, content: Content, today: date) -> Bulletin | None:
    """Let the reminder of the bell say this, for this unit, approved; None where it does already.
    Nobody wrote it, and nobody can: it changes with us alone.
    """
    known = await by_id(tx, REMINDER, lock=True)
    seal = seal_of(unit, content)
    if known is not None and known.seal == seal and known.stage is Stage.APPROVED:
        return None
    version = known.version + 1 if known is not None else 1
    made = Bulletin(REMINDER, unit, _NOBODY, Stage.APPROVED, version, content, seal)
    values = {"unit": unit, "stage": made.stage, "version": version, "seal": seal, "next_due": None}
    if known is not None:
        await tx.run(update(bulletins).where(bulletins.c.id == REMINDER).values(**values))
    else:
        into = (sqlite.insert if tx.is_sqlite else postgresql.insert)(bulletins)
        row = {"id": REMINDER, "author": _NOBODY, "created": today, **values}
        # Two processes may start at once.
        if not await tx.run(into.values(**row).on_conflict_do_nothing(index_elements=["id"])):
            return None
    await _write_version(tx, made, _NOBODY)
    return made


async def plan_alone(tx: Tx) -> None:
    """Let nobody else write or take out a whole calendar before this transaction ends."""
    # Two who look at an empty year at once would both fill it; on SQLite there is one writer.
    if not tx.is_sqlite:
        await tx.row(select(func.pg_advisory_xact_lock(_LOCK)))


async def by_id(tx: Tx, bulletin: str, *, lock: bool = False) -> Bulletin | None:
    """A bulletin as it stands, one that is over too. `lock`: nobody else changes it until the end
    of the transaction.
    """
    if lock:
        await tx.row(select(bulletins.c.id).where(bulletins.c.id == bulletin).with_for_update())
    found = await _found(tx, _SELECTED.where(bulletins.c.id == bulletin))
    return found[0] if found else None


async def of_units(tx: Tx, units: Collection[str]) -> tuple[Bulletin, ...]:
    """The bulletins of these units, the newest first, without deleted ones and without the reminder
    of the bell, which is nobody's.
    """
    mine = bulletins.c.id != REMINDER
    # More names than a database takes in one statement: a whole country has fewer bulletins.
    if len(units) <= MOST_NAMED:
        mine &= bulletins.c.unit.in_(units)
    found = await _found(
        tx,
        _SELECTED.where(mine, bulletins.c.stage != Stage.DELETED).order_by(
            bulletins.c.created.desc(), bulletins.c.id
        ),
    )
    wanted = frozenset(units)
    return tuple(each for each in found if each.unit in wanted)


async def planned(tx: Tx) -> tuple[Bulletin, ...]:
    """The bulletins of all units that are shown to an approver or free to be sent, without the
    reminder of the bell.
    """
    stages = bulletins.c.stage.in_([Stage.PROPOSED, Stage.APPROVED])
    waiting = _SELECTED.where(stages, bulletins.c.id != REMINDER)
    return await _found(tx, waiting.order_by(bulletins.c.id))


async def content_of(tx: Tx, bulletin: str, version: int) -> Content | None:
    """What a version said."""
    where = (versions.c.bulletin == bulletin) & (versions.c.number == version)
    row = await tx.row(select(versions.c.body).where(where))
    return contents.read(row.body) if row is not None else None


async def version_of(tx: Tx, bulletin: str, seal: str) -> int | None:
    """The newest version with this seal: what an approval was given to."""
    where = (versions.c.bulletin == bulletin) & (versions.c.seal == seal)
    row = await tx.row(select(func.max(versions.c.number).label("newest")).where(where))
    return row.newest if row is not None else None


async def writers_of(tx: Tx, bulletin: str) -> frozenset[bytes]:
    """Everybody who wrote some version of it; none of them may approve it."""
    rows = await tx.rows(select(versions.c.author).where(versions.c.bulletin == bulletin))
    return frozenset(bytes(row.author) for row in rows)


async def propose(tx: Tx, bulletin: str, version: int) -> bool:
    """Let a draft wait for an approver; False when that version is no draft any more."""
    where = (bulletins.c.id == bulletin) & (bulletins.c.version == version)
    where &= bulletins.c.stage == Stage.DRAFT
    return await tx.run(update(bulletins).where(where).values(stage=Stage.PROPOSED)) > 0


async def approve(tx: Tx, bulletin: str, seal: str, member: bytes, today: date) -> Approval:
    """Write down that a member approves what has this seal; it may be sent once enough did.

    Their right is read again here: approver at the unit or at one above, and none of the words are
    theirs. For a checked text that needs nobody else, the right to write is enough. Of those who
    approved before count who still has that right.
    """
    known = await by_id(tx, bulletin, lock=True)
    needed = approvers_needed(known.content) if known is not None else 0
    waits = {Stage.PROPOSED, Stage.APPROVED} if needed else {*Stage} - {*_OVER}
    if known is None or known.seal != seal or known.stage not in waits:
        return Approval.OLD
    rights = {Role.APPROVER} if needed else {Role.APPROVER, Role.AUTHOR}
    if not await _may(tx, member, known.unit, rights):
        return Approval.NO_RIGHT
    writers = await writers_of(tx, bulletin)
    if needed and member in writers:
        return Approval.OWN
    if known.stage is Stage.APPROVED:
        return Approval.APPROVED
    given = {each.staff for each in await approvals_of(tx, bulletin) if each.seal == seal}
    if member not in given:
        values = {"bulletin": bulletin, "seal": seal, "staff": member, "day": today}
        await tx.run(insert(approvals).values(**values))
    counted = {member}
    for other in given - writers - {member}:
        if await _may(tx, other, known.unit, rights):
            counted.add(other)
    if len(counted) < needed:
        return Approval.NEEDS_ANOTHER
    await set_stage(tx, bulletin, Stage.APPROVED)
    return Approval.APPROVED


async def approvals_of(tx: Tx, bulletin: str) -> tuple[Given, ...]:
    """All approvals that were ever given, to whichever version, in order of the days."""
    asked = select(approvals).where(approvals.c.bulletin == bulletin).order_by(approvals.c.day)
    return tuple(Given(row.seal, bytes(row.staff), row.day) for row in await tx.rows(asked))


async def approved_seals(tx: Tx, bulletin: str) -> frozenset[str]:
    """The seals that somebody approved; for an alert that may be one person too few."""
    return frozenset(each.seal for each in await approvals_of(tx, bulletin))


async def set_stage(tx: Tx, bulletin: str, stage: Stage) -> bool:
    """Bring it to that stage; it is due only while it is approved. False when it is not there."""
    values: dict[str, Any] = {"stage": stage}
    if stage is not Stage.APPROVED:
        values["next_due"] = None
    return await tx.run(update(bulletins).where(bulletins.c.id == bulletin).values(**values)) > 0


async def set_next_due(tx: Tx, bulletin: str, seconds: int | None) -> bool:
    """When it is sent next, in Unix seconds; None: no more. False when it is not approved."""
    where = (bulletins.c.id == bulletin) & (bulletins.c.stage == Stage.APPROVED)
    return await tx.run(update(bulletins).where(where).values(next_due=seconds)) > 0


async def next_due(tx: Tx, bulletin: str) -> int | None:
    """When it is sent next, in Unix seconds."""
    row = await tx.row(select(bulletins.c.next_due).where(bulletins.c.id == bulletin))
    return row.next_due if row is not None else None


async def earliest_due(tx: Tx) -> int | None:
    """When the next of all bulletins is due, in Unix seconds."""
    row = await tx.row(select(func.min(bulletins.c.next_due).label("earliest")))
    return row.earliest if row is not None else None


async def due(tx: Tx, now_s: int) -> tuple[Bulletin, ...]:
    """The approved bulletins whose time has come, in the order of their times."""
    waiting = _SELECTED.where(bulletins.c.next_due <= now_s, bulletins.c.stage == Stage.APPROVED)
    return await _found(tx, waiting.order_by(bulletins.c.next_due, bulletins.c.id))


async def delete(tx: Tx, bulletin: str) -> bool:
    """Take it away for good; its reports stay. False when it is not there, or was deleted."""
    where = (bulletins.c.id == bulletin) & (bulletins.c.stage != Stage.DELETED)
    gone = {"stage": Stage.DELETED, "next_due": None}
    return await tx.run(update(bulletins).where(where).values(**gone)) > 0


_SELECTED = select(bulletins, versions.c.body).join(
    versions,
    (versions.c.bulletin == bulletins.c.id) & (versions.c.number == bulletins.c.version),
)


async def _found(tx: Tx, asked: Select[Any]) -> tuple[Bulletin, ...]:
    return tuple(map(_opened, await tx.rows(asked)))


def _opened(row: Row[Any]) -> Bulletin:
    return Bulletin(
        id=row.id,
        unit=row.unit,
        author=bytes(row.author),
        stage=Stage(row.stage),
        version=row.version,
        content=contents.read(row.body),
        seal=row.seal,
    )


async def _write_version(tx: Tx, bulletin: Bulletin, author: bytes) -> None:
    await tx.run(
        insert(versions).values(
            bulletin=bulletin.id,
            number=bulletin.version,
            author=author,
            seal=bulletin.seal,
            body=contents.written(bulletin.content),
        )
    )


async def _may(tx: Tx, member: bytes, unit: str, roles: Collection[Role]) -> bool:
    """Whether a member has one of the roles at the unit or at one above it."""
    for role in roles:
        if unit in await staff.units_under(tx, member, role):
            return True
    return False
