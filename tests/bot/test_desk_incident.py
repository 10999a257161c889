"""The administrators' page for an incident: its clock and its notice, and nothing of any tip."""

import pytest

from handlers.roles import Role
from storage import incidents
from storage.audit import Act
from tests.desk_browser import World
from tests.desk_world import NOW, STORY, add, file_tip


async def test_an_administrator_starts_the_clock_and_sees_it(world: World) -> None:
    await add(world.made, "top", ("root", Role.ADMINISTRATOR))
    await file_tip(world.made, "north", nickname="Cây tre xanh")
    browser = await world.at_desk("top")
    await browser.get("/desk/su-co")
    assert "Hiện không có sự cố nào đang mở." in browser.words
    await browser.send("Bấm giờ từ bây giờ")
    assert browser.status == 200
    assert "Còn 72 giờ." in browser.words
    world.clock.pass_by(seconds=1800)
    await browser.get("/desk/su-co")
    assert "Còn 71 giờ." in browser.words
    assert "Bấm giờ từ bây giờ" not in browser.buttons
    assert "Tổng liên đoàn" in browser.words
    assert "Tin báo đang giữ: dưới 10." in browser.words
    for words in ("Cây tre xanh", STORY, "Công đoàn phía bắc"):
        assert words not in browser.words
    assert Act.INCIDENT_STARTED in await world.acts()


async def test_pressed_from_an_old_page_the_clock_is_not_set_back(one: World) -> None:
    await add(one.made, "top", ("root", Role.ADMINISTRATOR))
    browser = await one.at_desk("top")
    guard = {"guard": browser.guard, "do": "start"}
    await browser.post("/desk/su-co", guard)
    one.clock.pass_by(seconds=1800)
    await browser.post("/desk/su-co", guard)
    assert "Giờ không bị đặt lại." in browser.words
    assert "Còn 71 giờ." in browser.words


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.ADMINISTRATOR])
async def test_for_everybody_else_there_is_no_such_page(one: World, role: Role) -> None:
    await add(one.made, "an", ("root", role))
    browser = await one.at_desk("an")
    guard = browser.guard
    await browser.get("/desk/su-co")
    assert browser.status == 404
    await browser.post("/desk/su-co", {"guard": guard, "do": "start"})
    assert browser.status == 404
    async with one.made.read() as tx:
        assert await incidents.known_since(tx) is None


async def test_a_form_without_its_guard_starts_nothing(one: World) -> None:
    await add(one.made, "top", ("root", Role.ADMINISTRATOR))
    browser = await one.at_desk("top")
    await browser.post("/desk/su-co", {"do": "start"})
    assert browser.status == 403
    async with one.made.read() as tx:
        assert await incidents.known_since(tx) is None
    assert one.clock() == NOW
