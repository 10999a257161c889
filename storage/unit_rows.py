"""The rows of the table of units as a tree, kept in the process until one of them changes."""

import asyncio
import json
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Row, select

from handlers.tips import Category
from handlers.tree import Tree, Unit, UnitKind
from storage import stamps
from storage.database import Tx
from storage.stamps import Stamp
from storage.tables import units

MOST_NAMED = 1_000
"""How many units a statement names; of more, all rows are read and looked through."""
_FEW = 1_000
# The keys of a unit are read where they are used.
_READ = (
    units.c.id,
    units.c.parent,
    units.c.kind,
    units.c.name,
    units.c.places,
    units.c.categories,
    units.c.inside_company,
    units.c.conflicts,
    units.c.hours,
    units.c.contact,
)


async def bare(tx: Tx, stamp: int | None = None) -> Tree | None:
    """All units as they were imported, without what changes from day to day; None before the first
    import. `stamp` is that of the units, where it was just read.
    """
    if stamp is None:
        stamp = await stamps.read(tx, Stamp.UNITS)
    kept = tx.atlas
    if kept.units_stamp != stamp:
        async with kept.loading:
            if kept.units_stamp != stamp:
                kept.bare, kept.units_stamp, kept.below = await _load(tx), stamp, {}
                return kept.bare
    return kept.bare


async def under(tx: Tx, some: Collection[str]) -> frozenset[str]:
    """The ids of these units, and of all below them."""
    tree = await bare(tx) if some else None
    return frozenset(some).union(*map(tree.below, some)) if tree is not None else frozenset(some)


async def _load(tx: Tx) -> Tree | None:
    rows = await tx.rows(select(*_READ))
    if not rows:
        return None
    # A whole country takes a while, and everybody else would wait.
    return _grown(rows) if len(rows) < _FEW else await asyncio.to_thread(_grown, rows)


def _grown(rows: Sequence[Row[Any]]) -> Tree:
    read = _Sets()
    return Tree.of(map(partial(_unit, read), rows))


class _Sets:
    """The lists in the cells; equal ones are one set in memory, for there are few and many name
    the same commune.
    """

    def __init__(self) -> None:
        self._words: dict[str, frozenset[str]] = {}
        self._categories: dict[str, frozenset[Category]] = {}

    def words(self, cell: str) -> frozenset[str]:
        found = self._words.get(cell)
        if found is None:
            found = self._words[cell] = frozenset(json.loads(cell))
        return found

    def categories(self, cell: str) -> frozenset[Category]:
        found = self._categories.get(cell)
        if found is None:
            found = frozenset(Category(each) for each in json.loads(cell))
            self._categories[cell] = found
        return found


def _unit(read: _Sets, row: Row[Any]) -> Unit:
    unit, parent, kind, name, places, categories, inside, conflicts, hours, contact = tuple(row)
    return Unit(
        id=unit,
        parent=parent,
        kind=UnitKind(kind),
        name=name,
        places=read.words(places),
        categories=read.categories(categories),
        inside_company=inside,
        conflicts=read.words(conflicts),
        hours=hours,
        contact=contact,
    )
