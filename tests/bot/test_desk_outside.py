"""Closing as out of scope on the web desk: what is told, what is gone, the ten minutes of undo."""

import asyncio
from typing import cast

from bs4 import Tag
from sqlalchemy import insert

from handlers.roles import Role
from handlers.tips import Outcome, Status
from storage import out_of_scope, staff, tally
from storage.audit import Act
from storage.chance import random_id
from storage.tables import tallies
from tests.desk_browser import Browser, World, picture
from tests.desk_world import STORY, add, file_tip
from tests.tip_world import count, record_of

GO = "Kết thúc vì ngoài phạm vi"
UNDO = "Lấy lại tin này"


async def holding(world: World, login: str = "mot") -> tuple[Browser, bytes]:
    """An officer with an open tip that they hold."""
    await add(world.made, login, ("north", Role.OFFICER))
    tip = await file_tip(world.made, "north", picture())
    browser = await world.at_desk(login)
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("Nhận tin này")
    await browser.send("Mở tin")
    return browser, tip


async def closed(world: World) -> tuple[Browser, bytes]:
    browser, tip = await holding(world)
    await browser.send(GO, sure="1")
    return browser, tip


async def test_it_is_explained_and_must_be_confirmed(one: World) -> None:
    browser, tip = await holding(one)
    form = browser.form(GO)
    told = form.get_text(" ", strip=True)
    for words in ("mất tin này ngay", "trong 7 ngày", "được đếm", "trong 10 phút"):
        assert words in told
    assert cast(Tag, form.find("input", {"name": "sure"})).has_attr("required")
    await browser.send(GO)
    assert browser.status == 409
    assert "xác nhận là đã hiểu" in browser.words
    assert (await record_of(one.made, tip)).status is Status.CLAIMED


async def test_after_it_nothing_of_the_tip_is_left_on_any_page(world: World) -> None:
    browser, tip = await holding(world)
    case = f"/desk/tin/{tip.hex()}"
    [link] = browser.page.select("a[href*='/tep/']")
    photo = str(link["href"])
    await browser.send(GO, sure="1")
    assert (browser.status, browser.path) == (200, f"{case}/ngoai-pham-vi")
    assert "Bạn không còn thấy tin này nữa" in browser.words
    assert STORY not in browser.text
    guard = browser.guard
    for road in ("/desk", "/desk?xem=closed", "/desk?xem=mine"):
        await browser.get(road)
        assert "Cây tre xanh" not in browser.words
    for road in (case, photo, f"/desk/live?tin={tip.hex()}"):
        assert (await browser.get(road)).status == 404
    for do in ("open", "claim", "ask", "answer", "close"):
        fields = {"guard": guard, "once": do, "do": do, "words": "x", "outcome": "handled"}
        assert (await browser.post(case, fields)).status == 404
    assert (await record_of(world.made, tip)).outcome is Outcome.OUT_OF_SCOPE
    assert (await world.acts())[-1] is Act.CLOSED


async def test_an_open_page_of_a_colleague_is_told_that_the_tip_is_gone(one: World) -> None:
    await add(one.made, "hai", ("north", Role.OFFICER))
    browser, tip = await holding(one)
    other = await one.at_desk("hai")
    async with other.client.get(f"/desk/live?tin={tip.hex()}") as stream:
        await stream.content.readuntil(b"\n\n")
        await browser.send(GO, sure="1")
        async with asyncio.timeout(60):
            assert await stream.content.readuntil(b"\n\n") == b"event: gone\ndata: 1\n\n"


async def test_it_can_be_taken_back_and_is_as_it_was(world: World) -> None:
    browser, tip = await closed(world)
    assert "Bạn lấy lại được đến 12:15" in browser.words
    assert browser.page.select_one("[data-ends='600']") is not None
    await browser.send(UNDO)
    assert "Đã lấy lại" in browser.words
    assert await count(world.made, tallies) == 0
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("Mở tin")
    assert STORY in browser.words
    assert "Trả lời" in browser.buttons
    assert Act.REOPENED in await world.acts()


async def test_the_page_stays_for_ten_minutes_and_counts(one: World) -> None:
    browser, tip = await closed(one)
    page = browser.path
    one.clock.pass_by(seconds=599)
    await browser.get(page)
    assert browser.page.select_one("[data-ends='1']") is not None
    one.clock.pass_by(seconds=1)
    await browser.get(page)
    assert browser.status == 410
    assert "Không lấy lại được nữa. Đã quá 10 phút" in browser.words
    assert UNDO not in browser.buttons
    assert (await record_of(one.made, tip)).status is Status.CLOSED


