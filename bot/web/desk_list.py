"""The desk's list of tips: narrowed, counted, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.web import desk_bell, desk_facets
from bot.web.access import Seat, seated
from bot.web.desk_pages import guarded, page, said, see_other
from bot.web.parts import PARTS
from handlers.listing import read
from handlers.roles import Role
from handlers.screens import Say, say
from storage import alarms, aside, board, cases, desk_groups, exporting, units, views
from storage.board import Line, Seen
from storage.chance import new_token
from storage.database import Tx
from storage.views import View

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a list: the lines on it, its number, and how many there are."""

    lines: Sequence[Line]
    number: int
    pages: int


def add_routes(app: web.Application) -> None:
    """GET /desk."""
    app.router.add_get(desk_facets.PAGE, guarded(_list))


def leaf(lines: Sequence[Line], asked: str) -> Leaf:
    """The page that an address asks for; the last one where there are fewer."""
    pages = max(1, -(-len(lines) // PAGE_SIZE))
    number = min(max(_number(asked), 1), pages)
    return Leaf(lines[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], number, pages)


async def _list(request: web.Request) -> web.Response:
    parts = request.app[PARTS]
    # A page that fetches by itself keeps nobody signed in.
    seat = await seated(request, quiet="X-Live" in request.headers)
    if not seat.member.reads_tips and seat.member.administers:
        return see_other("/desk/nguoi")
    if not seat.member.reads_tips and seat.member.broadcasts:
        return see_other("/studio")
    if not seat.member.reads_tips and seat.member.audits:
        return see_other("/desk/nhat-ky")
    if not seat.member.reads_tips and seat.member.sees_numbers:
        return see_other("/desk/so-lieu")
    async with parts.database.read() as tx:
        saved = views.living(await views.of_member(tx, seat.member.id, parts.clock()))
        if not request.query and (first := _opens_with(saved)) is not None:
            return see_other(desk_facets.address(first.choice))
        seen = await board.seen(tx, seat.member.id, parts.clock())
        waiting = await aside.waiting(tx, seat.member.id, parts.clock())
        troubles = await _troubles(tx, seat)
        silent = await _silent(tx, seat)
        names = await board.unit_names(tx, seen.lines)
        asked = len(await exporting.waiting(tx, seat.member.id, parts.clock()))
        bell_on = await desk_bell.is_on(tx, request, seat.member)
    choice = read(request.query)
    found = seen.narrowed(choice)
    shown = leaf(found.left, request.query.get("trang", ""))
    return page(
        request,
        "list",
        language=seat.language,
        seat=seat,
        says=said("desk.export.line", count=asked) if asked else (),
        cards=seen.cards(shown.lines),
        beneath=seen.beneath(shown.lines),
        count=len(found.left),
        choice=choice,
        quick=desk_facets.quick(seen, choice),
        boxes=desk_facets.boxes(seen, found, choice, names, parts.places()),
        orders=desk_facets.orders(choice),
        narrows=desk_facets.narrows(choice),
        within=desk_facets.leaves_out(choice),
        saved=[(view, desk_facets.address(view.choice)) for view in saved],
        address=desk_facets.address,
        without=desk_facets.without,
        once=new_token,
        number=shown.number,
        pages=shown.pages,
        mark=live_mark(seen, waiting),
        waiting=len(waiting),
        troubles=troubles,
        silent=silent,
        most_letters=views.NAME_LETTERS,
        **desk_bell.card(request, is_on=bell_on),
    )


def live_mark(seen: Seen, waiting: Sequence[cases.Card]) -> str:
    """What is another one as soon as the list is not as it was."""
    return seen.mark + cases.mark_of(waiting)


def _opens_with(saved: Sequence[View]) -> View | None:
    return next((view for view in saved if view.default), None)


async def _troubles(tx: Tx, seat: Seat) -> list[Say]:
    """What a lead has to know about the chat groups of their units."""
    led = {unit for unit, role in seat.member.grants if role is Role.LEAD}
    return [
        say(f"desk.trouble.{group.trouble}", unit=await units.name_of(tx, group.unit))
        for group in (await desk_groups.every(tx) if led else ())
        if group.trouble is not None and group.unit in led
    ]


async def _silent(tx: Tx, seat: Seat) -> list[Say]:
    """Those of a lead's units whose officers learn of nothing while the desk is closed."""
    led = {unit for unit, role in seat.member.grants if role is Role.LEAD}
    working = await alarms.reachable(tx) if led else {}
    silent = [unit for unit in sorted(led) if not working.get(unit)]
    tree = await units.tree(tx) if silent else None
    root = tree.root.id if tree else ""
    return [
        say(
            "desk.alarms.none_root" if unit == root else "desk.alarms.none",
            unit=await units.name_of(tx, unit),
        )
        for unit in silent
    ]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
