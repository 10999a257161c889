"""Taking a closing back, for ten minutes, by whoever closed the tip."""

from dataclasses import replace
from datetime import datetime

from handlers.tips import Kind, Move, Status
from storage import audit, cases, stored, tally, telling, thanks, thread, timing
from storage.audit import Act
from storage.cases import Done, Held, No, Refusal
from storage.database import Tx
from storage.outbox import AT_ONCE
from storage.record import Ending, Record
from storage.telling import News


async def undo(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> Done | Refusal:
    """Take a closing back within ten minutes: the tip stands as before, the closing words are gone
    from the thread, and its worker reads that it was a mistake. Only who closed it, while they may
    read it; TOO_LATE after that, CHANGED when the tip is not as the closing left it.
    """
    held = await cases.hold(tx, officer, tip, lock=True)
    if held is None:
        return Refusal(No.NOT_YOURS)
    known, ending = held.record, held.record.ending
    if known.status is not Status.CLOSED or ending is None:
        return Refusal(No.CHANGED)
    if ending.by != officer.hex() or not await cases.reads_at_desk(tx, officer, known):
        return Refusal(No.NOT_YOURS)
    if now >= ending.until:
        return Refusal(No.TOO_LATE)
    ended = await _without_closing(tx, held, ending)
    if ended is None:
        return Refusal(No.CHANGED)
    await tally.drop(tx, known.tally)
    open_again = _as_before(ended, ending)
    news = News(Move.UNDO_CLOSE, about=known.unit, by=known.unit, when=now)
    told = await telling.tell(tx, tip, held.case, held.bell, open_again, news, now)
    await stored.change(tx, tip, timing.acted(told, now), AT_ONCE)
    await stored.call_groups(tx, tip, told)
    note = Move.UNDO_CLOSE.value
    await audit.write(
        tx, Act.REOPENED, staff=officer, tip=tip, unit=held.unit, minute=now, note=note
    )
    return Done(open_again.status)


async def _without_closing(tx: Tx, held: Held, ending: Ending) -> Record | None:
    """Take the closing words out of the thread, and the thanks for it: the record with the new end;
    None where they do not stand there. What else came after them stays: a note, or that the police
    have it.
    """
    at = ending.end.count
    loaded = await thread.load(tx, held.tip, held.case, held.record.end)
    if len(loaded) <= at or loaded[at].kind is not Kind.CLOSING:
        return None
    rest = [part for part in loaded[at + 1 :] if not thanks.is_thanks(part)]
    end = await thread.rewrite(tx, held.tip, held.case, loaded, rest, at=at)
    took_thanks = len(rest) < len(loaded) - at - 1
    return replace(held.record, end=end, thanked=held.record.thanked and not took_thanks)


def _as_before(known: Record, ending: Ending) -> Record:
    return replace(
        known,
        status=ending.status,
        outcome=None,
        triage_by=ending.triage_by,
        answered=ending.answered,
        answer=ending.answer,
        overdue=ending.overdue,
        closed_on=None,
        tally="",
        ending=None,
    )
