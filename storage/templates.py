"""The ready words of a unit, which whoever leads it writes: rules of the unit, nothing of a tip."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from handlers.moderators.actions import Offer
from handlers.moderators.templates import Template
from handlers.tips import Category
from storage import audit, staff, unit_rules
from storage.audit import Act
from storage.database import Tx
from storage.tables import units
from storage.unit_rules import Topic


@dataclass(frozen=True, slots=True)
class About:
    """What a template may say of its unit; empty where the operator's table says nothing."""

    name: str
    contact: str
    hours: str


async def of_unit(tx: Tx, unit: str, *, lock: bool = False) -> tuple[Template, ...] | None:
    """A unit's own templates in their order; None where it goes by the house's set. `lock`: nobody
    else changes them until the transaction ends.
    """
    if lock:
        await tx.row(select(units.c.id).where(units.c.id == unit).with_for_update())
    read = await unit_rules.read(tx, unit, Topic.TEMPLATES)
    return tuple(_template(each) for each in read) if read is not None else None


async def write(
    tx: Tx, lead: bytes, unit: str, templates: Sequence[Template] | None, now: datetime
) -> bool:
    """Let these be the unit's templates, none of them included; None: the house's set again. False
    for somebody who does not lead the unit.
    """
    if unit not in await staff.units_led_by(tx, lead):
        return False
    rule = [_plain(each) for each in templates] if templates is not None else None
    await unit_rules.write(tx, unit, Topic.TEMPLATES, rule)
    count = "house" if templates is None else str(len(templates))
    await audit.write(
        tx, Act.TEMPLATES_CHANGED, staff=lead, unit=unit, minute=now, note=f"templates {count}"
    )
    return True


async def about(tx: Tx, unit: str) -> About:
    """What the operator's table says of a unit."""
    told = select(units.c.name, units.c.contact, units.c.hours)
    row = await tx.row(told.where(units.c.id == unit))
    return About(row.name, row.contact, row.hours) if row is not None else About(unit, "", "")


def _plain(template: Template) -> dict[str, str | None]:
    return {
        "id": template.id,
        "name": template.name,
        "kind": template.kind.value,
        "words": template.words,
        "english": template.english,
        "category": template.category.value if template.category else None,
    }


def _template(read: dict[str, str]) -> Template:
    category = read["category"]
    return Template(
        id=read["id"],
        name=read["name"],
        kind=Offer(read["kind"]),
        words=read["words"],
        english=read["english"],
        category=Category(category) if category else None,
    )
