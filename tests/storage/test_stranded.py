"""A unit where nobody can read any more: its tips go up, seen by everybody whom it concerns."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from sqlalchemy import select, update

from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Category, Kind, Move, Status
from storage import (
    alarms,
    audit,
    cases,
    outbox,
    readers,
    staff,
    stored,
    stranded,
    tips,
    units,
)
from storage.audit import Act
from storage.cases import Case, Done, No, Refusal
from storage.database import Database
from storage.outbox import LetterKind
from storage.stranded import Stranded
from storage.tables import instance, rings
from tests import desk_world
from tests.desk_world import NOW, STORY
from tests.staff_world import enrolled
from tests.tip_world import file, new_tip, record_of

LATER = NOW + timedelta(hours=1)
POLICE = Unit("police", "north", UnitKind.POLICE, "Công an phường", frozenset({"25747"}))
COMPANY = Unit("company", "north-park", UnitKind.UNION, "Cơ sở", inside_company=True)


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    """Whose staff have to enrol, unlike in a demo."""
    async with desk_world.database(database_url) as opened:
        async with opened.write() as tx:
            await units.import_all(tx, (*desk_world.UNITS, POLICE, COMPANY), at_once=True)
            demo = update(instance).where(instance.c.name == "demo")
            await tx.run(demo.values(value=b"no"))
        yield opened


async def left_alone(made: Database, **changes: object) -> tuple[bytes, bytes]:
    """A tip of the park whose only officer has gone; the tip and the officer."""
    an = await enrolled(made, "an", ("north-park", Role.OFFICER))
    new = new_tip("north-park", **changes)
    tip = await file(made, new)
    async with made.write() as tx:
        assert isinstance(await cases.claim(tx, an.id, tip, NOW), Done)
        await staff.revoke(tx, an.id, "north-park", Role.OFFICER)
    return tip, an.id


async def find(made: Database) -> Stranded:
    async with made.read() as tx:
        return await stranded.find(tx, LATER)


async def move(made: Database, tip: bytes) -> bool:
    async with made.write() as tx:
        return await stranded.move_up(tx, tip, LATER)


async def test_the_next_unit_up_where_somebody_reads_gets_the_tip_and_is_called(
    made: Database,
) -> None:
    binh = await enrolled(made, "binh", ("north", Role.OFFICER))
    async with made.write() as tx:
        alarm = await alarms.add_browser(tx, binh.id, "browser")
        assert alarm is not None
    tip, an = await left_alone(made)
    assert await find(made) == Stranded((tip,), 0)
    assert await move(made, tip)
    known = await record_of(made, tip)
    assert (known.unit, known.readers) == ("north", ("north",))
    assert (known.status, known.holder) == (Status.TRIAGE, None)
    async with made.write() as tx:
        case = await cases.open_case(tx, binh.id, tip, LATER)
        assert isinstance(case, Case)
        assert case.entries[0].words == STORY
        assert case.entries[-1].kind is Kind.TOLD
        assert await stored.open_as(tx, "north-park", tip) is None
        pings = [each for each in await outbox.waiting(tx) if each.kind is LetterKind.PING]
        assert [each.to for each in pings] == [alarm.id.hex()]
        assert await cases.see(tx, an, tip, LATER) == Refusal(No.NOT_YOURS)
        moved = next(e for e in await audit.entries(tx, limit=9) if e.act is Act.MOVED_UP)
    assert (moved.staff, moved.tip, moved.unit, moved.note) == (None, tip, "north", "north-park")
    hour = LATER.astimezone(UTC).replace(minute=0)
    assert moved.minute == hour, "the minute of a tip that has just come is nobody's"
    assert await find(made) == Stranded((), 0)
    assert not await move(made, tip), "once"


async def test_the_worker_reads_it_in_the_thread_and_the_bell_rings(made: Database) -> None:
    await enrolled(made, "binh", ("north", Role.OFFICER))
    an = await enrolled(made, "an", ("north-park", Role.OFFICER))
    new = new_tip("north-park")
    tip = await file(made, new)
    async with made.write() as tx:
        await staff.revoke(tx, an.id, "north-park", Role.OFFICER)
    assert await move(made, tip)
    async with made.read() as tx:
        thread = await tips.read_thread(tx, new.key)
        rung = {row.number for row in await tx.rows(select(rings))}
    assert thread is not None
    told = thread.entries[-1].told
    assert told is not None
    assert (told.move, told.unit) == (Move.MOVE_UP, "Công đoàn phía bắc")
    assert told.day == (await record_of(made, tip)).answer_on
    assert new.bell in rung


async def test_a_unit_that_waits_for_its_new_officer_keeps_its_tips(made: Database) -> None:
    await enrolled(made, "binh", ("north", Role.OFFICER))
    tip, _ = await left_alone(made)
    await desk_world.add(made, "moi", ("north-park", Role.OFFICER), now=LATER)
    assert await find(made) == Stranded((), 0)
    assert not await move(made, tip)
    async with made.read() as tx:
        # Whose link has run out.
        found = await stranded.find(tx, LATER + timedelta(hours=73))
    assert found == Stranded((tip,), 0)


async def test_never_to_the_police_into_a_company_or_to_somebody_who_is_shut_out(
    made: Database,
) -> None:
    await enrolled(made, "ca", ("police", Role.OFFICER))
    await enrolled(made, "binh", ("north", Role.LEAD))
    await enrolled(made, "top", ("root", Role.OFFICER))
    tip, _ = await left_alone(made, category=Category.THEFT, may_go_to_police=True)
    async with made.write() as tx:
        known = replace(await record_of(made, tip), excluded=frozenset({"south"}))
        await stored.write_record(tx, tip, known)
    async with made.write() as tx:
        # North is in conflict with the south, which the worker shut out.
        turned = [
            replace(each, conflicts=frozenset({"south"})) if each.id == "north" else each
            for each in (*desk_world.UNITS, POLICE, COMPANY)
        ]
        await units.import_all(tx, turned)
        out = await readers.shut_out(tx, known.excluded)
    assert "north" in out
    # The park stands below it: whoever reads there is shut out as well, and the root is left.
    assert await move(made, tip)
    moved = await record_of(made, tip)
    assert (moved.unit, moved.readers) == ("root", ("root",))


async def test_where_nobody_above_reads_it_stays_and_is_counted(made: Database) -> None:
    tip, _ = await left_alone(made)
    assert await find(made) == Stranded((), 1)
    assert not await move(made, tip)
    assert (await record_of(made, tip)).unit == "north-park"


async def test_a_closed_tip_and_one_that_has_not_come_stay(made: Database) -> None:
    await enrolled(made, "binh", ("north", Role.OFFICER))
    tip = await file(made, new_tip("north-park"), delivered=False)
    new = new_tip("north-park")
    closed = await file(made, new)
    async with made.write() as tx:
        assert await tips.close(tx, new.key, NOW)
    assert await find(made) == Stranded((), 0)
    assert not await move(made, tip)
    assert not await move(made, closed)
    assert not await move(made, bytes(16))
