"""A unit's clocks: what its lead decided about duty hours and deadlines."""

from dataclasses import replace
from datetime import datetime

from handlers import unit_clocks
from handlers.clocks import DEFAULT, Clocks, Deadlines, deadlines
from handlers.tips import Category
from storage import audit, staff, unit_rules
from storage.audit import Act
from storage.database import Tx
from storage.days import local_day
from storage.record import Record
from storage.unit_rules import Topic


async def of_unit(tx: Tx, unit: str) -> Clocks:
    """The clocks of a unit; the house's where it decided nothing."""
    return unit_clocks.read(await unit_rules.read(tx, unit, Topic.CLOCKS))


async def dates(tx: Tx, unit: str, category: Category, now: datetime, *, danger: bool) -> Deadlines:
    """By when this unit owes what for a tip that it gets at `now`."""
    own = await of_unit(tx, unit)
    return deadlines(now, local_day(now), danger=danger, clocks=own, category=category)


async def begun(tx: Tx, known: Record, now: datetime) -> Record:
    """The record of a tip whose responsible unit gets it at `now`, as if it had just been filed
    there: nobody there has taken it or answered, and it waits for no unit above.
    """
    given = await dates(tx, known.unit, known.category, now, danger=known.danger)
    return replace(
        known,
        triage_by=given.triage_by,
        answer_on=given.answer_on,
        result_on=given.result_on,
        closing_on=given.closing_on,
        spans=given.given,
        answered=False,
        resulted=False,
        triage=None,
        answer=None,
    )


async def change(tx: Tx, lead: bytes, unit: str, clocks: Clocks, now: datetime) -> bool:
    """Put clocks in the place of those before; they hold for tips that come from now on. False,
    and nothing happens, unless this member leads the unit.
    """
    if unit not in await staff.units_led_by(tx, lead):
        return False
    rule = unit_clocks.plain(clocks) if clocks != DEFAULT else None
    await unit_rules.write(tx, unit, Topic.CLOCKS, rule)
    note = "clocks" if rule else "clocks default"
    await audit.write(tx, Act.DESK_CHANGED, staff=lead, unit=unit, minute=now, note=note)
    return True
