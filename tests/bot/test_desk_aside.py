"""The desk's pages against floods: what waits for the lead, and the second look before a mute."""

from typing import Any

import pytest
from bs4 import Tag

from bot.web.desk_aside import PAGE
from handlers.roles import Role
from handlers.tips import Category
from storage import mutes, tips
from storage.audit import Act
from tests.desk_browser import Browser, World
from tests.desk_world import NOW, STORY, add
from tests.tip_world import new_tip

CHAT = "telegram|7001"


async def file(world: World, *, aside: bool = True, **changes: Any) -> bytes:
    async with world.made.write() as tx:
        tip = await tips.file(tx, new_tip(**changes), (), day=NOW.date(), due=NOW, aside=aside)
        await tips.deliver(tx, tip)
    await mutes.remember(world.parts.volatile, tip, CHAT)
    return tip


async def chosen(browser: Browser, button: str, *these: bytes, **fields: str) -> None:
    await browser.send(button, **{f"tip-{each.hex()}": "1" for each in these}, **fields)


async def test_a_lead_is_told_of_what_waits_and_nobody_else_is(one: World) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    await add(one.made, "hai", ("north", Role.LEAD))
    tip = await file(one)
    lead, officer = await one.at_desk("hai"), await one.at_desk("mot")
    assert "Có 1 tin chờ trưởng bàn xem trước." in lead.words
    assert "Cây tre xanh" not in lead.words
    for told in ("chờ trưởng bàn", "Cây tre xanh"):
        assert told not in officer.words
    for path in (PAGE, f"/desk/tin/{tip.hex()}", f"/desk/tin/{tip.hex()}/tat-tieng"):
        await officer.get(path)
        assert officer.status == 404
        assert "Cây tre xanh" not in officer.text
    await lead.get(PAGE)
    assert "Cây tre xanh" in lead.words
    assert STORY not in lead.text
    assert "trang này không cho biết vì sao" in lead.words


async def test_the_lead_lets_one_in_from_its_page_and_the_officer_sees_it(one: World) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    await add(one.made, "hai", ("north", Role.LEAD))
    tip = await file(one)
    lead = await one.at_desk("hai")
    await lead.get(f"/desk/tin/{tip.hex()}")
    assert "Các cán bộ khác chưa thấy." in lead.words
    await lead.send("Chuyển vào danh sách chung")
    assert (lead.status, "Đã chuyển 1 tin" in lead.words) == (200, True)
    assert "Cây tre xanh" in (await one.at_desk("mot")).words
    assert Act.LET_IN in await one.acts()


async def test_many_are_closed_at_once_after_a_tick_with_words_of_the_house(one: World) -> None:
    await add(one.made, "hai", ("north", Role.LEAD))
    these = [await file(one, nickname=f"Cây {number}") for number in range(3)]
    lead = await one.at_desk("hai")
    await lead.get(PAGE)
    await lead.send("Chuyển các tin đã chọn vào danh sách chung")
    assert (lead.status, "Bạn chưa chọn tin nào." in lead.words) == (409, True)
    close = "Kết thúc các tin đã chọn: không xác minh được"
    await chosen(lead, close, *these[:2])
    assert (lead.status, "đánh dấu rằng bạn đã xem" in lead.words) == (409, True)
    await chosen(lead, close, *these[:2], sure="1")
    assert (lead.status, "Đã kết thúc 2 tin." in lead.words) == (200, True)
    assert "Cây 2" in lead.words
    await chosen(lead, close, *these, sure="1")
    assert "Đã kết thúc 1 tin." in lead.words
    assert "Không có tin nào chờ." in lead.words


async def test_a_mute_is_explained_before_and_its_answer_tells_nothing(one: World) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    first, second = await file(one, aside=False), await file(one, aside=False)
    browser = await one.at_desk("mot")
    await browser.get(f"/desk/tin/{first.hex()}")
    link = browser.page.find("a", string="Tắt tiếng nguồn này 24 giờ")
    assert isinstance(link, Tag)
    await browser.get(str(link["href"]))
    for told in ("Bạn không biết nguồn đó là ai", "không thấy gì khác", "60 phút", "nhật ký"):
        assert told in browser.words
    assert not await mutes.is_muted(one.parts.volatile, CHAT)
    await browser.send("Tắt tiếng nguồn này")
    assert (browser.status, "Nếu nguồn này còn tắt tiếng được" in browser.words) == (200, True)
    assert CHAT not in browser.text
    assert "Tắt tiếng nguồn này" not in browser.buttons
    assert await mutes.is_muted(one.parts.volatile, CHAT)
    await browser.get(f"/desk/tin/{second.hex()}/tat-tieng")
    await browser.send("Tắt tiếng nguồn này")
    assert (browser.status, "đã tắt tiếng rồi" in browser.words) == (409, True)


@pytest.mark.parametrize("category", [Category.HARASSMENT, Category.FORCED])
async def test_it_is_not_offered_where_it_never_works(one: World, category: Category) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    tip = await file(one, aside=False, category=category)
    browser = await one.at_desk("mot")
    await browser.get(f"/desk/tin/{tip.hex()}")
    assert "Tắt tiếng" not in browser.words
    await browser.get(f"/desk/tin/{tip.hex()}/tat-tieng")
    assert (browser.status, "Tắt tiếng nguồn này" in browser.buttons) == (409, False)


async def test_when_it_ends_to_be_offered_tells_only_the_day(one: World) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    tip = await file(one, aside=False)
    browser = await one.at_desk("mot")
    # Noon in Viet Nam; an hour later it works no more, and is offered as before.
    for hours, offered in ((0, True), (2, True), (9, True), (2, False)):
        one.clock.pass_by(hours=hours)
        browser = await one.at_desk("mot")
        await browser.get(f"/desk/tin/{tip.hex()}")
        assert ("Tắt tiếng nguồn này" in browser.words) is offered


async def test_words_that_are_no_tips_are_refused(one: World) -> None:
    await add(one.made, "hai", ("north", Role.LEAD))
    await file(one)
    lead = await one.at_desk("hai")
    await lead.get(PAGE)
    await lead.post(PAGE, {"guard": lead.guard, "do": "let_in", "tip-xyz": "1"})
    assert lead.status == 400
    await lead.get(PAGE)
    await lead.post(PAGE, {"guard": lead.guard, "do": "let_in", f"tip-{'0' * 32}": "1"})
    assert "Đã chuyển 0 tin" in lead.words
