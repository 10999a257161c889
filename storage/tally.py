"""What is left of a closed tip for the numbers: one sealed row, without the tip's id."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from handlers.clocks import RESULT_DAYS
from handlers.periods import month_of
from handlers.roles import OVERSEERS
from handlers.small_cells import LEAST_SHOWN
from handlers.tallies import AnswerTime, TriageTime
from handlers.tips import Category, Outcome
from handlers.valuable import Valuable
from storage import staff, units
from storage.chance import random_id
from storage.database import Tx
from storage.keys import Keys, Purpose
from storage.record import Record
from storage.tables import tallies

_OPENED_AT_ONCE = 200
TALLY_BYTES = 512
"""One size for every row: the longest unit id (60 letters) leaves room."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted of one closed tip. `province` is its official code, empty where the worker
    named none; `month` that of closing, as 2026-11, and `begun` that of filing; `outcome` None
    when the worker ended it; `given_to_police`: a police unit could read it when it was closed.
    """

    unit: str
    category: Category
    province: str
    month: str
    outcome: Outcome | None
    triage: TriageTime
    answer: AnswerTime
    overdue: bool
    valuable: Valuable | None = None
    given_to_police: bool = False
    begun: str = ""


@dataclass(frozen=True, slots=True)
class Often:
    """How often a desk closed as out of scope in one month; `desk` is its name."""

    desk: str
    month: str
    count: int


async def write(tx: Tx, known: Record) -> str:
    """Count a tip that is being closed; the row's id in hex, for `Record.tally`. Raises ValueError
    where the record has no day of closing.
    """
    key = random_id()
    counted = of(known, given_to_police=bool(await units.police_among(tx, known.readers)))
    await tx.run(insert(tallies).values(id=key, body=seal(tx.keys, key, counted)))
    return key.hex()


async def mark(tx: Tx, tally: str, valuable: Valuable | None) -> None:
    """Note in the row of that id (hex) why its tip was valuable; nothing where there is no row.
    Raises Unopenable.
    """
    key = bytes.fromhex(tally)
    row = await tx.row(select(tallies.c.body).where(tallies.c.id == key).with_for_update())
    if row is None:
        return
    changed = replace(unseal(tx.keys, key, row.body), valuable=valuable)
    body = seal(tx.keys, key, changed)
    await tx.run(update(tallies).where(tallies.c.id == key).values(body=body))


async def drop(tx: Tx, tally: str) -> None:
    """Take a row out again: its tip is open once more."""
    await tx.run(delete(tallies).where(tallies.c.id == bytes.fromhex(tally)))


async def is_there(tx: Tx, tally: str) -> bool:
    """Whether the row of that id (hex, may be empty) exists."""
    where = tallies.c.id == bytes.fromhex(tally)
    return await tx.row(select(tallies.c.id).where(where)) is not None


async def every(tx: Tx) -> tuple[Tally, ...]:
    """All rows, opened, in no order that tells anything. Raises Unopenable."""
    return tuple((await by_id(tx)).values())


async def by_id(tx: Tx) -> Mapping[str, Tally]:
    """The same by the id of the row, as `Record.tally` has it."""
    opened = {}
    for at, row in enumerate(await tx.rows(select(tallies).order_by(tallies.c.id)), start=1):
        key = bytes(row.id)
        opened[key.hex()] = unseal(tx.keys, key, row.body)
        if at % _OPENED_AT_ONCE == 0:
            # Years of them take a second: others are served meanwhile.
            await asyncio.sleep(0)
    return opened


async def out_of_scope_below(tx: Tx, officer: bytes, *, since: str) -> tuple[Often, ...]:
    """How often each desk where this officer oversees, and each one below, closed as out of scope
    in a month from `since` on (as 2026-11): the newest month first. What happened less than
    LEAST_SHOWN times is left out, and nothing is added up from which it could be worked out.
    """
    seen: set[str] = set()
    for role in OVERSEERS:
        seen |= await staff.units_under(tx, officer, role)
    counted = Counter(
        (each.unit, each.month)
        for each in (await every(tx) if seen else ())
        if each.outcome is Outcome.OUT_OF_SCOPE and each.unit in seen and each.month >= since
    )
    often = [
        Often(await units.name_of(tx, unit), month, count)
        for (unit, month), count in counted.items()
        if count >= LEAST_SHOWN
    ]
    often.sort(key=lambda each: (-each.count, each.desk))
    return tuple(sorted(often, key=lambda each: each.month, reverse=True))


def seal(keys: Keys, key: bytes, tally: Tally) -> bytes:
    """The row `key` as it is stored."""
    plain = json.dumps(
        {
            "unit": tally.unit,
            "category": tally.category,
            "province": tally.province,
            "month": tally.month,
            "outcome": tally.outcome,
            "triage": tally.triage,
            "answer": tally.answer,
            "overdue": tally.overdue,
            "valuable": tally.valuable,
            "police": tally.given_to_police,
            "begun": tally.begun,
        }
    ).encode()
    return keys.seal(Purpose.METADATA, plain, _about(key), size=TALLY_BYTES)


def unseal(keys: Keys, key: bytes, body: bytes) -> Tally:
    """What the row `key` says. Raises Unopenable."""
    read = json.loads(keys.open_sealed(Purpose.METADATA, body, _about(key)))
    return Tally(
        unit=read["unit"],
        category=Category(read["category"]),
        province=read["province"],
        month=read["month"],
        outcome=Outcome(read["outcome"]) if read["outcome"] else None,
        triage=TriageTime(read["triage"]),
        answer=AnswerTime(read["answer"]),
        overdue=read["overdue"],
        # An earlier version wrote false: nothing could be marked.
        valuable=Valuable(read["valuable"]) if read["valuable"] else None,
        given_to_police=read["police"],
        # One that was counted by an earlier version counts as received when it was closed.
        begun=read.get("begun") or read["month"],
    )


def of(known: Record, *, given_to_police: bool) -> Tally:
    """How a closed tip is counted. Raises ValueError where the record has no day of closing."""
    if known.closed_on is None:
        raise ValueError("only a closed tip is counted")
    return Tally(
        unit=known.unit,
        category=known.category,
        province=known.place.province_code if known.place else "",
        month=f"{known.closed_on:%Y-%m}",
        outcome=known.outcome,
        triage=known.triage or TriageTime.NEVER,
        answer=known.answer or AnswerTime.NEVER,
        overdue=known.overdue,
        valuable=known.valuable,
        given_to_police=given_to_police or bool(known.given),
        # Records of an earlier version do not say; their result was promised for that many days on.
        begun=known.begun or month_of(known.result_on - timedelta(days=RESULT_DAYS)),
    )


def _about(key: bytes) -> bytes:
    return b"tally" + key
