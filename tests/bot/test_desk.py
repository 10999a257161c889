"""The desk's list and tips over real HTTP, with a real database behind them."""

import asyncio
import re
from typing import cast

import aiohttp
import pytest
from bs4 import Tag

from handlers.roles import Role
from storage import cases, staff, tips
from storage.audit import Act
from tests.desk_browser import World, picture
from tests.desk_world import NOW, STORY, add, file_tip
from tests.tip_world import file, new_tip


async def test_a_tip_goes_its_whole_way(world: World) -> None:
    await add(world.made, "van.thu", ("north", Role.OFFICER))
    tip = await file_tip(world.made, "north", picture(), danger=True)
    browser = await world.at_desk("van.thu")
    assert "NGUY HIỂM" in browser.words
    assert "Cây tre xanh" in browser.words
    assert "Phường Thủ Dầu Một, Thành phố Hồ Chí Minh" in browser.words
    assert STORY not in browser.text
    await browser.get(f"/desk/tin/{tip.hex()}")
    assert STORY not in browser.text
    assert await world.acts() == [Act.SIGNED_IN]
    await browser.send("Mở tin")
    assert STORY in browser.words
    assert "Đừng hỏi tên" not in browser.words
    assert browser.headers["Cache-Control"] == "no-store"
    await browser.send("Nhận tin này")
    assert "Bạn đã nhận tin này." in browser.words
    assert "Đừng hỏi tên" in browser.words
    await browser.send("Hỏi thêm", words="Cửa nào, ở <b>tầng</b> mấy?")
    assert "Người báo tin sẽ đọc: “Cửa nào, ở <b>tầng</b> mấy?”" in browser.words
    assert "<b>tầng" not in browser.text
    await browser.send("Trả lời", words="Đã báo cảnh sát phòng cháy.")
    await browser.send("Kết thúc", outcome="handled", words="Cửa đã mở.")
    assert "Bạn đã kết thúc tin này: đã xử lý." in browser.words
    assert "Hỏi thêm" not in browser.buttons
    link = browser.page.find("a", href=re.compile("/tep/"))
    assert isinstance(link, Tag)
    async with browser.client.get(str(link["href"])) as answer:
        assert answer.content_type == "image/jpeg"
        assert (await answer.read())[:3] == b"\xff\xd8\xff"
        assert answer.headers["Cache-Control"] == "no-store"
    acts = [act for act in await world.acts() if act is not Act.OPENED]
    assert acts == [
        Act.SIGNED_IN,
        Act.CLAIMED,
        Act.ASKED,
        Act.ANSWERED,
        Act.CLOSED,
        Act.PHOTO_OPENED,
    ]
    await browser.get("/desk?xem=open")
    assert "Chưa có tin nào ở đây." in browser.words
    await browser.get("/desk?xem=closed")
    assert "Cây tre xanh" in browser.words


async def test_of_two_officers_one_claims_and_the_other_is_told_who(world: World) -> None:
    await add(world.made, "mot", ("north", Role.OFFICER))
    await add(world.made, "hai", ("north", Role.LEAD))
    tip = await file_tip(world.made, "north")
    both = [await world.at_desk("mot"), await world.at_desk("hai")]
    for browser in both:
        await browser.get(f"/desk/tin/{tip.hex()}")
        await browser.send("Mở tin")
    await asyncio.gather(*(browser.send("Nhận tin này") for browser in both))
    assert sorted(browser.status for browser in both) == [200, 409]
    loser = next(at for at, browser in enumerate(both) if browser.status == 409)
    winner = "Người " + ("hai", "mot")[loser]
    assert f"{winner} đã nhận tin này trước bạn." in both[loser].words
    assert "Trả lời" not in both[loser].buttons


async def test_words_are_not_lost_when_the_tip_was_closed_meanwhile(one: World) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    tip = await file_tip(one.made, "north")
    slow, quick = await one.at_desk("mot"), await one.at_desk("mot")
    for browser in (slow, quick):
        await browser.get(f"/desk/tin/{tip.hex()}")
        if browser is slow:
            await browser.send("Nhận tin này")
        await browser.send("Mở tin")
    await quick.send("Kết thúc", outcome="passed", words="Đã chuyển.")
    await slow.send("Trả lời", words="Câu trả lời dài của tôi")
    assert slow.status == 409
    assert "vừa được kết thúc" in slow.words
    box = slow.page.find("textarea", id="stranded")
    assert isinstance(box, Tag)
    assert box.text == "Câu trả lời dài của tôi"


