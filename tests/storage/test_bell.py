"""The bell's list in the database: rings and decoys as equal rows."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from storage import bell
from storage.database import Database
from storage.tables import rings
from tests import desk_world
from tests.tip_world import count

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def ring(made: Database, number: str, local: datetime) -> None:
    async with made.write() as tx:
        await bell.ring(tx, number, local)


async def draw(made: Database, local: datetime) -> bool:
    async with made.write() as tx:
        return await bell.draw(tx, local)


async def shown(made: Database, local: datetime) -> tuple[str, ...]:
    async with made.read() as tx:
        return await bell.shown(tx, local)


async def test_a_ring_is_shown_from_the_next_change_for_fourteen_days(made: Database) -> None:
    await ring(made, "48213", NOON)
    assert await shown(made, NOON) == ()
    assert await shown(made, NOON.replace(hour=16, minute=59)) == ()
    assert await shown(made, NOON.replace(hour=17)) == ("48213",)
    assert await shown(made, NOON.replace(hour=6) + timedelta(days=15)) == ("48213",)
    assert await shown(made, NOON.replace(hour=7) + timedelta(days=15)) == ()


async def test_two_rings_of_one_number_before_one_change_are_one_row(made: Database) -> None:
    for minute in (1, 2, 3):
        await ring(made, "48213", NOON.replace(minute=minute))
    assert await count(made, rings) == 1
    await ring(made, "48213", NOON.replace(hour=18))
    assert await count(made, rings) == 2
    assert await shown(made, NOON + timedelta(days=2)) == ("48213",)


async def test_a_fresh_installation_shows_twenty_decoys_at_once(made: Database) -> None:
    assert await draw(made, NOON)
    assert len(await shown(made, NOON)) >= 20


async def test_decoys_are_drawn_once_a_day_whoever_asks(made: Database) -> None:
    drawn = await asyncio.gather(*(draw(made, NOON) for _ in range(4)))
    assert sorted(drawn) == [False, False, False, True]
    before = await count(made, rings)
    assert not await draw(made, NOON + timedelta(hours=11))
    assert await count(made, rings) == before
    assert await draw(made, NOON + timedelta(days=1))


async def test_without_any_answer_twenty_decoys_stand_at_every_hour_of_two_months(
    made: Database,
) -> None:
    midnight = NOON.replace(hour=0, minute=1)
    most = 0
    for day in range(60):
        assert await draw(made, midnight + timedelta(days=day))
        for hour in (0, 7, 17):
            found = await shown(made, midnight + timedelta(days=day, hours=hour))
            # Two equal random numbers among thirty are rare, but they happen.
            assert len(found) >= 20
            most = max(most, len(found))
    assert most <= 40


async def test_rings_of_one_moment_are_a_third_decoys_at_the_very_next_change(
    made: Database,
) -> None:
    for answer in range(9):
        await ring(made, f"r000{answer}", NOON)
    seen = await shown(made, NOON.replace(hour=17))
    assert sum(not number.startswith("r") for number in seen) >= 4


async def test_of_the_numbers_shown_a_third_at_least_are_decoys(made: Database) -> None:
    midnight = NOON.replace(hour=0, minute=1)
    for day in range(20):
        await draw(made, midnight + timedelta(days=day))
        for answer in range(7):
            local = midnight + timedelta(days=day, hours=9 + answer)
            await ring(made, f"r{day:02}{answer:02}", local)
        seen = await shown(made, midnight + timedelta(days=day, hours=18))
        real = [number for number in seen if number.startswith("r")]
        assert len(seen) - len(real) >= max(20, len(real) / 2)


async def test_at_every_hour_decoys_are_twenty_at_least_and_one_for_two_real_numbers(
    sqlite_url: str,
) -> None:
    dice = random.Random(20261121)
    midnight = NOON.replace(hour=0, minute=1)
    async with desk_world.database(sqlite_url) as one:
        for day in range(40):
            local = midnight + timedelta(days=day)
            await draw(one, local)
            hours = sorted(dice.randrange(24 * 60) for _ in range(dice.choice([0, 0, 1, 3, 25])))
            for at, minutes in enumerate(hours):
                # As a real one, but known here: decoys are of digits.
                await ring(one, f"r{day:02}{at:02}", local + timedelta(minutes=minutes))
            for hour in (0, 7, 16, 17, 23):
                seen = await shown(one, local + timedelta(hours=hour))
                real = sum(number.startswith("r") for number in seen)
                assert len(seen) - real >= max(20, real / 2), (day, hour)
        async with one.read() as tx:
            rows = await tx.rows(select(rings))
        assert {len(row.id) for row in rows} == {16}
        assert {len(row.number) for row in rows} == {5}
        assert {row.hour for row in rows} <= {7, 17}
        assert len({(row.number, row.day, row.hour) for row in rows}) == len(rows)


async def test_a_number_that_a_decoy_has_already_is_one_row_and_tells_nothing(
    made: Database,
) -> None:
    await draw(made, NOON.replace(hour=0, minute=1))
    async with made.read() as tx:
        [decoy, *_] = await tx.rows(select(rings.c.number).where(rings.c.day == NOON.date()))
    before = await count(made, rings)
    async with made.read() as tx:
        hours = await tx.rows(select(rings.c.hour).where(rings.c.number == decoy.number))
    hour = 6 if hours[0].hour == 7 else 12
    await ring(made, decoy.number, NOON.replace(hour=hour))
    assert await count(made, rings) == before


async def test_no_decoy_is_drawn_that_comes_twice_with_one_change(
    made: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter(["48213", "48213", "48213", "00001", *(f"1{at:04}" for at in range(100))])
    monkeypatch.setattr(bell, "random_digits", lambda _: next(numbers))
    monkeypatch.setattr(bell, "random_choice", lambda _: 17)
    await ring(made, "48213", NOON)
    await draw(made, NOON)
    async with made.read() as tx:
        at_five = select(rings.c.number).where(rings.c.day == NOON.date(), rings.c.hour == 17)
        found = [row.number for row in await tx.rows(at_five)]
    assert found.count("48213") == 1
    assert len(found) == 3


async def test_days_without_the_service_get_their_decoys_afterwards(made: Database) -> None:
    await draw(made, NOON)
    back = NOON + timedelta(days=9)
    await draw(made, back)
    assert len(await shown(made, back)) >= 20
    much_later = NOON + timedelta(days=100)
    await draw(made, much_later)
    assert len(await shown(made, much_later)) >= 20


async def test_old_rings_are_taken_out(made: Database) -> None:
    await ring(made, "48213", NOON)
    await draw(made, NOON + timedelta(days=16))
    async with made.read() as tx:
        rows = await tx.rows(select(rings.c.number, rings.c.day))
    assert "48213" not in {row.number for row in rows}
    assert min(row.day for row in rows) >= NOON.date() + timedelta(days=1)


async def test_decoys_stand_on_many_days_so_that_they_do_not_end_on_one(made: Database) -> None:
    await draw(made, NOON)
    async with made.read() as tx:
        days = {row.day for row in await tx.rows(select(rings.c.day))}
    assert len(days) >= 14
