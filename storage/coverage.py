"""Who may see where the tips of which communes go. What they see holds no tip, only units."""

import asyncio
from dataclasses import dataclass, field

from handlers import coverage as report
from handlers.coverage import Standing
from handlers.places import Place
from handlers.roles import OVERSEERS, Role
from handlers.routing import WHOLE_COUNTRY, Tree
from handlers.tips import Status
from storage import atlas, staff, subscribers, unit_effects, units
from storage.cards import records
from storage.database import Tx

SEEN_BY = OVERSEERS | {Role.ADMINISTRATOR}
"""Whoever gives out roles, leads a desk or looks after desks sees where one is missing."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a report is made of: the tree with its desks of today, the communes of today, and the
    units that whoever asks has to do with.
    """

    tree: Tree = field(repr=False)
    communes: tuple[Place, ...] = field(repr=False)
    units: frozenset[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Gaps:
    """What no unit but the highest one is there for: so many of all `communes` (of at least one
    category), open tips whose unit is no more, and subscribers (in tens, upwards) at places that no
    other unit covers. `lost` are the ids of units that cover a code which is no place today.
    """

    uncovered: int
    communes: int
    tips: int
    subscribers: int
    lost: tuple[str, ...]


async def of_member(tx: Tx, member: bytes) -> Looked | None:
    """For this member, as their roles stand in this transaction; None: no right, or no units."""
    mine = frozenset[str]()
    for role in SEEN_BY:
        mine |= await staff.units_under(tx, member, role)
    return await _looked(tx, mine) if mine else None


async def of_all(tx: Tx) -> Looked | None:
    """For whoever has the server's command line; None before the first import of units."""
    tree = await units.tree(tx)
    return await _looked(tx, frozenset({tree.root.id})) if tree is not None else None


async def gaps(tx: Tx) -> Gaps | None:
    """For the doctor, who looks after the whole house; None before the first import of units."""
    looked = await of_all(tx)
    if looked is None:
        return None
    tree, places = looked.tree, await atlas.current(tx)
    found = await asyncio.to_thread(report.of, tree, looked.communes)
    near, many = unit_effects.served(tree), await subscribers.by_place(tx)
    far = [each for each in many if each != WHOLE_COUNTRY]
    far = [each for each in far if not unit_effects.is_near(each, near, places)]
    known = places.of_today.keys() | {WHOLE_COUNTRY}
    return Gaps(
        sum(one.standing is Standing.NONE for one in found.served.values()),
        len(found.served),
        sum(
            each.status is not Status.CLOSED and tree.get(each.unit) is None
            for _, each, _ in await records(tx)
        ),
        unit_effects.in_tens(sum(many[code] for code in far)),
        tuple(unit.id for unit in tree.all if not unit.places <= known),
    )


async def _looked(tx: Tx, mine: frozenset[str]) -> Looked | None:
    tree = await units.tree(tx)
    if tree is None:
        return None
    return Looked(tree, unit_effects.communes_of(await atlas.current(tx)), mine)
