"""A tip closed as out of scope: its desk has lost it, ten minutes of undo, the unit above."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers import clocks
from handlers.effects import FileTip
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tallies import AnswerTime
from handlers.tips import Category, Outcome, Status
from handlers.turn import Thread
from storage import (
    audit,
    cases,
    desk_codes,
    desk_groups,
    out_of_scope,
    outbox,
    posts,
    record,
    stored,
    tally,
    tips,
    units,
)
from storage.audit import Act
from storage.cases import Done, No, Refusal
from storage.crypto import CaseKey, Pair, Unopenable
from storage.database import Database, Tx
from storage.desk_codes import CodeKind
from storage.keys import Purpose
from storage.out_of_scope import Removed
from storage.outbox import LetterKind
from storage.record import Post, Record
from storage.staff import Member
from storage.tables import letters, parts, tallies, wraps
from storage.tables import tips as tips_table
from storage.tables import units as units_table
from storage.timing import UNDO_SECONDS
from storage.volatile import Memory
from tests import desk_world
from tests.desk_world import NOW, STORY
from tests.tip_world import bodies, count, file, new_tip, record_of

TODAY = NOW.date()
LATER = NOW + timedelta(minutes=5)


@dataclass
class Desk:
    """A tip of `north-park` that `one` holds; `two` works there too, `up` at the unit above."""

    made: Database
    new: FileTip
    tip: bytes
    one: Member
    two: Member
    up: Member

    async def close(self, who: Member | None = None) -> Removed | Refusal:
        async with self.made.write() as tx:
            return await out_of_scope.close(tx, (who or self.one).id, self.tip, NOW)

    async def closed(self) -> Removed:
        removed = await self.close()
        assert isinstance(removed, Removed)
        return removed

    async def undo(
        self, removed: Removed, *, who: Member | None = None, after: float = 60
    ) -> object:
        async with self.made.write() as tx:
            officer = (who or self.one).id
            return await out_of_scope.undo(tx, officer, removed, NOW + timedelta(seconds=after))

    async def appeal(self, unit: str = "north", *, days: int = 0) -> bool:
        now = NOW + timedelta(days=days)
        dates = clocks.deadlines(now, now.date(), danger=False)
        async with self.made.write() as tx:
            return await out_of_scope.appeal(
                tx, self.new.key, unit, today=now.date(), dates=dates, due=now
            )

    async def thread(self) -> Thread:
        async with self.made.read() as tx:
            found = await tips.read_thread(tx, self.new.key)
        assert found is not None
        return found

    async def opening(self) -> list[str]:
        """The units whose private key opens one of the tip's wraps: all are tried on all."""
        opened = []
        async with self.made.read() as tx:
            rows = await tx.rows(select(wraps.c.body).where(wraps.c.tip == self.tip))
            for unit in await tx.rows(select(units_table)):
                about = b"unit" + unit.id.encode()
                private = tx.keys.open_sealed(Purpose.UNITS, unit.private_key, about)
                pair = Pair(bytes(unit.public_key), private)
                opened += [unit.id for row in rows if _opens(pair, row.body)]
        assert len(rows) >= stored.WRAPS_AT_LEAST
        return opened

    async def lies(self) -> tuple[Sequence[object], ...]:
        """Everything that the database holds of the tip."""
        async with self.made.read() as tx:
            row = await tx.rows(select(tips_table).where(tips_table.c.id == self.tip))
            every = [
                await tx.rows(select(table).where(table.c.tip == self.tip).order_by(table.c.id))
                for table in (wraps, parts)
            ]
        return (row, *every)

    async def acts(self) -> list[tuple[Act, str]]:
        async with self.made.read() as tx:
            assert await audit.verify(tx)
            found = await audit.entries(tx, limit=100)
        return [(each.act, each.note) for each in reversed(found)]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        one, _ = await desk_world.add(made, "mot", ("north-park", Role.OFFICER))
        two, _ = await desk_world.add(made, "hai", ("north-park", Role.LEAD))
        up, _ = await desk_world.add(made, "tren", ("north", Role.OFFICER))
        new = new_tip("north-park", category=Category.THEFT, may_go_to_police=True)
        tip = await file(made, new)
        async with made.write() as tx:
            assert await cases.claim(tx, one.id, tip, NOW) == Done(Status.CLAIMED)
        yield Desk(made, new, tip, one, two, up)


