"""Where a tip goes when its unit is late, or nobody is there: up, to the union, never around it."""

from datetime import datetime

from handlers import routing
from handlers.duty import is_on
from handlers.routing import Tree, Unit
from handlers.tips import Category


def on_duty(
    tree: Tree, unit: Unit, category: Category, now: datetime, *, excluded: frozenset[str]
) -> Unit:
    """Who gets a tip in danger for which `unit` is the reader: itself while it has duty, else the
    nearest unit above that has duty and can be rung; itself again where none has.
    """
    here: Unit | None = unit
    while here is not None:
        if is_on(here.clocks.duty, now) and (here is unit or here.has_alarm):
            return here
        here = routing.second_look(tree, here.id, category, excluded=excluded, danger=True)
    return unit


def behind(tree: Tree, unit: str, category: Category, *, excluded: frozenset[str]) -> Unit | None:
    """The unit above that a tip in danger is sealed to as well, and which sees it only when `unit`
    did not come in time: the next one up that may read and can be rung; None where nobody is left.
    """
    up = routing.second_look(tree, unit, category, excluded=excluded, danger=True)
    return up if up is not None and up.has_desk and up.has_alarm else None
