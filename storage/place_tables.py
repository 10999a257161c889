"""Tables of places that are newer than those of the program."""

import json
import zlib

from sqlalchemy import select

from storage.database import Tx
from storage.places.tables import Tables
from storage.tables import place_tables


async def newest(tx: Tx) -> Tables | None:
    """The newest that were imported; None while only those of the program are known."""
    row = await tx.row(select(place_tables).order_by(place_tables.c.as_of.desc()).limit(1))
    if row is None:
        return None
    return Tables(row.as_of, json.loads(zlib.decompress(row.body)))
