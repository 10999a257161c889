"""Administrators change the table of units, one unit at a time: who may, what is looked at before,
and what is written. Everything is asked again in the transaction that writes.

Nobody becomes a reader of a tip by it: tips are sealed to the keys of units, and these stay.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from handlers.roles import Role
from handlers.routing import Tree, Unit
from handlers.unit_editing import (
    FIELDS,
    OWN_FIELDS,
    Values,
    fingerprint,
    values_of,
    with_values,
)
from storage import (
    atlas,
    staff,
    stamps,
    unit_effects,
    unit_history,
    unit_imports,
    unit_standing,
    unit_uses,
    units,
)
from storage.database import Tx
from storage.places import Places
from storage.stamps import Stamp
from storage.unit_effects import Effects
from storage.unit_history import Difference, Step
from storage.unit_standing import Wrong
from storage.unit_uses import Use

_WEIGHED = frozenset({"parent", "kind", "places", "categories", "inside_company"})
"""What changes where tips go."""


class Why(StrEnum):
    """Why something is not done. NOT_YOURS: no right, or no such unit; nobody learns which."""

    NOT_YOURS = "not_yours"
    FROM_ABOVE = "from_above"
    FAR_PARENT = "far_parent"
    FAR_PLACES = "far_places"
    HAS_UNITS = "has_units"
    IN_CONFLICT = "in_conflict"
    IS_ROOT = "is_root"
    USED = "used"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Edit:
    """What shall become of some fields of a unit, `seen` as their fingerprint says."""

    unit: str
    wanted: Values = field(repr=False)
    seen: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A unit as its page shows it. `fields` are those that this administrator may change, `reach`
    the units that they look after.
    """

    unit: Unit
    tree: Tree = field(repr=False)
    values: Values = field(repr=False)
    fields: frozenset[str]
    reach: frozenset[str] = field(repr=False)

    @property
    def is_below(self) -> bool:
        """Whether they look after the unit above as well: then they may also take it away."""
        return self.unit.parent in self.reach


@dataclass(frozen=True, slots=True)
class Declined:
    """It is not done. `uses` says what the unit is needed for, `named` which places are too far, or
    which units are in the way.
    """

    why: Why
    uses: frozenset[Use] = frozenset()
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stale:
    """Somebody else changed these fields meanwhile; `shown` is how they are now."""

    shown: Shown


@dataclass(frozen=True, slots=True)
class Ready:
    """It may be done: what changes, and what that does to others."""

    difference: Difference
    unit: Unit
    effects: Effects = field(default_factory=Effects)


Refused = Declined | Stale | Wrong


async def look(tx: Tx, admin: bytes, unit: str) -> Shown | None:
    """The unit, as it may be edited by this member; None where nothing of it is theirs."""
    reach = await staff.units_run_by(tx, admin)
    tree = await units.tree(tx) if unit in reach else None
    known = tree.get(unit) if tree is not None else None
    if tree is None or known is None:
        return None
    values = values_of(known) | {"at_once": await units.shows_at_once(tx, unit)}
    fields = frozenset(FIELDS) if known.parent in reach else OWN_FIELDS
    return Shown(known, tree, values, fields, reach)


async def weigh(tx: Tx, admin: bytes, edit: Edit, now: datetime) -> Ready | Refused:
    """What a change would do, before anything is changed; or why it is not done."""
    found = await _examined(tx, admin, edit)
    if not isinstance(found, Ready) or _WEIGHED.isdisjoint(found.difference.fields):
        return found
    tree = await units.tree(tx)
    return replace(found, effects=await _effects(tx, tree, found.unit, now))


async def change(tx: Tx, admin: bytes, edit: Edit, now: datetime) -> Ready | Refused:
    """Change it, and write it down in the unit's history; what was done, or why it is not. For
    another kind the caller lets nobody else write meanwhile.
    """
    await stamps.hold(tx, Stamp.UNITS)
    found = await _examined(tx, admin, edit)
    if isinstance(found, Ready):
        after = found.difference.after or {}
        await unit_imports.change(tx, found.unit, at_once=bool(after.get("at_once")))
        await unit_history.record(tx, [found.difference], by=admin, now=now)
    return found


async def add(
    tx: Tx, admin: bytes, unit: Unit, now: datetime, *, at_once: bool = False
) -> Ready | Refused:
    """A new unit with keys of its own below one that this member looks after; nobody reads there
    until somebody gets a role.
    """
    await stamps.hold(tx, Stamp.UNITS)
    reach, tree = await staff.units_run_by(tx, admin), await units.tree(tx)
    if tree is None or not reach:
        return Declined(Why.NOT_YOURS)
    if unit.parent not in reach:
        return Declined(Why.FAR_PARENT)
    places = await atlas.current(tx)
    if far := unit_standing.too_far(tree, reach, unit.places, places):
        return Declined(Why.FAR_PLACES, named=far)
    values = values_of(unit) | {"at_once": at_once}
    found = Difference(unit.id, unit.name, unit.parent, None, values)
    if wrong := await unit_standing.wrong(tree, unit, places, found):
        return wrong
    await unit_imports.add(tx, unit, at_once=at_once)
    await unit_history.record(tx, [found], by=admin, now=now)
    return Ready(found, unit)


