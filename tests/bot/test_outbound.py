"""The mail room: cards leave when they are due, all that are due together, each once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.outbound import MailRoom
from handlers.tips import Status
from storage import tips
from storage.database import Database
from storage.tables import letters
from storage.tables import tips as tips_table
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import Clock, count, file, new_tip, record_of


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def file_due(made: Database, minutes: int) -> bytes:
    async with made.write() as tx:
        due = NOW + timedelta(minutes=minutes)
        return await tips.file(tx, new_tip(), (), day=NOW.date(), due=due)


async def test_a_card_leaves_when_it_is_due_and_not_before(made: Database) -> None:
    clock = Clock()
    room = MailRoom(made, clock)
    early, late = await file_due(made, 0), await file_due(made, 55)
    assert await room.deliver_due() == 1
    assert (await record_of(made, early)).status is Status.TRIAGE
    assert (await record_of(made, late)).status is Status.RECEIVED
    clock.turn(minutes=54, seconds=59)
    assert await room.deliver_due() == 0
    clock.turn(seconds=1)
    assert await room.deliver_due() == 1
    assert (await record_of(made, late)).status is Status.TRIAGE
    assert await count(made, letters) == 0


async def test_two_mail_rooms_deliver_each_card_once(made: Database) -> None:
    for _ in range(10):
        await file(made, new_tip(), delivered=False)
    rooms = [MailRoom(made, Clock()), MailRoom(made, Clock())]
    async with asyncio.timeout(60):
        assert sum(await asyncio.gather(*(room.deliver_due() for room in rooms))) == 10
    assert await count(made, letters) == 0


async def test_a_tip_that_cannot_be_opened_holds_up_no_other(made: Database) -> None:
    tips_filed = [await file(made, new_tip(), delivered=False) for _ in range(3)]
    broken = sorted(tips_filed)[1]
    async with made.write() as tx:
        await tx.run(update(tips_table).where(tips_table.c.id == broken).values(record=b"broken"))
    assert await MailRoom(made, Clock()).deliver_due() == 2
    for tip in set(tips_filed) - {broken}:
        assert (await record_of(made, tip)).status is Status.TRIAGE
    assert await count(made, letters) == 1


async def test_the_mail_room_works_when_it_is_woken_and_ends_when_cancelled(
    made: Database,
) -> None:
    room, changed = MailRoom(made, Clock()), asyncio.Event()
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        working = group.create_task(room.run())
        tip = await file(made, new_tip(), delivered=False)
        made.on_commit = lambda _: changed.set()
        room.wake()
        await changed.wait()
        working.cancel()
    assert (await record_of(made, tip)).status is Status.TRIAGE
    assert working.cancelled()
