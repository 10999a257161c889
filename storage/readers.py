"""Who may read a tip: the one rule that is asked wherever a tip is sealed to a unit, its record is
written, or it is opened for somebody. It holds for every role, and for whatever comes later.
"""

from collections.abc import Collection

from handlers import routing
from handlers.routing import UnitKind
from storage import units
from storage.database import Tx
from storage.record import Record


class NotForPolice(Exception):
    """A police unit would be responsible for a tip, or would read one that may not go there."""


class NeverReads(Exception):
    """A boarding-house group would be responsible for a tip, or read one."""


class ShutOut(Exception):
    """A unit would read a tip that must not see it, or that stands below one that must not."""


async def check(tx: Tx, known: Record) -> None:
    """Raises NeverReads, NotForPolice. No tip is a boarding-house group's, whatever its worker
    allows. A police unit is never responsible for a tip, nor next to be, and reads it only while
    `police_may_read` is true; why it is not, nobody knows here.
    """
    others = await units.beside_the_union(tx, {known.unit, *known.sealed_to})
    if UnitKind.BOARDING in others.values():
        raise NeverReads
    police = {each for each, kind in others.items() if kind is UnitKind.POLICE}
    if police & {known.unit, known.behind} or (police and not known.police_may_read):
        raise NotForPolice


async def check_sealing(tx: Tx, known: Record, before: Record | None = None) -> None:
    """The same, and raises ShutOut for a reader that the worker shut out; the highest unit is the
    last answer to everything and cannot be. Who read the tip as it was `before`, and is shut out
    only because the units changed since, reads on: else it could not go to anybody any more.
    """
    await check(tx, known)
    out = (await shut_out(tx, known.excluded)).intersection(known.sealed_to)
    if out and before is not None:
        said_since = await shut_out(tx, known.excluded - before.excluded)
        had = await shut_out(tx, before.excluded)
        out -= had.intersection(before.readers) - said_since
    if out:
        raise ShutOut


async def shut_out(tx: Tx, excluded: frozenset[str]) -> frozenset[str]:
    """All units that must not see a tip of which these are excluded."""
    tree = await units.tree(tx) if excluded else None
    return routing.barred(tree, excluded) - {tree.root.id} if tree is not None else frozenset()


async def reading(tx: Tx, known: Record, mine: Collection[str]) -> frozenset[str]:
    """Those of the units `mine`, all of one member, that may read the tip."""
    return among(known, mine, await units.police_among(tx, mine))


def among(known: Record, mine: Collection[str], police: Collection[str]) -> frozenset[str]:
    """The same, where it is known which of them are `police`. Who serves there reads nothing that
    may not go there, by another unit of theirs either.
    """
    if police and not known.police_may_read:
        return frozenset()
    return frozenset(mine).intersection(known.readers)


def has_stepped_back(known: Record, member: bytes) -> bool:
    """Whether this member said that the tip is not for them to see: no role lets them read it any
    more, at whatever unit.
    """
    return member.hex() in known.recused


async def beside(tx: Tx, known: Record) -> tuple[str, ...]:
    """The names of those that read a tip beside the unit that is responsible for it: units that had
    it before, and the police. Its worker is told.
    """
    others = [each for each in known.readers if each != known.unit]
    return tuple([await units.name_of(tx, each) for each in others])
