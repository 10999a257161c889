"""The desk's list of tips."""

from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from bot.web import desk_bell
from bot.web.access import Seat, seated
from bot.web.desk_pages import guarded, page, said, see_other
from bot.web.parts import PARTS
from handlers.roles import Role
from handlers.screens import Say, say
from handlers.tips import Status
from storage import alarms, aside, cases, desk_groups, exporting, units
from storage.cases import Card
from storage.database import Tx

PAGE_SIZE = 100
FILTERS: Final[Mapping[str, Callable[[Card], bool]]] = {
    "all": lambda _: True,
    "open": lambda card: card.status is not Status.CLOSED,
    "mine": lambda card: card.mine,
    "closed": lambda card: card.status is Status.CLOSED,
}


def add_routes(app: web.Application) -> None:
    """GET /desk."""
    app.router.add_get("/desk", guarded(_list))


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
    async with parts.database.read() as tx:
        found = await cases.cards(tx, seat.member.id, parts.clock())
        waiting = await aside.waiting(tx, seat.member.id, parts.clock())
        troubles = await _troubles(tx, seat)
        silent = await _silent(tx, seat)
        asked = len(await exporting.waiting(tx, seat.member.id, parts.clock()))
        bell_on = await desk_bell.is_on(tx, request, seat.member)
    which = request.query.get("xem", "all")
    which = which if which in FILTERS else "all"
    chosen = [card for card in found if FILTERS[which](card)]
    pages = max(1, -(-len(chosen) // PAGE_SIZE))
    number = min(max(_number(request.query.get("trang", "1")), 1), pages)
    return page(
        request,
        "list",
        language=seat.language,
        seat=seat,
        says=said("desk.export.line", count=asked) if asked else (),
        cards=chosen[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
        count=len(chosen),
        which=which,
        filters=tuple(FILTERS),
        number=number,
        pages=pages,
        mark=cases.mark_of((*found, *waiting)),
        waiting=len(waiting),
        troubles=troubles,
        silent=silent,
        **desk_bell.card(request, is_on=bell_on),
    )


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
