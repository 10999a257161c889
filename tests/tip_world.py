"""Tips to file and a clock to turn, for the tests of storage and of the turns."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, select

from handlers.effects import FileTip
from handlers.states import Key
from handlers.tips import Category, Outcome, Status
from storage import record, stored, tally, tips
from storage.chance import random_bytes
from storage.crypto import new_pair
from storage.database import Database
from storage.record import Record
from storage.tables import tips as tips_table
from storage.tips import PictureData
from tests.desk_world import NOW, PLACE, STORY

PHOTO = PictureData("image/png", b"\x89PNG first " + bytes(700_000))
OTHER_PHOTO = PictureData("image/jpeg", b"\xff\xd8\xff second " + bytes(300_000))


class Clock:
    """A clock that stands until it is turned."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        """Go on by so many `hours`, `minutes`, `seconds` or `days`."""
        self.now += timedelta(**by)


def new_key() -> Key:
    """A key as a receipt code gives it, without the Argon2id."""
    pair = new_pair()
    return Key(random_bytes(16), pair.public, pair.private)


def new_tip(unit: str = "north", **changes: Any) -> FileTip:
    """A tip for `unit`, with `changes` of its fields."""
    tip = FileTip(
        key=new_key(),
        unit=unit,
        category=Category.FIRE,
        danger=False,
        place=PLACE,
        story=STORY,
        pictures=(),
        excluded=frozenset(),
        may_go_to_police=False,
        bell="48213",
        nickname="Cây tre xanh",
        triage_by=NOW + timedelta(hours=24),
        answer_on=date(2026, 11, 26),
        result_on=date(2026, 12, 11),
    )
    return replace(tip, **changes)


async def file(
    made: Database, new: FileTip, pictures: Sequence[PictureData] = (), *, delivered: bool = True
) -> bytes:
    """File `new`; its id."""
    async with made.write() as tx:
        tip = await tips.file(tx, new, pictures, day=NOW.date(), due=NOW)
        if delivered:
            await tips.deliver(tx, tip)
    return tip


async def record_of(made: Database, tip: bytes) -> Record:
    """The opened record of a tip."""
    async with made.read() as tx:
        row = await tx.row(select(tips_table.c.record).where(tips_table.c.id == tip))
        assert row is not None
        return record.unseal(tx.keys, tip, row.record)


async def count(made: Database, table: Table) -> int:
    """How many rows a table has."""
    async with made.read() as tx:
        row = await tx.row(select(func.count()).select_from(table))
        assert row is not None
        return int(row[0])


async def bodies(made: Database, table: Table) -> list[bytes]:
    """The sealed contents of a table with a `body`."""
    async with made.read() as tx:
        return [bytes(row.body) for row in await tx.rows(select(table.c.body))]


async def end(
    made: Database, tip: bytes, on: date | None, outcome: Outcome | None = Outcome.HANDLED
) -> None:
    """Let a tip have been closed on that day and be counted; None: by an earlier version."""
    async with made.write() as tx:
        row = await stored.row_where(tx, tips_table.c.id == tip, lock=True)
        assert row is not None
        known = record.unseal(tx.keys, tip, row.record)
        known = replace(known, status=Status.CLOSED, outcome=outcome, closed_on=on)
        if on is not None:
            known = replace(known, tally=await tally.write(tx, known))
        await stored.write_record(tx, tip, known)
