"""Slices of a sending: cut once, taken under a fence, and the uncertain are counted."""

import asyncio
import random
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from bot.bulletins.planner import SLICE, cut
from handlers.bulletins import Run, Topic
from handlers.subscriptions import PartOfDay, Subscription, mask_of, span_of
from storage import accounts, leases, sendings, slices
from storage.database import Database
from storage.leases import Lease, Lost
from storage.sendings import Kind, Sending
from storage.slices import WEEK_MILLISECONDS, Had, Outcome, Planned, Slice, Step
from storage.subscribers import BUCKET, Bucket, Reach
from storage.tables import outcomes
from storage.tables import sendings as rows
from tests import bulletin_world as world

REACH = Reach(mask_of(frozenset({Topic.WAGES})), (span_of("*"),), world.TODAY, 10_000)
NOW = round(world.NOON.timestamp() * 1000)
ME, OTHER = b"m" * 16, b"o" * 16


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with world.database(database_url) as opened:
        yield opened


async def leased(made: Database, account: int, holder: bytes = ME, now: int = NOW) -> Lease:
    async with made.write() as tx:
        fence = await accounts.lease(tx, account, holder, now, 10)
    assert fence is not None
    return Lease(account, holder, fence)


async def planned(made: Database, count: int = 100) -> tuple[Sending, int, Slice]:
    """A sending to `count` subscribers of an account, in one slice."""
    bot = await world.account(made)
    await world.subscribe(made, bot, count)
    sending = await world.begin(made)
    whole = Planned(bot.id, PartOfDay.ANY, 1, count, count)
    async with made.write() as tx:
        assert await slices.plan(tx, sending, count, [whole], NOW)
        found = await slices.next_of(tx, sending.id, bot.id, [PartOfDay.ANY])
    assert found is not None
    return sending, bot.id, found


async def test_a_step_is_planned_once_whoever_plans(made: Database) -> None:
    sending, account, _ = await planned(made)
    again = Planned(account, PartOfDay.ANY, 1, 100, 100)
    async with made.write() as tx:
        assert not await slices.plan(tx, sending, 100, [again], NOW)
        known = await sendings.by_id(tx, sending.id)
    assert known is not None
    assert (known.planned, known.planned_to, known.is_planned) == (100, 100, True)


async def test_two_that_plan_at_once_write_each_step_once(made: Database) -> None:
    bot = await world.account(made)
    await world.subscribe(made, bot, 100)
    sending = await world.begin(made)
    whole = Planned(bot.id, PartOfDay.ANY, 1, 100, 100)

    async def plan() -> bool:
        async with made.write() as tx:
            return await slices.plan(tx, sending, 100, [whole], NOW)

    assert sorted(await asyncio.gather(plan(), plan(), plan())) == [False, False, True]


async def test_what_lies_between_the_bounds_after_a_crash_is_uncertain_and_nobody_else(
    made: Database,
) -> None:
    sending, account, first = await planned(made)
    lease = await leased(made, account)
    sent = [Outcome(number, Kind.SENT, number) for number in (1, 2, 3, 5, 8)]
    async with made.write() as tx:
        held = await slices.take(tx, lease, first, REACH)
        assert held is not None
        step = Step(3, 20, sent, {(0, Kind.SENT): 5})
        assert await slices.settle(tx, lease, held, step) is Run.SENDING
    later = await leased(made, account, OTHER, NOW + 11_000)
    async with made.write() as tx:
        wanted = await slices.next_of(tx, sending.id, account, [PartOfDay.ANY])
        assert wanted is not None
        assert wanted.crashed
        taken = await slices.take(tx, later, wanted, REACH)
        assert taken is not None
        found = await sendings.progress(tx, sending.id, world.NOON)
        had = await slices.had(tx, sending.id, 1, 100, NOW)
    assert (taken.low, taken.bound) == (3, 20)
    assert found is not None
    assert found.repeats_bound == 15, "4, 6, 7 and 9 to 20"
    assert {number for number, each in had.items() if each.is_settled} == {1, 2, 3, 5, 8}


async def test_what_was_given_back_in_order_leaves_nobody_uncertain(made: Database) -> None:
    sending, account, first = await planned(made)
    lease = await leased(made, account)
    async with made.write() as tx:
        held = await slices.take(tx, lease, first, REACH)
        assert held is not None
        await slices.settle(tx, lease, held, Step(10, 60))
        await slices.release(tx, lease, held, 10)
        await accounts.release(tx, account, ME)
    later = await leased(made, account, OTHER)
    async with made.write() as tx:
        wanted = await slices.next_of(tx, sending.id, account, [PartOfDay.ANY])
        assert wanted is not None
        taken = await slices.take(tx, later, wanted, REACH)
        found = await sendings.progress(tx, sending.id, world.NOON)
    assert taken is not None
    assert (taken.low, taken.bound, taken.crashed) == (10, 10, False)
    assert found is not None
    assert found.repeats_bound == 0


async def test_who_lost_the_account_writes_nothing_more(made: Database) -> None:
    sending, account, first = await planned(made)
    lease = await leased(made, account)
    async with made.write() as tx:
        held = await slices.take(tx, lease, first, REACH)
    assert held is not None
    await leased(made, account, OTHER, NOW + 11_000)
    step = Step(5, 50, [Outcome(1, Kind.SENT, 1)], {(0, Kind.SENT): 1})
    for work in (
        lambda tx: slices.settle(tx, lease, held, step),
        lambda tx: slices.take(tx, lease, first, REACH),
        lambda tx: slices.release(tx, lease, held, 5),
        lambda tx: slices.skip_rest(tx, lease, held, REACH),
    ):
        with pytest.raises(Lost):
            async with made.write() as tx:
                await work(tx)
    async with made.read() as tx:
        assert await sendings.sums_of(tx, sending.id) == ()


