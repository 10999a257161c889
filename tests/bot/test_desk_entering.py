"""Entering a tip that came by phone, on paper or in person: the same way, the same promises, a slip
with the code, once.
"""

from typing import Any

import aiohttp
import pytest
from bs4 import Tag
from sqlalchemy import select

from bot import entered
from bot.web.desk_entering import PAGE
from handlers import receipt
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Kind, Status
from handlers.turn import Needs, Thread
from storage import audit, staff, units
from storage.audit import Act
from storage.tables import tips as tips_table
from tests import desk_world
from tests.desk_browser import Browser, World, picture
from tests.desk_world import NOW, add
from tests.tip_world import count

TOLD = "Máy dập ở xưởng hai không có che chắn, tuần trước có người bị thương ở tay."
NEXT, SEND = "Xem lại trước khi gửi", "Gửi và lấy phiếu"
FORM = {"category": "unsafe", "danger": "no", "words": TOLD, "place": "bàn thạch đà nẵng"}
UNITS = (
    *desk_world.UNITS,
    Unit("ban-thach", "north", UnitKind.UNION, "Công đoàn Bàn Thạch", frozenset({"15113"})),
    Unit("ca", "north", UnitKind.POLICE, "Công an Bàn Thạch", frozenset({"15113"})),
)


async def officer(world: World, unit: str = "north", role: Role = Role.OFFICER) -> Browser:
    code = next(iter(world.parts.places().find("bàn thạch đà nẵng"))).code
    async with world.made.write() as tx:
        every = [
            each
            if "15113" not in each.places
            else Unit(each.id, each.parent, each.kind, each.name, frozenset({code}))
            for each in UNITS
        ]
        await units.import_all(tx, every, at_once=True)
    await add(world.made, "doc", ("ban-thach", Role.OFFICER))
    await add(world.made, "mot", (unit, role))
    browser = await world.at_desk("mot")
    return await browser.get(PAGE)


def code_on(browser: Browser) -> str:
    shown = browser.page.select_one(".slip .code")
    assert shown is not None, browser.words
    return shown.get_text(strip=True).replace("-", "")


async def thread(world: World, code: str) -> Thread:
    found = (await world.parts.inbound.look_up(Needs(filing=code))).filed
    assert found is not None
    return found


async def entered_one(browser: Browser, **fields: str) -> str:
    await browser.send(NEXT, **{**FORM, **fields})
    assert browser.status == 200, browser.words
    await browser.send(SEND)
    assert browser.status == 200, browser.words
    return code_on(browser)


async def test_a_tip_is_entered_and_the_worker_reads_it_with_the_code_of_the_slip(
    one: World,
) -> None:
    browser = await officer(one)
    await browser.send(NEXT, **FORM)
    for told in ("Công đoàn Bàn Thạch", "không phải bàn của bạn", "không chặn ai", TOLD):
        assert told in browser.words
    assert await count(one.made, tips_table) == 0
    await browser.send(SEND)
    code = code_on(browser)
    assert receipt.is_code(code)
    found = await thread(one, code)
    assert (found.unit_id, found.may_go_to_police) == ("ban-thach", False)
    assert [each.words for each in found.entries] == [TOLD]
    assert found.status in (Status.RECEIVED, Status.TRIAGE)
    assert found.bell in browser.words
    assert f"{found.answer_on:%d/%m/%Y}" in browser.words


async def test_the_code_is_in_no_address_no_log_and_no_audit_and_gone_when_printed(
    one: World, caplog: pytest.LogCaptureFixture
) -> None:
    browser = await officer(one)
    code = await entered_one(browser)
    assert browser.path == PAGE
    assert "no-store" in browser.headers["Cache-Control"]
    assert code not in browser.text.replace(receipt.show(code), "", 1)
    assert browser.text.count(receipt.show(code)) == 1
    for logged in caplog.records:
        assert code[:8] not in logged.getMessage()
    sheet = browser.page.find("input", {"name": "sheet"})
    assert isinstance(sheet, Tag)
    await browser.send("Đã đưa phiếu, xóa mã khỏi trang này")
    assert browser.path == "/desk"
    fields = {**FORM, "sheet": str(sheet["value"]), "do": "send", "guard": browser.guard}
    await browser.post(PAGE, fields)
    assert (browser.status, "chỉ hiện một lần" in browser.words) == (410, True)
    assert code[:4] not in browser.text
    assert await count(one.made, tips_table) == 1


