"""The desk's list over real HTTP: filters in addresses, words in none, labels, saved views."""

import logging
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import pytest
from bs4 import Tag

from bot.web.desk_search import SHELVES
from handlers.labels import Label
from handlers.roles import Role
from handlers.tips import Category, Outcome
from storage import cases
from storage.audit import Act
from storage.shelves import Shelves
from storage.staff import Member
from tests.desk_browser import Browser, World
from tests.desk_world import NOW, add
from tests.tip_world import file, new_tip

WORDS = "khoa cong zyxwvu"


async def seated(world: World) -> tuple[Browser, Member]:
    member, _ = await add(world.made, "mot", ("north", Role.OFFICER))
    return await world.at_desk("mot"), member


def names(browser: Browser) -> list[str]:
    return [each.get_text(strip=True) for each in browser.page.select(".cards .card h2 a")]


def link(browser: Browser, text: str) -> str:
    return next(str(each["href"]) for each in browser.page("a") if text in each.get_text())


def shelves(world: World) -> Shelves:
    app = world.server.app
    assert app is not None
    return app[SHELVES]


async def test_a_list_is_narrowed_by_an_address_that_can_be_kept(world: World) -> None:
    browser, member = await seated(world)
    await file(world.made, new_tip("north", nickname="Lương", category=Category.WAGES))
    mine = await file(world.made, new_tip("north", nickname="Cháy", danger=True))
    async with world.made.write() as tx:
        await cases.claim(tx, member.id, mine, NOW)
    await browser.get("/desk?loai=wages&xem=open")
    assert names(browser) == ["Lương"]
    form = cast(Tag, browser.page.select_one("details.narrow form"))
    assert form["method"] == "get"
    assert not form.select("input, textarea"), "only closed values go into an address"
    told = {str(box["name"]): box.get_text(" ", strip=True) for box in form.select("select")}
    assert "Cháy nổ, lối thoát hiểm, nhà trọ (1)" in told["loai"]
    assert "tôi đang giữ" not in told["ai"]
    chip = cast(Tag, browser.page.select_one(".chosen a[href*='xem=open']"))
    assert "Nhóm việc" in chip.get_text()
    await browser.get(str(chip["href"]))
    assert names(browser) == ["Cháy", "Lương"]
    await browser.get("/desk?xem=mine")
    assert names(browser) == ["Cháy"]
    quick = browser.page.select_one("nav.filters a[aria-current]")
    assert quick is not None
    assert quick.get_text(" ", strip=True) == "Của tôi 1"
    await browser.get("/desk?ai=nobody&xep=oldest&noi=79")
    assert names(browser) == ["Lương"]


async def test_where_nothing_is_left_one_press_shows_everything(one: World) -> None:
    browser, _ = await seated(one)
    await file(one.made, new_tip("north"))
    await browser.get("/desk?loai=wages&tuoi=day")
    assert "Không có tin nào khớp với các điều kiện lọc." in browser.words
    await browser.get(link(browser, "Bỏ lọc"))
    assert names(browser) == ["Cây tre xanh"]


async def test_pages_keep_the_filters(one: World) -> None:
    browser, _ = await seated(one)
    for at in range(101):
        await file(one.made, new_tip("north", nickname=f"Số {at:03}"))
    await browser.get("/desk?loai=fire&xem=open")
    assert (len(names(browser)), "Trang 1 trên 2" in browser.words) == (100, True)
    address = link(browser, "Trang sau")
    assert urlsplit(address).query == "xem=open&loai=fire&trang=2"
    await browser.get(address)
    assert names(browser) == ["Số 100"]
    await browser.send("Tìm", words="so 0")
    assert (len(names(browser)), "Tìm thấy 100 tin." in browser.words) == (100, True)
    await browser.send("Tìm", words="thu dau mot")
    assert "Trang 1 trên 2" in browser.words
    await browser.send("Trang sau")
    assert names(browser) == ["Số 100"]


async def test_what_somebody_searches_for_is_in_no_address_no_log_and_no_file(
    one: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="tiengtho")
    browser, _ = await seated(one)
    await file(one.made, new_tip("north", story="Khóa cổng, zyxwvu."))
    await browser.get("/desk")
    await browser.send("Tìm", words=WORDS)
    assert (browser.path, names(browser)) == ("/desk/tim", ["Cây tre xanh"])
    assert "Có trong: lời kể" in browser.words
    # Not a word of the tip: that is what opening it is for.
    assert "Khóa cổng" not in browser.text
    box = cast(Tag, browser.page.find("input", id="words"))
    assert (box["value"], box["autocomplete"]) == (WORDS, "off")
    assert browser.headers["Cache-Control"] == "no-store"
    assert WORDS not in "".join(str(each.get("href", "")) for each in browser.page.find_all("a"))
    assert await one.acts() == [Act.SIGNED_IN, Act.SEARCHED]
    assert "zyxwvu" not in caplog.text
    written = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())
    assert len(written) > 10_000
    assert b"zyxwvu" not in written
    await browser.get("/desk/tim")
    assert browser.path == "/desk"


