"""Tables of places, those that came with the program and newer ones: the database stands on the
newest, and says by the others what was called how before.
"""

import json
import zlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row, insert, select

from storage.database import Tx
from storage.places.tables import Tables
from storage.tables import place_tables


async def newest(tx: Tx) -> Tables | None:
    """Those that the database stands on; None in one that never was brought to any."""
    row = await tx.row(select(place_tables).order_by(place_tables.c.as_of.desc()).limit(1))
    return _opened(row) if row is not None else None


async def as_of(tx: Tx) -> date | None:
    """The day of those that the database stands on."""
    asked = select(place_tables.c.as_of).order_by(place_tables.c.as_of.desc()).limit(1)
    row = await tx.row(asked)
    return row.as_of if row is not None else None


async def before(tx: Tx) -> tuple[Tables, ...]:
    """Those that it stood on before, the newest first."""
    rows = await tx.rows(select(place_tables).order_by(place_tables.c.as_of.desc()).offset(1))
    return tuple(map(_opened, rows))


async def keep(tx: Tx, tables: Tables, today: date) -> None:
    """Let the database stand on these. They are newer than all that it knows."""
    row = {"as_of": tables.as_of, "imported_on": today, "body": _packed(tables.texts)}
    await tx.run(insert(place_tables).values(**row))


def _packed(texts: Mapping[str, str]) -> bytes:
    return zlib.compress(json.dumps(dict(texts), ensure_ascii=False).encode())


def _opened(row: Row[Any]) -> Tables:
    return Tables(row.as_of, json.loads(zlib.decompress(row.body)))