async def test_the_log_says_that_a_tip_was_entered_and_not_which(one: World) -> None:
    browser = await officer(one)
    await entered_one(browser)
    async with one.made.read() as tx:
        [entry] = [each for each in await audit.entries(tx, limit=9) if each.act is Act.ENTERED]
    assert (entry.tip, entry.unit, entry.note) == (None, "north", "")


async def test_a_form_that_comes_twice_files_once_and_shows_the_same_slip(one: World) -> None:
    browser = await officer(one)
    await browser.send(NEXT, **FORM)
    form = browser.text
    await browser.send(SEND)
    first = code_on(browser)
    browser.text = form
    await browser.send(SEND)
    assert code_on(browser) == first
    assert await count(one.made, tips_table) == 1
    # Much later, nobody can have it shown any more.
    one.clock.pass_by(seconds=entered.SHOWN_SECONDS + 1)
    browser.text = form
    await browser.send(SEND)
    assert browser.status == 410
    assert await count(one.made, tips_table) == 1


async def test_what_is_missing_is_told_at_once_and_nothing_typed_is_lost(one: World) -> None:
    browser = await officer(one)
    await browser.send(NEXT, words=TOLD, place="Xyzzyq", day="2020-01-01")
    assert browser.status == 409
    for told in (
        "Hãy chọn nhóm việc.",
        "có ai đang gặp nguy hiểm",
        "Chưa tìm thấy nơi này.",
        "30 ngày gần đây",
    ):
        assert told in browser.words
    box = browser.page.find("textarea")
    assert isinstance(box, Tag)
    assert box.text == TOLD
    await browser.send(NEXT, category="unsafe", danger="no", place="", day="2026-11-20", words=" ")
    assert (browser.status, "Hãy ghi lời kể" in browser.words) == (409, True)
    await browser.send(NEXT, words="a" * 20_001)
    assert (browser.status, "Nhiều nhất là 20000 ký tự" in browser.words) == (409, True)


async def test_of_several_places_one_is_chosen(one: World) -> None:
    browser = await officer(one)
    await browser.send(NEXT, **{**FORM, "place": "phường tân"})
    assert (browser.status, "Hãy chọn một nơi" in browser.words) == (409, True)
    labels = [each.get_text(strip=True) for each in browser.page.select("input[name=place-at]")]
    assert len(labels) > 2
    await browser.send(NEXT, **{"place-at": "1"})
    assert browser.status == 200
    second = one.parts.places().find("phường tân")[1]
    assert second.label in browser.words
    await browser.send("Sửa lại")
    # Another text is another place.
    await browser.send(NEXT, place="bàn thạch đà nẵng")
    assert "Phường Bàn Thạch" in browser.words


async def test_none_of_the_places_offered_is_an_answer_too(one: World) -> None:
    browser = await officer(one)
    await browser.send(NEXT, **{**FORM, "place": "phường tân"})
    await browser.send(NEXT, **{"place-at": "none"})
    assert browser.status == 200
    assert "không nêu" in browser.words.lower()


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("0", "Huyện Châu Thành A (cũ), Thành phố Cần Thơ"),
        ("3", "Xã Thạnh Xuân, Thành phố Cần Thơ"),
    ],
)
async def test_a_place_of_many_communes_is_narrowed_or_kept(one: World, at: str, told: str) -> None:
    browser = await officer(one)
    await browser.send(NEXT, **{**FORM, "place": "chau thanh a"})
    assert browser.status == 409
    assert "Trong Huyện Châu Thành A (cũ), Thành phố Cần Thơ có 4 xã, phường" in browser.words
    await browser.send(NEXT, **{"place-at": at})
    assert browser.status == 200
    assert told in browser.words