async def test_after_closing_no_key_of_the_house_opens_the_tip(desk: Desk) -> None:
    assert await desk.opening() == ["north-park"]
    before = set(await bodies(desk.made, wraps))
    await desk.closed()
    assert await desk.opening() == []
    assert not before & set(await bodies(desk.made, wraps))
    found = await record_of(desk.made, desk.tip)
    assert (found.status, found.outcome) == (Status.CLOSED, Outcome.OUT_OF_SCOPE)
    assert (found.readers, found.holder, found.posts) == ((), None, ())
    assert found.closed_on == TODAY
    thread = await desk.thread()
    assert thread.entries[0].words == STORY
    assert thread.appeal_until == TODAY + timedelta(days=7)


async def test_its_desk_finds_nothing_on_any_road(desk: Desk) -> None:
    await desk.closed()
    nothing = Refusal(No.NOT_YOURS)
    async with desk.made.write() as tx:
        for who in (desk.one.id, desk.two.id, desk.up.id):
            assert await cases.cards(tx, who, NOW) == ()
            assert await cases.see(tx, who, desk.tip, NOW) == nothing
            assert await cases.open_case(tx, who, desk.tip, NOW) == nothing
            assert await cases.picture(tx, who, desk.tip, b"", NOW) == nothing
            assert await cases.claim(tx, who, desk.tip, NOW) == nothing
            assert await cases.ask(tx, who, desk.tip, "?", NOW) == nothing
            assert await out_of_scope.close(tx, who, desk.tip, NOW) == nothing


async def test_only_who_holds_it_lets_it_go(desk: Desk) -> None:
    assert await desk.close(desk.two) == Refusal(No.TAKEN, desk.one.name)
    assert await desk.close(desk.up) == Refusal(No.NOT_YOURS)
    free = await file(desk.made, new_tip("north-park"))
    async with desk.made.write() as tx:
        done = await out_of_scope.close(tx, desk.one.id, free, NOW)
    assert done == Refusal(No.WRONG_STATUS)
    assert await desk.opening() == ["north-park"]
    assert await count(desk.made, tallies) == 0


async def test_it_is_counted_and_written_down_without_a_word(desk: Desk) -> None:
    await desk.closed()
    async with desk.made.read() as tx:
        [counted] = await tally.every(tx)
    assert (counted.unit, counted.outcome) == ("north-park", Outcome.OUT_OF_SCOPE)
    assert counted.answer is AnswerTime.SAME_DAY
    assert await desk.acts() == [(Act.CLAIMED, ""), (Act.CLOSED, "out_of_scope")]


async def test_letters_go_and_cards_in_groups_are_taken_away(desk: Desk) -> None:
    await _with_card(desk)
    await desk.closed()
    async with desk.made.read() as tx:
        waiting = await outbox.waiting(tx)
    assert [(each.kind, each.tip, each.messages) for each in waiting] == [
        (LetterKind.ERASE, b"", (77,))
    ]


async def test_an_undo_brings_the_tip_back_bit_for_bit(desk: Desk) -> None:
    before = await desk.lies()
    removed = await desk.closed()
    assert await desk.lies() != before
    assert await desk.undo(removed) == Done(Status.CLAIMED)
    assert await desk.lies() == before
    assert await count(desk.made, tallies) == 0
    assert await count(desk.made, letters) == 0
    assert (await desk.acts())[-1] == (Act.REOPENED, "")
    async with desk.made.write() as tx:
        case = await cases.open_case(tx, desk.one.id, desk.tip, NOW)
    assert isinstance(case, cases.Case)
    assert case.entries[0].words == STORY


async def test_an_undo_puts_its_cards_into_the_groups_again(desk: Desk) -> None:
    group = await _with_card(desk)
    removed = await desk.closed()
    assert await desk.undo(removed) == Done(Status.CLAIMED)
    async with desk.made.read() as tx:
        kinds = {each.kind: each.group for each in await outbox.waiting(tx)}
    assert kinds[LetterKind.POST] == group
    assert (await record_of(desk.made, desk.tip)).posts == ()


