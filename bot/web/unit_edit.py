"""The administrators' page of one unit: each section is saved by itself, a change that leaves
somebody without a unit only after a second look.
"""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus

from aiohttp import web

from bot.web.access import NotYours, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import guarded, page, said, see_other
from bot.web.parts import PARTS
from bot.web.unit_edit_page import EDIT, Part, searched, show
from bot.web.unit_finding import PAGE as LIST
from bot.web.unit_words import Wording, faults, moved, refused
from handlers.screens import Say
from handlers.unit_editing import FIELDS, FIELDS_OF, Section, fingerprint, typed
from storage import unit_editing
from storage.unit_editing import Declined, Edit, Ready, Refused, Shown, Stale, Why
from storage.unit_standing import Wrong

_MOST_DIGITS = 12
_ADDED = {"1": "desk.edit.added", "to": "desk.edit.added_boarding"}


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/don-vi/sua/<unit>."""
    app.router.add_get(EDIT, guarded(_show))
    app.router.add_post(EDIT, guarded(_do))


async def _show(request: web.Request) -> web.Response:
    seat = await seated(request)
    added = _ADDED.get(request.query.get("moi", ""))
    says = said(added) if added else ()
    return await show(request, seat, request.match_info["unit"], says=says)


async def _do(request: web.Request) -> web.Response:
    seat = await seated(request)
    fields = await checked_form(request, seat.session.token)
    match fields.get("do", ""):
        case "find" | "save" | "sure" | "again":
            return await _section(request, seat, fields)
        case "put_back" | "put_back_sure":
            return await _put_back(request, seat, fields)
        case "remove" | "remove_sure":
            return await _remove(request, seat, fields)
        case _:
            raise Stopped(status=HTTPStatus.BAD_REQUEST)


async def _section(request: web.Request, seat: Seat, fields: Mapping[str, str]) -> web.Response:
    unit, todo = request.match_info["unit"], fields["do"]
    section = next((each for each in Section if each == fields.get("section")), None)
    wanted = typed(section, fields) if section is not None else None
    if section is None or wanted is None:
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    shown = await _looked(request, seat, unit)
    part = Part(section, {**shown.values, **wanted}, fields.get("seen", ""), typed=True)
    words = fields.get("find", "")
    # Who typed a name and pressed [Save] meant that name; what was looked for already is done with.
    unread = words.strip() and words != fields.get("find-of", "")
    if todo == "find" or (todo == "save" and unread):
        part = await searched(request, part, shown, words)
        return await show(request, seat, unit, part=part)
    if todo == "again":
        return await show(request, seat, unit, part=part)
    edit = Edit(unit, wanted, part.seen)
    done, is_saved = await _changed(request, seat, edit, sure=todo == "sure")
    if isinstance(done, Ready):
        if is_saved:
            return await show(request, seat, unit, says=said("desk.edit.saved"), at=section)
        return await _weigh(request, seat, shown, done, {**fields, "do": ""}, "sure")
    return await _refused(request, seat, part, done, shown)


async def _changed(
    request: web.Request, seat: Seat, edit: Edit, *, sure: bool
) -> tuple[Ready | Refused, bool]:
    """What came of it, and whether it was saved: a change with effects waits for a second look."""
    parts, admin = request.app[PARTS], seat.member.id
    if not sure:
        async with parts.database.read() as tx:
            found = await unit_editing.weigh(tx, admin, edit, parts.clock())
        if not isinstance(found, Ready) or found.effects.is_serious:
            return found, False
    # A tip that is filed meanwhile must not be sealed to a unit that is turning into another kind.
    async with parts.database.write(alone="kind" in edit.wanted) as tx:
        return await unit_editing.change(tx, admin, edit, parts.clock()), True


async def _refused(
    request: web.Request, seat: Seat, part: Part, done: Refused, shown: Shown
) -> web.Response:
    """Nothing of what was typed is lost."""
    wording = _wording(request, seat, shown)
    match done:
        case Wrong():
            told = faults(done)
            elsewhere = tuple(
                say
                for name, says in told.items()
                if name not in FIELDS_OF[part.section]
                for say in says
            )
            part = replace(part, faults=told, says=elsewhere)
        case Stale():
            names, now = FIELDS_OF[part.section], done.shown.values
            theirs = [
                (wording.texts.get(f"desk.edit.field.{name}"), wording.told(name, now[name]))
                for name in names
            ]
            part = replace(
                part, seen=fingerprint(now, names), theirs=theirs, says=said("desk.edit.stale")
            )
        case Declined(why=Why.NOT_YOURS):
            raise NotYours
        case Declined(why=Why.SAME):
            same = said("desk.edit.no.same")
            return await show(request, seat, shown.unit.id, says=same, at=part.section)
        case Declined():
            part = replace(part, says=refused(done, wording))
    status = HTTPStatus.CONFLICT if isinstance(done, Stale) else HTTPStatus.UNPROCESSABLE_ENTITY
    return await show(request, seat, shown.unit.id, part=part, status=status)


async def _put_back(request: web.Request, seat: Seat, fields: Mapping[str, str]) -> web.Response:
    unit, digits = request.match_info["unit"], fields.get("number", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    async with request.app[PARTS].database.read() as tx:
        edit = await unit_editing.former(tx, seat.member.id, unit, int(digits))
    if edit is None:
        raise NotYours
    shown = await _looked(request, seat, unit)
    sure = fields["do"] == "put_back_sure"
    if sure:
        # The second look was at this state, and not at one that somebody made meanwhile.
        edit = replace(edit, seen=fields.get("seen", ""))
    done, is_saved = await _changed(request, seat, edit, sure=sure)
    if isinstance(done, Ready):
        if is_saved:
            return await show(request, seat, unit, says=said("desk.edit.was_put_back"))
        kept = {"number": digits, "seen": edit.seen}
        return await _weigh(request, seat, shown, done, kept, "put_back_sure")
    return await _top(request, seat, shown, done)


async def _remove(request: web.Request, seat: Seat, fields: Mapping[str, str]) -> web.Response:
    parts, unit, admin = request.app[PARTS], request.match_info["unit"], seat.member.id
    shown = await _looked(request, seat, unit)
    if fields["do"] == "remove":
        edit = Edit(unit, {}, fingerprint(shown.values, FIELDS))
        async with parts.database.read() as tx:
            found = await unit_editing.weigh_removal(tx, admin, edit, parts.clock())
        if isinstance(found, Ready):
            return await _weigh(request, seat, shown, found, {"seen": edit.seen}, "remove_sure")
        return await _top(request, seat, shown, found)
    async with parts.database.write(alone=True) as tx:
        edit = Edit(unit, {}, fields.get("seen", ""))
        done = await unit_editing.remove(tx, admin, edit, parts.clock())
    if isinstance(done, Ready):
        return see_other(f"{LIST}?o={shown.unit.parent}&da-xoa=1")
    return await _top(request, seat, shown, done)


async def _top(request: web.Request, seat: Seat, shown: Shown, done: Refused) -> web.Response:
    """The page as it stands, and why nothing was done."""
    says: tuple[Say, ...] = ()
    match done:
        case Wrong():
            says = tuple(say for each in faults(done).values() for say in each)
        case Stale():
            says = said("desk.edit.stale_all")
        case Declined(why=Why.NOT_YOURS):
            raise NotYours
        case Declined():
            says = refused(done, _wording(request, seat, shown))
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return await show(request, seat, shown.unit.id, says=says, status=status)


async def _weigh(
    request: web.Request,
    seat: Seat,
    shown: Shown,
    found: Ready,
    kept: Mapping[str, str],
    todo: str,
) -> web.Response:
    """What it does to others, before it is done; `kept` are the fields of the form."""
    wording, change = _wording(request, seat, shown), found.difference
    return page(
        request,
        "unit_weigh",
        language=seat.language,
        seat=seat,
        unit=shown.unit,
        turned=wording.turned(change.before or {}, change.after or {}) if change.after else (),
        gone=change.after is None,
        effects=found.effects,
        moved=moved(found.effects.losses, wording),
        wording=wording,
        kept={name: value for name, value in kept.items() if name not in ("do", "guard")},
        todo=todo,
    )


async def _looked(request: web.Request, seat: Seat, unit: str) -> Shown:
    async with request.app[PARTS].database.read() as tx:
        shown = await unit_editing.look(tx, seat.member.id, unit)
    if shown is None:
        raise NotYours
    return shown


def _wording(request: web.Request, seat: Seat, shown: Shown) -> Wording:
    parts = request.app[PARTS]
    return Wording(parts.texts[seat.language], shown.tree, parts.places())
