"""Units: the tree as it was imported, their key pairs, and which of them have a desk."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, select

from handlers import alphabet, doorway, unit_clocks
from handlers.routing import Tree, Unit, UnitKind
from handlers.tips import Category
from storage import alarms, unit_choices, unit_rules
from storage.crypto import CaseKey, Pair
from storage.database import Tx
from storage.keys import Keys, Purpose
from storage.tables import units
from storage.unit_imports import Imported, StillUsed, import_all, seals_about
from storage.unit_rules import Topic

__all__ = [
    "Imported",
    "StillUsed",
    "below",
    "beside",
    "import_all",
    "name_of",
    "pair_of",
    "police_among",
    "public_key",
    "public_keys",
    "renewed",
    "shows_at_once",
    "tree",
    "unwrap",
]


async def tree(tx: Tx) -> Tree | None:
    """All units as a tree, with who has a desk and an alarm today; None before the first import."""
    rows = await tx.rows(select(units))
    if not rows:
        return None
    desks, chosen = await alarms.reachable(tx), await unit_choices.page_first(tx)
    rules = await unit_rules.every(tx, Topic.CLOCKS)
    return Tree.of(
        Unit(
            id=row.id,
            parent=row.parent,
            kind=UnitKind(row.kind),
            name=row.name,
            places=frozenset(json.loads(row.places)),
            categories=frozenset(Category(each) for each in json.loads(row.categories)),
            inside_company=row.inside_company,
            conflicts=frozenset(json.loads(row.conflicts)),
            hours=row.hours,
            contact=row.contact,
            has_desk=row.id in desks,
            has_alarm=bool(desks.get(row.id)),
            page_first=chosen.get(row.id, doorway.DEFAULT),
            clocks=unit_clocks.read(rules.get(row.id)),
        )
        for row in rows
    )


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


async def never_reading(tx: Tx, some: Collection[str]) -> frozenset[str]:
    """Those of the units that no tip concerns: groups of boarding houses."""
    boarding = units.c.kind == UnitKind.BOARDING.value
    asked = select(units.c.id).where(boarding, units.c.id.in_(some))
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
    private = tx.keys.open_sealed(Purpose.UNITS, row.private_key, seals_about(unit))
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
    rows = {
        row.id: row
        for row in await tx.rows(select(units.c.id, units.c.parent, units.c.name, units.c.kind))
    }
    children: dict[str, list[str]] = {}
    for row in rows.values():
        children.setdefault(row.parent, []).append(row.id)
    reached, waiting = list[str](), [unit] if unit in rows else []
    while waiting:
        each = waiting.pop()
        reached.append(each)
        waiting.extend(children.get(each, ()))
    union = [each for each in reached if each == unit or rows[each].kind == UnitKind.UNION]
    union.sort(key=lambda each: (each != unit, alphabet.key(rows[each].name), each))
    return {each: rows[each].name for each in union}


async def beside(tx: Tx, unit: str) -> tuple[str, Mapping[str, str]]:
    """The unit above, empty for the highest one, and the names of the union's units just below."""
    row = await tx.row(select(units.c.parent).where(units.c.id == unit))
    asked = select(units.c.id, units.c.name).where(
        units.c.parent == unit, units.c.kind == UnitKind.UNION.value
    )
    rows = sorted(await tx.rows(asked), key=lambda each: (alphabet.key(each.name), each.id))
    return (row.parent or "") if row is not None else "", {each.id: each.name for each in rows}


def renewed(keys: Keys, row: Row[Any]) -> dict[str, bytes]:
    """What a row holds under the current keys, for a rotation: the pair itself stays, for tips are
    sealed to it. Raises Unopenable.
    """
    return {"private_key": keys.reseal(Purpose.UNITS, row.private_key, seals_about(row.id))}
