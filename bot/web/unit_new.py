"""The administrators' page that adds one unit below another; its keys are made, its desk is not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web

from bot.web.access import NotYours, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import guarded, page, see_other
from bot.web.parts import PARTS
from bot.web.unit_edit_page import LETTERS, MOST_CHOICES
from bot.web.unit_words import Wording, faults, label_of, refused
from handlers.folding import one_line
from handlers.routing import Unit, UnitKind
from handlers.screens import Say, say
from handlers.tree import Tree
from handlers.unit_checks import ID_LETTERS
from handlers.unit_editing import Section, typed
from storage import staff, unit_editing, units
from storage.unit_editing import Declined, Ready, Refused, Why
from storage.unit_standing import Wrong

PAGE = "/desk/don-vi/moi"
_MOST_TYPED = 100


@dataclass(frozen=True, slots=True)
class _Tried:
    """What was typed and not kept, and why."""

    fields: Mapping[str, str] = field(repr=False)
    says: tuple[Say, ...] = ()
    faults: Mapping[str, tuple[Say, ...]] = field(default_factory=dict)
    found: tuple[tuple[str, str], ...] = ()


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/don-vi/moi."""
    app.router.add_get(PAGE, guarded(_show))
    app.router.add_post(PAGE, guarded(_add))


async def _show(request: web.Request) -> web.Response:
    seat = await seated(request)
    return await _page(request, seat, request.query.get("tren", ""), _Tried({}))


async def _add(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    above = fields.get("parent", "")
    words = fields.get("find", "")[:_MOST_TYPED]
    # The enter key presses [Find] too, which is the first button.
    wants = fields.get("do") == "find" or words != fields.get("find-of", "")
    if words.strip() and wants:
        found = tuple(label_of(parts.places().find(words, MOST_CHOICES)))
        key = "desk.edit.tick" if found else "desk.edit.not_found.places"
        tried = _Tried(fields, (say(key, words=words),), found=found)
        return await _page(request, seat, above, tried)
    unit = _unit(fields)
    async with parts.database.write() as tx:
        at_once = fields.get("at_once") == "1"
        done = await unit_editing.add(tx, seat.member.id, unit, parts.clock(), at_once=at_once)
    if isinstance(done, Ready):
        added = "to" if unit.kind is UnitKind.BOARDING else "1"
        return see_other(f"/desk/don-vi/sua/{unit.id}?moi={added}")
    return await _page(request, seat, above, await _tried(request, seat, fields, done))


def _unit(fields: Mapping[str, str]) -> Unit:
    """Raises Stopped for a kind that no page of ours offers."""
    told = typed(Section.STANDING, fields)
    places = typed(Section.PLACES, fields) or {}
    codes = places.get("places")
    if told is None:
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    return Unit(
        id=one_line(fields.get("id", "")),
        parent=fields.get("parent", ""),
        kind=UnitKind(str(told["kind"])),
        name=one_line(fields.get("name", "")),
        places=frozenset(codes) if isinstance(codes, list) else frozenset(),
        inside_company=bool(told["inside_company"]),
        hours=one_line(fields.get("hours", "")),
        contact=one_line(fields.get("contact", "")),
    )


async def _tried(
    request: web.Request, seat: Seat, fields: Mapping[str, str], done: Refused
) -> _Tried:
    match done:
        case Wrong():
            return _Tried(fields, faults=faults(done))
        case Declined(why=Why.NOT_YOURS):
            raise NotYours
        case Declined():
            _, tree = await _tree(request, seat)
            return _Tried(fields, refused(done, _wording(request, seat, tree)))
        case _:
            return _Tried(fields)


async def _page(request: web.Request, seat: Seat, above: str, tried: _Tried) -> web.Response:
    reach, tree = await _tree(request, seat)
    if not above:
        own = (unit for unit, _ in sorted(seat.member.grants) if unit in reach)
        above = next(own, "")
    parent = tree.get(above) if above in reach else None
    if parent is None:
        raise NotYours
    wording, refused_now = _wording(request, seat, tree), bool(tried.says or tried.faults)
    codes = (typed(Section.PLACES, tried.fields) or {}).get("places")
    return page(
        request,
        "unit_new",
        language=seat.language,
        seat=seat,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused_now else HTTPStatus.OK,
        says=tried.says,
        parent=parent,
        typed=tried.fields or {"id": _fresh(tree, parent)},
        faults=tried.faults,
        found=tried.found,
        places=[(code, wording.place(code)) for code in codes] if isinstance(codes, list) else [],
        kinds=_kinds(parent),
        letters={**LETTERS, "id": ID_LETTERS},
    )


async def _tree(request: web.Request, seat: Seat) -> tuple[frozenset[str], Tree]:
    """Raises NotYours for whoever looks after nobody's people."""
    async with request.app[PARTS].database.read() as tx:
        reach, tree = await staff.units_run_by(tx, seat.member.id), await units.tree(tx)
    if not reach or tree is None:
        raise NotYours
    return reach, tree


def _kinds(parent: Unit) -> tuple[UnitKind, ...]:
    return (UnitKind.POLICE,) if parent.kind is UnitKind.POLICE else tuple(UnitKind)


def _fresh(tree: Tree, parent: Unit) -> str:
    """An id that nobody has yet; it may be written over."""
    number = len(tree.children(parent.id)) + 1
    while tree.get(f"{parent.id}-{number}") is not None:
        number += 1
    return f"{parent.id}-{number}"[:ID_LETTERS]


def _wording(request: web.Request, seat: Seat, tree: Tree) -> Wording:
    parts = request.app[PARTS]
    return Wording(parts.texts[seat.language], tree, parts.places())
