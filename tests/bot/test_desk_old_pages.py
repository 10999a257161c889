"""An officer sends what stands on an old page, whatever happened to the tip meanwhile."""

import pytest

from handlers.roles import Role
from storage import cases
from storage.cases import Done
from tests import meanwhile
from tests.desk_browser import Browser, World
from tests.desk_world import NOW, STORY, add
from tests.meanwhile import EVENTS, GONE, Scene
from tests.tip_world import file, new_tip, record_of

WORDS = "Câu trả lời dài của tôi, viết mười phút."


async def settle(world: World) -> Scene:
    one, _ = await add(world.made, "mot", ("north", Role.OFFICER))
    others = await meanwhile.neighbours(world.made)
    new = new_tip("north")
    tip = await file(world.made, new)
    async with world.made.write() as tx:
        assert isinstance(await cases.claim(tx, one.id, tip, NOW), Done)
    return Scene(world.made, new, tip, one.id, others["two"], others["lead"])


async def opened(world: World, scene: Scene) -> Browser:
    browser = await world.at_desk("mot")
    await browser.get(f"/desk/tin/{scene.tip.hex()}")
    await browser.send("Mở tin")
    assert STORY in browser.words
    return browser


@pytest.mark.parametrize("event", EVENTS)
async def test_an_answer_from_an_old_page_reaches_nobody_and_its_officer_is_told(
    one: World, event: str
) -> None:
    scene = await settle(one)
    browser = await opened(one, scene)
    await meanwhile.happen(scene, event)
    await browser.send("Trả lời", words=WORDS)
    assert browser.status in (403, 404, 409), event
    assert WORDS not in await meanwhile.written(scene)
    if event not in GONE:
        assert WORDS in browser.text, "what was typed is lost"
        return
    assert "chưa được gửi đi" in browser.words
    assert STORY not in browser.text
    assert "Cây tre xanh" not in browser.words


@pytest.mark.parametrize("event", EVENTS)
async def test_every_other_old_form_of_the_tip_changes_nothing(one: World, event: str) -> None:
    scene = await settle(one)
    pages = []
    for path, button, fields in (
        ("/nguoi-giu", "Trả lại", {}),
        ("/chuyen", "Xem lại trước khi chuyển", {"to": "root", "reason": "place"}),
        ("/khong-xem", "Tôi không xem tin này nữa", {}),
    ):
        browser = await one.at_desk("mot")
        await browser.get(f"/desk/tin/{scene.tip.hex()}{path}")
        assert browser.status == 200, path
        pages.append((browser, button, fields))
    await meanwhile.happen(scene, event)
    known = await record_of(one.made, scene.tip) if event != "deleted" else None
    for browser, button, fields in pages[: 2 if event not in GONE else 3]:
        await browser.send(button, **fields)
        if event in GONE:
            assert browser.status in (403, 404), (event, button)
        else:
            assert browser.status in (200, 409), (event, button)
    if known is not None:
        now = await record_of(one.made, scene.tip)
        assert (now.unit, now.holder, now.status) == (known.unit, known.holder, known.status)
