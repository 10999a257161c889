"""Free words at the desk: they come by a form and are in no address, log or store; what a search
opened is wiped when its officer signs out.
"""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from bot.web import desk_facets
from bot.web.access import NotYours, Seat, Session, checked_form, seated
from bot.web.desk_list import leaf
from bot.web.desk_pages import guarded, page, see_other
from bot.web.parts import PARTS
from handlers.listing import Choice, read
from handlers.searching import MOST_LETTERS, Where, needles
from storage import search
from storage.chance import new_token
from storage.search import Found
from storage.shelves import SHELF_SECONDS, Shelves

PAGE = "/desk/tim"
SHELVES: web.AppKey[Shelves] = web.AppKey("shelves", Shelves)


def add_routes(app: web.Application) -> None:
    """POST /desk/tim; whoever comes by an address finds the list."""
    app[SHELVES] = Shelves()
    app.router.add_get(PAGE, guarded(_start))
    app.router.add_post(PAGE, guarded(_search))


def forget(app: web.Application, session: Session | None, *, everywhere: bool) -> None:
    """Wipe what the searches of a session opened; `everywhere`, of all sessions of its member."""
    if session is None:
        return
    app[SHELVES].end(session.token)
    if everywhere:
        app[SHELVES].end_all_of(bytes.fromhex(session.staff))


async def _start(request: web.Request) -> web.Response:
    await seated(request)
    return see_other(desk_facets.PAGE)


async def _search(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    if not seat.member.reads_tips:
        raise NotYours
    fields = await checked_form(request, seat.session.token)
    choice, looked_for = read(fields), needles(fields.get("words", ""))
    if not looked_for:
        return _page(request, seat, fields, choice, None)
    shelves = request.app[SHELVES]
    shelves.tidy(parts.clock())
    asyncio.get_running_loop().call_later(SHELF_SECONDS + 1, lambda: shelves.tidy(parts.clock()))
    found = await search.find(
        parts.database,
        shelves,
        seat.session.token,
        seat.member.id,
        looked_for,
        parts.clock(),
    )
    return _page(request, seat, fields, choice, found)


def _page(
    request: web.Request,
    seat: Seat,
    fields: Mapping[str, str],
    choice: Choice,
    found: Found | None,
) -> web.Response:
    """What was found; None: what was typed says nothing, or too much."""
    narrowed = found.seen.narrowed(choice).left if found is not None else ()
    hits: Mapping[bytes, frozenset[Where]] = found.hits if found is not None else {}
    lines = [line for line in narrowed if line.tip in hits]
    shown = leaf(lines, fields.get("trang", ""))
    words = fields.get("words", "")
    return page(
        request,
        "search",
        language=seat.language,
        seat=seat,
        status=HTTPStatus.OK if found is not None else HTTPStatus.UNPROCESSABLE_ENTITY,
        words=words,
        too_long=len(words) > MOST_LETTERS,
        searched=found is not None,
        cards=found.seen.cards(shown.lines) if found is not None else (),
        where={
            line.tip: [each for each in Where if each in hits[line.tip]] for line in shown.lines
        },
        beyond=len(hits) - len(lines),
        unopened=found.unopened if found is not None else 0,
        count=len(lines),
        choice=choice,
        within=desk_facets.leaves_out(choice),
        address=desk_facets.address,
        once=new_token,
        number=shown.number,
        pages=shown.pages,
    )
