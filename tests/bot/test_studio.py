"""The studio over real HTTP, with a real database behind it: from a form to a sending."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from bs4 import Tag
from sqlalchemy import update

from bot import broadcasting
from bot.broadcasting import Ground
from broadcasts import library, reminder, tick
from handlers.broadcasters import drafts
from handlers.broadcasters.actions import Approve, Delete
from handlers.bulletins import REMINDER, Bulletin, Run, Stage, Topic, Urgency
from handlers.languages import Language
from handlers.parks import Park, ParkKind
from handlers.roles import Role
from storage import (
    accounts,
    bulletins,
    desk_codes,
    desk_links,
    outlet_posts,
    outlets,
    parks,
    sendings,
    staff,
    tables,
)
from storage.atlas import of_the_program
from storage.audit import Act
from storage.database import Database
from storage.desk_codes import CodeKind
from tests import studio_world
from tests.desk_browser import Browser, World
from tests.desk_world import NOW, add
from tests.studio_world import CONTENT, DUE, FIELDS, studio_on, subscribe, write

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with studio_on(database_url) as running:
        yield running


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[World]:
    async with studio_on(sqlite_url) as running:
        yield running


async def test_a_preview_says_what_stands_on_zalo_in_place_of_buttons(one: World) -> None:
    await studio_world.staff(one.made)
    author = await one.at_desk("viet")
    await author.get("/studio/moi")
    await author.send("Lưu", **FIELDS)
    assert "Trên Zalo" not in author.words
    async with one.made.write() as tx:
        await accounts.add(tx, "bot", "zalo_bot", "token")
    await author.get(f"/studio/tin/{(await newest(one.made)).id}")
    assert "thay cho các nút là dòng: Gõ ĐỔI để đổi lựa chọn" in author.words
    assert "thay cho các nút là dòng: Type CHANGE" in author.words


async def newest(made: Database) -> Bulletin:
    async with made.read() as tx:
        return (await bulletins.of_units(tx, ["root", "north", "north-park", "south"]))[0]


async def test_a_bulletin_goes_from_a_form_to_its_report(world: World) -> None:
    await studio_world.staff(world.made)
    await subscribe(world.made, 12)
    author = await world.at_desk("viet")
    assert author.path == "/studio"
    assert "Chưa có bản tin nào ở đây." in author.words
    await author.get("/studio/moi")
    await author.send("Lưu", **FIELDS)
    assert (await newest(world.made)).content == CONTENT
    assert "Khoảng 10 người đăng ký" in author.words
    assert "Hãy xem bảng lương." in author.words
    sheets = [each.get_text(" ", strip=True) for each in author.page.select("article.sheet")]
    assert [CONTENT.vi.title in sheets[0], CONTENT.en.title in sheets[1]] == [True, True]
    assert "Duyệt và đặt lịch" not in author.buttons
    await author.send("Gửi người duyệt")
    assert "Đã chuyển cho người duyệt." in author.words

    approver = await world.at_desk("duyet")
    await approver.get(f"/studio/tin/{(await newest(world.made)).id}")
    await approver.send("Duyệt và đặt lịch")
    assert "Bản tin sẽ được gửi theo lịch." in approver.words
    kept = await newest(world.made)
    assert kept.stage is Stage.APPROVED
    async with world.made.read() as tx:
        assert await bulletins.next_due(tx, kept.id) == int(DUE.timestamp())

    world.clock.moment = DUE
    await tick.tick(world.made, DUE, world.parts.timezone, world.parts.places())
    author = await world.at_desk("viet")
    await author.get(f"/studio/tin/{kept.id}")
    await author.send("Tạm dừng")
    assert "Đã tạm dừng." in author.words
    await author.send("Gửi tiếp")
    await author.send("Hủy lần gửi này")
    assert "Đã hủy lần gửi này." in author.words
    async with world.made.read() as tx:
        [sending] = await sendings.of_bulletin(tx, kept.id)
    assert sending.stage is Run.CANCELLED
    await author.get(f"/studio/tin/{kept.id}/ket-qua/{sending.id}")
    assert author.status == 200
    async with author.client.get(f"{author.path}/xlsx") as answer:
        assert (await answer.read())[:2] == b"PK"
    assert [act for act in await world.acts() if act is not Act.SIGNED_IN] == [
        Act.BULLETIN_WRITTEN,
        Act.PROPOSED,
        Act.APPROVED,
        Act.SCHEDULED,
        Act.PAUSED,
        Act.RESUMED,
        Act.CANCELLED,
    ]


async def test_an_edit_voids_the_approval_and_one_press_gives_it_again(world: World) -> None:
    people = await studio_world.staff(world.made)
    bulletin = await write(world.made, people["viet"])
    author, approver = await world.at_desk("viet"), await world.at_desk("duyet")
    path = f"/studio/tin/{bulletin.id}"
    await author.get(path)
    await author.send("Gửi người duyệt")
    await approver.get(path)
    old = await (await world.at_desk("duyet2")).get(path)
    await approver.send("Duyệt và đặt lịch")
    await author.get(f"{path}/sua")
    assert "cần được duyệt lại" in author.words
    await author.send("Lưu", vi_action="Hãy hỏi công đoàn.")
    async with world.made.read() as tx:
        assert await bulletins.next_due(tx, bulletin.id) is None
    await old.send("Duyệt và đặt lịch")
    assert (old.status, "vừa được sửa" in old.words) == (409, True)
    await approver.get(path)
    assert approver.page.find("del") is not None
    assert "hỏi công đoàn" in " ".join(each.text for each in approver.page.find_all("ins"))
    await approver.send("Duyệt lại bản đã sửa")
    assert (await newest(world.made)).stage is Stage.APPROVED


async def test_nobody_approves_their_own_words_nor_without_the_right(world: World) -> None:
    people = await studio_world.staff(world.made)
    async with world.made.write() as tx:
        await staff.grant(tx, people["viet"].id, "north", Role.APPROVER)
        await staff.grant(tx, people["duyet"].id, "north", Role.AUTHOR)
    bulletin = await write(world.made, people["viet"])
    path = f"/studio/tin/{bulletin.id}"
    author, other = await world.at_desk("viet"), await world.at_desk("duyet")
    await author.get(path)
    await author.send("Gửi người duyệt")
    fields = {"guard": author.guard, "do": "approve", "seal": bulletin.seal, "once": "1"}
    await author.post(path, fields)
    assert "nên cần một người khác duyệt" in author.words
    await other.get(f"{path}/sua")
    await other.send("Lưu", vi_title="Lương ngày lễ của bạn")
    seal = (await newest(world.made)).seal
    await other.post(path, fields | {"guard": other.guard, "seal": seal})
    assert "nên cần một người khác duyệt" in other.words
    third = await world.at_desk("duyet2")
    await third.get(path)
    async with world.made.write() as tx:
        await staff.revoke(tx, people["duyet2"].id, "root", Role.APPROVER)
    await third.send("Duyệt và đặt lịch")
    assert third.status == 404
    assert (await newest(world.made)).stage is Stage.PROPOSED


async def test_another_subtree_finds_nothing_and_sends_nothing(world: World) -> None:
    people = await studio_world.staff(world.made)
    bulletin = await write(world.made, people["viet"])
    stranger = await world.at_desk("nam")
    assert "Lương ngày lễ" not in stranger.words
    path = f"/studio/tin/{bulletin.id}"
    for each in (path, f"{path}/sua", f"{path}/ket-qua/1", "/studio/tin/none"):
        assert (await stranger.get(each)).status == 404
    guard = (await stranger.get("/studio")).guard
    for do in ("propose", "approve", "delete", "test"):
        fields = {"guard": guard, "do": do, "seal": bulletin.seal, "once": do}
        assert (await stranger.post(path, fields)).status == 404
    await stranger.get("/studio/moi")
    await stranger.send("Lưu", **FIELDS)
    assert "Hãy chọn một đơn vị mà bạn được viết" in stranger.words
    await stranger.send("Lưu", **FIELDS | {"unit": "south", "scope": "Thành phố Hà Nội"})
    problems = stranger.page.select_one("section.faults")
    assert problems is not None
    assert "Thành phố Hà Nội" in problems.text
    assert "Đặt lịch gửi" not in stranger.buttons
    assert "Gửi người duyệt" not in stranger.buttons


async def test_a_bad_form_loses_nothing(one: World) -> None:
    await studio_world.staff(one.made)
    author = await one.at_desk("viet")
    await author.get("/studio/moi")
    long = "Một câu dài và tử tế. " * 20
    bad = {"expires_on": "31/02/2027", "hour": "25:00", "scope": "Không Có Nơi Này\nBình Minh"}
    await author.send("Lưu", **FIELDS | bad | {"vi_body": long})
    assert author.status == 422
    for told in ("“31/02/2027” không phải", "“25:00” không phải", "Không tìm thấy nơi"):
        assert told in author.words
    assert "“Bình Minh” có thể là nơi nào" in author.words
    for typed in (long.strip(), "31/02/2027", "25:00", "Không Có Nơi Này", "Holiday pay"):
        assert typed in author.text
    picked = author.page.select_one("input[name^=pick_]")
    assert picked is not None
    good = {"expires_on": "31/12/2026", "hour": "11:30", "scope": "Bình Minh"}
    await author.send("Lưu", **good, **{str(picked["name"]): "Bình Minh"})
    assert author.path.startswith("/studio/tin/")
    content = (await newest(one.made)).content
    assert content.scope == (str(picked["name"]).removeprefix("pick_"),)
    assert content.vi.body == long.strip()


async def test_two_who_edit_at_once_lose_nothing(one: World) -> None:
    people = await studio_world.staff(one.made)
    bulletin = await write(one.made, people["viet"])
    both = [await one.at_desk("viet"), await one.at_desk("viet")]
    for browser in both:
        await browser.get(f"/studio/tin/{bulletin.id}/sua")
    await both[0].send("Lưu", vi_title="Lời của người nhanh")
    await both[1].send("Lưu", vi_title="Lời của người chậm")
    assert both[1].status == 409
    assert "Có người vừa lưu bản khác" in both[1].words
    assert "Lời của người chậm" in both[1].text
    assert "Lời của người nhanh" in both[1].words
    await both[1].send("Lưu")
    assert (await newest(one.made)).content.vi.title == "Lời của người chậm"


async def test_words_of_somebody_who_was_signed_out_are_given_back(one: World) -> None:
    stranger = await one.browser()
    await stranger.post("/studio/moi", {"guard": "x", **FIELDS})
    assert stranger.status == 403
    assert "Ngày lễ bạn được nghỉ" in stranger.text
    assert "Holiday pay" in stranger.text


async def test_an_alert_in_free_words_takes_two_approvers(world: World) -> None:
    people = await studio_world.staff(world.made)
    bulletin = await write(world.made, people["viet"], replace(CONTENT, urgency=Urgency.ALERT))
    path = f"/studio/tin/{bulletin.id}"
    author = await (await world.at_desk("viet")).get(path)
    await author.send("Gửi người duyệt")
    first, second = await world.at_desk("duyet"), await world.at_desk("duyet2")
    await first.get(path)
    await first.send("Duyệt và đặt lịch")
    assert "Cần thêm một người nữa duyệt" in first.words
    assert "Duyệt và đặt lịch" not in first.buttons
    assert (await newest(world.made)).stage is Stage.PROPOSED
    await second.get(path)
    await second.send("Duyệt và đặt lịch")
    assert (await newest(world.made)).stage is Stage.APPROVED


async def test_two_approvers_at_once_are_both_heard(world: World) -> None:
    people = await studio_world.staff(world.made)
    alert = await write(world.made, people["viet"], replace(CONTENT, urgency=Urgency.ALERT))
    plain = await write(world.made, people["viet"])
    async with world.made.write() as tx:
        for bulletin in (alert, plain):
            await bulletins.propose(tx, bulletin.id, bulletin.version)
    both = [await world.at_desk("duyet"), await world.at_desk("duyet2")]
    for bulletin, statuses in ((alert, [200, 200]), (plain, [200, 409])):
        for browser in both:
            await browser.get(f"/studio/tin/{bulletin.id}")
        await asyncio.gather(*(browser.send("Duyệt và đặt lịch") for browser in both))
        assert sorted(browser.status for browser in both) == statuses
        async with world.made.read() as tx:
            kept = await bulletins.by_id(tx, bulletin.id)
        assert kept is not None
        assert kept.stage is Stage.APPROVED


async def test_the_studio_speaks_english_when_asked(one: World) -> None:
    people = await studio_world.staff(one.made)
    bulletin = await write(one.made, people["viet"])
    author = await (await one.at_desk("viet")).get(f"/studio/tin/{bulletin.id}")
    await author.send("English")
    assert author.path == f"/studio/tin/{bulletin.id}"
    assert "Send to an approver" in author.buttons
    for path in ("/studio", "/studio/thu-vien", "/studio/kenh", "/studio/moi"):
        assert (await author.get(path)).status == 200


async def test_a_text_of_the_library_word_for_word_needs_nobody_else(one: World) -> None:
    await studio_world.staff(one.made)
    author = await one.at_desk("viet")
    await author.get("/studio/thu-vien")
    for key, content in library.load().items():
        assert content.vi.title in author.words, key
    taken = next(key for key, one_text in library.load().items() if one_text.expires_on)
    plan = {"unit": "north", "day": "2026-11-23", "hour": "11:30"}
    await author.get(f"/studio/moi?mau={taken}")
    await author.send("Lưu", **plan)
    assert (await newest(one.made)).content.library == taken
    await author.send("Đặt lịch gửi")
    assert (await newest(one.made)).stage is Stage.APPROVED
    await author.get(f"/studio/moi?mau={taken}")
    await author.send("Lưu", **plan, vi_title="Lời khác")
    assert "Đặt lịch gửi" not in author.buttons
    assert "Gửi người duyệt" in author.buttons


@pytest.mark.parametrize("key", library.load())
def test_the_form_keeps_every_text_of_the_library_word_for_word(key: str) -> None:
    form = drafts.read(drafts.filled(library.load()[key], (), ZONE), {}, ZONE)
    assert form.is_whole
    assert library.is_unedited(form.content)


async def test_what_is_late_asks_and_is_sent_or_left(one: World) -> None:
    people = await studio_world.staff(one.made)
    bulletin = await write(one.made, people["viet"])
    ids = []
    for hours in (0, 24):
        async with one.made.write() as tx:
            started = await sendings.start(
                tx, bulletin, DUE + timedelta(hours=hours), 0, stage=Run.LATE
            )
            assert started is not None
            ids.append(started.id)
    author = await (await one.at_desk("viet")).get(f"/studio/tin/{bulletin.id}")
    assert author.words.count("Bản tin này trễ giờ gửi.") == 2
    fields = {"guard": author.guard, "sending": str(ids[0])}
    await author.post(author.path, fields | {"do": "send_now", "once": "1"})
    await author.post(author.path, fields | {"do": "leave", "once": "2", "sending": str(ids[1])})
    async with one.made.read() as tx:
        found = {each.id: each.stage for each in await sendings.of_bulletin(tx, bulletin.id)}
    assert found == {ids[0]: Run.SENDING, ids[1]: Run.CANCELLED}
    await author.post(author.path, fields | {"do": "leave", "once": "3"})
    assert "Lần gửi này vừa thay đổi" in author.words


async def test_a_deleted_bulletin_is_gone_and_its_sending_cancelled(one: World) -> None:
    people = await studio_world.staff(one.made)
    bulletin = await write(one.made, people["viet"])
    async with one.made.write() as tx:
        await sendings.start(tx, bulletin, DUE, 0)
    author = await (await one.at_desk("viet")).get(f"/studio/tin/{bulletin.id}")
    await author.send("Xóa bản tin")
    assert "Đã xóa bản tin." in author.words
    assert (await author.get(f"/studio/tin/{bulletin.id}")).status == 404
    async with one.made.read() as tx:
        [sending] = await sendings.of_bulletin(tx, bulletin.id)
    assert sending.stage is Run.CANCELLED


async def test_what_is_wrong_keeps_a_bulletin_from_going_on(one: World) -> None:
    people = await studio_world.staff(one.made)
    wrong = replace(CONTENT, citations=(), expires_on=DUE.date() - timedelta(days=1))
    bulletin = await write(one.made, people["viet"], wrong)
    author = await (await one.at_desk("viet")).get(f"/studio/tin/{bulletin.id}")
    problems = author.page.select_one("section.faults")
    assert problems is not None
    assert len(problems.select("li")) == 2
    assert "Gửi người duyệt" not in author.buttons
    fields = {"guard": author.guard, "do": "propose", "seal": bulletin.seal, "once": "1"}
    await author.post(author.path, fields)
    assert "Bản tin còn điều cần sửa trước" in author.words


async def test_html_in_a_wording_is_shown_as_it_was_typed(one: World) -> None:
    people = await studio_world.staff(one.made)
    evil = replace(CONTENT, vi=replace(CONTENT.vi, title="<b>Đậm</b>", body="{t} & <script>"))
    bulletin = await write(one.made, people["viet"], evil)
    author = await (await one.at_desk("viet")).get(f"/studio/tin/{bulletin.id}")
    assert author.status == 200
    assert "<b>Đậm" not in author.text
    assert "<script>" not in author.text
    assert "{t} & <script>" in author.words


async def test_a_test_goes_to_the_own_account_and_to_nobody_else(sqlite_url: str) -> None:
    sent: list[tuple[str, tuple[str, ...]]] = []

    async def whisper(account: str, told: tuple[str, ...]) -> bool:
        sent.append((account, told))
        return len(sent) == 1

    async with studio_on(sqlite_url, whisper=whisper) as world:
        people = await studio_world.staff(world.made)
        bulletin = await write(world.made, people["viet"])
        author = await (await world.at_desk("viet")).get(f"/studio/tin/{bulletin.id}")
        assert "Gửi thử cho tôi" not in author.buttons
        await author.post(author.path, {"guard": author.guard, "do": "test"})
        assert "Hãy nối tài khoản Telegram" in author.words
        async with world.made.write() as tx:
            code = await desk_codes.make(tx, CodeKind.ACCOUNT, people["viet"].id.hex(), NOW)
            await desk_links.link(tx, code, "5001", NOW)
        await author.get(author.path)
        await author.send("Gửi thử cho tôi")
        assert "Đã gửi thử" in author.words
        [(account, told)] = sent
        assert account == "5001"
        assert [CONTENT.vi.title in told[0], CONTENT.en.title in told[1]] == [True, True]
        assert (await world.acts())[-1] is Act.TEST_SENT
        await author.send("Gửi thử cho tôi")
        assert "Chưa gửi thử được" in author.words
        assert (await world.acts()).count(Act.TEST_SENT) == 1


async def test_without_telegram_there_is_no_test(one: World) -> None:
    people = await studio_world.staff(one.made)
    bulletin = await write(one.made, people["viet"])
    author = await (await one.at_desk("viet")).get(f"/studio/tin/{bulletin.id}")
    assert "Gửi thử cho tôi" not in author.buttons
    await author.post(author.path, {"guard": author.guard, "do": "test"})
    assert "Telegram chưa được bật" in author.words


async def test_outlets_get_codes_are_removed_and_posts_in_doubt_are_decided(world: World) -> None:
    people = await studio_world.staff(world.made)
    bulletin = await write(world.made, people["viet"])
    async with world.made.write() as tx:
        account = await accounts.ensure_first(tx, "telegram", "1:a-token-of-the-tests")
        ours = [
            await outlets.add(tx, account.id, "north", "channel", f"-100{at}", f"Kênh số {at}")
            for at in (1, 2)
        ]
        theirs = await outlets.add(tx, account.id, "south", "channel", "-1009", "Kênh phía nam")
        sending = await sendings.start(tx, bulletin, DUE, 0)
        assert sending is not None
        every = [each.id for each in (*ours, theirs)]
        await outlet_posts.plan(tx, sending.id, every)
        held = {"stage": outlet_posts.PostStage.HELD}
        await tx.run(update(tables.outlet_posts).values(**held))
    author = await (await world.at_desk("viet")).get("/studio/kenh")
    assert "Kênh phía nam" not in author.words
    box = author.page.select_one("input[name=topic_wages]")
    assert box is not None
    chosen = {"guard": author.guard, "do": "choose", "outlet": str(ours[0].id)}
    await author.post("/studio/kenh", chosen | {"topic_wages": "1", "language": "en"})
    assert "Đã lưu lựa chọn." in author.words
    async with world.made.read() as tx:
        kept = await outlets.by_id(tx, ours[0].id)
    assert kept is not None
    assert (kept.topics, kept.language, kept.hold_doubt) == (
        frozenset({Topic.WAGES}),
        Language.EN,
        False,
    )
    await author.send("Tạo mã", unit="north-park")
    assert shown_code(author)
    await author.send("Gửi lại vào những nơi này")
    assert "Sẽ gửi lại." in author.words
    async with world.made.read() as tx:
        stages = {each.outlet: each.stage for each in await outlet_posts.of_sending(tx, sending.id)}
    assert stages == {ours[0].id: "waiting", ours[1].id: "waiting", theirs.id: "held"}
    fields = {"guard": author.guard, "sending": str(sending.id), "outlet": str(theirs.id)}
    for do, told in (
        ("leave", "Không còn bài nào"),
        ("remove", "không thuộc quyền của bạn"),
        ("choose", "không thuộc quyền của bạn"),
        ("code", "không thuộc quyền của bạn"),
    ):
        await author.post("/studio/kenh", fields | {"do": do, "unit": "south"})
        assert (author.status, told in author.words) == (422, True)
    await author.post("/studio/kenh", fields | {"do": "remove", "outlet": str(ours[0].id)})
    async with world.made.read() as tx:
        assert [each.id for each in await outlets.of_units(tx, ["north"])] == [ours[1].id]
    acts = [act for act in await world.acts() if act is not Act.SIGNED_IN]
    assert acts == [Act.DESK_CHANGED, Act.CODE_MADE, Act.RESUMED, Act.UNLINKED]


async def test_an_open_page_hears_of_a_change_while_something_is_sent(one: World) -> None:
    people = await studio_world.staff(one.made)
    bulletin = await write(one.made, people["viet"])
    browser = await one.at_desk("viet")
    async with browser.client.get("/studio/live") as stream:
        assert stream.content_type == "text/event-stream"
        assert await stream.content.readuntil(b"\n\n") == b"retry: 5000\n\n"
        # Told once at the door, for what changed before the page was connected.
        assert b"changed" in await stream.content.readuntil(b"\n\n")
        assert await stream.content.readuntil(b"\n\n") == b":\n\n"
        async with one.made.write() as tx:
            await sendings.start(tx, bulletin, DUE, 0)
        async with asyncio.timeout(60):
            while b"changed" not in await stream.content.readuntil(b"\n\n"):
                pass


async def test_an_unknown_address_and_who_has_no_role_find_nothing(one: World) -> None:
    await add(one.made, "can.bo", ("north", Role.OFFICER))
    officer = await one.at_desk("can.bo")
    for path in ("/studio", "/studio/moi", "/studio/thu-vien", "/studio/kenh", "/studio/x/y"):
        assert (await officer.get(path)).status == 404
    assert "Phòng bản tin" not in (await officer.get("/desk")).words


def shown_code(browser: Browser) -> str:
    box = browser.page.find("input", id="code")
    assert isinstance(box, Tag)
    return str(box["value"]).removeprefix("/ketnoi ")


async def test_an_alert_that_two_approve_is_due_in_that_minute(world: World) -> None:
    await studio_world.staff(world.made)
    author = await (await world.at_desk("viet")).get("/studio/moi")
    at_once = {"urgency": "alert", "asap": "1", "day": "", "hour": ""}
    wrong = at_once | {"urgency": "ordinary"}
    await author.post("/studio/moi", FIELDS | wrong | {"guard": author.guard, "once": "1"})
    assert "Chỉ cảnh báo và tin nguy hiểm" in author.words
    await author.post("/studio/moi", FIELDS | at_once | {"guard": author.guard, "once": "2"})
    assert "ngay khi được duyệt" in author.words
    await author.send("Gửi người duyệt")
    key = author.path.rpartition("/")[2].partition("?")[0]
    for login in ("duyet", "duyet2"):
        async with world.made.read() as tx:
            assert await bulletins.next_due(tx, key) is None
        approver = await (await world.at_desk(login)).get(f"/studio/tin/{key}")
        await approver.send("Duyệt và đặt lịch")
    async with world.made.read() as tx:
        due = await bulletins.next_due(tx, key)
    assert due == int(world.parts.clock().replace(second=0, microsecond=0).timestamp())


async def test_the_reminder_of_the_bell_is_nobodys_to_see_or_change(one: World) -> None:
    people = await studio_world.staff(one.made)
    chief, _ = await add(one.made, "chief", ("root", Role.AUTHOR), ("root", Role.APPROVER))
    assert await reminder.ensure(one.made, NOW, ZONE)
    page = await (await one.at_desk("chief")).get("/studio")
    assert "số chuông" not in page.words
    for path in ("", "/sua", "/bao-cao/1"):
        assert (await page.get(f"/studio/tin/{REMINDER}{path}")).status == 404
    ground = Ground(ZONE, lambda: NOW, of_the_program)
    async with one.made.write() as tx:
        for member in (chief, people["viet"]):
            seal = (await bulletins.by_id(tx, REMINDER) or pytest.fail("it is there")).seal
            for action in (Delete(seal), Approve(seal)):
                assert await broadcasting.act(tx, member.id, REMINDER, action, ground) is None


async def test_the_page_names_a_park_that_the_scope_holds(one: World) -> None:
    await studio_world.staff(one.made)
    async with one.made.write() as tx:
        await parks.seed(tx, (Park("p", ParkKind.KCN, "KCN Ba Đình", ("00004",)),))
    author = await one.at_desk("viet")
    await author.get("/studio/moi")
    await author.send("Lưu", **FIELDS | {"scope": "Phường Ba Đình, Thành phố Hà Nội"})
    assert "Trọn các khu" in author.words
    assert "KCN Ba Đình" in author.words
