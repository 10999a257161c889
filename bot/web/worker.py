"""The worker's pages: one screen at a time, a block to keep, the quick exit."""

from aiohttp import web

from bot.channels import Arrival, webchat
from bot.naming import is_known
from bot.web import sessions, turns
from bot.web.handing import hand
from bot.web.padding import leave_as_it_is, padded_text
from bot.web.parts import PARTS
from bot.web.rendering import page
from bot.web.uploads import BUDGET, Form
from bot.web.views import ADDRESSES, Extra, guess_language, language_of, talk_page, visit
from handlers.events import Command, Commanded

_MOST_KEPT_CHARACTERS = 4000


def add_routes(app: web.Application) -> None:
    """All of the worker's pages; `bot/web/stream.py` has the live one."""
    app.router.add_get("/", show)
    app.router.add_post("/", turns.talk)
    for address in ADDRESSES.values():
        app.router.add_get(address, show)
    app.router.add_post("/giu", save)
    app.router.add_get("/tep/{number:[0-9]{1,6}}", give_file)
    app.router.add_get("/thoat", ask_to_leave)
    app.router.add_post("/thoat", leave)


async def show(request: web.Request) -> web.Response:
    """GET / and the pages with an address of their own.

    Without a talk they are shown as to anybody, and neither a talk nor a cookie begins. In a talk a
    command is a turn; the draft stays. HEAD changes nothing.
    """
    at = next((at for at, address in ADDRESSES.items() if address == request.path), Command.START)
    inbound = request.app[PARTS].inbound
    session = sessions.session_of(request)
    answer = await inbound.look(webchat.NAME, session) if session else None
    if session is None or answer is None or not answer.turn:
        return await visit(request, guess_language(request, request.query), Extra(at))
    if at is not Command.START and request.method == "GET":
        number = f"{answer.turn}.{at}"
        answer = await inbound.receive(Arrival(webchat.NAME, session, number, Commanded(at)))
    return talk_page(request, answer, session)


async def save(request: web.Request) -> web.Response:
    """POST /giu: a block worth keeping comes back as a text file; nothing is looked up."""
    form = await _whole(request)
    session = sessions.session_of(request)
    if session is None or not sessions.is_form_token(session, form.fields.get("csrf", "")):
        raise web.HTTPForbidden
    text = form.fields.get("text", "")[:_MOST_KEPT_CHARACTERS]
    headers = {"Content-Disposition": 'attachment; filename="ghi-nho.txt"'}
    response = web.Response(
        body=padded_text(text), content_type="text/plain", charset="utf-8", headers=headers
    )
    leave_as_it_is(response)
    return response


async def give_file(request: web.Request) -> web.Response:
    """GET /tep/<number>: a file that the unit sent, to whoever has the thread open in this browser.

    The number is its place in that thread; without the talk it says nothing.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise web.HTTPNotFound
    session, number = sessions.session_of(request), int(request.match_info["number"])
    inbound = request.app[PARTS].inbound
    found = await inbound.unit_file(webchat.NAME, session, number) if session else None
    if found is None or not is_known(found.mime):
        raise web.HTTPNotFound
    return hand(request, found.data, found.mime)


async def ask_to_leave(request: web.Request) -> web.Response:
    """GET /thoat: nothing is dropped by opening an address; the button does it."""
    return page(request, "worker/leave.html", await language_of(request))


async def leave(request: web.Request) -> web.Response:
    """POST /thoat: the quick exit. Everything of the talk is dropped, here and in the browser.

    A form may not be redirected to another site under our policy; the page goes on by itself.
    """
    await _whole(request)
    session = sessions.session_of(request)
    language = await language_of(request)
    response = page(request, "worker/gone.html", language)
    if session:
        # The cookie comes with our own pages only (SameSite), and the frame has refused others.
        await turns.forget(request.app[PARTS], session)
        sessions.drop(request, response)
    if session or request.headers.get("Sec-Fetch-Site") == "same-origin":
        # Without either it might be another site's form, by which staff would be signed out.
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


async def _whole(request: web.Request) -> Form:
    form = Form(request, request.app[BUDGET])
    await form.begin()
    await form.drain()
    return form
