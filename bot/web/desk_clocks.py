"""The page on which a lead sets a unit's clocks: duty hours, deadlines, one category by itself."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from http import HTTPStatus

from aiohttp import web

from bot.web.access import NotYours, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import guarded, page, said
from bot.web.parts import PARTS
from handlers import clocks as dates
from handlers import unit_clocks as forms
from handlers.clocks import DEFAULT, Clocks, Deadlines
from handlers.duty import VIETNAM
from handlers.routing import Unit, UnitKind
from handlers.screens import Say
from handlers.tips import Category
from handlers.unit_clocks import BOUNDS, BadClocks
from storage import staff, unit_clocks, units
from storage.database import Tx

PAGE = "/desk/don-vi/thoi-han"
_SATURDAY = 5
_EVENING = time(20)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What the page is about: one unit of those that the lead leads, perhaps one category of it."""

    led: tuple[Unit, ...]
    unit: Unit
    category: Category | None
    clocks: Clocks


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/don-vi/thoi-han."""
    app.router.add_get(PAGE, guarded(_show))
    app.router.add_post(PAGE, guarded(_change))


async def _show(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    async with parts.database.read() as tx:
        chosen = await _chosen(tx, seat, request.query)
    return _page(request, seat, chosen, _written(chosen))


async def _change(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    todo = fields.get("do", "")
    if todo not in ("preview", "save", "reset"):
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    async with parts.database.write() as tx:
        chosen = await _chosen(tx, seat, fields)
        try:
            wanted = _wanted(chosen, fields, todo)
        except BadClocks as wrong:
            return _wrong(request, seat, chosen, fields, wrong)
        if todo == "preview":
            shown = _Chosen(chosen.led, chosen.unit, chosen.category, wanted)
            return _page(request, seat, shown, fields, said("desk.clock.not_saved"))
        if not await unit_clocks.change(tx, seat.member.id, chosen.unit.id, wanted, parts.clock()):
            raise NotYours
        chosen = _Chosen(chosen.led, chosen.unit, chosen.category, wanted)
    key = "desk.clock.saved" if todo == "save" else "desk.clock.was_reset"
    return _page(request, seat, chosen, _written(chosen), said(key, unit=chosen.unit.name))


def _wanted(chosen: _Chosen, fields: Mapping[str, str], todo: str) -> Clocks:
    if todo != "reset":
        return forms.typed(fields, chosen.clocks, chosen.category)
    if chosen.category is not None:
        return forms.with_special(chosen.clocks, chosen.category, None)
    return DEFAULT


async def _chosen(tx: Tx, seat: Seat, fields: Mapping[str, str]) -> _Chosen:
    mine = await staff.units_led_by(tx, seat.member.id)
    tree = await units.tree(tx)
    led = tuple(unit for unit in tree.all if unit.id in mine) if tree is not None else ()
    wanted = fields.get("unit", "")
    found = [unit for unit in led if unit.id == wanted or not wanted]
    if not found:
        raise NotYours
    unit = found[0]
    return _Chosen(led, unit, forms.special_of(fields), await unit_clocks.of_unit(tx, unit.id))


def _written(chosen: _Chosen) -> dict[str, str]:
    """The clocks as they stand in the form."""
    told = {name: str(each) for name, each in asdict(chosen.clocks.of(chosen.category)).items()}
    for day, span in enumerate(chosen.clocks.duty.week):
        told[f"from{day}"], told[f"to{day}"] = forms.shown(span)
    return told | ({"on_holidays": "1"} if chosen.clocks.duty.on_holidays else {})


def _wrong(
    request: web.Request,
    seat: Seat,
    chosen: _Chosen,
    fields: Mapping[str, str],
    wrong: BadClocks,
) -> web.Response:
    """What was typed stays."""
    least, most = BOUNDS.get(wrong.field, (0, 0))
    says = said(f"desk.clock.no.{wrong.fault}", least=least, most=most)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(request, seat, chosen, fields, says, status, at=wrong.field)


def _page(
    request: web.Request,
    seat: Seat,
    chosen: _Chosen,
    typed: Mapping[str, str],
    says: tuple[Say, ...] = (),
    status: int = HTTPStatus.OK,
    at: str = "",
) -> web.Response:
    now = request.app[PARTS].clock()
    evening = _next_saturday(now)
    return page(
        request,
        "clocks",
        language=seat.language,
        seat=seat,
        status=status,
        says=says,
        led=chosen.led,
        unit=chosen.unit,
        category=chosen.category,
        categories=tuple(Category),
        special=frozenset(category for category, _ in chosen.clocks.special),
        is_police=chosen.unit.kind is UnitKind.POLICE,
        police=dates.police_dates(evening, evening.date()),
        typed=typed,
        bounds=BOUNDS,
        wrong=at,
        evening=evening,
        calm=_due(chosen, evening, danger=False),
        urgent=_due(chosen, evening, danger=True),
    )


def _due(chosen: _Chosen, moment: datetime, *, danger: bool) -> Deadlines:
    return dates.deadlines(
        moment, moment.date(), danger=danger, clocks=chosen.clocks, category=chosen.category
    )


def _next_saturday(now: datetime) -> datetime:
    local = now.astimezone(VIETNAM)
    day = local.date() + timedelta(days=(_SATURDAY - local.weekday()) % 7)
    return datetime.combine(day, _EVENING, VIETNAM)
