"""People come, stay and go, over real HTTP: invitations, sessions, a lost phone, leaving."""

import re
from typing import cast

from bs4 import Tag

from handlers.roles import Role
from storage import cases
from storage.audit import Act
from tests.desk_browser import PASSWORD, Browser, World, enrolled
from tests.desk_world import NOW, add, code_at, file_tip
from tests.staff_world import enrolled as enrolled_member

PHONE = "Mozilla/5.0 (Linux; Android 13) Chrome/120 Mobile Safari/537.36"


def card(browser: Browser, name: str) -> str:
    for each in browser.page.select("#main li.card"):
        if name in each.get_text():
            return each.get_text(" ", strip=True)
    raise AssertionError(f"no card of {name}")


async def test_an_invitation_shows_its_end_is_sent_again_and_withdrawn(one: World) -> None:
    await add(one.made, "top", ("root", Role.ADMINISTRATOR))
    member, _ = await add(one.made, "moi", ("north", Role.OFFICER))
    browser = await one.at_desk("top")
    assert "liên kết có hạn đến 12:05, 24/11/2026" in card(browser, "Người moi")
    one.clock.pass_by(hours=73)
    browser = await one.at_desk("top")
    assert "liên kết kích hoạt đã hết hạn" in card(browser, "Người moi")
    await browser.send("Gửi lại liên kết kích hoạtNgười moi")
    link = str(cast(Tag, browser.page.find("input", id="link"))["value"])
    path = re.sub(r"^https?://[^/]+", "", link)
    guest = await one.browser()
    assert (await guest.get(path)).status == 200
    await browser.get("/desk/nguoi")
    await browser.send("Rút lời mờiNgười moi")
    assert "Đã rút lời mời của Người moi" in browser.words
    assert "chưa có liên kết kích hoạt" in card(browser, "Người moi")
    assert (await guest.get(path)).status == 404
    assert "đã được dùng hoặc đã hết hạn" in guest.words
    fields = {"guard": browser.guard, "do": "uninvite", "member": member.id.hex()}
    assert (await browser.post("/desk/nguoi", fields)).status == 422
    assert (await one.acts())[-1] is Act.UNINVITED


async def test_somebody_leaves_and_their_open_page_says_so(world: World) -> None:
    await add(world.made, "top", ("root", Role.ADMINISTRATOR))
    an = await enrolled_member(world.made, "an", ("north", Role.OFFICER))
    tip = await file_tip(world.made, "north")
    async with world.made.write() as tx:
        await cases.claim(tx, an.id, tip, NOW)
    officer = await world.at_desk("an")
    await officer.get(f"/desk/tin/{tip.hex()}")
    assert officer.status == 200
    browser = await world.at_desk("top")
    fields = {"guard": browser.guard, "do": "leave", "member": an.id.hex()}
    await browser.post("/desk/nguoi", fields)
    assert browser.status == 422
    assert "Bạn hãy đánh dấu xác nhận" in browser.words
    await browser.get("/desk/nguoi")
    await browser.send("Rời điNgười an", sure="1")
    assert browser.status == 200
    assert "Người an đã rời đi." in browser.words
    assert "đã rời đi" in card(browser, "Người an")
    assert "Rời điNgười an" not in browser.buttons
    await officer.get(f"/desk/tin/{tip.hex()}")
    assert officer.path == "/desk/vao"
    assert (await world.acts())[-2:] == [Act.RELEASED, Act.LEFT]


async def test_a_role_that_is_taken_away_is_explained_on_the_open_page(one: World) -> None:
    await add(one.made, "top", ("root", Role.ADMINISTRATOR))
    bac, _ = await add(one.made, "bac", ("north", Role.ADMINISTRATOR))
    north = await one.at_desk("bac")
    guard = north.guard
    top = await one.at_desk("top")
    fields = {"guard": top.guard, "do": "revoke", "member": bac.id.hex()}
    await top.post("/desk/nguoi", {**fields, "unit": "north", "role": "administrator"})
    await north.post("/desk/nguoi", {"guard": guard, "do": "add", "login": "x"})
    assert north.status == 404
    assert "vai trò của bạn vừa được thay đổi" in north.words


