"""The studio's downloads: every form of a bulletin or of a text of the library, drafts marked."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from aiohttp import web

from bot.web.access import NotYours, Seat
from bot.web.bulletins import PAGE as PUBLIC_PAGE
from bot.web.bulletins import today_of
from bot.web.desk_pages import guarded
from bot.web.parts import PARTS, Parts
from bot.web.printing import FILE, answer, file_of, form_of, home_of, pressed
from bot.web.studio_pages import BULLETIN, broadcaster, page, theirs, title_of
from broadcasts import library
from broadcasts.checks import cited_by
from broadcasts.derived.origin import FREE, Form, Origin, Refused, is_whole, standing_of
from broadcasts.derived.told import told
from handlers.bulletins import Content
from handlers.languages import Language
from handlers.laws.changes import in_force
from handlers.roles import Role
from storage import editors, law_changes, published, released_texts, units

LIBRARY = "/studio/thu-vien"
_TEXT = "{text:[a-z0-9_]{1,40}}"


def add_routes(app: web.Application) -> None:
    """GET /studio/tin/ID/tai-ve/the.png?lang=vi and so on, and the same below a library text."""
    app.router.add_get(f"/studio/tin/{BULLETIN}/tai-ve/{FILE}", guarded(_of_bulletin))
    app.router.add_get(f"{LIBRARY}/{_TEXT}/tai-ve", guarded(_show_text))
    app.router.add_get(f"{LIBRARY}/{_TEXT}/tai-ve/{FILE}", guarded(_of_text))


def offered(content: Content, where: str) -> Mapping[Language, list[tuple[Form, str]]]:
    """Every form with its address below `where`, by language; none where words are missing."""
    return {
        language: [
            (form, f"{where}/tai-ve/{file_of(form)}?{urlencode({'lang': language.value})}")
            for form in Form
        ]
        for language in Language
        if is_whole(content, language)
    }


async def _of_bulletin(request: web.Request) -> web.Response:
    seat, parts = await broadcaster(request), request.app[PARTS]
    async with parts.database.read() as tx:
        bulletin = await theirs(tx, seat, request.match_info["bulletin"])
        unit = await units.name_of(tx, bulletin.unit)
        is_read = await published.one(tx, bulletin.id) is not None
        changes = await law_changes.known(tx)
    content, base, today = bulletin.content, parts.public_url, today_of(parts)
    is_replaced = in_force(cited_by(content), changes, today) is not None
    is_free = bulletin.stage in FREE
    standing = standing_of(content, today, is_free=is_free, is_replaced=is_replaced)
    # What was not sent yet has no page: a code on paper that leads nowhere helps nobody.
    address = f"{base}{PUBLIC_PAGE}/{bulletin.id}" if base and is_read else ""
    origin = Origin(content, bulletin.id, unit, home_of(base), address, standing)
    return await _file(request, seat, origin, f"/studio/tin/{bulletin.id}")


async def _show_text(request: web.Request) -> web.Response:
    """What can be fetched of a text of the library."""
    seat, parts = await broadcaster(request), request.app[PARTS]
    origin = await _text(request, seat)
    content = origin.content
    return page(
        request,
        "text_files",
        seat,
        title=title_of(content, seat.language),
        warning=told(origin, seat.language).warning,
        files=offered(content, f"{LIBRARY}/{origin.name}"),
        has_address=bool(parts.public_url),
        # A text of the library has no page of its own, and needs no hint that it will have one.
        is_read=True,
    )


async def _of_text(request: web.Request) -> web.Response:
    seat = await broadcaster(request)
    origin = await _text(request, seat)
    return await _file(request, seat, origin, f"{LIBRARY}/{origin.name}/tai-ve")


async def _text(request: web.Request, seat: Seat) -> Origin:
    """The text that the address names. A draft is for whoever compares it with the gazette, and for
    nobody else. Raises NotYours.
    """
    parts, text = request.app[PARTS], library.texts().get(request.match_info["text"])
    if text is None:
        raise NotYours
    async with parts.database.read() as tx:
        waits, changes = text.waits(await released_texts.seals(tx)), await law_changes.known(tx)
        if waits and not await editors.is_editor(tx, seat.member.id):
            raise NotYours
    content, today = text.content, today_of(parts)
    is_replaced = in_force(cited_by(content), changes, today) is not None
    standing = standing_of(content, today, is_free=not waits, is_replaced=is_replaced)
    unit = await _own_unit(parts, seat)
    return Origin(content, text.id, unit, home_of(parts.public_url), "", standing)


async def _own_unit(parts: Parts, seat: Seat) -> str:
    """The name of the one unit where they write or approve; empty where that is none or many."""
    async with parts.database.read() as tx:
        own = {unit for unit, role in seat.member.grants if role in {Role.AUTHOR, Role.APPROVER}}
        if len(own) != 1:
            return ""
        return await units.name_of(tx, own.pop())


async def _file(request: web.Request, seat: Seat, origin: Origin, back: str) -> web.Response:
    form = form_of(request.match_info["file"])
    language = Language.EN if request.query.get("lang") == Language.EN else Language.VI
    found = await pressed(request, form, origin, language)
    if isinstance(found, Refused):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return page(request, "no_file", seat, status=status, why=found.why, form=form, back=back)
    return answer(found)
