"""Who holds a tip: giving it back, handing it over, taking it over from a colleague who is away."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from handlers.moderators.actions import HELD
from handlers.tips import Move, after
from storage import (
    audit,
    cases,
    installation,
    rising,
    staff,
    stored,
    timing,
    unit_clocks,
    unit_rules,
)
from storage.audit import Act
from storage.cases import Done, Held, No, Refusal
from storage.database import Tx
from storage.outbox import AT_ONCE
from storage.record import Record
from storage.staff import Member
from storage.unit_rules import Topic

AWAY_HOURS = 24
"""After how many hours without an act of its holder a colleague may take a tip over, unless the
unit decided otherwise."""
MOST_AWAY_HOURS = 14 * 24


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may be given a tip."""

    id: bytes = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chances:
    """What an officer may do about who holds a tip, besides claiming and giving it back. `gives`:
    hand it over; `takes`: take it over now; `from_when` it could be taken over else.
    """

    gives: bool = False
    takes: bool = False
    from_when: datetime | None = None


async def release(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> Done | Refusal:
    """Give the tip back to the desk; only who holds it. The others are called as for a new one."""
    held = await cases.hold(tx, officer, tip, lock=True)
    if held is None:
        return Refusal(No.NOT_YOURS)
    known = held.record
    status = after(known.status, Move.RELEASE)
    if status is None:
        return Refusal(No.WRONG_STATUS)
    if not held.by(officer):
        return await cases.not_held(tx, known)
    dates = await unit_clocks.dates(tx, known.unit, known.category, now, danger=known.danger)
    free = timing.waits_again(replace(known, status=status, holder=None), dates)
    # In danger the unit above stands behind it again. The wraps of all are written anew.
    free = await rising.planned(tx, free, moved=False)
    await stored.seal_again(tx, tip, held.case, free)
    await stored.change(tx, tip, free, AT_ONCE)
    await stored.call_groups(tx, tip, free)
    await stored.call_officers(tx, tip, free, but=officer)
    await audit.write(tx, Act.RELEASED, staff=officer, tip=tip, unit=held.unit, minute=now)
    return Done(status)


async def hand_over(
    tx: Tx, officer: bytes, tip: bytes, to: bytes, now: datetime, *, seen: str | None = None
) -> Done | Refusal:
    """Make `to` the holder, who has to read tips at the responsible unit, and ring them. Whoever
    holds the tip may, and whoever leads its desk; `seen` is the name of the holder that they saw:
    another one by now is told instead.
    """
    held = await cases.hold(tx, officer, tip, lock=True)
    if held is None:
        return Refusal(No.NOT_YOURS)
    known = held.record
    if (refusal := await _no_other(tx, known, Move.HAND_OVER, seen)) is not None:
        return refusal
    if not await _may_give(tx, officer, known):
        return await cases.not_held(tx, known)
    if known.holder == to.hex():
        return Done(known.status)
    if not await _may_get(tx, await staff.by_id(tx, to), known):
        return Refusal(No.NO_READER)
    return await _give(tx, officer, held, to, Act.HANDED_OVER, now)


async def take_over(
    tx: Tx, officer: bytes, tip: bytes, now: datetime, *, seen: str | None = None
) -> Done | Refusal:
    """Become the holder in the place of a colleague who did nothing about the tip for as long as
    the unit decided; whoever leads the desk need not wait. A tip that nobody holds is claimed.
    """
    held = await cases.hold(tx, officer, tip, lock=True)
    if held is None:
        return Refusal(No.NOT_YOURS)
    known = held.record
    if known.holder == officer.hex() and known.status in HELD:
        return Done(known.status)
    if (refusal := await _no_other(tx, known, Move.TAKE_OVER, seen)) is not None:
        return refusal
    if not await cases.reads_at_desk(tx, officer, known):
        return Refusal(No.ELSEWHERE)
    holder = await cases.holder_name(tx, known)
    if holder is None:
        return await cases.claim(tx, officer, tip, now)
    when = await _from_when(tx, known)
    if now < when and not await _leads(tx, officer, known):
        return Refusal(No.NOT_YET, holder, when)
    return await _give(tx, officer, held, officer, Act.TAKEN_OVER, now)


async def chances(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> Chances:
    """What this officer is offered; storage asks again when it is done."""
    held = await cases.hold(tx, officer, tip)
    if held is None or held.record.status not in HELD:
        return Chances()
    known = held.record
    if await cases.holder_name(tx, known) is None:
        return Chances()
    gives = await _may_give(tx, officer, known)
    if known.holder == officer.hex() or not await cases.reads_at_desk(tx, officer, known):
        return Chances(gives)
    when = await _from_when(tx, known)
    takes = now >= when or await _leads(tx, officer, known)
    return Chances(gives, takes, None if takes else when)


async def colleagues(tx: Tx, officer: bytes, tip: bytes) -> tuple[Colleague, ...]:
    """Who may be given the tip by this officer, by name; nobody where they may not."""
    held = await cases.hold(tx, officer, tip)
    if held is None or not await _may_give(tx, officer, held.record):
        return ()
    known, found = held.record, []
    for member in await staff.members(tx):
        is_near = any(unit == known.unit for unit, _ in member.grants)
        if is_near and await _may_get(tx, member, known):
            found.append(Colleague(member.id, member.name))
    return tuple(each for each in found if each.id.hex() != known.holder)


async def away_hours(tx: Tx, unit: str) -> int:
    """After how many hours tips of this unit may be taken over."""
    return int((await unit_rules.read(tx, unit, Topic.HOLDING) or {}).get("hours", AWAY_HOURS))


async def set_away_hours(tx: Tx, lead: bytes, unit: str, hours: int, now: datetime) -> bool:
    """Decide it for a unit; False unless this member leads it and there are 1 to MOST_AWAY_HOURS
    of them.
    """
    if unit not in await staff.units_led_by(tx, lead) or hours not in range(1, MOST_AWAY_HOURS + 1):
        return False
    rule = {"hours": hours} if hours != AWAY_HOURS else None
    await unit_rules.write(tx, unit, Topic.HOLDING, rule)
    note = f"away {hours}"
    await audit.write(tx, Act.DESK_CHANGED, staff=lead, unit=unit, minute=now, note=note)
    return True


async def _no_other(tx: Tx, known: Record, move: Move, seen: str | None) -> Refusal | None:
    """Why the tip cannot be somebody else's now: its status, or that it is already."""
    if after(known.status, move) is None:
        return Refusal(No.WRONG_STATUS)
    holder = await cases.holder_name(tx, known)
    return Refusal(No.TAKEN, holder) if seen and holder and holder != seen else None


async def _give(
    tx: Tx, officer: bytes, held: Held, to: bytes, act: Act, now: datetime
) -> Done | Refusal:
    given = timing.acted(replace(held.record, holder=to.hex()), now)
    await stored.change(tx, held.tip, given, AT_ONCE)
    if to != officer:
        await stored.call_holder(tx, held.tip, given)
    await audit.write(tx, act, staff=officer, tip=held.tip, unit=held.unit, minute=now)
    return Done(given.status)


async def _may_get(tx: Tx, member: Member | None, known: Record) -> bool:
    """Whether somebody reads the tip at its desk, and can sign in: in a demo everybody can."""
    if member is None or not await cases.reads_at_desk(tx, member.id, known):
        return False
    return member.enrolled or await installation.is_demo(tx)


async def _may_give(tx: Tx, officer: bytes, known: Record) -> bool:
    holds = known.holder == officer.hex() and await cases.reads_at_desk(tx, officer, known)
    return holds or await _leads(tx, officer, known)


async def _leads(tx: Tx, officer: bytes, known: Record) -> bool:
    return known.unit in await staff.units_led_by(tx, officer)


async def _from_when(tx: Tx, known: Record) -> datetime:
    """From when on the tip can be taken over; long ago where an earlier version kept no minute."""
    if known.acted is None:
        return AT_ONCE
    return known.acted + timedelta(hours=await away_hours(tx, known.unit))
