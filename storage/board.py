"""The desk's list: what of all tips an officer may see now, narrowed, counted, and page by page.

What depends on the tip alone is kept between two looks; who may see it is asked anew of each tip at
every look (`Sight`), so nothing here is shared between officers.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter, itemgetter

from handlers import alphabet
from handlers.listing import (
    Choice,
    Moving,
    Narrowed,
    Present,
    Sort,
    Steady,
    age_options,
    due_option,
    holder_options,
    narrow,
    steady,
)
from handlers.searching import Where, page_of
from handlers.tips import Status
from storage import bundles, staff, units
from storage.cards import Card, Sight, bundled, card_of, holder_of, order, records, sight_of
from storage.database import Tx
from storage.days import VIETNAM
from storage.record import Record
from storage.staff import Member

_NOBODY = b""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_MARK_LETTERS = 16
_MARKS = 1 << 128
_Shared = dict[tuple[tuple[str, ...], ...], Steady]


@dataclass(frozen=True, slots=True)
class Line:
    """One tip of the list, without whoever looks at it: `due` is its next deadline, `steady` what
    it belongs to whatever the time is, `pages` its nickname and place for a search of words, `mark`
    another number as soon as something about it is. `under` is the tip that leads it.
    """

    tip: bytes = field(repr=False)
    known: Record = field(repr=False)
    day: date
    due: datetime | None
    order: tuple[bool, bool, datetime, str] = field(repr=False)
    steady: Steady = field(repr=False)
    pages: tuple[tuple[Where, bytes], ...] = field(repr=False)
    mark: int = field(repr=False)
    under: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Board:
    """All tips of the house in the order of a list, as of a count of changes."""

    version: int
    lines: tuple[Line, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """What an officer may see at this moment, the most urgent first. `mark` is another one as soon
    as something of it is; of a tip that has not reached them it says nothing.
    """

    officer: bytes = field(repr=False)
    lines: tuple[Line, ...] = field(repr=False)
    people: Mapping[str, Member] = field(repr=False)
    present: Present
    sight: Sight = field(repr=False)

    @property
    def mark(self) -> str:
        """What changes with every change of what is seen here."""
        told = sum(line.mark for line in self.lines) % _MARKS
        return hashlib.sha256(f"{len(self.lines)} {told}".encode()).hexdigest()[:_MARK_LETTERS]

    @property
    def own(self) -> tuple[Line, ...]:
        """Those that are work of their own: what another tip leads stands under that one."""
        leading = {line.tip for line in self.lines if line.known.followers}
        return tuple(line for line in self.lines if line.under not in leading)

    def narrowed(self, choice: Choice) -> Narrowed[Line]:
        """What is left of it by that choice, in its order, and how many each value would leave."""
        found = narrow(self.own, attrgetter("steady"), self._moving(), choice)
        match choice.sort:
            case Sort.URGENT:
                return found
            case Sort.NEWEST | Sort.OLDEST as sort:
                newest = sort is Sort.NEWEST
                left = sorted(found.left, key=attrgetter("day"), reverse=newest)
                return Narrowed(tuple(left), found.counts)

    def cards(self, lines: Sequence[Line]) -> tuple[Card, ...]:
        """Their cards, as this officer sees them."""
        people, now, every = self.people, self.present.now, self._bound
        reads = self.sight.reads
        return tuple(
            bundled(
                card_of(line.tip, line.known, line.day, self.officer, people, now, reads=reads),
                line.known,
                every,
                now,
            )
            for line in lines
        )

    def beneath(self, lines: Sequence[Line]) -> Mapping[bytes, Sequence[Card]]:
        """The cards of merged tips, by the one of `lines` that leads them."""
        heads = {line.tip for line in lines if line.known.followers}
        led: dict[bytes, list[Line]] = {head: [] for head in heads}
        for line in self.lines if heads else ():
            if line.under in led:
                led[line.under].append(line)
        return {head: self.cards(found) for head, found in led.items() if found}

    @property
    def _bound(self) -> Mapping[bytes, Record]:
        return {line.tip: line.known for line in self.lines if bundles.is_bound(line.known)}

    def _moving(self) -> Callable[[Line], Moving]:
        present, me = self.present, self.officer.hex()
        ages: dict[date, tuple[str, ...]] = {}
        nobody = holder_options(None, me)

        def moving(line: Line) -> Moving:
            age = ages.get(line.day)
            if age is None:
                age = ages[line.day] = age_options(line.day, present)
            member = holder_of(line.known, self.people) if line.known.holder else None
            holder = holder_options(member.id.hex(), me) if member is not None else nobody
            return Moving(due_option(line.due, present), age, holder)

        return moving


async def seen(tx: Tx, officer: bytes, now: datetime) -> Seen:
    """The tips that have reached a desk of this officer, as `storage.cards.cards` has them."""
    present = _present(now)
    sight = await sight_of(tx, officer)
    if not sight.reads:
        return Seen(officer, (), {}, present, sight)
    people = {member.id.hex(): member for member in await staff.members(tx)}
    lines = _by_themselves([line for line in await _lines(tx) if sight.lists(line.known)])
    return Seen(officer, lines, people, present, sight)


async def unit_names(tx: Tx, lines: Sequence[Line]) -> dict[str, str]:
    """The names of the units that are responsible for these tips, by id, in their order."""
    found = sorted({line.known.unit for line in lines})
    named = [(await units.name_of(tx, unit), unit) for unit in found]
    return {unit: name for name, unit in alphabet.by_name(named, itemgetter(0))}


async def _lines(tx: Tx) -> tuple[Line, ...]:
    opened = await records(tx)
    version, board = tx.cache.version, tx.cache.board
    if board is not None and board.version == version:
        return board.lines
    before = {line.tip: line for line in board.lines} if board is not None else {}
    every = {tip: known for tip, known, _ in opened}
    # Tips of the same kind share what says so, in whichever order they come.
    shared: _Shared = {}
    lines = []
    for tip, known, day in opened:
        line = before.get(tip)
        # How a merged tip stands depends on others.
        if line is None or line.known is not known or bundles.is_bound(known):
            line = _line(tip, known, day, every, shared)
        else:
            shared.setdefault(tuple(line.steady.by_facet.values()), line.steady)
        lines.append(line)
    lines.sort(key=attrgetter("order"))
    board = Board(version, tuple(lines))
    tx.cache.board = board
    return board.lines


def _by_themselves(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines, in their order; one that was merged with a tip that is not among them says
    nothing of that one.
    """
    every = {line.tip: line.known for line in lines if bundles.is_bound(line.known)}
    found = [
        line
        if every.keys() >= _beside(line.known)
        else _line(line.tip, line.known, line.day, every, {})
        for line in lines
    ]
    return tuple(sorted(found, key=attrgetter("order")) if found != lines else found)


