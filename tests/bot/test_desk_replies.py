"""The page of a tip and an officer's words: templates, answers to press, a look before they go, a
change after, and notes.
"""

import io
from dataclasses import dataclass, replace
from typing import cast

import pytest
from aiohttp import FormData
from bs4 import Tag

from handlers.effects import FileTip
from handlers.languages import Language
from handlers.replies import Change, Pick
from handlers.roles import Role
from handlers.screens import Rendered
from handlers.states import ReadingThread, Talk
from handlers.tips import Kind, Status
from handlers.turn import Needs, Thread
from handlers.worker import show
from storage import tips
from storage.audit import Act
from tests import clips
from tests.desk_browser import Browser, World
from tests.desk_world import add
from tests.tip_world import file, new_tip, record_of
from tests.world import World as Surroundings
from tests.world import texts


@dataclass
class Claimed:
    """An officer before a tip that they hold and have opened."""

    world: World
    browser: Browser
    new: FileTip
    tip: bytes

    async def thread(self) -> Thread:
        async with self.world.made.read() as tx:
            thread = await tips.read_thread(tx, self.new.key)
        assert thread is not None
        return thread

    async def worker_reads(self, language: Language = Language.VI) -> Rendered:
        """The worker's screen after the code was typed."""
        thread = await self.thread()
        facts = replace(Surroundings().facts(Needs()), thread=thread)
        asked = len(thread.entries) - 1 if thread.entries[-1].picks else 0
        talk = Talk(state=ReadingThread(self.new.key, asked), language=language)
        return texts()[language].render(show(talk, (), facts))

    def box(self, name: str) -> str:
        box = self.browser.page.find("textarea", id=name)
        assert isinstance(box, Tag), name
        return box.text

    async def press(self, do: str, **fields: str) -> Browser:
        """Send the form of `do` with these fields, as one of its buttons does."""
        form = self.browser.page.find("input", {"name": "do", "value": do})
        assert isinstance(form, Tag), do
        hidden = cast(Tag, form.find_parent("form")).select("input[type=hidden]")
        told = {str(each["name"]): str(each["value"]) for each in hidden}
        return await self.browser.post(self.browser.path, told | fields)


async def claimed(world: World) -> Claimed:
    await add(world.made, "mot", ("north", Role.OFFICER))
    new = new_tip()
    tip = await file(world.made, new)
    browser = await world.at_desk("mot")
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("Nhận tin này")
    await browser.send("Mở tin")
    return Claimed(world, browser, new, tip)


# --- a look before ------------------------------------------------------------------------------


async def test_the_look_before_shows_exactly_what_the_worker_then_reads(world: World) -> None:
    at = await claimed(world)
    await at.browser.send("Xem trước", words="Cửa nào <b>bị</b> khóa?", picks="Cửa trước\nCửa sau")
    assert at.browser.status == 200
    assert "Chưa gửi. Người báo tin sẽ đọc đúng như sau:" in at.browser.words
    shown = [each.text for each in at.browser.page.select(".preview .words")]
    buttons = [each.text for each in at.browser.page.select(".preview .picks li")]
    assert len((await at.thread()).entries) == 1
    assert Act.ASKED not in await world.acts()
    assert (at.box("words-ask"), at.box("picks")) == (
        "Cửa nào <b>bị</b> khóa?",
        "Cửa trước\nCửa sau",
    )
    await at.browser.send("Gửi")
    reads = await at.worker_reads()
    assert "Bạn không cần nói mình là ai." in shown
    for line in shown:
        assert line in [each.text for each in reads.lines]
    assert buttons == [each.label for each in reads.choices[:2]] == ["Cửa trước", "Cửa sau"]


