"""The pages for a tip and the police over real HTTP: asked, released, received, passed further."""

from datetime import date

from bs4 import Tag

from bot.acting import mute
from bot.channels.telegram.desk_private import may_read
from handlers.agreements import Agreement
from handlers.effects import FileTip
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Category
from storage import agreements, cases, desk_codes, desk_groups, staff, tips, units
from storage.audit import Act
from storage.desk_codes import CodeKind
from tests.desk_browser import Browser, World
from tests.desk_world import NOW, STORY, UNITS, add
from tests.tip_world import file, new_tip

WARD = Unit("ward", "north", UnitKind.POLICE, "Công an phường", frozenset({"25747"}))
CITY = Unit("city", "root", UnitKind.POLICE, "Công an thành phố", frozenset({"79"}))
PAGE = "/cong-an"


async def settle(world: World, **changes: object) -> tuple[bytes, FileTip]:
    """Police at two desks, and a tip of `north` that `mot` holds and whose worker agreed."""
    async with world.made.write() as tx:
        await units.import_all(tx, (*UNITS, WARD, CITY), at_once=True)
    member, _ = await add(world.made, "mot", ("north", Role.OFFICER))
    await add(world.made, "phuong", ("ward", Role.OFFICER))
    await add(world.made, "thanhpho", ("city", Role.OFFICER))
    agreed: dict[str, object] = {"category": Category.THEFT, "may_go_to_police": True}
    new = new_tip("north", **{**agreed, **changes})
    tip = await file(world.made, new)
    async with world.made.write() as tx:
        await cases.claim(tx, member.id, tip, NOW)
    return tip, new


async def sign(world: World, review_on: date) -> None:
    admin, _ = await add(world.made, "quantri", ("root", Role.ADMINISTRATOR))
    signed = Agreement(
        "north", "ward", frozenset({Category.THEFT}), "QC 12", "Trực ban, 0123", "Cả ngày",
        "Đội điều tra", review_on,
    )  # fmt: skip
    async with world.made.write() as tx:
        assert await agreements.add(tx, admin.id, signed, NOW) is agreements.Kept.DONE


async def at_page(world: World, tip: bytes, login: str = "mot") -> Browser:
    browser = await world.at_desk(login)
    return await browser.get(f"/desk/tin/{tip.hex()}{PAGE}")


async def released(world: World, tip: bytes) -> Browser:
    browser = await at_page(world, tip)
    await browser.send("Xem lại trước khi chuyển", to="ward", reason="crime")
    return await browser.send("Chuyển công an")


async def test_a_union_officer_releases_a_tip_with_one_press_and_a_second_look(
    world: World,
) -> None:
    tip, _ = await settle(world)
    await sign(world, date(2027, 3, 1))
    browser = await world.at_desk("mot")
    await browser.get(f"/desk/tin/{tip.hex()}")
    link = browser.page.find("a", string="Chuyển công an")
    assert isinstance(link, Tag)
    await browser.get(str(link["href"]))
    for told in ("QC 12", "Trực ban, 0123", "Cả ngày", "Đội điều tra", "rà soát ngày 01/03/2027"):
        assert told in browser.words
    assert "Chưa có quy chế phối hợp nào" in browser.words, "with the other one"
    await browser.send("Xem lại trước khi chuyển", to="ward", reason="crime")
    for told in ("Chuyển tin này cho Công an phường?", "toàn bộ nội dung", "rút lại", "QC 12"):
        assert told in browser.words
    assert Act.RELEASED_TO_POLICE not in await world.acts()
    await browser.send("Chuyển công an")
    assert (browser.status, "Đã chuyển cho Công an phường." in browser.words) == (200, True)
    assert Act.RELEASED_TO_POLICE in await world.acts()
    await browser.get(f"/desk/tin/{tip.hex()}{PAGE}")
    assert "Chờ công an tiếp nhận" in browser.words
    assert [box["value"] for box in browser.page.select("input[name=to][type=radio]")] == ["city"]


async def test_an_agreement_whose_review_is_overdue_is_marked(world: World) -> None:
    tip, _ = await settle(world)
    await sign(world, date(2026, 3, 1))
    browser = await at_page(world, tip)
    assert "Quá ngày rà soát 01/03/2026" in browser.words


