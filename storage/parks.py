"""The operator's industrial parks and areas of boarding houses. Everybody may know of them; whoever
changes one is asked for their right here, and it stands in the log.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from handlers import park_files
from handlers.park_files import Difference
from handlers.parks import Park, ParkKind
from storage import audit, staff, stamps, unit_rows
from storage.audit import Act
from storage.database import Tx
from storage.days import local_day
from storage.places.finder import Places
from storage.stamps import Stamp
from storage.tables import parks


class Kept(StrEnum):
    """What became of a park that somebody wrote. NOT_YOURS: no right to it where it lies."""

    DONE = "done"
    NOT_YOURS = "not_yours"
    GONE = "gone"


async def every(tx: Tx) -> tuple[Park, ...]:
    """All of them, by id."""
    return tuple(map(_park, await tx.rows(select(parks).order_by(parks.c.id))))


async def held(tx: Tx) -> tuple[Park, ...]:
    """The same, and nobody else changes one until our transaction ends: of two that are named alike
    at once, one is told.
    """
    await stamps.hold(tx, Stamp.MAP)
    return await every(tx)


async def planned(
    tx: Tx, rows: Sequence[Sequence[str]], places: Places, now: datetime, *, may_remove: bool
) -> Difference:
    """What a table would change; `places` are those of today. Raises park_files.BadParks."""
    before = await every(tx)
    staying = () if may_remove else before
    wanted = park_files.parse(rows, places.of_today, local_day(now), staying)
    return park_files.difference(before, wanted, may_remove=may_remove)


async def import_all(
    tx: Tx, rows: Sequence[Sequence[str]], places: Places, now: datetime, *, may_remove: bool
) -> Difference:
    """Take a table as a whole, from the command line. Parks that it leaves out stay, or with
    `may_remove` go; what was changed. Raises park_files.BadParks.
    """
    await stamps.hold(tx, Stamp.MAP)
    found = await planned(tx, rows, places, now, may_remove=may_remove)
    for each in found.removed:
        await tx.run(delete(parks).where(parks.c.id == each.id))
    await _add(tx, found.added)
    await _write(tx, found.changed)
    counts = len(found.added), len(found.changed), len(found.removed)
    note = "parks +{} ~{} -{}".format(*counts)
    await audit.write(tx, Act.PARK_CHANGED, staff=None, minute=now, note=note)
    return found


async def seed(tx: Tx, some: Iterable[Park]) -> None:
    """Write parks into an installation that has just been made."""
    await _add(tx, some)


async def put(
    tx: Tx, member: bytes, park: Park, places: Places, now: datetime, *, is_new: bool
) -> Kept:
    """Write one, in the place of that with its id; only by whoever looks after the people of units
    that cover all of it, where it lay and where it lies. GONE: it was removed meanwhile.
    """
    known = await by_id(tx, park.id)
    if not is_new and known is None:
        return Kept.GONE
    both = (park, known) if known is not None else (park,)
    spot = replace(park, communes=tuple(code for each in both for code in each.communes))
    if not await theirs(tx, member, (spot,), places):
        return Kept.NOT_YOURS
    if park != known:
        await _write(tx, (park,))
        await _note(tx, member, f"{'changed' if known else 'added'} {park.id}", now)
    return Kept.DONE


async def remove(tx: Tx, member: bytes, key: str, places: Places, now: datetime) -> Kept:
    """Take one out, by the same right. Bulletins and subscriptions keep its communes."""
    known = await by_id(tx, key)
    if known is None:
        return Kept.GONE
    if not await theirs(tx, member, (known,), places):
        return Kept.NOT_YOURS
    await tx.run(delete(parks).where(parks.c.id == key))
    await _note(tx, member, f"removed {key}", now)
    return Kept.DONE


async def by_id(tx: Tx, key: str) -> Park | None:
    """The park of that id."""
    row = await tx.row(select(parks).where(parks.c.id == key))
    return _park(row) if row is not None else None


async def theirs(tx: Tx, member: bytes, some: Iterable[Park], places: Places) -> frozenset[str]:
    """The ids of those of the parks that this member may change: they look after the people of the
    highest unit, or of units that together cover every commune of it. Communes that are no more
    are nobody's; only the highest unit's administrator takes those out.
    """
    reach, tree = await staff.units_run_by(tx, member), await unit_rows.bare(tx)
    if tree is None or not reach:
        return frozenset()

    def covered(code: str) -> bool:
        place = places.by_code(code)
        return place is not None and any(each.id in reach for each in tree.covering(place))

    is_top = tree.root.id in reach
    return frozenset(park.id for park in some if is_top or all(map(covered, park.communes)))


async def _note(tx: Tx, member: bytes, note: str, now: datetime) -> None:
    await audit.write(tx, Act.PARK_CHANGED, staff=member, minute=now, note=note)


async def _add(tx: Tx, some: Iterable[Park]) -> None:
    rows = [_values(park) for park in some]
    if rows:
        await tx.run(insert(parks), rows)


async def _write(tx: Tx, some: Iterable[Park]) -> None:
    for park in some:
        values = _values(park)
        if not await tx.run(update(parks).where(parks.c.id == park.id).values(**values)):
            await tx.run(insert(parks).values(**values))


def _values(park: Park) -> dict[str, str | date | None]:
    return {
        "id": park.id,
        "kind": park.kind.value,
        "name": park.name,
        "aliases": json.dumps(park.aliases, ensure_ascii=False),
        "communes": json.dumps(park.communes),
        "source": park.source,
        "checked_on": park.checked_on,
    }


def _park(row: Row[Any]) -> Park:
    return Park(
        row.id,
        ParkKind(row.kind),
        row.name,
        tuple(json.loads(row.communes)),
        tuple(json.loads(row.aliases)),
        row.source,
        row.checked_on,
    )
