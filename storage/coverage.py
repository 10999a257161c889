"""Who may see where the tips of which communes go. What they see holds no tip, only units."""

from dataclasses import dataclass, field

from handlers.places import Place
from handlers.roles import OVERSEERS, Role
from handlers.routing import Tree
from storage import atlas, staff, unit_effects, units
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


async def _looked(tx: Tx, mine: frozenset[str]) -> Looked | None:
    tree = await units.tree(tx)
    if tree is None:
        return None
    return Looked(tree, unit_effects.communes_of(await atlas.current(tx)), mine)
