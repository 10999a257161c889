"""How staff come in and go: password and one-time code, enrolment links, signing out."""

import asyncio
import re
from contextlib import suppress
from http import HTTPStatus
from ipaddress import ip_address

import segno
from aiohttp import web

from bot.logs import Event, note
from bot.web import (
    access,
    desk_bell,
    desk_search,
    desk_sessions,
    session_list,
)
from bot.web.access import NotYours, Session, checked_form
from bot.web.desk_pages import (
    guarded,
    guest_language,
    guest_token,
    lost,
    page,
    said,
    see_other,
)
from bot.web.parts import PARTS, Parts
from handlers.languages import Language
from handlers.moderators.accounts import MOST_LETTERS, weakness
from handlers.screens import Say
from storage import audit, signing_in, staff
from storage.audit import Act
from storage.chance import new_token
from storage.crypto import hash_password
from storage.staff import Enrolment, Invitation, Member
from storage.staff_rows import ENROLMENT_HOURS
from storage.volatile import Full

DEMO_LINK_SECONDS = 24 * 3600
_PASSWORDS_AT_ONCE = 2
# Pages of ours that are looked at: a language is changed where somebody is.
_OURS = re.compile(
    r"/desk(/[a-z-]{1,20}){0,2}|/desk/tin/[0-9a-f]{32}(/[a-z-]{1,20})?"
    r"|/studio(/[a-z0-9-]{1,40}){0,4}"
)
_SEEN = {"ra": "desk.enter.out", "moi": "desk.join.done", "het": "desk.enter.expired"}

# One Argon2id check takes 64 MiB; a crowd of guesses must not take the machine.
GATE: web.AppKey[asyncio.Semaphore] = web.AppKey("password gate", asyncio.Semaphore)


def add_routes(app: web.Application) -> None:
    """The doors of the desk."""
    app[GATE] = asyncio.Semaphore(_PASSWORDS_AT_ONCE)
    app.router.add_get("/desk/vao", guarded(_show_login))
    app.router.add_post("/desk/vao", guarded(_take_password))
    app.router.add_get("/desk/vao/ma", guarded(_show_code))
    app.router.add_post("/desk/vao/ma", guarded(_take_code))
    app.router.add_get("/desk/moi/{token}", guarded(_show_enrolment))
    app.router.add_post("/desk/moi/{token}", guarded(_take_enrolment))
    app.router.add_get("/desk/thu/{token}", guarded(_demo))
    app.router.add_post("/desk/ra", guarded(_sign_out))
    app.router.add_post("/desk/tieng", guarded(_switch_language))


async def demo_link(parts: Parts, login: str) -> str:
    """The path of a log-in link for `login` that works once, within 24 hours, on this machine.

    It works only while the installation is a demo without a public address.
    """
    token = new_token()
    await parts.volatile.put("desk demo", token, login.encode(), seconds=DEMO_LINK_SECONDS)
    return f"/desk/thu/{token}"


async def _show_login(request: web.Request) -> web.Response:
    session = await access.session_of(request)
    if session is not None:
        return see_other("/desk" if session.sure else "/desk/vao/ma")
    seen = _SEEN.get(request.query.get("da", ""))
    language = guest_language(request.query.get("tieng", ""))
    return _login(request, language, said(seen) if seen else ())


async def _take_password(request: web.Request) -> web.Response:
    parts = request.app[PARTS]
    fields = await checked_form(request, access.cookie(request, "desk"))
    language = guest_language(fields.get("tieng", ""))
    login = fields.get("login", "").strip().casefold()[:40]
    async with parts.database.read() as tx:
        found = await signing_in.credentials(tx, login)
    known = found is not None and await access.remembers(request, found.member)
    # A device that was there before has a count of its own: others cannot make it wait.
    names = (
        (f"device {access.cookie(request, 'desk-device')}",)
        if known
        else (f"login {login}", f"browser {access.cookie(request, 'desk')}")
    )
    # Whoever else tries with this name cannot take the turn of a browser that has waited.
    turn = "" if known else f"{login} {access.cookie(request, 'desk')}"
    if (seconds := await access.try_now(parts, *names, turn=turn)) > 0:
        return _login(request, language, said("desk.enter.wait", seconds=seconds), login, seconds)
    password = fields.get("password", "")[: MOST_LETTERS + 1]
    async with request.app[GATE]:
        member = await asyncio.to_thread(signing_in.check_password, found, password)
    if member is None:
        note(Event.STAFF_REFUSED)
        return _login(request, language, said("desk.enter.wrong"), login)
    await access.forgive(parts, *names)
    await access.leave_behind(request)
    if known:
        return await _sign_in(request, member, language)
    half = await access.begin(parts, member, language, sure=False)
    return _with_session(parts, half, "/desk/vao/ma")


