"""The table of units put in the place of the one before: all of it, or nothing."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, insert, select, update

from handlers.routing import Unit
from handlers.units import COLUMNS
from storage import stamps, unit_uses
from storage.crypto import Pair, new_pair
from storage.database import Tx
from storage.keys import Purpose
from storage.stamps import Stamp
from storage.tables import desk_groups, outlets, unit_choices, unit_rules, units
from storage.unit_uses import Uses

_BATCH = 1_000
# What a unit has of its own, and nobody needs without it.
_GO_WITH_IT = (desk_groups, outlets, unit_choices, unit_rules)

Item = TypeVar("Item")
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed."""

    added: int
    changed: int
    removed: int


class StillUsed(Exception):
    """Units that would be removed, or made of another kind, and why they may not: `uses` says what
    needs each of them; nothing where a unit was only left out without a word that it may go.
    """

    def __init__(self, uses: Uses) -> None:
        """`uses` names at least one unit."""
        self.unit = next((unit for unit, needed in uses.items() if needed), next(iter(uses)))
        super().__init__(self.unit)
        self.uses = uses


async def import_all(
    tx: Tx,
    imported: Iterable[Unit],
    *,
    at_once: bool = False,
    may_remove: bool = False,
    pairs: Mapping[str, Pair] | None = None,
    told: Told | None = None,
) -> Imported:
    """Put `imported` in the place of all units. Keys of units that stay are kept; a unit that is
    left out is removed only with `may_remove`, and never while it is needed (`storage.unit_uses`);
    nor does it become one of another kind meanwhile: who reads as a union shall not read on as the
    police. Raises StillUsed, which names all of them.

    `pairs` are keys for new units that were made before, so that nobody has to wait for them;
    `told` hears how many rows more were written, some at a time.
    """
    await stamps.hold(tx, Stamp.UNITS)
    wanted = {unit.id: _values(unit) for unit in imported}
    columns = [units.c[name] for name in COLUMNS]
    present = {row.id: dict(row._mapping) for row in await tx.rows(select(*columns))}
    gone = sorted(present.keys() - wanted.keys())
    kinds = {key: row["kind"] for key, row in present.items()}
    turned = [key for key in kinds.keys() & wanted if kinds[key] != wanted[key]["kind"]]
    await _refuse(tx, gone, turned, may_remove=may_remove)
    for batch in _batches(gone):
        await remove(tx, batch)
    fresh = [values for key, values in wanted.items() if key not in present]
    for values in _batches(fresh):
        await tx.run(insert(units), [_with_keys(tx, each, pairs or {}, at_once) for each in values])
        if told is not None:
            told(len(values))
    changed = [values for key, values in wanted.items() if present.get(key, values) != values]
    for values in _batches(changed):
        await tx.run(_CHANGE, [{**each, "key": each["id"]} for each in values])
        if told is not None:
            told(len(values))
    return Imported(len(fresh), len(changed), len(gone))


async def add(tx: Tx, unit: Unit, *, at_once: bool) -> None:
    """One new unit with keys of its own. The caller has looked at the whole tree."""
    await tx.run(insert(units), [_with_keys(tx, _values(unit), {}, at_once)])


async def change(tx: Tx, unit: Unit, *, at_once: bool) -> None:
    """The same unit with other values; it keeps its keys. The caller has looked at the whole
    tree.
    """
    await tx.run(_CHANGE, [{**_values(unit), "key": unit.id}])
    await tx.run(update(units).where(units.c.id == unit.id).values(at_once=at_once))


async def remove(tx: Tx, some: Sequence[str]) -> None:
    """Take units away with what they have of their own. The caller has looked who needs them."""
    for table in _GO_WITH_IT:
        await tx.run(delete(table).where(table.c.unit.in_(some)))
    await tx.run(delete(units).where(units.c.id.in_(some)))


def seals_about(unit: str) -> bytes:
    """What the private half of a unit's key is bound to."""
    return b"unit" + unit.encode()


_CHANGE = (
    update(units)
    .where(units.c.id == bindparam("key"))
    .values({name: bindparam(name) for name in COLUMNS[1:]})
)


async def _refuse(tx: Tx, gone: Sequence[str], turned: Sequence[str], *, may_remove: bool) -> None:
    if not gone and not turned:
        return
    used = dict(await unit_uses.of(tx, {*gone, *turned}))
    if gone and not may_remove:
        used = {unit: used.get(unit, frozenset()) for unit in sorted({*gone, *used})}
    if used:
        raise StillUsed(used)


def _with_keys(
    tx: Tx, values: dict[str, Any], pairs: Mapping[str, Pair], at_once: bool
) -> dict[str, Any]:
    # Sealed here and not before: the keys may be changed between two transactions.
    pair = pairs.get(values["id"]) or new_pair()
    sealed = tx.keys.seal(Purpose.UNITS, pair.private, seals_about(values["id"]))
    return {**values, "at_once": at_once, "public_key": pair.public, "private_key": sealed}


def _values(unit: Unit) -> dict[str, Any]:
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


def _batches(every: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for at in range(0, len(every), _BATCH):
        yield every[at : at + _BATCH]
