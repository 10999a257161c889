"""The page where a lead writes ready words."""

from typing import cast

import pytest
from bs4 import Tag

from bot.web.desk_templates import PAGE
from handlers.languages import Language
from handlers.moderators.templates import STARTERS, starters
from handlers.roles import Role
from storage import templates
from storage.audit import Act
from tests.desk_browser import Browser, World
from tests.desk_world import add, file_tip
from tests.world import texts

NEW = {"name": "Cảm ơn", "kind": "answer", "category": "", "words": "Cảm ơn bạn, {unit} đã nhận."}


async def lead(world: World, *units: str) -> Browser:
    await add(world.made, "truong", *((unit, Role.LEAD) for unit in units or ("north",)))
    browser = await world.at_desk("truong")
    return await browser.get(PAGE)


async def names(world: World, unit: str = "north") -> list[str] | None:
    async with world.made.read() as tx:
        found = await templates.of_unit(tx, unit)
    return None if found is None else [each.name for each in found]


async def test_the_first_change_makes_the_house_s_set_the_unit_s_own(world: World) -> None:
    browser = await lead(world)
    assert "Đơn vị đang dùng bộ mẫu chung." in browser.words
    assert len(browser.page.select("details")) == len(STARTERS) + 1
    await browser.send("Thêm mẫu", **NEW)
    assert "Đã lưu mẫu “Cảm ơn”." in browser.words
    house = [each.name for each in starters(texts(), Language.VI)]
    assert await names(world) == [*house, "Cảm ơn"]
    assert "Đơn vị đang dùng bộ mẫu riêng." in browser.words
    assert Act.TEMPLATES_CHANGED in await world.acts()
    # And an officer of the unit finds it on the page of a tip.
    await add(world.made, "mot", ("north", Role.OFFICER))
    tip = await file_tip(world.made, "north")
    officer = await world.at_desk("mot")
    await officer.get(f"/desk/tin/{tip.hex()}")
    await officer.send("Nhận tin này")
    await officer.send("Mở tin")
    assert "Cảm ơn" in [each.text for each in officer.page.select("#template-answer option")]


async def test_one_is_changed_and_one_deleted_and_the_others_stay(one: World) -> None:
    browser = await lead(one)
    form = cast(Tag, browser.page.find("input", {"name": "id", "value": "where"})).parent
    assert form is not None
    changed = NEW | {"guard": browser.guard, "do": "save", "unit": "north", "id": "where"}
    await browser.post(PAGE, changed | {"name": "Nơi", "kind": "ask", "words": "Ở chỗ nào?"})
    assert "Đã lưu mẫu “Nơi”." in browser.words
    fields = {"guard": browser.guard, "do": "drop", "unit": "north", "id": "still"}
    await browser.post(PAGE, fields)
    found = await names(one)
    assert found is not None
    assert ("Nơi" in found, "Hỏi còn xảy ra không" in found) == (True, False)
    assert len(found) == len(STARTERS) - 1
    # Deleted meanwhile by somebody else: what was typed is not.
    await browser.post(PAGE, changed | {"id": "still", "words": "Lời của tôi"})
    assert browser.status == 409
    box = browser.page.find("textarea", id="words-new")
    assert isinstance(box, Tag)
    assert box.text == "Lời của tôi"


async def test_the_house_s_set_comes_back_after_a_yes(one: World) -> None:
    browser = await lead(one)
    await browser.send("Thêm mẫu", **NEW)
    await browser.send("Dùng lại bộ mẫu chung")
    assert (browser.status, await names(one) is None) == (409, False)
    await browser.send("Dùng lại bộ mẫu chung", sure="1")
    assert (browser.status, await names(one)) == (200, None)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": " "}, "Mẫu cần có tên"),
        ({"words": "Chào {ten}"}, "Không có chỗ trống nào tên là “ten”"),
        ({"words": "Chào {unit"}, "ngoặc nhọn chưa đủ đôi"),
        ({"words": "a" * 2005}, "dài quá 5 ký tự"),
        ({"words": "Bạn tên gì?"}, "hỏi tên"),
        ({"kind": "note"}, "chọn mẫu dùng để làm gì"),
    ],
)
async def test_what_cannot_be_kept_is_told_and_stays_in_its_box(
    one: World, change: dict[str, str], told: str
) -> None:
    browser = await lead(one)
    typed = NEW | {"english": "Thanks <b>{unit}</b>"} | change
    await browser.send("Thêm mẫu", **typed)
    assert browser.status == 409
    assert told in browser.words
    box = browser.page.find("textarea", id="words-new")
    english = browser.page.find("textarea", id="english-new")
    assert isinstance(box, Tag)
    assert isinstance(english, Tag)
    assert (box.text, english.text) == (typed["words"], typed["english"])
    assert "<b>{unit}" not in browser.text
    assert await names(one) is None


async def test_only_a_lead_comes_here_and_only_for_their_units(one: World) -> None:
    browser = await lead(one, "north", "south")
    await browser.get(f"{PAGE}?don-vi=south")
    assert browser.status == 200
    fields = NEW | {"guard": browser.guard, "do": "save", "id": "new"}
    await browser.post(PAGE, fields | {"unit": "root"})
    assert browser.status == 404
    await browser.get(f"{PAGE}?don-vi=root")
    assert browser.status == 404
    await add(one.made, "mot", ("north", Role.OFFICER))
    officer = await one.at_desk("mot")
    assert "Mẫu trả lời" not in officer.words
    guard = officer.guard
    await officer.get(PAGE)
    assert officer.status == 404
    await officer.post(PAGE, fields | {"guard": guard, "unit": "north"})
    assert officer.status == 404
    assert await names(one) is None
