"""An administrator chooses for which cases a unit's workers are offered the page first."""

import pytest
from bs4 import Tag

from handlers.doorway import CASES, DEFAULT
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from storage import audit, units
from storage.audit import Act
from tests.desk_browser import Browser, World
from tests.desk_world import add

CASE_OF_WAGES = "Nợ lương"


async def of(world: World, unit: str) -> frozenset[str]:
    async with world.made.read() as tx:
        tree = await units.tree(tx)
    found = tree.get(unit) if tree is not None else None
    assert found is not None
    return found.page_first


def ticked(browser: Browser, unit: str) -> set[str]:
    """The boxes of a unit that are ticked."""
    form = form_of(browser, unit)
    return {
        str(box["name"]).removeprefix("first_")
        for box in form.select("input[type=checkbox]")
        if box.has_attr("checked")
    }


def form_of(browser: Browser, unit: str) -> Tag:
    for form in browser.page.find_all("form"):
        own = form.select_one("input[name=unit]")
        if form.select_one("[value=page_first]") and own is not None and own["value"] == unit:
            return form
    raise AssertionError(f"no form of {unit}")


async def test_an_administrator_chooses_and_sees_what_was_chosen(world: World) -> None:
    await add(world.made, "top", ("root", Role.ADMINISTRATOR))
    browser = await world.at_desk("top")
    assert ticked(browser, "north") == DEFAULT
    boxes = form_of(browser, "north").select("input[type=checkbox]")
    assert [str(box["name"]) for box in boxes] == [f"first_{case}" for case in CASES]
    assert CASE_OF_WAGES in form_of(browser, "north").get_text()
    base = {"guard": browser.guard, "do": "page_first", "unit": "north"}
    await browser.post("/desk/nguoi", base | {"first_wages": "1", "first_officer": "1"})
    assert browser.status == 200
    assert "Đã lưu cho Công đoàn phía bắc." in browser.words
    assert ticked(browser, "north") == {"wages", "officer"}
    assert ticked(browser, "south") == DEFAULT
    assert await of(world, "north") == {"wages", "officer"}
    await browser.post("/desk/nguoi", base)
    assert ticked(browser, "north") == set()
    assert await of(world, "north") == frozenset()
    async with world.made.read() as tx:
        told = [each for each in await audit.entries(tx, limit=9) if each.act is Act.DESK_CHANGED]
    assert [(each.unit, each.note) for each in reversed(told)] == [
        ("north", "page first officer,wages"),
        ("north", "page first never"),
    ]


async def test_what_is_no_case_is_left_out(one: World) -> None:
    await add(one.made, "top", ("root", Role.ADMINISTRATOR))
    browser = await one.at_desk("top")
    fields = {"first_wages": "1", "first_strikes": "1", "first_": "1", "first_drugs": ""}
    base = {"guard": browser.guard, "do": "page_first", "unit": "north"}
    await browser.post("/desk/nguoi", base | fields)
    assert await of(one, "north") == {"wages"}


@pytest.mark.parametrize("unit", ["south", "root", "moon", ""])
async def test_a_unit_beyond_their_reach_is_not_changed(unit: str, one: World) -> None:
    await add(one.made, "bac", ("north", Role.ADMINISTRATOR))
    browser = await one.at_desk("bac")
    fields = {"guard": browser.guard, "do": "page_first", "unit": unit, "first_wages": "1"}
    await browser.post("/desk/nguoi", fields)
    assert browser.status == 422
    assert "không thuộc quyền" in browser.words
    assert await of(one, "south") == await of(one, "root") == DEFAULT
    assert Act.DESK_CHANGED not in await one.acts()
    # Below their unit they may.
    await browser.post("/desk/nguoi", fields | {"guard": browser.guard, "unit": "north-park"})
    assert await of(one, "north-park") == {"wages"}


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEAD, Role.OBSERVER])
async def test_nobody_else_chooses(role: Role, one: World) -> None:
    await add(one.made, "can.bo", ("north", role))
    browser = await one.at_desk("can.bo")
    fields = {"do": "page_first", "unit": "north", "first_wages": "1"}
    guard = {"guard": browser.guard} if role is not Role.OBSERVER else {}
    assert (await browser.post("/desk/nguoi", fields | guard)).status in (400, 403, 404)
    assert await of(one, "north") == DEFAULT


async def test_without_the_pages_own_guard_nothing_is_changed(one: World) -> None:
    await add(one.made, "top", ("root", Role.ADMINISTRATOR))
    browser = await one.at_desk("top")
    fields = {"do": "page_first", "unit": "north", "first_wages": "1"}
    await browser.post("/desk/nguoi", fields | {"guard": "of somebody else"})
    assert browser.status >= 400
    assert await of(one, "north") == DEFAULT


async def test_police_never_read_what_is_filed_so_nothing_is_chosen_for_them(one: World) -> None:
    async with one.made.write() as tx:
        tree = await units.tree(tx)
        assert tree is not None
        police = Unit("police", "root", UnitKind.POLICE, "Công an phía bắc")
        await units.import_all(tx, [*tree.all, police], may_remove=False)
    await add(one.made, "top", ("root", Role.ADMINISTRATOR))
    browser = await one.at_desk("top")
    assert "Công an phía bắc" in browser.words
    owners = {
        str(own["value"])
        for form in browser.page.find_all("form")
        if form.select_one("[value=page_first]")
        for own in form.select("input[name=unit]")
    }
    assert owners == {"root", "north", "north-park", "south"}
