"""The rows of the agreements with the police, opened; see `storage.agreements` for who may."""

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from handlers.agreements import Agreement, Standing
from handlers.tips import Category
from storage.database import Tx
from storage.keys import Purpose
from storage.tables import agreements

_ROW_BYTES = 8192
"""One size for every row."""


@dataclass(frozen=True, slots=True)
class Signed:
    """An agreement with the id of its row."""

    id: bytes
    agreement: Agreement


async def every(tx: Tx) -> tuple[Signed, ...]:
    """All, ended ones too, the next to be reviewed first."""
    rows = await tx.rows(select(agreements))
    found = [Signed(bytes(row.id), opened(tx, row.id, row.body)) for row in rows]
    return tuple(sorted(found, key=_order))


def sealed(tx: Tx, key: bytes, agreement: Agreement) -> bytes:
    """What the row with this id holds."""
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
    return tx.keys.seal(Purpose.STAFF, plain, about(key), size=_ROW_BYTES)


def opened(tx: Tx, key: bytes, body: bytes) -> Agreement:
    """What was sealed so. Raises Unopenable."""
    told = json.loads(tx.keys.open_sealed(Purpose.STAFF, body, about(key)))
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


def about(key: bytes) -> bytes:
    """What the seal of a row is bound to."""
    return b"agreement" + bytes(key)


def _order(signed: Signed) -> tuple[bool, date, bytes]:
    agreement = signed.agreement
    is_over = agreement.standing(date.min) is Standing.ENDED
    return is_over, agreement.review_on, signed.id
