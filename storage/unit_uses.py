"""What needs a unit, so that it is neither removed nor made one of another kind meanwhile."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from sqlalchemy import select

from handlers.bulletins import Stage
from storage import agreement_rows, record
from storage.database import Tx
from storage.tables import bots, bulletins, grants, tips

_TO_BE_SENT = (Stage.PROPOSED, Stage.APPROVED)


class Use(StrEnum):
    """What a unit is needed for."""

    STAFF = "staff"
    AGREEMENTS = "agreements"
    BULLETINS = "bulletins"
    BOT = "bot"
    TIPS = "tips"


Uses = Mapping[str, frozenset[Use]]


async def of(tx: Tx, some: Collection[str]) -> Uses:
    """What needs each of these units; those that nothing needs are left out. That tips can be read
    with a unit's key is told only where nothing else stands in the way: whoever changes units does
    not read tips, and shall not learn from a trial which desks have some.
    """
    found: dict[str, set[Use]] = {}
    for use, named in (
        (Use.STAFF, await _with_staff(tx)),
        (Use.AGREEMENTS, await _with_agreements(tx)),
        (Use.BULLETINS, await _with_bulletins(tx)),
        (Use.BOT, {row.unit for row in await tx.rows(select(bots.c.unit))}),
    ):
        for unit in named.intersection(some):
            found.setdefault(unit, set()).add(use)
    for unit in (await _with_tips(tx)).intersection(some):
        found.setdefault(unit, {Use.TIPS})
    return {unit: frozenset(found[unit]) for unit in sorted(found)}


async def _with_staff(tx: Tx) -> set[str]:
    return {row.unit for row in await tx.rows(select(grants.c.unit).distinct())}


async def _with_agreements(tx: Tx) -> set[str]:
    signed = [each.agreement for each in await agreement_rows.every(tx)]
    held = [each for each in signed if each.ended_on is None]
    return {unit for each in held for unit in (each.unit, each.police)}


async def _with_bulletins(tx: Tx) -> set[str]:
    asked = select(bulletins.c.unit).where(bulletins.c.stage.in_(_TO_BE_SENT)).distinct()
    return {row.unit for row in await tx.rows(asked)}


async def _with_tips(tx: Tx) -> set[str]:
    held: set[str] = set()
    for row in await tx.rows(select(tips.c.id, tips.c.record)):
        held.update(record.unseal(tx.keys, row.id, row.record).sealed_to)
    return held
