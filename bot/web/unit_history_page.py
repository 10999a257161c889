"""The history of one unit: for its administrators, who may put something back, and its auditors."""

from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from bot.web.access import NotYours, seated
from bot.web.desk_pages import guarded, page, said
from bot.web.parts import PARTS
from bot.web.unit_words import Turned, Wording
from storage import staff, unit_editing, units
from storage.audit import Act
from storage.crypto import Unopenable
from storage.database import Tx
from storage.unit_history import Step

PAGE = "/desk/don-vi/lich-su/{unit:[A-Za-z0-9._-]+}"
_MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Told:
    """One step for reading. `by` is a name, empty for the command line; `other` a unit that was
    removed below this one.
    """

    number: int
    act: Act
    by: str = field(repr=False)
    when: datetime
    turned: tuple[Turned, ...]
    other: tuple[str, str] | None
    can_go_back: bool


def add_routes(app: web.Application) -> None:
    """GET /desk/don-vi/lich-su/<unit>."""
    app.router.add_get(PAGE, guarded(_show))


async def _show(request: web.Request) -> web.Response:
    seat, parts, unit = await seated(request), request.app[PARTS], request.match_info["unit"]
    digits = request.query.get("tu", "")
    right = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    upto = int(digits) if right else None
    broken = False
    async with parts.database.read() as tx:
        shown = await unit_editing.look(tx, seat.member.id, unit)
        tree = await units.tree(tx)
        try:
            found = await unit_editing.history(tx, seat.member.id, unit, upto=upto)
        except Unopenable:
            found, broken = ((), None), True
        if found is None or tree is None:
            raise NotYours
        steps, older = found
        wording = Wording(parts.texts[seat.language], tree, parts.places())
        fields = shown.fields if shown is not None else frozenset[str]()
        told = [await _told(tx, step, wording, fields) for step in steps]
    return page(
        request,
        "unit_history",
        language=seat.language,
        seat=seat,
        says=said("desk.audit.broken") if broken else (),
        unit_id=unit,
        name=wording.unit(unit),
        may_edit=shown is not None,
        steps=told,
        older=older,
        newest=upto is not None,
    )


async def _told(tx: Tx, step: Step, wording: Wording, fields: frozenset[str]) -> Told:
    member = await staff.by_id(tx, step.by) if step.by else None
    changed = step.act is Act.UNIT_CHANGED and step.other is None
    return Told(
        number=step.number,
        act=step.act,
        by=member.name if member is not None else "",
        when=step.minute,
        turned=wording.turned(step.before, step.after) if step.other is None else (),
        other=step.other,
        can_go_back=changed and set(step.fields) <= fields,
    )