async def _show_code(request: web.Request) -> web.Response:
    session = await access.session_of(request)
    if session is None:
        return see_other("/desk/vao?da=het")
    return see_other("/desk") if session.sure else page(request, "code", language=session.language)


async def _take_code(request: web.Request) -> web.Response:
    parts = request.app[PARTS]
    session = await access.session_of(request)
    if session is None or session.sure:
        return see_other("/desk/vao?da=het" if session is None else "/desk")
    fields = await checked_form(request, session.token)
    name = f"code {session.staff}"
    if (seconds := await access.try_now(parts, name)) > 0:
        return _code(request, session, said("desk.enter.wait", seconds=seconds), seconds)
    async with parts.database.write() as tx:
        member = await access.member_of(tx, session)
        now = parts.clock()
        fits = member is not None and await signing_in.use_code(
            tx, member.id, fields.get("code", ""), now
        )
    if member is None or not fits:
        note(Event.STAFF_REFUSED)
        return _code(request, session, said("desk.enter.code_wrong"))
    await access.forgive(parts, name)
    await access.end(parts, session, everywhere=False)
    response = await _sign_in(request, member, session.language)
    if fields.get("remember"):
        access.give_cookie(parts, response, "desk-device", await access.remember(parts, member))
    return response


async def _show_enrolment(request: web.Request) -> web.Response:
    parts, token = request.app[PARTS], request.match_info["token"]
    language = guest_language(request.query.get("tieng", ""))
    async with parts.database.read() as tx:
        invited = await staff.invitation(tx, token, parts.clock())
    if invited is None:
        return await _gone(request, language)
    return _enrolment(request, language, invited)


async def _take_enrolment(request: web.Request) -> web.Response:
    parts, token = request.app[PARTS], request.match_info["token"]
    fields = await checked_form(request, access.cookie(request, "desk"))
    language, password = guest_language(fields.get("tieng", "")), fields.get("password", "")
    async with parts.database.read() as tx:
        invited = await staff.invitation(tx, token, parts.clock())
    if invited is None:
        return await _gone(request, language)
    if (weak := weakness(password, invited.member.login, invited.member.name)) is not None:
        return _enrolment(request, language, invited, f"desk.join.{weak}")
    if password != fields.get("again", ""):
        return _enrolment(request, language, invited, "desk.join.different")
    if (seconds := await access.try_now(parts, f"join {invited.member.id.hex()}")) > 0:
        return _enrolment(request, language, invited, "desk.enter.wait", seconds)
    async with request.app[GATE]:
        hashed = await asyncio.to_thread(hash_password, password)
    async with parts.database.write() as tx:
        now = parts.clock()
        done = await staff.enrol(tx, token, hashed, fields.get("code", ""), now)
        if isinstance(done, Member):
            await audit.write(tx, Act.ENROLLED, staff=done.id, minute=now)
            await _remember_use(parts, token)
    match done:
        case Enrolment.GONE:
            return await _gone(request, language)
        case Enrolment.WRONG_CODE:
            return _enrolment(request, language, invited, "desk.join.code_wrong")
        case Member():
            return see_other(f"/desk/vao?da=moi&tieng={language}")


async def _remember_use(parts: Parts, token: str) -> None:
    """So that whoever opens the link again learns that it was used, and not that it is too old."""
    with suppress(Full):
        seconds = ENROLMENT_HOURS * 3600
        await parts.volatile.put("desk joined", token, b"", seconds=seconds)


async def _gone(request: web.Request, language: Language) -> web.Response:
    """A link that opens nothing: used, replaced, withdrawn or too old."""
    parts = request.app[PARTS]
    was_used = await parts.volatile.get("desk joined", request.match_info["token"]) is not None
    status = HTTPStatus.NOT_FOUND
    return page(request, "gone", language=language, status=status, was_used=was_used)


