"""Labels on a tip: set by whoever holds it, and by everybody who reads in its responsible unit."""

from dataclasses import replace
from datetime import datetime

from handlers.labels import Label, in_order
from handlers.tips import Status
from storage import audit, cases, stored
from storage.audit import Act
from storage.cases import Done, Held, No, Refusal
from storage.database import Tx


async def may_label(tx: Tx, officer: bytes, tip: bytes) -> bool:
    """Whether this officer may set labels on the tip, as it stands in this transaction."""
    held = await cases.hold(tx, officer, tip)
    return held is not None and await _may(tx, officer, held)


async def change(
    tx: Tx,
    officer: bytes,
    tip: bytes,
    *,
    put: frozenset[Label],
    taken: frozenset[Label],
    now: datetime,
) -> Done | Refusal:
    """Put some labels on a tip and take others off; what a colleague set meanwhile stays. Each that
    was changed stands in the audit. A closed tip keeps what it has: WRONG_STATUS.
    """
    held = await cases.hold(tx, officer, tip, lock=True)
    if held is None or not await _may(tx, officer, held):
        return Refusal(No.NOT_YOURS)
    known = held.record
    if known.status is Status.CLOSED:
        return Refusal(No.WRONG_STATUS)
    labels = (known.labels | put) - taken
    if labels == known.labels:
        return Done(known.status)
    await stored.write_record(tx, tip, replace(known, labels=labels), quiet=True)
    for label in in_order(labels ^ known.labels):
        sign = "+" if label in labels else "-"
        await audit.write(
            tx,
            Act.LABELLED,
            staff=officer,
            tip=tip,
            unit=held.unit,
            minute=now,
            note=f"{sign}{label.value}",
        )
    return Done(known.status)


async def _may(tx: Tx, officer: bytes, held: Held) -> bool:
    """A unit that only keeps reading does not say what there is to do in another one."""
    return await cases.reads_at_desk(tx, officer, held.record)
