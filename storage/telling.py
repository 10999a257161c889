"""Tells a worker of a move: a part of the thread in the house's words, or in those of a unit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from handlers import telling
from handlers.folding import clean
from handlers.languages import Language
from handlers.telling import Flaw, Telling
from handlers.tips import LIFE, Author, Kind, Move, Told
from storage import audit, bell, knocks, staff, thread, unit_rules, units
from storage.audit import Act
from storage.crypto import CaseKey
from storage.database import Tx
from storage.days import VIETNAM
from storage.record import Record
from storage.thread import NewPart
from storage.unit_rules import Topic

Own = Mapping[Move, Mapping[Language, str]]
"""A unit's own words; a move and a language that it wrote nothing for are left out."""


@dataclass(frozen=True, slots=True)
class News:
    """What a worker is to be told: `about` is the unit that the words name, `by` the one whose own
    words count, `day` by when they hear from the desk. `when` is the minute of the move; None where
    a press of the worker led to it, for that minute is nobody's.
    """

    move: Move
    about: str
    by: str
    day: date | None = None
    when: datetime | None = None


async def tell(
    tx: Tx, tip: bytes, case: CaseKey, number: str, known: Record, news: News, now: datetime
) -> Record:
    """Lay `news` into the thread, ring the bell `number`, and let the chat be told that asked for
    it: the record with the new end, which the caller writes. Nothing happens where the table says
    that a worker is told nothing of the move, or what an officer writes.
    """
    if LIFE[news.move].told is not Told.HOUSE_WORDS:
        return known
    name = await units.name_of(tx, news.about)
    written = (await own(tx, news.by)).get(news.move, {})
    words = {
        language: telling.filled(each, name, news.day)
        for language, each in written.items()
        if telling.flaw_in(each, news.move) is None
    }
    packed = telling.pack(Telling(news.move, name, news.day, words))
    part = NewPart(Author.HOUSE, Kind.TOLD, packed, minute=news.when)
    end = await thread.extend(tx, tip, case, [part], known.end)
    await bell.ring(tx, number, now.astimezone(VIETNAM))
    await knocks.tell(tx, tip, case)
    return replace(known, end=end)


async def own(tx: Tx, unit: str) -> Own:
    """What the unit wrote itself."""
    read = await unit_rules.read(tx, unit, Topic.TOLD) or {}
    return {
        Move(move): {Language(language): words for language, words in each.items()}
        for move, each in read.items()
        if move in telling.MOVES
    }


async def writable(tx: Tx, lead: bytes) -> frozenset[str]:
    """The units for whose workers this member may write words."""
    led = await staff.units_led_by(tx, lead)
    return led - await units.police_among(tx, led)


async def write_own(
    tx: Tx, lead: bytes, unit: str, move: Move, words: Mapping[Language, str], now: datetime
) -> bool | tuple[Flaw, str]:
    """Put a unit's own words for `move` in the place of the house's; where a language is empty, it
    is the house's again. False unless this member leads the unit, which is one of the union: the
    police do not speak with workers. Else what is wrong with them.
    """
    if unit not in await writable(tx, lead) or move not in telling.MOVES:
        return False
    kept = {language: clean(each) for language, each in words.items() if clean(each)}
    for each in kept.values():
        flaw = telling.flaw_in(each, move)
        if flaw is not None:
            return flaw
    rule = {**await own(tx, unit), move: kept}
    told = {key: dict(each) for key, each in rule.items() if each}
    await unit_rules.write(tx, unit, Topic.TOLD, told or None)
    note = f"told {move}"
    await audit.write(tx, Act.DESK_CHANGED, staff=lead, unit=unit, minute=now, note=note)
    return True
