"""The minute in which words can be changed or taken back: what it leaves, and what ends it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from handlers.effects import FileTip
from handlers.replies import Change, Extras, Pick
from handlers.roles import Role
from handlers.tips import Kind, Outcome, Status
from handlers.turn import Entry, Whose
from storage import audit, cases, corrections, notes, staff, tips
from storage.audit import Act
from storage.cases import Done, No, Refusal
from storage.corrections import Open
from storage.crypto import new_master
from storage.database import Database
from storage.staff import Member
from storage.tables import chunks, parts
from storage.tips import PictureData
from storage.volatile import Memory
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import Clock, count, file, new_tip, record_of

SOON = NOW + timedelta(seconds=40)
PAPER = PictureData("application/pdf", b"%PDF-1.7 " + bytes(9_000))
PICKS = (Pick("Cửa trước"), Pick("Cửa sau", "The back door"))


@dataclass
class Desk:
    """A tip that `one` holds."""

    made: Database
    new: FileTip
    tip: bytes
    one: Member

    async def ask(self, words: str = "Ở cửa nào?", extras: Extras = Extras()) -> Open:  # noqa: B008 - frozen
        async with self.made.write() as tx:
            done = await cases.ask(tx, self.one.id, self.tip, words, NOW, extras)
        return self._open(done)

    async def answer(self, words: str, attached: PictureData | None = None) -> Open:
        async with self.made.write() as tx:
            done = await cases.answer(tx, self.one.id, self.tip, words, NOW, attached)
        return self._open(done)

    def _open(self, done: Done | Refusal) -> Open:
        assert isinstance(done, Done)
        assert done.sent is not None
        return corrections.opened(self.one.id, self.tip, done.sent, NOW)

    async def correct(
        self, open_: Open, words: str, now: datetime = SOON
    ) -> tuple[Done, Open] | Refusal:
        async with self.made.write() as tx:
            return await corrections.correct(tx, open_, words, now)

    async def take_back(self, open_: Open, now: datetime = SOON) -> Done | Refusal:
        async with self.made.write() as tx:
            return await corrections.take_back(tx, open_, now)

    async def entries(self) -> tuple[Entry, ...]:
        async with self.made.read() as tx:
            thread = await tips.read_thread(tx, self.new.key)
        assert thread is not None
        return thread.entries

    async def acts(self) -> list[Act]:
        async with self.made.read() as tx:
            assert await audit.verify(tx)
            return [each.act for each in reversed(await audit.entries(tx, limit=50))]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
        new = new_tip()
        tip = await file(made, new)
        async with made.write() as tx:
            await cases.claim(tx, one.id, tip, NOW)
        yield Desk(made, new, tip, one)


async def test_the_corrected_words_stand_in_the_place_of_the_first_and_say_so(desk: Desk) -> None:
    open_ = await desk.ask("Ở cữa nào?", Extras("Which dor?", PICKS))
    record = await record_of(desk.made, desk.tip)
    done = await desk.correct(open_, " Ở cửa nào?\u200b ")
    assert isinstance(done, tuple)
    assert done[0] == Done(Status.ASKED)
    last = (await desk.entries())[-1]
    assert (last.words, last.change) == ("Ở cửa nào?", Change.EDITED)
    # The answers stay; what said the same in English says something else by now.
    assert (last.picks, last.english) == (PICKS, "")
    assert len(await desk.entries()) == 2
    after = await record_of(desk.made, desk.tip)
    assert replace(after, end=record.end) == record
    assert (await desk.acts())[-2:] == [Act.ASKED, Act.CORRECTED]
    # Once more, within the same minute.
    assert isinstance(await desk.correct(done[1], "Cửa nào bị khóa?"), tuple)
    assert (await desk.entries())[-1].words == "Cửa nào bị khóa?"
    assert await desk.correct(done[1], "Quá muộn") == Refusal(No.CHANGED)
    assert await desk.correct(open_, "Quá muộn") == Refusal(No.CHANGED)


async def test_an_answer_keeps_its_file_when_its_words_are_corrected(desk: Desk) -> None:
    open_ = await desk.answer("Xem tệb.", PAPER)
    assert isinstance(await desk.correct(open_, "Xem tệp."), tuple)
    entries = await desk.entries()
    assert [(each.kind, each.words) for each in entries[1:]] == [
        (Kind.ANSWER, "Xem tệp."),
        (Kind.DOCUMENT, ""),
    ]
    async with desk.made.read() as tx:
        assert await tips.files_of_unit(tx, desk.new.key, 3) == (PAPER,)


async def test_what_is_taken_back_is_destroyed_and_the_clocks_run_as_before(desk: Desk) -> None:
    before = await record_of(desk.made, desk.tip)
    open_ = await desk.answer("Gửi nhầm tin.", PAPER)
    assert (await record_of(desk.made, desk.tip)).answered
    assert await desk.take_back(open_) == Done(Status.CLAIMED)
    after = await record_of(desk.made, desk.tip)
    assert replace(after, end=before.end) == before
    last = (await desk.entries())[-1]
    assert (last.kind, last.words, last.change) == (Kind.ANSWER, "", Change.WITHDRAWN)
    assert len(await desk.entries()) == 2
    assert (await count(desk.made, parts), await count(desk.made, chunks)) == (2, 0)
    assert (await desk.acts())[-2:] == [Act.ANSWERED, Act.TAKEN_BACK]
    assert await desk.take_back(open_) == Refusal(No.CHANGED)
    # And the desk goes on as if it had said nothing.
    await desk.answer("Chào bạn.")
    assert (await record_of(desk.made, desk.tip)).answered


async def test_a_question_that_is_taken_back_waits_for_nobody(desk: Desk) -> None:
    open_ = await desk.ask()
    assert await desk.take_back(open_) == Done(Status.CLAIMED)
    async with desk.made.read() as tx:
        thread = await tips.read_thread(tx, desk.new.key)
    assert thread is not None
    assert thread.whose is Whose.DESK


async def test_after_a_minute_nothing_can_be_changed(desk: Desk) -> None:
    open_ = await desk.ask()
    late = NOW + timedelta(seconds=corrections.SECONDS)
    assert await desk.correct(open_, "Muộn", late) == Refusal(No.TOO_LATE)
    assert await desk.take_back(open_, late) == Refusal(No.TOO_LATE)
    assert (await desk.entries())[-1].words == "Ở cửa nào?"


async def test_nothing_is_changed_once_the_worker_or_a_colleague_wrote(desk: Desk) -> None:
    open_ = await desk.ask()
    async with desk.made.write() as tx:
        assert await tips.add_words(tx, desk.new.key, "Cửa sau.")
    assert await desk.correct(open_, "Khác") == Refusal(No.CHANGED)
    assert await desk.take_back(open_) == Refusal(No.CHANGED)
    assert [each.words for each in (await desk.entries())[1:]] == ["Ở cửa nào?", "Cửa sau."]
    open_ = await desk.answer("Cảm ơn bạn.")
    async with desk.made.write() as tx:
        await notes.add(tx, desk.one.id, desk.tip, "Để ý.", NOW)
    assert await desk.take_back(open_) == Refusal(No.CHANGED)


async def test_the_right_is_looked_up_again_and_a_closing_stays(desk: Desk) -> None:
    open_ = await desk.ask()
    async with desk.made.write() as tx:
        await staff.revoke(tx, desk.one.id, "north", Role.OFFICER)
    assert await desk.correct(open_, "Không còn quyền") == Refusal(No.NOT_YOURS)
    assert await desk.take_back(open_) == Refusal(No.NOT_YOURS)
    async with desk.made.write() as tx:
        await staff.grant(tx, desk.one.id, "north", Role.OFFICER)
        done = await cases.close(tx, desk.one.id, desk.tip, Outcome.HANDLED, "Xong.", NOW)
    assert isinstance(done, Done)
    assert await desk.take_back(open_) == Refusal(No.CHANGED)


async def test_a_deleted_tip_gives_nothing_back(desk: Desk) -> None:
    open_ = await desk.ask()
    async with desk.made.write() as tx:
        assert await tips.remove(tx, desk.new.key, day=NOW.date())
    assert await desk.correct(open_, "Khác") == Refusal(No.NOT_YOURS)


async def test_the_right_to_change_is_forgotten_with_the_store(desk: Desk) -> None:
    clock = Clock()
    volatile = Memory(new_master(), lambda: clock().timestamp())
    open_ = await desk.ask()
    assert await corrections.remember(volatile, open_)
    assert await corrections.recall(volatile, desk.one.id, desk.tip, SOON) == open_
    assert await corrections.recall(volatile, bytes(16), desk.tip, SOON) is None
    clock.turn(seconds=61)
    assert await corrections.recall(volatile, desk.one.id, desk.tip, clock()) is None
    # A restart is a new store; the words were in the thread all the time.
    assert (await desk.entries())[-1].words == "Ở cửa nào?"
