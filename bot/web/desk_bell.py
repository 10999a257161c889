"""An officer's own alarms: the bell of this device, their other browsers, their chat on Zalo."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aiohttp import web

from bot.channels import Gone, Refused, Sent, TryLater, Unknown
from bot.web import access
from bot.web.access import NotYours, Seat, Session, Stopped, checked_form, seated
from bot.web.desk_pages import guarded, page
from bot.web.parts import PARTS
from handlers.screens import Say, say
from storage import alarms, audit, desk_codes
from storage.alarms import MOST_BROWSERS, Alarm, AlarmPath, Path, Trouble
from storage.audit import Act
from storage.database import Tx
from storage.desk_codes import CodeKind
from storage.staff import Member

PAGE = "/desk/chuong"
DEVICE = f"{PAGE}/may"


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of a form; `code` is shown once."""

    said: Say | None = None
    well: bool = True
    code: str = field(default="", repr=False)


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/chuong; and, while a push key is set, what this device's script asks."""
    app.router.add_get(PAGE, guarded(_show))
    app.router.add_post(PAGE, guarded(_change))
    if app[PARTS].push_key:
        app.router.add_post(DEVICE, guarded(_device))


async def is_on(tx: Tx, request: web.Request, member: Member) -> bool:
    """Whether this browser's bell is this member's."""
    alarm = await _of_browser(tx, request)
    return alarm is not None and alarm.staff == member.id


async def sign_out(
    request: web.Request, response: web.StreamResponse, session: Session | None, *, everywhere: bool
) -> None:
    """The bell of this browser ends, `everywhere` with those of all browsers of that member."""
    parts = request.app[PARTS]
    async with parts.database.write() as tx:
        alarm = await _of_browser(tx, request)
        ending = [alarm] if alarm is not None else []
        if everywhere and session is not None:
            mine = await alarms.of_member(tx, bytes.fromhex(session.staff))
            ending += [each for each in mine if each.path is Path.PUSH]
        for each in ending:
            # A shared browser may ring for somebody whose session ended long ago.
            by = bytes.fromhex(session.staff) if session is not None else each.staff
            await _end(tx, request, by, each)
    access.take_cookie(parts, response, "desk-bell")


# --- the page ---------------------------------------------------------------------------------


async def _show(request: web.Request) -> web.Response:
    return await _page(request, await seated(request), _Done())