async def test_what_is_empty_or_too_long_is_refused_and_shown_back(one: World) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    tip = await file_tip(one.made, "north")
    browser = await one.at_desk("mot")
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("Nhận tin này")
    await browser.send("Mở tin")
    await browser.send("Hỏi thêm", words=" \u200b ")
    assert (browser.status, "Bạn chưa viết gì." in browser.words) == (409, True)
    long = "Xưởng may số ba " * 300
    await browser.send("Trả lời", words=long)
    assert "nhiều nhất là 4000" in browser.words
    assert str(browser.page.find("textarea", id="words-answer")).count("Xưởng may") == 300
    await browser.send("Kết thúc", outcome="out_of_scope", words="Lời kết còn đây")
    assert "chọn một kết quả" in browser.words
    assert "Lời kết còn đây" in browser.text
    assert Act.ANSWERED not in await one.acts()


async def test_words_that_may_lead_to_the_worker_are_asked_about_and_stay(world: World) -> None:
    await add(world.made, "mot", ("north", Role.OFFICER))
    tip = await file_tip(world.made, "north")
    browser = await world.at_desk("mot")
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("Nhận tin này")
    await browser.send("Mở tin")
    await browser.send("Hỏi thêm", words="Bạn làm ở <b>chuyền</b> nào? Cho xin số điện thoại.")
    assert browser.status == 200
    assert "Chưa gửi" in browser.words
    assert "hỏi số điện thoại hoặc tài khoản" in browser.words
    box = browser.page.find("textarea", id="words-ask")
    assert isinstance(box, Tag)
    assert box.text == "Bạn làm ở <b>chuyền</b> nào? Cho xin số điện thoại."
    assert "<b>chuyền" not in browser.text
    writing = browser.page.select(".writing details[open] button")
    assert [each.get_text() for each in writing] == ["Gửi lời đã sửa", "Vẫn gửi"]
    # Changed, and worse: what was not told about is asked about again.
    await browser.send("Vẫn gửi", words="Bạn tên gì? Cho xin số điện thoại.")
    assert "hỏi tên" in browser.words
    assert Act.ASKED not in await world.acts()
    await browser.send("Gửi lời đã sửa", words="Cửa nào bị khóa?", sure="")
    assert "Người báo tin sẽ đọc: “Cửa nào bị khóa?”" in browser.words
    await browser.send("Trả lời", words="Bạn gọi lại cho tôi nhé")
    assert "mời gọi lại" in browser.words
    await browser.send("Vẫn gửi")
    assert "Người báo tin sẽ đọc: “Bạn gọi lại cho tôi nhé”" in browser.words
    await browser.send("Kết thúc", outcome="handled", words="Chào bạn Lan, việc đã xong")
    assert "gọi tên người báo tin" in browser.words
    await browser.send("Vẫn gửi", outcome="handled")
    assert "Bạn đã kết thúc tin này" in browser.words
    assert (await world.acts()).count(Act.ASKED) == 1


async def test_a_form_that_is_sent_twice_is_recorded_once(one: World) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    tip = await file_tip(one.made, "north")
    browser = await one.at_desk("mot")
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("Nhận tin này")
    await browser.send("Mở tin")
    once = str(cast(Tag, browser.form("Trả lời").find("input", {"name": "once"}))["value"])
    fields = {"guard": browser.guard, "once": once, "do": "answer", "opened": "1", "words": "Xong"}
    for status in (200, 200):
        await browser.post(browser.path, fields)
        assert browser.status == status
    assert "đã được ghi nhận rồi" in browser.words
    assert (await one.acts()).count(Act.ANSWERED) == 1


