"""Channels and groups that receive bulletins: their codes, their end, and posts in doubt."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from bot.web.access import Seat, Stopped, checked_form
from bot.web.desk_pages import guarded
from bot.web.parts import PARTS
from bot.web.studio_pages import broadcaster, every_unit, page, reach, title_of
from bot.web.unit_narrowing import narrowed
from handlers.bulletins import Topic
from handlers.languages import Language
from handlers.screens import Say, say
from storage import audit, bulletins, desk_codes, outlet_posts, outlets, sendings, units
from storage.audit import Act
from storage.database import Tx
from storage.desk_codes import CodeKind
from storage.outlets import Outlet
from storage.sendings import Sending


@dataclass(frozen=True, slots=True)
class _By:
    """Who changes something, at which units they may, and when."""

    member: bytes
    reach: frozenset[str]
    now: datetime


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of a form; `code` is shown once."""

    said: Say
    well: bool = True
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class _Held:
    """One sending's posts of which it is not known whether they stand there."""

    sending: Sending
    title: str
    places: tuple[Outlet, ...]


def add_routes(app: web.Application) -> None:
    """GET and POST /studio/kenh."""
    app.router.add_get("/studio/kenh", guarded(_show))
    app.router.add_post("/studio/kenh", guarded(_change))


async def _show(request: web.Request) -> web.Response:
    return await _page(request, await broadcaster(request), None)


async def _change(request: web.Request) -> web.Response:
    seat, parts = await broadcaster(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    todo = _TODO.get(fields.get("do", ""))
    if todo is None:
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    async with parts.database.write() as tx:
        by = _By(seat.member.id, await reach(tx, seat), parts.clock())
        done = await todo(tx, by, fields)
    return await _page(request, seat, done)


async def _code(tx: Tx, by: _By, fields: Mapping[str, str]) -> _Done:
    unit = fields.get("unit", "")
    if unit not in by.reach:
        return _no("unit")
    code = await desk_codes.make(tx, CodeKind.OUTLET, unit, by.now)
    await _note(tx, by, Act.CODE_MADE, unit, "outlet")
    name = await units.name_of(tx, unit)
    return _Done(say("studio.outlets.shown", unit=name), code=f"/ketnoi {code}")


async def _remove(tx: Tx, by: _By, fields: Mapping[str, str]) -> _Done:
    known = await outlets.by_id(tx, _number(fields.get("outlet", "")))
    if known is None or known.unit not in by.reach:
        return _no("outlet")
    await outlets.remove(tx, known.id)
    await _note(tx, by, Act.UNLINKED, known.unit, f"outlet {known.id}")
    return _Done(say("studio.outlets.done.removed"))


async def _choose(tx: Tx, by: _By, fields: Mapping[str, str]) -> _Done:
    known = await outlets.by_id(tx, _number(fields.get("outlet", "")))
    if known is None or known.unit not in by.reach:
        return _no("outlet")
    language = Language.EN if fields.get("language") == Language.EN else Language.VI
    topics = frozenset(each for each in Topic if fields.get(f"topic_{each}"))
    hold = bool(fields.get("hold"))
    await outlets.choose(tx, known.id, language=language, topics=topics, hold_doubt=hold)
    note = f"outlet {known.id} {language} hold {int(hold)} topics {len(topics)}"
    await _note(tx, by, Act.DESK_CHANGED, known.unit, note)
    return _Done(say("studio.outlets.done.saved"))


async def _resend(tx: Tx, by: _By, fields: Mapping[str, str]) -> _Done:
    return await _decide(tx, by, fields, again=True)


async def _leave(tx: Tx, by: _By, fields: Mapping[str, str]) -> _Done:
    return await _decide(tx, by, fields, again=False)


async def _decide(tx: Tx, by: _By, fields: Mapping[str, str], *, again: bool) -> _Done:
    sending = _number(fields.get("sending", ""))
    mine = {each.id: each.unit for each in await outlets.of_units(tx, by.reach)}
    wanted = [each.outlet for each in await outlet_posts.held(tx, mine) if each.sending == sending]
    met = await (outlet_posts.resend if again else outlet_posts.leave)(tx, sending, wanted)
    if not met:
        return _no("held")
    act = Act.RESUMED if again else Act.CANCELLED
    await _note(tx, by, act, mine[wanted[0]], f"outlets of sending {sending}")
    return _Done(say("studio.outlets.done.resent" if again else "studio.outlets.done.left"))


_TODO: Mapping[str, Callable[[Tx, _By, Mapping[str, str]], Awaitable[_Done]]] = {
    "code": _code,
    "remove": _remove,
    "choose": _choose,
    "resend": _resend,
    "leave": _leave,
}


async def _page(request: web.Request, seat: Seat, done: _Done | None) -> web.Response:
    async with request.app[PARTS].database.read() as tx:
        own = await reach(tx, seat)
        tree = await every_unit(tx)
        shown = narrowed(request, tree, own)
        known = await outlets.of_units(tx, own)
        held = await _held(tx, seat, known)
    return page(
        request,
        "outlets",
        seat,
        status=HTTPStatus.OK if done is None or done.well else HTTPStatus.UNPROCESSABLE_ENTITY,
        says=(done.said,) if done else (),
        code=done.code if done else "",
        units=shown.units,
        narrowed=shown,
        names={each.unit: unit.name for each in known if (unit := tree.get(each.unit))},
        outlets=known,
        held=held,
        topics=tuple(Topic),
        languages=tuple(Language),
    )


async def _held(tx: Tx, seat: Seat, known: tuple[Outlet, ...]) -> tuple[_Held, ...]:
    by_id = {each.id: each for each in known}
    places: dict[int, list[Outlet]] = {}
    for post in await outlet_posts.held(tx, by_id):
        places.setdefault(post.sending, []).append(by_id[post.outlet])
    found = []
    for number, where in places.items():
        sending = await sendings.by_id(tx, number)
        content = (
            await bulletins.content_of(tx, sending.bulletin, sending.version) if sending else None
        )
        if sending is not None and content is not None:
            found.append(_Held(sending, title_of(content, seat.language), tuple(where)))
    return tuple(found)


async def _note(tx: Tx, by: _By, act: Act, unit: str, note: str) -> None:
    await audit.write(tx, act, staff=by.member, unit=unit, minute=by.now, note=note)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _no(key: str) -> _Done:
    return _Done(say(f"studio.outlets.no.{key}"), well=False)
