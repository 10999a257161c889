"""Cards: what a desk sees of its tips before one is opened."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import LargeBinary, func, select

from handlers.labels import Label, in_order
from handlers.passing import Stage
from handlers.roles import READERS_OF_TIPS
from handlers.tips import Category, Outcome, Status
from handlers.turn import Whose
from storage import bundles, readers, record, staff, stored, timing, units
from storage.database import Tx, changes
from storage.days import VIETNAM
from storage.record import Record
from storage.staff import Member
from storage.tables import tips

_MARK_LETTERS = 16
_NONCE_END = 27
"""Where the random beginning of a sealed record ends: no two sealed ones have the same."""
_FETCHED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Card:
    """A tip without its words. `due` is the next deadline; `day` the day of filing; `holder` the
    name of who claimed it and may still read it. `mark` is another one as soon as something about
    the tip is. `under` is the tip that leads this one, `beside` how many this one leads.
    `undo_until`: this officer closed it, and can undo that until then. `theirs`: a unit of whoever
    sees it is responsible, and does not only read; `stage` is how it stands at their police unit.
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
    labels: tuple[Label, ...] = ()
    under: bytes | None = field(default=None, repr=False)
    beside: int = 0
    theirs: bool = True
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """At which desks an officer reads, leads, and at which anybody leads; which of those where they
    read are the `police`. Nobody's own eyes where `officer` is empty.
    """

    reads: frozenset[str]
    leads: frozenset[str]
    led: frozenset[str]
    police: frozenset[str]
    officer: bytes = field(default=b"", repr=False)

    def through(self, known: Record) -> frozenset[str]:
        """The units by which this officer may open a tip: one that was set aside only where they
        lead, or nobody does; none where they stepped back.
        """
        if readers.has_stepped_back(known, self.officer):
            return frozenset()
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
    return Sight(reads, leads, led, police, officer)


async def cards(tx: Tx, officer: bytes, now: datetime) -> tuple[Card, ...]:
    """The tips that have reached a desk of this officer: open ones first, danger first, then by the
    next deadline. Those that were set aside are not among them (`storage.aside`).
    """
    sight = await sight_of(tx, officer)
    if not sight.reads:
        return ()
    people = {member.id.hex(): member for member in await staff.members(tx)}
    listed = [each for each in await records(tx) if sight.lists(each[1])]
    seen = {tip: known for tip, known, _ in listed}
    found = [
        bundled(card_of(tip, known, day, officer, people, now, reads=sight.reads), known, seen, now)
        for tip, known, day in listed
    ]
    return tuple(sorted(found, key=order))


def bundled(card: Card, known: Record, every: Mapping[bytes, Record], now: datetime) -> Card:
    """The card with how its tip belongs to others, of which `every` record is seen. That of a lead
    stands for all: danger, the next deadline, whose turn it is.
    """
    if not bundles.is_bound(known):
        return card
    under = bundles.lead_of(card.tip, known, every)
    led = [every[each] for each in bundles.followers_of(card.tip, known, every)]
    if not led:
        return replace(card, under=under)
    whole = [known, *led]
    due = min((each for each in map(due_of, whole) if each is not None), default=None)
    turns = {stored.whose_turn(each.status) for each in whole}
    return replace(
        card,
        beside=len(led),
        danger=any(each.danger for each in whole),
        due=due,
        overdue=due is not None and due < now,
        turn=Whose.DESK if Whose.DESK in turns else card.turn,
    )


def card_of(
    tip: bytes,
    known: Record,
    day: date,
    officer: bytes,
    people: Mapping[str, Member],
    now: datetime,
    *,
    reads: frozenset[str] | None = None,
) -> Card:
    """The card of a tip as `officer` sees it; `people` by id (hex), at least the holder; `reads`
    are the units for which they look, None where the responsible one is among them.
    """
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
        labels=in_order(known.labels),
        theirs=reads is None or known.unit in reads,
        stage=next(iter(filter(None, map(known.stage_at, sorted(reads or ())))), None),
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
    if readers.has_stepped_back(known, member.id):
        return None
    reads = {unit for unit, role in member.grants if role in READERS_OF_TIPS}
    return member if known.unit in reads.intersection(known.readers) else None


async def records(tx: Tx) -> Sequence[tuple[bytes, Record, date]]:
    """All records, opened; those that did not change since the last look are not opened again, nor
    fetched: of each only its beginning is looked at, which is another one after every change.
    """
    version, cache = await changes(tx), tx.cache
    if version != cache.version:
        begins = func.substr(tips.c.record, 1, _NONCE_END, type_=LargeBinary).label("begins")
        rows = await tx.rows(select(tips.c.id, tips.c.day, begins))
        fresh: dict[bytes, tuple[bytes, Record, date]] = {}
        missing: list[bytes] = []
        for row in rows:
            known = cache.opened.get(row.id)
            if known is None or known[0] != row.begins:
                missing.append(row.id)
            else:
                fresh[row.id] = known
        for at in range(0, len(missing), _FETCHED_AT_ONCE):
            some = missing[at : at + _FETCHED_AT_ONCE]
            found = select(tips.c.id, tips.c.record, tips.c.day).where(tips.c.id.in_(some))
            for row in await tx.rows(found):
                opened = record.unseal(tx.keys, row.id, row.record)
                fresh[row.id] = (bytes(row.record[:_NONCE_END]), opened, row.day)
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
    where = (known.unit, known.given)
    told = (known.status, known.outcome, known.holder, *where, known.files, known.end.last)
    bound = (known.lead, known.followers) if bundles.is_bound(known) else ""
    labelled = (told, in_order(known.labels), bound)
    return hashlib.sha256(repr(labelled).encode()).hexdigest()[:_MARK_LETTERS]


def order(card: Card) -> tuple[bool, bool, datetime, str]:
    """By which a desk's list is sorted."""
    far = datetime.max.replace(tzinfo=UTC)
    return (card.status is Status.CLOSED, not card.danger, card.due or far, card.nickname)
