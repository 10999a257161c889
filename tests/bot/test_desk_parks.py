"""The administrators' page of parks over real HTTP."""

from collections.abc import AsyncIterator

import pytest
from bs4 import Tag

from handlers.parks import Park, ParkKind
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from storage import parks, units
from storage.audit import Act
from tests.desk_browser import Browser, World, world_on
from tests.desk_world import UNITS, add

PAGE = "/desk/khu"
FIELDS = {
    "kind": "kcn",
    "name": "KCN Tân Phú Thạnh",
    "aliases": "TPT\nTân Phú Thạnh 1",
    "communes": "Xã Thạnh Xuân, Thành phố Cần Thơ",
    "source": "Ban quản lý",
    "checked_on": "2026-11-20",
}
SOUTH = Unit("south", "root", UnitKind.UNION, "Công đoàn phía nam", frozenset({"92"}))
FAR = Park("far", ParkKind.CCN, "CCN Xa", ("20335",))


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with world_on(sqlite_url) as running:
        async with running.made.write() as tx:
            await units.import_all(tx, (*UNITS[:3], SOUTH), at_once=True)
        yield running


async def at_page(world: World) -> Browser:
    await add(world.made, "qt", ("south", Role.ADMINISTRATOR))
    browser = await world.at_desk("qt")
    link = browser.page.find("a", string="Khu công nghiệp, khu trọ")
    assert isinstance(link, Tag)
    return await browser.get(str(link["href"]))


async def every(world: World) -> tuple[Park, ...]:
    async with world.made.read() as tx:
        return await parks.every(tx)


async def test_one_is_added_changed_and_removed(world: World) -> None:
    browser = await at_page(world)
    assert "Chưa có khu nào." in browser.words
    await browser.send("Lưu khu", **FIELDS)
    assert (browser.status, "Đã lưu KCN Tân Phú Thạnh." in browser.words) == (200, True)
    for told in ("Xã Thạnh Xuân, Thành phố Cần Thơ", "TPT; Tân Phú Thạnh 1", "20/11/2026"):
        assert told in browser.words
    [park] = await every(world)
    assert (park.id, park.communes) == ("kcn-tan-phu-thanh-92", ("31360",))
    await browser.get(f"{PAGE}?sua={park.id}")
    assert "Sửa khu này" in browser.words
    await browser.send("Lưu khu", name="KCN Tân Phú Thạnh 2", aliases="")
    assert browser.status == 200
    [park] = await every(world)
    assert (park.id, park.name, park.aliases) == (
        "kcn-tan-phu-thanh-92",
        "KCN Tân Phú Thạnh 2",
        (),
    )
    await browser.send("Bỏ khu này")
    assert (browser.status, "Bạn hãy đánh dấu" in browser.words) == (422, True)
    await browser.send("Bỏ khu này", sure="1")
    assert (browser.status, "Đã bỏ KCN Tân Phú Thạnh 2." in browser.words) == (200, True)
    assert await every(world) == ()
    assert (await world.acts()).count(Act.PARK_CHANGED) == 3


async def test_a_name_of_many_places_is_asked_back_and_nothing_typed_is_lost(
    world: World,
) -> None:
    browser = await at_page(world)
    await browser.send("Lưu khu", **FIELDS | {"communes": "thạnh xuân\nblabla"})
    assert browser.status == 422
    assert "Không tìm ra “blabla”" in browser.words
    typed = browser.page.select_one("#communes")
    assert typed is not None
    assert "blabla" in typed.text
    name = browser.page.select_one("#name")
    assert name is not None
    assert name["value"] == "KCN Tân Phú Thạnh"
    assert await every(world) == ()
    await browser.send("Lưu khu", communes="thạnh xuân", pick_31360="thạnh xuân")
    assert browser.status == 200
    assert [park.communes for park in await every(world)] == [("31360",)]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": "KCN"}, "còn thiếu"),
        ({"name": "=1+1 khu"}, "công thức"),
        ({"communes": "31360\n20335"}, "nhiều tỉnh"),
        ({"communes": "92"}, "cả một tỉnh"),
        ({"checked_on": "2027-01-01"}, "còn ở phía trước"),
        ({"kind": "kho"}, "loại “kho” không có"),
        ({"communes": "20335"}, "ngoài địa bàn của bạn"),
    ],
)
async def test_what_is_wrong_is_told(world: World, changes: dict[str, str], told: str) -> None:
    browser = await at_page(world)
    await browser.send("Lưu khu", **FIELDS | changes)
    assert (browser.status, told in browser.words) == (422, True), browser.words
    assert await every(world) == ()


