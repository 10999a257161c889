"""The administrators' page for when data may be in strange hands: clock, list, notice. No tips."""

from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from bot.web.access import NotYours, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import guarded, page, said
from bot.web.parts import PARTS, Parts
from handlers import incidents
from handlers.incidents import Incident
from handlers.screens import Say
from storage import incidents as kept
from storage import staff, units
from storage.database import Tx

PAGE = "/desk/su-co"


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/su-co."""
    app.router.add_get(PAGE, guarded(_show))
    app.router.add_post(PAGE, guarded(_start))


async def _show(request: web.Request) -> web.Response:
    return await _page(request, await seated(request), ())


async def _start(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    if fields.get("do") != "start":
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    now = parts.clock()
    async with parts.database.write() as tx:
        fresh = await kept.start(tx, now, by=seat.member.id, now=now)
    if fresh is None:
        raise NotYours
    return await _page(request, seat, said(f"incident.{'started' if fresh else 'already'}"))


async def _page(request: web.Request, seat: Seat, says: tuple[Say, ...]) -> web.Response:
    parts = request.app[PARTS]
    async with parts.database.read() as tx:
        if not await staff.units_run_by(tx, seat.member.id):
            raise NotYours
        found = await _look(tx, parts)
    texts = parts.texts[seat.language]
    return page(
        request,
        "incident",
        language=seat.language,
        seat=seat,
        says=says,
        clock=incidents.clock(found.known, parts.clock()) if found.known else (),
        tasks=incidents.tasks(),
        thieves=incidents.thieves(),
        notice=incidents.notice(found, texts),
    )


async def _look(tx: Tx, parts: Parts) -> Incident:
    known, tree = await kept.known_since(tx), await units.tree(tx)
    return Incident(
        known=_local(known, parts),
        held=await kept.held(tx),
        service=tree.root.name if tree else "",
        contact=parts.data_contact,
        hosted=parts.hosted_in,
    )


def _local(moment: datetime | None, parts: Parts) -> datetime | None:
    return moment.astimezone(parts.timezone) if moment else None
