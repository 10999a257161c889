"""A tip that goes up a unit: in danger when nobody came in time, else because its worker sent it.

The unit above has a wrap from then on, and is no reader before the time: no list, count, search or
ring knows of it. Only here it becomes one.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from handlers import clocks, going_up, routing
from handlers.clocks import DANGER_MINUTES
from handlers.routing import Tree, Unit
from handlers.states import Key
from handlers.tips import Move, Outcome, Status, after
from storage import (
    audit,
    outbox,
    readers,
    record,
    stored,
    tally,
    telling,
    timing,
    unit_clocks,
    units,
)
from storage.audit import Act
from storage.cards import records
from storage.crypto import CaseKey
from storage.database import Tx
from storage.outbox import AT_ONCE, Letter, LetterKind
from storage.record import Record
from storage.tables import tips
from storage.telling import News

_UNCLAIMED = (Status.RECEIVED, Status.TRIAGE)


async def due(tx: Tx, now: datetime) -> tuple[bytes, ...]:
    """The tips whose time has come."""
    return tuple(tip for tip, known, _ in await records(tx) if _is_due(known, now))


async def rise(tx: Tx, tip: bytes, now: datetime) -> bool:
    """Let the unit above read the tip and be responsible for it, if its time has come; those who
    read it keep it. False where it has not, and nothing is changed.
    """
    row = await stored.row_where(tx, tips.c.id == tip, lock=True)
    if row is None:
        return False
    known = record.unseal(tx.keys, tip, row.record)
    return _is_due(known, now) and await _go_up(tx, row, known, now)


async def arrive(tx: Tx, letter: Letter) -> bool:
    """The card of a tip that its worker sent up reaches the unit above; False where it does not
    (any more), or the letter is another one's.
    """
    row = await stored.row_where(tx, tips.c.id == letter.tip, lock=True)
    if row is None or letter.due is None:
        return False
    known = record.unseal(tx.keys, letter.tip, row.record)
    if not known.rises_anyway or known.behind != letter.unit:
        return False
    return await _go_up(tx, row, known, letter.due)


async def send_up(
    tx: Tx, key: Key, unit: str, *, now: datetime, today: date, due: datetime
) -> bool:
    """The worker lets the tip go to `unit`, which is the next one up, because its desk missed a
    clock; it is there at `due`, and until then nobody at the desk sees or can stop it. False where
    no clock was missed, where another unit is the next, or where it is on its way already.
    """
    row = await stored.row_where(tx, tips.c.locator == key.locator, lock=True)
    if row is None:
        return False
    tip = bytes(row.id)
    known = record.unseal(tx.keys, tip, row.record)
    tree = await units.tree(tx)
    is_late = clocks.is_missed(known.triage_by, timing.due_on(known), now, today)
    if tree is None or not is_late or known.status is Status.CLOSED or known.rises_anyway:
        return False
    up = routing.second_look(
        tree, known.unit, known.category, excluded=known.excluded, danger=known.danger
    )
    if up is None or up.id != unit:
        return False
    case = CaseKey.unwrap(bytes(row.reporter), key.secret, row.reporter_wrap)
    # To the hour even where cards are shown at once: when its worker was here stays unwritten.
    sent = replace(known, behind=unit, rises=clocks.next_hour(due), rises_anyway=True)
    await stored.seal_again(tx, tip, case, sent)
    # Cards are not shown anew: that the worker was here is not theirs to see.
    await stored.write_record(tx, tip, sent)
    await outbox.write(tx, Letter(LetterKind.CARD, tip, unit, due))
    return True


async def stay_down(tx: Tx, tip: bytes, known: Record, *, for_good: bool = False) -> Record:
    """The record of a tip that does not go up, because somebody came in time: what was sealed to
    the unit above opens nothing any more. What its worker sent goes up all the same, unless they
    ended it themselves (`for_good`).
    """
    stays = known.behind in ("", *known.readers) or (known.rises_anyway and not for_good)
    if stays:
        await stored.stir_wraps(tx, tip, known)
    else:
        await stored.take_wraps(tx, tip, (known.behind,))
    return known if known.rises_anyway and not for_good else _calm(known)


async def planned(tx: Tx, known: Record, *, moved: bool) -> Record:
    """The record of a tip whose readers its worker changed, before it is sealed again: who stands
    behind is found anew in danger, and nobody does where it went to another unit (`moved`).
    """
    out = await readers.shut_out(tx, known.excluded)
    if known.rises_anyway and not moved and known.behind not in out:
        return known
    calm = _calm(known)
    tree = await units.tree(tx) if known.danger and known.status in _UNCLAIMED else None
    if tree is None or known.triage_by is None:
        return calm
    up = going_up.behind(tree, known.unit, known.category, excluded=known.excluded)
    if up is None or up.id in known.readers:
        return calm
    return replace(calm, behind=up.id, rises=known.triage_by)


def _is_due(known: Record, now: datetime) -> bool:
    if not known.behind or known.rises is None or known.rises > now:
        return False
    return known.rises_anyway or known.status in _UNCLAIMED


async def _go_up(tx: Tx, row: Row[Any], known: Record, now: datetime) -> bool:
    """Let who stands behind read it. The units may have changed since: where that one may not read
    any more, the next one up gets it instead; False where there is none, and it stays.
    """
    tip, up = bytes(row.id), await _up(tx, known)
    if up is None:
        await stored.write_record(tx, tip, await stay_down(tx, tip, known, for_good=True))
        return False
    risen = replace(
        timing.moved(_calm(known), now),
        unit=up,
        readers=(up, *(each for each in known.readers if each != up)),
        status=after(known.status, Move.MOVE_UP) or Status.TRIAGE,
        overdue=True,
        aside=False,
    )
    with_clocks = unit_clocks.begun if known.rises_anyway else _with_more_minutes
    risen = await with_clocks(tx, risen, now)
    if known.outcome is Outcome.OUT_OF_SCOPE:
        # That desk has lost it, and shall not get it back by a later change.
        risen = replace(risen, excluded=risen.excluded | {known.unit})
    elif known.tally:
        # Its desk closed it meanwhile: it is counted when it is closed for good.
        await tally.drop(tx, known.tally)
    risen = replace(risen, outcome=None, closed_on=None, tally="")
    if up != known.behind:
        case = await stored.open_as(tx, known.behind, tip)
        if case is None:
            raise stored.UnknownUnit
        await stored.seal_again(tx, tip, case, risen)
    risen = await _told(tx, row, risen, now, by_worker=known.rises_anyway)
    await stored.change(tx, tip, risen, AT_ONCE)
    await stored.call_groups(tx, tip, risen)
    await stored.call_officers(tx, tip, risen)
    await audit.write(tx, Act.MOVED_UP, staff=None, tip=tip, unit=up, minute=now)
    return True


async def _up(tx: Tx, known: Record) -> str | None:
    """The unit that the tip goes up to: who stands behind it, unless that one was shut out, or came
    to be inside a company, when the units changed.
    """
    tree = await units.tree(tx)
    behind = tree.get(known.behind) if tree is not None else None
    if tree is None or (behind is not None and _may_still(tree, behind, known)):
        return known.behind
    unit, category, out = known.unit, known.category, known.excluded
    if known.rises_anyway:
        danger = known.danger
        up = routing.second_look(tree, unit, category, excluded=out, danger=danger)
    else:
        up = going_up.behind(tree, unit, category, excluded=out)
    return up.id if up is not None else None


def _may_still(tree: Tree, unit: Unit, known: Record) -> bool:
    return not tree.is_inside(unit) and not routing.is_barred(tree, unit, known.excluded)


async def _told(tx: Tx, row: Row[Any], risen: Record, now: datetime, *, by_worker: bool) -> Record:
    """Its worker reads which unit has it now; a minute that they chose themselves is nobody's."""
    tip = bytes(row.id)
    case = await stored.open_as(tx, risen.unit, tip)
    if case is None:
        raise stored.UnknownUnit
    number = stored.open_bell(case, tip, row.bell)
    when = None if by_worker else now
    news = News(Move.MOVE_UP, risen.unit, risen.unit, timing.due_on(risen), when)
    return await telling.tell(tx, tip, case, number, risen, news, now)


async def _with_more_minutes(tx: Tx, risen: Record, now: datetime) -> Record:
    """With time for the unit above to come; how long its worker waited is counted from the start,
    and the days that they were promised stay.
    """
    dates = await unit_clocks.dates(tx, risen.unit, risen.category, now, danger=True)
    minutes, days = risen.spans
    if risen.triage_by is not None:
        more = (dates.triage_by - risen.triage_by) // timedelta(minutes=1)
        risen = replace(risen, spans=((minutes or DANGER_MINUTES) + more, days))
    return replace(risen, triage_by=dates.triage_by)


def _calm(known: Record) -> Record:
    return replace(known, behind="", rises=None, rises_anyway=False)
