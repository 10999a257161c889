"""What a unit decided for itself, topic by topic; an import of the operator's table leaves it as it
is. The rules are the unit's and hold nothing of a tip, so they stand in clear.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, insert, select

from storage.database import Tx
from storage.tables import unit_rules


class Topic(StrEnum):
    """What a unit can decide; each has a module that knows what its rule looks like."""

    CLOCKS = "clocks"
    TEMPLATES = "templates"
    TOLD = "told"
    READING = "reading"
    HOLDING = "holding"


async def read(tx: Tx, unit: str, topic: Topic) -> Any:
    """The unit's rule, as it was written; None where it goes by the house's default."""
    here = (unit_rules.c.unit == unit) & (unit_rules.c.topic == topic)
    row = await tx.row(select(unit_rules.c.body).where(here))
    return json.loads(row.body) if row is not None else None


async def every(tx: Tx, topic: Topic) -> Mapping[str, Any]:
    """The rules of all units that have one."""
    rows = await tx.rows(select(unit_rules).where(unit_rules.c.topic == topic))
    return {row.unit: json.loads(row.body) for row in rows}


async def write(tx: Tx, unit: str, topic: Topic, rule: Any) -> None:
    """Put a rule (anything that JSON holds) in the place of the one before; None: the default."""
    here = (unit_rules.c.unit == unit) & (unit_rules.c.topic == topic)
    await tx.run(delete(unit_rules).where(here))
    if rule is not None:
        body = json.dumps(rule, ensure_ascii=False)
        await tx.run(insert(unit_rules).values(unit=unit, topic=topic, body=body))
