"""What units cover, and where parks lie, follows a change of the map."""

import json
from collections import Counter
from datetime import datetime

from sqlalchemy import select, update

from storage import unit_history
from storage.database import Tx
from storage.places.changes import Changes
from storage.tables import parks, units
from storage.unit_history import Difference


async def follow(tx: Tx, changes: Changes, now: datetime | None) -> tuple[str, ...]:
    """The ids of the units that cover other places now; their histories tell it. What was no place
    before is left out: its code may be another place's today, of which the unit is not to read.
    Without `now` it is only counted.
    """
    moved = []
    columns = (units.c.id, units.c.name, units.c.parent, units.c.places)
    for row in await tx.rows(select(*columns).order_by(units.c.id)):
        before = frozenset(json.loads(row.places))
        covered = changes.covered(before)
        if covered == before:
            continue
        was, places = {"places": sorted(before)}, {"places": sorted(covered)}
        moved.append(Difference(row.id, row.name, row.parent, was, places))
        if now is not None:
            told = json.dumps(places["places"])
            await tx.run(update(units).where(units.c.id == row.id).values(places=told))
    if now is not None:
        await unit_history.record(tx, moved, by=None, now=now)
    return tuple(each.unit for each in moved)


async def follow_parks(tx: Tx, changes: Changes, *, is_real: bool) -> int:
    """How many parks lie in other communes now: all pieces of what was split, in one province."""
    moved = 0
    for row in await tx.rows(select(parks.c.id, parks.c.communes)):
        before = json.loads(row.communes)
        now = _in_one_province([each for code in before for each in changes.pieces(code)], changes)
        if now == before:
            continue
        moved += 1
        if is_real:
            told = json.dumps(now)
            await tx.run(update(parks).where(parks.c.id == row.id).values(communes=told))
    return moved


def _in_one_province(codes: list[str], changes: Changes) -> list[str]:
    many = Counter(changes.after[code].province_code for code in codes)
    most = max(many, key=lambda each: many[each], default="")
    return list(dict.fromkeys(c for c in codes if changes.after[c].province_code == most))
