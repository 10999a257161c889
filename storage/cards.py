"""Cards: what a desk sees of its tips before one is opened."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from handlers.roles import READERS_OF_TIPS
from handlers.tips import Category, Outcome, Status
from handlers.turn import Whose
from storage import readers, record, staff, stored, timing, units
from storage.database import Tx, changes
from storage.days import VIETNAM
from storage.record import Record
from storage.staff import Member
from storage.tables import tips

_MARK_LETTERS = 16


@dataclass(frozen=True, slots=True)
class Card:
    """A tip without its words. `due` is the next deadline; `day` the day of filing; `holder` the
    name of who claimed it and may still read it. `mark` is another one as soon as something about
    the tip is. `undo_until`: this officer closed it, and can undo that until then.
    """

    tip: bytes = field(repr=False)
    nickname: str
    category: Category
    place: str = field(repr=False)
    province: str
    danger: bool
    files: int
    status: Status
    outcome: Outcome | None
    holder: str | None = field(repr=False)
    mine: bool
    day: date
    due: datetime | None
    overdue: bool
    turn: Whose
    aside: bool = False
    mark: str = field(default="", repr=False)
    undo_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """At which desks an officer reads, leads, and at which anybody leads; which of those where they
    read are the `police`.
    """

    reads: frozenset[str]
    leads: frozenset[str]
    led: frozenset[str]
    police: frozenset[str]

    def through(self, known: Record) -> frozenset[str]:
        """The units by which this officer may open a tip: one that was set aside only where they
        lead, or nobody does.
        """
        mine = readers.among(known, self.reads, self.police)
        return mine & (self.leads | (mine - self.led)) if known.aside else mine

    def lists(self, known: Record) -> bool:
        """Whether it stands among the ordinary tips of their desks."""
        seen = self.through(known)
        if known.aside and known.status is not Status.CLOSED:
            seen -= self.led
        return bool(seen) and self.has_come(known)

    @staticmethod
    def has_come(known: Record) -> bool:
        """Whether the tip has reached its desk."""
        return known.status is not Status.RECEIVED


async def sight_of(tx: Tx, officer: bytes) -> Sight:
    """What this officer may see, as it stands in this transaction."""
    reads = await staff.units_read_by(tx, officer)
    if not reads:
        return Sight(reads, frozenset(), frozenset(), frozenset())
    leads = await staff.units_led_by(tx, officer)
    led, police = await staff.units_with_lead(tx), await units.police_among(tx, reads)
    return Sight(reads, leads, led, police)


async def cards(tx: Tx, officer: bytes, now: datetime) -> tuple[Card, ...]:
    """The tips that have reached a desk of this officer: open ones first, danger first, then by the
    next deadline. Those that were set aside are not among them (`storage.aside`).
    """
    sight = await sight_of(tx, officer)
    if not sight.reads:
        return ()
    people = {member.id.hex(): member for member in await staff.members(tx)}
    found = [
        card_of(tip, known, day, officer, people, now)
        for tip, known, day in await records(tx)
        if sight.lists(known)
    ]
    return tuple(sorted(found, key=order))


def card_of(
    tip: bytes,
    known: Record,
    day: date,
    officer: bytes,
    people: Mapping[str, Member],
    now: datetime,
) -> Card:
    """The card of a tip as `officer` sees it; `people` by id (hex), at least the holder."""
    due = due_of(known)
    holder = holder_of(known, people)
    return Card(
        tip=tip,
        nickname=known.nickname,
        category=known.category,
        place=known.place.label if known.place else "",
        province=known.place.province if known.place else "",
        danger=known.danger,
        files=known.files,
        status=known.status,
        outcome=known.outcome,
        holder=holder.name if holder else None,
        mine=holder is not None and holder.id == officer,
        day=day,
        due=due,
        overdue=due is not None and due < now,
        turn=stored.whose_turn(known.status),
        aside=known.aside,
        mark=_mark(known),
        undo_until=_undo_until(known, officer, now),
    )


def _undo_until(known: Record, officer: bytes, now: datetime) -> datetime | None:
    ending = known.ending
    if ending is None or known.status is not Status.CLOSED:
        return None
    return ending.until if ending.by == officer.hex() and now < ending.until else None


def holder_of(known: Record, people: Mapping[str, Member]) -> Member | None:
    """Who holds the tip. Somebody who may not read it any more does not: a tip whose officer left
    would wait for ever.
    """
    member = people.get(known.holder) if known.holder else None
    if member is None or known.status is Status.CLOSED:
        return member
    reads = {unit for unit, role in member.grants if role in READERS_OF_TIPS}
    return member if reads.intersection(known.readers) else None


async def records(tx: Tx) -> Sequence[tuple[bytes, Record, date]]:
    """All records, opened; those that did not change since the last look are not opened again."""
    version, cache = await changes(tx), tx.cache
    if version != cache.version:
        rows = await tx.rows(select(tips.c.id, tips.c.record, tips.c.day))
        fresh: dict[bytes, tuple[bytes, Record, date]] = {}
        for row in rows:
            known = cache.opened.get(row.id)
            if known is None or known[0] != row.record:
                known = (row.record, record.unseal(tx.keys, row.id, row.record), row.day)
            fresh[row.id] = known
        cache.opened, cache.version = fresh, version
    return [(tip, opened, day) for tip, (_, opened, day) in cache.opened.items()]


def due_of(known: Record) -> datetime | None:
    """The next deadline of a tip; None for a closed one."""
    if known.status is Status.CLOSED:
        return None
    if known.triage_by is not None:
        return known.triage_by
    day = timing.due_on(known)
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM).astimezone(UTC)


def mark_of(shown: Sequence[Card]) -> str:
    """What is another one as soon as what somebody sees of their tips is. Of a tip that has not
    reached them it says nothing: a sign in the moment of filing would tell its time.
    """
    marks = sorted(card.tip.hex() + card.mark for card in shown)
    return hashlib.sha256(" ".join(marks).encode()).hexdigest()[:_MARK_LETTERS]


def _mark(known: Record) -> str:
    told = (known.status, known.outcome, known.holder, known.unit, known.files, known.end.last)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:_MARK_LETTERS]


def order(card: Card) -> tuple[bool, bool, datetime, str]:
    """By which a desk's list is sorted."""
    far = datetime.max.replace(tzinfo=UTC)
    return (card.status is Status.CLOSED, not card.danger, card.due or far, card.nickname)
