"""An officer's saved views of the list: keep one, open the list with one, delete, take back."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from bot.web import desk_facets
from bot.web.access import NotYours, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import guarded, page, said
from bot.web.parts import PARTS
from handlers.listing import read
from handlers.screens import Say
from storage import views
from storage.database import Tx

PAGE = "/desk/cach-xem"


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of a form; `undo` is a view that was deleted just now."""

    says: tuple[Say, ...]
    well: bool = True
    undo: str = ""


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/cach-xem."""
    app.router.add_get(PAGE, guarded(_show))
    app.router.add_post(PAGE, guarded(_change))


async def _show(request: web.Request) -> web.Response:
    return await _page(request, await _reader(request), _Done(()))


async def _change(request: web.Request) -> web.Response:
    seat, parts = await _reader(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    async with parts.database.write() as tx:
        done = await _done(tx, request, seat, fields)
    return await _page(request, seat, done, fields)


async def _done(tx: Tx, request: web.Request, seat: Seat, fields: Mapping[str, str]) -> _Done:
    now, mine, key = request.app[PARTS].clock(), seat.member.id, fields.get("view", "")
    match fields.get("do", ""):
        case "keep":
            kept = await views.keep(tx, mine, fields.get("name", ""), read(fields), now)
            if kept is not None:
                return _Done(said("desk.view.kept", name=kept.name))
            full = len(views.living(await views.of_member(tx, mine, now))) >= views.MOST
            return _Done(
                said("desk.view.full", most=views.MOST)
                if full
                else said("desk.view.nameless", most=views.NAME_LETTERS),
                well=False,
            )
        case "first":
            if await views.open_with(tx, mine, key or None, now):
                return _Done(said("desk.view.first_done" if key else "desk.view.first_none"))
        case "drop":
            gone = await views.drop(tx, mine, key, now)
            if gone is not None:
                return _Done(said("desk.view.dropped", name=gone.name), undo=gone.id)
        case "back":
            back = await views.take_back(tx, mine, key, now)
            if back is not None:
                return _Done(said("desk.view.back", name=back.name))
        case _:
            raise Stopped(status=HTTPStatus.BAD_REQUEST)
    return _Done(said("desk.view.gone"), well=False)


async def _reader(request: web.Request) -> Seat:
    seat = await seated(request)
    if not seat.member.reads_tips:
        raise NotYours
    return seat


async def _page(
    request: web.Request, seat: Seat, done: _Done, fields: Mapping[str, str] | None = None
) -> web.Response:
    parts, told = request.app[PARTS], fields or {}
    async with parts.database.read() as tx:
        found = await views.of_member(tx, seat.member.id, parts.clock())
    return page(
        request,
        "views",
        language=seat.language,
        seat=seat,
        status=HTTPStatus.OK if done.well else HTTPStatus.CONFLICT,
        says=done.says,
        saved=[(view, desk_facets.address(view.choice)) for view in views.living(found)],
        gone=[view for view in found if view.gone is not None],
        most=views.MOST,
        most_letters=views.NAME_LETTERS,
        # What was not kept stands there again.
        name="" if done.well else told.get("name", ""),
        choice=read(told),
    )
