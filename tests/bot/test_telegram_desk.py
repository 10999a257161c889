"""The desks on Telegram, driven by people in groups and private chats of the fake Bot API."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from handlers.roles import Role
from handlers.tips import Category, Outcome, Status
from storage import alarms, cases, outbox, staff, tips
from storage.audit import Act
from storage.desk_codes import CodeKind
from storage.tables import letters
from storage.tables import tips as tips_table
from storage.tables import units as units_table
from tests import clips
from tests.desk_world import NOW, STORY
from tests.fakes.telegram import Person
from tests.staff_world import enrolled
from tests.telegram_desk import Scene, picture, scene_on
from tests.tip_world import PHOTO, count, file, new_tip, record_of


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with scene_on(database_url) as made:
        yield made


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[Scene]:
    """On SQLite only, for what does not depend on the database."""
    async with scene_on(sqlite_url) as made:
        yield made


async def test_a_group_becomes_a_desk_by_a_code_that_works_once(scene: Scene) -> None:
    assert "bàn tiếp nhận của Công đoàn phía bắc" in scene.group.holds()[-1].text
    assert not any("/ketnoi" in one.text for one in scene.group.holds())
    kept = await scene.kept()
    assert (kept.unit, kept.chat) == ("north", str(scene.group.id))
    assert (kept.topics, kept.reading, kept.trouble) == (False, False, None)
    other = await scene.fake.group("Other", scene.owner, scene.fake.bot())
    code = await scene.code(CodeKind.GROUP, "south")
    scene.clock.turn(hours=24)
    await scene.owner.say(f"/ketnoi@tieng_tho_bot {code}", to=other)
    await scene.run()
    assert "Mã chưa đúng" in other.holds()[-1].text
    assert (await scene.kept()).unit == "north"


async def test_rings_for_officers_are_left_to_whoever_rings(
    one: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    moi = await enrolled(one.made, "moi", ("north", Role.OFFICER))
    async with one.made.write() as tx:
        await alarms.add_browser(tx, moi.id, "browser")
    await file(one.made, new_tip())
    await one.run()
    assert "Cây tre xanh" in one.card().text
    async with one.made.read() as tx:
        [left] = await outbox.waiting(tx)
    assert (left.kind, left.lease) == (outbox.LetterKind.PING, None)
    assert caplog.records == []


async def test_a_card_holds_no_words_and_no_place_finer_than_the_province(scene: Scene) -> None:
    await file(scene.made, new_tip(danger=True))
    await scene.run()
    card = scene.card()
    assert "Cây tre xanh" in card.text
    assert "Thành phố Hồ Chí Minh" in card.text
    assert "NGUY HIỂM" in card.text
    assert "Cháy" in card.text
    assert "Thủ Dầu Một" not in card.text
    assert STORY[:12] not in card.text
    assert card.labels[:2] == ("Nhận", "Đọc")
    for row in card.buttons:
        for button in row:
            assert button.data is None or len(button.data.encode()) <= 64
    record = await record_of(scene.made, (await tip_ids(scene))[0])
    assert record.posts[0].message == card.id
    assert (await tip_ids(scene))[0].hex() not in str(card.buttons)
    assert await count(scene.made, letters) == 0


async def tip_ids(scene: Scene) -> list[bytes]:
    async with scene.made.read() as tx:
        return [bytes(row.id) for row in await tx.rows(select(tips_table))]


async def test_one_of_two_officers_gets_the_tip_and_the_other_is_told_who(scene: Scene) -> None:
    an, binh = await scene.officer("An"), await scene.officer("Binh")
    tip = await file(scene.made, new_tip())
    await scene.run()
    before = scene.card()
    assert "Bạn đã nhận tin này" in await scene.press(an, before, "Nhận")
    late = await binh.press(before, before.buttons[0][0].data or "", stale=True)
    twice = await an.press(before, before.buttons[0][0].data or "", stale=True)
    await scene.run()
    assert late.pop_up is not None
    assert "Người an đã nhận tin này trước bạn" in late.pop_up.text
    assert twice.pop_up is not None
    assert "đang do bạn giữ" in twice.pop_up.text
    card = scene.card()
    assert card.id == before.id
    assert "Người giữ: Người an" in card.text
    assert card.labels[:4] == ("Đọc", "Trả lời", "Hỏi thêm", "Kết thúc")
    assert (await record_of(scene.made, tip)).status is Status.CLAIMED
    assert (await scene.acts())[-1] is Act.CLAIMED


async def test_who_is_not_enrolled_is_refused_in_the_pop_up_and_nowhere_else(scene: Scene) -> None:
    stranger = scene.fake.person("Stranger")
    await scene.group.add(stranger)
    tip = await file(scene.made, new_tip())
    await scene.run()
    said = len(scene.group.holds())
    for button in ("Nhận", "Đọc"):
        assert "dành cho cán bộ" in await scene.press(stranger, scene.card(), button)
    assert len(scene.group.holds()) == said
    assert scene.private(stranger) == []
    assert (await record_of(scene.made, tip)).status is Status.TRIAGE


async def test_who_loses_the_role_loses_everything_at_once(scene: Scene) -> None:
    an = await scene.officer("An")
    await file(scene.made, new_tip())
    await scene.run()
    await an.say("/desk")
    await scene.run()
    assert "Gõ /ra" in scene.private(an)[-1]
    async with scene.made.write() as tx:
        await staff.revoke(tx, scene.members["An"].id, "north", Role.OFFICER)
    assert "dành cho cán bộ" in await scene.press(an, scene.card(), "Nhận")
    await an.say("xin chào")
    await scene.run()
    assert [each.message.text for each in scene.passed_on if each.message] == ["xin chào"]


async def test_an_officer_of_another_unit_may_not_claim(one: Scene) -> None:
    chi = await one.officer("Chi", "south")
    tip = await file(one.made, new_tip())
    await one.run()
    assert "không thuộc quyền" in await one.press(chi, one.card(), "Nhận")
    assert (await record_of(one.made, tip)).holder is None


async def test_what_the_web_desk_does_is_shown_on_the_card(scene: Scene) -> None:
    await scene.officer("An")
    officer = scene.members["An"].id
    tip = await file(scene.made, new_tip())
    await scene.run()
    async with scene.made.write() as tx:
        await cases.claim(tx, officer, tip, NOW)
    async with scene.made.write() as tx:
        await cases.ask(tx, officer, tip, "Cửa nào?", NOW)
    assert await count(scene.made, letters) == 1
    await scene.run()
    assert "đã hỏi thêm" in scene.card().text
    async with scene.made.write() as tx:
        await cases.close(tx, officer, tip, Outcome.HANDLED, "Xong.", NOW)
    await scene.run()
    assert "đã kết thúc: đã xử lý" in scene.card().text
    assert scene.card().labels == ()
    edits = scene.fake.calls("editMessageText", chat=scene.group.id)
    assert len(edits) == 2


async def test_a_workers_addition_is_shown_with_the_hour_and_not_at_once(scene: Scene) -> None:
    async with scene.made.write() as tx:
        await tx.run(update(units_table).values(at_once=False))
    new = new_tip()
    await file(scene.made, new)
    await scene.run()
    async with scene.made.write() as tx:
        await tips.add_picture(tx, new.key, tips.PictureData("image/png", b"\x89PNG"))
    scene.clock.turn(minutes=10)
    await scene.run()
    assert "Tệp kèm theo: không có" in scene.card().text
    scene.clock.turn(minutes=45)
    await scene.run()
    assert "Tệp kèm theo: 1 tệp" in scene.card().text


async def test_words_are_read_in_private_only_where_the_unit_chose_so(scene: Scene) -> None:
    an = await scene.officer("An")
    await file(scene.made, new_tip())
    await scene.run()
    assert "chỉ đọc được trên bàn web" in await scene.press(an, scene.card(), "Đọc")
    assert Act.OPENED not in await scene.acts()
    await scene.choose(reading=True)
    assert "tự xóa sau 10 phút" in await scene.press(an, scene.card(), "Đọc")
    [read] = [each for each in an.sees() if STORY in each.text]
    assert read.is_protected
    assert (await scene.acts())[-1] is Act.OPENED
    assert not any(STORY in each.text for each in scene.group.holds())
    scene.clock.turn(minutes=9)
    await scene.run()
    assert any(STORY in each.text for each in an.sees())
    scene.clock.turn(minutes=1)
    await scene.run()
    assert not any(STORY in each.text for each in an.sees())
    assert await count(scene.made, letters) == 0


@pytest.mark.parametrize(
    "about",
    [
        {"category": Category.VIOLENCE},
        {"category": Category.HARASSMENT},
        {"category": Category.FORCED},
        {"excluded": frozenset({"north-park"})},
    ],
)
async def test_some_words_are_never_read_in_a_chat(one: Scene, about: dict[str, object]) -> None:
    an = await one.officer("An")
    await one.choose(reading=True)
    await file(one.made, replace(new_tip(), **about))  # type: ignore[arg-type]
    await one.run()
    assert "chỉ đọc được trên bàn web" in await one.press(an, one.card(), "Đọc")
    assert not any(STORY in each.text for each in an.sees())


async def test_an_answer_is_typed_in_the_private_chat(scene: Scene) -> None:
    an = await scene.officer("An")
    tip = await file(scene.made, new_tip())
    await scene.run()
    await scene.press(an, scene.card(), "Nhận")
    assert "chat riêng" in await scene.press(an, scene.card(), "Trả lời")
    assert "Hãy gõ câu trả lời" in scene.private(an)[-1]
    await an.say("   ")
    await an.say("Đã mở lại cửa.")
    await scene.run()
    shown = scene.private(an)
    assert any("Bạn chưa viết gì" in each for each in shown)
    assert "Đã mở lại cửa." in shown[-1]
    async with scene.made.write() as tx:
        case = await cases.open_case(tx, scene.members["An"].id, tip, NOW)
    assert isinstance(case, cases.Case)
    assert [entry.words for entry in case.entries] == [STORY, "Đã mở lại cửa."]
    assert "đang xử lý" in scene.card().text
    assert "Đã mở lại cửa" not in scene.card().text


async def test_doubted_words_wait_in_the_private_chat_for_a_second_press(scene: Scene) -> None:
    an = await scene.officer("An")
    tip = await file(scene.made, new_tip())
    await scene.run()
    await scene.press(an, scene.card(), "Nhận")
    await scene.press(an, scene.card(), "Hỏi thêm")
    await an.say("Bạn làm ở chuyền nào?")
    await scene.run()
    asked = an.sees()[-1]
    assert "Chưa gửi" in asked.text
    assert "hỏi chuyền, tổ, ca" in asked.text
    assert asked.labels == ("Sửa lại", "Vẫn gửi", "Danh sách")
    await an.press(asked, "Sửa lại")
    await scene.run()
    assert "Hãy gõ câu hỏi" in scene.private(an)[-1]
    await an.say("Bạn tên gì?")
    await scene.run()
    await an.say("Cửa nào bị khóa?")
    await scene.run()
    await scene.press(an, scene.card(), "Trả lời")
    await an.say("Bạn gọi lại cho tôi nhé")
    await scene.run()
    await an.press(an.sees()[-1], "Vẫn gửi")
    await scene.run()
    async with scene.made.write() as tx:
        case = await cases.open_case(tx, scene.members["An"].id, tip, NOW)
    assert isinstance(case, cases.Case)
    said = [entry.words for entry in case.entries]
    assert said == [STORY, "Cửa nào bị khóa?", "Bạn gọi lại cho tôi nhé"]


async def test_an_update_that_comes_twice_answers_once(one: Scene) -> None:
    an = await one.officer("An")
    tip = await file(one.made, new_tip())
    await one.run()
    await one.press(an, one.card(), "Nhận")
    await one.press(an, one.card(), "Trả lời")
    await an.say("Đã mở lại cửa.")
    taken = await one.bot.get_updates(offset=one.offset, timeout=0)
    for each in taken:
        await one.take(each)
    said = one.private(an)
    for each in taken:
        await one.take(each)
    assert one.private(an) == said
    one.offset = taken[-1].update_id + 1
    async with one.made.write() as tx:
        case = await cases.open_case(tx, one.members["An"].id, tip, NOW)
    assert isinstance(case, cases.Case)
    assert [entry.words for entry in case.entries] == [STORY, "Đã mở lại cửa."]


async def test_the_private_desk_lists_asks_closes_and_is_left(scene: Scene) -> None:
    an = await scene.officer("An")
    tip = await file(scene.made, new_tip())
    await file(scene.made, new_tip(nickname="Mưa rào"))
    await scene.run()
    await scene.press(an, scene.cards("Cây tre")[0], "Nhận")
    await an.start("desk")
    await scene.run()
    shown = an.sees()[-1]
    assert "1. Cây tre xanh" in shown.text
    assert "1 tin chưa ai nhận" in shown.text
    await an.say("1")
    await scene.run()
    old = an.sees()[-1]
    assert old.labels == (
        "Hỏi thêm",
        "Trả lời",
        "Kết thúc",
        "Trả lại",
        "Giao cho…",
        "Ghi chú",
        "Danh sách",
    )
    await an.press(old, "Kết thúc")
    await scene.run()
    await an.press(an.sees()[-1], "đã xử lý")
    await scene.run()
    stale = await an.press(old, "Hỏi thêm")
    await an.photo(picture())
    await an.say("Cảm ơn bạn.")
    await scene.run()
    assert stale.pop_up is not None
    assert "đã cũ" in stale.pop_up.text
    assert any("Tệp chỉ gửi kèm được" in each for each in scene.private(an))
    assert (await record_of(scene.made, tip)).outcome is Outcome.HANDLED
    await an.say("/ra")
    await an.say("Tôi muốn báo tin")
    await scene.run()
    assert "rời bàn" in scene.private(an)[-1]
    assert [each.message.text for each in scene.passed_on if each.message] == ["Tôi muốn báo tin"]


async def test_outside_the_desk_an_officer_is_a_worker_like_everybody(one: Scene) -> None:
    an, worker = await one.officer("An"), one.fake.person("Worker")
    for person in (an, worker):
        await person.say("/start")
        await person.say("xin chào")
    await worker.say("/desk")
    await one.run()
    passed = [str(each.message.text) for each in one.passed_on if each.message]
    assert sorted(passed) == ["/desk", "/start", "/start", "xin chào", "xin chào"]
    await an.say("/desk")
    await one.run()
    one.clock.turn(minutes=30)
    await an.say("sau nửa giờ")
    await one.run()
    last = one.passed_on[-1].message
    assert last is not None
    assert last.text == "sau nửa giờ"


async def test_the_card_in_a_group_offers_no_more_than_a_way_elsewhere(one: Scene) -> None:
    an = await one.officer("An")
    await file(one.made, new_tip())
    await one.run()
    await one.press(an, one.card(), "Nhận")
    data = [button.data for row in one.card().buttons for button in row if button.data]
    assert {each.split(":")[1] for each in data} == {"read", "answer", "ask", "close"}


async def test_an_officer_who_never_opened_the_private_chat_is_asked_to(one: Scene) -> None:
    an = await one.officer("An")
    await file(one.made, new_tip())
    await one.run()
    await one.press(an, one.card(), "Nhận")
    await an.block()
    assert "bấm Bắt đầu" in await one.press(an, one.card(), "Trả lời")
    await an.unblock()
    await an.start("desk")
    await one.run()
    assert "Hãy gõ câu trả lời" in one.private(an)[-1]


async def test_long_words_come_in_several_messages_that_all_go_away(one: Scene) -> None:
    an = await one.officer("An")
    await one.choose(reading=True)
    await file(one.made, new_tip(story="Chuyện dài. " * 700), [PHOTO])
    await one.run()
    before = {each.id for each in an.sees()}
    await one.press(an, one.card(), "Đọc")
    read = [each for each in an.sees() if each.id not in before]
    assert len(read) == 3
    assert all(each.is_protected for each in read)
    assert sum(each.text.count("Chuyện dài.") for each in read) == 700
    assert "Có 1 tệp" in read[-1].text
    assert all(each.photo is None for each in read)
    one.clock.turn(minutes=10)
    await one.run()
    assert {each.id for each in an.sees()} == before


async def test_nobody_guesses_codes_in_a_group(one: Scene) -> None:
    said = len(one.group.holds())
    for _ in range(15):
        await one.owner.say("/ketnoi 0000-0000-0000", to=one.group)
    await one.run()
    told = [each.text for each in one.group.holds()[said:]]
    assert 0 < sum("Mã chưa đúng" in each for each in told) <= 10


async def test_out_of_scope_is_closed_in_the_private_chat_and_taken_back(scene: Scene) -> None:
    an = await scene.officer("An")
    tip = await file(scene.made, new_tip())
    await scene.run()
    await scene.press(an, scene.card(), "Nhận")
    await scene.press(an, scene.card(), "Kết thúc")
    await _press(scene, an, "ngoài phạm vi tiếp nhận")
    assert "mất tin này ngay" in scene.private(an)[-1]
    assert (await record_of(scene.made, tip)).status is Status.CLAIMED
    await _press(scene, an, "Đúng, kết thúc vì ngoài phạm vi")
    assert "Bạn không còn thấy tin này nữa" in scene.private(an)[-1]
    assert "lấy lại được đến 12:15" in scene.private(an)[-1]
    assert (await record_of(scene.made, tip)).outcome is Outcome.OUT_OF_SCOPE
    assert scene.cards() == []
    await _press(scene, an, "Lấy lại tin này")
    assert "Đã lấy lại" in scene.private(an)[-1]
    assert "Người giữ: Người an" in scene.private(an)[-1]
    assert "Người giữ: Người an" in scene.card().text
    assert (await scene.acts())[-2:] == [Act.CLOSED, Act.REOPENED]


async def test_after_ten_minutes_the_chat_says_that_it_is_too_late(one: Scene) -> None:
    an = await one.officer("An")
    tip = await file(one.made, new_tip())
    await one.run()
    await one.press(an, one.card(), "Nhận")
    await one.press(an, one.card(), "Kết thúc")
    await _press(one, an, "ngoài phạm vi tiếp nhận")
    await _press(one, an, "Đúng, kết thúc vì ngoài phạm vi")
    one.clock.turn(minutes=10)
    await _press(one, an, "Lấy lại tin này")
    assert "Đã quá 10 phút" in one.private(an)[-1]
    assert (await record_of(one.made, tip)).status is Status.CLOSED
    await an.say("/desk")
    await one.run()
    assert "không giữ tin nào" in one.private(an)[-1]


async def _press(scene: Scene, person: Person, button: str) -> None:
    """Press a button of the newest message in a private chat."""
    [*_, last] = [each for each in person.sees() if not each.is_mine]
    await person.press(last, button)
    await scene.run()


async def test_an_answer_with_a_file_is_sent_from_the_private_chat(one: Scene) -> None:
    an = await one.officer("An")
    new = new_tip()
    await file(one.made, new)
    await one.run()
    await an.photo(clips.photo(), "Trước khi vào bàn thì là tin của người lao động.")
    await one.run()
    assert len(one.passed_on) == 1
    await one.press(an, one.card(), "Nhận")
    await one.press(an, one.card(), "Trả lời")
    await an.photo(clips.photo())
    await one.run()
    assert any("lời trả lời viết ngay dưới tệp" in each for each in one.private(an))
    await an.document(clips.video(sound=False), "a.mp4", "video/mp4", caption="Xem video.")
    await one.run()
    assert any("chỉ kèm được ảnh hoặc tệp PDF" in each for each in one.private(an))
    await an.document(clips.pdf(), "Đơn.pdf", caption="Mẫu đơn đây.")
    await one.run()
    assert "Mẫu đơn đây." in one.private(an)[-1]
    async with one.made.read() as tx:
        found = await tips.read_thread(tx, new.key)
        [paper] = await tips.files_of_unit(tx, new.key)
    assert found is not None
    assert [each.words for each in found.entries[1:]] == ["Mẫu đơn đây.", ""]
    assert paper.mime == "application/pdf"


async def test_who_a_worker_is_never_comes_to_telegram(one: Scene) -> None:
    an = await one.officer("An")
    await one.choose(reading=True)
    new = new_tip()
    await file(one.made, new)
    async with one.made.write() as tx:
        assert await tips.say_who(tx, new.key, "Chị Ba, tổ may 2.")
    await one.run()
    await one.press(an, one.card(), "Nhận")
    await one.press(an, one.card(), "Đọc")
    everything = [each.text for each in (*an.sees(with_deleted=True), *one.group.holds())]
    assert any("đã nói mình là ai" in each for each in everything)
    assert not any("Chị Ba" in each for each in everything)
