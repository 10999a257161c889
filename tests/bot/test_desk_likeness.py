"""The desk's page of similar tips: why, both stories, merging, one card, and the way back."""

from typing import Any

from bs4 import Tag

from handlers.roles import Role
from handlers.tips import Outcome, Status
from storage import cases, tips
from storage.audit import Act
from tests.desk_browser import Browser, World
from tests.desk_world import NOW, add
from tests.tip_world import file, new_tip

FIRST = "Cửa thoát hiểm của xưởng bị khóa từ thứ hai."
SECOND = "cua thoat hiem xuong 3 khoa hoai, co khoi"


async def two(world: World) -> tuple[bytes, bytes, dict[bytes, Any]]:
    """An officer, and two tips about the same door; the first is claimed."""
    one, _ = await add(world.made, "mot", ("north", Role.OFFICER))
    news = {}
    for story, name in ((FIRST, "Cây tre xanh"), (SECOND, "Con suối nhỏ")):
        new = new_tip(story=story, nickname=name)
        news[await file(world.made, new)] = new
    lead, other = news
    async with world.made.write() as tx:
        await cases.claim(tx, one.id, lead, NOW)
    return lead, other, news


def page_of(tip: bytes) -> str:
    return f"/desk/tin/{tip.hex()}"


async def merged(world: World) -> tuple[Browser, bytes, bytes, dict[bytes, Any]]:
    lead, other, news = await two(world)
    browser = await world.at_desk("mot")
    await browser.get(page_of(lead) + "/giong")
    await browser.send("Gộp các tin đã chọn vào tin Cây tre xanh", **{f"tip-{other.hex()}": "1"})
    assert (browser.status, "Tin này đang là tin chính của 1 tin" in browser.words) == (200, True)
    return browser, lead, other, news


async def words_of(world: World, new: Any) -> list[str]:
    async with world.made.read() as tx:
        found = await tips.read_thread(tx, new.key)
    assert found is not None
    return [each.words for each in found.entries]


async def test_a_tip_leads_to_those_like_it_with_reasons_and_without_their_words(
    one: World,
) -> None:
    lead, _, _ = await two(one)
    browser = await one.at_desk("mot")
    await browser.get(page_of(lead))
    link = browser.page.find("a", string="Tin giống tin này, gộp tin")
    assert isinstance(link, Tag)
    await browser.get(str(link["href"]))
    for told in ("Con suối nhỏ", "cùng phường, xã", "cùng nhóm việc", "nhận cùng ngày"):
        assert told in browser.words
    assert "lời kể có 3 từ giống nhau" in browser.words
    for story in (FIRST, SECOND):
        assert story not in browser.text
    assert Act.OPENED not in await one.acts()


async def test_both_stories_are_read_side_by_side_and_that_stands_in_the_audit(
    one: World,
) -> None:
    lead, _, _ = await two(one)
    browser = await one.at_desk("mot")
    await browser.get(page_of(lead) + "/giong")
    await browser.send("So với tin Con suối nhỏ")
    assert FIRST in browser.words
    assert SECOND in browser.words
    assert (await one.acts()).count(Act.OPENED) == 2


async def test_merged_tips_are_one_card_and_one_answer_reaches_each_worker(one: World) -> None:
    browser, lead, other, news = await merged(one)
    await browser.get("/desk")
    headings = [each.get_text(strip=True) for each in browser.page.select(".cards h2")]
    assert headings == ["Cây tre xanh"]
    assert "Gộp chung: Con suối nhỏ" in browser.words
    assert "1 tin" in browser.words
    await browser.get(page_of(other))
    assert "được gộp vào một tin khác" in browser.words
    await browser.get(page_of(lead))
    await browser.send("Mở tin")
    assert "Từng người trong 2 người báo tin" in browser.words
    await browser.send("Trả lời", words="Cửa đã mở sáng nay.", whom="each")
    assert "Đã gửi vào 2 tin đã gộp" in browser.words
    for tip in (lead, other):
        assert (await words_of(one, news[tip]))[-1] == "Cửa đã mở sáng nay."


async def test_words_for_one_worker_reach_only_that_one(one: World) -> None:
    browser, lead, other, news = await merged(one)
    await browser.get(page_of(lead))
    await browser.send("Mở tin")
    await browser.send("Trả lời", words="Chỉ cho bạn.", whom="one")
    assert "Đã gửi vào" not in browser.words
    await browser.send("Hỏi thêm", words="Cửa nào?")
    assert (await words_of(one, news[lead]))[-2:] == ["Chỉ cho bạn.", "Cửa nào?"]
    assert await words_of(one, news[other]) == [SECOND]
    await browser.send("Hỏi thêm", words="Từ bao giờ?", whom="each")
    assert (await words_of(one, news[other]))[-1] == "Từ bao giờ?"


