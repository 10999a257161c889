"""Numbers of tips by unit and period: what is counted, how, and which figures are shown.

Pure. No figure here is better when it is small, none compares units, and none counts people.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from handlers.periods import AsOf, Period
from handlers.small_cells import Sum, hidden
from handlers.tallies import AnswerTime, TriageTime
from handlers.tips import Category, Outcome
from handlers.valuable import Valuable

NO_PROVINCE = "-"
"""The line of tips whose worker named no place."""


class Table(StrEnum):
    """The tables of a review, in their order. WHOLE has the sums of the others."""

    WHOLE = "whole"
    CATEGORY = "category"
    PROVINCE = "province"
    OUTCOME = "outcome"
    TRIAGE = "triage"
    ANSWER = "answer"
    KEPT = "kept"
    VALUABLE = "valuable"
    REASON = "reason"
    POLICE = "police"
    OUTSIDE = "outside"
    OPEN = "open"
    LATE = "late"


class Whole(StrEnum):
    """RECEIVED and CLOSED within the period, OPEN at its end or on the day of the review."""

    RECEIVED = "received"
    CLOSED = "closed"
    OPEN = "open"


class Kept(StrEnum):
    """Whether a desk kept its promise: its worker heard from it, and no deadline had passed."""

    IN_TIME = "in_time"
    LATE = "late"
    UNANSWERED = "unanswered"


class Now(StrEnum):
    """How open tips stand: nobody's yet, or somebody looks after them."""

    WAITING = "waiting"
    HELD = "held"


class YesNo(StrEnum):
    """Two lines that make up a whole."""

    YES = "yes"
    NO = "no"