async def test_a_look_is_refused_as_sending_would_be(one: World) -> None:
    at = await claimed(one)
    await at.press("ask", words=" ", preview="1")
    assert (at.browser.status, "Bạn chưa viết gì." in at.browser.words) == (409, True)
    await at.press("answer", words="Bạn tên gì?", preview="1")
    assert "hỏi tên" in at.browser.words
    assert not at.browser.page.select(".preview")
    await at.press("answer", words="Chào bạn.", preview="1")
    assert at.browser.page.select(".preview")
    # An answer asks for nothing, so nothing stands under it.
    assert "Bạn không cần nói mình là ai." not in at.browser.words
    await at.press("close", words="Đã xong.", outcome="handled", preview="1")
    assert "Đơn vị kết thúc" in at.browser.words
    assert len((await at.thread()).entries) == 1


async def test_a_file_is_held_while_the_words_beside_it_are_looked_at(one: World) -> None:
    at = await claimed(one)
    form, sent = at.browser.form("Trả lời"), FormData(default_to_multipart=True)
    for box in form.select("input[type=hidden]"):
        sent.add_field(str(box["name"]), str(box["value"]))
    sent.add_field("words", "Xem ảnh cửa đã mở.")
    sent.add_field("preview", "1")
    sent.add_field("file", io.BytesIO(clips.photo()), filename="x.jpg")
    async with at.browser.client.post(at.browser.path, data=sent) as answer:
        await at.browser._keep(answer)
    assert "Đơn vị gửi ảnh" in at.browser.words
    assert len((await at.thread()).entries) == 1
    await at.browser.send("Gửi")
    assert [each.kind for each in (await at.thread()).entries[1:]] == [Kind.ANSWER, Kind.PHOTO]


# --- answers to press ------------------------------------------------------------------------


async def test_answers_to_press_go_with_the_question(world: World) -> None:
    at = await claimed(world)
    await at.browser.send("Hỏi thêm", words="Cửa nào?", picks="- Cửa trước\n\n* Cửa sau ")
    assert "[Cửa trước] [Cửa sau]" in at.browser.words
    last = (await at.thread()).entries[-1]
    assert last.picks == (Pick("Cửa trước"), Pick("Cửa sau"))
    assert [each.text for each in at.browser.page.select(".thread .picks li")] == [
        "Cửa trước",
        "Cửa sau",
    ]
    await at.browser.send("Hỏi thêm", words="Có ai bị thương không?", ready_picks="yes_no_unknown")
    reads = await at.worker_reads(Language.EN)
    assert [each.label for each in reads.choices[:3]] == ["Yes", "No", "I do not know"]


@pytest.mark.parametrize(
    ("picks", "told"),
    [
        ("Một câu", "từ 2 đến 4 câu, bạn đang có 1"),
        ("a\nb\nc\nd\ne", "bạn đang có 5"),
        ("Có\nco", "câu này có hai lần"),
        ("1\n2", "phải có chữ"),
        (f"Có\n{'a' * 43}", "dài quá 3 ký tự"),
        ("Tôi tên là Lan\nHỏi tên bạn là gì?", "hỏi tên"),
    ],
)
async def test_answers_that_cannot_be_buttons_are_refused_and_kept(
    one: World, picks: str, told: str
) -> None:
    at = await claimed(one)
    await at.browser.send("Hỏi thêm", words="Cửa nào?", picks=picks)
    assert told in at.browser.words
    assert (at.box("words-ask"), at.box("picks")) == ("Cửa nào?", picks)
    assert len((await at.thread()).entries) == 1


# --- a change after -----------------------------------------------------------------------------


async def test_what_has_just_gone_is_changed_and_the_worker_reads_that(world: World) -> None:
    at = await claimed(world)
    await at.browser.send("Trả lời", words="Cửa đả mở.")
    assert at.box("words-correct") == "Cửa đả mở."
    world.clock.pass_by(seconds=30)
    await at.browser.send("Thay bằng lời này", words="Cửa đã mở.")
    assert "Đã thay bằng lời mới." in at.browser.words
    assert at.box("words-correct") == "Cửa đã mở."
    last = (await at.thread()).entries[-1]
    assert (last.words, last.change) == ("Cửa đã mở.", Change.EDITED)
    world.clock.pass_by(seconds=31)
    await at.browser.get(at.browser.path)
    await at.browser.send("Mở tin")
    assert "Bạn vừa gửi" not in at.browser.words
    assert "(đơn vị đã sửa lời này)" in at.browser.words


