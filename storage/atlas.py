"""Which places hold now: the tables of the program or newer ones, with the operator's parks."""

import asyncio
from functools import cache

from storage import parks, place_tables, stamps
from storage.database import Database, Tx
from storage.places import Places
from storage.places.tables import packaged
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
    newer, known = await place_tables.newest(tx), await parks.every(tx)
    if newer is not None and newer.as_of > packaged().as_of:
        places = await asyncio.to_thread(Places.load, newer)
    else:
        places = await asyncio.to_thread(of_the_program)
    return places.with_parks(known)
