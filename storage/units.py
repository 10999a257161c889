"""Units: the tree as it was imported, their key pairs, and which of them have a desk."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from handlers import alphabet, doorway, unit_clocks
from handlers.routing import Tree, Unit, UnitKind
from handlers.tree import Today
from storage import alarms, record, stamps, unit_choices, unit_rows, unit_rules
from storage.crypto import CaseKey, Pair, new_pair
from storage.database import Tx
from storage.keys import Keys, Purpose
from storage.stamps import Stamp
from storage.tables import desk_groups, grants, outlets, tips, units
from storage.unit_rules import Topic


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed."""

    added: int
    changed: int
    removed: int


class StillUsed(Exception):
    """A unit that the file leaves out, or makes one of another kind, has staff, or tips that it
    can open.
    """

    def __init__(self, unit: str) -> None:
        """`unit` is the id of the unit that would be removed or turned."""
        super().__init__(unit)
        self.unit = unit


async def tree(tx: Tx) -> Tree | None:
    """All units as a tree, with who has a desk and an alarm today; None before the first import.
    It is kept in the process, and costs little while nothing changes.
    """
    of_units, of_desks = await stamps.read_all(tx, (Stamp.UNITS, Stamp.DESKS))
    today, kept = (of_units, of_desks, await alarms.enabled(tx)), tx.atlas
    if kept.today != today:
        bare = await unit_rows.bare(tx, of_units)
        async with kept.loading:
            if kept.today != today:
                found = bare.with_today(await _today(tx)) if bare is not None else None
                kept.tree, kept.today = found, today
                return found
    return kept.tree


async def _today(tx: Tx) -> dict[str, Today]:
    desks, chosen = await alarms.reachable(tx), await unit_choices.page_first(tx)
    rules = await unit_rules.every(tx, Topic.CLOCKS)
    return {
        unit: Today(
            has_desk=unit in desks,
            has_alarm=bool(desks.get(unit)),
            page_first=chosen.get(unit, doorway.DEFAULT),
            clocks=unit_clocks.read(rules.get(unit)),
        )
        for unit in desks.keys() | chosen.keys() | rules.keys()
    }


async def import_all(
    tx: Tx, imported: Iterable[Unit], *, at_once: bool = False, may_remove: bool = False
) -> Imported:
    """Put `imported` in the place of all units. Keys of units that stay are kept; a unit that is
    left out is removed only with `may_remove`, never while somebody holds a role there, and never
    while a tip is sealed to its key; nor does it become one of another kind meanwhile: who reads as
    a union shall not read on as the police. Raises StillUsed.
    """
    wanted = {unit.id: unit for unit in imported}
    present = {row.id: row for row in await tx.rows(select(units))}
    gone = sorted(present.keys() - wanted.keys())
    if gone:
        used = await _used(tx, gone)
        if used is not None or not may_remove:
            raise StillUsed(used or gone[0])
        for table in (desk_groups, outlets):
            await tx.run(delete(table).where(table.c.unit.in_(gone)))
        await tx.run(delete(units).where(units.c.id.in_(gone)))
    turned = [row.id for row in present.values() if _is_turned(row, wanted.get(row.id))]
    if turned and (used := await _used(tx, turned)) is not None:
        raise StillUsed(used)
    added = changed = 0
    for unit in wanted.values():
        values = _values(unit)
        row = present.get(unit.id)
        if row is None:
            pair = new_pair()
            sealed = tx.keys.seal(Purpose.UNITS, pair.private, _about(unit.id))
            await tx.run(
                insert(units).values(
                    **values, at_once=at_once, public_key=pair.public, private_key=sealed
                )
            )
            added += 1
        elif any(row._mapping[name] != value for name, value in values.items()):
            await tx.run(update(units).where(units.c.id == unit.id).values(**values))
            changed += 1
    return Imported(added, changed, len(gone))


async def public_key(tx: Tx, unit: str) -> bytes | None:
    """The public half of a unit's pair, to seal a case key to it."""
    return (await public_keys(tx, (unit,))).get(unit)


async def public_keys(tx: Tx, some: Collection[str]) -> Mapping[str, bytes]:
    """The same for several units at once; those that do not exist are left out."""
    asked = select(units.c.id, units.c.public_key).where(units.c.id.in_(some))
    return {row.id: bytes(row.public_key) for row in await tx.rows(asked)}