async def test_too_late_is_said_plainly(one: World) -> None:
    browser, tip = await closed(one)
    one.clock.pass_by(seconds=600)
    await browser.send(UNDO)
    assert browser.status == 409
    assert "Không lấy lại được nữa. Đã quá 10 phút" in browser.words
    assert (await record_of(one.made, tip)).status is Status.CLOSED


async def test_after_a_restart_it_is_too_late_as_well(one: World) -> None:
    browser, tip = await closed(one)
    async with one.made.read() as tx:
        [officer] = await staff.members(tx)
    # Sessions die with a restart too; here only what an undo needs does.
    await out_of_scope.forget(one.parts.volatile, officer.id, tip)
    await browser.send(UNDO)
    assert browser.status == 409
    assert "máy chủ vừa khởi động lại" in browser.words


async def test_nobody_else_sees_the_page_or_takes_it_back(one: World) -> None:
    await add(one.made, "hai", ("north", Role.LEAD))
    browser, tip = await closed(one)
    other = await one.at_desk("hai")
    guard = other.guard
    await other.get(browser.path)
    assert (other.status, UNDO in other.buttons, "Cây tre" in other.words) == (410, False, False)
    before = other.words
    await other.get(f"/desk/tin/{'00' * 16}/ngoai-pham-vi")
    assert (other.status, other.words) == (410, before)
    await other.post(f"/desk/tin/{tip.hex()}/lay-lai", {"guard": guard})
    assert other.status == 409
    await other.post(browser.path, {"guard": guard, "sure": "1"})
    assert other.status == 404
    assert (await record_of(one.made, tip)).status is Status.CLOSED


async def test_pressed_twice_it_is_closed_once_and_taken_back_once(one: World) -> None:
    browser, tip = await holding(one)
    path, fields = f"/desk/tin/{tip.hex()}", {"guard": browser.guard, "sure": "1"}
    for _ in range(2):
        await browser.post(f"{path}/ngoai-pham-vi", fields)
        assert (browser.status, UNDO in browser.buttons) == (200, True)
    assert (await one.acts()).count(Act.CLOSED) == 1
    for _ in range(2):
        await browser.post(f"{path}/lay-lai", fields)
        assert (browser.status, "Đã lấy lại" in browser.words) == (200, True)
    assert (await one.acts()).count(Act.REOPENED) == 1
    await browser.get(f"{path}/ngoai-pham-vi")
    assert browser.path == path


async def test_without_our_guard_nothing_happens(one: World) -> None:
    browser, tip = await holding(one)
    path = f"/desk/tin/{tip.hex()}"
    for road in ("ngoai-pham-vi", "lay-lai"):
        await browser.post(f"{path}/{road}", {"guard": "0" * 48, "sure": "1"})
        assert browser.status == 403
    assert (await record_of(one.made, tip)).status is Status.CLAIMED


async def test_who_does_not_hold_it_does_not_close_it(one: World) -> None:
    _, tip = await holding(one)
    await add(one.made, "hai", ("north", Role.OFFICER))
    other = await one.at_desk("hai")
    fields = {"guard": other.guard, "sure": "1"}
    await other.post(f"/desk/tin/{tip.hex()}/ngoai-pham-vi", fields)
    assert other.status == 409
    assert "đã nhận tin này trước bạn" in other.words


async def test_it_is_told_in_english_too(one: World) -> None:
    browser, _ = await closed(one)
    await browser.send("English")
    assert "You can take it back until 12:15" in browser.words
    await browser.send("Take this tip back")
    assert "Taken back" in browser.words


async def test_leads_and_auditors_see_how_often_and_officers_do_not(one: World) -> None:
    await add(one.made, "truong", ("root", Role.LEAD))
    await add(one.made, "kiemtra", ("root", Role.AUDITOR))
    browser, _ = await closed(one)
    assert (await browser.get("/desk/ngoai-pham-vi")).status == 404
    for login in ("truong", "kiemtra"):
        browser = await one.at_desk(login)
        assert browser.page.select_one("nav a[href='/desk/ngoai-pham-vi']") is not None
        await browser.get("/desk/ngoai-pham-vi")
        assert "Chưa nơi nào" in browser.words
    async with one.made.read() as tx:
        [counted] = await tally.every(tx)
    async with one.made.write() as tx:
        for _ in range(4):
            key = random_id()
            await tx.run(insert(tallies).values(id=key, body=tally.seal(tx.keys, key, counted)))
    await browser.get("/desk/ngoai-pham-vi")
    assert "11/2026 Công đoàn phía bắc 5" in browser.words
