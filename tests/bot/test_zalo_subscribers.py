"""A bot of Zalo has room for fifty: who is the fifty-first, who leaves, two at the same moment."""

import asyncio
from pathlib import Path

import pytest

from bot import subscribing
from bot.channels import Arrival
from bot.inbound import Answer
from bot.plan import BASIC
from handlers.bulletins import Topic
from handlers.events import Chose, Event, Said
from handlers.subscriptions import WHOLE_COUNTRY, Subscription
from storage import subscribers
from tests.zalo_house import PAGE
from tests.zalo_scene import Scene, scene

FULL = "Bot này đã đủ số người nhận bản tin"
WAGES = Subscription(frozenset({Topic.WAGES}), places=(WHOLE_COUNTRY,))
ROAD: tuple[Event, ...] = (Said("Nhận bản tin"), Chose("all_topics"))
MOST = BASIC.most_subscribers


async def fill(at: Scene, count: int) -> None:
    """So many people receive bulletins from the bot."""
    bot = await at.its_bot()
    async with at.house.database.write() as tx:
        for number in range(count):
            await subscribers.keep(tx, bot.account, f"reader{number}", WAGES, at.clock.now.date())


async def count(at: Scene) -> int:
    bot = await at.its_bot()
    async with at.house.database.read() as tx:
        return await subscribers.of_account(tx, bot.account)


async def does(at: Scene, address: str, *events: Event) -> Answer:
    """Somebody does something in a chat with the bot; the last answer."""
    for event in events:
        number = f"{address}{len(at.told)}"
        at.told.append(number)
        answer = await at.house.inbound.receive(Arrival(at.account.channel, address, number, event))
    return answer


async def test_the_fiftieth_is_taken_and_the_next_is_told_where_to_read(
    database_url: str, tmp_path: Path
) -> None:
    async with scene(tmp_path, url=database_url) as at:
        at.house.inbound._lookups.public_url = PAGE
        await fill(at, MOST - 1)
        for words in ("Nhận bản tin", "Tất cả chủ đề"):
            await at.says(at.worker, words)
        assert "Xong." in await at.says(at.worker, "cả nước")
        assert await count(at) == MOST
        other = at.zalo.person("Other")
        shown = await at.says(other, "Nhận bản tin")
        assert FULL in shown
        assert f"{PAGE}/ban-tin" in shown
        # Everything else is as for everybody.
        assert "Xin chào" in await at.says(other, "0")
        assert "Việc bạn muốn báo" in await at.says(other, "1")
        assert await count(at) == MOST


async def test_without_a_page_nobody_is_sent_to_one(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await fill(at, MOST)
        shown = await at.says(at.worker, "Nhận bản tin")
        assert FULL in shown
        assert "http" not in shown


async def test_forty_five_are_no_reason_to_refuse_anybody(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await fill(at, BASIC.warn_subscribers)
        shown = await does(at, "new", *ROAD, Chose("whole_country"))
        assert "Xong." in shown.rendered.text
        assert await count(at) == BASIC.warn_subscribers + 1


async def test_of_two_at_the_last_place_exactly_one_gets_in(
    database_url: str, tmp_path: Path
) -> None:
    async with scene(tmp_path, url=database_url) as at:
        await fill(at, MOST - 1)
        people = [f"late{number}" for number in range(6)]
        for person in people:
            await does(at, person, *ROAD)
        shown = await asyncio.gather(
            *(does(at, person, Chose("whole_country")) for person in people)
        )
        told = [each.rendered.text for each in shown]
        assert sum("Xong." in each for each in told) == 1
        assert sum(FULL in each for each in told) == len(people) - 1
        assert await count(at) == MOST


async def test_who_leaves_makes_room_and_who_is_in_may_change(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await fill(at, MOST)
        shown = await does(at, "reader0", Said("Nhận bản tin"), Chose("sub_bell_on"))
        assert "chuông" in shown.rendered.text
        shown = await does(at, "reader0", Chose("sub_topics"), Chose("topic_safety"))
        shown = await does(at, "reader0", Chose("topics_done"))
        assert "An toàn" in shown.rendered.text
        assert await count(at) == MOST
        assert FULL in (await does(at, "new", Said("Nhận bản tin"))).rendered.text
        await does(at, "reader0", Chose("sub_stop"))
        shown = await does(at, "new", Said("/start"), *ROAD, Chose("whole_country"))
        assert "Xong." in shown.rendered.text
        assert await count(at) == MOST


async def test_who_is_asked_back_in_a_full_bot_can_still_stop(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await fill(at, MOST)
        assert "Đã ngừng" in (await does(at, "reader1", Said("dừng"))).rendered.text
        assert await count(at) == MOST - 1


@pytest.mark.parametrize("chat", ["zalo_bot:99|x", "telegram|x", "web|x", "test|x"])
async def test_where_nothing_is_counted_nothing_is_full(chat: str, tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await fill(at, MOST)
        async with at.house.database.read() as tx:
            assert not await subscribing.is_full(tx, chat)
            assert await subscribing.is_full(tx, f"{at.account.channel}|x")
