"""How long the coverage report over the whole country takes, beside asking for each tip alone."""

import random
from dataclasses import replace
from functools import cache
from time import perf_counter

from handlers import coverage
from handlers.places import Place
from handlers.routing import Tree, UnitKind, reader
from handlers.tips import Category
from storage.atlas import of_the_program
from storage.unit_effects import communes_of
from tests import national
from tests.bench import measuring
from tests.bench.measuring import QUICK
from tests.bench.order import Bench

NAMES = ("coverage_25k",)
MOST_SECONDS = 2.0
_DESKS, _LOOKS = 500, 5


def measure(bench: Bench) -> None:
    """One figure; no database has to do with it, so it is taken beside the first one."""
    if bench.names.isdisjoint(NAMES) or bench.database != "sqlite":
        return
    tree, communes = country()
    some = communes[:200] if bench.size is QUICK else communes
    taken = []
    for _ in range(_LOOKS):
        begun = perf_counter()
        coverage.of(tree, some)
        taken.append(perf_counter() - begun)
    begun = perf_counter()
    asked = sum(_asked(tree, place) for place in some)
    bench.say(
        "coverage_25k",
        measuring.quantile(taken, 0.5),
        "s",
        perf_counter() - begun,
        f"{asked} calls of `reader`: each commune and category, in danger and not",
        units=len(tree.all),
        communes=len(some),
        most=MOST_SECONDS,
    )


@cache
def country() -> tuple[Tree, tuple[Place, ...]]:
    """25,000 units, of which 500 of the union have a desk, most of these an alarm."""
    dice = random.Random(5)
    able = [each.id for each in national.units() if each.kind is UnitKind.UNION]
    desks = {"tong", *dice.sample(able, _DESKS)}
    rung = {each for each in sorted(desks) if dice.random() < 0.7}
    units = (
        replace(each, has_desk=True, has_alarm=each.id in rung) if each.id in desks else each
        for each in national.units()
    )
    return Tree.of(units), communes_of(of_the_program())


def _asked(tree: Tree, place: Place) -> int:
    for category in Category:
        reader(tree, category, place)
        reader(tree, category, place, danger=True)
    return 2 * len(Category)
