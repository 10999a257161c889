"""The administrators' pages of units over real HTTP: find, change, look again, put back, remove."""

from collections.abc import AsyncIterator

import pytest

from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from storage import staff, units
from storage.audit import Act
from tests.desk_browser import Browser, World, world_on
from tests.desk_world import NOW, add
from tests.storage.test_unit_editing import UNITS

LIST = "/desk/don-vi/cac-don-vi"
WARD = "/desk/don-vi/sua/ward"


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with world_on(sqlite_url) as running:
        async with running.made.write() as tx:
            await units.import_all(tx, UNITS, may_remove=True)
        await add(running.made, "qt", ("north", Role.ADMINISTRATOR))
        await add(running.made, "kiem", ("north", Role.AUDITOR))
        yield running


async def unit_of(world: World, key: str) -> Unit | None:
    async with world.made.read() as tx:
        tree = await units.tree(tx)
    return tree.get(key) if tree is not None else None


def section(browser: Browser, name: str) -> str:
    found = browser.page.select_one(f"section#{name}")
    assert found is not None
    return found.get_text(" ", strip=True)


async def save(browser: Browser, part: str, todo: str = "save", /, **fields: str) -> Browser:
    """Fill in and send one of the forms, as a browser does."""
    form = browser.page.select_one(f"section#{part} form")
    assert form is not None
    told = {}
    for box in form.select("input[name]"):
        if box.get("type") in {"radio", "checkbox"} and not box.has_attr("checked"):
            continue
        told[str(box["name"])] = str(box.get("value", ""))
    kept = {key: value for key, value in (told | fields).items() if value != "(off)"}
    return await browser.post(browser.path, {**kept, "do": todo})


async def test_units_are_found_by_name_id_and_place_and_in_the_tree(world: World) -> None:
    browser = await world.at_desk("qt")
    await browser.get(LIST)
    assert "Công đoàn phường 2" in browser.words
    assert "Liên đoàn phía nam" not in browser.words
    for words, told in (("cong doan phuong", "ward-2"), ("ward-2", "ward-2"), ("tphcm", "police")):
        await browser.get(f"{LIST}?tim={words}")
        assert told in browser.words, words
    await browser.get(f"{LIST}?tim=phía nam")
    assert "Không có đơn vị nào của bạn khớp" in browser.words
    assert (await browser.get(f"{LIST}?o=south")).status == 404
    assert (await browser.get(f"{LIST}?o=ward&tu=99")).status == 200


async def test_others_find_no_such_pages(world: World) -> None:
    await add(world.made, "cb", ("north", Role.LEAD))
    browser = await world.at_desk("cb")
    for path in (LIST, WARD, "/desk/don-vi/moi?tren=north", "/desk/don-vi/lich-su/ward"):
        assert (await browser.get(path)).status == 404
    admin = await world.at_desk("qt")
    for path in ("/desk/don-vi/sua/south", "/desk/don-vi/sua/root", "/desk/don-vi/moi?tren=south"):
        assert (await admin.get(path)).status == 404


async def test_words_are_changed_and_the_history_tells_it(world: World) -> None:
    browser = await world.at_desk("qt")
    await browser.get(WARD)
    await save(browser, "words", name="Công đoàn  phường mới", contact="028 3822 1111")
    assert (browser.status, "Đã lưu." in browser.words) == (200, True)
    assert [each.get_text() for each in browser.page.select("h1")] == ["Công đoàn phường mới"]
    assert Act.UNIT_CHANGED in await world.acts()
    await browser.get("/desk/don-vi/lich-su/ward")
    assert "Công đoàn phường → Công đoàn phường mới" in browser.words
    assert "Người qt" in browser.words
    await browser.send(next(each for each in browser.buttons if each.startswith("Trả lại")))
    assert "Đã trả lại như trước" in browser.words
    found = await unit_of(world, "ward")
    assert found is not None
    assert (found.name, found.contact) == ("Công đoàn phường", "")


async def test_an_auditor_reads_the_history_and_changes_nothing(world: World) -> None:
    browser = await world.at_desk("qt")
    await browser.get(WARD)
    await save(browser, "words", hours="7:00–16:00")
    auditor = await world.at_desk("kiem")
    await auditor.get("/desk/don-vi/lich-su/ward")
    assert "không có → 7:00–16:00" in auditor.words
    assert not [each for each in auditor.buttons if each.startswith("Trả lại")]
    assert (await auditor.get(WARD)).status == 404


async def test_the_log_names_the_fields_and_leads_to_the_history(world: World) -> None:
    browser = await world.at_desk("qt")
    await browser.get(WARD)
    await save(browser, "words", name="Khác", hours="7:00–16:00")
    auditor = await world.at_desk("kiem")
    await auditor.get("/desk/nhat-ky?don-vi=ward")
    assert "Sửa đơn vị Tên, Giờ làm việc" in auditor.words
    [link] = auditor.page.select("a[href*=lich-su]")
    await auditor.get(str(link["href"]))
    assert "Lịch sử thay đổi: Khác" in auditor.words