async def test_a_search_stays_within_the_filters_and_says_what_is_beyond(one: World) -> None:
    browser, _ = await seated(one)
    await file(one.made, new_tip("north", nickname="Lương", category=Category.WAGES))
    await file(one.made, new_tip("north", nickname="Cháy"))
    await browser.get("/desk?loai=wages")
    await browser.send("Tìm", words="xuong")
    assert names(browser) == ["Lương"]
    assert "Ngoài các tin đang lọc còn 1 tin" in browser.words
    await browser.send("Tìm trong mọi tin của tôi")
    assert sorted(names(browser)) == ["Cháy", "Lương"]


async def test_a_search_for_nothing_is_answered_kindly_and_kept(one: World) -> None:
    browser, _ = await seated(one)
    await browser.get("/desk")
    for typed, told in (("...", "ít nhất một từ"), ("a" * 201, "ngắn hơn")):
        await browser.send("Tìm", words=typed)
        assert (browser.status, told in browser.words) == (422, True)
        assert cast(Tag, browser.page.find("input", id="words"))["value"] == typed
    await browser.send("Tìm", words="khong co")
    assert "Không có tin nào có đủ những từ này." in browser.words


async def test_whoever_reads_no_tips_searches_none(one: World) -> None:
    await add(one.made, "top", ("root", Role.ADMINISTRATOR))
    browser = await one.at_desk("top")
    await browser.get("/desk/nguoi")
    await browser.post("/desk/tim", {"guard": browser.guard, "words": "xuong"})
    assert browser.status == 404
    await browser.get("/desk/cach-xem")
    assert browser.status == 404


async def test_words_that_were_opened_are_wiped_with_the_session(one: World) -> None:
    browser, member = await seated(one)
    await file(one.made, new_tip("north"))
    second = await one.at_desk("mot")
    for each in (browser, second):
        await each.get("/desk")
        await each.send("Tìm", words="xuong")
    kept = [shelf for shelf in shelves(one)._of.values() if shelf.tips]
    assert len(kept) == 2
    await browser.send("Đăng xuất")
    assert sorted(bool(shelf.tips) for shelf in kept) == [False, True]
    await browser.get("/desk")
    assert browser.path == "/desk/vao"
    await second.send("Đăng xuất mọi máy", everywhere="1")
    assert not any(shelf.tips for shelf in kept)
    assert shelves(one)._of == {}
    assert member.login == "mot"


async def test_words_are_wiped_too_when_the_session_is_ended_from_another_one(one: World) -> None:
    browser, _ = await seated(one)
    await file(one.made, new_tip("north"))
    second = await one.at_desk("mot")
    await second.get("/desk")
    await second.send("Tìm", words="xuong")
    (kept,) = shelves(one)._of.values()
    assert kept.tips
    await browser.get("/desk/phien")
    handle = next(str(box["value"]) for box in browser.page.select("input[name=session]"))
    fields = {"guard": browser.guard, "session": handle}
    assert (await browser.post("/desk/phien", fields)).status == 200
    assert not kept.tips


async def test_a_form_from_elsewhere_searches_nothing(one: World) -> None:
    browser, _ = await seated(one)
    await file(one.made, new_tip("north"))
    await browser.post("/desk/tim", {"guard": "0" * 48, "words": "xuong của tôi"})
    assert browser.status == 403
    # What was typed can be copied.
    assert "xuong của tôi" in browser.text
    assert Act.SEARCHED not in await one.acts()


async def test_labels_are_set_on_a_page_of_their_own_and_seen_on_card_and_list(
    world: World,
) -> None:
    browser, member = await seated(world)
    tip = await file(world.made, new_tip("north"))
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.get(link(browser, "Gắn nhãn"))
    boxes = browser.page.select("input[name^=label-]")
    assert [str(box["name"]) for box in boxes] == [f"label-{label}" for label in Label]
    await browser.send("Lưu nhãn", **{"label-child": "1", "label-night_shift": "1"})
    assert "Đã lưu nhãn." in browser.words
    # Two labels are ticked now; one is taken off.
    fields = {"guard": browser.guard, "shown": "child night_shift", "label-child": "1"}
    await browser.post(browser.path, fields)
    for page in (f"/desk/tin/{tip.hex()}", "/desk?nhan=child"):
        await browser.get(page)
        labels = browser.page.select(".labels li")
        assert [each.get_text() for each in labels] == ["liên quan trẻ em"]
    acts = [act for act in await world.acts() if act is Act.LABELLED]
    assert len(acts) == 3
    async with world.made.write() as tx:
        await cases.claim(tx, member.id, tip, NOW)
        await cases.close(tx, member.id, tip, Outcome.HANDLED, "Xong.", NOW)
    await browser.get(f"/desk/tin/{tip.hex()}/nhan")
    assert (browser.status, "đã kết thúc" in browser.words) == (409, True)
    await browser.post(browser.path, {"guard": browser.guard, "shown": "child"})
    assert browser.status == 409


