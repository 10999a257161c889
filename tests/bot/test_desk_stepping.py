"""The page for an officer who should not see a tip, over real HTTP; and what a chat says then."""

from collections.abc import AsyncIterator

import pytest
from bs4 import Tag

from handlers.roles import Role
from handlers.tips import Kind
from storage import cases, stepping_back
from storage.audit import Act
from storage.cases import Case, Done
from storage.stepping_back import Stepped
from tests.desk_browser import Browser, World
from tests.desk_world import NOW, STORY, add
from tests.telegram_desk import Scene, scene_on
from tests.tip_world import file, new_tip, record_of

OFFER = "Không phải việc tôi nên xem"
GO = "Tôi không xem tin này nữa"


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[Scene]:
    async with scene_on(sqlite_url) as made:
        yield made


async def settle(world: World) -> bytes:
    """Two officers and a lead at `north`, one above them; a tip that `mot` holds."""
    one, _ = await add(world.made, "mot", ("north", Role.OFFICER))
    await add(world.made, "hai", ("north", Role.OFFICER))
    await add(world.made, "truong", ("north", Role.LEAD))
    await add(world.made, "tren", ("root", Role.OFFICER))
    tip = await file(world.made, new_tip("north"))
    async with world.made.write() as tx:
        assert isinstance(await cases.claim(tx, one.id, tip, NOW), Done)
    return tip


async def at_page(world: World, tip: bytes, login: str) -> Browser:
    """As somebody comes there: by the link below the tip."""
    browser = await world.at_desk(login)
    await browser.get(f"/desk/tin/{tip.hex()}")
    link = browser.page.find("a", string=OFFER)
    assert isinstance(link, Tag)
    return await browser.get(str(link["href"]))


async def test_an_officer_reads_what_it_means_and_then_loses_the_tip(world: World) -> None:
    tip = await settle(world)
    browser = await at_page(world, tip, "mot")
    for told in ("không thấy tin này nữa", "Tin ở lại bàn", "Không ai hỏi vì sao"):
        assert told in browser.words
    assert Act.STEPPED_BACK not in await world.acts()
    await browser.send(GO)
    assert browser.status == 200
    assert "Đồng nghiệp của bạn xem tiếp" in browser.words
    for path in ("", "/khong-xem", "/nguoi-giu", "/chuyen", "/xuat-tin"):
        await browser.get(f"/desk/tin/{tip.hex()}{path}")
        assert browser.status == 404, path
    await browser.get("/desk")
    assert "Cây tre xanh" not in browser.words
    other = await world.at_desk("hai")
    await other.get(f"/desk/tin/{tip.hex()}")
    assert "Nhận tin này" in other.buttons


async def test_of_a_lead_it_goes_to_the_unit_above(world: World) -> None:
    tip = await settle(world)
    browser = await at_page(world, tip, "truong")
    assert "Tin chuyển lên Tổng liên đoàn" in browser.words
    await browser.send(GO)
    assert "Tin đã ở Tổng liên đoàn." in browser.words
    assert (await record_of(world.made, tip)).unit == "root"
    for login in ("mot", "hai", "truong"):
        gone = await world.at_desk(login)
        await gone.get(f"/desk/tin/{tip.hex()}")
        assert gone.status == 404, login
        assert STORY not in gone.words
    up = await world.at_desk("tren")
    await up.get(f"/desk/tin/{tip.hex()}")
    assert "Nhận tin này" in up.buttons


async def test_who_is_the_last_reader_is_told_what_to_do_and_keeps_it(world: World) -> None:
    await add(world.made, "tren", ("root", Role.OFFICER))
    tip = await file(world.made, new_tip("root"))
    browser = await at_page(world, tip, "tren")
    assert browser.status == 409
    assert "Ngoài bạn chưa có ai khác đọc được tin này" in browser.words
    assert GO not in browser.buttons
    await browser.post(f"/desk/tin/{tip.hex()}/khong-xem", {"guard": browser.guard})
    assert browser.status == 409
    assert Act.STEPPED_BACK not in await world.acts()


async def test_an_old_form_of_theirs_tells_nothing(world: World) -> None:
    tip = await settle(world)
    first, second = await at_page(world, tip, "mot"), await at_page(world, tip, "mot")
    await first.send(GO)
    await second.send(GO)
    assert second.status == 404
    assert (await world.acts()).count(Act.STEPPED_BACK) == 1


async def test_the_log_names_it(world: World) -> None:
    tip = await settle(world)
    await (await at_page(world, tip, "mot")).send(GO)
    await add(world.made, "soi", ("root", Role.AUDITOR))
    browser = await world.at_desk("soi")
    await browser.get("/desk/nhat-ky")
    assert "Thôi xem một tin" in browser.words


async def test_in_a_chat_the_tip_is_gone_for_them_too(one: Scene) -> None:
    an, binh = await one.officer("An"), await one.officer("Binh")
    tip = await file(one.made, new_tip("north"))
    await one.run()
    await one.press(an, one.card(), "Nhận")
    await an.start("desk")
    await one.run()
    await an.say("1")
    await one.run()
    old = an.sees()[-1]
    assert "Trả lời" in old.labels
    async with one.made.write() as tx:
        done = await stepping_back.step_back(tx, one.members["An"].id, tip, one.clock())
        assert done == Stepped()
    await one.run()
    assert "đang giữ" not in one.card().text
    await an.press(old, "Trả lời")
    await an.say("Chào bạn.")
    await one.run()
    assert [each.kind for each in (await opened(one, "Binh", tip)).entries] == [Kind.STORY]
    told = await one.press(an, one.card(), "Nhận")
    assert "Bạn đã nhận" not in told
    assert (await record_of(one.made, tip)).holder is None
    await one.press(binh, one.card(), "Nhận")
    assert (await record_of(one.made, tip)).holder == one.members["Binh"].id.hex()


async def opened(scene: Scene, name: str, tip: bytes) -> Case:
    async with scene.made.write() as tx:
        case = await cases.open_case(tx, scene.members[name].id, tip, scene.clock())
    assert isinstance(case, Case)
    return case
