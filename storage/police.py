"""A tip and the police: a union officer releases it, with its worker's consent; a police unit says
that it received it, or passes it to the competent one. It reads, and is never responsible.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from handlers import passing
from handlers.passing import PoliceReason, ReleaseReason, Stage
from handlers.routing import Tree, Unit
from handlers.tips import Author, Kind, Move, Status, after, police_allowed
from storage import audit, bell, cases, knocks, stored, thread, timing, units
from storage.audit import Act
from storage.cases import Held
from storage.database import Tx
from storage.days import VIETNAM
from storage.outbox import AT_ONCE
from storage.passing import Declined, Gone, Why, bound_of, in_charge, told
from storage.record import Given, Record
from storage.thread import NewPart

MOST_ASKED = 2
"""How often a worker is asked about the police: after that, only they can come back to it."""


@dataclass(frozen=True, slots=True)
class Release:
    """What a page needs that offers to release a tip. `allowed` that it may go to the police; where
    not, nobody is told why. `asks`: its worker can be asked; `waiting`: they were, and did not
    answer yet; `enough`: they were as often as they may be. `given` are the police units that have
    it, by name.
    """

    tree: Tree
    bound: passing.Bound
    allowed: bool
    asks: bool
    waiting: bool
    enough: bool
    given: tuple[tuple[str, Stage], ...]


@dataclass(frozen=True, slots=True)
class AtPolice:
    """The same for an officer of the police unit that has the tip."""

    tree: Tree
    bound: passing.Bound
    unit: Unit
    stage: Stage


async def look(tx: Tx, officer: bytes, tip: bytes) -> Release | AtPolice | Declined:
    """What this officer may do with the tip and the police; nothing is changed."""
    tree = await units.tree(tx)
    held = await cases.hold(tx, officer, tip)
    if held is None or tree is None:
        return Declined(Why.NOT_YOURS)
    known, unit = held.record, tree.get(held.unit)
    stage = known.stage_at(held.unit)
    if unit is not None and stage is not None:
        return AtPolice(tree, bound_of(known), unit, stage)
    charged = await in_charge(tx, officer, tip, Move.RELEASE_TO_POLICE, lock=False)
    if isinstance(charged, Declined):
        return charged
    now_there = [each for each in known.given if each.unit in known.readers]
    names = [(await units.name_of(tx, each.unit), each.stage) for each in now_there]
    return Release(
        tree,
        bound_of(known),
        known.may_go_to_police,
        _may_be_asked(known) is None,
        _waits(known),
        known.police_asked >= MOST_ASKED,
        tuple(names),
    )


async def release(
    tx: Tx, officer: bytes, tip: bytes, to: str, reason: ReleaseReason, now: datetime
) -> Gone | Declined:
    """Let a police unit read the tip; only by who holds it, and CONSENT where it may not go to the
    police, for whatever reason that is.
    """
    held = await in_charge(tx, officer, tip, Move.RELEASE_TO_POLICE)
    if isinstance(held, Declined):
        return held
    known = held.record
    if not (known.may_go_to_police and police_allowed(known.category)):
        return Declined(Why.CONSENT)
    if known.stage_at(to) is not None:
        return Declined(Why.ALREADY)
    if not await _may_be_given(tx, known, to):
        return Declined(Why.IMPOSSIBLE)
    given = (*known.given, Given(to, Stage.WAITING))
    changed = replace(known, readers=(*known.readers, to), given=given, aside=False)
    note = f"{to} {reason}"
    return await _seal(tx, held, officer, changed, to, Move.RELEASE_TO_POLICE, now, note)


async def receive(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> Stage | Declined:
    """The police unit says that it has received the tip; the first officer who does, for all."""
    held = await _at_police(tx, officer, tip, Move.POLICE_RECEIVED)
    if isinstance(held, Declined):
        return held
    if held.record.stage_at(held.unit) is not Stage.WAITING:
        return Declined(Why.ALREADY)
    changed = replace(held.record, given=_now_at(held.record, held.unit, Stage.RECEIVED))
    changed = await told(tx, held, changed, Move.POLICE_RECEIVED, now, unit=held.unit)
    await stored.change(tx, tip, changed, AT_ONCE)
    await audit.write(tx, Act.POLICE_RECEIVED, staff=officer, tip=tip, unit=held.unit, minute=now)
    return Stage.RECEIVED


async def pass_further(
    tx: Tx, officer: bytes, tip: bytes, to: str, reason: PoliceReason, now: datetime
) -> Gone | Declined:
    """The police unit passes the tip to the competent one, and reads it no more: it neither returns
    it nor refuses it (BLTTHS art. 145).
    """
    held = await _at_police(tx, officer, tip, Move.POLICE_PASSED)
    if isinstance(held, Declined):
        return held
    known = held.record
    if known.stage_at(to) is not None:
        return Declined(Why.ALREADY)
    if len(known.given) >= passing.MOST_STEPS:
        return Declined(Why.TOO_OFTEN)
    if not await _may_be_given(tx, known, to):
        return Declined(Why.IMPOSSIBLE)
    readers = (*(each for each in known.readers if each != held.unit), to)
    given = (*_now_at(known, held.unit, Stage.PASSED), Given(to, Stage.WAITING))
    changed = replace(known, readers=readers, given=given)
    note = f"{to} {reason}"
    return await _seal(tx, held, officer, changed, to, Move.POLICE_PASSED, now, note)


async def ask(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> Status | Declined:
    """Lay the prepared question into the thread: may the police read this? Only by who holds the
    tip, and where its category allows it. What the worker answers is their own consent, with the
    same checks as ever; a no leaves no more behind than no answer.
    """
    held = await in_charge(tx, officer, tip, Move.ASK)
    if isinstance(held, Declined):
        return held
    known = held.record
    refused = _may_be_asked(known)
    status = after(known.status, Move.ASK)
    if refused is not None or status is None:
        return Declined(refused or Why.STATUS)
    name = await cases.holder_name(tx, known) or ""
    part = NewPart(Author.OFFICER, Kind.POLICE_ASKED, "", name, now)
    end = await thread.extend(tx, tip, held.case, [part], known.end)
    asked = replace(known, status=status, end=end, police_asked=known.police_asked + 1)
    changed = timing.answered(replace(asked, asks_police=True), now)
    await stored.change(tx, tip, changed, AT_ONCE)
    await bell.ring(tx, held.bell, now.astimezone(VIETNAM))
    await knocks.tell(tx, tip, held.case)
    note = Kind.POLICE_ASKED.value
    await audit.write(tx, Act.ASKED, staff=officer, tip=tip, unit=held.unit, minute=now, note=note)
    return status


def _may_be_asked(known: Record) -> Why | None:
    if known.may_go_to_police:
        return Why.ALREADY
    if not police_allowed(known.category):
        return Why.CONSENT
    return Why.ASKED if _waits(known) or known.police_asked >= MOST_ASKED else None


def _waits(known: Record) -> bool:
    """Whether the question lies with the worker; who wrote something else is asked once more."""
    return known.asks_police and known.status is Status.ASKED


async def _at_police(tx: Tx, officer: bytes, tip: bytes, move: Move) -> Held | Declined:
    held = await cases.hold(tx, officer, tip, lock=True)
    if held is None or held.record.stage_at(held.unit) is None:
        return Declined(Why.NOT_YOURS)
    return held if after(held.record.status, move) is not None else Declined(Why.STATUS)


async def _may_be_given(tx: Tx, known: Record, to: str) -> bool:
    tree = await units.tree(tx)
    unit = tree.get(to) if tree is not None else None
    if tree is None or unit is None:
        return False
    return passing.may_be_given(tree, bound_of(known), unit)


async def _seal(
    tx: Tx,
    held: Held,
    officer: bytes,
    known: Record,
    to: str,
    move: Move,
    now: datetime,
    note: str,
) -> Gone:
    """One transaction: told, sealed to the police unit as well, its officers called."""
    tip = held.tip
    changed = await told(tx, held, known, move, now, unit=to)
    await stored.seal_again(tx, tip, held.case, changed)
    changed = await stored.take_from_groups(tx, changed, frozenset(changed.readers))
    await stored.change(tx, tip, changed, AT_ONCE)
    await stored.call_groups(tx, tip, changed, unit=to)
    await stored.call_officers(tx, tip, changed, unit=to)
    act = Act.POLICE_PASSED if move is Move.POLICE_PASSED else Act.RELEASED_TO_POLICE
    await audit.write(tx, act, staff=officer, tip=tip, unit=held.unit, minute=now, note=note)
    return Gone(await units.name_of(tx, to), move is Move.RELEASE_TO_POLICE)


def _now_at(known: Record, unit: str, stage: Stage) -> tuple[Given, ...]:
    """The same list, with how it stands at this unit now."""
    last = max(at for at, each in enumerate(known.given) if each.unit == unit)
    changed = Given(unit, stage)
    return (*known.given[:last], changed, *known.given[last + 1 :])
