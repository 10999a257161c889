"""What a worker does to their tip, as its officers see it: on the web desk and in Telegram."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from handlers import clocks
from handlers.effects import FileTip
from handlers.roles import Role
from handlers.tips import Outcome, Status
from storage import cases, outbox, rising, tips
from storage.cases import Done
from storage.database import Database
from storage.days import local_day
from storage.outbox import LetterKind
from storage.reopening import Again
from tests.desk_browser import Browser, World
from tests.desk_world import NOW, add
from tests.telegram_desk import Scene, scene_on
from tests.tip_world import file, new_tip, record_of

ADDED = "Hôm nay họ lại khóa cửa sau."


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with scene_on(database_url) as made:
        yield made


def again(now: datetime) -> Again:
    today = local_day(now)
    dates = clocks.deadlines(now, today, danger=False)
    return Again(today, dates, clocks.card_leaves_at(now, danger=False, at_once=True))


async def adds(made: Database, new: FileTip, now: datetime) -> None:
    async with made.write() as tx:
        assert await tips.add_words(tx, new.key, ADDED, again(now))


async def held(world: World) -> tuple[bytes, FileTip, Browser]:
    """A tip that `mot` holds, and their browser."""
    one, _ = await add(world.made, "mot", ("north", Role.OFFICER))
    await add(world.made, "tren", ("root", Role.OFFICER))
    new = new_tip("north")
    tip = await file(world.made, new)
    async with world.made.write() as tx:
        assert isinstance(await cases.claim(tx, one.id, tip, NOW), Done)
    return tip, new, await world.at_desk("mot")


async def opened(browser: Browser, tip: bytes) -> str:
    await browser.get(f"/desk/tin/{tip.hex()}")
    return (await browser.send("Mở tin")).words


async def test_a_reply_turns_a_question_into_work(world: World) -> None:
    tip, new, browser = await held(world)
    await opened(browser, tip)
    await browser.send("Hỏi thêm", words="Cửa nào?")
    assert (await record_of(world.made, tip)).status is Status.ASKED
    await adds(world.made, new, NOW)
    assert ADDED in await opened(browser, tip)
    assert (await record_of(world.made, tip)).status is Status.WORKING


async def test_a_closed_tip_is_open_again_for_who_held_it(world: World) -> None:
    tip, new, browser = await held(world)
    await opened(browser, tip)
    await browser.send("Kết thúc", outcome="handled", words="Cửa đã mở.")
    assert "Trả lời" not in browser.buttons
    await adds(world.made, new, NOW + timedelta(days=2))
    words = await opened(browser, tip)
    assert ADDED in words
    assert "Cửa đã mở." in words
    assert "Trả lời" in browser.buttons
    await browser.get("/desk?xem=closed")
    assert "Cây tre xanh" not in browser.words


async def test_what_its_worker_ended_can_be_read_and_no_more(world: World) -> None:
    tip, new, browser = await held(world)
    async with world.made.write() as tx:
        assert await tips.close(tx, new.key, NOW)
    await opened(browser, tip)
    assert not {"Trả lời", "Hỏi thêm", "Kết thúc"} & set(browser.buttons)
    assert "Open again" not in browser.buttons
    assert "Mở lại, tôi kết thúc nhầm" not in browser.buttons
    await browser.get("/desk?xem=closed")
    assert "Cây tre xanh" in browser.words


async def test_what_its_worker_sent_up_is_at_the_next_desk_and_nobody_can_stop_it(
    world: World,
) -> None:
    tip, new, browser = await held(world)
    late = NOW + timedelta(days=10)
    async with world.made.write() as tx:
        when = local_day(late)
        assert await rising.send_up(tx, new.key, "root", now=late, today=when, due=late)
    up = await world.at_desk("tren")
    assert "Cây tre xanh" not in up.words, "not before the hour"
    assert "Cây tre xanh" in (await browser.get("/desk")).words
    async with world.made.write() as tx:
        cards = [each for each in await outbox.waiting(tx) if each.kind is LetterKind.CARD]
        [card] = [each for each in cards if each.unit == "root"]
        assert await rising.arrive(tx, card)
    await up.get(f"/desk/tin/{tip.hex()}")
    assert "Nhận tin này" in up.buttons
    await browser.get(f"/desk/tin/{tip.hex()}")
    assert "Đơn vị khác đang phụ trách tin này" in browser.words
    assert "Nhận tin này" not in browser.buttons


async def test_in_a_group_the_card_of_a_closed_tip_is_one_to_work_on_again(scene: Scene) -> None:
    an = await scene.officer("An")
    new = new_tip("north")
    tip = await file(scene.made, new)
    await scene.run()
    await scene.press(an, scene.card(), "Nhận")
    async with scene.made.write() as tx:
        member = scene.members["An"].id
        done = await cases.close(tx, member, tip, Outcome.HANDLED, "Xong.", scene.clock())
        assert isinstance(done, Done)
    await scene.run()
    assert "đã xử lý" in scene.card().text
    await adds(scene.made, new, scene.clock())
    scene.clock.turn(hours=2)
    await scene.run()
    assert "đã xử lý" not in scene.card().text
    assert "Người an" in scene.card().text
    await an.start("desk")
    await scene.run()
    await an.say("1")
    await scene.run()
    assert "Trả lời" in an.sees()[-1].labels
    assert not any(ADDED in each for each in scene.private(an)), "unless it is asked for"


async def test_in_a_group_the_card_tells_that_its_worker_ended_it(scene: Scene) -> None:
    await scene.officer("An")
    new = new_tip("north")
    await file(scene.made, new)
    await scene.run()
    async with scene.made.write() as tx:
        assert await tips.close(tx, new.key, scene.clock())
    scene.clock.turn(hours=2)
    await scene.run()
    assert "kết thúc" in scene.card().text
    assert "Nhận" not in scene.card().labels
