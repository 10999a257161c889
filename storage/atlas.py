"""Which places hold now: the tables that the database stands on, with the operator's parks."""

import asyncio
from dataclasses import replace
from functools import cache

from handlers.places import Place
from storage import parks, place_tables, stamps
from storage.database import Database, Tx
from storage.places import Places
from storage.places.changes import is_province, places_of
from storage.places.tables import Tables, packaged_day
from storage.stamps import Stamp


@cache
def of_the_program() -> Places:
    """The places of the tables that come with the program, read once in a process."""
    return Places.load()


async def current(tx: Tx) -> Places:
    """The places as of this transaction, kept until the map changes."""
    stamp, kept = await stamps.read(tx, Stamp.MAP), tx.atlas
    if kept.places is None or kept.stamp != stamp:
        kept.stamp, kept.places = stamp, await _load(tx)
    return kept.places


def known(database: Database) -> Places:
    """The same as far as this process has seen; the clock looks every second."""
    return database.atlas.places or of_the_program()


async def _load(tx: Tx) -> Places:
    # Newer ones of the program hold once everything has followed them: at its start.
    day, known = await place_tables.as_of(tx), await parks.every(tx)
    held = await place_tables.newest(tx) if day not in (None, packaged_day()) else None
    if held is not None:
        before = await place_tables.before(tx)
        places = await asyncio.to_thread(Places.load, held)
        places = replace(places, past=await asyncio.to_thread(_past, before))
    else:
        places = await asyncio.to_thread(of_the_program)
    return places.with_parks(known)


def _past(before: tuple[Tables, ...]) -> dict[str, Place]:
    """The provinces of older tables, as they were called last."""
    every = [place for tables in reversed(before) for place in places_of(tables).values()]
    return {place.code: place for place in every if is_province(place.code)}