async def test_what_was_chosen_stays_when_the_words_are_doubted(one: World) -> None:
    browser, lead, _, _ = await merged(one)
    await browser.get(page_of(lead))
    await browser.send("Mở tin")
    await browser.send("Trả lời", words="Cho xin số điện thoại của bạn.", whom="one")
    chosen = browser.form("Vẫn gửi").select_one("input[name=whom][checked]")
    assert chosen is not None
    assert chosen["value"] == "one"


async def test_closing_the_lead_closes_each(one: World) -> None:
    browser, lead, other, news = await merged(one)
    await browser.get(page_of(lead))
    await browser.send("Mở tin")
    assert "kết thúc cả 2 tin đã gộp" in browser.words
    await browser.send("Kết thúc", words="Đã xong.", outcome="handled")
    for tip in (lead, other):
        async with one.made.read() as tx:
            found = await tips.read_thread(tx, news[tip].key)
        assert found is not None
        assert (found.status, found.outcome) == (Status.CLOSED, Outcome.HANDLED)
        assert found.entries[-1].words == "Đã xong."


async def test_one_is_taken_out_again(one: World) -> None:
    browser, lead, other, _ = await merged(one)
    await browser.get(page_of(lead) + "/giong")
    await browser.send("Tách tin Con suối nhỏ ra")
    assert (browser.status, "Đã tách tin đó ra." in browser.words) == (200, True)
    await browser.get("/desk")
    assert len(browser.page.select(".cards h2")) == 2
    await browser.get(page_of(lead) + "/giong")
    await browser.post(page_of(lead) + "/giong", {"guard": browser.guard, "out": other.hex()})
    assert (browser.status, "không gộp với tin nào" in browser.words) == (409, True)
    assert [each for each in await one.acts() if each in (Act.MERGED, Act.TAKEN_OUT)] == [
        Act.MERGED,
        Act.MERGED,
        Act.TAKEN_OUT,
    ]


async def test_it_says_kindly_why_something_is_not_merged(one: World) -> None:
    lead, other, _ = await two(one)
    two_, _ = await add(one.made, "hai", ("north", Role.OFFICER))
    browser = await one.at_desk("mot")
    go = "Gộp các tin đã chọn vào tin Cây tre xanh"
    await browser.get(page_of(lead) + "/giong")
    await browser.send(go)
    assert (browser.status, "chưa chọn tin nào" in browser.words) == (409, True)
    async with one.made.write() as tx:
        await cases.claim(tx, two_.id, other, NOW)
    await browser.send(go, **{f"tip-{other.hex()}": "1"})
    assert browser.status == 409
    assert "Người hai đang giữ một trong các tin đã chọn" in browser.words
    assert "Người hai đang giữ tin này nên chưa gộp được" in browser.words
    colleague = await one.at_desk("hai")
    await colleague.get(page_of(lead) + "/giong")
    assert go not in colleague.buttons
    assert "trước hết bạn hãy nhận tin này" in colleague.words


async def test_strangers_and_nonsense_get_the_same_answers_as_elsewhere(one: World) -> None:
    lead, other, _ = await two(one)
    await add(one.made, "nam", ("south", Role.OFFICER))
    stranger = await one.at_desk("nam")
    await stranger.get(page_of(lead) + "/giong")
    assert stranger.status == 404
    browser = await one.at_desk("mot")
    path = page_of(lead) + "/giong"
    await browser.get(path)
    for fields in ({"do": "merge", "tip-xyz": "1"}, {"compare": "xyz"}, {"out": "x"}, {}):
        await browser.post(path, {"guard": browser.guard, **fields})
        assert browser.status == 400
        await browser.get(path)
    for fields in ({"do": "merge", f"tip-{'0' * 32}": "1"}, {"compare": "0" * 32}):
        await browser.post(path, {"guard": browser.guard, **fields})
        assert browser.status == 404
        await browser.get(path)
    # A foreign tip is not opened, and neither is one's own beside it.
    assert Act.OPENED not in await one.acts()
    await browser.post(path, {"do": "merge", f"tip-{other.hex()}": "1", "guard": "false"})
    assert browser.status == 403
    assert Act.MERGED not in await one.acts()


async def test_without_similar_tips_it_says_so(one: World) -> None:
    one_, _ = await add(one.made, "mot", ("north", Role.OFFICER))
    tip = await file(one.made, new_tip())
    browser = await one.at_desk("mot")
    await browser.get(page_of(tip) + "/giong")
    assert "Chưa thấy tin nào giống." in browser.words
    assert one_.name in browser.words
