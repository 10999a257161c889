"""Officers' words in their private chat on Telegram: templates, answers to press, a look before,
a change after, and notes.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from handlers.effects import FileTip
from handlers.replies import Change, Pick
from handlers.tips import Kind, Status
from handlers.turn import Thread
from storage import cases, tips
from storage.audit import Act
from storage.cases import Case
from tests.fakes.telegram import Person
from tests.telegram_desk import Scene, scene_on
from tests.tip_world import file, new_tip, record_of


@dataclass
class Private:
    """An officer who holds a tip, at their private desk."""

    scene: Scene
    an: Person
    new: FileTip
    tip: bytes

    async def press(self, button: str) -> str:
        await self.an.press(self.an.sees()[-1], button)
        await self.scene.run()
        return self.shown

    async def say(self, words: str) -> str:
        await self.an.say(words)
        await self.scene.run()
        return self.shown

    @property
    def shown(self) -> str:
        return self.an.sees()[-1].text

    @property
    def labels(self) -> tuple[str, ...]:
        return self.an.sees()[-1].labels

    async def thread(self) -> Thread:
        async with self.scene.made.read() as tx:
            thread = await tips.read_thread(tx, self.new.key)
        assert thread is not None
        return thread


async def private(scene: Scene) -> Private:
    an, new = await scene.officer("An"), new_tip()
    tip = await file(scene.made, new)
    await scene.run()
    await scene.press(an, scene.card(), "Nhận")
    await an.start("desk")
    await an.say("1")
    await scene.run()
    return Private(scene, an, new, tip)


@pytest.fixture
async def at(database_url: str) -> AsyncIterator[Private]:
    async with scene_on(database_url) as scene:
        yield await private(scene)


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[Private]:
    """On SQLite only, for what does not depend on the database."""
    async with scene_on(sqlite_url) as scene:
        yield await private(scene)


async def test_a_question_goes_at_once_and_can_be_changed_for_a_minute(at: Private) -> None:
    await at.press("Hỏi thêm")
    assert "đầu dòng là dấu gạch ngang" in at.shown
    await at.say("Cữa nào bị khóa?")
    assert at.labels[:2] == ("Sửa lại lời vừa gửi", "Thu hồi lời vừa gửi")
    await at.press("Sửa lại lời vừa gửi")
    told = await at.say("Cửa nào bị khóa?")
    assert "Đã thay bằng lời mới." in told
    last = (await at.thread()).entries[-1]
    assert (last.words, last.change) == ("Cửa nào bị khóa?", Change.EDITED)
    await at.press("Thu hồi lời vừa gửi")
    assert "Đã thu hồi." in at.shown
    assert "Sửa lại lời vừa gửi" not in at.labels
    assert (await at.thread()).entries[-1].change is Change.WITHDRAWN
    assert (await record_of(at.scene.made, at.tip)).status is Status.CLAIMED
    acts = await at.scene.acts()
    assert acts[-3:] == [Act.ASKED, Act.CORRECTED, Act.TAKEN_BACK]


async def test_after_the_minute_the_old_button_says_so(one: Private) -> None:
    await one.press("Trả lời")
    await one.say("Chào bạn.")
    one.scene.clock.turn(seconds=61)
    assert "Không sửa hay thu hồi được nữa" in await one.press("Thu hồi lời vừa gửi")
    assert "Thu hồi lời vừa gửi" not in one.labels
    assert (await one.thread()).entries[-1].words == "Chào bạn."


async def test_a_change_is_read_over_too(one: Private) -> None:
    await one.press("Trả lời")
    await one.say("Chào bạn.")
    await one.press("Sửa lại lời vừa gửi")
    assert "hỏi tên" in await one.say("Bạn tên gì?")
    assert (await one.thread()).entries[-1].words == "Chào bạn."
    await one.say("Chào bạn, chúng tôi đang xem.")
    assert (await one.thread()).entries[-1].words == "Chào bạn, chúng tôi đang xem."


async def test_lines_with_a_dash_are_shown_as_buttons_before_they_go(at: Private) -> None:
    await at.press("Hỏi thêm")
    shown = await at.say("Cửa nào?\n- Cửa trước\n– Cửa sau")
    assert "Chưa gửi. Người báo tin sẽ đọc:" in shown
    assert "[Cửa trước] [Cửa sau]" in shown
    assert "Bạn không cần nói mình là ai." in shown
    assert at.labels[:3] == ("Gửi", "Gửi không có nút", "Sửa")
    assert len((await at.thread()).entries) == 1
    await at.press("Gửi")
    last = (await at.thread()).entries[-1]
    assert (last.words, last.picks) == ("Cửa nào?", (Pick("Cửa trước"), Pick("Cửa sau")))
    assert "bấm được: [Cửa trước] [Cửa sau]" in at.shown


async def test_a_list_that_was_meant_as_one_goes_without_buttons(one: Private) -> None:
    await one.press("Hỏi thêm")
    await one.say("Cho biết thêm:\n- cửa nào\n- từ hôm nào")
    await one.press("Gửi không có nút")
    last = (await one.thread()).entries[-1]
    assert last.words == "Cho biết thêm:\n- cửa nào\n- từ hôm nào"
    assert last.picks == ()


async def test_buttons_that_ask_too_much_are_doubted_and_go_after_a_second_press(
    one: Private,
) -> None:
    await one.press("Hỏi thêm")
    await one.say("Bạn làm ở chuyền nào?\n- Chuyền một\n- Chuyền hai")
    await one.press("Gửi")
    assert "Chưa gửi" in one.shown
    assert len((await one.thread()).entries) == 1
    await one.press("Vẫn gửi")
    last = (await one.thread()).entries[-1]
    assert last.picks == (Pick("Chuyền một"), Pick("Chuyền hai"))


async def test_a_template_is_chosen_looked_at_and_sent_in_both_languages(at: Private) -> None:
    await at.press("Hỏi thêm")
    await at.press("Mẫu")
    assert at.labels == (
        "Hỏi nơi xảy ra việc",
        "Hỏi còn xảy ra không",
        "Hỏi có nhiều người cùng gặp không",
        "Danh sách",
    )
    shown = await at.press("Hỏi nơi xảy ra việc")
    assert "cửa nào, máy nào" in shown
    assert "Bạn không cần nói mình là ai." in shown
    assert at.labels[:2] == ("Gửi", "Sửa")
    await at.press("Gửi")
    last = (await at.thread()).entries[-1]
    assert "which door, which machine" in last.english
    await at.press("Kết thúc")
    await at.press("đã xử lý")
    await at.press("Mẫu")
    await at.press("Đã giải quyết xong")
    assert "Đơn vị kết thúc" in at.shown
    await at.press("Sửa")
    assert "chép lời trên" in at.shown
    await at.say("Việc bạn báo đã xong.")
    closed = (await at.thread()).entries[-1]
    assert (closed.kind, closed.words, closed.english) == (
        Kind.CLOSING,
        "Việc bạn báo đã xong.",
        "",
    )


async def test_a_note_in_the_chat_is_no_message_to_the_worker(at: Private) -> None:
    before = await at.thread()
    await at.press("Ghi chú")
    assert "người báo tin không bao giờ thấy" in at.shown
    await at.say("Đã gọi ban quản lý.")
    assert "Đã lưu ghi chú." in at.shown
    assert await at.thread() == before
    async with at.scene.made.write() as tx:
        case = await cases.open_case(tx, at.scene.members["An"].id, at.tip, at.scene.clock())
    assert isinstance(case, Case)
    assert case.entries[-1].words == "Đã gọi ban quản lý."


async def test_who_reads_and_does_not_hold_the_tip_notes_on_it(one: Private) -> None:
    binh = await one.scene.officer("Binh")
    other = await file(one.scene.made, new_tip(nickname="Mưa rào"))
    await one.scene.run()
    await one.scene.press(binh, one.scene.cards("Mưa rào")[0], "Nhận")
    await binh.start("desk")
    await binh.say("1")
    await one.scene.run()
    await binh.press(binh.sees()[-1], "Ghi chú")
    await binh.say("Giống tin khác.")
    await one.scene.run()
    async with one.scene.made.write() as tx:
        an = one.scene.members["An"].id
        case = await cases.open_case(tx, an, other, one.scene.clock())
    assert isinstance(case, Case)
    assert [each.words for each in case.entries if each.kind is Kind.NOTE] == ["Giống tin khác."]


async def test_a_message_that_comes_again_is_filed_once(one: Private) -> None:
    await one.press("Trả lời")
    await one.an.say("Chào bạn.")
    [update] = await one.scene.bot.get_updates(offset=one.scene.offset, timeout=0)
    one.scene.offset = update.update_id + 1
    for _ in range(2):
        await one.scene.take(update)
    assert [each.words for each in (await one.thread()).entries[1:]] == ["Chào bạn."]
