"""Numbers of tips, read from the tallies of closed ones and the records of open ones.

What came or ended today is left for tomorrow: a figure that grew during the day would tell at which
minute a worker wrote.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.numbers import Counted, Lines, Review, Table, review
from handlers.periods import Period, as_of, month_of
from handlers.roles import READERS_OF_NUMBERS
from handlers.tips import Status
from storage import staff, tally, timing, units
from storage.cards import Sight, holder_of, records
from storage.database import Tx
from storage.days import VIETNAM, local_day
from storage.record import Record
from storage.staff import Member
from storage.tally import Tally


@dataclass(frozen=True, slots=True)
class Asked:
    """What numbers are wanted of: a unit with all below it, a period, and the day they are made
    for (None: as new as it gets). `provinces` are the codes of those that there are today.
    """

    unit: str
    period: Period
    day: date | None
    provinces: tuple[str, ...]
    tables: Sequence[Table] = tuple(Table)


@dataclass(frozen=True, slots=True)
class Numbers:
    """A review with the unit that it is of; `units` are the names of that one and all below."""

    unit: str
    name: str
    units: Mapping[str, str]
    review: Review


@dataclass(frozen=True, slots=True)
class Ways:
    """Other units whose numbers somebody may see: ids and names of those where they hold a role and
    of those just below; the id of the one above, empty where that is not theirs to see.
    """

    own: tuple[tuple[str, str], ...]
    above: str
    below: tuple[tuple[str, str], ...]


def newest_day(now: datetime, *, live: bool) -> date:
    """The last day that is counted: yesterday. `live` (for trying things out) counts today too."""
    today = local_day(now)
    return today if live else today - timedelta(days=1)


async def units_of(tx: Tx, member: bytes) -> frozenset[str]:
    """The units of which this member may see the numbers, as it stands in this transaction: those
    where they lead, observe or audit, all below, and those where they are officer.
    """
    seen = set(await staff.units_read_by(tx, member))
    for role in READERS_OF_NUMBERS:
        seen |= await staff.units_under(tx, member, role)
    return frozenset(seen)


async def ways(tx: Tx, member: bytes, unit: str) -> Ways:
    """From the numbers of a unit to those of others that this member may see."""
    seen = await units_of(tx, member)
    me = await staff.by_id(tx, member)
    own = sorted({each for each, _ in me.grants} & seen) if me is not None else []
    above, below = await units.beside(tx, unit)
    return Ways(
        own=tuple([(each, await units.name_of(tx, each)) for each in own]),
        above=above if above in seen else "",
        below=tuple((each, name) for each, name in below.items() if each in seen),
    )


async def of_member(
    tx: Tx, member: bytes, asked: Asked, now: datetime, *, live: bool = False
) -> Numbers | None:
    """The numbers for this member; None: no right, or no such unit. Who is only an officer there
    sees them without the units below.
    """
    seen = await units_of(tx, member)
    if asked.unit not in seen:
        return None
    below = await units.below(tx, asked.unit)
    mine = {each: name for each, name in below.items() if each in seen}
    return await _numbers(tx, asked, mine, now, live=live)


async def of_unit(tx: Tx, asked: Asked, now: datetime) -> Numbers | None:
    """The same for whoever has the server's command line; None where there is no such unit."""
    below = await units.below(tx, asked.unit)
    return await _numbers(tx, asked, below, now, live=False) if below else None


async def counted(tx: Tx, through: date, now: datetime) -> tuple[Counted, ...]:
    """Every tip that had come by the end of the day `through`, each once. Raises Unopenable."""
    tallies = dict(await tally.by_id(tx))
    people = {member.id.hex(): member for member in await staff.members(tx)}
    found = []
    for _, known, day in await records(tx):
        if _ended(known, through):
            if known.tally in tallies:
                continue
            # Retention lets no such tip go before it is counted.
            police = await units.police_among(tx, known.readers)
            found.append(_closed(tally.of(known, given_to_police=bool(police))))
            continue
        # Closed since: for this day it is an open one.
        tallies.pop(known.tally, None)
        if day > through or (day == local_day(now) and not Sight.has_come(known)):
            continue
        found.append(_open(known, day, people, through))
    return (*(_closed(each) for each in tallies.values()), *found)


async def _numbers(
    tx: Tx, asked: Asked, below: Mapping[str, str], now: datetime, *, live: bool
) -> Numbers:
    newest = newest_day(now, live=live)
    day = as_of(asked.day, newest)
    tips = [each for each in await counted(tx, newest, now) if each.unit in below]
    lines = Lines(asked.provinces, tuple(below))
    # In a thread, for there may be years of them.
    made = await asyncio.to_thread(review, tips, asked.period, day, lines, asked.tables)
    return Numbers(asked.unit, below[asked.unit], below, made)


def _ended(known: Record, through: date) -> bool:
    closed_on = known.closed_on if known.status is Status.CLOSED else None
    return closed_on is not None and closed_on <= through


def _closed(row: Tally) -> Counted:
    return Counted(
        unit=row.unit,
        category=row.category,
        province=row.province,
        received=row.begun,
        closed=row.month,
        outcome=row.outcome,
        triage=row.triage,
        answer=row.answer,
        overdue=row.overdue,
        valuable=row.valuable,
        given_to_police=row.given_to_police,
    )


def _open(known: Record, day: date, people: Mapping[str, Member], through: date) -> Counted:
    return Counted(
        unit=known.unit,
        category=known.category,
        province=known.place.province_code if known.place else "",
        received=known.begun or month_of(day),
        held=holder_of(known, people) is not None,
        late=_is_late(known, through),
    )


def _is_late(known: Record, through: date) -> bool:
    """Whether a deadline of an open tip had passed at the end of that day, or one before."""
    end = datetime.combine(through + timedelta(days=1), time(), VIETNAM)
    waits = known.triage_by is not None and known.triage_by < end
    return known.overdue or waits or timing.due_on(known) <= through
