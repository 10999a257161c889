"""A tip as its worker reads it, who opens it with the receipt code."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from handlers import telling
from handlers.states import Key
from handlers.tips import FILES, OF_STAFF, Author, Kind
from handlers.turn import Entry, Thread
from storage import knocks, readers, record, reopening, stored, thread, timing, units
from storage.crypto import CaseKey
from storage.database import Tx
from storage.days import local_day
from storage.record import Record
from storage.tables import tips
from storage.thread import Part


@dataclass(frozen=True, slots=True)
class PictureData:
    """A clean file; `mime` is its media type."""

    mime: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A tip whose case key is open."""

    tip: bytes = field(repr=False)
    case: CaseKey = field(repr=False)
    record: Record
    bell: str = field(repr=False)


async def opened_by(tx: Tx, key: Key, *, lock: bool = False) -> Opened | None:
    """The tip that `key` opens; with `lock` its row is held. None when it is gone."""
    row = await stored.row_where(tx, tips.c.locator == key.locator, lock=lock)
    if row is None:
        return None
    tip = bytes(row.id)
    case = CaseKey.unwrap(bytes(row.reporter), key.secret, row.reporter_wrap)
    opened = record.unseal(tx.keys, tip, row.record)
    return Opened(tip, case, opened, stored.open_bell(case, tip, row.bell))


async def read_thread(tx: Tx, key: Key) -> Thread | None:
    """The tip as its worker sees it; None when it does not exist (any more)."""
    opened = await opened_by(tx, key)
    if opened is None:
        return None
    found = opened.record
    loaded = _theirs(await thread.load(tx, opened.tip, opened.case, found.end))
    return Thread(
        key=key,
        status=found.status,
        outcome=found.outcome,
        whose=stored.whose_turn(found.status),
        unit=await units.name_of(tx, found.unit),
        unit_id=found.unit,
        category=found.category,
        place=found.place,
        danger=found.danger,
        bell=opened.bell,
        answer_on=timing.due_on(found),
        may_go_to_police=found.may_go_to_police,
        excluded=found.excluded,
        entries=tuple(_entry(number, part) for number, part in loaded),
        appeal_until=reopening.appealable(found),
        reopen_until=reopening.reopenable(found),
        is_told=await knocks.find(tx, opened.tip, opened.case) is not None,
        asks_police=found.asks_police,
        also=await readers.beside(tx, found),
        triage_by=found.triage_by,
        sent_to=await units.name_of(tx, found.behind) if found.rises_anyway else "",
    )


async def tip_of(tx: Tx, key: Key) -> bytes | None:
    """The id of the tip that `key` opens, to watch it live."""
    row = await tx.row(select(tips.c.id).where(tips.c.locator == key.locator))
    return bytes(row.id) if row is not None else None


async def files_of_unit(tx: Tx, key: Key, number: int | None = None) -> tuple[PictureData, ...]:
    """The files that officers laid into the thread, in their order; with `number` only that one."""
    opened = await opened_by(tx, key)
    if opened is None:
        return ()
    loaded = await thread.load(tx, opened.tip, opened.case, opened.record.end)
    wanted = [
        part
        for place, part in _theirs(loaded)
        if part.author is Author.OFFICER and part.kind in FILES and number in (None, place)
    ]
    return tuple(
        [
            PictureData(part.mime, await thread.file(tx, opened.tip, opened.case, part))
            for part in wanted
        ]
    )


def _theirs(loaded: Sequence[Part]) -> list[tuple[int, Part]]:
    """The parts that a worker sees, numbered anew: a gap would tell of a note."""
    return list(enumerate((each for each in loaded if each.kind not in OF_STAFF), start=1))


def _entry(number: int, part: Part) -> Entry:
    is_units = part.author is Author.OFFICER and part.kind in FILES
    if part.kind is Kind.TOLD:
        day = local_day(part.minute) if part.minute else None
        return Entry(part.kind, part.author, "", day, told=telling.unpack(part.words))
    return Entry(
        kind=part.kind,
        author=part.author,
        words=part.words,
        day=local_day(part.minute) if part.minute else None,
        number=number if is_units else 0,
        english=part.english,
        picks=part.picks,
        change=part.change,
    )