async def _demo(request: web.Request) -> web.Response:
    parts, token = request.app[PARTS], request.match_info["token"]
    login = await parts.volatile.get("desk demo", token)
    if login is None or not parts.demo or parts.public_url or not _is_this_machine(request):
        raise NotYours
    if not await parts.volatile.drop("desk demo", token):
        # Somebody else used it a moment ago.
        raise NotYours
    async with parts.database.read() as tx:
        member = await staff.by_login(tx, login.decode())
    if member is None:
        return await lost(request)
    await access.leave_behind(request)
    return await _sign_in(request, member, Language.VI)


async def _sign_out(request: web.Request) -> web.Response:
    parts = request.app[PARTS]
    session = await access.session_of(request)
    if session is None:
        response = see_other("/desk/vao?da=ra")
        await desk_bell.sign_out(request, response, None, everywhere=False)
        return response
    fields = await checked_form(request, session.token)
    everywhere = bool(fields.get("everywhere"))
    desk_search.forget(request.app, session, everywhere=everywhere)
    await access.end(parts, session, everywhere=everywhere)
    response = see_other(f"/desk/vao?da=ra&tieng={session.language}")
    access.take_cookie(parts, response, "desk")
    if everywhere:
        access.take_cookie(parts, response, "desk-device")
    await desk_bell.sign_out(request, response, session, everywhere=everywhere)
    return response


async def _switch_language(request: web.Request) -> web.Response:
    seat = await access.seated(request)
    fields = await checked_form(request, seat.session.token)
    await access.speak(request.app[PARTS], seat.session, guest_language(fields.get("to", "")))
    # Only to a page of ours, and never to an address that somebody else wrote.
    back = fields.get("back", "")
    return see_other(back if _OURS.fullmatch(back) else "/desk")


async def _sign_in(request: web.Request, member: Member, language: Language) -> web.Response:
    parts = request.app[PARTS]
    async with parts.database.write() as tx:
        await audit.write(tx, Act.SIGNED_IN, staff=member.id, minute=parts.clock())
    note(Event.STAFF_SIGNED_IN)
    session = await access.begin(parts, member, language, sure=True)
    with suppress(Full):  # then it lives as well, and the list lacks it
        await session_list.note(parts, request, session)
    # Whoever was made to enrol anew is told before anything else.
    return _with_session(parts, session, "/desk" if member.renewed is None else desk_sessions.PAGE)


def _with_session(parts: Parts, session: Session, where: str) -> web.Response:
    response = see_other(where)
    access.give_cookie(parts, response, "desk", session.token)
    return response


def _login(
    request: web.Request,
    language: Language,
    says: tuple[Say, ...] = (),
    login: str = "",
    seconds: int = 0,
) -> web.Response:
    status = _status(says, seconds) if request.method == "POST" else HTTPStatus.OK
    token = guest_token(request)
    response = page(
        request, "login", language=language, status=status, guest=token, says=says, login=login
    )
    access.give_cookie(request.app[PARTS], response, "desk", token)
    return response


def _code(
    request: web.Request, session: Session, says: tuple[Say, ...], seconds: int = 0
) -> web.Response:
    return page(
        request, "code", language=session.language, status=_status(says, seconds), says=says
    )


def _enrolment(
    request: web.Request,
    language: Language,
    invited: Invitation,
    problem: str | None = None,
    seconds: int = 0,
) -> web.Response:
    says = said(problem, seconds=seconds) if problem else ()
    token = guest_token(request)
    picture = segno.make(invited.address, error="m").svg_inline(scale=4, border=4, light="#fff")
    response = page(
        request,
        "join",
        language=language,
        status=_status(says, seconds),
        guest=token,
        says=says,
        invited=invited,
        picture=picture,
        secret=" ".join(invited.secret[at : at + 4] for at in range(0, len(invited.secret), 4)),
    )
    access.give_cookie(request.app[PARTS], response, "desk", token)
    return response


def _status(says: tuple[Say, ...], seconds: int) -> HTTPStatus:
    if seconds:
        return HTTPStatus.TOO_MANY_REQUESTS
    return HTTPStatus.UNPROCESSABLE_ENTITY if says else HTTPStatus.OK


def _is_this_machine(request: web.Request) -> bool:
    try:
        return ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
