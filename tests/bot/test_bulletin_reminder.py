"""The weekly reminder of the bell on its way: to who asked for it, within their week, no rooms."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from broadcasts import reminder
from handlers.bulletins import REMINDER, Topic
from handlers.languages import Language
from handlers.subscriptions import Subscription
from storage import bulletins, outlets, sendings, subscribers
from storage.database import Database
from storage.sendings import Kind, Sending
from tests import bulletin_world as world
from tests.bulletin_world import NOON
from tests.fakes.recorder import Recorder
from tests.tip_world import Clock

ROOM = -1_001_000_000_000
ASKED = Subscription(frozenset({Topic.LIVING}), ("79/25747",), per_week=1, bell=True)
LIVING = Subscription(frozenset({Topic.LIVING}))


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with world.database(database_url) as opened:
        yield opened


async def reminded(made: Database, days: int) -> Sending:
    """The reminder is due so many days after noon of the first day."""
    assert await reminder.ensure(made, NOON, world.VIETNAM)
    async with made.write() as tx:
        bulletin = await bulletins.by_id(tx, REMINDER)
        assert bulletin is not None
        high = await subscribers.high_water(tx)
        sending = await sendings.start(tx, bulletin, NOON + timedelta(days=days), high)
    assert sending is not None
    return sending


async def test_it_reaches_who_asked_for_it_and_counts_in_their_week(made: Database) -> None:
    bot = await world.account(made)
    asked = await world.subscribe(made, bot, 3, chosen=lambda _: ASKED)
    await world.subscribe(made, bot, 4, first=3, chosen=lambda _: LIVING)
    async with made.write() as tx:
        room = await outlets.add(tx, bot.id, "root", "channel", str(ROOM), "Kênh")
        every = frozenset(Topic)
        await outlets.choose(tx, room.id, language=Language.VI, topics=every, hold_doubt=True)
    clock = Clock(NOON)
    async with Recorder() as app, world.office(made, app.url, clock) as office:
        first = await office.until(await reminded(made, 0))
        assert first.counts[Kind.SENT] == 3
        assert app.arrived == dict.fromkeys(asked, 1), "no room, and nobody else"
        said = str(app.bodies[asked[0]]["text"])
        assert said.startswith("Nhắc hằng tuần")
        # It was their one of the week; a week later it is their one again.
        clock.now = NOON + timedelta(days=3)
        second = await office.until(await reminded(made, 3))
        assert second.counts[Kind.SKIPPED] == 3
        clock.now = NOON + timedelta(days=8)
        third = await office.until(await reminded(made, 8))
        assert third.counts[Kind.SENT] == 3
