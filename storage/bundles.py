"""Tips about the same thing that a desk works on as one: a lead, and others that follow it.

Each keeps its own case key, thread, receipt code and worker; that they belong together stands in
their sealed records only, and counts where both sides say so. Whatever makes a tip unlike the rest
(its worker shuts somebody out or ends it, it goes to another desk, it is opened again) takes it out
of the bundle, and nobody else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, select

from handlers.moderators.actions import HELD
from handlers.tips import Outcome, Status
from storage import readers, record, units
from storage.database import Tx
from storage.record import Record
from storage.tables import tips

MOST_FOLLOWERS = 30
"""So that the record of a lead keeps its one size."""

Bundle = dict[bytes, Record]


def is_bound(known: Record) -> bool:
    """Whether a record says that its tip was merged with others."""
    return bool(known.lead or known.followers or known.held_back)


def alone(known: Record) -> Record:
    """The record of the tip as one by itself."""
    return replace(known, lead="", followers=(), held_back=False)


def lead_of(tip: bytes, known: Record, every: Mapping[bytes, Record]) -> bytes | None:
    """The tip that leads this one, as `every` record has it; None for a lead and a single one."""
    lead = bytes.fromhex(known.lead)
    head = every.get(lead) if lead else None
    follows = head is not None and not head.lead and tip.hex() in head.followers
    return lead if follows else None


def followers_of(tip: bytes, known: Record, every: Mapping[bytes, Record]) -> tuple[bytes, ...]:
    """The tips that this one leads, as `every` record has it, in the order of merging."""
    if known.lead:
        return ()
    found = (bytes.fromhex(each) for each in known.followers)
    return tuple(each for each in found if each in every and every[each].lead == tip.hex())


async def others(tx: Tx, tip: bytes, known: Record) -> Bundle:
    """The rest of the bundle of a tip, its lead first where that is another one; empty for a tip by
    itself.
    """
    if known.lead:
        lead = bytes.fromhex(known.lead)
        heads = await _records(tx, [lead])
        if lead_of(tip, known, heads) is None:
            return {}
        head = heads[lead]
        found = await _records(tx, [bytes.fromhex(each) for each in head.followers])
        mine = [each for each in followers_of(lead, head, found | {tip: known}) if each != tip]
        return {lead: head, **{each: found[each] for each in mine}}
    if not known.followers:
        return {}
    found = await _records(tx, [bytes.fromhex(each) for each in known.followers])
    return {each: found[each] for each in followers_of(tip, known, found)}


async def lock(tx: Tx, where: ColumnElement[bool]) -> None:
    """Hold the rows of a whole bundle, in one order, before the row of one of its tips is: whoever
    changes one may change all, and two shall not wait for each other.
    """
    if tx.is_sqlite:
        return
    row = await tx.row(select(tips.c.id, tips.c.record).where(where))
    if row is None:
        return
    tip = bytes(row.id)
    rest = await others(tx, tip, record.unseal(tx.keys, tip, row.record))
    if rest:
        await lock_all(tx, [tip, *rest])


async def lock_all(tx: Tx, some: Iterable[bytes]) -> None:
    """Hold the rows of these tips, in one order."""
    statement = select(tips.c.id).where(tips.c.id.in_(list(some))).order_by(tips.c.id)
    await tx.rows(statement.with_for_update())


async def may_be_one(tx: Tx, some: Sequence[Record]) -> bool:
    """Whether everybody who reads one of these tips may read them all: nobody who reads was shut
    out of one, and the police read none that they may not all read.
    """
    reading = frozenset[str]().union(*(each.readers for each in some))
    excluded = frozenset[str]().union(*(each.excluded for each in some))
    if reading & await readers.shut_out(tx, excluded):
        return False
    agreed = all(each.may_go_to_police for each in some)
    return agreed or not await units.police_among(tx, reading)


async def kept(tx: Tx, tip: bytes, changed: Record) -> tuple[Record, Bundle]:
    """The record of a tip as it is to be written, and those of the others in its bundle that change
    with it: followers have the holder of their lead. Where the tip does not fit in any more, it
    stands by itself, and the next one leads the rest.
    """
    if not is_bound(changed):
        return changed, {}
    rest = await others(tx, tip, changed)
    if not rest:
        return alone(changed), {}
    if not await _fits(tx, changed, rest):
        return alone(changed), _differing(_without(rest), rest)
    whole = {tip: changed, **rest}
    if not changed.lead:
        whole |= {each: _following(known, changed) for each, known in rest.items()}
    whole = _agreed(whole)
    return whole.pop(tip), _differing(whole, rest)


async def rest_of(tx: Tx, tip: bytes, known: Record) -> Bundle:
    """The records of the others that change when the tip leaves its bundle."""
    rest = await others(tx, tip, known)
    return _differing(_without(rest), rest)


def bound(some: Mapping[bytes, Record]) -> Bundle:
    """The records of these tips as one bundle, which the first of them leads. Raises ValueError for
    too many.
    """
    lead, *following = some
    if len(following) > MOST_FOLLOWERS:
        raise ValueError("too many for one bundle")
    if not following:
        return {lead: alone(some[lead])}
    head = replace(some[lead], lead="", followers=tuple(each.hex() for each in following))
    rest = {each: replace(some[each], lead=lead.hex(), followers=()) for each in following}
    return _agreed({lead: head, **rest})


async def _fits(tx: Tx, changed: Record, rest: Bundle) -> bool:
    head = next(iter(rest.values()))
    if changed.status is Status.RECEIVED or changed.outcome is Outcome.OUT_OF_SCOPE:
        return False
    is_closed = changed.status is Status.CLOSED
    for each in rest.values():
        if each.unit != changed.unit or (each.status is Status.CLOSED) is not is_closed:
            return False
    if changed.lead and changed.holder != head.holder:
        return False
    return await may_be_one(tx, [changed, *rest.values()])


def _without(rest: Bundle) -> Bundle:
    """The rest as it stands once the tip has left."""
    return bound(rest) if rest else {}


def _following(known: Record, head: Record) -> Record:
    """A follower whose lead was changed. Whose turn it is stays its own: its worker reads that."""
    if known.status is Status.CLOSED:
        return known
    if head.status not in HELD:
        by = head.triage_by
        return replace(known, status=head.status, holder=head.holder, triage_by=by)
    status = known.status if known.status in HELD else Status.CLAIMED
    return replace(known, status=status, holder=head.holder, triage_by=None)


def _agreed(whole: Bundle) -> Bundle:
    """The same, where what may go to the police is what all of them may, and who stepped back from
    one sees none.
    """
    against = {tip for tip, known in whole.items() if not known.may_go_to_police}
    recused = frozenset[str]().union(*(known.recused for known in whole.values()))
    return {
        tip: replace(known, held_back=bool(against - {tip}), recused=recused)
        for tip, known in whole.items()
    }


def _differing(after: Bundle, before: Bundle) -> Bundle:
    return {tip: known for tip, known in after.items() if known != before.get(tip)}


async def _records(tx: Tx, some: Sequence[bytes]) -> Bundle:
    rows = await tx.rows(select(tips.c.id, tips.c.record).where(tips.c.id.in_(some)))
    found = {bytes(row.id): record.unseal(tx.keys, bytes(row.id), row.record) for row in rows}
    return {tip: found[tip] for tip in some if tip in found}