WITHDRAWN = "withdrawn"
"""The outcome of a tip that its worker ended."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted of one tip. Months are as 2026-11; `closed` is empty while it is open, and
    only then `held` and `late` say how it stands now.
    """

    unit: str
    category: Category
    province: str
    received: str
    closed: str = ""
    outcome: Outcome | None = None
    triage: TriageTime = TriageTime.NEVER
    answer: AnswerTime = AnswerTime.NEVER
    overdue: bool = False
    valuable: Valuable | None = None
    given_to_police: bool = False
    held: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure: its table, and its line by the id of a closed list, a province or a unit."""

    table: Table
    line: str


@dataclass(frozen=True, slots=True)
class Lines:
    """What has a line though nothing may have been counted for it: codes of provinces, ids of
    units. Else a line by itself would tell that there was something.
    """

    provinces: tuple[str, ...]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """The figures of a period as of a day; None is a hidden one."""

    period: Period
    as_of: AsOf
    figures: Mapping[Cell, int | None] = field(repr=False)

    def __getitem__(self, cell: Cell) -> int | None:
        return self.figures[cell]

    def lines(self, table: Table) -> Iterator[tuple[str, int | None]]:
        """The lines of a table, in its order."""
        for cell, number in self.figures.items():
            if cell.table is table:
                yield cell.line, number

    @property
    def hidden(self) -> int:
        """How many figures are hidden."""
        return sum(number is None for number in self.figures.values())

    @property
    def says_nothing(self) -> bool:
        """Whether there are too few tips for any figure."""
        return all(number is None for _, number in self.lines(Table.WHOLE))

    def share(self, part: Cell) -> int | None:
        """How many in a hundred of its whole, rounded; None where one of the two is hidden."""
        number, whole = self.figures[part], self.figures[WHOLE_OF[part.table]]
        return round(100 * number / whole) if number is not None and whole else None


WHOLE_OF: Mapping[Table, Cell] = {
    Table.CATEGORY: Cell(Table.WHOLE, Whole.RECEIVED),
    Table.PROVINCE: Cell(Table.WHOLE, Whole.RECEIVED),
    Table.OUTCOME: Cell(Table.WHOLE, Whole.CLOSED),
    Table.TRIAGE: Cell(Table.WHOLE, Whole.CLOSED),
    Table.ANSWER: Cell(Table.WHOLE, Whole.CLOSED),
    Table.KEPT: Cell(Table.WHOLE, Whole.CLOSED),
    Table.VALUABLE: Cell(Table.WHOLE, Whole.CLOSED),
    Table.REASON: Cell(Table.VALUABLE, YesNo.YES),
    Table.POLICE: Cell(Table.WHOLE, Whole.CLOSED),
    Table.OUTSIDE: Cell(Table.OUTCOME, Outcome.OUT_OF_SCOPE),
    Table.OPEN: Cell(Table.WHOLE, Whole.OPEN),
    Table.LATE: Cell(Table.WHOLE, Whole.OPEN),
}
"""The cell that a table's lines add up to. Each table shares one cell with the others, so that they
hang together like a tree: `handlers.small_cells` needs that.
"""

PUBLISHED = frozenset({Table.WHOLE, Table.CATEGORY, Table.PROVINCE, Table.OUTCOME, Table.KEPT})
"""The tables that everybody may see of a quarter."""


def review(
    tips: Iterable[Counted], period: Period, as_of: AsOf, lines: Lines, tables: Sequence[Table]
) -> Review:
    """Count `tips`, each of which is given once, and hide what is small. Of `tables` those of open
    tips are left out where it is not known how they stood on that day.
    """
    shown = [each for each in tables if as_of.latest or each not in (Table.OPEN, Table.LATE)]
    numbers = count(tips, period, as_of, lines, shown)
    gone = hidden(numbers, sums(numbers))
    figures = {cell: None if cell in gone else number for cell, number in numbers.items()}
    return Review(period, as_of, figures)


def count(
    tips: Iterable[Counted], period: Period, as_of: AsOf, lines: Lines, tables: Sequence[Table]
) -> dict[Cell, int]:
    """The bare figures, in the order of `tables` and their lines."""
    found: Counter[Cell] = Counter()
    for tip in tips:
        found.update(_cells(tip, period, as_of))
    return {
        cell: found[cell]
        for table in tables
        for cell in (Cell(table, line) for line in _lines_of(table, lines))
    }


def sums(numbers: Iterable[Cell]) -> tuple[Sum[Cell], ...]:
    """What a reader of these cells can add up."""
    parts: dict[Table, list[Cell]] = {}
    for cell in numbers:
        parts.setdefault(cell.table, []).append(cell)
    return tuple(
        Sum(whole, tuple(parts[table])) for table, whole in WHOLE_OF.items() if table in parts
    )


def _cells(tip: Counted, period: Period, as_of: AsOf) -> Iterator[Cell]:
    """All cells in which a tip counts for one."""
    if tip.received > as_of.month:
        return
    if tip.received in period:
        yield Cell(Table.WHOLE, Whole.RECEIVED)
        yield Cell(Table.CATEGORY, tip.category)
        yield Cell(Table.PROVINCE, tip.province or NO_PROVINCE)
    if not tip.closed or tip.closed > as_of.month:
        yield Cell(Table.WHOLE, Whole.OPEN)
        yield Cell(Table.OPEN, Now.HELD if tip.held else Now.WAITING)
        yield Cell(Table.LATE, YesNo.YES if tip.late else YesNo.NO)
    elif tip.closed in period:
        yield Cell(Table.WHOLE, Whole.CLOSED)
        yield from _ended(tip)


def _ended(tip: Counted) -> Iterator[Cell]:
    yield Cell(Table.OUTCOME, tip.outcome or WITHDRAWN)
    yield Cell(Table.TRIAGE, tip.triage)
    yield Cell(Table.ANSWER, tip.answer)
    yield Cell(Table.KEPT, _kept(tip))
    yield Cell(Table.VALUABLE, YesNo.NO if tip.valuable is None else YesNo.YES)
    if tip.valuable is not None:
        yield Cell(Table.REASON, tip.valuable)
    yield Cell(Table.POLICE, YesNo.YES if tip.given_to_police else YesNo.NO)
    if tip.outcome is Outcome.OUT_OF_SCOPE:
        yield Cell(Table.OUTSIDE, tip.unit)


def _kept(tip: Counted) -> Kept:
    if tip.overdue:
        return Kept.LATE
    return Kept.UNANSWERED if tip.answer is AnswerTime.NEVER else Kept.IN_TIME


def _lines_of(table: Table, lines: Lines) -> Iterable[str]:
    match table:
        case Table.PROVINCE:
            return (*lines.provinces, NO_PROVINCE)
        case Table.OUTSIDE:
            return lines.units
        case Table.OUTCOME:
            return (*Outcome, WITHDRAWN)
        case _:
            return tuple(_CLOSED_LISTS[table])


_CLOSED_LISTS: Mapping[Table, type[StrEnum]] = {
    Table.WHOLE: Whole,
    Table.CATEGORY: Category,
    Table.TRIAGE: TriageTime,
    Table.ANSWER: AnswerTime,
    Table.KEPT: Kept,
    Table.VALUABLE: YesNo,
    Table.REASON: Valuable,
    Table.POLICE: YesNo,
    Table.OPEN: Now,
    Table.LATE: YesNo,
}
