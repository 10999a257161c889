"""The auditor's page over real HTTP: what staff did, and never a tip."""

import csv
import io
import re
import zipfile
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update

from handlers.roles import Role
from storage import audit, cases
from storage.audit import Act
from storage.tables import audit as audit_table
from tests.desk_browser import World, world_on
from tests.desk_world import NOW, STORY, add, file_tip
from tests.staff_world import enrolled

PAGE = "/desk/nhat-ky"


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[World]:
    """An officer of the north has read and claimed a tip; auditors at the top, north, south."""
    async with world_on(database_url) as world:
        an = await enrolled(world.made, "an", ("north-park", Role.OFFICER))
        for login, unit in (("tren", "root"), ("bac", "north"), ("nam", "south")):
            await enrolled(world.made, login, (unit, Role.AUDITOR))
        tip = await file_tip(world.made, "north-park")
        async with world.made.write() as tx:
            await cases.open_case(tx, an.id, tip, NOW)
            await cases.claim(tx, an.id, tip, NOW)
            await audit.write(tx, Act.IMPORTED, staff=None, minute=NOW)
            note = f"officer {an.id.hex()}"
            await audit.write(tx, Act.GRANTED, staff=None, unit="north-park", minute=NOW, note=note)
        yield world


async def test_an_auditor_reads_what_their_units_did_and_never_of_which_tip(house: World) -> None:
    async with house.made.read() as tx:
        [tip] = {entry.tip for entry in await audit.entries(tx, limit=99) if entry.tip}
    browser = await house.at_desk("bac")
    await browser.get(PAGE)
    assert "Mở đọc tin" in browser.words
    assert "Nhận tin" in browser.words
    assert "Giao vai trò cán bộ tiếp nhận" in browser.words
    assert "Liên quan: Người an" in browser.words
    handles = re.findall(r"<code>([0-9a-f]{8})</code>", browser.text)
    assert len(handles) == 2
    assert len(set(handles)) == 1, "two lines of the same tip are known as such"
    for secret in (tip.hex(), tip.hex()[:8], "Cây tre xanh", STORY, "Thủ Dầu Một"):
        assert secret not in browser.text
    assert "Nhập danh sách đơn vị" not in [
        each.get_text(strip=True) for each in browser.page.select(".log strong")
    ], "what the operator does is for the top"


async def test_each_auditor_sees_their_units_and_those_below(house: World) -> None:
    south = await house.at_desk("nam")
    await south.get(PAGE)
    acts = [each.get_text(strip=True) for each in south.page.select(".log strong")]
    assert acts == ["Đăng nhập"]
    assert "Người an" not in south.words
    top = await house.at_desk("tren")
    await top.get(PAGE)
    acts = [each.get_text(strip=True) for each in top.page.select(".log strong")]
    assert {"Mở đọc tin", "Nhận tin", "Nhập danh sách đơn vị", "Đăng nhập"} <= set(acts)


async def test_only_auditors_come_in(house: World) -> None:
    await add(house.made, "truong", ("north", Role.LEAD))
    await add(house.made, "quan.tri", ("root", Role.ADMINISTRATOR))
    for login in ("an", "truong", "quan.tri"):
        browser = await house.at_desk(login)
        assert PAGE not in browser.text
        guard = browser.guard
        assert (await browser.get(PAGE)).status == 404
        assert (await browser.post(PAGE + "/xuat", {"guard": guard, "as": "csv"})).status == 404
    assert Act.LOG_EXPORTED not in await house.acts()


async def test_it_is_filtered_by_act_unit_person_and_day(house: World) -> None:
    browser = await house.at_desk("tren")

    async def found(query: str) -> list[str]:
        await browser.get(f"{PAGE}?{query}")
        return [each.get_text(strip=True) for each in browser.page.select(".log strong")]

    assert await found("viec=claimed") == ["Nhận tin"]
    assert set(await found("don-vi=north-park")) == {"Nhận tin", "Mở đọc tin", "Giao vai trò"}
    assert await found("don-vi=south") == []
    assert "Không có mục nào" in browser.words
    async with house.made.read() as tx:
        members = {entry.staff for entry in await audit.entries(tx, limit=99) if entry.tip}
    [an] = members
    assert an is not None
    assert await found(f"nguoi={an.hex()}") == ["Nhận tin", "Mở đọc tin"]
    assert await found("den=2026-11-20") == []
    assert await found("tu=2026-11-22") == []
    assert len(await found("tu=2026-11-21&den=2026-11-21")) == 5
    assert len(await found("tu=hom-qua")) == 5
    assert "Có ngày chưa đúng" in browser.words
    assert await found("viec=dance&nguoi=xyz&truoc=abc") != []


async def test_long_logs_come_page_by_page(house: World) -> None:
    async with house.made.write() as tx:
        for _ in range(120):
            await audit.write(tx, Act.MUTED, staff=None, unit="south", minute=NOW)
    browser = await house.at_desk("nam")
    await browser.get(PAGE)
    seen = len(browser.page.select(".log li"))
    while older := browser.page.find("a", string="Cũ hơn"):
        await browser.get(str(older["href"]))
        seen += len(browser.page.select(".log li"))
    assert seen == 121
    assert browser.page.find("a", string="Về mục mới nhất") is not None


async def test_the_export_holds_the_filter_no_formula_and_is_logged_itself(house: World) -> None:
    async with house.made.write() as tx:
        evil = "=cmd|calc"
        await audit.write(tx, Act.TEST_SENT, staff=None, unit="north", minute=NOW, note=evil)
    browser = await house.at_desk("bac")
    await browser.get(f"{PAGE}?viec=test_sent")
    await browser.send("Tải CSV")
    assert browser.headers["Content-Type"].startswith("text/csv")
    assert "nhat-ky-2026-11-21.csv" in browser.headers["Content-Disposition"]
    head, row = csv.reader(io.StringIO(browser.text.lstrip("\ufeff")))
    assert head[:3] == ["Lúc", "Việc", "Người làm"]
    assert row[1] == "Gửi thử bản tin"
    assert row[-1] == "'=cmd|calc"
    await browser.get(f"{PAGE}?viec=test_sent")
    form = browser.form("Tải CSV")
    fields = {str(box["name"]): str(box["value"]) for box in form.select("input")}
    async with browser.client.post(f"{PAGE}/xuat", data={**fields, "as": "xlsx"}) as answer:
        book = zipfile.ZipFile(io.BytesIO(await answer.read()))
    sheet = book.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"=cmd|calc" in book.read("xl/sharedStrings.xml")
    assert (await house.acts())[-2:] == [Act.LOG_EXPORTED, Act.LOG_EXPORTED]
    async with house.made.read() as tx:
        [newest] = await audit.entries(tx, limit=1)
    assert (newest.unit, newest.note) == ("north", "xlsx 1")


async def test_an_entry_that_somebody_changed_is_said_and_nothing_is_exported(house: World) -> None:
    browser = await house.at_desk("tren")
    async with house.made.write() as tx:
        await tx.run(update(audit_table).where(audit_table.c.number == 1).values(body=bytes(300)))
    await browser.get(PAGE)
    assert browser.status == 200
    assert "ai đó đã sửa" in browser.words
    fields = {"guard": browser.guard, "as": "csv"}
    await browser.post(f"{PAGE}/xuat", fields)
    assert "ai đó đã sửa" in browser.words
