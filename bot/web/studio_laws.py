"""The page of laws that another one has replaced; whoever broadcasts reads it, editors write it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web

from bot.web.access import Seat, Stopped, checked_form
from bot.web.desk_pages import guarded, said
from bot.web.parts import PARTS
from bot.web.studio_pages import broadcaster, page, reach
from broadcasts import library
from broadcasts.checks import cited_by
from handlers import laws
from handlers.broadcasters import drafts
from handlers.folding import clean, one_line
from handlers.laws.changes import Change, is_possible, known, same, touching
from handlers.screens import Say
from storage import bulletins, editors, law_changes
from storage.database import Tx
from storage.law_changes import Noted

PAGE = "/studio/luat"
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of a form; `fields` is what was typed, where it was not taken."""

    says: tuple[Say, ...] = ()
    status: int = HTTPStatus.OK
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


def add_routes(app: web.Application) -> None:
    """GET and POST /studio/luat."""
    app.router.add_get(PAGE, guarded(_show))
    app.router.add_post(PAGE, guarded(_act))


async def _show(request: web.Request) -> web.Response:
    return await _page(request, await broadcaster(request), _Answer())


async def _act(request: web.Request) -> web.Response:
    seat, parts = await broadcaster(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    if fields.get("do") == "keep":
        number = fields.get("number", "")
        async with parts.database.write() as tx:
            done = await law_changes.keep(tx, seat.member.id, number, parts.clock())
        return await _page(request, seat, _told(done, {}, "kept", number=number))
    if fields.get("do") != "replace":
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    read = read_change(fields)
    if isinstance(read, Say):
        unread = _Answer((read,), HTTPStatus.UNPROCESSABLE_ENTITY, fields)
        return await _page(request, seat, unread)
    async with parts.database.write() as tx:
        done = await law_changes.replace(tx, seat.member.id, read, parts.clock())
    since = f"{read.since:%d/%m/%Y}"
    answer = _told(done, fields, "noted", number=read.number, since=since)
    return await _page(request, seat, answer)


def read_change(fields: Mapping[str, str]) -> Change | Say:
    """The change that was typed (`number`, `by`, `since`), or what is wrong with it."""
    typed = _SPACES.sub("", clean(fields.get("number", "")))[: law_changes.MOST_LETTERS + 1]
    numbers = laws.numbers_in(typed.upper())
    by = one_line(fields.get("by", ""))
    wrote = fields.get("since", "")[:40]
    since = drafts.day_in(wrote)
    if numbers != (typed.upper(),) or len(typed) > law_changes.MOST_LETTERS:
        return said("studio.laws.no.number", typed=typed)[0]
    if not by or len(by) > law_changes.MOST_WORDS:
        return said("studio.laws.no.by")[0]
    if same(typed) in {same(each) for each in laws.numbers_in(by.upper())}:
        return said("studio.laws.no.same")[0]
    if since is None:
        return said("studio.laws.no.since", typed=wrote)[0]
    if not is_possible(typed, since):
        return said("studio.laws.no.day", typed=wrote)[0]
    ours = {same(number): number for number in laws.load()}
    return Change(ours.get(same(typed), numbers[0]), by, since)


def _told(done: Noted, fields: Mapping[str, str], key: str, **told: str) -> _Answer:
    if done is Noted.DONE:
        return _Answer(said(f"studio.laws.{key}", **told))
    return _Answer(said(f"studio.laws.no.{done}"), HTTPStatus.CONFLICT, fields)


async def _page(request: web.Request, seat: Seat, answer: _Answer) -> web.Response:
    parts = request.app[PARTS]
    async with parts.database.read() as tx:
        told = await law_changes.every(tx)
        counts = await _resting_on(tx, seat, [each.change for each in told])
        edits = await editors.is_editor(tx, seat.member.id)
    today = parts.clock().astimezone(parts.timezone).date()
    return page(
        request,
        "laws",
        seat,
        status=answer.status,
        says=answer.says,
        told=told,
        counts=counts,
        edits=edits,
        fields=answer.fields,
        today=today,
        path=PAGE,
        most=law_changes.MOST_WORDS,
        name=_name,
    )


async def _resting_on(tx: Tx, seat: Seat, told: list[Change]) -> dict[str, int]:
    """How many texts of the library, and bulletins that this member sees, rest on each."""
    changes = known(told)
    mine = await bulletins.of_units(tx, await reach(tx, seat))
    every = [text.content for text in library.texts().values()]
    every += [bulletin.content for bulletin in mine]
    counts = {each.number: 0 for each in told}
    for content in every:
        for change in touching(cited_by(content), changes):
            if change.number in counts:
                counts[change.number] += 1
    return counts


def _name(number: str) -> str:
    """What people call a document, where we know it."""
    document = laws.load().get(number)
    return f"{document.vi} {number}" if document is not None else number
