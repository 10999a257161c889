"""What an administrator chooses for a unit: when the private page is offered before a story."""

from collections.abc import Mapping

from bot.web.people_telegram import Desk
from handlers.doorway import CASES
from handlers.screens import Say, say
from storage import audit, unit_choices, units
from storage.audit import Act
from storage.database import Tx

FIELD = "first_"
"""Begins the names of the boxes, one for each case."""


async def choose(tx: Tx, desk: Desk, fields: Mapping[str, str]) -> Say:
    """Keep the cases whose boxes are ticked, perhaps none."""
    unit = fields.get("unit", "")
    if unit not in desk.reach:
        return say("desk.people.no.unit")
    wanted = frozenset(case for case in CASES if fields.get(f"{FIELD}{case}"))
    await unit_choices.choose_page_first(tx, unit, wanted)
    note = f"page first {','.join(sorted(wanted)) or 'never'}"
    await audit.write(tx, Act.DESK_CHANGED, staff=desk.by, unit=unit, minute=desk.now, note=note)
    return say("desk.doorway.saved", unit=await units.name_of(tx, unit))
