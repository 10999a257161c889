"""The pages for passing a tip on over real HTTP: a unit is found, the second look, the way back."""

from bs4 import Tag

from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from storage import cases, passing, tips, units
from storage.audit import Act
from tests.desk_browser import Browser, World
from tests.desk_world import NOW, STORY, UNITS, add
from tests.tip_world import file, new_tip

WARD = Unit("ward", "north", UnitKind.UNION, "Công đoàn phường Thủ Dầu Một", frozenset({"25747"}))
COMPANY = Unit("company", "ward", UnitKind.UNION, "Công đoàn công ty May", inside_company=True)
POLICE = Unit("police", "root", UnitKind.POLICE, "Công an phường", frozenset({"25747"}))


async def settle(world: World, **changes: object) -> bytes:
    """People at four desks, and a tip of `north` that `mot` holds."""
    async with world.made.write() as tx:
        await units.import_all(tx, (*UNITS, WARD, COMPANY, POLICE), at_once=True)
    member, _ = await add(world.made, "mot", ("north", Role.OFFICER))
    for login, unit in (("nam", "south"), ("phuong", "ward"), ("cty", "company"), ("ca", "police")):
        await add(world.made, login, (unit, Role.OFFICER))
    tip = await file(world.made, new_tip("north", **changes))
    async with world.made.write() as tx:
        await cases.claim(tx, member.id, tip, NOW)
    return tip


async def at_page(world: World, tip: bytes, login: str = "mot") -> Browser:
    browser = await world.at_desk(login)
    return await browser.get(f"/desk/tin/{tip.hex()}/chuyen")


def offered(browser: Browser) -> list[str]:
    return [str(box["value"]) for box in browser.page.select("input[name=to][type=radio]")]


async def test_a_tip_is_passed_on_after_a_second_look(world: World) -> None:
    tip = await settle(world)
    browser = await world.at_desk("mot")
    await browser.get(f"/desk/tin/{tip.hex()}")
    link = browser.page.find("a", string="Chuyển đơn vị khác")
    assert isinstance(link, Tag)
    await browser.get(str(link["href"]))
    assert offered(browser)[0] == "ward", "the unit of the place comes first"
    await browser.send("Xem lại trước khi chuyển", to="ward", reason="place")
    assert browser.status == 200
    for told in (
        "Chuyển tin này đến Công đoàn phường",
        "vẫn đọc được tin",
        "chưa có cách nào để được báo",
    ):
        assert told in browser.words
    assert Act.PASSED_ON not in await world.acts()
    await browser.send("Chuyển tin")
    assert browser.status == 200
    assert "Đã chuyển tin đến Công đoàn phường Thủ Dầu Một." in browser.words
    assert Act.PASSED_ON in await world.acts()
    await browser.get(f"/desk/tin/{tip.hex()}")
    assert "Đơn vị khác đang phụ trách tin này" in browser.words
    assert "Nhận tin này" not in browser.buttons
    assert "Chuyển đơn vị khác" not in browser.words
    other = await world.at_desk("phuong")
    await other.get(f"/desk/tin/{tip.hex()}")
    assert "Nhận tin này" in other.buttons


async def test_units_are_found_by_name_and_by_place_without_diacritics(world: World) -> None:
    tip = await settle(world)
    browser = await world.at_desk("mot")
    for typed, wanted in (
        ("phia nam", {"south"}),
        ("NAM phía", {"south"}),
        ("thu dau mot", {"ward"}),
        ("khu cong nghiep", set()),
        ("cong ty may", set()),
        ("cong an", set()),
        ("   ", set()),
        ("%27 OR 1=1", set()),
    ):
        await browser.get(f"/desk/tin/{tip.hex()}/chuyen?tim={typed}")
        assert browser.status == 200
        found = {
            str(box["value"])
            for field in browser.page.find_all("fieldset")
            if "Kết quả tìm" in field.text
            for box in field.select("input[name=to]")
        }
        assert found == wanted, typed
    await browser.get(f"/desk/tin/{tip.hex()}/chuyen?tim=khong+co+dau")
    assert "Không có đơn vị nào hợp với lời tìm này." in browser.words


async def test_what_is_shut_out_is_nowhere_on_the_page(world: World) -> None:
    tip = await settle(world, excluded=frozenset({"south"}))
    browser = await at_page(world, tip)
    for typed in ("", "phia+nam", "cong+doan"):
        await browser.get(f"/desk/tin/{tip.hex()}/chuyen?tim={typed}")
        assert "south" not in offered(browser)
        assert "phía nam" not in browser.words
    guard = browser.guard
    for to in ("south", "nowhere"):
        fields = {"guard": guard, "do": "look", "to": to, "reason": "place"}
        await browser.post(f"/desk/tin/{tip.hex()}/chuyen", fields)
        assert (browser.status, "Bạn hãy chọn một đơn vị." in browser.words) == (409, True)
        await browser.post(f"/desk/tin/{tip.hex()}/chuyen", {**fields, "do": "go"})
        assert (browser.status, "Tin này không chuyển đến đơn vị đó được." in browser.words) == (
            409,
            True,
        )


