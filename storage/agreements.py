"""The signed agreements by which a desk releases tips to a police unit: sealed, for they name whom
to call. Administrators write them; whoever releases a tip reads the one that fits.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select, update

from handlers.agreements import Agreement
from handlers.routing import Tree, UnitKind
from handlers.tips import Category
from storage import audit, staff, units
from storage.agreement_rows import Signed, about, every, opened, sealed
from storage.audit import Act
from storage.chance import random_id
from storage.database import Tx
from storage.days import local_day
from storage.keys import Keys, Purpose
from storage.tables import agreements

__all__ = [
    "Kept",
    "Signed",
    "add",
    "change",
    "end",
    "every",
    "fitting",
    "import_all",
    "renewed",
    "seen_by",
]


class Kept(StrEnum):
    """What became of an agreement that somebody wrote. NOT_YOURS: no right, or no such one."""

    DONE = "done"
    NOT_YOURS = "not_yours"
    ENDED = "ended"


async def seen_by(tx: Tx, member: bytes) -> tuple[Signed, ...]:
    """Those of the units whose people this member looks after."""
    reach = await staff.units_run_by(tx, member)
    return tuple(each for each in await every(tx) if each.agreement.unit in reach)


async def add(tx: Tx, member: bytes, agreement: Agreement, now: datetime) -> Kept:
    """Write a new one; only for a union unit whose people this member looks after, with a police
    unit.
    """
    if not await _may(tx, member, agreement):
        return Kept.NOT_YOURS
    key = random_id()
    await tx.run(insert(agreements).values(id=key, body=sealed(tx, key, agreement)))
    await _note(tx, member, agreement, now, "agreement added")
    return Kept.DONE


async def import_all(tx: Tx, imported: Sequence[Agreement], now: datetime) -> int:
    """Add those that are not there yet, from the command line; how many."""
    known = {each.agreement for each in await every(tx)}
    fresh = [each for each in dict.fromkeys(imported) if each not in known]
    for each in fresh:
        key = random_id()
        await tx.run(insert(agreements).values(id=key, body=sealed(tx, key, each)))
    note = f"agreements {len(fresh)}"
    await audit.write(tx, Act.IMPORTED, staff=None, minute=now, note=note)
    return len(fresh)


async def change(tx: Tx, member: bytes, key: bytes, agreement: Agreement, now: datetime) -> Kept:
    """Put `agreement` in the place of the one with that id, unless it has ended."""
    known = await _theirs(tx, member, key)
    if known is None or not await _may(tx, member, agreement):
        return Kept.NOT_YOURS
    if known.ended_on is not None:
        return Kept.ENDED
    await _write(tx, key, agreement)
    await _note(tx, member, agreement, now, "agreement changed")
    return Kept.DONE


async def end(tx: Tx, member: bytes, key: bytes, now: datetime) -> Kept:
    """From today on nobody releases a tip by it."""
    known = await _theirs(tx, member, key)
    if known is None:
        return Kept.NOT_YOURS
    if known.ended_on is not None:
        return Kept.ENDED
    await _write(tx, key, replace(known, ended_on=local_day(now)))
    await _note(tx, member, known, now, "agreement ended")
    return Kept.DONE


def fitting(
    signed: Sequence[Signed], tree: Tree, unit: str, police: str, category: Category
) -> tuple[Agreement, ...]:
    """The agreements by which the desk of `unit` gives a tip of that category to the `police` unit:
    its own first, then those of the units above it; none that has ended.
    """
    line = [unit, *(each.id for each in tree.ancestors(unit))]
    fits = [
        each.agreement
        for each in signed
        if each.agreement.police == police
        and each.agreement.unit in line
        and each.agreement.ended_on is None
        and each.agreement.covers(category)
    ]
    return tuple(sorted(fits, key=lambda each: line.index(each.unit)))


def renewed(keys: Keys, row: Row[Any]) -> dict[str, bytes]:
    """What a row holds under the current keys, for a rotation. Raises Unopenable."""
    return {"body": keys.reseal(Purpose.STAFF, row.body, about(row.id))}


async def _may(tx: Tx, member: bytes, agreement: Agreement) -> bool:
    reach, tree = await staff.units_run_by(tx, member), await units.tree(tx)
    unit = tree.get(agreement.unit) if tree is not None else None
    police = tree.get(agreement.police) if tree is not None else None
    if unit is None or police is None or agreement.unit not in reach:
        return False
    return unit.kind is UnitKind.UNION and police.kind is UnitKind.POLICE


async def _theirs(tx: Tx, member: bytes, key: bytes) -> Agreement | None:
    row = await tx.row(select(agreements).where(agreements.c.id == key).with_for_update())
    known = opened(tx, key, row.body) if row is not None else None
    reach = await staff.units_run_by(tx, member)
    return known if known is not None and known.unit in reach else None


async def _write(tx: Tx, key: bytes, agreement: Agreement) -> None:
    body = sealed(tx, key, agreement)
    await tx.run(update(agreements).where(agreements.c.id == key).values(body=body))


async def _note(tx: Tx, member: bytes, agreement: Agreement, now: datetime, note: str) -> None:
    unit = agreement.unit
    await audit.write(tx, Act.DESK_CHANGED, staff=member, unit=unit, minute=now, note=note)
