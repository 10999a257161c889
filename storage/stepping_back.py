"""An officer steps back from a tip that is not theirs to see: it may be about them, or somebody
near to them. No reason is asked or written; they never see it again, whatever role they get.

It stays at its desk where colleagues read it. Where whoever steps back leads that desk, or nobody
else reads there, it goes to the unit above, and theirs reads it no more.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from handlers import passing as going
from handlers.moderators.actions import HELD
from handlers.routing import Tree, Unit
from handlers.tips import Move, Status, after
from storage import (
    audit,
    bundles,
    cases,
    passing,
    staff,
    stored,
    stranded,
    timing,
    unit_clocks,
    units,
)
from storage.audit import Act
from storage.cases import Held
from storage.database import Tx
from storage.outbox import AT_ONCE
from storage.passing import Declined, Why
from storage.record import Record


@dataclass(frozen=True, slots=True)
class Stepped:
    """Where the tip is without them: the name of the unit that it goes to; empty where it stays."""

    unit: str = ""


async def look(tx: Tx, officer: bytes, tip: bytes) -> Stepped | Declined:
    """What would come of it; nothing is changed."""
    held = await cases.hold(tx, officer, tip)
    if held is None:
        return Declined(Why.NOT_YOURS)
    to = await _goes_to(tx, officer, held)
    return Stepped(to.name if to is not None else "") if not isinstance(to, Declined) else to


async def step_back(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> Stepped | Declined:
    """Take the tip from this officer for good, with all that are worked on as one with it. NOWHERE
    where nobody else could read it.
    """
    held = await cases.hold(tx, officer, tip, lock=True)
    if held is None:
        return Declined(Why.NOT_YOURS)
    to = await _goes_to(tx, officer, held)
    if isinstance(to, Declined):
        return to
    if to is None:
        await _leave(tx, officer, held, now)
        return Stepped()
    rest = await bundles.others(tx, tip, held.record)
    await passing.let_go(tx, held, officer, to.id, now)
    for other in rest:
        also = await cases.hold(tx, officer, other, lock=True)
        if also is not None and not isinstance(await _goes_to(tx, officer, also), Declined):
            await passing.let_go(tx, also, officer, to.id, now)
    return Stepped(to.name)


async def _leave(tx: Tx, officer: bytes, held: Held, now: datetime) -> None:
    """The tip stays where it is; whoever held it holds it no more, and the others are called."""
    head = await _head(tx, officer, held)
    known = replace(head.record, recused=head.record.recused | {officer.hex()}, ending=None)
    is_free = known.holder == officer.hex() and known.status in HELD
    if is_free:
        dates = await unit_clocks.dates(tx, known.unit, known.category, now, danger=known.danger)
        status = after(known.status, Move.RELEASE) or Status.TRIAGE
        known = timing.waits_again(replace(known, status=status, holder=None), dates)
    await stored.change(tx, head.tip, known, AT_ONCE)
    if is_free:
        await stored.call_groups(tx, head.tip, known)
        await stored.call_officers(tx, head.tip, known)
    await audit.write(tx, Act.STEPPED_BACK, staff=officer, tip=head.tip, unit=head.unit, minute=now)


async def _head(tx: Tx, officer: bytes, held: Held) -> Held:
    """The tip that leads the one they stepped back from, whose holder holds them all; itself where
    it is one by itself.
    """
    if not held.record.lead:
        return held
    for other, known in (await bundles.others(tx, held.tip, held.record)).items():
        if not known.lead:
            return await cases.hold(tx, officer, other, lock=True) or held
    return held


async def _goes_to(tx: Tx, officer: bytes, held: Held) -> Unit | Declined | None:
    """The unit above that the tip goes to; None where it stays at its desk."""
    known = held.record
    others = await _others(tx, officer, known, held.unit)
    if held.unit != known.unit:
        # Who only reads it is not missed, but for the police, who still have to answer for it.
        is_missed = known.stage_at(held.unit) is not None and not others
        return Declined(Why.NOWHERE) if is_missed else None
    if known.status is Status.CLOSED:
        return None
    leads = known.unit in await staff.units_led_by(tx, officer)
    if others and not leads:
        return None
    tree = await units.tree(tx)
    up = await _above(tx, officer, known, tree) if tree is not None else None
    if up is not None:
        return up
    return None if others else Declined(Why.NOWHERE)


async def _above(tx: Tx, officer: bytes, known: Record, tree: Tree) -> Unit | None:
    """The nearest unit above where somebody else can read it; in danger one that can be rung, if
    any can.
    """
    bound = passing.bound_of(known)
    fits = [
        unit
        for unit in tree.ancestors(known.unit)
        if going.may_take(tree, bound, unit) and await _others(tx, officer, known, unit.id)
    ]
    rung = [unit for unit in fits if unit.has_alarm] if known.danger else []
    return next(iter(rung or fits), None)


async def _others(tx: Tx, officer: bytes, known: Record, unit: str) -> bool:
    """Whether somebody else can sign in and read the tip at that unit. One that waits for a lead is
    read by leads, where there are some.
    """
    can_enter = await stranded.staff_can_enter(tx)
    for member in await staff.members(tx):
        if member.id == officer or not can_enter(member):
            continue
        here = unit == known.unit
        seen = replace(known, unit=unit, readers=(unit,), aside=known.aside and here)
        if await cases.reads_at_desk(tx, member.id, seen):
            return True
    return False
