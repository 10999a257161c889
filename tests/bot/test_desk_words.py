"""A lead writes what the unit's workers are told; over real HTTP."""

from bs4 import Tag

from handlers.languages import Language
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.telling import MOST_LETTERS
from handlers.tips import Move
from storage import holding, telling, units
from tests.desk_browser import Browser, World
from tests.desk_world import UNITS, add

PAGE = "/desk/don-vi/loi-nhan"


async def lead_of(world: World) -> Browser:
    await add(world.made, "truong", ("north", Role.LEAD))
    return await (await world.at_desk("truong")).get(PAGE)


async def write(browser: Browser, do: str, move: Move, vi: str, en: str = "") -> Browser:
    told = {"guard": browser.guard, "unit": "north", "move": move, "vi": vi, "en": en, "do": do}
    return await browser.post(PAGE, told)


def box(browser: Browser, name: str) -> str:
    found = browser.page.find("textarea", id=name)
    assert isinstance(found, Tag)
    return found.text


async def test_a_lead_finds_the_page_and_reads_the_defaults(world: World) -> None:
    lead = await lead_of(world)
    await lead.get("/desk/don-vi")
    assert "Lời nhắn cho người báo tin" in lead.words
    await lead.get(PAGE)
    assert "Tin của bạn đã được chuyển đến {unit}." in lead.words
    assert box(lead, "pass_on-vi") == ""


async def test_own_words_are_kept_shown_and_put_back_to_the_default(world: World) -> None:
    lead = await lead_of(world)
    await write(lead, "save", Move.PASS_ON, "Tin đã sang {unit}, hẹn {day}.")
    assert (lead.status, "Đã lưu." in lead.words) == (200, True)
    assert box(lead, "pass_on-vi") == "Tin đã sang {unit}, hẹn {day}."
    async with world.made.read() as tx:
        own = await telling.own(tx, "north")
    assert own == {Move.PASS_ON: {Language.VI: "Tin đã sang {unit}, hẹn {day}."}}
    await lead.send("Dùng lời mặc định")
    assert box(lead, "pass_on-vi") == ""
    async with world.made.read() as tx:
        assert await telling.own(tx, "north") == {}


async def test_a_lead_of_the_police_finds_nothing_to_write(one: World) -> None:
    ward = Unit("ward", "north", UnitKind.POLICE, "Công an phường", frozenset({"25747"}))
    async with one.made.write() as tx:
        await units.import_all(tx, (*UNITS, ward), at_once=True)
    await add(one.made, "phuong", ("ward", Role.LEAD))
    lead = await (await one.at_desk("phuong")).get(PAGE)
    assert lead.status == 200
    assert "Công an không viết lời cho người báo tin." in lead.words
    assert not lead.page.select("textarea")
    told = {"guard": lead.guard, "unit": "ward", "move": Move.POLICE_RECEIVED, "do": "save"}
    assert (await lead.post(PAGE, told | {"vi": "Gọi cho tôi.", "en": ""})).status == 404


async def test_words_that_ask_who_somebody_is_are_not_kept(one: World) -> None:
    """Every worker of the unit would read them."""
    lead = await lead_of(one)
    for do in ("preview", "save"):
        await write(lead, do, Move.PASS_ON, "Tin đã sang {unit}. Cho biết tên bạn là gì?")
        assert (lead.status, "hỏi tên" in lead.words) == (409, True)
        assert box(lead, "pass_on-vi") == "Tin đã sang {unit}. Cho biết tên bạn là gì?"
    async with one.made.read() as tx:
        assert await telling.own(tx, "north") == {}


async def test_a_preview_keeps_nothing_and_shows_what_would_be_read(one: World) -> None:
    lead = await lead_of(one)
    await write(lead, "preview", Move.PASS_ON, "Tin sang {unit}, hẹn {day}. <b>")
    assert lead.status == 200
    assert "Tin sang Công đoàn phía bắc, hẹn 24/11/2026. <b>" in lead.words
    assert "passed on to Công đoàn phía bắc" in lead.words
    assert box(lead, "pass_on-vi") == "Tin sang {unit}, hẹn {day}. <b>"
    async with one.made.read() as tx:
        assert await telling.own(tx, "north") == {}


async def test_what_cannot_be_filled_in_is_refused_and_nothing_is_lost(one: World) -> None:
    lead = await lead_of(one)
    for do in ("save", "preview"):
        for typed, why in (
            ("Tin đến {ten}.", "Không có chỗ điền “ten”"),
            ("Tin đến {unit.", "chỉ dùng cho các chỗ điền: {unit} {day}"),
            ("{unit:>9999999}", "chỉ dùng cho các chỗ điền"),
            ("x" * (MOST_LETTERS + 1), f"Nhiều nhất {MOST_LETTERS} ký tự"),
        ):
            await write(lead, do, Move.PASS_ON, typed)
            assert (lead.status, why in lead.words) == (409, True), typed[:20]
            assert box(lead, "pass_on-vi") == typed
    async with one.made.read() as tx:
        assert await telling.own(tx, "north") == {}


async def test_only_leads_and_only_for_their_own_unit(one: World) -> None:
    await add(one.made, "mot", ("north", Role.OFFICER))
    officer = await one.at_desk("mot")
    for path in ("/desk/don-vi", PAGE):
        await officer.get(path)
        assert officer.status == 404
    lead = await lead_of(one)
    await lead.get(f"{PAGE}?don-vi=south")
    assert lead.status == 404
    await lead.get(PAGE)
    told = {"guard": lead.guard, "unit": "south", "move": "pass_on", "vi": "X", "do": "save"}
    await lead.post(PAGE, told)
    assert lead.status == 404
    async with one.made.read() as tx:
        assert await telling.own(tx, "south") == {}


async def test_a_lead_decides_how_long_a_tip_waits_for_its_holder(one: World) -> None:
    lead = await lead_of(one)
    for typed in ("0", "337", "hai", "", "-1"):
        await lead.post(PAGE, {"guard": lead.guard, "unit": "north", "do": "hours", "hours": typed})
        assert (lead.status, "từ 1 đến 336" in lead.words) == (409, True), typed
    await lead.post(PAGE, {"guard": lead.guard, "unit": "north", "do": "hours", "hours": "48"})
    assert lead.status == 200
    async with one.made.read() as tx:
        assert await holding.away_hours(tx, "north") == 48


async def test_a_move_that_has_no_words_is_no_move_here(one: World) -> None:
    lead = await lead_of(one)
    await write(lead, "save", Move.CLAIM, "X")
    assert lead.status == 400
