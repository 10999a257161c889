"""The library in the studio: what every unit may take, and the drafts that wait for an editor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from aiohttp import web

from bot.web.access import Seat, Stopped, checked_form
from bot.web.desk_pages import guarded, said
from bot.web.parts import PARTS
from bot.web.studio_pages import broadcaster, marks_of, page, title_of
from broadcasts import library
from broadcasts.library import Publish, Text
from handlers.bulletins import Topic
from handlers.laws.changes import Changes
from handlers.roles import Role
from handlers.screens import Say
from storage import editors, law_changes, released_texts, staff
from storage.database import Tx
from storage.released_texts import Release

PAGE = "/studio/thu-vien"
ALL, DRAFTS = "all", "drafts"
_OPPOSITE = {"release": "released", "take_back": "taken_back"}


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What the page shows. `given`: the drafts that were released, by the day of that."""

    usable: tuple[Text, ...]
    waiting: tuple[Text, ...]
    given: Mapping[str, date]
    writes: bool
    edits: bool
    changes: Changes


def add_routes(app: web.Application) -> None:
    """GET and POST /studio/thu-vien."""
    app.router.add_get(PAGE, guarded(_show))
    app.router.add_post(PAGE, guarded(_act))


async def _show(request: web.Request) -> web.Response:
    """All of them by their titles; those of a topic, or the drafts, in their words."""
    which = request.query.get("xem", ALL)
    return await _page(request, await broadcaster(request), (), HTTPStatus.OK, which)


async def _act(request: web.Request) -> web.Response:
    seat, parts = await broadcaster(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    do, text = fields.get("do", ""), library.texts().get(fields.get("text", ""))
    if do not in _OPPOSITE:
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    if text is None or text.publish is not Publish.CHECK:
        return await _page(request, seat, said("studio.drafts.no.unknown"), HTTPStatus.NOT_FOUND)
    why = _why_not(do, fields, text)
    if not why:
        async with parts.database.write() as tx:
            done = await _carry(tx, seat, do, text, fields, request)
        why = "" if done is Release.DONE else done.value
    if why:
        return await _page(request, seat, said(f"studio.drafts.no.{why}"), HTTPStatus.CONFLICT)
    told = said(f"studio.drafts.{_OPPOSITE[do]}", title=title_of(text.content, seat.language))
    return await _page(request, seat, told, HTTPStatus.OK)


def _why_not(do: str, fields: Mapping[str, str], text: Text) -> str:
    """What keeps a release from being written down: nobody said that they compared it, or it is not
    what stood on their page.
    """
    if do != "release":
        return ""
    if not fields.get("sure"):
        return "unsure"
    return "changed" if fields.get("seal") != text.seal else ""


async def _carry(
    tx: Tx, seat: Seat, do: str, text: Text, fields: Mapping[str, str], request: web.Request
) -> Release:
    now, member = request.app[PARTS].clock(), seat.member.id
    if do == "release":
        return await released_texts.release(tx, member, text.id, fields["seal"], now)
    return await released_texts.take_back(tx, member, text.id, now)


async def _page(
    request: web.Request, seat: Seat, says: tuple[Say, ...], status: int, which: str = DRAFTS
) -> web.Response:
    parts = request.app[PARTS]
    async with parts.database.read() as tx:
        shelf = await _shelf(tx, seat)
    today = parts.clock().astimezone(parts.timezone).date()
    topics = [each for each in Topic if any(text.content.topic is each for text in shelf.usable)]
    if which not in {*topics, *([DRAFTS] if shelf.edits else ())}:
        which = ALL
    shown = [text for text in shelf.usable if which in {ALL, text.content.topic}]
    return page(
        request,
        "library",
        seat,
        status=status,
        says=says,
        texts=shown,
        drafts=shelf.waiting if shelf.edits else (),
        which=which,
        topics=topics,
        given=shelf.given if shelf.edits else {},
        writes=shelf.writes,
        edits=shelf.edits,
        path=PAGE,
        marks=lambda content: marks_of(content, shelf.changes, today),
    )


async def _shelf(tx: Tx, seat: Seat) -> _Shelf:
    released = await released_texts.every(tx)
    seals = {each.text: each.seal for each in released}
    usable = tuple(each for each in library.texts().values() if not each.waits(seals))
    drafts = {each.id for each in usable if each.publish is Publish.CHECK}
    return _Shelf(
        usable,
        library.waiting(seals),
        {each.text: each.day for each in released if each.text in drafts},
        bool(await staff.units_under(tx, seat.member.id, Role.AUTHOR)),
        await editors.is_editor(tx, seat.member.id),
        await law_changes.known(tx),
    )
