"""Notes on a tip, for those who read it and nobody else: sealed like its thread, and beside every
clock. No worker sees them, nor that there are any (`handlers.tips.OF_STAFF`).
"""

from dataclasses import replace
from datetime import datetime

from handlers.folding import clean
from handlers.tips import Author, Kind
from storage import audit, staff, stored, thread
from storage.audit import Act
from storage.cases import Done, No, Refusal, hold
from storage.database import Tx
from storage.thread import NewPart


async def add(tx: Tx, officer: bytes, tip: bytes, words: str, now: datetime) -> Done | Refusal:
    """Lay a note into a tip that this officer may read, whoever holds it and however it stands. No
    status, no clock, no bell and no card moves, and the worker's page is not woken.
    """
    words = clean(words)
    if not words:
        return Refusal(No.EMPTY)
    held = await hold(tx, officer, tip, lock=True)
    if held is None:
        return Refusal(No.NOT_YOURS)
    writer = await staff.by_id(tx, officer)
    name = writer.name if writer is not None else ""
    note = NewPart(Author.OFFICER, Kind.NOTE, words, name, now)
    end = await thread.extend(tx, tip, held.case, [note], held.record.end)
    await stored.write_record(tx, tip, replace(held.record, end=end), quiet=True)
    await audit.write(tx, Act.NOTED, staff=officer, tip=tip, unit=held.unit, minute=now)
    return Done(held.record.status)
