"""Merged tips in a unit's Telegram group: one card, and words that reach each worker."""

from collections.abc import AsyncIterator

import pytest

from handlers.effects import FileTip
from handlers.tips import Status
from storage import cases, merging, tips
from storage.cases import Done
from tests.desk_world import NOW
from tests.fakes.telegram import Person
from tests.telegram_desk import Scene, scene_on
from tests.tip_world import file, new_tip, record_of


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with scene_on(database_url) as made:
        yield made


async def merged(scene: Scene) -> tuple[Person, dict[bytes, FileTip]]:
    """An officer who holds two tips as one, the second of which is about danger."""
    an = await scene.officer("An")
    first, second = new_tip(), new_tip(nickname="Con suối nhỏ", danger=True)
    news = {await file(scene.made, new): new for new in (first, second)}
    lead, other = news
    await scene.run()
    assert len(scene.cards()) == 2
    async with scene.made.write() as tx:
        officer = scene.members["An"].id
        assert isinstance(await cases.claim(tx, officer, lead, NOW), Done)
        assert await merging.merge(tx, officer, lead, [other], NOW) == 1
    await scene.run()
    return an, news


async def last_words(scene: Scene, new: FileTip) -> str:
    async with scene.made.read() as tx:
        found = await tips.read_thread(tx, new.key)
    assert found is not None
    return found.entries[-1].words


async def test_merged_tips_are_one_card_in_the_group_which_stands_for_all(scene: Scene) -> None:
    _, news = await merged(scene)
    [card] = scene.cards()
    assert "Cây tre xanh" in card.text
    assert "NGUY HIỂM" in card.text
    lead, other = news
    async with scene.made.write() as tx:
        done = await merging.take_out(tx, scene.members["An"].id, other, NOW)
        assert isinstance(done, Done)
    await scene.run()
    assert len(scene.cards()) == 2
    assert not any("NGUY HIỂM" in each.text for each in scene.cards() if "Cây tre" in each.text)
    assert (await record_of(scene.made, lead)).status is Status.CLAIMED


async def test_an_answer_reaches_each_and_the_officer_is_told_before(scene: Scene) -> None:
    an, news = await merged(scene)
    await scene.press(an, scene.card(), "Trả lời")
    assert "lời bạn viết đến cả 2 người" in scene.private(an)[-1]
    await an.say("Đã mở lại cửa.")
    await scene.run()
    assert any("Đã gửi vào 2 tin đã gộp" in each for each in scene.private(an))
    for new in news.values():
        assert await last_words(scene, new) == "Đã mở lại cửa."


async def test_a_question_reaches_the_one_worker_whose_tip_it_is(scene: Scene) -> None:
    an, news = await merged(scene)
    await scene.press(an, scene.card(), "Hỏi thêm")
    assert "chỉ đến người báo tin này" in scene.private(an)[-1]
    await an.say("Cửa nào?")
    await scene.run()
    first, second = news.values()
    assert await last_words(scene, first) == "Cửa nào?"
    assert await last_words(scene, second) == second.story


async def test_closing_in_the_chat_closes_each(scene: Scene) -> None:
    an, news = await merged(scene)
    await scene.press(an, scene.card(), "Kết thúc")
    await an.press(an.sees()[-1], "đã xử lý")
    await scene.run()
    assert "lời bạn viết đến cả 2 người" in scene.private(an)[-1]
    await an.say("Cửa đã sửa xong.")
    await scene.run()
    for tip, new in news.items():
        assert (await record_of(scene.made, tip)).status is Status.CLOSED
        assert await last_words(scene, new) == "Cửa đã sửa xong."


async def test_the_list_of_ones_own_tips_counts_them_once(scene: Scene) -> None:
    an, _ = await merged(scene)
    await an.say("/desk")
    await scene.run()
    listed = scene.private(an)[-1]
    assert "Cây tre xanh" in listed
    assert "Con suối nhỏ" not in listed