async def test_an_administrator_cannot_let_themselves_go(one: World) -> None:
    top, _ = await add(one.made, "top", ("root", Role.ADMINISTRATOR))
    browser = await one.at_desk("top")
    fields = {"guard": browser.guard, "do": "leave", "member": top.id.hex(), "sure": "1"}
    await browser.post("/desk/nguoi", fields)
    assert browser.status == 422
    assert "không tự đổi" in browser.words


async def sign_in(one: World, browser: Browser, secret: str, **headers: str) -> None:
    await browser.get("/desk/vao")
    await browser.send("Tiếp tục", login="an", password=PASSWORD)
    form = {"guard": browser.guard, "code": code_at(secret, one.clock())}
    await browser.post("/desk/vao/ma", form, **headers)


async def test_sessions_are_listed_by_the_hour_and_can_be_ended(one: World) -> None:
    await add(one.made, "an", ("north", Role.OFFICER))
    desktop, phone = await one.browser(), await one.browser()
    secret = await enrolled(one, desktop, "an")
    await sign_in(one, desktop, secret)
    one.clock.pass_by(minutes=5)
    await sign_in(one, phone, secret, **{"User-Agent": PHONE})
    assert phone.path == "/desk"
    await desktop.get("/desk/phien")
    lines = [each.get_text(" ", strip=True) for each in desktop.page.select(".log li")]
    assert len(lines) == 2
    assert lines[0].startswith("Điện thoại")
    assert "đăng nhập lúc 12:00, 21/11/2026" in lines[0]
    assert "máy này" in lines[1]
    button = next(each for each in desktop.buttons if each.startswith("Kết thúc"))
    await desktop.send(button)
    assert "Đã kết thúc phiên đó" in desktop.words
    assert (await phone.get("/desk")).path == "/desk/vao"
    assert (await desktop.get("/desk")).path == "/desk"
    fields = {"guard": desktop.guard, "session": "0" * 16}
    assert (await desktop.post("/desk/phien", fields)).status == 409
    assert (await one.acts())[-1] is Act.SESSION_ENDED
    await desktop.get("/desk/phien")
    await desktop.send("Đăng xuất mọi máy")
    assert (await desktop.get("/desk/phien")).path == "/desk/vao"


async def test_nobody_ends_the_session_of_somebody_else(one: World) -> None:
    await add(one.made, "an", ("north", Role.OFFICER))
    await add(one.made, "binh", ("north", Role.OFFICER))
    first, other = await one.at_desk("an"), await one.at_desk("binh")
    await add(one.made, "third", ("north", Role.OFFICER))
    second = await one.at_desk("an")
    await second.get("/desk/phien")
    handles = [str(box["value"]) for box in second.page.select("input[name=session]")]
    assert len(handles) == 1
    await other.get("/desk/phien")
    await other.post("/desk/phien", {"guard": other.guard, "session": handles[0]})
    assert other.status == 409
    assert (await first.get("/desk")).path == "/desk"


async def test_a_lost_phone_is_reset_by_another_administrator_and_its_owner_is_told(
    one: World,
) -> None:
    await add(one.made, "top", ("root", Role.ADMINISTRATOR))
    await add(one.made, "an", ("root", Role.ADMINISTRATOR))
    mine = await one.browser()
    secret = await enrolled(one, mine, "an")
    await sign_in(one, mine, secret)
    assert mine.path == "/desk/nguoi"
    top = await one.at_desk("top")
    await top.send("Tạo liên kết kích hoạt mớiNgười an")
    link = str(cast(Tag, top.page.find("input", id="link"))["value"])
    assert (await mine.get("/desk")).path == "/desk/vao", "old sessions have ended"
    path = re.sub(r"^https?://[^/]+", "", link)
    await mine.get(path)
    found = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", mine.text)
    assert found is not None
    secret = found[1].replace(" ", "")
    code = code_at(secret, one.clock())
    await mine.send("Kích hoạt", password=PASSWORD, again=PASSWORD, code=code)
    one.clock.pass_by(seconds=60)
    await sign_in(one, mine, secret)
    assert mine.path == "/desk/phien"
    assert "Ngày 21/11/2026, quản trị viên đã tạo lại mật khẩu" in mine.words
    await mine.get("/desk/phien")
    assert "quản trị viên đã tạo lại" not in mine.words, "once"
    assert Act.RESET in await one.acts()
