"""The history of the table of units: what was changed of which unit, by whom, from what to what.

It is kept in the log of what staff did, sealed as all of it; beside a unit's id stands the number
of its last entry, and in each entry that of the one before: a page of one unit opens a few only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from handlers.routing import Unit
from handlers.unit_editing import FIELDS, Values, values_of
from storage import audit
from storage.audit import NOTE_LETTERS, Act, Changed, Entry
from storage.database import Tx
from storage.tables import unit_changes

MOST_SHOWN = 20
_FEW = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of one unit: each field that changes, as it was and as it is. A new unit has no
    `before`, one that is removed no `after`.
    """

    unit: str
    name: str
    parent: str | None
    before: Values | None = field(repr=False)
    after: Values | None = field(repr=False)

    @property
    def fields(self) -> tuple[str, ...]:
        """Those that differ, in the order of `FIELDS`."""
        was, now = self.before or {}, self.after or {}
        return tuple(each for each in FIELDS if was.get(each) != now.get(each))


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a unit's history, about itself or about a unit removed below it (`other`, its id
    and name). `by` is None for the command line.
    """

    number: int
    act: Act
    by: bytes | None = field(repr=False)
    minute: datetime
    before: Values = field(repr=False)
    after: Values = field(repr=False)
    other: tuple[str, str] | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """Those that this step changed, in the order of `FIELDS`."""
        return tuple(each for each in FIELDS if each in self.before or each in self.after)


def between(before: Unit | None, after: Unit | None) -> Difference | None:
    """What tells two versions of a unit apart in the operator's table; None for nothing."""
    one = before or after
    if one is None:
        return None
    was = values_of(before) if before is not None else None
    now = values_of(after) if after is not None else None
    if was == now:
        return None
    parent = after.parent if after is not None else one.parent
    return Difference(one.id, (after or one).name, parent, was, now)


async def record(
    tx: Tx, differences: Sequence[Difference], *, by: bytes | None, now: datetime
) -> None:
    """Write an entry of the log for each, once the table of units is changed: `by` a member of
    staff, or from the command line. That a unit is removed is told in the history of the one above.
    """
    if not differences:
        return
    known = await _last(tx, {_place(each) for each in differences})
    last, number, changed = dict(known), await audit.upcoming(tx), list[Changed]()
    for each in differences:
        changed.append(_entry(each, last.get(_place(each))))
        last[_place(each)] = number
        number += 1
    await audit.write_changes(tx, changed, staff=by, minute=now)
    moved = {unit: number for unit, number in last.items() if known.get(unit) != number}
    await tx.run(_MOVE, [{"at": unit, "to": to} for unit, to in moved.items() if unit in known])
    fresh = [{"unit": unit, "last": to} for unit, to in moved.items() if unit not in known]
    await tx.run(insert(unit_changes), fresh)


async def of_unit(
    tx: Tx, unit: str, *, upto: int | None = None, limit: int = MOST_SHOWN
) -> tuple[tuple[Step, ...], int | None]:
    """The newest steps of a unit's history, from the entry `upto` on downwards when it is given,
    and the number at which the history goes on. Raises Unopenable.
    """
    number, steps = upto or (await _last(tx, {unit})).get(unit), list[Step]()
    while number is not None and len(steps) < limit:
        entry = await _at(tx, number)
        # A number from an address may be that of any entry: only this unit's are shown.
        if entry is None or entry.unit != unit or entry.change is None:
            return tuple(steps), None
        steps.append(_step(entry, entry.change))
        number = entry.change["previous"]
    return tuple(steps), number


async def step(tx: Tx, unit: str, number: int) -> Step | None:
    """The entry of that number, when it is one of this unit's history. Raises Unopenable."""
    entry = await _at(tx, number)
    if entry is None or entry.unit != unit or entry.change is None:
        return None
    return _step(entry, entry.change)


_MOVE = (
    update(unit_changes).where(unit_changes.c.unit == bindparam("at")).values(last=bindparam("to"))
)


async def _last(tx: Tx, some: set[str]) -> dict[str, int]:
    asked = select(unit_changes)
    if len(some) <= _FEW:
        asked = asked.where(unit_changes.c.unit.in_(some))
    return {row.unit: row.last for row in await tx.rows(asked)}


async def _at(tx: Tx, number: int) -> Entry | None:
    found = await audit.before(tx, number + 1, limit=1)
    return found[0] if found and found[0].number == number else None


def _place(difference: Difference) -> str:
    """In whose history it stands."""
    removed = difference.after is None and difference.parent is not None
    return difference.parent or difference.unit if removed else difference.unit


def _entry(difference: Difference, previous: int | None) -> Changed:
    fields, was, now = difference.fields, difference.before or {}, difference.after or {}
    change: dict[str, Any] = {
        "previous": previous,
        "was": {each: was[each] for each in fields if each in was},
        "now": {each: now[each] for each in fields if each in now},
    }
    if difference.after is None:
        change["other"] = [difference.unit, difference.name]
        return Changed(Act.UNIT_REMOVED, _place(difference), difference.unit[:NOTE_LETTERS], change)
    if difference.before is None:
        return Changed(Act.UNIT_ADDED, difference.unit, "", change)
    return Changed(Act.UNIT_CHANGED, difference.unit, _note(fields), change)


def _note(fields: Iterable[str]) -> str:
    told = " ".join(fields)
    return told if len(told) <= NOTE_LETTERS else "all"


def _step(entry: Entry, change: Mapping[str, Any]) -> Step:
    other = change.get("other")
    return Step(
        number=entry.number,
        act=entry.act,
        by=entry.staff,
        minute=entry.minute,
        before=change["was"],
        after=change["now"],
        other=(other[0], other[1]) if other else None,
    )