async def test_a_fault_is_told_at_its_field_in_words_of_the_page(world: World) -> None:
    browser = await at_page(world)
    wrong = {"name": "=1+1", "aliases": "x" * 121, "source": "@a", "communes": "xyz"}
    await browser.send("Lưu khu", **FIELDS | wrong)
    told = {}
    for name in wrong:
        field = browser.page.select_one(f"#form [name={name}]")
        assert field is not None
        ids = str(field["aria-describedby"]).split()
        found = [browser.page.select_one(f"#{each}.reminder") for each in ids]
        told[name] = [each.get_text() for each in found if each is not None]
    assert told == {
        "name": ["Chỗ này không bắt đầu bằng dấu = + - @ được, vì bảng tính sẽ hiểu là công thức."],
        "aliases": ["Chỗ này dài quá 120 ký tự."],
        "source": [
            "Chỗ này không bắt đầu bằng dấu = + - @ được, vì bảng tính sẽ hiểu là công thức."
        ],
        "communes": ["Không tìm ra “xyz”. Bạn thử thêm tên tỉnh, hoặc gõ mã năm chữ số."],
    }


async def test_a_park_elsewhere_is_seen_and_not_changed(world: World) -> None:
    async with world.made.write() as tx:
        await parks.seed(tx, (FAR,))
    browser = await at_page(world)
    assert "CCN Xa" in browser.words
    assert browser.page.select("a[href*=sua]") == []
    await browser.get(f"{PAGE}?sua=far")
    await browser.send("Lưu khu", source="khác")
    assert (browser.status, "ngoài địa bàn" in browser.words) == (422, True)
    assert await every(world) == (FAR,)


async def test_parks_are_found_by_name_other_name_and_place(world: World) -> None:
    async with world.made.write() as tx:
        near = Park("near", ParkKind.KCN, "KCN Tân Phú Thạnh", ("31360",), ("Tê Pê Tê",))
        await parks.seed(tx, (FAR, near))
    browser = await at_page(world)
    for words, found in (
        ("tan phu", ["KCN Tân Phú Thạnh"]),
        ("te pe", ["KCN Tân Phú Thạnh"]),
        ("Thạnh Xuân, Cần Thơ", ["KCN Tân Phú Thạnh"]),
        ("Đà Nẵng", ["CCN Xa"]),
        ("zzz", []),
    ):
        await browser.get(f"{PAGE}?tim={words}")
        assert [each.text for each in browser.page.select(".cards h2")] == found, words
    assert "Không có khu nào khớp" in browser.words


async def test_a_long_list_says_how_many_it_leaves_out(world: World) -> None:
    async with world.made.write() as tx:
        await parks.seed(
            tx, (Park(f"p{at}", ParkKind.KCN, f"KCN Số {at}", ("31360",)) for at in range(33))
        )
    browser = await at_page(world)
    assert len(browser.page.select(".cards .card")) == 30
    assert "Còn 3 khu nữa" in browser.words


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
async def test_nobody_else_has_the_page(world: World, role: Role) -> None:
    await add(world.made, "ai", ("south", role))
    browser = await world.at_desk("ai")
    await browser.get(PAGE)
    assert browser.status == 404
    assert browser.page.find("a", string="Khu công nghiệp, khu trọ") is None
