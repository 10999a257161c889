"""The library's desk over real HTTP: drafts wait for an editor, and laws that changed are seen."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from bs4 import Tag

from broadcasts import library, tick
from broadcasts.library import Text
from handlers.bulletins import Run, Stage
from handlers.laws.changes import Change
from storage import bulletins, law_changes, released_texts, sendings, staff
from storage.audit import Act
from storage.law_changes import Told
from tests import studio_world
from tests.desk_browser import Browser, World
from tests.desk_world import NOW
from tests.studio_world import CONTENT, DUE, FIELDS, studio_on

PAGE, DRAFTS, LAWS = "/studio/thu-vien", "/studio/thu-vien?xem=drafts", "/studio/luat"
CODE = "45/2019/QH14"
CHANGE = {"number": CODE, "by": "Bộ luật mới", "since": "2026-11-24"}


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with studio_on(database_url) as running:
        await studio_world.staff(running.made)
        yield running


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[World]:
    async with studio_on(sqlite_url) as running:
        await studio_world.staff(running.made)
        yield running


def draft() -> Text:
    return library.texts()["overtime_limits"]


def fields_of(browser: Browser, button: str) -> dict[str, str]:
    """The form of the draft, as its page has it."""
    for form in browser.page.find_all("form"):
        text = form.find("input", {"name": "text"})
        if isinstance(text, Tag) and text["value"] == draft().id:
            hidden = form.find_all("input", {"type": "hidden"})
            return {"do": button, **{str(each["name"]): str(each["value"]) for each in hidden}}
    raise AssertionError(f"no form for {draft().id}")


async def released(world: World) -> dict[str, str]:
    async with world.made.read() as tx:
        return dict(await released_texts.seals(tx))


async def told(world: World) -> tuple[Told, ...]:
    async with world.made.read() as tx:
        return await law_changes.every(tx)


async def test_a_draft_is_seen_by_editors_alone_until_one_has_compared_it(world: World) -> None:
    title = draft().content.vi.title
    for login in ("viet", "duyet", "nam"):
        other = await world.at_desk(login)
        for path in (PAGE, DRAFTS, f"{PAGE}?xem={draft().content.topic}"):
            await other.get(path)
            assert title not in other.words
            assert "Chờ đối chiếu" not in other.words
        await other.get(f"/studio/moi?mau={draft().id}")
        assert title not in other.text
    editor = await (await world.at_desk("duyet2")).get(PAGE)
    assert "Chờ đối chiếu" in editor.words
    assert title not in editor.words
    await editor.get(DRAFTS)
    fields = fields_of(editor, "release")

    await editor.post(PAGE, fields)
    assert editor.status == 409
    assert "bạn chưa đánh dấu “đã đối chiếu Công báo”" in editor.words
    assert await released(world) == {}

    await editor.post(PAGE, {**fields, "sure": "1"})
    assert editor.status == 200
    assert f"Đã cho dùng “{title}”." in editor.words
    assert await released(world) == {draft().id: draft().seal}
    await editor.post(PAGE, {**fields, "sure": "1"})
    assert (editor.status, "đã được làm rồi" in editor.words) == (409, True)

    author = await (await world.at_desk("viet")).get(PAGE)
    assert title in author.words
    assert "Đưa về chờ đối chiếu" not in author.words
    await author.get(f"/studio/moi?mau={draft().id}")
    assert title in author.text

    await editor.get(f"{PAGE}?xem={draft().content.topic}")
    await editor.post(PAGE, fields_of(editor, "take_back"))
    assert f"“{title}” lại là bản chờ đối chiếu." in editor.words
    assert await released(world) == {}
    acts = await world.acts()
    assert [each for each in acts if each.startswith("text_")] == [
        Act.TEXT_RELEASED,
        Act.TEXT_TAKEN_BACK,
    ]


async def test_whoever_is_no_editor_releases_nothing_with_a_forged_form(one: World) -> None:
    author = await (await one.at_desk("viet")).get("/studio/moi")
    forged = {"guard": author.guard, "text": draft().id, "seal": draft().seal, "sure": "1"}
    await author.post(PAGE, {**forged, "do": "release"})
    assert author.status == 409
    assert "Chỉ người duyệt bản tin của đơn vị cao nhất" in author.words
    assert draft().content.vi.title not in author.words
    await author.post(LAWS, {**CHANGE, "guard": author.guard, "do": "replace"})
    assert author.status == 409
    await author.post(LAWS, {"guard": author.guard, "do": "keep", "number": CODE})
    assert author.status == 409
    assert await released(one) == {}
    assert await told(one) == ()


async def test_odd_forms_are_answered_and_change_nothing(one: World) -> None:
    editor = await (await one.at_desk("duyet2")).get(DRAFTS)
    fields = {**fields_of(editor, "release"), "sure": "1"}
    for changed, status in (
        ({"seal": "x" * 64}, 409),
        ({"seal": ""}, 409),
        ({"text": "no_such_text"}, 404),
        ({"text": "unpaid_wages"}, 404),
        ({"do": "burn"}, 400),
    ):
        await editor.post(PAGE, {**fields, **changed})
        assert editor.status == status
        assert await released(one) == {}


async def test_words_of_a_draft_that_were_typed_need_an_approver_like_others(one: World) -> None:
    """Nobody frees a draft from the second look by naming it in a form."""
    author = await (await one.at_desk("viet")).get("/studio/moi")
    await author.send("Lưu", **{**FIELDS, "library": draft().id})
    async with one.made.read() as tx:
        [kept] = await bulletins.of_units(tx, ["north"])
    assert kept.content.library == ""
    assert "Gửi người duyệt" in author.buttons


async def test_what_was_taken_back_cannot_be_scheduled_and_an_edit_leads_on(one: World) -> None:
    members = await studio_members(one)
    editor, author = members["duyet2"], members["viet"]
    async with one.made.write() as tx:
        await released_texts.release(tx, editor, draft().id, draft().seal, NOW)
        content = replace(draft().content, plan=CONTENT.plan)
        made = await bulletins.create(tx, "north", author, content, NOW.date())
        await released_texts.take_back(tx, editor, draft().id, NOW)
    browser = await (await one.at_desk("viet")).get(f"/studio/tin/{made.id}")
    assert "Lời này không còn là bản của thư viện." in browser.words
    assert "Đặt lịch gửi" not in browser.buttons


async def studio_members(world: World) -> dict[str, bytes]:
    async with world.made.read() as tx:
        return {each.login: each.id for each in await staff.members(tx)}


async def test_a_changed_law_marks_everything_that_rests_on_it_and_can_be_taken_back(
    world: World,
) -> None:
    members = await studio_members(world)
    async with world.made.write() as tx:
        kept = await bulletins.create(tx, "north", members["viet"], CONTENT, NOW.date())
    editor = await (await world.at_desk("duyet2")).get(LAWS)
    assert "Chưa có thay đổi nào được ghi." in editor.words
    await editor.send("Ghi", **CHANGE)
    assert editor.status == 200
    assert f"Đã ghi: {CODE} được thay từ 24/11/2026." in editor.words
    assert "Bộ luật Lao động 45/2019/QH14" in editor.words

    author = await (await world.at_desk("viet")).get("/studio")
    assert "luật đổi từ 24/11/2026" in author.words
    await author.get(f"/studio/tin/{kept.id}")
    blocked = f"Văn bản {CODE} không còn dùng từ 24/11/2026. Hãy đối chiếu với Bộ luật mới"
    assert blocked in author.words
    assert "Gửi người duyệt" not in author.buttons
    world.clock.moment = DUE
    author = await (await world.at_desk("viet")).get(PAGE)
    assert f"{CODE} không còn dùng từ 24/11/2026; xem Bộ luật mới." in author.words
    resting = [
        card.get_text(" ", strip=True)
        for card in author.page.select("li.card")
        if "luật đã thay đổi" in card.get_text(" ", strip=True)
    ]
    assert resting
    assert not any("Dùng bản tin này" in card for card in resting)
    assert "Ghi" not in (await author.get(LAWS)).buttons
    assert "Bạn xem được danh sách." in author.words

    editor = await (await world.at_desk("duyet2")).get(LAWS)
    await editor.send("Xóa ghi chú này", number=CODE)
    assert f"Đã xóa. {CODE} lại được coi là đang dùng." in editor.words
    assert await told(world) == ()
    await author.get("/studio")
    assert "luật đổi" not in author.words
    acts = [each for each in await world.acts() if each.startswith("law_")]
    assert acts == [Act.LAW_REPLACED, Act.LAW_KEPT]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"number": "Bộ luật Lao động"}, "không giống số hiệu văn bản"),
        ({"number": ""}, "không giống số hiệu văn bản"),
        ({"number": f"{CODE} và 145/2020/NĐ-CP"}, "không giống số hiệu văn bản"),
        ({"number": "1/" + "9" * 90 + "/QH14"}, "không giống số hiệu văn bản"),
        ({"by": "   "}, "Hãy ghi văn bản thay thế"),
        ({"by": "x" * 201}, "Hãy ghi văn bản thay thế"),
        ({"by": "Bộ luật 45/2019/qh14"}, "trùng với văn bản cũ"),
        ({"since": "mai"}, "“mai” không phải là một ngày"),
        ({"since": "31/02/2027"}, "không phải là một ngày"),
        ({"since": ""}, "không phải là một ngày"),
    ],
)
async def test_a_change_that_cannot_be_read_is_asked_back_and_nothing_typed_is_lost(
    one: World, typed: dict[str, str], said: str
) -> None:
    editor = await (await one.at_desk("duyet2")).get(LAWS)
    fields = {**CHANGE, **typed}
    await editor.send("Ghi", **fields)
    assert editor.status == 422
    assert said in editor.words
    for name in ("by", "since"):
        box = editor.page.find("input", {"name": name})
        assert isinstance(box, Tag)
        assert str(box["value"]).strip() == fields[name].strip()
    assert await told(one) == ()


async def test_a_number_is_kept_as_our_register_spells_it(one: World) -> None:
    editor = await (await one.at_desk("duyet2")).get(LAWS)
    await editor.send("Ghi", number=" 145/2020/nđ-cp", by="Nghị định mới", since="1/1/2027")
    assert editor.status == 200
    assert (await told(one))[0].change.number == "145/2020/NĐ-CP"


async def test_a_sending_is_stopped_with_its_reason_on_the_page(one: World) -> None:
    members = await studio_members(one)
    async with one.made.write() as tx:
        kept = await bulletins.create(tx, "north", members["viet"], CONTENT, NOW.date())
        await bulletins.propose(tx, kept.id, kept.version)
        await bulletins.approve(tx, kept.id, kept.seal, members["duyet"], NOW.date())
        await tick.schedule(tx, replace(kept, stage=Stage.APPROVED), NOW, one.parts.timezone)
        change = Change(CODE, "Bộ luật mới", NOW.date())
        await law_changes.replace(tx, None, change, NOW)
    author = await (await one.at_desk("viet")).get("/studio?xem=approved")
    assert "luật đã thay đổi" in author.words
    await author.get(f"/studio/tin/{kept.id}")
    assert f"{CODE} không còn dùng từ" in author.words
    await tick.tick(one.made, DUE, one.parts.timezone, one.parts.places())
    async with one.made.read() as tx:
        [sending] = await sendings.of_bulletin(tx, kept.id)
    assert (sending.stage, sending.reason) == (Run.STOPPED, tick.REPLACED)
    await author.get(f"/studio/tin/{kept.id}")
    assert "Lý do: luật làm căn cứ đã thay đổi; hãy sửa lời và căn cứ" in author.words


async def test_the_list_says_what_expires_within_a_month(one: World) -> None:
    members = await studio_members(one)
    async with one.made.write() as tx:
        await bulletins.create(tx, "north", members["viet"], CONTENT, NOW.date())
    author = await (await one.at_desk("viet")).get("/studio")
    assert "sắp hết hạn" not in author.words
    one.clock.moment = DUE.replace(month=12, day=2)
    author = await (await one.at_desk("viet")).get("/studio")
    assert "1 bản tin sắp hết hạn" in author.words
    assert "hết hạn 31/12/2026" in author.words
    stranger = await (await one.at_desk("nam")).get("/studio")
    assert "sắp hết hạn" not in stranger.words


async def test_a_last_day_stands_once_on_a_card_also_when_it_is_near(one: World) -> None:
    ending = [f"{each.expires_on}" for each in library.load().values()].count("2026-12-31")
    for moment in (DUE, DUE.replace(month=12, day=2)):
        one.clock.moment = moment
        author = await (await one.at_desk("viet")).get(PAGE)
        assert author.words.count("hết hạn 31/12/2026") == ending
