"""The handbook as pages: for everybody, without a talk or a cookie; no search is in an address."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.channels import webchat
from bot.web.parts import PARTS, Parts
from bot.web.rendering import page
from bot.web.uploads import BUDGET, Form
from bot.web.views import guess_language
from handlers.folding import clean
from handlers.handbook import Article, Handbook
from handlers.languages import Language
from handlers.laws.changes import replaced_by
from handlers.worker.handbook import PAGES
from storage import law_changes

CHECKS = f"{PAGES}/tu-kiem-tra"
LONGEST_QUERY = 60
_NEAREST = 5
_LASTS = timedelta(minutes=1)
# Everybody sees the same in a language, so whoever stands in between may keep it for a while.
_PUBLIC = {"Cache-Control": "public, max-age=3600, no-transform", "Vary": "Accept-Language"}


@dataclass(frozen=True, slots=True)
class _Search:
    """What somebody looked for, and what is there for it; `is_near`: not all of the words are."""

    words: str = field(default="", repr=False)
    found: tuple[Article, ...] = ()
    is_near: bool = False


class Shelf:
    """Which laws are replaced: the same for all, so it is asked for once in a minute."""

    def __init__(self) -> None:
        """Nothing was asked for yet."""
        self._when: datetime | None = None
        self._replaced: frozenset[str] = frozenset()

    async def book(self, parts: Parts, language: Language) -> Handbook:
        """The handbook as it counts today."""
        now = parts.clock()
        today = now.astimezone(parts.timezone).date()
        if self._when is None or not self._when <= now < self._when + _LASTS:
            async with parts.database.read() as tx:
                self._replaced = replaced_by(today, await law_changes.known(tx))
            self._when = now
        return parts.handbooks[language].current(today, self._replaced)


SHELF: web.AppKey[Shelf] = web.AppKey("handbook", Shelf)


def add_routes(app: web.Application) -> None:
    """The shelves, a search, one article, one list to check by."""
    app[SHELF] = Shelf()
    app.router.add_get(PAGES, show_shelves)
    app.router.add_post(PAGES, search)
    app.router.add_get(CHECKS + "/{address}", show_checklist)
    app.router.add_get(PAGES + "/{article}", show_article)


async def show_shelves(request: web.Request) -> web.Response:
    """GET /so-tay/doc: all titles, shelf by shelf."""
    language = _language(request)
    return await _list(request, language, _Search())


async def search(request: web.Request) -> web.Response:
    """POST /so-tay/doc: what was typed stands in no address, so in no history and no log of who
    passes it on, and is kept nowhere. The answer is kept by nobody, either.
    """
    form = Form(request, request.app[BUDGET])
    await form.begin()
    await form.drain()
    language = webchat.wanted_language(form.fields) or _language(request)
    words = clean(form.fields.get("words", ""))[:LONGEST_QUERY]
    book = await _book(request, language)
    found = book.search(words)
    near = () if found else book.nearest(words)[:_NEAREST]
    response = await _list(request, language, _Search(words, found or near, is_near=not found))
    response.headers["Cache-Control"] = "no-store, no-transform"
    return response


async def show_article(request: web.Request) -> web.Response:
    """GET /so-tay/doc/wages: one article; one that does not count any more is not there."""
    language = _language(request)
    article = (await _book(request, language)).article(request.match_info["article"])
    if article is None:
        raise web.HTTPNotFound
    return _public(request, "handbook/one.html", language, article=article)


async def show_checklist(request: web.Request) -> web.Response:
    """GET /so-tay/doc/tu-kiem-tra/nha-tro: to print, or to tick; no tick leaves the browser."""
    language = _language(request)
    wanted = request.match_info["address"]
    lists = (await _book(request, language)).checklists
    listed = next((each for each in lists if each.page == wanted), None)
    if listed is None:
        raise web.HTTPNotFound
    return _public(request, "handbook/check.html", language, listed=listed)


async def _list(request: web.Request, language: Language, searched: _Search) -> web.Response:
    book = await _book(request, language)
    values = {"book": book, "searched": searched, "checks": CHECKS, "longest": LONGEST_QUERY}
    return _public(request, "handbook/list.html", language, **values)


async def _book(request: web.Request, language: Language) -> Handbook:
    return await request.app[SHELF].book(request.app[PARTS], language)


def _language(request: web.Request) -> Language:
    return guess_language(request, request.query)


def _public(request: web.Request, template: str, language: Language, **values: Any) -> web.Response:
    """A page for everybody: nothing in it is of the visitor's talk, whatever their cookies say."""
    named = webchat.wanted_language(request.query) or (
        language if language is not guess_language(request, {}) else None
    )
    response = page(
        request,
        template,
        language,
        csrf="",
        named=f"?lang={named}" if named else "",
        in_language={each: f"{request.path}?lang={each}" for each in Language},
        pages=PAGES,
        **values,
    )
    response.headers.update(_PUBLIC)
    return response
