"""Somebody leaves, or loses a role: they can do nothing more, and nothing waits for them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import delete, select, update

from handlers.roles import READERS_OF_TIPS
from handlers.tips import Move, Status, after
from storage import (
    audit,
    bundles,
    desk_links,
    record,
    staff,
    staff_rows,
    stored,
    timing,
    unit_clocks,
)
from storage.audit import Act
from storage.cards import records, sight_of
from storage.database import Tx
from storage.days import local_day
from storage.outbox import AT_ONCE
from storage.record import Record
from storage.staff import Member
from storage.tables import approvals, metadata, tips
from storage.tables import staff as people

OWN = tuple(
    table for table in metadata.sorted_tables if "staff" in table.c and table is not approvals
)
"""What hangs on a member and goes with them. An approval of a bulletin is a fact, and stays."""


class Kept(StrEnum):
    """Why somebody was not let go: not theirs to decide (or nobody of that id), or themselves."""

    NOT_YOURS = "member"
    YOURSELF = "yourself"
    ENROLLED = "enrolled"


def last_readers(members: Iterable[Member]) -> Mapping[bytes, tuple[str, ...]]:
    """By member, the units where nobody else holds a role that reads tips."""
    reading: dict[str, set[bytes]] = {}
    for member in members:
        for unit, role in member.grants:
            if role in READERS_OF_TIPS:
                reading.setdefault(unit, set()).add(member.id)
    found: dict[bytes, list[str]] = {}
    for unit, some in sorted(reading.items()):
        if len(some) == 1:
            found.setdefault(min(some), []).append(unit)
    return {member: tuple(units) for member, units in found.items()}


async def hold_rows(tx: Tx, *some: bytes) -> None:
    """Let nobody else change these members until the transaction ends: of two administrators who
    let each other go at once, one is left.
    """
    # In one order, whoever asks.
    asked = select(people.c.id).where(people.c.id.in_(some)).order_by(people.c.id)
    await tx.rows(asked.with_for_update())


async def leave(tx: Tx, by: bytes, member: bytes, now: datetime) -> Member | Kept:
    """Take everything from a member, at once and on every channel: roles, password, sessions,
    alarms, the linked accounts, codes and links; what they hold goes back to its desk, which is
    called. Only an administrator of every unit where they have a role, and nobody for themselves,
    so that one is always left.
    """
    found = await _theirs(tx, by, member)
    if isinstance(found, Kept):
        return found
    await gone(tx, found, by, now)
    await audit.write(tx, Act.LEFT, staff=by, minute=now, note=found.id.hex())
    return found


async def gone(tx: Tx, member: Member, by: bytes | None, now: datetime) -> None:
    """The same for the command line (`by` is None), which asks nobody; it writes no entry of its
    own.
    """
    await desk_links.unlink(tx, member.id)
    for table in OWN:
        await tx.run(delete(table).where(table.c.staff == member.id))
    await _shut_out(tx, member.id, local_day(now))
    await hand_back(tx, member.id, by, now)


async def uninvite(tx: Tx, by: bytes, member: bytes, now: datetime) -> Member | Kept:
    """Void an enrolment link that was not used yet; the roles wait for another one."""
    found = await _theirs(tx, by, member)
    if isinstance(found, Kept):
        return found
    if found.enrolled or found.invited_until is None:
        return Kept.ENROLLED
    await _shut_out(tx, found.id, None)
    await audit.write(tx, Act.UNINVITED, staff=by, minute=now, note=found.id.hex())
    return found


async def hand_back(tx: Tx, member: bytes, by: bytes | None, now: datetime) -> int:
    """Give the open tips that this member holds, and may not read any more at the desk that is
    responsible, back to their desks, and call those; how many they were. `by` took the right away.
    """
    sight = await sight_of(tx, member)
    held = {
        tip: known
        for tip, known, _ in await records(tx)
        if known.holder == member.hex() and known.status is not Status.CLOSED
        if known.unit not in sight.through(known)
    }
    await bundles.lock_all(tx, held)
    # Those that lead others first: what was merged is given back together.
    order = sorted(held, key=lambda tip: (bool(held[tip].lead), tip))
    freed = [(tip, unit) for tip in order if (unit := await _free(tx, tip, member, now))]
    # After all of them: whoever waits for the log holds a tip that might be the next here.
    for tip, unit in freed:
        await audit.write(tx, Act.RELEASED, staff=by, tip=tip, unit=unit, minute=now)
    return len(freed)


async def _free(tx: Tx, tip: bytes, member: bytes, now: datetime) -> str | None:
    row = await stored.row_where(tx, tips.c.id == tip, lock=True)
    known = record.unseal(tx.keys, tip, row.record) if row is not None else None
    status = after(known.status, Move.RELEASE) if known is not None else None
    if known is None or status is None or known.holder != member.hex():
        return None
    dates = await unit_clocks.dates(tx, known.unit, known.category, now, danger=known.danger)
    free = timing.waits_again(replace(known, status=status, holder=None), dates)
    await stored.change(tx, tip, free, AT_ONCE)
    await _call(tx, tip, free)
    return free.unit


async def _call(tx: Tx, tip: bytes, known: Record) -> None:
    await stored.call_groups(tx, tip, known)
    await stored.call_officers(tx, tip, known)


async def _theirs(tx: Tx, by: bytes, member: bytes) -> Member | Kept:
    """The member, if all that they are is within what `by` administers in this transaction."""
    await hold_rows(tx, by, member)
    reach = await staff.units_run_by(tx, by)
    found = await staff.by_id(tx, member)
    if found is None or not reach or not _within(found, reach):
        return Kept.NOT_YOURS
    return Kept.YOURSELF if member == by else found


def _within(member: Member, reach: Collection[str]) -> bool:
    return all(unit in reach for unit, _ in member.grants)


async def _shut_out(tx: Tx, key: bytes, day: date | None) -> None:
    """Take password, secret, link, sessions and alarms; with a day, they have left."""
    row = await tx.row(select(people.c.body).where(people.c.id == key).with_for_update())
    if row is None:
        return
    body = staff_rows.opened(tx, key, row.body)
    left = day.isoformat() if day else body.left
    body = replace(staff_rows.nobodys(body.login, body.name), left=left)
    changed = update(people).where(people.c.id == key)
    await tx.run(changed.values(enrolment=None, **staff_rows.written(tx, key, body)))
    await staff.silence(tx, key)