async def test_of_too_many_communes_one_is_typed_in_the_same_field(one: World) -> None:
    browser = await officer(one)
    await browser.send(NEXT, **{**FORM, "place": "hậu giang"})
    assert "có 28 xã, phường" in browser.words
    assert len(browser.page.select("input[name=place-at]")) == 2
    await browser.send(NEXT, place="thạnh xuân, hậu giang")
    assert browser.status == 200
    assert "Xã Thạnh Xuân, Thành phố Cần Thơ" in browser.words


async def test_what_this_channel_does_not_take_is_answered_with_rights_and_kept_nowhere(
    one: World,
) -> None:
    browser = await officer(one)
    words = "Công nhân bên em đang đình công từ sáng tới giờ."
    await browser.send(NEXT, **{**FORM, "words": words})
    assert browser.status == 409
    assert "không có gì được lưu" in browser.words
    assert "Bạn có quyền lập và gia nhập công đoàn" in browser.words
    # Neither by a form that goes straight on.
    sheet = browser.page.find("input", {"name": "sheet"})
    assert isinstance(sheet, Tag)
    fields = {**FORM, "words": words, "sheet": str(sheet["value"]), "do": "send"}
    await browser.post(PAGE, {**fields, "guard": browser.guard})
    assert browser.status == 409
    assert await count(one.made, tips_table) == 0
    assert Act.ENTERED not in await one.acts()


async def test_a_story_that_also_speaks_of_rights_may_be_shortened_and_never_goes_to_the_police(
    one: World,
) -> None:
    words = f"{TOLD} Chúng tôi đã ký đơn kiến nghị tập thể."
    browser = await officer(one)
    for leave_out, story in (("yes", TOLD), ("no", words)):
        await browser.get(PAGE)
        await browser.send(NEXT, **{**FORM, "words": words, "police": "1"})
        assert "Có chỗ kênh này không cần biết" in browser.words
        await browser.send(NEXT, leave_out=leave_out)
        await browser.send(SEND)
        found = await thread(one, code_on(browser))
        assert found.entries[0].words == story
        assert found.may_go_to_police is (leave_out == "yes")


async def test_what_may_tell_who_the_worker_is_is_covered_where_the_officer_says_so(
    one: World,
) -> None:
    browser = await officer(one)
    words = f"{TOLD} Gọi tôi số 0912345678. Bọn cho vay gọi từ số 0987654321."
    await browser.send(NEXT, **{**FORM, "words": words})
    assert "Có thể cho biết ai là người báo" in browser.words
    boxes = browser.page.select("input[name^=cover-]")
    assert len(boxes) == 2
    await browser.send(NEXT, **{"cover-0": "1"})
    await browser.send(SEND)
    story = (await thread(one, code_on(browser))).entries[0].words
    assert "0912345678" not in story
    assert "[đã che]" in story
    assert "0987654321" in story


async def test_files_are_cleaned_wait_for_the_second_page_and_can_be_dropped(one: World) -> None:
    browser = await officer(one)
    await upload(browser, picture().data, b"no picture")
    assert browser.status == 409
    assert "Có tệp chưa nhận được" in browser.words
    assert "Bỏ 1 tệp đã chọn trước đó" in browser.words
    await browser.send(NEXT)
    assert "1 tệp" in browser.words
    await browser.send(SEND)
    found = await thread(one, code_on(browser))
    assert [each.kind for each in found.entries] == [Kind.STORY, Kind.PHOTO]
    await browser.get(PAGE)
    await upload(browser, picture().data)
    await browser.send("Sửa lại")
    await browser.send(NEXT, no_files="1")
    await browser.send(SEND)
    found = await thread(one, code_on(browser))
    assert [each.kind for each in found.entries] == [Kind.STORY]


async def test_files_that_waited_too_long_are_missed_before_anything_is_sent(one: World) -> None:
    browser = await officer(one)
    await upload(browser, picture().data)
    sheet = browser.page.find("input", {"name": "sheet"})
    assert isinstance(sheet, Tag)
    name = str(sheet["value"])
    officer_id = await member_id(one)
    await entered.drop_files(one.parts.volatile, entered.Sheet(officer_id, name))
    await browser.send(SEND)
    assert (browser.status, "Các tệp đã chọn không còn nữa" in browser.words) == (409, True)
    assert await count(one.made, tips_table) == 0
    await browser.send(SEND)
    assert browser.status == 200
    assert await count(one.made, tips_table) == 1