def _beside(known: Record) -> set[bytes]:
    return {bytes.fromhex(each) for each in (known.lead, *known.followers) if each}


def _line(
    tip: bytes, known: Record, day: date, every: Mapping[bytes, Record], shared: _Shared
) -> Line:
    # As nobody sees it: nothing of a holder, and no deadline has passed.
    card = bundled(card_of(tip, known, day, _NOBODY, {}, _LONG_AGO), known, every, _LONG_AGO)
    place = known.place
    codes = [place.province_code, place.code, *place.codes] if place is not None else []
    by_facet = steady(
        status=known.status,
        category=known.category,
        places=tuple(dict.fromkeys(code for code in codes if code)),
        labels=card.labels,
        unit=known.unit,
        danger=card.danger and known.status is not Status.CLOSED,
    )
    digest = hashlib.sha256(tip + card.mark.encode()).digest()
    return Line(
        tip=tip,
        known=known,
        day=day,
        due=card.due,
        order=order(card),
        steady=shared.setdefault(tuple(by_facet.values()), Steady(by_facet)),
        pages=(
            (Where.NICKNAME, page_of([known.nickname])),
            (Where.PLACE, page_of([place.label] if place is not None else [])),
        ),
        mark=int.from_bytes(digest[:16]),
        under=card.under,
    )


def _present(now: datetime) -> Present:
    here = now.astimezone(VIETNAM)
    tonight = datetime.combine(here.date() + timedelta(days=1), time(), VIETNAM)
    return Present(now, tonight.astimezone(UTC), here.date())
