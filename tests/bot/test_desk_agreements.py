"""The administrators' page of agreements over real HTTP."""

from bs4 import Tag

from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from storage import agreements, units
from storage.audit import Act
from tests.desk_browser import Browser, World
from tests.desk_world import UNITS, add

POLICE = Unit("police", "root", UnitKind.POLICE, "Công an thành phố", frozenset({"79"}))
PAGE = "/desk/quy-che"
FIELDS = {
    "unit": "north",
    "police": "police",
    "document": "QC 12, ngày 01/03/2026",
    "contact": "Trực ban, 0123",
    "hours": "Cả ngày",
    "backup": "Đội điều tra",
    "review_on": "2027-03-01",
    "cat-theft": "1",
}


async def at_page(world: World) -> Browser:
    async with world.made.write() as tx:
        await units.import_all(tx, (*UNITS, POLICE), at_once=True)
    await add(world.made, "qt", ("north", Role.ADMINISTRATOR))
    browser = await world.at_desk("qt")
    link = browser.page.find("a", string="Quy chế với công an")
    assert isinstance(link, Tag)
    return await browser.get(str(link["href"]))


async def test_one_is_added_changed_and_ended(world: World) -> None:
    browser = await at_page(world)
    assert "Chưa có quy chế nào." in browser.words
    await browser.send("Lưu quy chế", **FIELDS)
    assert (browser.status, "Đã lưu quy chế." in browser.words) == (200, True)
    for told in ("Công an thành phố", "QC 12", "Trực ban", "rà soát ngày 01/03/2027"):
        assert told in browser.words
    edit = browser.page.select_one("a[href*=sua]")
    assert edit is not None
    await browser.get(str(edit["href"]).partition("#")[0])
    assert "Sửa quy chế" in browser.words
    await browser.send("Lưu quy chế", contact="Người khác", **{"cat-loans": "1"})
    assert "Người khác" in browser.words
    async with world.made.read() as tx:
        [kept] = await agreements.every(tx)
    assert (kept.agreement.contact, len(kept.agreement.categories)) == ("Người khác", 2)
    await browser.send("Kết thúc quy chế")
    assert (browser.status, "Bạn hãy đánh dấu" in browser.words) == (422, True)
    await browser.send("Kết thúc quy chế", sure="1")
    assert (browser.status, "Đã kết thúc quy chế." in browser.words) == (200, True)
    assert "Đã kết thúc ngày 21/11/2026" in browser.words
    assert browser.page.select("a[href*=sua]") == []
    assert Act.DESK_CHANGED in await world.acts()


async def test_what_is_wrong_is_told_and_nothing_typed_is_lost(world: World) -> None:
    browser = await at_page(world)
    for changes, told in (
        ({"contact": " "}, "điền văn bản và người liên hệ"),
        ({"backup": "x" * 301}, "quá 300 ký tự"),
        ({"contact": "=1+1"}, "bắt đầu bằng dấu"),
        ({"review_on": "mai"}, "ngày rà soát"),
        ({"unit": "south"}, "chọn công đoàn"),
        ({"cat-wages": "1"}, "không chuyển công an được"),
    ):
        await browser.get(PAGE)
        await browser.send("Lưu quy chế", **{**FIELDS, **changes})
        assert (browser.status, told in browser.words) == (422, True), told
        kept = browser.page.select_one("#document")
        assert kept is not None
        assert kept["value"] == FIELDS["document"]
        assert len(browser.page.select("input[name=cat-theft][checked]")) == 1
    async with world.made.read() as tx:
        assert await agreements.every(tx) == ()


async def test_nobody_else_comes_in(world: World) -> None:
    browser = await at_page(world)
    await browser.send("Lưu quy chế", **FIELDS)
    await add(world.made, "truong", ("north", Role.LEAD))
    await add(world.made, "nam", ("south", Role.ADMINISTRATOR))
    lead = await world.at_desk("truong")
    assert (await lead.get(PAGE)).status == 404
    assert "Quy chế với công an" not in (await lead.get("/desk")).words
    other = await world.at_desk("nam")
    assert "QC 12" not in (await other.get(PAGE)).words
    async with world.made.read() as tx:
        [kept] = await agreements.every(tx)
    fields = {"guard": other.guard, "key": kept.id.hex(), "do": "end", "sure": "1"}
    await other.post(PAGE, fields)
    assert (other.status, "thuộc đơn vị khác" in other.words) == (422, True)
    for key in ("xyz", "00"):
        await other.get(PAGE)
        await other.post(PAGE, {**fields, "guard": other.guard, "key": key})
        assert other.status == 422
    await other.post(PAGE, {"guard": other.guard, "do": "jump"})
    assert other.status == 400
