"""The administrators' page that finds a unit: by name, id or place, or step by step in the tree."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from bot.web.access import NotYours, Seat, seated
from bot.web.desk_pages import guarded, page, said
from bot.web.parts import PARTS
from handlers import alphabet, unit_finding
from handlers.roles import Role
from handlers.tree import Tree, Unit
from handlers.unit_finding import MOST_FOUND
from storage import staff, units

PAGE = "/desk/don-vi/cac-don-vi"
FIELD = "tim"
"""What is searched for; `o` is the unit below which one looks, `tu` where its list goes on."""
_MOST_TYPED = 80
_MOST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class _Part:
    """What is shown: what `typed` words found, or what stands below `here`, from `start` on."""

    found: tuple[Unit, ...]
    typed: str = ""
    more: bool = False
    here: Unit | None = None
    start: int = 0


def add_routes(app: web.Application) -> None:
    """GET /desk/don-vi/cac-don-vi."""
    app.router.add_get(PAGE, guarded(_show))


async def _show(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    async with parts.database.read() as tx:
        reach = await staff.units_run_by(tx, seat.member.id)
        tree = await units.tree(tx)
    if not reach or tree is None:
        raise NotYours
    typed = request.query.get(FIELD, "")[:_MOST_TYPED]
    if typed.strip():
        part = await asyncio.to_thread(_found, request, tree, reach, typed)
    else:
        part = _below(request, seat, tree, reach)
    path = [*reversed(tree.ancestors(part.here.id)), part.here] if part.here is not None else []
    return page(
        request,
        "unit_list",
        language=seat.language,
        seat=seat,
        says=said("desk.edit.removed") if "da-xoa" in request.query else (),
        part=part,
        trail=[unit for unit in path if unit.id in reach],
        found=[
            (
                unit,
                [each.name for each in reversed(tree.ancestors(unit.id))],
                len(tree.children(unit.id)),
            )
            for unit in part.found
        ],
        most=MOST_FOUND,
    )


def _found(request: web.Request, tree: Tree, reach: frozenset[str], typed: str) -> _Part:
    places = request.app[PARTS].places().find(typed)
    found, more = unit_finding.find(tree, typed, places, lambda unit: unit.id in reach)
    return _Part(found, typed, more)


def _below(request: web.Request, seat: Seat, tree: Tree, reach: frozenset[str]) -> _Part:
    tops = _tops(seat, tree, reach)
    asked = request.query.get("o", "")
    if asked and asked not in reach:
        raise NotYours
    here = tree.get(asked) if asked else (tops[0] if len(tops) == 1 else None)
    if here is None:
        return _Part(tops)
    digits = request.query.get("tu", "0")
    right = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    start = int(digits) if right else 0
    found = unit_finding.below(tree, here.id, start)
    return _Part(found[:MOST_FOUND], more=len(found) > MOST_FOUND, here=here, start=start)


def _tops(seat: Seat, tree: Tree, reach: frozenset[str]) -> tuple[Unit, ...]:
    """Where their part of the tree begins."""
    own = {unit for unit, role in seat.member.grants if role is Role.ADMINISTRATOR}
    found = [unit for key in own if (unit := tree.get(key)) is not None]
    tops = [unit for unit in found if unit.parent not in reach]
    return tuple(alphabet.by_name(tops, lambda unit: unit.name))
