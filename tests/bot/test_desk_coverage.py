"""The desk's page on where there is a desk, over real HTTP, and its spreadsheet."""

import io

import pytest
import python_calamine

from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Category
from storage import staff, units
from storage.audit import Act
from tests.desk_browser import Browser, World
from tests.desk_world import add

PAGE = "/desk/don-vi/do-phu"
FILE = f"{PAGE}.xlsx"
WARD = "25747"
UNITS = (
    Unit("root", None, UnitKind.UNION, "Tổng liên đoàn", frozenset({"*"})),
    Unit("city", "root", UnitKind.UNION, "Liên đoàn thành phố", frozenset({"79"})),
    Unit("ward", "city", UnitKind.UNION, "Công đoàn phường Một", frozenset({WARD})),
    Unit("empty", "city", UnitKind.UNION, "Công đoàn phường Hai", frozenset({"25750"})),
    Unit("police", "root", UnitKind.POLICE, "Công an phường", frozenset({WARD, "25750"})),
    Unit("bare", "root", UnitKind.UNION, "Công đoàn ngành"),
)


async def settle(one: World) -> None:
    async with one.made.write() as tx:
        await units.import_all(tx, UNITS, may_remove=True)
    await add(one.made, "top", ("root", Role.ADMINISTRATOR))
    await add(one.made, "doc", ("ward", Role.OFFICER))
    await add(one.made, "tp", ("city", Role.LEAD))


async def look(one: World, login: str, query: str = "") -> Browser:
    browser = await one.at_desk(login)
    return await browser.get(PAGE + query)


def headings(browser: Browser) -> list[str]:
    return [each.get_text(" ", strip=True) for each in browser.page.select("h3, summary")]


async def test_every_province_is_told_in_numbers(one: World) -> None:
    await settle(one)
    browser = await look(one, "top")
    assert browser.status == 200
    cards = {
        card.h3.get_text(strip=True): card.get_text(" ", strip=True)
        for card in browser.page.select(".provinces .card")
        if card.h3
    }
    assert len(cards) == 34
    assert "1 có bàn riêng" in cards["Thành phố Hồ Chí Minh"]
    assert "167 do cấp tỉnh đọc" in cards["Thành phố Hồ Chí Minh"]
    assert "126 chỉ có đơn vị cao nhất" in cards["Thành phố Hà Nội"]
    # The lead of a ward with one desk still has somebody above; the root has nobody.
    assert "Giao vai trò cho người đọc tin" in browser.words


async def test_a_province_tells_where_tips_go_and_who_has_nobody_yet(one: World) -> None:
    await settle(one)
    browser = await look(one, "top", "?tinh=79")
    assert "Tin về Công đoàn phường Một" in browser.words
    assert "Tin về Liên đoàn thành phố" in browser.words
    assert "Công đoàn phường Hai: chưa có ai đọc tin" in browser.words
    assert "Công an" not in browser.words
    # Nobody of them can be called.
    assert "Ngoài giờ không ai được gọi" in browser.words
    assert "Tổng liên đoàn chưa có ai đọc tin" not in browser.words
    hanoi = await look(one, "top", "?tinh=01")
    assert "Tổng liên đoàn chưa có ai đọc tin" in hanoi.words


async def test_only_what_is_missing_is_shown_when_asked_for(one: World) -> None:
    await settle(one)
    browser = await look(one, "top", "?tinh=79&thieu=1")
    assert "Tin về Công đoàn phường Một" not in browser.words
    assert "Tin về Liên đoàn thành phố" in browser.words


async def test_a_category_can_be_looked_at_alone(one: World) -> None:
    await settle(one)
    few = Unit(
        "ward",
        "city",
        UnitKind.UNION,
        "Công đoàn phường Một",
        frozenset({WARD}),
        frozenset({Category.WAGES}),
    )
    async with one.made.write() as tx:
        await units.import_all(tx, [few if each.id == "ward" else each for each in UNITS])
    fire = await look(one, "top", "?tinh=79&nhom=fire")
    assert "Tin về Công đoàn phường Một" not in fire.words
    wages = await look(one, "top", "?tinh=79&nhom=wages")
    assert "Tin về Công đoàn phường Một" in wages.words
    both = await look(one, "top", "?tinh=79")
    assert "Có bàn cho một số nhóm việc" in headings(both)


