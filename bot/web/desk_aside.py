"""The desk's pages against floods: tips that wait for the lead, and muting a source unseen."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus

from aiohttp import web

from bot.acting import mute
from bot.web.access import NoTip, NotYours, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import TIP, guarded, page, said, tip_of
from bot.web.parts import PARTS, Parts
from handlers.roles import Role
from handlers.screens import Say
from handlers.tips import Status, may_be_muted
from storage import aside, cases
from storage.cases import Card, Done, Refusal
from storage.staff import Member

PAGE = "/desk/cho-xem"
MUTE = "/tat-tieng"
"""Behind the address of a tip."""
_CHOSEN = "tip-"
_SHOWN = 50


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/cho-xem, and /desk/tin/<tip>/tat-tieng."""
    app.router.add_get(PAGE, guarded(_show))
    app.router.add_post(PAGE, guarded(_change))
    app.router.add_get(TIP + MUTE, guarded(_look))
    app.router.add_post(TIP + MUTE, guarded(_mute))


def leads(member: Member) -> bool:
    """Whether they lead some desk."""
    return any(role is Role.LEAD for _, role in member.grants)


def offers_mute(card: Card, parts: Parts) -> bool:
    """Whether the page of a tip offers to mute its source: all of its day, for the minute at which
    that ends to work is the minute at which the tip came, an hour on.
    """
    hour_ago = parts.clock().astimezone(parts.timezone) - timedelta(hours=1)
    is_open = card.theirs and card.status is not Status.CLOSED
    return is_open and may_be_muted(card.category) and card.day >= hour_ago.date()


# --- what waits -------------------------------------------------------------------------------


async def _show(request: web.Request) -> web.Response:
    return await _page(request, await _lead(request), ())


async def _change(request: web.Request) -> web.Response:
    seat, parts = await _lead(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    chosen = _chosen(fields)
    if not chosen:
        return await _page(request, seat, said("desk.aside.none"), HTTPStatus.CONFLICT)
    match fields.get("do", ""):
        case "let_in":
            done = [await _let_in(parts, seat, each) for each in chosen]
            return await _page(request, seat, said("desk.aside.let_in_done", count=sum(done)))
        case "close" if not fields.get("sure"):
            return await _page(request, seat, said("desk.aside.unsure"), HTTPStatus.CONFLICT)
        case "close":
            done = [await _close(parts, seat, each) for each in chosen]
            return await _page(request, seat, said("desk.aside.closed_done", count=sum(done)))
        case _:
            raise Stopped(status=HTTPStatus.BAD_REQUEST)


async def _let_in(parts: Parts, seat: Seat, tip: bytes) -> bool:
    async with parts.database.write() as tx:
        return isinstance(await aside.let_in(tx, seat.member.id, tip, parts.clock()), Done)


async def _close(parts: Parts, seat: Seat, tip: bytes) -> bool:
    # In both languages: which one its worker reads is kept nowhere.
    words = "\n\n".join(texts.get("desk.aside.words") for texts in parts.texts.values())
    async with parts.database.write() as tx:
        return isinstance(await aside.close(tx, seat.member.id, tip, words, parts.clock()), Done)


async def _lead(request: web.Request) -> Seat:
    seat = await seated(request)
    if not leads(seat.member):
        raise NotYours
    return seat


def _chosen(fields: Mapping[str, str]) -> list[bytes]:
    found = [name.removeprefix(_CHOSEN) for name in fields if name.startswith(_CHOSEN)]
    try:
        return [bytes.fromhex(each) for each in found]
    except ValueError:
        raise Stopped(status=HTTPStatus.BAD_REQUEST) from None


async def _page(
    request: web.Request, seat: Seat, says: tuple[Say, ...], status: int = HTTPStatus.OK
) -> web.Response:
    parts = request.app[PARTS]
    async with parts.database.read() as tx:
        waiting = await aside.waiting(tx, seat.member.id, parts.clock())
    return page(
        request,
        "aside",
        language=seat.language,
        seat=seat,
        status=status,
        says=says,
        cards=waiting[:_SHOWN],
        more=max(len(waiting) - _SHOWN, 0),
        chosen=_CHOSEN,
    )


# --- muting -----------------------------------------------------------------------------------


async def _look(request: web.Request) -> web.Response:
    seat = await seated(request)
    return _second_look(request, seat, await _seen(request, seat, request.app[PARTS].clock()))


async def _mute(request: web.Request) -> web.Response:
    seat, parts, now = await seated(request), request.app[PARTS], request.app[PARTS].clock()
    await checked_form(request, seat.session.token)
    card = await _seen(request, seat, now)
    if not offers_mute(card, parts):
        return _second_look(request, seat, card)
    done = await mute(parts.database, parts.volatile, seat.member.id, card.tip, now)
    if done is None:
        raise NoTip
    status = HTTPStatus.OK if done.well else HTTPStatus.CONFLICT
    return _second_look(request, seat, card, (done.told,), status)


async def _seen(request: web.Request, seat: Seat, now: datetime) -> Card:
    tip = tip_of(request)
    async with request.app[PARTS].database.read() as tx:
        card = await cases.see(tx, seat.member.id, tip, now)
    if isinstance(card, Refusal):
        raise NoTip
    return card


def _second_look(
    request: web.Request,
    seat: Seat,
    card: Card,
    says: tuple[Say, ...] = (),
    status: int = HTTPStatus.OK,
) -> web.Response:
    """What it means, before it is done; nothing to press where it was, or cannot be."""
    offered = not says and offers_mute(card, request.app[PARTS])
    if not offered and not says:
        says, status = said("desk.mute.never"), HTTPStatus.CONFLICT
    return page(
        request,
        "mute",
        language=seat.language,
        seat=seat,
        status=status,
        says=says,
        card=card,
        offered=offered,
    )