async def test_places_are_found_as_they_are_typed_and_taken_away(world: World) -> None:
    browser = await world.at_desk("qt")
    await browser.get("/desk/don-vi/sua/ward-2")
    await save(browser, "places", "find", find="thủ dầu một, tphcm")
    boxes = browser.page.select("#places input[name^=found-]")
    assert boxes, browser.words
    codes = {str(box["value"]) for box in boxes}
    assert "25747" in codes
    name = next(str(box["name"]) for box in boxes if box["value"] == "25747")
    await save(browser, "places", **{name: "25747"})
    found = await unit_of(world, "ward-2")
    assert found is not None
    assert "25747" in found.places


async def test_a_name_that_was_typed_and_saved_at_once_is_looked_up(world: World) -> None:
    browser = await world.at_desk("qt")
    await browser.get("/desk/don-vi/sua/ward-2")
    await save(browser, "places", find="thủ dầu một")
    assert browser.page.select("#places input[name^=found-]")
    await save(browser, "places", "find", find="zzzz")
    assert "Không thấy nơi nào khớp với “zzzz”" in section(browser, "places")


async def test_a_change_that_leaves_somebody_without_a_unit_is_shown_first(world: World) -> None:
    await add(world.made, "cb", ("ward", Role.OFFICER))
    browser = await world.at_desk("qt")
    await browser.get(WARD)
    await save(browser, "places", **{"place-25747": "(off)"})
    assert "Lưu thay đổi của Công đoàn phường?" in browser.words
    assert "bỏ: Phường Thủ Dầu Một" in browser.words
    unchanged = await unit_of(world, "ward")
    assert unchanged is not None
    assert unchanged.places == frozenset({"25747"})
    await browser.send("Lưu")
    assert "Đã lưu." in browser.words
    changed = await unit_of(world, "ward")
    assert changed is not None
    assert changed.places == frozenset()


async def test_nothing_typed_is_lost_when_it_cannot_stand(world: World) -> None:
    browser = await world.at_desk("qt")
    await browser.get(WARD)
    await save(browser, "words", name="=SUM(A1)", hours="8:00")
    assert browser.status == 422
    assert "Chỗ này không bắt đầu bằng dấu" in section(browser, "words")
    for name, value in (("name", "=SUM(A1)"), ("hours", "8:00")):
        box = browser.page.select_one(f"#words input[name={name}]")
        assert box is not None
        assert box["value"] == value


async def test_the_second_of_two_sees_what_the_first_did_and_their_own_words(world: World) -> None:
    one, two = await world.at_desk("qt"), await world.at_desk("qt")
    await one.get(WARD)
    await two.get(WARD)
    await save(one, "words", name="Tên một")
    await save(two, "words", name="Tên hai")
    assert two.status == 409
    told = section(two, "words")
    assert "Tên một" in told
    box = two.page.select_one("#words input[name=name]")
    assert box is not None
    assert box["value"] == "Tên hai"
    await save(two, "words")
    found = await unit_of(world, "ward")
    assert found is not None
    assert found.name == "Tên hai"


async def test_a_unit_moves_below_another_that_was_looked_for(world: World) -> None:
    browser = await world.at_desk("qt")
    await browser.get(WARD)
    await save(browser, "standing", "find", find="phường 2")
    await save(browser, "standing", parent="ward-2")
    assert "Đã lưu." in browser.words
    await browser.get("/desk/don-vi/sua/ward-2")
    await save(browser, "standing", parent="ward")
    assert browser.status == 422
    assert "xếp thành vòng" in section(browser, "standing")


async def test_the_unit_of_ones_own_role_shows_what_it_may_not_change(world: World) -> None:
    browser = await world.at_desk("qt")
    await browser.get("/desk/don-vi/sua/north")
    assert "quản trị viên của đơn vị cấp trên" in section(browser, "places")
    assert browser.page.select("#places form, #standing form, #conflicts form") == []
    await save(browser, "cards", at_once="0")
    assert "Đã lưu." in browser.words
    async with world.made.read() as tx:
        assert not await units.shows_at_once(tx, "north")
    forged = {"section": "places", "seen": "", "do": "save", "guard": browser.guard}
    await browser.post(browser.path, {**forged, "place-01": "1"})
    assert browser.status == 422


async def test_a_unit_is_added_with_a_place_and_removed_again(world: World) -> None:
    browser = await world.at_desk("qt")
    await browser.get("/desk/don-vi/moi?tren=north")
    await browser.send("Thêm đơn vị", id="ward", name="Phường mới")
    assert browser.status == 422
    assert "Mã “ward” đã có một đơn vị dùng." in browser.words
    await browser.send("Tìm", id="ward-9", find="thủ dầu một, tphcm")
    assert browser.page.select("input[name^=found-]")
    await browser.send("Thêm đơn vị", id="ward-9", name="Phường mới")
    assert browser.path == "/desk/don-vi/sua/ward-9"
    assert "Đã thêm đơn vị" in browser.words
    await browser.send("Xem trước khi xóa")
    assert "Xóa Phường mới?" in browser.words
    await browser.send("Xóa đơn vị này")
    assert browser.path == LIST
    assert "Đã xóa đơn vị" in browser.words
    assert await unit_of(world, "ward-9") is None
    await browser.get("/desk/don-vi/lich-su/north")
    assert "Xóa đơn vị cấp dưới: Phường mới (ward-9)" in browser.words


