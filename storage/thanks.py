"""Thanks to whoever sent a tip that was valuable: once, in its thread, when it has ended."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

from handlers import telling
from handlers.tips import Author, Kind, Move, Status
from storage import bundles, cases, stored, thread
from storage import telling as told
from storage.cases import Held
from storage.database import Tx
from storage.telling import News
from storage.thread import Part
from storage.timing import UNDO_SECONDS


async def give(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> bool:
    """Thank the worker of a closed tip that this officer marked, and of each that it leads, each in
    their own thread and once, whatever is marked later: whether somebody was thanked. Nobody reads
    what came of it, nor that others are thanked.
    """
    held = await cases.hold(tx, officer, tip, lock=True)
    if held is None or not held.by(officer) or held.record.valuable is None:
        return False
    thanked = False
    async for each in _ended(tx, officer, held):
        if not each.record.thanked:
            await _thank(tx, each, now)
            thanked = True
    return thanked


async def take_back(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> None:
    """Take the thanks for a tip, and for each that it leads, out of the threads again; those that
    are older than an undo may be, or that a worker wrote after, stay.
    """
    held = await cases.hold(tx, officer, tip, lock=True)
    if held is None or not held.by(officer):
        return
    async for each in _ended(tx, officer, held):
        if each.record.thanked:
            await _without(tx, each, now)


def is_thanks(part: Part) -> bool:
    """Whether the house thanks in this part."""
    return part.kind is Kind.TOLD and telling.unpack(part.words).move is Move.THANK


async def _ended(tx: Tx, officer: bytes, held: Held) -> AsyncIterator[Held]:
    if held.record.status is Status.CLOSED:
        yield held
    if held.record.lead:
        return
    for tip in await bundles.others(tx, held.tip, held.record):
        each = await cases.hold(tx, officer, tip, lock=True)
        if each is not None and each.by(officer) and each.record.status is Status.CLOSED:
            yield each


async def _thank(tx: Tx, held: Held, now: datetime) -> None:
    known = held.record
    news = News(Move.THANK, about=known.unit, by=known.unit, when=now)
    changed = await told.tell(tx, held.tip, held.case, held.bell, known, news, now)
    await stored.write_record(tx, held.tip, replace(changed, thanked=True))


async def _without(tx: Tx, held: Held, now: datetime) -> None:
    loaded = await thread.load(tx, held.tip, held.case, held.record.end)
    at = max((number for number, part in enumerate(loaded) if is_thanks(part)), default=None)
    if at is None:
        return
    rest, when = loaded[at + 1 :], loaded[at].minute
    is_late = when is None or now >= when + timedelta(seconds=UNDO_SECONDS)
    if is_late or any(part.author is Author.WORKER for part in rest):
        return
    end = await thread.rewrite(tx, held.tip, held.case, loaded, rest, at=at)
    await stored.write_record(tx, held.tip, replace(held.record, end=end, thanked=False))
