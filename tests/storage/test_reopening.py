"""A closed tip comes back: by an undo within ten minutes, or by what its worker adds in time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from handlers import clocks
from handlers.effects import FileTip
from handlers.roles import Role
from handlers.tips import LIFE, REOPEN_DAYS, Kind, Move, Outcome, Status
from storage import (
    alarms,
    audit,
    cases,
    out_of_scope,
    outbox,
    retention,
    staff,
    tally,
    tips,
    undoing,
)
from storage.audit import Act
from storage.cases import Done, No, Refusal
from storage.database import Database
from storage.days import local_day
from storage.outbox import LetterKind
from storage.record import Record
from storage.reopening import Again
from storage.staff import Member
from storage.tables import parts
from storage.tally import Tally
from storage.timing import UNDO_SECONDS
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import PHOTO, count, file, new_tip, record_of

WORDS = "Tấm chắn đã bị tháo ra rồi."
SOON = NOW + timedelta(seconds=UNDO_SECONDS - 1)


@dataclass
class Desk:
    """A tip of the north, that `one` holds."""

    made: Database
    new: FileTip
    tip: bytes
    one: Member
    two: Member

    async def close(self, outcome: Outcome = Outcome.HANDLED) -> None:
        async with self.made.write() as tx:
            done = await cases.close(tx, self.one.id, self.tip, outcome, "Cửa đã mở.", NOW)
        assert done == Done(Status.CLOSED)

    async def undo(self, who: Member, now: datetime = SOON) -> Done | Refusal:
        async with self.made.write() as tx:
            return await undoing.undo(tx, who.id, self.tip, now)

    async def add(self, days: int = 0) -> bool:
        async with self.made.write() as tx:
            return await tips.add_words(tx, self.new.key, WORDS, again(days))

    async def record(self) -> Record:
        return await record_of(self.made, self.tip)

    async def tallies(self) -> tuple[Tally, ...]:
        async with self.made.read() as tx:
            return await tally.every(tx)

    async def kinds(self) -> list[Kind]:
        async with self.made.read() as tx:
            found = await tips.read_thread(tx, self.new.key)
        assert found is not None
        return [each.kind for each in found.entries]


def again(days: int = 0) -> Again:
    now = NOW + timedelta(days=days)
    today = local_day(now)
    return Again(today, clocks.deadlines(now, today, danger=False), clocks.next_hour(now))


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
        two, _ = await desk_world.add(made, "hai", ("north", Role.LEAD))
        new = new_tip()
        tip = await file(made, new)
        async with made.write() as tx:
            await cases.claim(tx, one.id, tip, NOW)
        yield Desk(made, new, tip, one, two)


# --- undoing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.OUT_OF_SCOPE])
async def test_every_closing_is_undone_as_if_it_had_not_been(desk: Desk, outcome: Outcome) -> None:
    before, rows = await desk.record(), await count(desk.made, parts)
    await desk.close(outcome)
    assert len(await desk.tallies()) == 1
    assert await desk.undo(desk.one) == Done(before.status)
    now = await desk.record()
    assert (now.status, now.outcome, now.closed_on, now.tally) == (before.status, None, None, "")
    assert (now.holder, now.answered, now.answer) == (before.holder, before.answered, before.answer)
    assert now.ending is None
    assert await desk.tallies() == ()
    # The closing words are gone from the disk too; in their place stands that it was a mistake.
    assert await desk.kinds() == [Kind.STORY, Kind.TOLD]
    assert await count(desk.made, parts) == rows + 1
    async with desk.made.read() as tx:
        [last, *_] = await audit.entries(tx, limit=1)
    assert (last.act, last.staff, last.note) == (Act.REOPENED, desk.one.id, "undo_close")


async def test_it_is_too_late_after_ten_minutes(desk: Desk) -> None:
    await desk.close()
    late = NOW + timedelta(seconds=UNDO_SECONDS)
    assert await desk.undo(desk.one, late) == Refusal(No.TOO_LATE)
    assert (await desk.record()).status is Status.CLOSED
    assert len(await desk.tallies()) == 1


async def test_only_whoever_closed_it_undoes_it(desk: Desk) -> None:
    await desk.close()
    assert await desk.undo(desk.two) == Refusal(No.NOT_YOURS)
    async with desk.made.write() as tx:
        await staff.revoke(tx, desk.one.id, "north", Role.OFFICER)
    assert await desk.undo(desk.one) == Refusal(No.NOT_YOURS)
    assert (await desk.record()).status is Status.CLOSED


async def test_it_is_too_late_once_the_worker_wrote_deleted_or_it_was_undone(desk: Desk) -> None:
    await desk.close()
    assert await desk.undo(desk.one) == Done(Status.CLAIMED)
    assert await desk.undo(desk.one) == Refusal(No.CHANGED)
    await desk.close()
    assert await desk.add()
    assert await desk.undo(desk.one) == Refusal(No.CHANGED)
    async with desk.made.write() as tx:
        await tips.remove(tx, desk.new.key, day=NOW.date())
    assert await desk.undo(desk.one) == Refusal(No.NOT_YOURS)


async def test_what_the_worker_decided_meanwhile_stays_decided(desk: Desk) -> None:
    async with desk.made.write() as tx:
        await tips.allow_police(tx, desk.new.key, allowed=True)
    await desk.close()
    async with desk.made.write() as tx:
        await tips.allow_police(tx, desk.new.key, allowed=False)
    assert await desk.undo(desk.one) == Done(Status.CLAIMED)
    assert not (await desk.record()).may_go_to_police


async def test_the_card_offers_it_to_whoever_closed_it_and_for_so_long(desk: Desk) -> None:
    await desk.close()
    async with desk.made.read() as tx:
        [mine] = await cases.cards(tx, desk.one.id, SOON)
        [hers] = await cases.cards(tx, desk.two.id, SOON)
        [late] = await cases.cards(tx, desk.one.id, NOW + timedelta(seconds=UNDO_SECONDS))
    assert mine.undo_until == NOW + timedelta(seconds=UNDO_SECONDS)
    assert (hers.undo_until, late.undo_until) == (None, None)


# --- the worker adds --------------------------------------------------------------------------


async def test_what_a_worker_adds_opens_a_closed_tip_for_whoever_held_it(desk: Desk) -> None:
    await desk.close()
    assert await desk.add(days=5)
    now = await desk.record()
    assert (now.status, now.outcome, now.closed_on) == (Status.WORKING, None, None)
    assert now.holder == desk.one.id.hex()
    dates = again(5).dates
    assert (now.answered, now.answer_on, now.result_on) == (False, dates.answer_on, dates.result_on)
    assert await desk.kinds() == [Kind.STORY, Kind.CLOSING, Kind.ADDITION]
    async with desk.made.write() as tx:
        assert isinstance(await cases.answer(tx, desk.one.id, desk.tip, "Vâng.", NOW), Done)


async def test_where_nobody_holds_it_any_more_it_waits_at_the_desk(desk: Desk) -> None:
    await desk.close()
    async with desk.made.write() as tx:
        await staff.revoke(tx, desk.one.id, "north", Role.OFFICER)
    assert await desk.add(days=5)
    now = await desk.record()
    assert (now.status, now.holder, now.triage_by) == (
        Status.TRIAGE,
        None,
        again(5).dates.triage_by,
    )
    async with desk.made.write() as tx:
        assert await cases.claim(tx, desk.two.id, desk.tip, NOW) == Done(Status.CLAIMED)


async def test_a_file_opens_it_as_well(desk: Desk) -> None:
    await desk.close()
    async with desk.made.write() as tx:
        assert await tips.add_picture(tx, desk.new.key, PHOTO, again(1))
    assert (await desk.record()).status is Status.WORKING


async def test_after_thirty_days_nothing_opens_it(desk: Desk) -> None:
    await desk.close()
    assert not await desk.add(days=REOPEN_DAYS + 1)
    assert (await desk.record()).status is Status.CLOSED
    assert await desk.kinds() == [Kind.STORY, Kind.CLOSING]
    assert await desk.add(days=REOPEN_DAYS)


async def test_without_being_told_how_nothing_opens_it(desk: Desk) -> None:
    await desk.close()
    async with desk.made.write() as tx:
        assert not await tips.add_words(tx, desk.new.key, WORDS)
        assert not await tips.say_who(tx, desk.new.key, "Một người trong tổ.")


async def test_what_was_closed_as_out_of_scope_has_another_way_back(desk: Desk) -> None:
    async with desk.made.write() as tx:
        await out_of_scope.close(tx, desk.one.id, desk.tip, NOW)
    assert not await desk.add()
    async with desk.made.read() as tx:
        found = await tips.read_thread(tx, desk.new.key)
    assert found is not None
    assert found.reopen_until is None
    assert found.appeal_until is not None


async def test_what_its_worker_ended_opens_again_too(desk: Desk) -> None:
    async with desk.made.write() as tx:
        assert await tips.close(tx, desk.new.key, NOW)
    assert [each.outcome for each in await desk.tallies()] == [None]
    assert await desk.add(days=2)
    assert await desk.tallies() == ()
    assert (await desk.record()).status is Status.WORKING


async def test_a_tip_whose_card_has_not_come_waits_for_its_hour_all_the_same(desk: Desk) -> None:
    new = new_tip()
    tip = await file(desk.made, new, delivered=False)
    async with desk.made.write() as tx:
        assert await tips.close(tx, new.key, NOW)
    async with desk.made.write() as tx:
        assert await tips.add_words(tx, new.key, WORDS, again())
    async with desk.made.read() as tx:
        assert await cases.see(tx, desk.one.id, tip, NOW) == Refusal(No.NOT_YOURS)
    assert (await record_of(desk.made, tip)).status is Status.RECEIVED
    async with desk.made.write() as tx:
        assert await tips.deliver(tx, tip)
    assert (await record_of(desk.made, tip)).status is Status.TRIAGE


async def test_a_tip_that_was_closed_twice_is_counted_once(desk: Desk) -> None:
    async with desk.made.write() as tx:
        await cases.answer(tx, desk.one.id, desk.tip, "Đã đến xem.", NOW)
    await desk.close(Outcome.INSUFFICIENT)
    first = await desk.tallies()
    assert await desk.add(days=12)
    assert await desk.tallies() == ()
    later = NOW + timedelta(days=13)
    async with desk.made.write() as tx:
        await cases.close(tx, desk.one.id, desk.tip, Outcome.HANDLED, "Xong.", later)
    [counted] = await desk.tallies()
    assert (counted.outcome, counted.month) == (Outcome.HANDLED, "2026-12")
    # How long they waited for the first word is what it was.
    assert (counted.answer, counted.triage) == (first[0].answer, first[0].triage)
    done = await retention.run(desk.made, (later + timedelta(days=200)).date(), retention.Days())
    assert done.destroyed == 1
    assert await desk.tallies() == (counted,)


async def test_an_open_tip_is_never_destroyed_though_it_was_closed_long_ago(desk: Desk) -> None:
    await desk.close()
    assert await desk.add(days=29)
    done = await retention.run(desk.made, NOW.date() + timedelta(days=300), retention.Days())
    assert done.destroyed == 0


async def test_no_minute_of_the_workers_words_is_kept(desk: Desk) -> None:
    await desk.close()
    at = NOW + timedelta(days=1, minutes=17)
    today = local_day(at)
    due = clocks.card_leaves_at(at, danger=True, at_once=False)
    how = Again(today, clocks.deadlines(at, today, danger=True), due)
    async with desk.made.write() as tx:
        assert await tips.add_words(tx, desk.new.key, WORDS, how)
    now = await desk.record()
    assert now.acted is not None
    assert now.acted.minute == 0
    assert now.acted > at


async def test_the_desk_hears_of_it_when_a_card_may_leave(desk: Desk) -> None:
    async with desk.made.write() as tx:
        mine = await alarms.add_browser(tx, desk.one.id, "https://push/one")
        hers = await alarms.add_browser(tx, desk.two.id, "https://push/two")
    assert mine is not None
    assert hers is not None
    await desk.close()
    assert await desk.add(days=1)
    async with desk.made.read() as tx:
        rung = [each for each in await outbox.waiting(tx) if each.to]
    assert [(each.kind, each.to, each.due) for each in rung] == [
        (LetterKind.GIVEN, mine.id.hex(), again(1).due)
    ]


async def test_an_addition_and_a_closing_at_once_lose_nothing(desk: Desk) -> None:
    """Whoever comes first: the words are there, and the tip is open or tells how to open it."""
    assert await desk.add()
    await desk.close()
    assert await desk.add()
    assert (await desk.kinds()).count(Kind.ADDITION) == 2
    assert (await desk.record()).status is Status.WORKING


async def test_an_undo_and_an_addition_at_once_leave_one_tip_with_both_or_one(desk: Desk) -> None:
    await desk.close()
    undone, added = await asyncio.gather(desk.undo(desk.one), desk.add())
    assert added
    now, kinds = await desk.record(), await desk.kinds()
    assert now.status in (Status.CLAIMED, Status.WORKING)
    assert now.closed_on is None
    assert await desk.tallies() == ()
    assert kinds.count(Kind.ADDITION) == 1
    # Whoever came second met what the first one left.
    assert (Kind.TOLD in kinds) is isinstance(undone, Done)
    assert (Kind.CLOSING in kinds) is (undone == Refusal(No.CHANGED))


def test_an_undo_and_a_reopening_are_moves_of_the_table() -> None:
    assert Status.WORKING in LIFE[Move.REOPEN].ways[Status.CLOSED]
    assert Status.TRIAGE in LIFE[Move.REOPEN].ways[Status.CLOSED]
