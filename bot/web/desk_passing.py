"""The desk's pages for passing a tip on to another unit, and for giving it back."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from bot.web.access import NotYours, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import TIP, guarded, page, said, tip_of
from bot.web.desk_units import card_of, choices, why
from bot.web.parts import PARTS
from handlers.passing import PassReason, ReturnReason, may_take, suggested
from handlers.roles import Role
from handlers.routing import Unit
from handlers.screens import Say
from storage import cases, passing, units
from storage.cards import Card
from storage.passing import Declined, Gone, Ways

PAGE = "/chuyen"
"""Behind the address of a tip."""
READING = "/desk/don-vi/doc-tiep"


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/tin/<tip>/chuyen, and /desk/don-vi/doc-tiep."""
    app.router.add_get(TIP + PAGE, guarded(_look))
    app.router.add_post(TIP + PAGE, guarded(_do))
    app.router.add_get(READING, guarded(_rules))
    app.router.add_post(READING, guarded(_decide))


def offers_passing(card: Card) -> bool:
    """Whether the page of a tip offers to pass it on."""
    return card.theirs and not card.aside and card.outcome is None and card.due is not None


async def _look(request: web.Request) -> web.Response:
    return await _page(request, await seated(request), {})


async def _do(request: web.Request) -> web.Response:
    seat = await seated(request)
    fields = await checked_form(request, seat.session.token)
    match fields.get("do", ""):
        case "look" | "look_back":
            return await _second_look(request, seat, fields)
        case "go" | "go_back":
            return await _go(request, seat, fields)
        case "again":
            return await _page(request, seat, fields)
        case _:
            raise Stopped(status=HTTPStatus.BAD_REQUEST)


async def _second_look(request: web.Request, seat: Seat, fields: Mapping[str, str]) -> web.Response:
    """What it means, before it is done."""
    tip, is_back = tip_of(request), fields["do"] == "look_back"
    async with request.app[PARTS].database.read() as tx:
        card = await card_of(tx, request, seat, tip)
        ways = await passing.ways(tx, seat.member.id, tip)
    if isinstance(ways, Declined):
        return await _page(request, seat, fields, why(ways, card))
    to = ways.back if is_back else _chosen(ways, fields)
    reason = _back_reason(fields) if is_back else _reason(fields)
    if to is None or reason is None:
        missing = "desk.pass.choose_unit" if to is None else "desk.pass.choose_reason"
        return await _page(request, seat, fields, said(missing))
    reads_on = ways.reads_on and not is_back and reason is not PassReason.CONCERNED
    return page(
        request,
        "pass_sure",
        language=seat.language,
        seat=seat,
        card=card,
        to=to,
        reason=reason,
        back=is_back,
        reads_on=reads_on,
    )


async def _go(request: web.Request, seat: Seat, fields: Mapping[str, str]) -> web.Response:
    parts, tip = request.app[PARTS], tip_of(request)
    now, officer, is_back = parts.clock(), seat.member.id, fields["do"] == "go_back"
    reason, back_reason = _reason(fields), _back_reason(fields)
    async with parts.database.write() as tx:
        card = await card_of(tx, request, seat, tip)
        done: Gone | Declined | None = None
        if is_back and back_reason is not None:
            done = await passing.give_back(tx, officer, tip, back_reason, now)
        elif not is_back and reason is not None:
            done = await passing.pass_on(tx, officer, tip, fields.get("to", ""), reason, now)
        after = await cases.see(tx, officer, tip, now)
    if done is None:
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    if isinstance(done, Declined):
        return await _page(request, seat, fields, why(done, card))
    told = said("desk.pass.done_back" if is_back else "desk.pass.done", unit=done.unit)
    seen = after if isinstance(after, Card) else None
    return page(
        request,
        "pass_done",
        language=seat.language,
        seat=seat,
        says=told,
        card=seen,
        title="desk.pass.title",
    )


async def _page(
    request: web.Request, seat: Seat, fields: Mapping[str, str], says: tuple[Say, ...] = ()
) -> web.Response:
    """The units and reasons to choose from; what was chosen before stays chosen."""
    tip = tip_of(request)
    async with request.app[PARTS].database.read() as tx:
        card = await card_of(tx, request, seat, tip)
        ways = await passing.ways(tx, seat.member.id, tip)
    offered = back = None
    if isinstance(ways, Ways):
        tree, bound, back = ways.tree, ways.bound, ways.back
        near, chosen = suggested(tree, bound), fields.get("to", "")
        offered = choices(request, tree, lambda unit: may_take(tree, bound, unit), near, chosen)
    else:
        says = says or why(ways, card)
    return page(
        request,
        "pass",
        language=seat.language,
        seat=seat,
        status=HTTPStatus.CONFLICT if says else HTTPStatus.OK,
        says=says,
        card=card,
        offered=offered,
        back=back,
        reasons=tuple(PassReason),
        back_reasons=tuple(ReturnReason),
        chosen=fields.get("to", ""),
        because=fields.get("reason", ""),
        leads=any(role is Role.LEAD for _, role in seat.member.grants),
        rules=READING,
    )


def _chosen(ways: Ways, fields: Mapping[str, str]) -> Unit | None:
    unit = ways.tree.get(fields.get("to", ""))
    return unit if unit is not None and may_take(ways.tree, ways.bound, unit) else None


def _reason(fields: Mapping[str, str]) -> PassReason | None:
    return next((each for each in PassReason if each == fields.get("reason")), None)


def _back_reason(fields: Mapping[str, str]) -> ReturnReason | None:
    return next((each for each in ReturnReason if each == fields.get("reason")), None)


# --- whether a unit reads on ------------------------------------------------------------------


async def _rules(request: web.Request) -> web.Response:
    return await _rules_page(request, await seated(request), ())


async def _decide(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    unit, on = fields.get("unit", ""), fields.get("on", "")
    if on not in ("1", "0"):
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    async with parts.database.write() as tx:
        done = await passing.decide_reading(tx, seat.member.id, unit, parts.clock(), on=on == "1")
        name = await units.name_of(tx, unit)
    if not done:
        raise NotYours
    return await _rules_page(request, seat, said("desk.pass.reading.saved", unit=name))


async def _rules_page(request: web.Request, seat: Seat, says: tuple[Say, ...]) -> web.Response:
    led = sorted(unit for unit, role in seat.member.grants if role is Role.LEAD)
    if not led:
        raise NotYours
    async with request.app[PARTS].database.read() as tx:
        shown = [
            (unit, await units.name_of(tx, unit), await passing.reads_on(tx, unit)) for unit in led
        ]
    return page(request, "pass_reading", language=seat.language, seat=seat, says=says, units=shown)
