"""The log of what staff did, for an auditor: their unit and those below, and never a tip's name."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from handlers.roles import Role
from storage import audit, staff, units
from storage.audit import Act, Entry
from storage.database import Tx
from storage.days import local_day
from storage.keys import Purpose
from storage.staff import Member

MOST_LOOKED_AT = 20_000
"""So many entries are opened for one page at most; it goes on from there when it is asked to."""
_BATCH = 500
_HANDLE_BYTES = 4
_ID_LETTERS = 32
_HEX = frozenset("0123456789abcdef")
_NEWEST = 1 << 62


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for; `first` and `last` are days in Viet Nam. An empty field looks at all."""

    act: Act | None = None
    unit: str = ""
    member: bytes | None = field(default=None, repr=False)
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry to be read. `by` is a name, empty for the house itself; `about` the names of people
    in the note, `ids` what else it holds (a role, an outcome); `tip` is a handle by which lines of
    the same tip are known, and nothing else.
    """

    number: int
    act: Act
    when: datetime
    by: str = field(repr=False)
    unit: str
    tip: str
    about: tuple[str, ...] = field(default=(), repr=False)
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The lines, the newest first; `older` is where to go on, None at the beginning of the log."""

    lines: tuple[Line, ...] = field(repr=False)
    older: int | None


@dataclass(frozen=True, slots=True)
class Scope:
    """What an auditor may see: the units, and the people who work there; all with `whole`."""

    units: Mapping[str, str]
    people: Mapping[bytes, Member] = field(repr=False)
    whole: bool
    everybody: Mapping[bytes, Member] = field(repr=False)

    def shows(self, entry: Entry) -> bool:
        """Whether they see this entry: of a unit of theirs; without a unit, of their people."""
        if self.whole:
            return True
        if entry.unit is not None:
            return entry.unit in self.units
        return entry.tip is None and entry.staff in self.people


async def scope_of(tx: Tx, auditor: bytes) -> Scope | None:
    """What this member may see as auditor, as it stands in this transaction; None for nothing."""
    reached = await staff.units_under(tx, auditor, Role.AUDITOR)
    tree = await units.tree(tx) if reached else None
    if tree is None:
        return None
    everybody = {member.id: member for member in await staff.members(tx)}
    whole = tree.root.id in reached
    return Scope(
        units={unit.id: unit.name for unit in tree.all if unit.id in reached},
        people={
            key: member
            for key, member in everybody.items()
            if whole or any(unit in reached for unit, _ in member.grants)
        },
        whole=whole,
        everybody=everybody,
    )


async def find(
    tx: Tx, auditor: bytes, wanted: Filter, *, before: int | None = None, limit: int
) -> Found | None:
    """The `limit` newest entries with a number below `before` that are wanted; None for somebody
    who is no auditor. Raises Unopenable for a changed entry.
    """
    scope = await scope_of(tx, auditor)
    if scope is None:
        return None
    lines: list[Line] = []
    number, opened = before or _NEWEST, 0
    async for entry in _below(tx, number):
        number, opened = entry.number, opened + 1
        if wanted.first is not None and local_day(entry.minute) < _day_before(wanted.first):
            # Entries stand in the order in which they were done, but for a clock put right.
            return Found(tuple(lines), None)
        if scope.shows(entry) and _is_wanted(entry, wanted):
            lines.append(_line(tx, entry, scope))
        if len(lines) == limit or opened == MOST_LOOKED_AT:
            break
    return Found(tuple(lines), number if number > 1 and opened else None)


async def _below(tx: Tx, number: int) -> AsyncIterator[Entry]:
    while found := await audit.before(tx, number, limit=_BATCH):
        for entry in found:
            yield entry
        number = found[-1].number


def _is_wanted(entry: Entry, wanted: Filter) -> bool:
    day = local_day(entry.minute)
    return (
        (wanted.act is None or entry.act is wanted.act)
        and (not wanted.unit or entry.unit == wanted.unit)
        and (wanted.member is None or entry.staff == wanted.member)
        and (wanted.first is None or day >= wanted.first)
        and (wanted.last is None or day <= wanted.last)
    )


def _line(tx: Tx, entry: Entry, scope: Scope) -> Line:
    by = scope.everybody.get(entry.staff) if entry.staff else None
    return Line(
        number=entry.number,
        act=entry.act,
        when=entry.minute.astimezone(UTC),
        by=by.name if by else "",
        unit=scope.units.get(entry.unit, entry.unit) if entry.unit else "",
        tip=_handle(tx, entry.tip) if entry.tip else "",
        about=tuple(_named(entry.note, scope)),
        ids=tuple(each for each in entry.note.split() if not _is_id(each)),
    )


def _named(note: str, scope: Scope) -> Iterator[str]:
    for each in note.split():
        member = scope.everybody.get(bytes.fromhex(each)) if _is_id(each) else None
        if member is not None:
            yield member.name


def _is_id(word: str) -> bool:
    return len(word) == _ID_LETTERS and set(word) <= _HEX


def _handle(tx: Tx, tip: bytes) -> str:
    """Another one under another key; of no use to find the tip."""
    return tx.keys.mac(Purpose.AUDIT, b"handle" + tip, _HANDLE_BYTES).hex()


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
