"""A published bulletin to take along: card, leaflet and post, for everybody, without a cookie."""

from http import HTTPStatus

from aiohttp import web

from bot.channels import webchat
from bot.web.bulletins import (
    PAGE,
    TO_TAKE,
    Filter,
    Item,
    found_item,
    language_of_page,
    public_page,
    standing_on,
    today_of,
)
from bot.web.parts import PARTS
from bot.web.printing import FILE, answer, form_of, home_of, pressed
from broadcasts.derived.origin import Origin, Refused, Standing
from handlers.screens import Say

_KEPT = {"Cache-Control": "public, max-age=300, no-transform", "Vary": "Accept-Language"}


def add_routes(app: web.Application) -> None:
    """GET /ban-tin/ID/the.png and so on; `?lang=` as for the page."""
    app.router.add_get(f"{PAGE}/{{bulletin}}/{FILE}", fetch)


async def fetch(request: web.Request) -> web.Response:
    """The file; one whose time is over is not given out, and what cannot be made says why."""
    parts, form = request.app[PARTS], form_of(request.match_info["file"])
    item = await found_item(request)
    if item is None or form not in TO_TAKE:
        raise web.HTTPNotFound
    chosen = Filter(language=webchat.wanted_language(request.query))
    origin = origin_of(item, parts.public_url)
    standing = standing_on(item, today_of(parts))
    if standing is not Standing.VALID:
        is_old = standing is Standing.EXPIRED
        why = Say("page.files.expired" if is_old else "page.files.replaced")
        return _none(request, chosen, item, why, HTTPStatus.GONE)
    found = await pressed(request, form, origin, language_of_page(request, chosen))
    if isinstance(found, Refused):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _none(request, chosen, item, Say("page.files.refused"), status)
    response = answer(found)
    response.headers.update(_KEPT)
    return response


def origin_of(item: Item, public_url: str | None) -> Origin:
    """A published bulletin as what its forms are made of."""
    page = f"{public_url}{PAGE}/{item.id}" if public_url else ""
    return Origin(item.sent.content, item.id, item.unit, home_of(public_url), page)


def _none(
    request: web.Request, chosen: Filter, item: Item, why: Say, status: HTTPStatus
) -> web.Response:
    texts = request.app[PARTS].texts[language_of_page(request, chosen)]
    values = {"item": item, "why": texts.say(why)}
    response = public_page(request, "bulletins/no_file.html", chosen, **values)
    response.set_status(status)
    return response
