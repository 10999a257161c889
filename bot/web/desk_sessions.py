"""Where a member is signed in, and how they end that: their own page, for every role."""

from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from bot.web import session_list
from bot.web.access import Seat, checked_form, seated
from bot.web.desk_pages import guarded, page, said
from bot.web.desk_search import SHELVES
from bot.web.parts import PARTS
from handlers.screens import Say
from storage import audit, staff
from storage.audit import Act

PAGE = "/desk/phien"


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/phien."""
    app.router.add_get(PAGE, guarded(_show))
    app.router.add_post(PAGE, guarded(_end))


async def _show(request: web.Request) -> web.Response:
    """Whoever was made to enrol anew learns of it here, once, after they signed in."""
    seat, parts = await seated(request), request.app[PARTS]
    says: tuple[Say, ...] = ()
    if seat.member.renewed is not None:
        async with parts.database.write() as tx:
            day = await staff.told_of_renewal(tx, seat.member.id)
        says = said("desk.staff.renewed", day=f"{day:%d/%m/%Y}") if day else ()
    return await _page(request, seat, says)


async def _end(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    ended = await session_list.end(parts, seat.session.staff, fields.get("session", ""))
    # What it had opened in a search goes with it.
    request.app[SHELVES].end(ended)
    if not ended:
        gone = said("desk.staff.session_gone")
        return await _page(request, seat, gone, HTTPStatus.CONFLICT)
    async with parts.database.write() as tx:
        await audit.write(tx, Act.SESSION_ENDED, staff=seat.member.id, minute=parts.clock())
    return await _page(request, seat, said("desk.staff.session_ended"))


async def _page(
    request: web.Request, seat: Seat, says: tuple[Say, ...], status: int = HTTPStatus.OK
) -> web.Response:
    parts = request.app[PARTS]
    here = parts.clock().astimezone(parts.timezone)
    found = await session_list.of(parts, seat.session.staff)
    return page(
        request,
        "sessions",
        language=seat.language,
        seat=seat,
        status=status,
        says=says,
        # To the hour: the list is to be recognised, not to be a diary.
        sessions=[(each, _hour(each.since.astimezone(here.tzinfo))) for each in found],
        own=seat.session.token,
    )


def _hour(moment: datetime) -> str:
    return f"{moment:%H:00, %d/%m/%Y}"
