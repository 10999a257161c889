"""Rounds of quizzes: nothing of fewer than ten ever lies on a disk, and only who plans bulletins
reads what does.
"""

import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from handlers.roles import Role
from storage import quiz_tallies
from storage.database import Database, Unreachable
from storage.quiz_tallies import BATCH, PENDING_SECONDS, Answered, Tally
from storage.tables import quiz_tallies as table
from storage.volatile import Memory, Volatile
from tests import desk_world
from tests.redis_store import KEY, Hand, below, of_memory, of_redis

STORES = ("memory", pytest.param("redis", marks=pytest.mark.redis))
ALL_RIGHT = (("one", True), ("two", True))
HALF = (("two", False), ("one", True))


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


@pytest.fixture(params=STORES)
async def volatile(request: pytest.FixtureRequest) -> AsyncIterator[Volatile]:
    opening = of_memory if request.param == "memory" else of_redis
    async with opening(Hand()) as opened:
        yield opened


async def play(volatile: Volatile, times: int, answers: Sequence[tuple[str, bool]]) -> None:
    for _ in range(times):
        await quiz_tallies.count(volatile, "loans", answers)


async def rows(made: Database) -> list[tuple[str, int, str]]:
    async with made.read() as tx:
        return [(row.quiz, row.players, row.body) for row in await tx.rows(select(table))]


async def read(made: Database, login: str, role: Role) -> tuple[Tally, ...]:
    member, _ = await desk_world.add(made, login, ("north", role))
    async with made.read() as tx:
        return await quiz_tallies.read(tx, member.id)


async def test_nothing_is_written_before_there_are_ten(made: Database, volatile: Volatile) -> None:
    await play(volatile, BATCH - 1, ALL_RIGHT)
    assert await quiz_tallies.flush(made, volatile, ["loans"]) == 0
    assert await rows(made) == []
    await play(volatile, 1, HALF)
    assert await rows(made) == []
    assert await quiz_tallies.flush(made, volatile, ["loans", "wages"]) == 1
    assert await rows(made) == [("loans", 10, '{"one": [10, 10], "two": [10, 9]}')]
    assert await quiz_tallies.flush(made, volatile, ["loans"]) == 0


async def test_batches_add_up(made: Database, volatile: Volatile) -> None:
    await play(volatile, 12, ALL_RIGHT)
    await quiz_tallies.flush(made, volatile, ["loans"])
    await play(volatile, 13, HALF)
    await quiz_tallies.flush(made, volatile, ["loans"])
    [tally] = await read(made, "viet", Role.AUTHOR)
    assert tally == Tally("loans", 25, {"one": Answered(25, 25), "two": Answered(25, 12)})
    assert tally.questions["two"].percent == 48


async def test_another_set_of_questions_begins_another_batch(
    made: Database, volatile: Volatile
) -> None:
    await play(volatile, 9, ALL_RIGHT)
    await play(volatile, 9, (("one", True),))
    assert await quiz_tallies.flush(made, volatile, ["loans"]) == 0
    await play(volatile, 1, (("one", False),))
    await quiz_tallies.flush(made, volatile, ["loans"])
    assert await rows(made) == [("loans", 10, '{"one": [10, 9]}')]


async def test_a_restart_forgets_what_was_no_batch_yet(made: Database) -> None:
    clock = Hand()
    store = Memory(KEY, clock)
    await play(store, BATCH - 1, ALL_RIGHT)
    again = Memory(KEY, clock)
    await play(again, 1, ALL_RIGHT)
    assert await quiz_tallies.flush(made, again, ["loans"]) == 0
    assert await rows(made) == []


async def test_what_finds_no_company_in_a_month_is_gone(made: Database) -> None:
    clock = Hand()
    store = Memory(KEY, clock)
    await play(store, BATCH - 1, ALL_RIGHT)
    clock.now += PENDING_SECONDS
    await play(store, 1, ALL_RIGHT)
    assert await quiz_tallies.flush(made, store, ["loans"]) == 0


@pytest.mark.redis
async def test_two_processes_count_together_and_write_once(made: Database) -> None:
    async with below() as place, place.store(Hand()) as one, place.store(Hand()) as two:
        for store in (one, two):
            await play(store, BATCH // 2, ALL_RIGHT)
        done = [await quiz_tallies.flush(made, store, ["loans"]) for store in (one, two)]
    assert done == [1, 0]
    assert [(quiz, players) for quiz, players, _ in await rows(made)] == [("loans", 10)]


async def test_a_database_that_is_away_loses_no_batch(made: Database) -> None:
    store = Memory(KEY, Hand())
    await play(store, BATCH, ALL_RIGHT)
    with pytest.raises(Unreachable):
        await quiz_tallies.flush(_Away(), store, ["loans"])
    assert await quiz_tallies.flush(made, store, ["loans"]) == 1
    assert [players for _, players, _ in await rows(made)] == [10]


class _Away(Database):
    """A database that does not answer."""

    def __init__(self) -> None:
        """It never opens anything."""

    @asynccontextmanager
    async def write(self, *, alone: bool = False, little: bool = False) -> AsyncIterator[None]:  # type: ignore[override]
        raise Unreachable
        yield


@pytest.mark.parametrize("role", Role)
async def test_only_who_plans_bulletins_reads_them(made: Database, role: Role) -> None:
    store = Memory(KEY, Hand())
    await play(store, BATCH, ALL_RIGHT)
    await quiz_tallies.flush(made, store, ["loans"])
    found = await read(made, "ai", role)
    assert bool(found) == (role in {Role.AUTHOR, Role.APPROVER})


async def test_whenever_somebody_looks_it_has_grown_by_ten_or_not_at_all(made: Database) -> None:
    store, chance, before = Memory(KEY, Hand()), random.Random(7), (0, 0)
    for _ in range(300):
        if chance.random() < 0.8:
            await play(store, 1, (("one", chance.random() < 0.5),))
            continue
        await quiz_tallies.flush(made, store, ["loans"])
        async with made.read() as tx:
            found = await tx.row(select(table))
        if found is None:
            continue
        now = (found.players, json.loads(found.body)["one"][0])
        assert now == before or now[0] - before[0] == now[1] - before[1] >= BATCH
        before = now
    assert before[0] > 100