async def test_what_has_just_gone_is_taken_back_and_the_clock_runs_on(world: World) -> None:
    at = await claimed(world)
    await at.browser.send("Trả lời", words="Gửi nhầm tin.")
    await at.browser.send("Thu hồi", words="")
    assert "Đã thu hồi." in at.browser.words
    assert "Bạn vừa gửi" not in at.browser.words
    known = await record_of(world.made, at.tip)
    assert (known.status, known.answered) == (Status.CLAIMED, False)
    assert "Gửi nhầm tin." not in at.browser.text
    assert "Đơn vị đã rút lại lời này." in (await at.worker_reads()).text
    acts = [act for act in await world.acts() if act not in (Act.OPENED, Act.SIGNED_IN)]
    assert acts == [Act.CLAIMED, Act.ANSWERED, Act.TAKEN_BACK]


async def test_new_words_are_read_over_and_nothing_typed_is_lost_when_it_is_too_late(
    one: World,
) -> None:
    at = await claimed(one)
    await at.browser.send("Hỏi thêm", words="Cửa nào?")
    await at.browser.send("Thay bằng lời này", words="Bạn tên gì?")
    assert "hỏi tên" in at.browser.words
    assert at.box("words-correct") == "Bạn tên gì?"
    assert (await at.thread()).entries[-1].words == "Cửa nào?"
    async with one.made.write() as tx:
        assert await tips.add_words(tx, at.new.key, "Cửa sau.")
    await at.browser.send("Thay bằng lời này", words="Cửa ở tầng mấy?")
    assert at.browser.status == 409
    assert "Không sửa hay thu hồi được nữa" in at.browser.words
    assert at.box("stranded") == "Cửa ở tầng mấy?"
    assert [each.words for each in (await at.thread()).entries[1:]] == ["Cửa nào?", "Cửa sau."]


async def test_no_change_is_offered_once_the_worker_has_written(one: World) -> None:
    at = await claimed(one)
    await at.browser.send("Hỏi thêm", words="Cửa nào?")
    assert "Bạn vừa gửi" in at.browser.words
    async with one.made.write() as tx:
        assert await tips.add_words(tx, at.new.key, "Cửa sau.")
    await at.browser.get(at.browser.path)
    await at.browser.send("Mở tin")
    assert "Bạn vừa gửi" not in at.browser.words


async def test_no_change_is_offered_once_the_tip_is_closed(one: World) -> None:
    at = await claimed(one)
    await at.browser.send("Trả lời", words="Cửa đã mở.")
    await at.browser.send("Kết thúc", words="Xong.", outcome="handled")
    assert "Bạn đã kết thúc tin này" in at.browser.words
    assert "Bạn vừa gửi" not in at.browser.words


async def test_nobody_changes_the_words_of_a_colleague(one: World) -> None:
    at = await claimed(one)
    await at.browser.send("Trả lời", words="Chào bạn.")
    await add(one.made, "hai", ("north", Role.LEAD))
    other = await one.at_desk("hai")
    await other.get(f"/desk/tin/{at.tip.hex()}")
    await other.send("Mở tin")
    assert "Bạn vừa gửi" not in other.words
    fields = {"guard": other.guard, "do": "correct", "words": "Lời khác", "opened": "1"}
    await other.post(other.path, fields)
    assert other.status == 409
    assert (await at.thread()).entries[-1].words == "Chào bạn."


# --- notes ------------------------------------------------------------------------------------


