"""One sealed row for each closed tip, and nothing in it that leads back to the tip."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from handlers.effects import FileTip
from handlers.roles import Role
from handlers.tallies import AnswerTime, TriageTime
from handlers.tips import Category, Outcome
from handlers.valuable import Valuable
from storage import cases, tally, tips
from storage.chance import random_id
from storage.crypto import Unopenable
from storage.database import Database, Tx
from storage.staff import Member
from storage.tables import tallies
from storage.tally import Often, Tally
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import bodies, count, file, new_tip, record_of

EVENING = datetime(2026, 11, 30, 17, 30, tzinfo=UTC)
"""The first of December in Viet Nam."""


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as made:
        yield made


@pytest.fixture
async def officer(made: Database) -> Member:
    member, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    return member


async def close(made: Database, officer: Member, tip: bytes, now: datetime) -> None:
    async with made.write() as tx:
        await cases.close(tx, officer.id, tip, Outcome.PASSED, "Đã chuyển.", now)


async def claim(made: Database, officer: Member, tip: bytes, now: datetime) -> None:
    async with made.write() as tx:
        await cases.claim(tx, officer.id, tip, now)


async def all_of(made: Database) -> tuple[Tally, ...]:
    async with made.read() as tx:
        return await tally.every(tx)


async def test_a_desk_that_closes_a_tip_is_counted_once(made: Database, officer: Member) -> None:
    tip = await file(made, new_tip())
    await claim(made, officer, tip, NOW + timedelta(minutes=20))
    await close(made, officer, tip, EVENING)
    await close(made, officer, tip, EVENING)
    closed = await record_of(made, tip)
    assert closed.closed_on == date(2026, 12, 1)
    async with made.read() as tx:
        assert await tally.is_there(tx, closed.tally)
    [counted] = await all_of(made)
    assert counted == Tally(
        unit="north",
        category=Category.FIRE,
        province="79",
        month="2026-12",
        outcome=Outcome.PASSED,
        triage=TriageTime.HALF_HOUR,
        answer=AnswerTime.TWENTY_DAYS,
        overdue=True,
        begun="2026-11",
    )


@pytest.mark.parametrize(
    ("claimed", "answered", "closed", "overdue"),
    [
        (1, 1, 1, False),
        (25, 25, 25, True),
        (1, 24 * 7, 24 * 7, True),
        (1, 1, 24 * 25, True),
    ],
)
async def test_overdue_is_who_missed_a_deadline(
    made: Database, officer: Member, claimed: int, answered: int, closed: int, overdue: bool
) -> None:
    tip = await file(made, new_tip())
    await claim(made, officer, tip, NOW + timedelta(hours=claimed))
    async with made.write() as tx:
        await cases.answer(tx, officer.id, tip, "Đã xem.", NOW + timedelta(hours=answered))
    await close(made, officer, tip, NOW + timedelta(hours=closed))
    assert [each.overdue for each in await all_of(made)] == [overdue]


async def test_a_tip_that_its_worker_ends_is_counted_as_that(made: Database) -> None:
    new = new_tip(place=None)
    tip = await file(made, new)
    async with made.write() as tx:
        assert await tips.close(tx, new.key, NOW)
    [counted] = await all_of(made)
    assert (counted.outcome, counted.triage, counted.answer, counted.province) == (
        None,
        TriageTime.NEVER,
        AnswerTime.NEVER,
        "",
    )
    assert (await record_of(made, tip)).closed_on == date(2026, 11, 21)


async def test_rows_are_of_one_size_and_hold_no_tip(made: Database, officer: Member) -> None:
    long: FileTip = replace(new_tip(), category=Category.HARASSMENT)
    for new in (new_tip(place=None), long):
        tip = await file(made, new)
        await claim(made, officer, tip, NOW)
        await close(made, officer, tip, NOW)
        assert not any(tip in body for body in await bodies(made, tallies))
    assert len({len(body) for body in await bodies(made, tallies)}) == 1


async def test_the_longest_names_fit_into_a_row(made: Database) -> None:
    longest = Tally("u" * 60, Category.HARASSMENT, "79", "2026-11", Outcome.OUT_OF_SCOPE,
                    TriageTime.HALF_HOUR, AnswerTime.TWENTY_DAYS, overdue=False, begun="2026-10",
                    valuable=max(Valuable, key=len))  # fmt: skip
    async with made.read() as tx:
        assert tally.unseal(tx.keys, b"k", tally.seal(tx.keys, b"k", longest)) == longest


async def test_rows_do_not_change_places(made: Database, officer: Member) -> None:
    for _ in range(2):
        tip = await file(made, new_tip())
        await claim(made, officer, tip, NOW)
        await close(made, officer, tip, NOW)
    async with made.write() as tx:
        one, two = await tx.rows(select(tallies))
        await tx.run(update(tallies).where(tallies.c.id == one.id).values(body=two.body))
    with pytest.raises(Unopenable):
        await all_of(made)


async def test_a_row_can_be_taken_out_again(made: Database, officer: Member) -> None:
    tip = await file(made, new_tip())
    await claim(made, officer, tip, NOW)
    await close(made, officer, tip, NOW)
    closed = await record_of(made, tip)
    async with made.write() as tx:
        await tally.drop(tx, closed.tally)
        assert not await tally.is_there(tx, closed.tally)
        assert not await tally.is_there(tx, "")
    assert await count(made, tallies) == 0


async def test_overseers_see_how_often_desks_below_do_it_and_no_small_number(
    made: Database,
) -> None:
    lead, _ = await desk_world.add(made, "truong", ("north", Role.LEAD))
    auditor, _ = await desk_world.add(made, "kiemtra", ("root", Role.AUDITOR))
    officer, _ = await desk_world.add(made, "hai", ("root", Role.OFFICER))
    async with made.write() as tx:
        for unit, month, times in (
            ("north-park", "2026-10", 5),
            ("north-park", "2026-11", 4),
            ("north", "2026-11", 6),
            ("south", "2026-11", 7),
            ("south", "2025-10", 9),
        ):
            for _ in range(times):
                await _count(tx, unit, month, Outcome.OUT_OF_SCOPE)
                await _count(tx, "north-park", month, Outcome.HANDLED)
    async with made.read() as tx:
        north = await tally.out_of_scope_below(tx, lead.id, since="2025-11")
        whole = await tally.out_of_scope_below(tx, auditor.id, since="2025-11")
        assert await tally.out_of_scope_below(tx, officer.id, since="2025-11") == ()
    assert north == (
        Often("Công đoàn phía bắc", "2026-11", 6),
        Often("Công đoàn khu công nghiệp", "2026-10", 5),
    )
    assert whole == (Often("Công đoàn phía nam", "2026-11", 7), *north)


async def _count(tx: Tx, unit: str, month: str, outcome: Outcome) -> None:
    counted = Tally(unit, Category.OTHER, "79", month, outcome, TriageTime.DAY, AnswerTime.WEEK,
                    overdue=False)  # fmt: skip
    key = random_id()
    await tx.run(insert(tallies).values(id=key, body=tally.seal(tx.keys, key, counted)))