async def test_after_ten_minutes_it_is_too_late(desk: Desk) -> None:
    removed = await desk.closed()
    assert await desk.undo(removed, after=UNDO_SECONDS) == Refusal(No.TOO_LATE)
    assert await desk.opening() == []
    assert await desk.undo(removed, after=UNDO_SECONDS - 1) == Done(Status.CLAIMED)


async def test_nobody_else_undoes_it(desk: Desk) -> None:
    removed = await desk.closed()
    for who in (desk.two, desk.up):
        assert await desk.undo(removed, who=who) == Refusal(No.NOT_YOURS)
        assert await desk.undo(replace(removed, officer=b"x"), who=who) == Refusal(No.NOT_YOURS)
    assert await desk.opening() == []


async def test_who_may_not_read_there_any_more_does_not_undo_it(desk: Desk) -> None:
    removed = await desk.closed()
    stranger, _ = await desk_world.add(desk.made, "la", ("south", Role.OFFICER))
    moved = replace(removed, officer=stranger.id)
    assert await desk.undo(moved, who=stranger) == Refusal(No.NOT_YOURS)


async def test_what_the_worker_did_meanwhile_stands(desk: Desk) -> None:
    removed = await desk.closed()
    assert await desk.appeal()
    assert await desk.undo(removed) == Refusal(No.CHANGED)
    assert await desk.opening() == ["north"]
    async with desk.made.write() as tx:
        assert await tips.remove(tx, desk.new.key, day=TODAY)
    assert await desk.undo(removed) == Refusal(No.CHANGED)
    assert await count(desk.made, wraps) == 0
    assert await count(desk.made, tips_table) == 0


async def test_of_two_presses_at_once_one_undoes_it(desk: Desk) -> None:
    removed = await desk.closed()
    both = await asyncio.gather(desk.undo(removed), desk.undo(removed))
    assert sorted(map(str, both)) == sorted(map(str, (Done(Status.CLAIMED), Refusal(No.CHANGED))))
    assert await desk.opening() == ["north-park"]
    assert await count(desk.made, wraps) == stored.WRAPS_AT_LEAST


async def test_what_an_undo_needs_rests_for_ten_minutes_and_not_over_a_restart(
    desk: Desk,
) -> None:
    seconds = [0.0]
    memory = Memory(bytes(32), lambda: seconds[0])
    removed = await desk.closed()
    assert await out_of_scope.remember(memory, removed)
    assert await out_of_scope.recall(memory, desk.one.id, desk.tip) == removed
    assert await out_of_scope.recall(memory, desk.two.id, desk.tip) is None
    seconds[0] = UNDO_SECONDS
    assert await out_of_scope.recall(memory, desk.one.id, desk.tip) is None
    assert await out_of_scope.remember(memory, removed)
    await out_of_scope.forget(memory, desk.one.id, desk.tip)
    assert await out_of_scope.recall(memory, desk.one.id, desk.tip) is None
    assert await out_of_scope.remember(memory, removed)
    await memory.close()
    assert await out_of_scope.recall(memory, desk.one.id, desk.tip) is None
    full = Memory(bytes(32), lambda: seconds[0], max_bytes=10)
    assert not await out_of_scope.remember(full, removed)


async def test_the_unit_above_gets_it_as_a_new_tip(desk: Desk) -> None:
    await desk.closed()
    assert await desk.appeal()
    assert await desk.opening() == ["north"]
    found = await record_of(desk.made, desk.tip)
    dates = clocks.deadlines(NOW, TODAY, danger=False)
    assert (found.unit, found.readers, found.status) == ("north", ("north",), Status.RECEIVED)
    assert (found.outcome, found.closed_on, found.tally) == (None, None, "")
    assert (found.triage_by, found.answer_on, found.result_on) == (
        dates.triage_by,
        dates.answer_on,
        dates.result_on,
    )
    assert (found.triage, found.answer, found.answered, found.overdue) == (None, None, False, False)
    assert found.excluded == {"north-park"}
    assert not found.may_go_to_police
    # What the first desk did is counted once, and stays so.
    assert await count(desk.made, tallies) == 1
    async with desk.made.read() as tx:
        [letter] = await outbox.waiting(tx)
        assert (letter.kind, letter.unit) == (LetterKind.CARD, "north")
        assert await cases.cards(tx, desk.up.id, NOW) == ()
    async with desk.made.write() as tx:
        assert await tips.settle(tx, letter)
    async with desk.made.write() as tx:
        case = await cases.open_case(tx, desk.up.id, desk.tip, NOW)
        assert await cases.see(tx, desk.one.id, desk.tip, NOW) == Refusal(No.NOT_YOURS)
    assert isinstance(case, cases.Case)
    assert case.entries[0].words == STORY
    assert (await desk.thread()).appeal_until is None


