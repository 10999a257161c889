"""A review in words: its tables, line by line, as the page, the files and the picture show them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from handlers.numbers import NO_PROVINCE, WHOLE_OF, WITHDRAWN, Cell, Table
from handlers.periods import Length, Period, length_of, name_of
from handlers.texts import Texts
from handlers.tips import Category
from storage.numbers import Numbers
from storage.places import Places

_SPARSE = frozenset({Table.PROVINCE, Table.OUTSIDE})
"""Tables with a line for whatever there may be: the hidden ones are told as one."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table. `number` and `share` (of a hundred) are None where they are hidden;
    `width` is how far its bar goes, of a hundred.
    """

    label: str
    number: int | None
    share: int | None = None
    width: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """A table with its name and how it is counted; `whole` is the sum of its lines, if any."""

    table: Table
    title: str
    told: str
    lines: tuple[Line, ...]
    whole: Line | None = None

    @property
    def has_shares(self) -> bool:
        """Whether there is anything in the column of shares."""
        return any(line.share is not None for line in self.lines)


@dataclass(frozen=True, slots=True)
class Words:
    """A whole review: what it is of, its tables, and what its reader must know."""

    title: str
    unit: str
    period: str
    as_of: str
    blocks: tuple[Block, ...] = field(repr=False)
    notes: tuple[str, ...] = field(repr=False)

    @property
    def facts(self) -> tuple[str, ...]:
        """What it is of, line by line."""
        return (self.unit, self.period, self.as_of)


def words_of(numbers: Numbers, texts: Texts, places: Places) -> Words:
    """The review of `numbers` in one language."""
    made = numbers.review
    below = len(numbers.units) - 1
    unit = texts.get("desk.numbers.with_below", unit=numbers.name, count=below)
    hidden = texts.get("desk.numbers.hidden_hint", count=made.hidden)
    return Words(
        title=texts.get("desk.numbers.review"),
        unit=unit if below else numbers.name,
        period=_capital(period_of(made.period, texts)),
        as_of=texts.get("desk.numbers.as_of", day=f"{made.as_of.day:%d/%m/%Y}"),
        blocks=tuple(_blocks(numbers, texts, places)),
        notes=(
            hidden if made.hidden else texts.get("desk.numbers.nothing_hidden"),
            texts.get("desk.numbers.same"),
            texts.get("desk.numbers.deleted"),
        ),
    )


def period_of(period: Period, texts: Texts) -> str:
    """A period as it is called."""
    name = name_of(period)
    if not name:
        first, last = (f"{each[5:]}/{each[:4]}" for each in (period.first, period.last))
        return texts.get("desk.numbers.between", first=first, last=last)
    year = name[:4]
    match length_of(name):
        case Length.YEAR:
            return texts.get("desk.numbers.year", year=year)
        case Length.HALF:
            half = "first_half" if name.endswith("1") else "second_half"
            return texts.get(f"desk.numbers.{half}", year=year)
        case Length.QUARTER:
            return texts.get("desk.numbers.quarter", number=name[-1], year=year)
        case Length.MONTH:
            return texts.get("desk.numbers.month", month=name[5:], year=year)


def number_of(line: Line, texts: Texts) -> str:
    """The number of a line as it is read."""
    return texts.get("desk.numbers.hidden") if line.number is None else str(line.number)


def _blocks(numbers: Numbers, texts: Texts, places: Places) -> Iterator[Block]:
    made = numbers.review
    for table in Table:
        found = list(made.lines(table))
        if not found:
            continue
        # Units are not to be compared: theirs are numbers without shares and bars.
        alone = table is Table.OUTSIDE
        whole = WHOLE_OF.get(table)
        shown = [(line, number) for line, number in found if number is not None]
        kept = shown if table in _SPARSE else found
        most = max((number for _, number in shown), default=0)
        label = _labels(table, numbers, texts, places)
        lines = [
            Line(
                _capital(label(line)),
                number,
                made.share(Cell(table, line)) if whole and not alone else None,
                round(100 * number / most) if number and not alone else 0,
            )
            for line, number in kept
        ]
        if table in _SPARSE and len(shown) < len(found):
            lines.append(Line(texts.get("desk.numbers.others"), None))
        yield Block(
            table,
            texts.get(f"desk.numbers.table.{table}"),
            texts.get(f"desk.numbers.told.{table}"),
            tuple(lines),
            Line(texts.get("desk.numbers.total"), made[whole]) if whole else None,
        )


def _labels(table: Table, numbers: Numbers, texts: Texts, places: Places) -> Callable[[str], str]:
    """What the lines of a table are called."""

    def province(code: str) -> str:
        if code == NO_PROVINCE:
            return texts.get("desk.numbers.no_province")
        return places.province_name(code) or code

    def outcome(line: str) -> str:
        own = line == WITHDRAWN
        return texts.get("desk.numbers.outcome.withdrawn" if own else f"desk.outcome.{line}")

    match table:
        case Table.PROVINCE:
            return province
        case Table.OUTSIDE:
            return lambda unit: numbers.units[unit]
        case Table.CATEGORY:
            return lambda line: texts.get(f"category.{Category(line)}")
        case Table.OUTCOME:
            return outcome
        case _:
            return lambda line: texts.get(f"desk.numbers.{table}.{line}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