async def member_id(world: World) -> bytes:
    async with world.made.read() as tx:
        return next(each.id for each in await staff.members(tx) if each.login == "mot")


async def upload(browser: Browser, *files: bytes) -> None:
    form = aiohttp.FormData()
    told = {**FORM, "guard": browser.guard, "do": "check"}
    sheet = browser.page.find("input", {"name": "sheet"})
    assert isinstance(sheet, Tag)
    for name, value in {**told, "sheet": str(sheet["value"])}.items():
        form.add_field(name, value)
    for number, data in enumerate(files):
        form.add_field("file", data, filename=f"{number}.jpg", content_type="image/jpeg")
    async with browser.client.post(PAGE, data=form) as answer:
        await browser._keep(answer)


async def test_consent_is_unticked_and_counts_only_where_it_may(one: World) -> None:
    browser = await officer(one)
    box = browser.page.find("input", {"name": "police"})
    assert isinstance(box, Tag)
    assert not box.has_attr("checked")
    code = await entered_one(browser, police="1", **{"hide-commune": "1"})
    found = await thread(one, code)
    assert found.may_go_to_police
    assert found.excluded == {"ban-thach"}
    assert found.unit_id != "ban-thach"
    await browser.get(PAGE)
    await browser.send(NEXT, **{**FORM, "category": "wages", "police": "1"})
    assert "chỉ công đoàn đọc" in browser.words
    await browser.send(SEND)
    assert not (await thread(one, code_on(browser))).may_go_to_police


async def test_its_day_is_the_one_on_which_it_came(one: World) -> None:
    browser = await officer(one)
    await entered_one(browser, day="2026-11-18")
    async with one.made.read() as tx:
        [row] = await tx.rows(select(tips_table.c.day))
    assert f"{row.day}" == "2026-11-18"


@pytest.mark.parametrize(
    ("unit", "role"),
    [("ca", Role.OFFICER), ("north", Role.ADMINISTRATOR), ("north", Role.AUDITOR)],
)
async def test_only_who_reads_tips_for_the_union_enters_some(
    one: World, unit: str, role: Role
) -> None:
    browser = await officer(one, unit, role)
    assert browser.status == 404
    await browser.get("/desk")
    await browser.post(PAGE, {**FORM, "do": "send", "sheet": "x", "guard": browser.guard})
    assert browser.status == 404
    assert await count(one.made, tips_table) == 0


async def test_nonsense_is_refused_and_the_words_come_back(one: World) -> None:
    browser = await officer(one)
    guard = browser.guard
    for fields in ({"do": "check"}, {"do": "fly", "sheet": "x"}):
        await browser.post(PAGE, {**FORM, **fields, "guard": guard})
        assert browser.status == 400
        assert TOLD in browser.text
    await browser.post(PAGE, {**FORM, "do": "check", "sheet": "x", "guard": "false"})
    assert browser.status == 403
    assert TOLD in browser.text


async def test_another_officer_does_not_get_the_slip_of_a_form(one: World) -> None:
    browser = await officer(one)
    await browser.send(NEXT, **FORM)
    sheet = browser.page.find("input", {"name": "sheet"})
    assert isinstance(sheet, Tag)
    await browser.send(SEND)
    code = code_on(browser)
    other = await one.at_desk("doc")
    await other.get(PAGE)
    fields: dict[str, Any] = {**FORM, "do": "send", "sheet": str(sheet["value"])}
    await other.post(PAGE, {**fields, "guard": other.guard})
    assert code[:4] not in other.text
    assert await count(one.made, tips_table) == 1
    assert one.clock() == NOW


async def test_the_language_is_changed_on_the_page_itself(one: World) -> None:
    browser = await officer(one)
    await browser.send("English")
    assert (browser.path, "Enter a tip" in browser.words) == (PAGE, True)
