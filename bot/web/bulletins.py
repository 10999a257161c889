"""The bulletins as pages: for everybody, without a cookie; what was chosen is in the address."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.channels import webchat
from bot.web.near import found_near
from bot.web.parts import PARTS, Parts
from bot.web.printing import file_of
from bot.web.rendering import RENDERER, page
from bot.web.views import guess_language
from broadcasts import audience, citing, wording
from broadcasts.checks import cited_by
from broadcasts.derived.origin import Form, Standing, is_whole, standing_of
from handlers import alphabet
from handlers.bulletins import Topic, Urgency
from handlers.folding import clean
from handlers.languages import Language
from handlers.laws.changes import Change, Changes, in_force
from handlers.places import Place
from handlers.subscriptions import Span, span_of
from storage import bell, law_changes, published, units
from storage.published import Published

PAGE = "/ban-tin"
FEED = f"{PAGE}/atom"
ON_A_PAGE = 20
TO_TAKE = (Form.CARD, Form.LEAFLET, Form.SHEET, Form.POST)
"""What everybody may fetch; the script for loudspeakers is for whoever runs one."""
_MOST = 400
_LASTS = timedelta(seconds=5)
# Everybody sees the same in a language, so whoever stands in between may keep it for a while.
_PUBLIC = {"Cache-Control": "public, max-age=300, no-transform", "Vary": "Accept-Language"}
_ID = re.compile(r"[0-9a-f]{1,32}")
_PLACE = re.compile(r"[0-9]{2}(?:/[0-9]{5})?")
_NO_XML = re.compile("[\ufffe\uffff]")
_PROVINCE_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Filter:
    """What a reader chose, as it stands in the address; `place` is a code, empty for all places."""

    topics: frozenset[Topic] = frozenset()
    place: str = ""
    page: int = 1
    language: Language | None = None

    def query(self) -> str:
        """This filter as the end of an address."""
        told = [("topic", topic.value) for topic in Topic if topic in self.topics]
        told += [("place", self.place)] if self.place else []
        told += [("page", str(self.page))] if self.page > 1 else []
        told += [("lang", self.language.value)] if self.language else []
        return f"?{urlencode(told)}" if told else ""


@dataclass(frozen=True, slots=True)
class Item:
    """A published bulletin, with the name of its unit and where it is for."""

    id: str
    at: datetime
    unit: str
    sent: Published = field(repr=False)
    spans: tuple[Span, ...] = field(default=(), repr=False)
    laws: Changes = field(default_factory=dict, repr=False)

    def replaced(self, today: date) -> Change | None:
        """What has changed by `today` in the laws that it rests on."""
        return in_force(cited_by(self.sent.content), self.laws, today)


class Shelf:
    """What is published: the same for all, so it is asked for once in a few seconds."""

    def __init__(self) -> None:
        """Nothing was asked for yet."""
        self._when: datetime | None = None
        self._items: tuple[Item, ...] = ()

    async def items(self, parts: Parts) -> tuple[Item, ...]:
        """The newest first."""
        now = parts.clock()
        if self._when is None or not self._when <= now < self._when + _LASTS:
            self._items, self._when = await _items(parts), now
        return self._items


SHELF: web.AppKey[Shelf] = web.AppKey("shelf", Shelf)


def add_routes(app: web.Application) -> None:
    """The list, one bulletin, and the feed of the list."""
    app[SHELF] = Shelf()
    app.router.add_get(PAGE, show_list)
    app.router.add_get(FEED, show_feed)
    app.router.add_get(PAGE + "/{bulletin}", show_one)


async def show_list(request: web.Request) -> web.Response:
    """GET /ban-tin?topic=wages&place=48: what fits, and the form to choose by. A place that is not
    in its list is typed: `near=ba tri`.
    """
    chosen, typed = filter_of(request), request.query.get("near", "")
    near = found_near(typed, request.app[PARTS].places())
    if near.place:
        chosen = replace(chosen, place=near.place, page=1)
    fitting = await _fitting(request, chosen)
    last = max(1, -(-len(fitting) // ON_A_PAGE))
    at = min(chosen.page, last)
    parts = request.app[PARTS]
    place = parts.places().by_code(chosen.place.rpartition("/")[2])
    return public_page(
        request,
        "bulletins/list.html",
        chosen,
        items=fitting[(at - 1) * ON_A_PAGE : at * ON_A_PAGE],
        topics=list(Topic),
        chosen=chosen,
        provinces=_provinces(parts),
        place=place,
        near=near,
        at_place=lambda code: replace(chosen, place=code, page=1).query(),
        newer=replace(chosen, page=at - 1).query() if at > 1 else None,
        older=replace(chosen, page=at + 1).query() if at < last else None,
        push_key=parts.push_key,
        feed=FEED + replace(chosen, page=1).query(),
    )


async def show_one(request: web.Request) -> web.Response:
    """GET /ban-tin/ID: all of it; one whose time is over says so."""
    parts = request.app[PARTS]
    item = await found_item(request)
    if item is None:
        raise web.HTTPNotFound
    async with parts.database.read() as tx:
        listed = await bell.listed(tx, parts.clock().astimezone(parts.timezone))
    chosen = Filter(language=webchat.wanted_language(request.query))
    language = language_of_page(request, chosen)
    title, rest = told(item, language)
    today = today_of(parts)
    values: dict[str, Any] = {"item": item, "title": title, "rest": rest}
    values["expired"], values["replaced"] = _is_expired(item, today), item.replaced(today)
    values["bells"] = wording.bells_of(listed, language)
    values["source"] = citing.source(item.sent.content.source, language)
    may_be_taken = standing_on(item, today) is Standing.VALID
    can_be_made = may_be_taken and is_whole(item.sent.content, language)
    values["files"] = [(form, file_of(form)) for form in TO_TAKE] if can_be_made else []
    return public_page(request, "bulletins/one.html", chosen, **values)


def standing_on(item: Item, today: date) -> Standing:
    """Whether a published bulletin may still be given out."""
    is_replaced = item.replaced(today) is not None
    return standing_of(item.sent.content, today, is_free=True, is_replaced=is_replaced)


async def found_item(request: web.Request) -> Item | None:
    """The published bulletin that the address names."""
    known = request.match_info["bulletin"]
    if not _ID.fullmatch(known):
        return None
    async with request.app[PARTS].database.read() as tx:
        sent = await published.one(tx, known)
        if sent is None:
            return None
        name, changes = await units.name_of(tx, sent.unit), await law_changes.known(tx)
        return Item(sent.id, sent.at, name, sent, laws=changes)


async def show_feed(request: web.Request) -> web.Response:
    """GET /ban-tin/atom?…: the list as Atom (RFC 4287), for whoever wants to be told."""
    parts, chosen = request.app[PARTS], replace(filter_of(request), page=1)
    language = language_of_page(request, chosen)
    items = (await _fitting(request, chosen))[:ON_A_PAGE]
    texts = parts.texts[language]
    newest = items[0].at if items else datetime(2026, 1, 1, tzinfo=parts.timezone)
    values = {
        "language": language,
        "base": parts.public_url or f"{request.scheme}://{request.host}",
        "name": texts.get("page.bulletins.title"),
        "chosen": chosen,
        "lang": f"?lang={language}",
        "updated": newest.isoformat(),
        "entries": [(item, *map(_as_xml, told(item, language))) for item in items],
    }
    text = request.app[RENDERER].render("bulletins/atom.xml", texts.get, values)
    return web.Response(text=text, content_type="application/atom+xml", headers=_PUBLIC)


def told(item: Item, language: Language) -> tuple[str, str]:
    """Title and text in `language`, as the channels and groups of its unit get it."""
    content = item.sent.content
    title = content.wording(language).title.strip()
    whole = wording.post_of(content, language, item.unit)
    return title, whole.removeprefix(title).strip()


async def _items(parts: Parts) -> tuple[Item, ...]:
    async with parts.database.read() as tx:
        found = await published.newest(tx, _MOST)
        tree = await units.tree(tx) if found else None
        names = {each.unit: await units.name_of(tx, each.unit) for each in found}
        changes = await law_changes.known(tx)
    items = []
    for each in found:
        unit = tree.get(each.unit) if tree is not None else None
        area = audience.area(unit, each.content.scope, parts.places()) if unit else None
        spans = area.spans if isinstance(area, audience.Area) else ()
        items.append(Item(each.id, each.at, names[each.unit], each, spans, changes))
    return tuple(items)


async def _fitting(request: web.Request, chosen: Filter) -> list[Item]:
    parts = request.app[PARTS]
    today = today_of(parts)
    every = await request.app[SHELF].items(parts)
    return [each for each in every if _holds(each, today) and _fits(each, chosen)]


def _holds(item: Item, today: date) -> bool:
    """Whether what it says may be told to somebody who did not ask for this one."""
    return not _is_expired(item, today) and item.replaced(today) is None


def _fits(item: Item, chosen: Filter) -> bool:
    """By the rules of a subscription: an alert is there for whoever chose alerts, too."""
    content = item.sent.content
    topics = {content.topic}
    if content.urgency is not Urgency.ORDINARY:
        topics.add(Topic.ALERTS)
    if chosen.topics and not topics & chosen.topics:
        return False
    return not chosen.place or _meets(span_of(chosen.place), item.spans)


def _meets(wanted: Span, spans: Iterable[Span]) -> bool:
    return any(span.first <= wanted.last and wanted.first <= span.last for span in spans)


def _is_expired(item: Item, today: date) -> bool:
    expires = item.sent.content.expires_on
    return expires is not None and expires < today


def filter_of(request: web.Request) -> Filter:
    """Whatever is not known in the address is passed over."""
    query = request.query
    given = set(query.getall("topic", []))
    place = query.get("place", "")
    places = request.app[PARTS].places()
    is_place = _PLACE.fullmatch(place) is not None and audience.is_place(place, places)
    number = query.get("page", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 4
    return Filter(
        topics=frozenset(topic for topic in Topic if topic.value in given),
        place=place if is_place else "",
        page=max(1, int(number)) if is_number else 1,
        language=webchat.wanted_language(query),
    )


def language_of_page(request: web.Request, chosen: Filter) -> Language:
    """The language of the address, else of the browser."""
    return chosen.language or guess_language(request, {})


def public_page(request: web.Request, template: str, asked: Filter, **values: Any) -> web.Response:
    """A page for everybody: nothing in it is of the visitor's talk, whatever their cookies say."""
    zone = request.app[PARTS].timezone

    def shown_day(when: datetime) -> str:
        return f"{when.astimezone(zone):%d/%m/%Y}"

    response = page(
        request,
        template,
        language_of_page(request, asked),
        csrf="",
        named=f"?lang={asked.language}" if asked.language else "",
        in_language={each: replace(asked, language=each).query() for each in Language},
        shown_day=shown_day,
        **values,
    )
    response.headers.update(_PUBLIC)
    return response


def _provinces(parts: Parts) -> list[Place]:
    every = parts.places().of_today.values()
    found = [place for place in every if len(place.code) == _PROVINCE_DIGITS]
    return alphabet.by_name(found, attrgetter("bare_name"))


def today_of(parts: Parts) -> date:
    """The local day."""
    return parts.clock().astimezone(parts.timezone).date()


def _as_xml(text: str) -> str:
    """Without the signs that no XML may hold, however they are written."""
    return _NO_XML.sub("", clean(text))