async def weigh_removal(tx: Tx, admin: bytes, edit: Edit, now: datetime) -> Ready | Refused:
    """What it would do to take a unit away, or why it is not done."""
    found = await _removable(tx, admin, edit)
    if not isinstance(found, Ready):
        return found
    tree = await units.tree(tx)
    effects = await _effects(tx, tree, None, now, gone=edit.unit)
    return replace(found, effects=effects)


async def remove(tx: Tx, admin: bytes, edit: Edit, now: datetime) -> Ready | Refused:
    """Take a unit away that nothing needs; the history of the unit above tells it. The caller lets
    nobody else write meanwhile.
    """
    await stamps.hold(tx, Stamp.UNITS)
    found = await _removable(tx, admin, edit)
    if isinstance(found, Ready):
        await unit_imports.remove(tx, [edit.unit])
        await unit_history.record(tx, [found.difference], by=admin, now=now)
    return found


async def former(tx: Tx, admin: bytes, unit: str, number: int) -> Edit | None:
    """The change that puts back what a step of the unit's history changed; None where there is
    nothing to put back, or nothing that is theirs.
    """
    shown, step = await look(tx, admin, unit), await unit_history.step(tx, unit, number)
    if shown is None or step is None or step.other is not None or not step.before:
        return None
    wanted = {name: step.before[name] for name in step.before if name in FIELDS}
    return Edit(unit, wanted, fingerprint(shown.values, wanted))


async def history(
    tx: Tx, member: bytes, unit: str, *, upto: int | None = None
) -> tuple[tuple[Step, ...], int | None] | None:
    """The newest steps of a unit's history, and where it goes on: for administrators of the unit
    and its auditors, None for everybody else. Raises Unopenable.
    """
    for role in (Role.ADMINISTRATOR, Role.AUDITOR):
        if unit in await staff.units_under(tx, member, role):
            return await unit_history.of_unit(tx, unit, upto=upto)
    return None


async def _examined(tx: Tx, admin: bytes, edit: Edit) -> Ready | Refused:
    shown = await look(tx, admin, edit.unit)
    if shown is None:
        return Declined(Why.NOT_YOURS)
    if not edit.wanted.keys() <= shown.fields:
        return Declined(Why.FROM_ABOVE)
    if edit.seen != fingerprint(shown.values, edit.wanted):
        return Stale(shown)
    values = {**shown.values, **edit.wanted}
    unit = with_values(shown.unit, edit.wanted)
    places = await atlas.current(tx)
    if declined := await _declined(tx, shown, unit, places):
        return declined
    found = Difference(unit.id, unit.name, unit.parent, shown.values, values)
    if wrong := await unit_standing.wrong(shown.tree, unit, places, found):
        return wrong
    return Ready(found, unit) if found.fields else Declined(Why.SAME)


async def _declined(tx: Tx, shown: Shown, unit: Unit, places: Places) -> Declined | None:
    known = shown.unit
    if unit.parent != known.parent and unit.parent not in shown.reach:
        return Declined(Why.FAR_PARENT)
    if far := unit_standing.too_far(shown.tree, shown.reach, unit.places - known.places, places):
        return Declined(Why.FAR_PLACES, named=far)
    if unit.kind is not known.kind:
        # Who reads as a union shall not read on as the police.
        used = (await unit_uses.of(tx, [unit.id])).get(unit.id)
        if used:
            return Declined(Why.USED, used)
    return None


async def _removable(tx: Tx, admin: bytes, edit: Edit) -> Ready | Refused:
    shown = await look(tx, admin, edit.unit)
    if shown is None:
        return Declined(Why.NOT_YOURS)
    if shown.unit.parent is None:
        return Declined(Why.IS_ROOT)
    if not shown.is_below:
        return Declined(Why.FROM_ABOVE)
    if edit.seen != fingerprint(shown.values, FIELDS):
        return Stale(shown)
    if below := shown.tree.children(edit.unit):
        return Declined(Why.HAS_UNITS, named=tuple(each.name for each in below))
    if pairs := [each.name for each in shown.tree.all if edit.unit in each.conflicts]:
        return Declined(Why.IN_CONFLICT, named=tuple(pairs))
    if used := (await unit_uses.of(tx, [edit.unit])).get(edit.unit):
        return Declined(Why.USED, used)
    unit = shown.unit
    return Ready(Difference(unit.id, unit.name, unit.parent, shown.values, None), unit)


async def _effects(
    tx: Tx,
    tree: Tree | None,
    unit: Unit | None,
    now: datetime,
    *,
    gone: str = "",
) -> Effects:
    if tree is None:
        return Effects()
    out = gone or (unit.id if unit is not None else "")
    others = [each for each in tree.all if each.id != out]
    after = Tree.of((*others, unit) if unit is not None else others)
    return await unit_effects.of(tx, tree, after, await atlas.current(tx), now=now)