async def test_labels_of_another_units_tip_are_not_there(one: World) -> None:
    browser, _ = await seated(one)
    tip = await file(one.made, new_tip("south"))
    await browser.get("/desk")
    guard = browser.guard
    await browser.get(f"/desk/tin/{tip.hex()}/nhan")
    assert browser.status == 404
    await browser.post(f"/desk/tin/{tip.hex()}/nhan", {"guard": guard, "label-child": "1"})
    assert (browser.status, Act.LABELLED in await one.acts()) == (404, False)


async def test_a_view_is_kept_opens_the_list_and_is_taken_back(world: World) -> None:
    browser, _ = await seated(world)
    await file(world.made, new_tip("north", nickname="Lương", category=Category.WAGES))
    await file(world.made, new_tip("north", nickname="Cháy"))
    await browser.get("/desk?loai=wages&xem=open")
    await browser.send("Lưu cách xem", name="Lương đang mở")
    assert "Đã lưu cách xem “Lương đang mở”." in browser.words
    await browser.send("Mở bàn bằng cách xem này: Lương đang mở")
    await browser.get("/desk")
    assert names(browser) == ["Lương"]
    current = browser.page.select("nav.filters a[aria-current]")
    assert [each.get_text(strip=True) for each in current] == ["Lương đang mở"]
    # All tips are one press away all the same.
    await browser.get(link(browser, "Tất cả"))
    assert len(names(browser)) == 2
    await browser.get("/desk/cach-xem")
    await browser.send("Xóa: Lương đang mở")
    assert "Đã xóa cách xem" in browser.words
    await browser.get("/desk")
    assert len(names(browser)) == 2
    await browser.get("/desk/cach-xem")
    await browser.send("Lấy lại: Lương đang mở")
    await browser.send("Không mở bằng cách xem này nữa")
    await browser.get("/desk")
    assert (len(names(browser)), "Lương đang mở" in browser.words) == (2, True)


async def test_a_view_without_a_name_is_asked_for_one_and_too_many_are_refused(
    one: World,
) -> None:
    browser, _ = await seated(one)
    await browser.get("/desk?loai=fire")
    await browser.send("Lưu cách xem", name="...")
    assert (browser.status, "Bạn đặt tên giúp" in browser.words) == (409, True)
    for at in range(10):
        await browser.send("Lưu cách xem", name=f"Số {at}")
        assert browser.status == 200
        await browser.get("/desk?loai=fire")
    await browser.send("Lưu cách xem", name="Một nữa")
    assert (browser.status, "Bạn đã có 10 cách xem" in browser.words) == (409, True)
    # Neither the name nor the filters are lost.
    assert cast(Tag, browser.page.find("input", id="view-name"))["value"] == "Một nữa"
    assert browser.page.find("input", {"name": "loai", "value": "fire"}) is not None


async def test_a_view_of_somebody_else_is_not_there(one: World) -> None:
    browser, _ = await seated(one)
    await browser.get("/desk?loai=fire")
    await browser.send("Lưu cách xem", name="Mình tôi")
    key = str(cast(Tag, browser.page.find("input", {"name": "view"}))["value"])
    await add(one.made, "hai", ("north", Role.OFFICER))
    other = await one.at_desk("hai")
    await other.get("/desk/cach-xem")
    for do in ("first", "drop", "back"):
        await other.post("/desk/cach-xem", {"guard": other.guard, "do": do, "view": key})
        assert (other.status, "Không làm được" in other.words) == (409, True)
    await other.post("/desk/cach-xem", {"guard": other.guard, "do": "x"})
    assert other.status == 400


async def test_the_list_is_told_of_a_label(one: World) -> None:
    browser, _ = await seated(one)
    tip = await file(one.made, new_tip("north"))
    await browser.get("/desk")
    live = str(cast(Tag, browser.page.find(id="live"))["data-live"])
    await browser.post(
        f"/desk/tin/{tip.hex()}/nhan", {"guard": browser.guard, "shown": "", "label-child": "1"}
    )
    await browser.get("/desk")
    assert live != str(cast(Tag, browser.page.find(id="live"))["data-live"])