async def test_a_disabled_account_is_lost_at_once_and_a_lease_ends_with_its_time(
    made: Database,
) -> None:
    _, account, _ = await planned(made)
    lease = await leased(made, account)
    async with made.write() as tx:
        assert await accounts.lease(tx, account, OTHER, NOW + 9_000, 10) is None
        await leases.check(tx, lease)
        await accounts.disable(tx, "one")
    with pytest.raises(Lost):
        async with made.write() as tx:
            await leases.check(tx, lease)


@pytest.mark.postgresql
async def test_who_takes_over_waits_for_what_is_being_written(postgresql_url: str) -> None:
    async with world.database(postgresql_url) as made:
        sending, account, first = await planned(made)
        lease = await leased(made, account)
        async with made.write() as tx:
            held = await slices.take(tx, lease, first, REACH)
        assert held is not None
        async with asyncio.TaskGroup() as group, made.write() as tx:
            step = Step(7, 50, [Outcome(7, Kind.SENT, 1)], {(0, Kind.SENT): 1})
            await slices.settle(tx, lease, held, step)
            taking = group.create_task(leased(made, account, OTHER, NOW + 11_000))
            done, _ = await asyncio.wait([taking], timeout=0.2)
            assert not done
        async with made.read() as tx:
            wanted = await slices.next_of(tx, sending.id, account, [PartOfDay.ANY])
        assert wanted is not None
        assert (wanted.low, wanted.bound) == (7, 50)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 29)), unique=True), st.integers(0, 9))
def test_every_subscriber_lies_in_one_slice(found: list[tuple[int, int]], seed: int) -> None:
    chance = random.Random(seed)
    parts = tuple(PartOfDay)
    buckets = [
        Bucket(1, parts[part], number, chance.randint(1, BUCKET)) for part, number in sorted(found)
    ]
    upto = 29 * BUCKET + 500
    made = cut(buckets, 1, upto)
    assert sum(each.count for each in made) == sum(each.count for each in buckets)
    for part in parts:
        mine = [each for each in made if each.part is part]
        assert all(one.last < other.first for one, other in pairwise(mine))
        assert all(1 <= each.first <= each.last <= upto for each in mine)
        assert all(each.count < 2 * SLICE for each in mine)
        numbers = {each.number for each in buckets if each.part is part}
        assert all(
            any(one.first <= max(1, number * BUCKET) <= one.last for one in mine)
            for number in numbers
        )


async def test_the_weekly_limit_counts_what_a_week_has_seen_whatever_happened(
    made: Database,
) -> None:
    for seed in range(25):
        await _compare(made, random.Random(seed))


async def _compare(made: Database, chance: random.Random) -> None:
    """A random history, asked of the database and reckoned by hand."""
    history = []
    async with made.write() as tx:
        await tx.run(delete(rows))
        await tx.run(delete(outcomes))
        for number in range(1, chance.randint(2, 9)):
            begun = NOW - chance.randint(0, 15 * 24) * 3_600_000
            ended = chance.choice([None, begun + chance.randint(0, 72) * 3_600_000])
            values: dict[str, Any] = {
                "id": number,
                "bulletin": f"b{number}",
                "version": 1,
                "fire_key": f"b{number}",
                "due": begun,
                "priority": chance.randint(0, 2),
                "stage": "done",
                "reason": "",
                "high_water": 9,
                "planned_to": 9,
                "planned": 9,
                "uncertain": 0,
                "begun": chance.choice([begun, begun, None]),
                "ended": ended,
            }
            await tx.run(insert(rows).values(**values))
            for subscriber in range(1, 10):
                kind = chance.randint(0, 4)
                if kind:
                    history.append((values, subscriber, kind))
        await tx.run(
            insert(outcomes),
            [
                {"sending": each["id"], "subscriber": who, "kind": kind, "message": None}
                for each, who, kind in history
            ],
        )
        found = await slices.had(tx, 1, 2, 8, NOW)
    for who in range(2, 9):
        met = sum(
            each["id"] != 1
            and each["priority"] == 2
            and each["begun"] is not None
            and (each["ended"] if each["ended"] is not None else NOW) > NOW - WEEK_MILLISECONDS
            and kind in (Kind.SENT, Kind.UNKNOWN)
            for each, other, kind in history
            if other == who
        )
        mine = any(each["id"] == 1 and other == who for each, other, _ in history)
        assert found.get(who, Had(False, 0)) == Had(mine, met)


async def test_two_communes_of_one_province_are_counted_together_when_skipped(
    made: Database,
) -> None:
    bot = await world.account(made)
    places = ("48/20242", "48/20335", "48", "01/00004", "*")
    await world.subscribe(
        made,
        bot,
        10,
        chosen=lambda each: Subscription(frozenset({Topic.WAGES}), (places[each % 5],)),
    )
    sending = await world.begin(made)
    lease = await leased(made, bot.id)
    async with made.write() as tx:
        whole = Planned(bot.id, PartOfDay.ANY, 1, 10, 10)
        assert await slices.plan(tx, sending, 10, [whole], NOW)
        wanted = await slices.next_of(tx, sending.id, bot.id, [PartOfDay.ANY])
        assert wanted is not None
        held = await slices.take(tx, lease, wanted, REACH)
        assert held is not None
        await slices.skip_rest(tx, lease, held, REACH)
        found = {row[1:] for row in await sendings.sums_of(tx, sending.id)}
    assert found == {(0, Kind.EXPIRED, 2), (1, Kind.EXPIRED, 2), (48, Kind.EXPIRED, 6)}
