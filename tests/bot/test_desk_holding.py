"""Who holds a tip, and undoing a closing, on the desk's pages over real HTTP."""

from datetime import timedelta

from handlers.roles import Role
from handlers.tips import Status
from storage import tips
from storage.audit import Act
from tests.desk_browser import Browser, World, enrolled
from tests.desk_world import add, file_tip
from tests.tip_world import file, new_tip, record_of

HOLD, AWAY = "Trả lại hoặc giao tin cho đồng nghiệp", "Nhận thay đồng nghiệp"


async def people(world: World) -> tuple[Browser, Browser, Browser, str]:
    """An officer who holds a tip, a colleague, their lead, and the address of the tip."""
    for login, role in (("mot", Role.OFFICER), ("hai", Role.OFFICER), ("truong", Role.LEAD)):
        await add(world.made, login, ("north", role))
        await enrolled(world, await world.browser(), login)
    tip = await file_tip(world.made, "north")
    here = f"/desk/tin/{tip.hex()}"
    one, two, lead = [await world.at_desk(login) for login in ("mot", "hai", "truong")]
    await one.get(here)
    await one.send("Nhận tin này")
    return one, two, lead, here


async def test_a_tip_is_given_back_and_the_next_one_claims_it(world: World) -> None:
    one, two, _, here = await people(world)
    assert HOLD in (await one.get(here)).words
    await one.get(f"{here}/nguoi-giu")
    await one.send("Trả lại")
    assert (one.status, "Đã trả lại." in one.words) == (200, True)
    assert one.buttons.count("Trả lại") == 0
    assert HOLD not in (await one.get(here)).words
    await two.get(here)
    await two.send("Nhận tin này")
    assert "Bạn đã nhận tin này." in two.words
    assert [act for act in await world.acts() if act in (Act.CLAIMED, Act.RELEASED)] == [
        Act.CLAIMED,
        Act.RELEASED,
        Act.CLAIMED,
    ]


async def test_a_tip_is_given_to_a_colleague_by_name(one: World) -> None:
    mine, hers, _, here = await people(one)
    await mine.get(f"{here}/nguoi-giu")
    listed = [each.get_text() for each in mine.page.select("option") if each.get("value")]
    assert listed == ["Người hai", "Người truong"]
    await mine.send("Giao tin", to="")
    assert (mine.status, "Bạn chưa chọn giao cho ai." in mine.words) == (409, True)
    chosen = next(each for each in mine.page.select("option") if each.get_text() == "Người hai")
    await mine.send("Giao tin", to=str(chosen["value"]))
    assert (mine.status, "Đã giao tin cho Người hai." in mine.words) == (200, True)
    assert "Người hai đang giữ tin này." in (await mine.get(here)).words
    await hers.get(here)
    await hers.send("Mở tin")
    assert "Trả lời" in hers.buttons


async def test_a_forged_colleague_is_nobody(one: World) -> None:
    mine, _, _, here = await people(one)
    stranger, _ = await add(one.made, "la", ("south", Role.OFFICER))
    await mine.get(f"{here}/nguoi-giu")
    for forged in (stranger.id.hex(), "zz", "00"):
        await mine.send("Giao tin", to=forged)
        assert (mine.status, "Bạn chưa chọn giao cho ai." in mine.words) == (409, True)


async def test_a_colleague_waits_a_day_and_a_lead_does_not(one: World) -> None:
    _, hers, lead, here = await people(one)
    await hers.get(here)
    assert AWAY in hers.words
    await hers.get(f"{here}/nguoi-giu")
    assert "bạn mới nhận thay được" in hers.words
    assert "Nhận thay" not in hers.buttons
    await lead.get(f"{here}/nguoi-giu")
    assert lead.buttons.count("Nhận thay") == 1
    one.clock.pass_by(hours=24)
    hers = await one.at_desk("hai")
    await hers.get(f"{here}/nguoi-giu")
    old = await one.at_desk("truong")
    await old.get(f"{here}/nguoi-giu")
    await hers.send("Nhận thay")
    assert (hers.status, "Bạn giữ tin này thay Người mot." in hers.words) == (200, True)