async def test_an_officer_of_another_unit_finds_nothing_under_any_address(world: World) -> None:
    await add(world.made, "nam", ("south", Role.OFFICER), ("north", Role.AUTHOR))
    tip = await file_tip(world.made, "north", picture())
    browser = await world.at_desk("nam")
    assert "Cây tre xanh" not in browser.words
    guard = browser.guard
    answers = []
    for key in (tip.hex(), "00" * 16):
        await browser.get(f"/desk/tin/{key}")
        answers.append((browser.status, browser.words))
        await browser.get(f"/desk/tin/{key}/tep/{'11' * 16}")
        answers.append((browser.status, browser.words))
        await browser.get(f"/desk/live?tin={key}")
        answers.append((browser.status, browser.words))
        for do in ("open", "claim", "ask", "answer", "close"):
            fields = {"guard": guard, "once": f"{key}{do}", "do": do, "opened": "1", "words": "x"}
            await browser.post(f"/desk/tin/{key}", fields | {"outcome": "handled"})
            answers.append((browser.status, browser.words))
    assert len(set(answers)) == 1
    assert answers[0][0] == 404
    assert await world.acts() == [Act.SIGNED_IN]


async def test_forms_without_our_guard_change_nothing_and_words_are_given_back(
    one: World,
) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    tip = await file_tip(one.made, "north")
    browser = await one.at_desk("mot")
    path = f"/desk/tin/{tip.hex()}"
    for guard in ("", "0" * 48):
        await browser.post(path, {"guard": guard, "once": "1", "do": "claim", "words": "Giữ lại"})
        assert browser.status == 403
        assert "Giữ lại" in browser.text
    await browser.get(path)
    fields = {"guard": browser.guard, "once": "1", "do": "claim"}
    await browser.post(path, fields, **{"Sec-Fetch-Site": "cross-site"})
    assert browser.status == 403
    stranger = await one.browser()
    await stranger.post(path, fields | {"words": "Chưa gửi được"})
    assert stranger.status == 403
    assert "Chưa gửi được" in stranger.text
    for forged in ("/desk/ra", "/desk/tieng", "/desk/nguoi"):
        assert (await browser.post(forged, {"guard": "x"})).status == 403
    assert await one.acts() == [Act.SIGNED_IN]


async def test_a_link_on_a_foreign_page_opens_no_photo(one: World) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    tip = await file_tip(one.made, "north", picture())
    browser = await one.at_desk("mot")
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("Mở tin")
    path = str(cast(Tag, browser.page.find("a", href=re.compile("/tep/")))["href"])
    await browser.get(path, **{"Sec-Fetch-Site": "cross-site"})
    assert browser.status == 404
    assert Act.PHOTO_OPENED not in await one.acts()
    await browser.get(path, **{"Sec-Fetch-Site": "same-origin"})
    assert browser.status == 200
    assert browser.headers["Content-Disposition"] == 'inline; filename="anh.jpg"'
    assert Act.PHOTO_OPENED in await one.acts()


async def test_a_deadline_at_an_hour_and_the_end_of_a_day_are_told_apart(one: World) -> None:
    member, _ = await add(one.made, "mot", ("north", Role.OFFICER))
    tip = await file_tip(one.made, "north")
    browser = await one.at_desk("mot")
    assert "Hạn trước 12:05, 22/11/2026" in browser.words
    async with one.made.write() as tx:
        await cases.claim(tx, member.id, tip, NOW)
    await browser.get("/desk")
    assert "Hạn trước hết ngày 26/11/2026" in browser.words
    one.clock.pass_by(hours=36)
    assert (await one.at_desk("mot")).words.count("QUÁ HẠN") == 0
    one.clock.pass_by(days=4)
    late = await one.at_desk("mot")
    assert "QUÁ HẠN" in late.words
    assert "đã quá hạn từ hết ngày 26/11/2026" in late.words


async def test_the_list_comes_in_pages_of_a_hundred(one: World) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    for number in range(103):
        await file_tip(one.made, "north", nickname=f"Tin {number:03}")
    browser = await one.at_desk("mot")
    assert len(browser.page.select("li.card")) == 100
    await browser.get("/desk?xem=open&trang=2")
    assert len(browser.page.select("li.card")) == 3
    for odd in ("0", "-1", "99999999", "x", "²"):
        await browser.get(f"/desk?trang={odd}")
        assert browser.status == 200


async def test_an_open_list_hears_that_something_changed_and_nothing_more(one: World) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    browser = await one.at_desk("mot")
    async with browser.client.get("/desk/live") as stream:
        assert stream.content_type == "text/event-stream"
        await stream.content.readuntil(b"\n\n")
        await file_tip(one.made, "north")
        async with asyncio.timeout(60):
            assert await stream.content.readuntil(b"\n\n") == b"event: changed\ndata: 1\n\n"


