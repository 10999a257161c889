"""The desk's page for an officer who should not see a tip: they step back, and lose it."""

from http import HTTPStatus

from aiohttp import web

from bot.web.access import NoTip, Seat, checked_form, seated
from bot.web.desk_pages import TIP, guarded, page, said, tip_of
from bot.web.desk_units import card_of
from bot.web.parts import PARTS
from handlers.screens import Say
from storage import stepping_back
from storage.passing import Declined, Why
from storage.stepping_back import Stepped

PAGE = "/khong-xem"
"""Behind the address of a tip."""


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/tin/<tip>/khong-xem."""
    app.router.add_get(TIP + PAGE, guarded(_look))
    app.router.add_post(TIP + PAGE, guarded(_do))


async def _look(request: web.Request) -> web.Response:
    return await _page(request, await seated(request), ())


async def _do(request: web.Request) -> web.Response:
    seat, parts, tip = await seated(request), request.app[PARTS], tip_of(request)
    await checked_form(request, seat.session.token)
    async with parts.database.write() as tx:
        done = await stepping_back.step_back(tx, seat.member.id, tip, parts.clock())
    if isinstance(done, Declined):
        return await _page(request, seat, _why(done))
    told = said("desk.step.gone_up", unit=done.unit) if done.unit else said("desk.step.gone")
    return page(
        request,
        "pass_done",
        language=seat.language,
        seat=seat,
        says=told,
        card=None,
        title="desk.step.title",
    )


async def _page(request: web.Request, seat: Seat, says: tuple[Say, ...]) -> web.Response:
    """What it means, before it is done; nothing to press where nobody else could read the tip."""
    tip = tip_of(request)
    async with request.app[PARTS].database.read() as tx:
        card = await card_of(tx, request, seat, tip)
        to = await stepping_back.look(tx, seat.member.id, tip)
    offered = to if isinstance(to, Stepped) and not says else None
    if isinstance(to, Declined):
        says = says or _why(to)
    return page(
        request,
        "step_back",
        language=seat.language,
        seat=seat,
        status=HTTPStatus.CONFLICT if says else HTTPStatus.OK,
        says=says,
        card=card,
        offered=offered,
    )


def _why(declined: Declined) -> tuple[Say, ...]:
    if declined.why is not Why.NOWHERE:
        raise NoTip
    return said("desk.step.nobody")
