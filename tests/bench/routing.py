"""How many tips a second find their reader in a tree as large as the country, beside the same rules
said plainly, which look at every unit.
"""

import random
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from handlers.places import Place
from handlers.routing import Tree, excludable, insiders, reader
from handlers.tips import Category
from handlers.tree import Today
from storage.atlas import of_the_program
from tests import national
from tests.bench import measuring
from tests.bench.measuring import QUICK, Size
from tests.plain_routing import Plain

NAMES = ("routings",)
_ASKED, _QUICK_ASKED, _ASKED_PLAINLY = 50_000, 2_000, 20
_FORMER = ("bình dương", "quận 9", "thủ đức", "huyện quế võ", "bà rịa vũng tàu", "ba tri")
_CATEGORIES = tuple(Category)


class Bench(Protocol):
    """What is wanted, on which database, and where to tell it."""

    @property
    def names(self) -> frozenset[str]: ...
    @property
    def size(self) -> Size: ...
    @property
    def database(self) -> str: ...

    def say(
        self,
        name: str,
        value: float,
        unit: str,
        against: float,
        what: str,
        quantile: str = "",
        **beside: object,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known of a tip when its reader is looked for."""

    category: Category
    place: Place
    excluded: frozenset[str]
    picked: str | None
    danger: bool


def measure(bench: Bench) -> None:
    """Routings a second; no database is asked, so that one of them is enough."""
    if "routings" not in bench.names or bench.database != "sqlite":
        return
    tree, many = _tree(), _QUICK_ASKED if bench.size is QUICK else _ASKED
    asked = _mixed(tree, many)
    begun = perf_counter()
    found = [_route(tree, each) for each in asked]
    taken = perf_counter() - begun
    plain, few = Plain(tree.all), asked[:_ASKED_PLAINLY]
    begun = perf_counter()
    same = [_route_plainly(plain, each) for each in few]
    taken_plainly = perf_counter() - begun
    assert found[: len(same)] == same
    bench.say(
        "routings",
        many / taken,
        "routings/s",
        len(few) / taken_plainly,
        "routings/s of the same rules that look at every unit",
        units=len(tree.all),
        p99_us=round(measuring.quantile(_each(tree, asked), 0.99) * 1_000_000, 1),
    )


def _route(tree: Tree, each: _Asked) -> str:
    return reader(
        tree,
        each.category,
        each.place,
        excluded=each.excluded,
        picked=each.picked,
        danger=each.danger,
    ).id


def _route_plainly(plain: Plain, each: _Asked) -> str:
    return plain.reader(
        each.category,
        each.place,
        excluded=each.excluded,
        picked=each.picked,
        danger=each.danger,
    ).id


def _each(tree: Tree, asked: list[_Asked]) -> list[float]:
    taken = []
    for each in asked:
        begun = perf_counter()
        _route(tree, each)
        taken.append(perf_counter() - begun)
    return taken


def _tree() -> Tree:
    """Nine of ten units have a desk, two of three an alarm."""
    dice = random.Random(9)
    bare = Tree.of(national.units())
    return bare.with_today(
        {unit.id: Today(dice.random() < 0.9, dice.random() < 0.66) for unit in bare.all}
    )


def _mixed(tree: Tree, many: int) -> list[_Asked]:
    """Most tips name a commune, some a former unit of many; one in four shuts somebody out, one in
    ten is in danger, one in ten is meant for somebody of the company.
    """
    dice, finder = random.Random(9), of_the_program()
    today = tuple(finder.of_today.values())
    former = tuple(place for typed in _FORMER for place in finder.find(typed))
    asked = []
    for _ in range(many):
        place = dice.choice(former if dice.random() < 0.15 else today)
        answers = excludable(tree, place) if dice.random() < 0.25 else ()
        people = insiders(tree, place) if dice.random() < 0.1 else ()
        asked.append(
            _Asked(
                dice.choice(_CATEGORIES),
                place,
                frozenset(dice.choice(answers).units) if answers else frozenset(),
                dice.choice(people).id if people else None,
                dice.random() < 0.1,
            )
        )
    return asked
