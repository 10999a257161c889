"""The desk's pages for exporting one tip: asking, agreeing, fetching; and what waits for one."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import assert_never

from aiohttp import web

from bot.web import export_file
from bot.web.access import NoTip, NotYours, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import TIP, guarded, page, said, tip_of
from bot.web.parts import PARTS
from bot.web.rendering import RENDERER
from handlers.exports import MOST_LETTERS, Authority, Reason
from handlers.languages import Language
from handlers.screens import Say
from storage import exporting
from storage.exporting import Why

WAITING = "/desk/xuat"
EXPORT = "/xuat"
"""Behind the address of a tip."""
ZIP = "application/zip"


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/tin/<tip>/xuat for who holds it, /desk/xuat for who may agree."""
    app.router.add_get(TIP + EXPORT, guarded(_look))
    app.router.add_post(TIP + EXPORT, guarded(_change))
    app.router.add_get(WAITING, guarded(_show))
    app.router.add_post(WAITING, guarded(_decide))


# --- who holds the tip ------------------------------------------------------------------------


async def _look(request: web.Request) -> web.Response:
    return await _page(request, await seated(request), (), {})


async def _change(request: web.Request) -> web.Response:
    seat = await seated(request)
    fields = await checked_form(request, seat.session.token)
    match fields.get("do", ""):
        case "ask":
            return await _ask(request, seat, fields)
        case "withdraw":
            return await _withdraw(request, seat)
        case "take":
            return await _take(request, seat)
        case _:
            raise Stopped(status=HTTPStatus.BAD_REQUEST)


async def _ask(request: web.Request, seat: Seat, fields: Mapping[str, str]) -> web.Response:
    parts, tip = request.app[PARTS], tip_of(request)
    authority = next((each for each in Authority if each == fields.get("authority")), None)
    reason = next((each for each in Reason if each == fields.get("reason")), None)
    if authority is None or reason is None:
        says = said("desk.export.no.unchosen")
        return await _page(request, seat, says, fields, HTTPStatus.UNPROCESSABLE_ENTITY)
    async with parts.database.write() as tx:
        done = await exporting.ask(
            tx, seat.member.id, tip, authority, reason, fields.get("words", ""), parts.clock()
        )
    if isinstance(done, Why):
        return await _page(request, seat, _refused(done), fields, HTTPStatus.CONFLICT)
    return await _page(request, seat, said("desk.export.asked"), {})


async def _withdraw(request: web.Request, seat: Seat) -> web.Response:
    parts = request.app[PARTS]
    async with parts.database.write() as tx:
        done = await exporting.withdraw(tx, seat.member.id, tip_of(request), parts.clock())
    if isinstance(done, Why):
        return await _page(request, seat, _refused(done), {}, HTTPStatus.CONFLICT)
    return await _page(request, seat, said("desk.export.withdrawn"), {})


async def _take(request: web.Request, seat: Seat) -> web.Response:
    parts, now = request.app[PARTS], request.app[PARTS].clock()
    async with parts.database.write() as tx:
        export = await exporting.take(tx, seat.member.id, tip_of(request), now)
    if isinstance(export, Why):
        return await _page(request, seat, _refused(export), {}, HTTPStatus.CONFLICT)
    local = now.astimezone(parts.timezone)
    # In Vietnamese, whatever the officer reads: the authority does.
    texts, renderer = parts.texts[Language.VI], request.app[RENDERER]
    made = await asyncio.to_thread(export_file.make, export, texts, renderer, local)
    name = f"tin-chua-kiem-chung-{local:%Y-%m-%d}.zip"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=made, content_type=ZIP, headers=disposition)


async def _page(
    request: web.Request,
    seat: Seat,
    says: tuple[Say, ...],
    typed: Mapping[str, str],
    status: int = HTTPStatus.OK,
) -> web.Response:
    parts, tip = request.app[PARTS], tip_of(request)
    async with parts.database.read() as tx:
        view = await exporting.look(tx, seat.member.id, tip, parts.clock())
    if view is Why.NOT_YOURS:
        raise NoTip
    if isinstance(view, Why):
        says, status = says or _refused(view), HTTPStatus.CONFLICT
    return page(
        request,
        "export",
        language=seat.language,
        seat=seat,
        status=status,
        says=says,
        view=None if isinstance(view, Why) else view,
        tip=tip.hex(),
        typed=typed,
        authorities=tuple(Authority),
        reasons=tuple(Reason),
        most=MOST_LETTERS,
    )


# --- who may agree ----------------------------------------------------------------------------


async def _show(request: web.Request) -> web.Response:
    return await _list(request, await _reader(request), ())


async def _decide(request: web.Request) -> web.Response:
    seat, parts = await _reader(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    choice = fields.get("do", "")
    try:
        tip = bytes.fromhex(fields.get("tip", ""))
    except ValueError:
        raise Stopped(status=HTTPStatus.BAD_REQUEST) from None
    if choice not in {"agree", "refuse"}:
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    async with parts.database.write() as tx:
        done = await exporting.decide(
            tx, seat.member.id, tip, parts.clock(), agreed=choice == "agree"
        )
    if isinstance(done, Why):
        return await _list(request, seat, said("desk.export.no.none"), HTTPStatus.CONFLICT)
    told = "desk.export.agreed" if choice == "agree" else "desk.export.refused"
    return await _list(request, seat, said(told))


async def _reader(request: web.Request) -> Seat:
    seat = await seated(request)
    if not seat.member.reads_tips:
        raise NotYours
    return seat


async def _list(
    request: web.Request, seat: Seat, says: tuple[Say, ...], status: int = HTTPStatus.OK
) -> web.Response:
    parts = request.app[PARTS]
    async with parts.database.read() as tx:
        waiting = await exporting.waiting(tx, seat.member.id, parts.clock())
    return page(
        request,
        "exports",
        language=seat.language,
        seat=seat,
        status=status,
        says=says,
        waiting=waiting,
    )


def _refused(why: Why) -> tuple[Say, ...]:
    match why:
        case Why.NOT_YOURS | Why.NOT_HOLDER:
            return said("desk.export.no.not_holder")
        case Why.NO_POLICE:
            return said("desk.export.no.no_police")
        case Why.EMPTY:
            return said("desk.export.no.empty")
        case Why.LONG:
            return said("desk.export.no.long", count=MOST_LETTERS)
        case Why.PENDING:
            return said("desk.export.no.pending")
        case Why.NOBODY:
            return said("desk.export.no.nobody")
        case Why.NONE:
            return said("desk.export.no.none")
        case Why.NOT_AGREED:
            return said("desk.export.no.not_agreed")
        case _:
            assert_never(why)