async def test_an_open_tip_that_is_deleted_says_so_and_a_claim_at_that_moment_is_answered(
    one: World,
) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    new = new_tip()
    tip = await file(one.made, new)
    browser = await one.at_desk("mot")
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("Mở tin")
    async with browser.client.get(f"/desk/live?tin={tip.hex()}") as stream:
        await stream.content.readuntil(b"\n\n")
        async with one.made.write() as tx:
            assert await tips.remove(tx, new.key, day=NOW.date())
        async with asyncio.timeout(60):
            assert await stream.content.readuntil(b"\n\n") == b"event: gone\ndata: 1\n\n"
            assert await stream.content.read() == b""
    await browser.send("Nhận tin này")
    assert browser.status == 404
    assert "Người báo tin đã xóa tin, thời hạn lưu đã hết" in browser.words
    assert "Cây tre xanh" not in browser.text
    await browser.get("/desk/no-such-page")
    assert "Không có trang này" in browser.words


async def says_nothing(stream: aiohttp.ClientResponse) -> None:
    """Not even a beat: its moment would tell something."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.6):
            await stream.content.readuntil(b"\n\n")


async def test_an_open_list_does_not_tell_when_a_tip_was_filed(one: World) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    browser = await one.at_desk("mot")
    async with browser.client.get("/desk/live") as stream, asyncio.timeout(60):
        await stream.content.readuntil(b"\n\n")
        tip = await file(one.made, new_tip(), delivered=False)
        one.parts.hub.tell_all()
        await says_nothing(stream)
        # Its card leaves at the full hour.
        async with one.made.write() as tx:
            await tips.deliver(tx, tip)
        assert await stream.content.readuntil(b"\n\n") == b"event: changed\ndata: 1\n\n"


async def test_a_list_that_was_drawn_before_something_changed_hears_it_when_it_connects(
    one: World,
) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    browser = await one.at_desk("mot")
    address = browser.page.select("#live")[0]["data-live"]
    await file_tip(one.made, "north")
    async with browser.client.get(str(address)) as stream, asyncio.timeout(60):
        await stream.content.readuntil(b"\n\n")
        assert await stream.content.readuntil(b"\n\n") == b"event: changed\ndata: 1\n\n"


async def test_an_open_tip_hears_of_itself_and_of_no_other(one: World) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    tip = await file_tip(one.made, "north")
    browser = await one.at_desk("mot")
    await browser.get(f"/desk/tin/{tip.hex()}")
    address = browser.page.select("#changed")[0]["data-live"]
    async with browser.client.get(str(address)) as stream, asyncio.timeout(60):
        await stream.content.readuntil(b"\n\n")
        other = await file_tip(one.made, "north")
        one.parts.hub.tell([other, tip])
        await says_nothing(stream)
        await browser.send("Nhận tin này")
        assert await stream.content.readuntil(b"\n\n") == b"event: changed\ndata: 1\n\n"


async def test_the_desk_speaks_english_when_asked(one: World) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    tip = await file_tip(one.made, "north")
    browser = await one.at_desk("mot")
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("English")
    assert browser.path == f"/desk/tin/{tip.hex()}"
    assert "Open the tip" in browser.buttons
    fields = {"guard": browser.guard, "to": "vi", "back": "https://elsewhere.example/"}
    await browser.post("/desk/tieng", fields)
    assert browser.path == "/desk"
    assert "Tin báo" in browser.words


async def test_a_new_link_or_a_lost_role_ends_what_a_page_may_do(one: World) -> None:
    member, _ = await add(one.made, "van.thu", ("north", Role.OFFICER))
    tip = await file_tip(one.made, "north")
    browser = await one.at_desk("van.thu")
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("Nhận tin này")
    await browser.send("Mở tin")
    async with one.made.write() as tx:
        await staff.revoke(tx, member.id, "north", Role.OFFICER)
    await browser.send("Hỏi thêm", words="Cửa nào?")
    assert browser.status == 404
    assert (await browser.get("/desk")).status == 200
    assert "chưa được phân công" in browser.words
    async with one.made.write() as tx:
        await staff.reset(tx, "van.thu", one.clock())
    await browser.get("/desk")
    assert browser.path == "/desk/vao"
