"""Tips of a unit where nobody can read any more: the house lets them go up, where somebody can.

The key of a unit lies in the house, sealed; so the house can open the tip as that unit and seal it
to another one. It does so here for one reason only, says so in the thread, and never for the
police, for somebody who was shut out, or for a unit inside a company.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from handlers import routing
from handlers.roles import READERS_OF_TIPS
from handlers.routing import Tree, Unit, UnitKind
from handlers.tips import Move, Status, after
from storage import (
    audit,
    installation,
    record,
    rising,
    staff,
    stored,
    telling,
    timing,
    unit_clocks,
    units,
)
from storage.audit import Act
from storage.cards import records
from storage.database import Tx
from storage.outbox import AT_ONCE
from storage.record import Record
from storage.staff import Member
from storage.tables import tips
from storage.telling import News

_LEFT_ALONE = (Status.RECEIVED, Status.CLOSED)


@dataclass(frozen=True, slots=True)
class Stranded:
    """`movable` have a unit above that can read them; `stuck` is how many have none."""

    movable: tuple[bytes, ...]
    stuck: int


async def able(tx: Tx, now: datetime, *, but: Collection[str] = frozenset()) -> frozenset[str]:
    """The units where somebody can read tips, or can as soon as they use the link that they were
    given: whoever lost a phone does not lose the tips. The staff of a demo come in without one.
    Those with an id (hex) in `but` do not count.
    """
    can_enter = await staff_can_enter(tx)
    return frozenset(
        unit
        for member in await staff.members(tx)
        if member.id.hex() not in but and (can_enter(member) or _is_coming(member, now))
        for unit, role in member.grants
        if role in READERS_OF_TIPS
    )


async def staff_can_enter(tx: Tx) -> Callable[[Member], bool]:
    """What tells whether a member can sign in today."""
    all_can = await installation.is_demo(tx)
    return lambda member: (all_can and not member.left) or member.enrolled


async def find(tx: Tx, now: datetime) -> Stranded:
    """Open tips that have reached a desk where nobody can read."""
    can, tree = await able(tx, now), await units.tree(tx)
    if tree is None:
        return Stranded((), 0)
    left = []
    without = {frozenset[str](): can}
    for tip, known, _ in await records(tx):
        # Whoever stepped back from a tip is nobody who reads it.
        if known.recused not in without:
            without[known.recused] = await able(tx, now, but=known.recused)
        here = without[known.recused]
        if known.status not in _LEFT_ALONE and known.unit not in here:
            left.append((tip, known, here))
    movable = tuple(tip for tip, known, here in left if _above(tree, known, here) is not None)
    return Stranded(movable, len(left) - len(movable))


async def move_up(tx: Tx, tip: bytes, now: datetime) -> bool:
    """Let the next unit up where somebody reads be responsible for the tip, with clocks of its own;
    the worker is told in the thread, that desk is called, and the unit that is empty cannot open it
    any more. False where that is not (or no more) so.
    """
    row = await stored.row_where(tx, tips.c.id == tip, lock=True)
    known = record.unseal(tx.keys, tip, row.record) if row is not None else None
    tree = await units.tree(tx)
    if row is None or known is None or tree is None:
        return False
    can = await able(tx, now, but=known.recused)
    if known.status in _LEFT_ALONE or known.unit in can:
        return False
    up = _above(tree, known, can)
    case = await stored.open_as(tx, known.unit, tip) if up is not None else None
    if up is None or case is None:
        return False
    risen = await _risen(tx, known, up.id, now)
    await stored.seal_again(tx, tip, case, risen)
    # To the hour: a tip may have come a minute ago, and its time is nobody's.
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    news = News(Move.MOVE_UP, about=up.id, by=known.unit, day=risen.answer_on, when=hour)
    number = stored.open_bell(case, tip, row.bell)
    risen = await telling.tell(tx, tip, case, number, risen, news, now)
    risen = await stored.take_from_groups(tx, risen, frozenset(risen.readers))
    await stored.change(tx, tip, risen, AT_ONCE)
    await stored.call_groups(tx, tip, risen)
    await stored.call_officers(tx, tip, risen)
    await audit.write(
        tx, Act.MOVED_UP, staff=None, tip=tip, unit=up.id, minute=hour, note=known.unit
    )
    return True


def _is_coming(member: Member, now: datetime) -> bool:
    return member.invited_until is not None and member.invited_until > now


def _above(tree: Tree, known: Record, can: Collection[str]) -> Unit | None:
    """The nearest unit above that can read the tip; in danger one that can be rung, if any can."""
    out = routing.barred(tree, known.excluded)
    fits = [
        unit
        for unit in tree.ancestors(known.unit)
        if unit.id in can
        and unit.id not in out
        and unit.kind is UnitKind.UNION
        and not tree.is_inside(unit)
        and (unit.accepts(known.category) or unit is tree.root)
    ]
    rung = [unit for unit in fits if unit.has_alarm] if known.danger else []
    return next(iter(rung or fits), None)


async def _risen(tx: Tx, known: Record, up: str, now: datetime) -> Record:
    staying = tuple(each for each in known.readers if each not in {known.unit, up})
    moved = replace(
        timing.moved(known, now),
        unit=up,
        readers=(up, *staying),
        status=after(known.status, Move.MOVE_UP) or Status.TRIAGE,
    )
    return await rising.planned(tx, await unit_clocks.begun(tx, moved, now), moved=True)
