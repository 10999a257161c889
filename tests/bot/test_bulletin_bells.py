"""The bell's list under a bulletin on its way: as it stands when it is sent, the same for all."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from bot.bulletins.bulk import Letter
from bot.bulletins.jobs import Job, Jobs
from bot.channels.zalo_bot.bulk import ZaloBulk
from bot.channels.zalo_bot.client import Client
from bot.channels.zalo_bot.quota import Quota
from bot.pace import Limits, Pace
from broadcasts import wording
from handlers.bell import next_change
from handlers.languages import Language
from handlers.subscriptions import Subscription
from storage.chance import random_id
from storage.database import Database
from storage.tables import rings
from tests import bulletin_world as world
from tests.bulletin_world import NOON, VIETNAM
from tests.fakes.recorder import Recorder
from tests.tip_world import Clock
from tests.world import places

FIVE = NOON + timedelta(hours=5)


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with world.database(database_url) as opened:
        yield opened


async def ring(made: Database, number: str, moment: datetime) -> None:
    """As a row alone: which decoys come with it is another test's matter."""
    at = next_change(moment.astimezone(VIETNAM))
    async with made.write() as tx:
        await tx.run(insert(rings).values(id=random_id(), number=number, day=at.day, hour=at.hour))


async def test_every_reader_and_every_language_gets_the_list_of_the_last_change(
    made: Database,
) -> None:
    await ring(made, "48213", NOON - timedelta(hours=6))
    await ring(made, "11111", NOON)
    bot = await world.account(made)
    wages = Subscription(frozenset({world.content().topic}))
    readers = await world.subscribe(made, bot, 3, chosen=lambda _: wages)
    english = replace(wages, language=Language.EN)
    readers += await world.subscribe(made, bot, 2, first=50, chosen=lambda _: english)
    sending = await world.begin(made)
    async with Recorder() as app, world.office(made, app.url) as office:
        await office.until(sending)
        texts = [str(app.bodies[each]["text"]) for each in readers]
    assert sum("Số chuông lúc 7 giờ ngày 23/11/2026: 48213\n" in each for each in texts) == 3
    assert sum("Bell numbers at 7:00 on 23/11/2026: 48213\n" in each for each in texts) == 2
    assert len(set(texts)) == 2
    assert not any("11111" in each for each in texts)


async def test_what_is_sent_after_a_change_shows_the_new_list(made: Database) -> None:
    await ring(made, "48213", NOON)
    sending = await world.begin(made)
    jobs, clock = Jobs(VIETNAM, places), Clock(NOON)

    async def posted() -> str:
        async with made.read() as tx:
            job = await jobs.of(tx, sending, clock())
        assert isinstance(job, Job)
        return letter(made, job).before.decode()

    before = await posted()
    clock.now = FIVE
    after = await posted()
    assert "48213" not in before
    assert "48213" in after


async def test_where_parts_are_counted_the_list_costs_nobody_a_part(made: Database) -> None:
    for at in range(30):
        await ring(made, f"{at:05}", NOON - timedelta(hours=6))
    sending = await world.begin(made)
    async with made.read() as tx:
        job = await Jobs(VIETNAM, places).of(tx, sending, NOON)
    assert job is not None
    assert "00029" in letter(made, job).before.decode()
    known = job.content.vi
    fill = "a" * (1_850 - len(wording.post_of(job.content, Language.VI, job.unit_name)))
    longer = replace(job.content, vi=replace(known, body=known.body + fill))
    told = letter(made, replace(job, content=longer))
    assert told.parts == 1
    assert "00029" not in told.before.decode()


def letter(made: Database, job: Job) -> Letter:
    """What a bot on Zalo would be given; nothing is sent."""
    clock = Clock(NOON)
    quota = Quota(made, 1, clock, VIETNAM)
    client = Client("1:token", "http://127.0.0.1:1")
    bot = ZaloBulk(client, Pace(Limits()), quota, 5, lambda _: "", clock)
    return job.post(bot, Language.VI)
