"""The operator's industrial parks and areas of boarding houses."""

import json
from typing import Any

from sqlalchemy import Row, select

from handlers.parks import Park, ParkKind
from storage.database import Tx
from storage.tables import parks


async def every(tx: Tx) -> tuple[Park, ...]:
    """All of them, by id."""
    return tuple(map(_park, await tx.rows(select(parks).order_by(parks.c.id))))


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
