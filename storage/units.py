"""Units: the tree as it was imported, their key pairs, and which of them have a desk."""

from asyncio import to_thread
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, select

from handlers import alphabet, doorway, unit_clocks
from handlers.routing import Tree, UnitKind
from handlers.tree import Today
from storage import alarms, stamps, unit_choices, unit_rows, unit_rules
from storage.crypto import CaseKey, Pair
from storage.database import Tx
from storage.keys import Keys, Purpose
from storage.stamps import Stamp
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
    "today",
    "tree",
    "unwrap",
]

_FEW = 1_000


async def tree(tx: Tx) -> Tree | None:
    """All units as a tree, with who has a desk and an alarm today; None before the first import.
    It is kept in the process, and costs little while nothing changes.
    """
    of_units, of_desks = await stamps.read_all(tx, (Stamp.UNITS, Stamp.DESKS))
    as_of, kept = (of_units, of_desks, await alarms.enabled(tx)), tx.atlas
    if kept.today != as_of:
        bare = await unit_rows.bare(tx, of_units)
        async with kept.loading:
            if kept.today != as_of:
                found = bare.with_today(await today(tx)) if bare is not None else None
                kept.tree, kept.today = found, as_of
                return found
    return kept.tree


async def today(tx: Tx) -> dict[str, Today]:
    """What the units that have staff or rules of their own are today, beside what was imported."""
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


async def beside_the_union(tx: Tx, some: Collection[str]) -> Mapping[str, UnitKind]:
    """Those of the units that are not the union's, and what they are."""
    other = units.c.kind != UnitKind.UNION.value
    asked = select(units.c.id, units.c.kind).where(other, units.c.id.in_(some))
    return {row.id: UnitKind(row.kind) for row in await tx.rows(asked)}


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
    tree, kept = await unit_rows.bare(tx), tx.atlas.below
    if tree is None:
        return {}
    if unit not in kept:
        # Of a whole country in a thread, for everybody else would wait.
        few = len(tree.below(unit)) < _FEW
        found = _named_below(tree, unit) if few else await to_thread(_named_below, tree, unit)
        kept[unit] = found
    return kept[unit]


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
    return {"private_key": keys.reseal(Purpose.UNITS, row.private_key, seals_about(row.id))}


def _named_below(tree: Tree, unit: str) -> Mapping[str, str]:
    reached = [each for each in map(tree.get, tree.below(unit)) if each is not None]
    union = [each for each in reached if each.id == unit or each.kind is UnitKind.UNION]
    union.sort(key=lambda each: (each.id != unit, alphabet.key(each.name), each.id))
    return MappingProxyType({each.id: each.name for each in union})