async def test_what_is_not_offered_is_refused_when_it_is_sent_all_the_same(one: World) -> None:
    _, hers, _, here = await people(one)
    await hers.get(f"{here}/nguoi-giu")
    guard = hers.guard
    for do, told in (
        ("take_over", "vừa làm việc với tin này chưa lâu"),
        ("release", "đã nhận tin này trước bạn"),
        ("hand_over", "đã nhận tin này trước bạn"),
    ):
        await hers.post(f"{here}/nguoi-giu", {"guard": guard, "do": do, "to": ""})
        assert (hers.status, told in hers.words) == (409, True), do
    await hers.post(f"{here}/nguoi-giu", {"guard": guard, "do": "eat"})
    assert hers.status == 400
    await hers.post(f"{here}/nguoi-giu", {"guard": "no", "do": "take_over"})
    assert hers.status in (400, 403)


async def test_nobody_else_finds_the_page(one: World) -> None:
    _, _, _, here = await people(one)
    await add(one.made, "la", ("south", Role.OFFICER))
    stranger = await one.at_desk("la")
    await stranger.get(f"{here}/nguoi-giu")
    assert stranger.status == 404


async def test_a_closing_is_undone_from_the_page_of_the_tip(world: World) -> None:
    mine, hers, _, here = await people(world)
    await mine.get(here)
    await mine.send("Mở tin")
    await mine.send("Kết thúc", outcome="handled", words="Chuyện khác đã xong.")
    assert "Mở lại, tôi kết thúc nhầm" in mine.buttons
    assert "Mở lại, tôi kết thúc nhầm" not in (await hers.get(here)).buttons
    await mine.send("Mở lại, tôi kết thúc nhầm")
    assert (mine.status, "Đã lấy lại." in mine.words) == (200, True)
    assert "Ngoài phạm vi" not in [each.get_text() for each in mine.page.select("h1")]
    await mine.get(here)
    await mine.send("Mở tin")
    assert "Chuyện khác đã xong." not in mine.words
    assert "đã mở lại tin này để xem tiếp" in mine.words
    assert "Trả lời" in mine.buttons


async def test_an_old_page_says_that_it_is_too_late_to_undo(one: World) -> None:
    mine, _, _, here = await people(one)
    await mine.get(here)
    await mine.send("Mở tin")
    await mine.send("Kết thúc", outcome="handled", words="Xong.")
    one.clock.pass_by(minutes=10)
    await mine.send("Mở lại, tôi kết thúc nhầm")
    assert (mine.status, "đã quá 10 phút" in mine.words) == (409, True)
    assert "7 ngày" not in mine.words
    assert "Mở lại, tôi kết thúc nhầm" not in (await mine.get(here)).buttons


async def test_of_a_tip_that_its_worker_deleted_nothing_is_undone(one: World) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    new = new_tip()
    tip = await file(one.made, new)
    mine = await one.at_desk("mot")
    await mine.get(f"/desk/tin/{tip.hex()}")
    await mine.send("Nhận tin này")
    await mine.send("Mở tin")
    await mine.send("Kết thúc", outcome="handled", words="Xong.")
    async with one.made.write() as tx:
        await tips.remove(tx, new.key, day=one.clock().date())
    await mine.send("Mở lại, tôi kết thúc nhầm")
    assert mine.status == 409
    assert "Không lấy lại được nữa" in mine.words


async def test_two_presses_of_undo_open_it_once(one: World) -> None:
    mine, _, _, here = await people(one)
    await mine.get(here)
    await mine.send("Mở tin")
    await mine.send("Kết thúc", outcome="handled", words="Xong.")
    guard = mine.guard
    for _ in range(2):
        await mine.post(f"{here}/lay-lai", {"guard": guard})
        assert (mine.status, "Đã lấy lại." in mine.words) == (200, True)
    tip = bytes.fromhex(here.rpartition("/")[2])
    known = await record_of(one.made, tip)
    assert known.status is Status.CLAIMED
    assert [act for act in await one.acts() if act is Act.REOPENED] == [Act.REOPENED]
    assert known.acted is not None
    assert known.acted <= one.clock() + timedelta(minutes=1)
