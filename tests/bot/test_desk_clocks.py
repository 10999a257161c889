"""A lead sets the clocks of a unit on the desk."""

from handlers.clocks import DEFAULT, Clocks
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Category
from storage import audit, staff, unit_clocks, units
from storage.audit import Act
from tests import desk_world
from tests.desk_browser import World
from tests.desk_world import NOW, add

PAGE = "/desk/don-vi/thoi-han"


async def clocks_of(world: World, unit: str) -> Clocks:
    async with world.made.read() as tx:
        return await unit_clocks.of_unit(tx, unit)


async def test_a_lead_sees_the_defaults_and_what_they_mean(world: World) -> None:
    await add(world.made, "truong", ("north", Role.LEAD))
    browser = await world.at_desk("truong")
    await browser.get("/desk/don-vi")
    assert PAGE in browser.text
    await browser.get(PAGE)
    assert browser.status == 200
    # Saturday evening: nobody has duty before Monday.
    assert "tin đến 20:00 thứ bảy 21/11/2026" in browser.words
    assert "Phải có người nhận trước 20:00, 22/11/2026" in browser.words
    assert "gặp nguy hiểm: trước 08:00, 23/11/2026" in browser.words
    assert "hết ngày 26/11/2026" in browser.words
    assert "hết ngày 11/12/2026" in browser.words


async def test_what_is_saved_holds_and_stands_in_the_audit(world: World) -> None:
    await add(world.made, "truong", ("north", Role.LEAD))
    browser = await world.at_desk("truong")
    await browser.get(PAGE)
    await browser.send("Xem thử ví dụ", from6="08:00", to6="12:00", danger_minutes="10")
    assert "chưa lưu" in browser.words
    assert "gặp nguy hiểm: trước 08:10, 22/11/2026" in browser.words
    assert await clocks_of(world, "north") == DEFAULT
    await browser.send("Lưu")
    assert "Đã lưu cho Công đoàn phía bắc." in browser.words
    found = await clocks_of(world, "north")
    assert found.times.danger_minutes == 10
    assert found.duty.week[6] is not None
    assert await clocks_of(world, "north-park") == DEFAULT
    async with world.made.read() as tx:
        tree = await units.tree(tx)
        acts = [each for each in await audit.entries(tx, limit=9) if each.act is Act.DESK_CHANGED]
    assert tree is not None
    north = tree.get("north")
    assert north is not None
    assert north.clocks == found
    assert [(each.unit, each.note) for each in acts] == [("north", "clocks")]
    await browser.send("Về mặc định")
    assert await clocks_of(world, "north") == DEFAULT


async def test_one_category_has_deadlines_of_its_own(world: World) -> None:
    await add(world.made, "truong", ("north", Role.LEAD))
    browser = await world.at_desk("truong")
    await browser.get(f"{PAGE}?unit=north&category=fire")
    assert "from0" not in browser.text
    await browser.send("Lưu", triage_hours="4")
    found = await clocks_of(world, "north")
    assert found.of(Category.FIRE).triage_hours == 4
    assert found.of(Category.WAGES).triage_hours == 24
    assert "có hạn riêng" in browser.words
    await browser.send("Bỏ hạn riêng của nhóm này")
    assert await clocks_of(world, "north") == DEFAULT


async def test_nothing_typed_is_lost_on_a_refusal(world: World) -> None:
    await add(world.made, "truong", ("north", Role.LEAD))
    browser = await world.at_desk("truong")
    await browser.get(PAGE)
    await browser.send("Lưu", from1="bảy giờ", triage_hours="12")
    assert browser.status == 422
    assert "Giờ trực cần ghi như 07:30" in browser.words
    assert browser.page.select_one("[name=from1]")["value"] == "bảy giờ"  # type: ignore[index]
    assert browser.page.select_one("[name=triage_hours]")["value"] == "12"  # type: ignore[index]
    await browser.send("Lưu", from1="07:30", triage_hours="500")
    assert browser.status == 422
    assert "Ô này cần một số từ 1 đến 48" in browser.words
    assert await clocks_of(world, "north") == DEFAULT


async def test_only_who_leads_a_unit_may_set_its_clocks(one: World) -> None:
    await add(one.made, "truong", ("north", Role.LEAD))
    await add(one.made, "canbo", ("north", Role.OFFICER))
    await add(one.made, "quantri", ("north", Role.ADMINISTRATOR))
    lead = await one.at_desk("truong")
    await lead.get(PAGE)
    fields = {"guard": lead.guard, "do": "save", "unit": "south", "category": ""}
    await lead.post(PAGE, fields)
    assert lead.status == 404
    await lead.get(f"{PAGE}?unit=south")
    assert lead.status == 404
    await lead.get(PAGE)
    await lead.post(PAGE, {"guard": lead.guard, "do": "anything", "unit": "north"})
    assert lead.status == 400
    for login in ("canbo", "quantri"):
        browser = await one.at_desk(login)
        assert PAGE not in browser.text
        await browser.get(PAGE)
        assert browser.status == 404
    async with one.made.write() as tx:
        officer = await staff.by_login(tx, "canbo")
        assert officer is not None
        assert not await unit_clocks.change(tx, officer.id, "north", DEFAULT, NOW)


async def test_a_police_unit_sees_dates_for_information_only(one: World) -> None:
    police = Unit("police", "north", UnitKind.POLICE, "Công an phường")
    async with one.made.write() as tx:
        await units.import_all(tx, (*desk_world.UNITS, police), at_once=True)
    await add(one.made, "congan", ("police", Role.LEAD))
    browser = await one.at_desk("congan")
    await browser.get(PAGE)
    assert "Bộ luật Tố tụng hình sự, điều 147" in browser.words
    assert "gia hạn thêm một lần: đến 21/03/2027" in browser.words
    assert not browser.page.select("input#triage_hours")
    await browser.send("Lưu", from6="08:00", to6="12:00")
    assert browser.status == 200


async def test_who_leads_two_units_chooses(one: World) -> None:
    await add(one.made, "truong", ("north", Role.LEAD), ("south", Role.LEAD))
    browser = await one.at_desk("truong")
    await browser.get(f"{PAGE}?unit=south")
    assert "Đặt cho Công đoàn phía nam" in browser.words
    options = [each.get_text() for each in browser.page.select("#unit option")]
    assert options == ["Công đoàn phía bắc", "Công đoàn phía nam"]