async def test_a_note_is_read_at_the_desk_and_never_by_the_worker(world: World) -> None:
    at = await claimed(world)
    before = await at.worker_reads()
    await at.browser.send("Lưu ghi chú", words="Đã gọi ban quản lý.")
    assert "Đã lưu ghi chú. Người báo tin không thấy." in at.browser.words
    assert "Ghi chú nội bộ của Người mot" in at.browser.words
    assert await at.worker_reads() == before
    await add(world.made, "hai", ("north", Role.OFFICER))
    other = await world.at_desk("hai")
    await other.get(f"/desk/tin/{at.tip.hex()}")
    await other.send("Mở tin")
    assert "Đã gọi ban quản lý." in other.words
    # They do not hold the tip, and note on it all the same.
    assert "Trả lời" not in other.buttons
    await other.send("Lưu ghi chú", words="Tôi sẽ đến xem.")
    assert "Tôi sẽ đến xem." in other.words
    assert await at.worker_reads() == before
    assert (await world.acts()).count(Act.NOTED) == 2


async def test_a_note_that_may_lead_to_the_worker_is_asked_about(one: World) -> None:
    at = await claimed(one)
    await at.browser.send("Lưu ghi chú", words="Số của bạn ấy: 0912 345 678")
    assert "Chưa lưu." in at.browser.words
    assert at.box("words-note") == "Số của bạn ấy: 0912 345 678"
    assert Act.NOTED not in await one.acts()
    await at.browser.send("Vẫn lưu")
    assert Act.NOTED in await one.acts()


# --- templates ----------------------------------------------------------------------------------


async def test_a_template_fills_the_box_below_what_was_typed(world: World) -> None:
    at = await claimed(world)
    names = [each.text for each in at.browser.page.select("#template-answer option")]
    # The unit of this world has no address, so what tells of one is not offered.
    assert names == ["Đã bắt đầu xem xét", "Cần thêm thời gian"]
    await at.press("answer", words="Chào bạn.", template="begun", use="1", opened="1")
    words = "Công đoàn phía bắc đã đọc tin của bạn và đang xem xét. Chậm nhất ngày 11/12/2026"
    assert at.box("words-answer").startswith(f"Chào bạn.\n\n{words}")
    assert len((await at.thread()).entries) == 1
    await at.press("answer", words="Còn đây", template="nowhere", use="1", opened="1")
    assert "Mẫu này không còn nữa" in at.browser.words
    assert at.box("words-answer") == "Còn đây"


async def test_answers_below_a_template_are_read_over_though_its_words_were_before(
    one: World,
) -> None:
    at = await claimed(one)
    await at.press("ask", words="", template="where", use="1", opened="1")
    picks = "Tôi tên là Lan\nHỏi tên bạn là gì?"
    await at.press("ask", words=at.box("words-ask"), picks=picks, opened="1")
    assert "hỏi tên" in at.browser.words
    assert len((await at.thread()).entries) == 1


async def test_a_template_as_it_is_goes_in_both_languages_and_a_changed_one_does_not(
    world: World,
) -> None:
    at = await claimed(world)
    await at.press("ask", words="", template="where", use="1", opened="1")
    await at.press("ask", words=at.box("words-ask"), preview="1")
    assert "Ai dùng tiếng Anh sẽ đọc:" in at.browser.words
    assert "which door, which machine" in at.browser.words
    await at.browser.send("Gửi")
    assert "which door, which machine" in (await at.worker_reads(Language.EN)).text
    assert "cửa nào, máy nào" in (await at.worker_reads()).text
    await at.press("ask", words="", template="still", use="1", opened="1")
    await at.press("ask", words=f"{at.box('words-ask')} Kể thêm nhé.")
    last = (await at.thread()).entries[-1]
    assert (last.kind, last.english) == (Kind.QUESTION, "")
    assert "Kể thêm nhé." in (await at.worker_reads(Language.EN)).text
