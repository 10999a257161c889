"""A tip goes to another union unit, or back to the one that it came from: sealed anew to whoever
reads it from then on, with clocks of its own there, and its worker is told.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from handlers import passing
from handlers.passing import MOST_STEPS, Bound, PassReason, ReturnReason
from handlers.routing import Tree, Unit
from handlers.tips import Move, Status, after
from storage import (
    audit,
    cases,
    outbox,
    rising,
    staff,
    stored,
    telling,
    timing,
    unit_clocks,
    unit_rules,
    units,
)
from storage.audit import Act
from storage.cases import Held
from storage.database import Tx
from storage.outbox import AT_ONCE
from storage.record import Record
from storage.telling import News
from storage.unit_rules import Topic


class Why(StrEnum):
    """Why a tip does not go there. NOT_YOURS means no right or no such tip; IMPOSSIBLE is the one
    answer for every unit that cannot get it, and says no more; ALREADY: it is there.
    """

    NOT_YOURS = "not_yours"
    NOT_HELD = "not_held"
    STATUS = "status"
    IMPOSSIBLE = "impossible"
    ALREADY = "already"
    TOO_OFTEN = "too_often"
    NOWHERE = "nowhere"
    CONSENT = "consent"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Declined:
    """Nothing was done; `by` is the name of who holds the tip, where somebody else does."""

    why: Why
    by: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Gone:
    """The tip went to the unit of that name. `reads_on`: the unit that had it still reads it."""

    unit: str
    reads_on: bool


@dataclass(frozen=True, slots=True)
class Ways:
    """Where a tip may go, for whoever may send it there: what `handlers.passing` looks at, and the
    unit that it can be returned to. `reads_on` is the rule of the unit that has it.
    """

    tree: Tree
    bound: Bound
    back: Unit | None
    reads_on: bool


async def ways(tx: Tx, officer: bytes, tip: bytes) -> Ways | Declined:
    """What a page needs to offer it; refused like the move itself."""
    held = await in_charge(tx, officer, tip, Move.PASS_ON, leads=True, lock=False)
    if isinstance(held, Declined):
        return held
    tree = await units.tree(tx)
    if tree is None:
        return Declined(Why.IMPOSSIBLE)
    bound = bound_of(held.record)
    back = tree.get(held.record.returns_to)
    if back is not None and not passing.may_take(tree, bound, back):
        back = None
    return Ways(tree, bound, back, await reads_on(tx, held.record.unit))


async def pass_on(
    tx: Tx, officer: bytes, tip: bytes, to: str, reason: PassReason, now: datetime
) -> Gone | Declined:
    """Make another union unit responsible; by who holds the tip, or leads its desk. Whoever was
    responsible reads on by the rule of that unit, but never where it is concerned itself.
    """
    held = await in_charge(tx, officer, tip, Move.PASS_ON, leads=True)
    if isinstance(held, Declined):
        return held
    known = held.record
    refused = await _refused(tx, known, to)
    if refused is not None:
        return refused
    stays = reason is not PassReason.CONCERNED and await reads_on(tx, known.unit)
    changed = replace(timing.moved(known, now), unit=to, returns_to=known.unit)
    return await _move(tx, held, officer, changed, Move.PASS_ON, now, reason, stays=stays)


async def give_back(
    tx: Tx, officer: bytes, tip: bytes, reason: ReturnReason, now: datetime
) -> Gone | Declined:
    """Return a tip to the unit that passed it on; by who holds it, or leads the desk. The unit that
    returns it reads it no more. What was returned cannot be returned again, only passed on.
    """
    held = await in_charge(tx, officer, tip, Move.RETURN, leads=True)
    if isinstance(held, Declined):
        return held
    known = held.record
    if not known.returns_to:
        return Declined(Why.NOWHERE)
    refused = await _refused(tx, known, known.returns_to)
    if refused is not None:
        return refused
    changed = replace(timing.moved(known, now), unit=known.returns_to)
    return await _move(tx, held, officer, changed, Move.RETURN, now, reason, stays=False)


async def let_go(tx: Tx, held: Held, officer: bytes, to: str, now: datetime) -> Gone:
    """Let a unit above be responsible for a tip that this officer, or all who read here, shall not
    see; the unit that had it reads it no more. No reason stands anywhere. The caller asks whether
    they may, and `to` can. Raises NotForPolice, ShutOut.
    """
    recused = held.record.recused | {officer.hex()}
    changed = replace(held.record, unit=to, returns_to="", recused=recused)
    return await _move(tx, held, officer, changed, Move.PASS_ON, now, None, stays=False)


async def in_charge(
    tx: Tx, officer: bytes, tip: bytes, move: Move, *, leads: bool = False, lock: bool = True
) -> Held | Declined:
    """The tip, where this officer may make that move: they hold it, or with `leads` they lead the
    desk that is responsible. With `lock` its row is held.
    """
    held = await cases.hold(tx, officer, tip, lock=lock)
    if held is None or held.unit != held.record.unit:
        return Declined(Why.NOT_YOURS)
    if after(held.record.status, move) is None:
        return Declined(Why.STATUS)
    if held.by(officer):
        return held
    if leads and held.unit in await staff.units_led_by(tx, officer):
        return held
    return Declined(Why.NOT_HELD, await cases.holder_name(tx, held.record) or "")


def bound_of(known: Record) -> Bound:
    """What decides where the tip may go."""
    before = frozenset(known.trail)
    have = frozenset(each.unit for each in known.given if each.unit in known.readers)
    return Bound(known.unit, known.category, known.place, known.excluded, before, have)


async def told(
    tx: Tx, held: Held, known: Record, move: Move, now: datetime, *, unit: str
) -> Record:
    """The record after its worker was told of a move to `unit`, or of what that one did; in words
    of the unit that is responsible for the tip, also where the police do something.
    """
    day = known.answer_on if move in (Move.PASS_ON, Move.RETURN) else None
    news = News(move, about=unit, by=held.record.unit, day=day, when=now)
    return await telling.tell(tx, held.tip, held.case, held.bell, known, news, now)


async def reads_on(tx: Tx, unit: str) -> bool:
    """Whether a unit goes on reading the tips that it passes on, as long as it did not say no."""
    return await unit_rules.read(tx, unit, Topic.READING) is not False


async def decide_reading(tx: Tx, lead: bytes, unit: str, now: datetime, *, on: bool) -> bool:
    """How it is for tips that the unit passes on from now on; False unless this member leads it."""
    if unit not in await staff.units_led_by(tx, lead):
        return False
    await unit_rules.write(tx, unit, Topic.READING, None if on else False)
    note = f"reads on {'yes' if on else 'no'}"
    await audit.write(tx, Act.DESK_CHANGED, staff=lead, unit=unit, minute=now, note=note)
    return True


async def _refused(tx: Tx, known: Record, to: str) -> Declined | None:
    if to == known.unit:
        return Declined(Why.ALREADY)
    if len(known.trail) >= MOST_STEPS:
        return Declined(Why.TOO_OFTEN)
    tree = await units.tree(tx)
    unit = tree.get(to) if tree is not None else None
    if tree is None or unit is None or not passing.may_take(tree, bound_of(known), unit):
        return Declined(Why.IMPOSSIBLE)
    return None


async def _move(
    tx: Tx,
    held: Held,
    officer: bytes,
    known: Record,
    move: Move,
    now: datetime,
    reason: PassReason | ReturnReason | None,
    *,
    stays: bool,
) -> Gone:
    """One transaction: told, sealed anew, taken from the old desk's groups, called at the new one.
    `known` names the unit that is responsible from now on, `held` the one before.
    """
    tip, to, before = held.tip, known.unit, held.record.unit
    gone = {to} if stays else {to, before}
    readers = (to, *(each for each in known.readers if each not in gone))
    changed = replace(await _anew(tx, known, now), readers=readers, trail=(*known.trail, before))
    changed = await told(tx, held, changed, move, now, unit=to)
    # What its worker sent up goes up all the same: no desk stops that by passing it sideways.
    is_on_its_way = changed.rises_anyway and changed.behind not in readers
    changed = await rising.planned(tx, changed, moved=not is_on_its_way)
    await outbox.drop_of(tx, tip, unit=before)
    await stored.seal_again(tx, tip, held.case, changed)
    police = {each.unit for each in changed.given if each.unit in readers}
    changed = await stored.take_from_groups(tx, changed, frozenset({to, *police}))
    await stored.change(tx, tip, changed, AT_ONCE)
    await stored.call_groups(tx, tip, changed)
    await stored.call_officers(tx, tip, changed)
    act = Act.RETURNED if move is Move.RETURN else Act.PASSED_ON
    act, note = (act, f"{to} {reason}") if reason is not None else (Act.STEPPED_BACK, to)
    await audit.write(tx, act, staff=officer, tip=tip, unit=before, minute=now, note=note)
    return Gone(await units.name_of(tx, to), stays)


async def _anew(tx: Tx, known: Record, now: datetime) -> Record:
    """Every clock runs from now on."""
    fresh = await unit_clocks.begun(tx, known, now)
    return replace(fresh, status=Status.TRIAGE, aside=False)