async def _change(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    match fields.get("do", ""):
        case "try":
            return await _page(request, seat, await _try(request, seat, fields))
        case "end" | "code" as what:
            async with parts.database.write() as tx:
                officer = await _officer(tx, seat)
                done = await (
                    _make_code(tx, request, officer)
                    if what == "code"
                    else _end_one(tx, request, officer, fields)
                )
            return await _page(request, seat, done)
        case _:
            raise Stopped(status=HTTPStatus.BAD_REQUEST)


async def _try(request: web.Request, seat: Seat, fields: Mapping[str, str]) -> _Done:
    async with request.app[PARTS].database.read() as tx:
        officer = await _officer(tx, seat)
        alarm = await _theirs(tx, officer, fields)
    if alarm is None:
        return _Done(say("desk.bell.no.gone"), well=False)
    return await _rung(request, alarm)


async def _rung(request: web.Request, alarm: Alarm) -> _Done:
    """Ring a browser for trial; what is learned of it is kept."""
    parts = request.app[PARTS]
    if alarm.path is not Path.PUSH or parts.ring_trial is None:
        return _Done(say("desk.bell.no.later"), well=False)
    outcome = await parts.ring_trial(alarm.address)
    async with parts.database.write() as tx:
        match outcome:
            case Sent():
                await alarms.set_trouble(tx, alarm.id, None)
                return _Done(say("desk.bell.tried"))
            case Gone():
                await alarms.unlink(tx, alarm.id)
                return _Done(say("desk.bell.no.gone"), well=False)
            case Refused():
                await alarms.set_trouble(tx, alarm.id, Trouble.REFUSED)
                return _Done(say("desk.bell.no.refused"), well=False)
            case TryLater() | Unknown():
                return _Done(say("desk.bell.no.later"), well=False)


async def _end_one(
    tx: Tx, request: web.Request, officer: Member, fields: Mapping[str, str]
) -> _Done:
    alarm = await _theirs(tx, officer, fields)
    if alarm is None:
        return _Done(say("desk.bell.no.gone"), well=False)
    await _end(tx, request, officer.id, alarm)
    return _Done(say("desk.bell.ended"))


async def _make_code(tx: Tx, request: web.Request, officer: Member) -> _Done:
    if not officer.enrolled:
        # In a demo one comes in by a link; who is rung on Zalo acts there too.
        return _Done(say("desk.alarms.no.enrolled", name=officer.name), well=False)
    now = request.app[PARTS].clock()
    code = await desk_codes.make(tx, CodeKind.ALARM, officer.id.hex(), now)
    note = f"{Path.ZALO} {officer.id.hex()}"
    await audit.write(tx, Act.CODE_MADE, staff=officer.id, minute=now, note=note)
    return _Done(code=f"/ketnoi {code}")


async def _page(request: web.Request, seat: Seat, done: _Done) -> web.Response:
    parts = request.app[PARTS]
    async with parts.database.read() as tx:
        officer = await _officer(tx, seat)
        mine = await alarms.of_member(tx, officer.id)
        enabled = await alarms.enabled(tx)
        here = await _of_browser(tx, request)
    return page(
        request,
        "bell",
        language=seat.language,
        seat=seat,
        status=HTTPStatus.OK if done.well else HTTPStatus.UNPROCESSABLE_ENTITY,
        says=(done.said,) if done.said else (),
        code=done.code,
        browsers=[each for each in mine if each.path is Path.PUSH],
        chats=[each for each in mine if each.path is Path.ZALO],
        this=here.id if here else b"",
        has_zalo=AlarmPath.ZALO in enabled,
        **card(request, is_on=here is not None and here.staff == officer.id),
    )


def card(request: web.Request, *, is_on: bool) -> dict[str, Any]:
    """What the card of this device's bell shows, for any page that has it."""
    parts = request.app[PARTS]
    return {
        "push_key": parts.push_key,
        "bell_on": is_on,
        "most_browsers": MOST_BROWSERS,
        "can_try": parts.ring_trial is not None,
    }


# --- this device ------------------------------------------------------------------------------


async def _device(request: web.Request) -> web.Response:
    """POST /desk/chuong/may, from the page's script: the answer is a status, 409 for too many."""
    # Imported here, for without a key nothing of it shall be loaded.
    from bot.push import endpoint  # noqa: PLC0415

    seat = await seated(request)
    fields = await checked_form(request, seat.session.token)
    end = endpoint.read(*(fields.get(name, "") for name in ("endpoint", "p256dh", "auth")))
    if end is None:
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    match fields.get("do", ""):
        case "start":
            return await _start(request, seat, end.address)
        case "stop":
            return await _stop(request, seat, end.address)
        case "try":
            return await _try_here(request, seat, end.address)
        case _:
            raise Stopped(status=HTTPStatus.BAD_REQUEST)


async def _start(request: web.Request, seat: Seat, address: str) -> web.Response:
    parts = request.app[PARTS]
    async with parts.database.write() as tx:
        officer = await _officer(tx, seat)
        before = await alarms.by_address(tx, Path.PUSH, address)
        alarm = await alarms.add_browser(tx, officer.id, address)
        # Their row is held by now: a new enrolment link since would have ended this session.
        await _officer(tx, seat)
        if alarm is not None and (before is None or before.staff != officer.id):
            await _note(tx, request, Act.LINKED, officer.id, alarm)
    if alarm is None:
        raise Stopped(status=HTTPStatus.CONFLICT)
    response = web.Response(status=HTTPStatus.NO_CONTENT)
    access.give_cookie(parts, response, "desk-bell", alarm.id.hex())
    return response


async def _stop(request: web.Request, seat: Seat, address: str) -> web.Response:
    parts = request.app[PARTS]
    async with parts.database.write() as tx:
        officer = await _officer(tx, seat)
        alarm = await alarms.by_address(tx, Path.PUSH, address)
        if alarm is not None and alarm.staff == officer.id:
            await _end(tx, request, officer.id, alarm)
    response = web.Response(status=HTTPStatus.NO_CONTENT)
    access.take_cookie(parts, response, "desk-bell")
    return response


async def _try_here(request: web.Request, seat: Seat, address: str) -> web.Response:
    async with request.app[PARTS].database.read() as tx:
        officer = await _officer(tx, seat)
        alarm = await alarms.by_address(tx, Path.PUSH, address)
    if alarm is None or alarm.staff != officer.id:
        raise NotYours
    done = await _rung(request, alarm)
    status = HTTPStatus.NO_CONTENT if done.well else HTTPStatus.SERVICE_UNAVAILABLE
    return web.Response(status=status)


# --- what all of them need --------------------------------------------------------------------


async def _officer(tx: Tx, seat: Seat) -> Member:
    """Who sits there, as it stands in this transaction. Raises NotYours unless they read tips."""
    member = await access.member_of(tx, seat.session)
    if member is None or not member.reads_tips:
        raise NotYours
    return member


async def _theirs(tx: Tx, officer: Member, fields: Mapping[str, str]) -> Alarm | None:
    try:
        alarm = await alarms.by_id(tx, bytes.fromhex(fields.get("alarm", "")))
    except ValueError:
        return None
    return alarm if alarm is not None and alarm.staff == officer.id else None


async def _of_browser(tx: Tx, request: web.Request) -> Alarm | None:
    """The alarm that this browser's cookie names."""
    try:
        key = bytes.fromhex(access.cookie(request, "desk-bell"))
    except ValueError:
        return None
    return await alarms.by_id(tx, key) if key else None


async def _end(tx: Tx, request: web.Request, by: bytes, alarm: Alarm) -> None:
    if await alarms.unlink(tx, alarm.id):
        await _note(tx, request, Act.UNLINKED, by, alarm)


async def _note(tx: Tx, request: web.Request, act: Act, by: bytes, alarm: Alarm) -> None:
    now, note = request.app[PARTS].clock(), f"{alarm.path} {alarm.staff.hex()}"
    await audit.write(tx, act, staff=by, minute=now, note=note)
