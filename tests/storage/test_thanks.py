"""Whoever sent a valuable tip is thanked when it has ended: once, and without a word of others."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from handlers import clocks
from handlers.effects import FileTip
from handlers.languages import Language
from handlers.roles import Role
from handlers.tips import Author, Kind, Move, Outcome, Status
from handlers.turn import Entry
from handlers.valuable import Valuable
from storage import bell, cases, corrections, merging, notes, telling, tips, valuable
from storage.cases import Done, No, Refusal
from storage.database import Database
from storage.days import VIETNAM, local_day
from storage.reopening import Again
from storage.staff import Member
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import file, new_tip, record_of

SOON = NOW + timedelta(minutes=5)
LATER = NOW + timedelta(minutes=16)
WHY = Valuable.DANGER_ENDED
TODAY = local_day(NOW)
AGAIN = Again(TODAY, clocks.deadlines(NOW, TODAY, danger=False), clocks.next_hour(NOW))


@dataclass
class Desk:
    """An officer of the north, who holds the first of some tips."""

    made: Database
    lead: Member
    one: Member
    new: dict[bytes, FileTip] = field(default_factory=dict)

    async def file(self) -> bytes:
        new = new_tip("north", bell=f"{len(self.new):05}", nickname=f"Cây {len(self.new)}")
        tip = await file(self.made, new)
        self.new[tip] = new
        return tip

    async def held(self, count: int = 1) -> list[bytes]:
        some = [await self.file() for _ in range(count)]
        async with self.made.write() as tx:
            assert isinstance(await cases.claim(tx, self.one.id, some[0], NOW), Done)
        if count > 1:
            async with self.made.write() as tx:
                assert await merging.merge(tx, self.one.id, some[0], some[1:], NOW) == count - 1
        return some

    async def mark(self, tip: bytes, why: Valuable | None, now: datetime = NOW) -> Done | Refusal:
        async with self.made.write() as tx:
            return await valuable.mark(tx, self.one.id, tip, why, now)

    async def close(self, tip: bytes, outcome: Outcome = Outcome.HANDLED) -> Done:
        async with self.made.write() as tx:
            done = await merging.close(tx, self.one.id, tip, outcome, "Đã xong.", NOW)
        assert isinstance(done, Done)
        return done

    async def undo(self, tip: bytes) -> None:
        async with self.made.write() as tx:
            assert isinstance(await merging.undo(tx, self.one.id, tip, SOON), Done)

    async def entries(self, tip: bytes) -> tuple[Entry, ...]:
        async with self.made.read() as tx:
            found = await tips.read_thread(tx, self.new[tip].key)
        assert found is not None
        return found.entries

    async def thanks(self, tip: bytes) -> int:
        return sum(
            each.told is not None and each.told.move is Move.THANK
            for each in await self.entries(tip)
        )


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        lead, _ = await desk_world.add(made, "truong", ("north", Role.LEAD))
        one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
        yield Desk(made, lead, one)


async def test_a_tip_that_is_closed_as_valuable_ends_with_thanks_after_the_words(
    desk: Desk,
) -> None:
    [tip] = await desk.held()
    await desk.mark(tip, WHY)
    assert await desk.thanks(tip) == 0
    await desk.close(tip)
    *_, closing, thanks = await desk.entries(tip)
    assert (closing.kind, closing.words) == (Kind.CLOSING, "Đã xong.")
    assert (thanks.kind, thanks.author, thanks.words) == (Kind.TOLD, Author.HOUSE, "")
    assert thanks.told is not None
    assert thanks.told.unit == "Công đoàn phía bắc"
    assert (thanks.told.day, thanks.told.own) == (None, {})
    assert (await record_of(desk.made, tip)).status is Status.CLOSED


async def test_a_tip_without_the_mark_ends_without_thanks(desk: Desk) -> None:
    [tip] = await desk.held()
    done = await desk.close(tip)
    assert await desk.thanks(tip) == 0
    assert done.sent is not None, "its words can be changed for a minute"


async def test_who_marks_a_closed_tip_thanks_its_worker_and_rings_the_bell(desk: Desk) -> None:
    [tip] = await desk.held()
    await desk.close(tip)
    much_later = NOW + timedelta(days=20)
    await desk.mark(tip, WHY, much_later)
    assert await desk.thanks(tip) == 1
    async with desk.made.read() as tx:
        shown = await bell.shown(tx, (much_later + timedelta(hours=20)).astimezone(VIETNAM))
    assert desk.new[tip].bell in shown


async def test_another_reason_or_another_mark_thanks_nobody_again(desk: Desk) -> None:
    [tip] = await desk.held()
    await desk.close(tip)
    for why in (WHY, Valuable.PAID_BACK, None, WHY):
        await desk.mark(tip, why, LATER if why is None else NOW)
    assert await desk.thanks(tip) == 1
    assert (await record_of(desk.made, tip)).thanked


async def test_a_mark_that_is_taken_back_within_ten_minutes_takes_the_thanks_back(
    desk: Desk,
) -> None:
    [tip] = await desk.held()
    await desk.close(tip)
    await desk.mark(tip, WHY)
    async with desk.made.write() as tx:
        await notes.add(tx, desk.one.id, tip, "Việc của chúng tôi.", NOW)
    await desk.mark(tip, None, SOON)
    assert await desk.thanks(tip) == 0
    assert not (await record_of(desk.made, tip)).thanked
    async with desk.made.write() as tx:
        case = await cases.open_case(tx, desk.one.id, tip, SOON)
    assert isinstance(case, cases.Case), "the thread is whole"
    assert case.entries[-1].words == "Việc của chúng tôi."


async def test_after_ten_minutes_the_thanks_stay(desk: Desk) -> None:
    [tip] = await desk.held()
    await desk.close(tip)
    await desk.mark(tip, WHY)
    await desk.mark(tip, None, NOW + timedelta(minutes=10))
    assert await desk.thanks(tip) == 1


async def test_thanks_that_the_worker_answered_stay(desk: Desk) -> None:
    [tip] = await desk.held()
    await desk.close(tip)
    await desk.mark(tip, WHY)
    async with desk.made.write() as tx:
        assert await tips.add_words(tx, desk.new[tip].key, "Cảm ơn lại.", AGAIN)
    await desk.mark(tip, None, SOON)
    assert await desk.thanks(tip) == 1


async def test_a_closing_that_is_undone_takes_its_thanks_along_and_the_next_one_thanks(
    desk: Desk,
) -> None:
    [tip] = await desk.held()
    await desk.mark(tip, WHY)
    await desk.close(tip)
    await desk.undo(tip)
    assert await desk.thanks(tip) == 0
    await desk.close(tip)
    assert await desk.thanks(tip) == 1


async def test_thanks_of_an_earlier_end_stay_when_a_later_closing_is_undone(desk: Desk) -> None:
    [tip] = await desk.held()
    await desk.mark(tip, WHY)
    await desk.close(tip)
    async with desk.made.write() as tx:
        assert await tips.add_words(tx, desk.new[tip].key, "Còn một việc.", AGAIN)
    await desk.close(tip)
    assert await desk.thanks(tip) == 1
    await desk.undo(tip)
    assert await desk.thanks(tip) == 1
    assert (await record_of(desk.made, tip)).thanked


async def test_of_merged_tips_each_worker_is_thanked_in_their_own_thread(desk: Desk) -> None:
    first, second, third = await desk.held(3)
    await desk.mark(first, WHY)
    await desk.close(first)
    assert [await desk.thanks(each) for each in (first, second, third)] == [1, 1, 1]
    assert [(await record_of(desk.made, each)).valuable for each in (second, third)] == [None] * 2
    await desk.mark(first, None, SOON)
    assert [await desk.thanks(each) for each in (first, second, third)] == [0, 0, 0]
    await desk.mark(first, WHY, SOON)
    assert [await desk.thanks(each) for each in (first, second, third)] == [1, 1, 1]


async def test_who_marks_one_that_follows_thanks_its_worker_alone(desk: Desk) -> None:
    first, second = await desk.held(2)
    await desk.close(first)
    await desk.mark(second, WHY)
    assert [await desk.thanks(each) for each in (first, second)] == [0, 1]


async def test_of_merged_tips_one_that_was_opened_again_is_not_thanked(desk: Desk) -> None:
    first, second = await desk.held(2)
    await desk.close(first)
    async with desk.made.write() as tx:
        assert await tips.add_words(tx, desk.new[second].key, "Còn một việc.", AGAIN)
    await desk.mark(first, WHY)
    assert [await desk.thanks(each) for each in (first, second)] == [1, 0]


async def test_a_unit_thanks_in_its_own_words(desk: Desk) -> None:
    [tip] = await desk.held()
    own = {Language.VI: "Cảm ơn bạn nhiều, {unit}.", Language.EN: ""}
    async with desk.made.write() as tx:
        assert await telling.write_own(tx, desk.lead.id, "north", Move.THANK, own, NOW) is True
    await desk.mark(tip, WHY)
    await desk.close(tip)
    told = (await desk.entries(tip))[-1].told
    assert told is not None
    assert told.own == {Language.VI: "Cảm ơn bạn nhiều, Công đoàn phía bắc."}


async def test_closing_words_before_thanks_cannot_be_changed_for_a_minute(desk: Desk) -> None:
    [tip] = await desk.held()
    await desk.mark(tip, WHY)
    assert (await desk.close(tip)).sent is None
    other = await desk.file()
    async with desk.made.write() as tx:
        await cases.claim(tx, desk.one.id, other, NOW)
    sent = (await desk.close(other)).sent
    assert sent is not None
    await desk.mark(other, WHY)
    open_ = corrections.opened(desk.one.id, other, sent, NOW)
    async with desk.made.write() as tx:
        assert await corrections.take_back(tx, open_, NOW) == Refusal(No.CHANGED)


async def test_whoever_does_not_hold_the_tip_thanks_nobody(desk: Desk) -> None:
    [tip] = await desk.held()
    await desk.close(tip)
    async with desk.made.write() as tx:
        done = await valuable.mark(tx, desk.lead.id, tip, WHY, NOW)
    assert isinstance(done, Refusal)
    assert await desk.thanks(tip) == 0
