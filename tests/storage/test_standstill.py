"""After a restore nothing goes out twice by itself."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from broadcasts import tick
from handlers.bulletins import Plan, Repeat, Run, Topic
from handlers.subscriptions import PartOfDay, mask_of, span_of
from storage import (
    accounts,
    outlet_posts,
    sendings,
    slices,
)
from storage.leases import Lease
from storage.outlet_posts import PostStage
from storage.slices import Planned, Step
from storage.subscribers import Reach
from storage.tables import outlets
from tests import planning_world
from tests.backup_world import (
    NIGHT,
    NOON,
    back_up,
    house,
    load,
    opened,
    proven,
)
from tests.desk_world import NOW
from tests.planning_world import GAZETTEER, ZONE, planned, sent, subscribe, wants

REACH = Reach(mask_of(frozenset({Topic.WAGES})), (span_of("*"),), NOW.date(), 10_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "night.backup"


@pytest.fixture
def elsewhere(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """An empty database of the other kind."""
    if database_url.startswith("sqlite"):
        url = request.getfixturevalue("postgresql_url")
        assert isinstance(url, str)
        return url
    return f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"


def other_file(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"


async def test_no_bulletin_goes_out_twice_after_a_restore(
    database_url: str, elsewhere: str, path: Path
) -> None:
    daily = Plan(NIGHT + timedelta(hours=10), Repeat.DAILY)
    async with house(database_url) as lived:
        made = lived.database
        await subscribe(made, [wants()])
        evening = NIGHT - timedelta(hours=8)
        under_way = await planned(made, replace(planning_world.CONTENT, plan=Plan(evening)))
        [fired] = await tick.tick(made, evening, ZONE, GAZETTEER)
        async with made.write() as tx:
            await accounts.lease(tx, 1, b"h" * 16, 0, 10**9)
        today = await planned(made, replace(planning_world.CONTENT, plan=daily), now=NIGHT)
        await back_up(made, path)

    # In the house that is lost it went out at ten; forty minutes later it is restored.
    loaded = await load(path, elsewhere, proven(path, lived.master))
    assert (loaded.stopped.paused, loaded.stopped.due, loaded.stopped.coming) == (1, 1, 0)
    async with opened(elsewhere, lived.master) as again:
        [stands] = await sent(again, under_way.id)
        assert (stands.id, stands.stage, stands.reason) == (fired.sending, Run.PAUSED, "restored")
        [asked] = await tick.tick(again, NOON, ZONE, GAZETTEER)
        assert asked.stage is Run.LATE
        assert [each.reason for each in await sent(again, today.id)] == ["restored"]
        # The account is free at once, and tomorrow's goes out as planned.
        async with again.write() as tx:
            assert await accounts.lease(tx, 1, b"n" * 16, 0, 10) is not None
        [tomorrow] = await tick.tick(again, NOON + timedelta(days=1), ZONE, GAZETTEER)
        assert tomorrow.stage is Run.SENDING
        assert len(await sent(again, today.id)) == 2


async def test_a_slice_and_a_post_that_were_under_way_are_left_to_a_person(
    sqlite_url: str, path: Path, tmp_path: Path
) -> None:
    url = other_file(tmp_path)
    async with house(sqlite_url) as lived:
        made = lived.database
        bulletin = await planned(made)
        [fired] = await tick.tick(made, NOON, ZONE, GAZETTEER)
        async with made.write() as tx:
            fence = await accounts.lease(tx, 1, b"h" * 16, 0, 10**9)
            assert fence is not None
            sending = await sendings.by_id(tx, fired.sending)
            assert sending is not None
            group = Planned(1, PartOfDay.ANY, 1, 9, 9)
            await slices.plan(tx, sending, 9, [group], 0)
            found = await slices.next_of(tx, sending.id, 1, [PartOfDay.ANY])
            assert found is not None
            lease = Lease(1, b"h" * 16, fence)
            held = await slices.take(tx, lease, found, REACH)
            assert held is not None
            await slices.settle(tx, lease, held, Step(low=2, bound=5))
            for number, hold in enumerate((True, False)):
                await tx.run(insert(outlets).values(**outlet(number, hold)))
            rows = await tx.rows(select(outlets.c.id).order_by(outlets.c.id))
            await outlet_posts.plan(tx, sending.id, [row.id for row in rows])
        await back_up(made, path)
    loaded = await load(path, url, proven(path, lived.master), NOON + timedelta(hours=1))
    assert (loaded.stopped.paused, loaded.stopped.held) == (1, 1)
    async with opened(url, lived.master) as again:
        async with again.read() as tx:
            left = await slices.next_of(tx, fired.sending, 1, [PartOfDay.ANY])
            posts = await outlet_posts.of_sending(tx, fired.sending)
        # Who was sent it at the moment of the backup is uncertain, and counted so when it goes on.
        assert left is not None
        assert (left.low, left.bound, left.crashed) == (2, 5, True)
        assert [each.stage for each in posts] == [PostStage.HELD, PostStage.WAITING]
        [stands] = await sent(again, bulletin.id)
        assert stands.stage is Run.PAUSED


def outlet(number: int, hold: bool) -> dict[str, Any]:
    return {
        "account": 1,
        "unit": "root",
        "kind": "channel",
        "fingerprint": bytes([number] * 16),
        "body": b"sealed",
        "language": 0,
        "topics": 1,
        "hold_doubt": hold,
        "gone": False,
    }