async def test_the_police_read_receive_and_pass_and_can_do_nothing_else(world: World) -> None:
    tip, new = await settle(world)
    await released(world, tip)
    officer = await world.at_desk("phuong")
    async with world.made.read() as tx:
        member = await staff.by_login(tx, "phuong")
    assert member is not None
    assert "Cây tre xanh" in officer.words
    await officer.get(f"/desk/tin/{tip.hex()}")
    assert "Chờ công an tiếp nhận" in officer.words
    await officer.send("Mở tin")
    assert STORY in officer.words
    for button in ("Nhận tin này", "Hỏi thêm", "Trả lời", "Kết thúc", "Trả lại tin"):
        assert button not in officer.buttons
    assert "Tắt tiếng" not in officer.words
    await officer.get(f"/desk/tin/{tip.hex()}/tat-tieng")
    assert (officer.status, "Tắt tiếng nguồn này" in officer.buttons) == (409, False)
    assert await mute(world.made, world.parts.volatile, member.id, tip, NOW) is None
    await officer.get(f"/desk/tin/{tip.hex()}")
    link = officer.page.find("a", string="Công an: tiếp nhận, chuyển đơn vị có thẩm quyền")
    assert isinstance(link, Tag)
    await officer.get(str(link["href"]))
    assert "Trả lại" not in officer.words
    text, path = officer.text, officer.path
    await officer.send("Đã tiếp nhận")
    assert (officer.status, "Công an phường đã tiếp nhận" in officer.words) == (200, True)
    officer.text, officer.path = text, path
    await officer.send("Đã tiếp nhận")
    assert (officer.status, "đã tiếp nhận tin này" in officer.words) == (409, True)
    assert (await world.acts()).count(Act.POLICE_RECEIVED) == 1
    await officer.get(path)
    await officer.send("Xem lại trước khi chuyển", to="city", reason="competence")
    assert "Đơn vị bạn không đọc nữa" in officer.words
    await officer.send("Chuyển tin")
    assert (officer.status, "Đã chuyển đến Công an thành phố." in officer.words) == (200, True)
    assert (await officer.get(f"/desk/tin/{tip.hex()}")).status == 404
    city = await at_page(world, tip, "thanhpho")
    assert "Đã tiếp nhận" in city.buttons
    async with world.made.read() as tx:
        thread = await tips.read_thread(tx, new.key)
    assert thread is not None
    assert len([each for each in thread.entries if each.told]) == 3


async def test_where_it_cannot_go_no_reason_is_told_and_the_worker_can_be_asked(
    world: World,
) -> None:
    tip, new = await settle(world, may_go_to_police=False)
    browser = await at_page(world, tip)
    assert "Tin này không chuyển công an được." in browser.words
    assert browser.page.select("input[name=to][type=radio]") == []
    for word in ("đình công", "từ chối", "không đồng ý", "phạm vi"):
        assert word not in browser.words.replace("Không đồng ý hay không trả lời", "")
    await browser.post(
        browser.path, {"guard": browser.guard, "do": "release", "to": "ward", "reason": "crime"}
    )
    assert (browser.status, "không chuyển công an được" in browser.words) == (409, True)
    await browser.send("Hỏi người báo tin")
    assert (browser.status, "Đã hỏi người báo tin." in browser.words) == (200, True)
    assert "chưa chọn" in browser.words
    assert "Hỏi người báo tin" not in browser.buttons
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("Mở tin")
    assert "Người mot hỏi: có cho công an xem không" in browser.words
    async with world.made.write() as tx:
        assert await tips.allow_police(tx, new.key, allowed=True)
    await released(world, tip)
    assert Act.RELEASED_TO_POLICE in await world.acts()


async def test_about_wages_it_only_says_that_it_cannot(world: World) -> None:
    tip, _ = await settle(world, category=Category.WAGES)
    browser = await at_page(world, tip)
    assert "Tin này không chuyển công an được." in browser.words
    assert "Hỏi người báo tin" not in browser.buttons
    await browser.post(browser.path, {"guard": browser.guard, "do": "ask"})
    assert browser.status == 403 or "không chuyển công an được" in browser.words


async def test_the_page_is_only_for_who_holds_the_tip_and_for_its_police(world: World) -> None:
    tip, _ = await settle(world)
    await add(world.made, "hai", ("north", Role.OFFICER))
    await add(world.made, "nam", ("south", Role.OFFICER))
    other = await at_page(world, tip, "hai")
    assert (other.status, "Người mot đang giữ tin này." in other.words) == (409, True)
    for login in ("nam", "phuong"):
        assert (await at_page(world, tip, login)).status == 404


async def test_who_asks_for_it_while_the_worker_takes_the_consent_back_is_refused(
    world: World,
) -> None:
    tip, new = await settle(world)
    browser = await at_page(world, tip)
    await browser.send("Xem lại trước khi chuyển", to="ward", reason="crime")
    async with world.made.write() as tx:
        assert await tips.allow_police(tx, new.key, allowed=False)
    await browser.send("Chuyển công an")
    assert (browser.status, "Tin này không chuyển công an được." in browser.words) == (409, True)
    assert (await at_page(world, tip, "phuong")).status == 404


async def test_its_words_are_not_sent_to_the_chats_of_police_officers(world: World) -> None:
    """What the union unit chose for its own officers is not the police's."""
    tip, _ = await settle(world)
    await released(world, tip)
    async with world.made.write() as tx:
        code = await desk_codes.make(tx, CodeKind.GROUP, "north", NOW)
        group = await desk_groups.link(tx, code, "-1", NOW)
        assert group is not None
        await desk_groups.choose(tx, group.id, topics=False, reading=True)
        for login, allowed in (("mot", True), ("phuong", False)):
            member = await staff.by_login(tx, login)
            assert member is not None
            assert await may_read(tx, member.id, tip) is allowed
