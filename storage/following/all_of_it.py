"""One transaction that brings everything to newer tables, or only counts what would change."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from handlers.bulletins import Stage
from handlers.places import Place
from storage import audit, place_tables, stamps, views
from storage.audit import Act
from storage.database import Tx
from storage.days import local_day
from storage.following import moved_bulletins, moved_people, moved_tips, moved_units
from storage.places.changes import Changes
from storage.places.tables import NAMES, Tables, packaged, packaged_day
from storage.stamps import Stamp


class Standing(StrEnum):
    """How tables stand to those that hold."""

    NEWER = "newer"
    SAME = "same"
    OTHER = "other"
    """Of the same day, and with other rows."""
    OLDER = "older"


class NotSaid(Exception):
    """Newer tables do not say what became of places (`lost`), or what some were made of (`new`)."""

    def __init__(self, lost: tuple[Place, ...], new: tuple[Place, ...]) -> None:
        super().__init__(len(lost), len(new))
        self.lost, self.new = lost, new


@dataclass(frozen=True, slots=True)
class Followed:
    """What follows: the ids of units with other places, how many tips (which is told to nobody;
    `open_tips` may be), subscribers and industrial parks, and the bulletins (id, unit, stage
    before) that are drafts again.
    """

    changes: Changes = field(repr=False)
    units: tuple[str, ...] = ()
    tips: int = field(default=0, repr=False)
    open_tips: int = 0
    subscribers: int = 0
    parks: int = 0
    bulletins: tuple[tuple[str, str, Stage], ...] = ()


async def standing(tx: Tx, tables: Tables) -> tuple[Standing, Tables]:
    """How these tables stand to those that hold, and which those are."""
    held = await held_by(tx)
    if tables.as_of != held.as_of:
        return (Standing.NEWER if tables.as_of > held.as_of else Standing.OLDER), held
    same = all(list(tables.rows(name)) == list(held.rows(name)) for name in NAMES)
    return (Standing.SAME if same else Standing.OTHER), held


async def held_by(tx: Tx) -> Tables:
    """The tables that hold: those that the database stands on, else the program's."""
    return await place_tables.newest(tx) or packaged()


async def look(tx: Tx, tables: Tables, now: datetime) -> Followed:
    """What would follow these tables, which are newer than those that hold; nothing is changed.
    Raises NotSaid, Unopenable.
    """
    return await _go(tx, await _changes(tx, tables), now, is_real=False)


async def follow(tx: Tx, tables: Tables, now: datetime) -> Followed:
    """Let these tables hold, which are newer, and everything follow. Nobody else may write
    meanwhile (`Database.write` with `alone`). Raises NotSaid, Unopenable.
    """
    changes = await _changes(tx, tables)
    if await place_tables.as_of(tx) is None:
        await place_tables.keep(tx, packaged(), now.date())
    followed = await _go(tx, changes, now, is_real=True)
    await place_tables.keep(tx, tables, now.date())
    await stamps.renew(tx, Stamp.MAP)
    if followed.units:
        await stamps.renew(tx, Stamp.UNITS)
    note = tables.as_of.isoformat()
    await audit.write(tx, Act.MAP_CHANGED, staff=None, minute=now, note=note)
    return followed


async def follow_the_program(tx: Tx, now: datetime) -> bool:
    """Bring the database to the tables of this version of the program where they are newer than
    those that it stands on; one that never stood on any stands on these now. Whether anything was
    done. Raises NotSaid, Unopenable.
    """
    held = await place_tables.as_of(tx)
    if held is None:
        await place_tables.keep(tx, packaged(), now.date())
    elif held < packaged_day():
        await follow(tx, packaged(), now)
    else:
        return False
    return True


async def program_is_newer(tx: Tx) -> bool:
    """Whether `follow_the_program` has something to do."""
    held = await place_tables.as_of(tx)
    return held is None or held < packaged_day()


async def _changes(tx: Tx, tables: Tables) -> Changes:
    # In a thread: half a second in which nobody would be served.
    changes = await asyncio.to_thread(Changes.between, await held_by(tx), tables)
    if changes.lost or changes.new:
        raise NotSaid(changes.lost, changes.new)
    return changes


async def _go(tx: Tx, changes: Changes, now: datetime, *, is_real: bool) -> Followed:
    """Everything in its turn; where it is not real it is only counted."""
    if changes.is_nothing:
        return Followed(changes)
    tips, are_open = await moved_tips.follow(tx, changes, local_day(now), is_real=is_real)
    if is_real:
        await views.follow(tx, lambda code: next(iter(changes.pieces(code)), code))
    return Followed(
        changes,
        units=await moved_units.follow(tx, changes, now if is_real else None),
        tips=tips,
        open_tips=are_open,
        subscribers=await moved_people.follow(tx, changes, is_real=is_real),
        parks=await moved_units.follow_parks(tx, changes, is_real=is_real),
        bulletins=await moved_bulletins.follow(tx, changes, now if is_real else None),
    )
