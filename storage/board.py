"""The desk's list: what of all tips an officer may see now, narrowed, counted, and page by page.

What depends on the tip alone is kept between two looks; who may see it is asked anew of each tip at
every look (`Sight`), so nothing here is shared between officers.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter

from handlers.listing import (
    Choice,
    Facet,
    Narrowed,
    Options,
    Present,
    Sort,
    age_options,
    due_option,
    fixed_options,
    holder_options,
    narrow,
)
from handlers.searching import Where, page_of
from handlers.tips import Status
from storage import staff, units
from storage.cards import Card, Sight, card_of, holder_of, order, records, sight_of
from storage.database import Tx
from storage.days import VIETNAM
from storage.record import Record
from storage.staff import Member

_NOBODY = b""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_MARK_LETTERS = 16
_MARKS = 1 << 128


@dataclass(frozen=True, slots=True)
class Line:
    """One tip of the list, without whoever looks at it: `due` is its next deadline, `options` what
    it belongs to whatever the time is, `pages` its nickname and place for a search of words, `mark`
    another number as soon as something about it is.
    """

    tip: bytes = field(repr=False)
    known: Record = field(repr=False)
    day: date
    due: datetime | None
    order: tuple[bool, bool, datetime, str] = field(repr=False)
    options: Mapping[Facet, tuple[str, ...]] = field(repr=False)
    pages: tuple[tuple[Where, bytes], ...] = field(repr=False)
    mark: int = field(repr=False)


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

    def narrowed(self, choice: Choice) -> Narrowed[Line]:
        """What is left of it by that choice, in its order, and how many each value would leave."""
        found = narrow(self.lines, self._options, choice)
        match choice.sort:
            case Sort.URGENT:
                return found
            case Sort.NEWEST | Sort.OLDEST as sort:
                newest = sort is Sort.NEWEST
                left = sorted(found.left, key=attrgetter("day"), reverse=newest)
                return Narrowed(tuple(left), found.counts)

    def cards(self, lines: Sequence[Line]) -> tuple[Card, ...]:
        """Their cards, as this officer sees them."""
        people, now = self.people, self.present.now
        return tuple(
            card_of(line.tip, line.known, line.day, self.officer, people, now) for line in lines
        )

    def _options(self, line: Line) -> Options:
        member = holder_of(line.known, self.people) if line.known.holder else None
        return {
            **line.options,
            Facet.CLOCK: due_option(line.due, self.present),
            Facet.AGE: age_options(line.day, self.present),
            Facet.HOLDER: holder_options(
                member.id.hex() if member is not None else None, self.officer.hex()
            ),
        }


async def seen(tx: Tx, officer: bytes, now: datetime) -> Seen:
    """The tips that have reached a desk of this officer, as `storage.cards.cards` has them."""
    present = _present(now)
    sight = await sight_of(tx, officer)
    if not sight.reads:
        return Seen(officer, (), {}, present, sight)
    people = {member.id.hex(): member for member in await staff.members(tx)}
    lines = tuple(line for line in await _lines(tx) if sight.lists(line.known))
    return Seen(officer, lines, people, present, sight)


async def unit_names(tx: Tx, lines: Sequence[Line]) -> dict[str, str]:
    """The names of the units that are responsible for these tips, by id, in their order."""
    found = sorted({line.known.unit for line in lines})
    named = [(await units.name_of(tx, unit), unit) for unit in found]
    return {unit: name for name, unit in sorted(named)}


async def _lines(tx: Tx) -> tuple[Line, ...]:
    opened = await records(tx)
    version, board = tx.cache.version, tx.cache.board
    if board is not None and board.version == version:
        return board.lines
    before = {line.tip: line for line in board.lines} if board is not None else {}
    lines = []
    for tip, known, day in opened:
        line = before.get(tip)
        lines.append(line if line is not None and line.known is known else _line(tip, known, day))
    lines.sort(key=attrgetter("order"))
    board = Board(version, tuple(lines))
    tx.cache.board = board
    return board.lines


def _line(tip: bytes, known: Record, day: date) -> Line:
    # As nobody sees it: nothing of a holder, and no deadline has passed.
    card = card_of(tip, known, day, _NOBODY, {}, _LONG_AGO)
    place = known.place
    codes = [place.province_code, place.code, *place.codes] if place is not None else []
    digest = hashlib.sha256(tip + card.mark.encode()).digest()
    return Line(
        tip=tip,
        known=known,
        day=day,
        due=card.due,
        order=order(card),
        options=fixed_options(
            status=known.status,
            category=known.category,
            places=tuple(dict.fromkeys(code for code in codes if code)),
            labels=known.labels,
            unit=known.unit,
            danger=known.danger and known.status is not Status.CLOSED,
        ),
        pages=(
            (Where.NICKNAME, page_of([known.nickname])),
            (Where.PLACE, page_of([place.label] if place is not None else [])),
        ),
        mark=int.from_bytes(digest[:16]),
    )


def _present(now: datetime) -> Present:
    here = now.astimezone(VIETNAM)
    tonight = datetime.combine(here.date() + timedelta(days=1), time(), VIETNAM)
    return Present(now, tonight.astimezone(UTC), here.date())
