"""The units that a page lists or lets choose: all of them where they are few; of a whole country
the highest ones, or what a search by name, id or place finds.
"""

from collections.abc import Collection
from dataclasses import dataclass

from aiohttp import web

from bot import placing
from bot.web.parts import PARTS
from handlers import narrowing, unit_finding
from handlers.routing import Tree, Unit

FIELD = "tim"
"""What is searched for, in the address: the page works without a script, and its forms keep it."""
MOST = 50
_MOST_TYPED = 80


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The units that are shown, at most MOST and those that are kept; `many` says that there are
    more than that, so that one has to search.
    """

    typed: str
    units: tuple[Unit, ...]
    many: bool


def narrowed(
    request: web.Request, tree: Tree, theirs: Collection[str], keep: Collection[str] = ()
) -> Narrowed:
    """Of the units `theirs` what is shown on this page; those in `keep`, as was chosen before, in
    any case.
    """
    typed = typed_in(request)
    if len(theirs) <= MOST:
        return Narrowed(typed, tuple(unit for unit in tree.all if unit.id in theirs), many=False)
    if typed.strip():
        places = narrowing.meanings(placing.look_up(request.app[PARTS].places(), typed.strip()))
        found, _ = unit_finding.find(tree, typed, places, lambda unit: unit.id in theirs, MOST)
    else:
        mine = [unit for unit in tree.all if unit.id in theirs]
        found = tuple(unit_finding.highest(tree, mine, MOST))
    kept = (tree.get(each) for each in keep if each in theirs)
    every = dict.fromkeys((*found, *(unit for unit in kept if unit is not None)))
    return Narrowed(typed, tuple(every), many=True)


def typed_in(request: web.Request) -> str:
    """What is searched for on this page."""
    return request.query.get(FIELD, "")[:_MOST_TYPED]