async def test_what_stands_in_the_way_of_removing_is_said(world: World) -> None:
    await add(world.made, "cb", ("ward", Role.OFFICER))
    browser = await world.at_desk("qt")
    await browser.get(WARD)
    await browser.send("Xem trước khi xóa")
    assert browser.status == 422
    assert "Còn người giữ vai trò ở đơn vị" in browser.words


async def test_what_no_page_of_ours_sends_is_refused(world: World) -> None:
    browser = await world.at_desk("qt")
    await browser.get(WARD)
    guard = browser.guard
    for fields in (
        {"do": "save", "section": "keys"},
        {"do": "save", "section": "standing", "kind": "army"},
        {"do": "explode"},
        {"do": "put_back", "number": "x"},
    ):
        await browser.post(WARD, {"guard": guard, **fields})
        assert browser.status == 400, fields
    await browser.post(WARD, {"guard": guard, "do": "put_back", "number": "1"})
    assert browser.status == 404


async def test_a_boarding_house_group_has_no_units_below(world: World) -> None:
    group = Unit("group", "ward", UnitKind.BOARDING, "Tổ tự quản khu trọ số 1")
    async with world.made.write() as tx:
        await units.import_all(tx, (*UNITS, group))
    browser = await world.at_desk("qt")
    await browser.get("/desk/don-vi/sua/group")
    assert browser.status == 200
    assert browser.page.select("a[href*='moi?tren=group']") == []


async def test_whoever_leads_no_desk_is_led_to_the_units(world: World) -> None:
    admin = await world.at_desk("qt")
    await admin.get("/desk/don-vi")
    assert (admin.status, admin.path) == (200, LIST)
    auditor = await world.at_desk("kiem")
    await auditor.get("/desk/don-vi")
    assert (auditor.status, auditor.path) == (200, "/desk/don-vi/do-phu")
    await add(world.made, "cb", ("ward", Role.OFFICER))
    assert (await (await world.at_desk("cb")).get("/desk/don-vi")).status == 404


async def test_what_was_saved_is_said_where_the_browser_goes(world: World) -> None:
    browser = await world.at_desk("qt")
    await browser.get(WARD)
    await save(browser, "words", hours="7:00–16:00")
    assert "Đã lưu." in section(browser, "words")
    await save(browser, "words")
    assert "Không có gì thay đổi." in section(browser, "words")


async def test_the_first_category_is_told_as_fewer(world: World) -> None:
    browser = await world.at_desk("qt")
    await browser.get(WARD)
    await save(browser, "categories", **{"cat-wages": "1"})
    await save_surely(browser)
    assert "Đã lưu." in section(browser, "categories")
    await browser.get("/desk/don-vi/lich-su/ward")
    assert "mọi nhóm việc → Nợ lương, hợp đồng, tăng ca" in browser.words
    assert "thêm: Nợ lương" not in browser.words


async def test_communes_whose_tips_go_the_same_way_stand_in_one_line(world: World) -> None:
    async with world.made.write() as tx:
        await staff.add(tx, "doc", "Người đọc", {("ward", Role.OFFICER)}, NOW)
    browser = await world.at_desk("qt")
    await browser.get(WARD)
    await save(browser, "categories", **{"cat-wages": "1"})
    lines = [each.get_text(" ", strip=True) for each in browser.page.select("main li li")]
    assert len(lines) == 1
    assert "Cho vay nặng lãi, đòi nợ, Trộm cắp, lừa đảo" in lines[0]
    assert "Nợ lương" not in lines[0]
    assert "tin từng đến Công đoàn phường, nay đến" in lines[0]
    assert "(Phường Thủ Dầu Một, Thành phố Hồ Chí Minh" in lines[0]


async def test_other_sections_that_are_not_saved_yet_are_known_to_the_page(world: World) -> None:
    browser = await world.at_desk("qt")
    await browser.get(WARD)
    assert not browser.page.select("form[data-typed]")
    await save(browser, "words", hours="=1+1")
    [form] = browser.page.select("form[data-typed]")
    assert form["action"] == "#words"
    assert "Tên và liên hệ" in str(form["data-unsaved"])


async def test_a_group_of_boarding_houses_has_no_sections_of_a_desk(world: World) -> None:
    browser = await world.at_desk("qt")
    await browser.get("/desk/don-vi/moi?tren=ward")
    await browser.send("Thêm đơn vị", name="Tổ tự quản", id="to-1", kind="boarding")
    assert "Tổ không đọc tin báo" in browser.words
    shown = [str(each["id"]) for each in browser.page.select("main section")]
    assert shown == ["words", "standing", "places"]


async def save_surely(browser: Browser) -> None:
    """Look at what it does to others, where that is asked, and save."""
    if browser.page.select("button[value=sure]"):
        await browser.send("Lưu")