async def test_nothing_chosen_is_told_and_what_was_chosen_stays(world: World) -> None:
    tip = await settle(world)
    browser = await at_page(world, tip)
    await browser.send("Xem lại trước khi chuyển", to="ward")
    assert (browser.status, "Bạn hãy chọn một lý do." in browser.words) == (409, True)
    [kept] = browser.page.select("input[name=to][checked]")
    assert kept["value"] == "ward"
    await browser.send("Xem lại trước khi chuyển", reason="other", to="")
    assert "Bạn hãy chọn một đơn vị." in browser.words
    [kept] = browser.page.select("input[name=reason][checked]")
    assert kept["value"] == "other"
    for nonsense in ({"do": "jump"}, {}, {"do": "go", "to": "ward", "reason": "hate"}):
        await browser.get(f"/desk/tin/{tip.hex()}/chuyen")
        await browser.post(browser.path, {"guard": browser.guard, **nonsense})
        assert browser.status == 400


async def test_an_old_form_of_a_tip_that_went_meanwhile_tells_so(world: World) -> None:
    tip = await settle(world)
    browser = await at_page(world, tip)
    await browser.send("Xem lại trước khi chuyển", to="ward", reason="place")
    text, path = browser.text, browser.path
    await browser.send("Chuyển tin")
    browser.text, browser.path = text, path
    await browser.send("Chuyển tin")
    assert (browser.status, "Đơn vị khác đang phụ trách tin này" in browser.words) == (409, True)
    assert (await world.acts()).count(Act.PASSED_ON) == 1


async def test_who_does_not_hold_it_is_told_who_does_and_strangers_nothing(world: World) -> None:
    tip = await settle(world)
    await add(world.made, "hai", ("north", Role.OFFICER))
    browser = await at_page(world, tip, "hai")
    assert (browser.status, "Người mot đang giữ tin này." in browser.words) == (409, True)
    assert offered(browser) == []
    for login in ("nam", "ca", "cty"):
        browser = await at_page(world, tip, login)
        assert browser.status == 404
        assert "Cây tre xanh" not in browser.text


async def test_a_unit_that_is_concerned_is_told_that_it_stops_reading(world: World) -> None:
    tip = await settle(world)
    browser = await at_page(world, tip)
    await browser.send("Xem lại trước khi chuyển", to="south", reason="concerned")
    assert "không còn thấy tin này nữa" in browser.words
    await browser.send("Chuyển tin")
    assert browser.status == 200
    assert "Mở tin" not in browser.words
    assert (await browser.get(f"/desk/tin/{tip.hex()}")).status == 404


async def test_it_is_returned_with_a_reason(world: World) -> None:
    tip = await settle(world)
    browser = await at_page(world, tip)
    assert "Trả lại" not in browser.words
    await browser.send("Xem lại trước khi chuyển", to="ward", reason="place")
    await browser.send("Chuyển tin")
    other = await world.at_desk("phuong")
    await other.get(f"/desk/tin/{tip.hex()}")
    await other.send("Nhận tin này")
    await other.get(f"/desk/tin/{tip.hex()}/chuyen")
    assert "Tin này do Công đoàn phía bắc chuyển đến." in other.words
    await other.send("Trả lại tin", reason="competence")
    assert "Trả lại tin này cho Công đoàn phía bắc?" in other.words
    await other.send("Trả lại tin")
    assert (other.status, "Đã trả tin lại cho Công đoàn phía bắc." in other.words) == (200, True)
    assert (await other.get(f"/desk/tin/{tip.hex()}")).status == 404
    assert Act.RETURNED in await world.acts()


async def test_a_danger_tip_says_that_a_call_is_needed_as_well(world: World) -> None:
    tip = await settle(world, danger=True)
    browser = await at_page(world, tip)
    await browser.send("Xem lại trước khi chuyển", to="ward", reason="place")
    assert "chuyển rồi vẫn nên gọi điện" in browser.words


async def test_a_lead_decides_whether_the_unit_reads_on(world: World) -> None:
    tip = await settle(world)
    await add(world.made, "truong", ("north", Role.LEAD))
    lead = await at_page(world, tip, "truong")
    link = lead.page.find("a", string="Đổi quy định này")
    assert isinstance(link, Tag)
    await lead.get(str(link["href"]))
    await lead.send("LưuCông đoàn phía bắc", on="0")
    assert (lead.status, "Đã lưu cho Công đoàn phía bắc." in lead.words) == (200, True)
    async with world.made.read() as tx:
        assert not await passing.reads_on(tx, "north")
    guard = lead.guard
    await lead.post("/desk/don-vi/doc-tiep", {"guard": guard, "unit": "south", "on": "0"})
    assert lead.status == 404
    officer = await world.at_desk("mot")
    assert (await officer.get("/desk/don-vi/doc-tiep")).status == 404
    await lead.get(f"/desk/tin/{tip.hex()}/chuyen")
    await lead.send("Xem lại trước khi chuyển", to="ward", reason="place")
    assert "không còn thấy tin này nữa" in lead.words


async def test_a_tip_that_is_gone_or_closed_offers_nothing(world: World) -> None:
    new = new_tip("north")
    await settle(world)
    tip = await file(world.made, new)
    browser = await world.at_desk("mot")
    await browser.get(f"/desk/tin/{tip.hex()}/chuyen")
    assert (browser.status, "Bạn nhận tin trước đã." in browser.words) == (409, True)
    async with world.made.write() as tx:
        await tips.close(tx, new.key, NOW)
    await browser.get(f"/desk/tin/{tip.hex()}/chuyen")
    assert (browser.status, "Trạng thái của tin vừa thay đổi" in browser.words) == (409, True)
    async with world.made.write() as tx:
        await tips.remove(tx, new.key, day=NOW.date())
    assert (await browser.get(f"/desk/tin/{tip.hex()}/chuyen")).status == 404
    assert STORY not in browser.text