async def test_who_has_one_province_is_shown_that_one(one: World) -> None:
    await settle(one)
    browser = await look(one, "tp")
    assert "Thành phố Hồ Chí Minh: 168 xã, phường, đặc khu" in browser.words
    assert not browser.page.select("#province")
    assert "Giao vai trò" not in browser.words
    # What is not theirs is no error: it is not there.
    assert (await look(one, "tp", "?tinh=01")).words == browser.words


async def test_somebody_without_places_reads_that_kindly(one: World) -> None:
    await settle(one)
    await add(one.made, "nganh", ("bare", Role.AUDITOR))
    assert "chưa phụ trách xã, phường nào" in (await look(one, "nganh")).words


@pytest.mark.parametrize("path", [PAGE, FILE])
async def test_an_officer_finds_no_such_page(one: World, path: str) -> None:
    await settle(one)
    browser = await one.at_desk("doc")
    assert (await browser.get(path)).status == 404


async def test_nonsense_in_the_address_is_left_out(one: World) -> None:
    await settle(one)
    browser = await look(one, "top", "?tinh=xx&nhom=strikes&thieu=2")
    assert (browser.status, len(browser.page.select(".provinces .card"))) == (200, 34)


async def test_who_comes_to_a_desk_is_seen_at_once(one: World) -> None:
    await settle(one)
    assert "Có bàn riêng (1)" in headings(await look(one, "top", "?tinh=79"))
    await add(one.made, "moi", ("empty", Role.OFFICER))
    assert "Có bàn riêng (2)" in headings(await look(one, "top", "?tinh=79"))


async def test_the_spreadsheet_holds_the_same_and_is_in_the_audit(one: World) -> None:
    await settle(one)
    browser = await one.at_desk("top")
    async with browser.client.get(f"{FILE}?tinh=79&thieu=1") as answer:
        assert answer.status == 200
        assert "do-phu-2026-11-21.xlsx" in answer.headers["Content-Disposition"]
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(await answer.read()))
    provinces, communes = (book.get_sheet_by_index(at).to_python() for at in range(2))
    assert provinces[2][0] == "Thành phố Hồ Chí Minh"
    rows = communes[1:]
    assert len(rows) == 167
    assert all(row[4] == "Liên đoàn thành phố" for row in rows)
    assert {row[8] for row in rows} == {"", "Công đoàn phường Hai"}
    assert (await one.acts())[-1] is Act.COVERAGE_TAKEN


async def test_a_link_on_a_foreign_page_fetches_no_file(one: World) -> None:
    await settle(one)
    browser = await one.at_desk("top")
    assert (await browser.get(FILE, **{"Sec-Fetch-Site": "cross-site"})).status == 404
    assert Act.COVERAGE_TAKEN not in await one.acts()


async def test_before_the_last_reader_leaves_it_says_where_tips_will_go(one: World) -> None:
    await settle(one)
    browser = await one.at_desk("top")
    said = "Ở Công đoàn phường Một chỉ có Người doc đọc tin. Khi Người doc thôi đọc"
    assert f"{said}, tin báo mới từ đó lên Liên đoàn thành phố." in browser.words
    await add(one.made, "them", ("ward", Role.OFFICER))
    assert said not in (await browser.get("/desk/nguoi")).words


async def test_who_is_the_last_at_two_desks_is_not_the_one_who_reads_on(one: World) -> None:
    await settle(one)
    await add(one.made, "hai", ("empty", Role.OFFICER), ("bare", Role.LEAD))
    browser = await one.at_desk("top")
    assert "chỉ có Người hai đọc tin" in browser.words
    async with one.made.write() as tx:
        doc = await staff.by_login(tx, "doc")
        assert doc is not None
        await staff.grant(tx, doc.id, "city", Role.OFFICER)
        tp = await staff.by_login(tx, "tp")
        assert tp is not None
        await staff.revoke(tx, tp.id, "city", Role.LEAD)
    words = (await browser.get("/desk/nguoi")).words
    assert "tin báo mới từ đó lên Tổng liên đoàn." in words
