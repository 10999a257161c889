"""The signed agreements by which a desk releases tips to a police unit: sealed, for they name whom
to call. Administrators write them; whoever releases a tip reads the one that fits.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select, update

from handlers.agreements import Agreement, Standing
from handlers.routing import Tree, UnitKind
from handlers.tips import Category
from storage import audit, staff, units
from storage.audit import Act
from storage.chance import random_id
from storage.database import Tx
from storage.days import local_day
from storage.keys import Keys, Purpose
from storage.tables import agreements

_ROW_BYTES = 8192
"""One size for every row."""


class Kept(StrEnum):
    """What became of an agreement that somebody wrote. NOT_YOURS: no right, or no such one."""

    DONE = "done"
    NOT_YOURS = "not_yours"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Signed:
    """An agreement with the id of its row."""

    id: bytes
    agreement: Agreement


async def every(tx: Tx) -> tuple[Signed, ...]:
    """All, ended ones too, the next to be reviewed first."""
    rows = await tx.rows(select(agreements))
    found = [Signed(bytes(row.id), _opened(tx, row.id, row.body)) for row in rows]
    return tuple(sorted(found, key=_order))


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
    await tx.run(insert(agreements).values(id=key, body=_sealed(tx, key, agreement)))
    await _note(tx, member, agreement, now, "agreement added")
    return Kept.DONE


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
    return {"body": keys.reseal(Purpose.STAFF, row.body, _about(row.id))}


async def _may(tx: Tx, member: bytes, agreement: Agreement) -> bool:
    reach, tree = await staff.units_run_by(tx, member), await units.tree(tx)
    unit = tree.get(agreement.unit) if tree is not None else None
    police = tree.get(agreement.police) if tree is not None else None
    if unit is None or police is None or agreement.unit not in reach:
        return False
    return unit.kind is UnitKind.UNION and police.kind is UnitKind.POLICE


async def _theirs(tx: Tx, member: bytes, key: bytes) -> Agreement | None:
    row = await tx.row(select(agreements).where(agreements.c.id == key).with_for_update())
    known = _opened(tx, key, row.body) if row is not None else None
    reach = await staff.units_run_by(tx, member)
    return known if known is not None and known.unit in reach else None


async def _write(tx: Tx, key: bytes, agreement: Agreement) -> None:
    body = _sealed(tx, key, agreement)
    await tx.run(update(agreements).where(agreements.c.id == key).values(body=body))


async def _note(tx: Tx, member: bytes, agreement: Agreement, now: datetime, note: str) -> None:
    unit = agreement.unit
    await audit.write(tx, Act.DESK_CHANGED, staff=member, unit=unit, minute=now, note=note)


def _order(signed: Signed) -> tuple[bool, date, bytes]:
    agreement = signed.agreement
    is_over = agreement.standing(date.min) is Standing.ENDED
    return is_over, agreement.review_on, signed.id


def _sealed(tx: Tx, key: bytes, agreement: Agreement) -> bytes:
    told = {
        "unit": agreement.unit,
        "police": agreement.police,
        "categories": sorted(agreement.categories),
        "document": agreement.document,
        "contact": agreement.contact,
        "hours": agreement.hours,
        "backup": agreement.backup,
        "review_on": agreement.review_on.isoformat(),
        "ended_on": agreement.ended_on.isoformat() if agreement.ended_on else None,
    }
    plain = json.dumps(told, ensure_ascii=False).encode()
    return tx.keys.seal(Purpose.STAFF, plain, _about(key), size=_ROW_BYTES)


def _opened(tx: Tx, key: bytes, body: bytes) -> Agreement:
    told = json.loads(tx.keys.open_sealed(Purpose.STAFF, body, _about(key)))
    return Agreement(
        unit=told["unit"],
        police=told["police"],
        categories=frozenset(Category(each) for each in told["categories"]),
        document=told["document"],
        contact=told["contact"],
        hours=told["hours"],
        backup=told["backup"],
        review_on=date.fromisoformat(told["review_on"]),
        ended_on=date.fromisoformat(told["ended_on"]) if told["ended_on"] else None,
    )


def _about(key: bytes) -> bytes:
    return b"agreement" + bytes(key)