@pytest.mark.parametrize("unit", ["north-park", "south", "root", "police", "nobody"])
async def test_it_goes_to_the_next_union_unit_up_and_nowhere_else(desk: Desk, unit: str) -> None:
    await desk.closed()
    assert not await desk.appeal(unit)
    assert await desk.opening() == []


async def test_who_was_shut_out_is_passed_over(desk: Desk) -> None:
    await desk.closed()
    async with desk.made.write() as tx:
        found = await _record(tx, desk.tip)
        await stored.write_record(tx, desk.tip, replace(found, excluded=frozenset({"north"})))
    assert not await desk.appeal("north")
    assert await desk.appeal("root")
    assert await desk.opening() == ["root"]


async def test_a_unit_above_that_is_of_the_police_or_of_a_company_is_passed_over(
    desk: Desk,
) -> None:
    async with desk.made.write() as tx:
        await units.import_all(
            tx,
            [
                Unit("root", None, UnitKind.UNION, "Tổng liên đoàn"),
                Unit("south", "root", UnitKind.POLICE, "Công an"),
                Unit("north", "south", UnitKind.UNION, "Công ty", inside_company=True),
                Unit("north-park", "north", UnitKind.UNION, "Công đoàn khu công nghiệp"),
            ],
        )
    await desk.closed()
    assert not await desk.appeal("north")
    assert not await desk.appeal("south")
    assert await desk.appeal("root")


async def test_there_are_seven_days_for_it(desk: Desk) -> None:
    await desk.closed()
    assert not await desk.appeal(days=8)
    assert await desk.appeal(days=7)
    assert not await desk.appeal(days=7)


async def test_a_tip_that_ended_otherwise_goes_nowhere(desk: Desk) -> None:
    assert not await desk.appeal()
    async with desk.made.write() as tx:
        await cases.close(tx, desk.one.id, desk.tip, Outcome.HANDLED, "Xong.", NOW)
    assert not await desk.appeal()
    assert await desk.opening() == ["north-park"]


async def test_shutting_somebody_out_gives_a_closed_tip_no_reader(desk: Desk) -> None:
    await desk.closed()
    async with desk.made.write() as tx:
        out = frozenset({"north-park"})
        assert not await tips.hide(tx, desk.new.key, out, "root", due=NOW, triage_by=NOW)
    assert await desk.opening() == []


async def test_the_unit_above_may_close_it_too_and_the_next_one_is_asked(desk: Desk) -> None:
    await desk.closed()
    assert await desk.appeal()
    async with desk.made.write() as tx:
        await tips.deliver(tx, desk.tip)
        await cases.claim(tx, desk.up.id, desk.tip, NOW)
    async with desk.made.write() as tx:
        assert isinstance(await out_of_scope.close(tx, desk.up.id, desk.tip, NOW), Removed)
    assert await desk.appeal("root")
    assert (await record_of(desk.made, desk.tip)).excluded == {"north", "north-park"}
    assert await count(desk.made, tallies) == 2


def _opens(pair: Pair, body: bytes) -> bool:
    try:
        CaseKey.unwrap(pair.public, pair.private, body)
    except Unopenable:
        return False
    return True


async def _with_card(desk: Desk) -> bytes:
    """The tip has a card in a group of its unit, message 77; the group's id."""
    async with desk.made.write() as tx:
        code = await desk_codes.make(tx, CodeKind.GROUP, "north-park", NOW)
        group = await desk_groups.link(tx, code, "-1001", NOW)
        assert group is not None
        await posts.catch_up(tx, group)
        known = await _record(tx, desk.tip)
        card = Post(group.id.hex(), "ab" * 12, 77)
        await stored.write_record(tx, desk.tip, replace(known, posts=(card,)))
    return group.id


async def _record(tx: Tx, tip: bytes) -> Record:
    row = await stored.row_where(tx, tips_table.c.id == tip)
    assert row is not None
    return record.unseal(tx.keys, tip, row.record)