async def police_among(tx: Tx, some: Collection[str]) -> frozenset[str]:
    """Those of the units that are of the police."""
    asked = select(units.c.id).where(units.c.kind == UnitKind.POLICE.value, units.c.id.in_(some))
    return frozenset(row.id for row in await tx.rows(asked))


async def unwrap(tx: Tx, unit: str, wrapped: bytes) -> CaseKey | None:
    """The case key that was sealed to `unit`. Raises Unopenable; None for an unknown unit."""
    pair = await pair_of(tx, unit)
    return CaseKey.unwrap(pair.public, pair.private, wrapped) if pair is not None else None


async def pair_of(tx: Tx, unit: str) -> Pair | None:
    """The key pair of a unit, for who opens many wraps of it; None for an unknown unit."""
    row = await tx.row(select(units.c.public_key, units.c.private_key).where(units.c.id == unit))
    if row is None:
        return None
    private = tx.keys.open_sealed(Purpose.UNITS, row.private_key, _about(unit))
    return Pair(bytes(row.public_key), private)


async def shows_at_once(tx: Tx, unit: str) -> bool:
    """Whether a unit wants cards at once instead of at the next full hour."""
    row = await tx.row(select(units.c.at_once).where(units.c.id == unit))
    return bool(row and row.at_once)


async def name_of(tx: Tx, unit: str) -> str:
    """The name of a unit, its id where it does not exist any more."""
    row = await tx.row(select(units.c.name).where(units.c.id == unit))
    return str(row.name) if row is not None else unit


async def below(tx: Tx, unit: str) -> Mapping[str, str]:
    """The names of a unit and of all below it, of the union alone, by id: the unit first, then
    by name. Empty where there is no such unit.
    """
    tree = await unit_rows.bare(tx)
    reached = [] if tree is None else [tree.get(each) for each in tree.below(unit)]
    union = [each for each in reached if each is not None and _is_shown(each, unit)]
    union.sort(key=lambda each: (each.id != unit, alphabet.key(each.name), each.id))
    return {each.id: each.name for each in union}


async def beside(tx: Tx, unit: str) -> tuple[str, Mapping[str, str]]:
    """The unit above, empty for the highest one, and the names of the union's units just below."""
    tree = await unit_rows.bare(tx)
    here = tree.get(unit) if tree is not None else None
    if tree is None or here is None:
        return "", {}
    union = [each for each in tree.children(unit) if each.kind is UnitKind.UNION]
    union.sort(key=lambda each: (alphabet.key(each.name), each.id))
    return here.parent or "", {each.id: each.name for each in union}


def renewed(keys: Keys, row: Row[Any]) -> dict[str, bytes]:
    """What a row holds under the current keys, for a rotation: the pair itself stays, for tips are
    sealed to it. Raises Unopenable.
    """
    return {"private_key": keys.reseal(Purpose.UNITS, row.private_key, _about(row.id))}


async def _used(tx: Tx, gone: Sequence[str]) -> str | None:
    """The first of these units that somebody needs."""
    held = {row.unit for row in await tx.rows(select(grants.c.unit).distinct())}
    for row in await tx.rows(select(tips.c.id, tips.c.record)):
        held.update(record.unseal(tx.keys, row.id, row.record).sealed_to)
    return next((unit for unit in gone if unit in held), None)


def _is_shown(unit: Unit, asked: str) -> bool:
    return unit.id == asked or unit.kind is UnitKind.UNION


def _is_turned(row: Row[Any], unit: Unit | None) -> bool:
    return unit is not None and unit.kind.value != row.kind


def _values(unit: Unit) -> dict[str, str | bool | None]:
    return {
        "id": unit.id,
        "parent": unit.parent,
        "kind": unit.kind.value,
        "name": unit.name,
        "places": json.dumps(sorted(unit.places)),
        "categories": json.dumps(sorted(unit.categories)),
        "inside_company": unit.inside_company,
        "conflicts": json.dumps(sorted(unit.conflicts)),
        "hours": unit.hours,
        "contact": unit.contact,
    }


def _about(unit: str) -> bytes:
    return b"unit" + unit.encode()
