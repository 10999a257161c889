"""Rings for officers: whether one is still wanted at the moment when it is about to leave."""

from dataclasses import dataclass, field

from handlers.moderators.actions import HELD
from handlers.passing import Stage
from handlers.tips import Status
from storage import alarms, cards, readers, record, staff, stored
from storage.alarms import Alarm
from storage.database import Tx
from storage.outbox import Letter, LetterKind
from storage.record import Record
from storage.tables import tips


@dataclass(frozen=True, slots=True)
class Ping:
    """A ring that is wanted, and all that may be told with it."""

    alarm: Alarm
    tip: bytes = field(repr=False)
    nickname: str
    danger: bool


async def ping(tx: Tx, letter: Letter) -> Ping | None:
    """What a PING letter rings for; None unless the alarm is still there, its officer may read the
    tip, and the tip still waits for somebody in the unit that was called; of a GIVEN one, that this
    officer holds it. The tip's row is held.
    """
    row = await stored.row_where(tx, tips.c.id == letter.tip, lock=True)
    alarm = await alarms.by_id(tx, bytes.fromhex(letter.to))
    if row is None or alarm is None:
        return None
    known = record.unseal(tx.keys, letter.tip, row.record)
    if letter.kind is LetterKind.GIVEN:
        is_wanted = known.holder == alarm.staff.hex() and known.status in HELD
        is_wanted &= known.unit == letter.unit
    else:
        is_wanted = await _waits_at(tx, known, letter.unit)
    if not is_wanted:
        return None
    if await stored.waits_for_lead(tx, known) or readers.has_stepped_back(known, alarm.staff):
        return None
    if letter.unit not in await staff.units_read_by(tx, alarm.staff):
        return None
    return Ping(alarm, letter.tip, known.nickname, known.danger)


async def _waits_at(tx: Tx, known: Record, unit: str) -> bool:
    """Whether the tip waits for that unit: the responsible one, or the police."""
    if unit == known.unit:
        return await _waits(tx, known)
    may = await readers.reading(tx, known, (unit,))
    return bool(may) and known.stage_at(unit) is Stage.WAITING


async def still_reads(tx: Tx, letter: Letter) -> Alarm | None:
    """The alarm that a NOTICE goes to; None unless it is still there and some desk is its
    officer's.
    """
    alarm = await alarms.by_id(tx, bytes.fromhex(letter.to))
    if alarm is None or not await staff.units_read_by(tx, alarm.staff):
        return None
    return alarm


async def _waits(tx: Tx, known: Record) -> bool:
    """Whether the tip has reached its desk and nobody there has taken it."""
    if known.status in (Status.RECEIVED, Status.CLOSED):
        return False
    holder = await staff.by_id(tx, bytes.fromhex(known.holder)) if known.holder else None
    people = {known.holder: holder} if known.holder and holder else {}
    return cards.holder_of(known, people) is None
