"""A tip in danger goes up when nobody came; until then the unit above knows nothing of it. What its
worker sends up nobody at the desk can stop.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from handlers import clocks
from handlers.effects import FileTip
from handlers.passing import PassReason
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tallies import TriageTime
from handlers.tips import Kind, Outcome, Status
from storage import (
    alarms,
    audit,
    cases,
    desk_codes,
    desk_groups,
    out_of_scope,
    outbox,
    passing,
    posts,
    rising,
    staff,
    stored,
    timing,
    tips,
    units,
)
from storage.audit import Act
from storage.cases import Case, Done, No, Refusal
from storage.crypto import CaseKey, Pair, Unopenable
from storage.database import Database
from storage.desk_codes import CodeKind
from storage.keys import Purpose
from storage.outbox import AT_ONCE, Letter, LetterKind
from storage.passing import Gone
from storage.readers import NotForPolice, ShutOut
from storage.staff import Member
from storage.tables import units as units_table
from storage.tables import wraps
from tests import desk_world
from tests.desk_world import NOW, STORY
from tests.tip_world import file, new_tip, record_of

SOON = NOW + timedelta(minutes=30)
LATER = NOW + timedelta(minutes=31)
NEXT_WEEK = NOW + timedelta(days=8)


@dataclass
class Desk:
    """A tip of `north-park` where `one` works; `up` leads `north` above, with all that rings."""

    made: Database
    one: Member
    up: Member
    new: FileTip
    tip: bytes

    async def opening(self) -> set[str]:
        """The units whose private key opens one of the tip's wraps."""
        found = set()
        async with self.made.read() as tx:
            rows = await tx.rows(select(wraps.c.body).where(wraps.c.tip == self.tip))
            for unit in await tx.rows(select(units_table)):
                about = b"unit" + unit.id.encode()
                private = tx.keys.open_sealed(Purpose.UNITS, unit.private_key, about)
                pair = Pair(bytes(unit.public_key), private)
                found |= {unit.id for row in rows if _opens(pair, row.body)}
        assert len(rows) == stored.WRAPS_AT_LEAST
        return found

    async def unit_above_sees_nothing(self) -> None:
        strange = Refusal(No.NOT_YOURS)
        async with self.made.write() as tx:
            up, tip = self.up.id, self.tip
            assert await cases.cards(tx, up, LATER) == ()
            assert await cases.hold(tx, up, tip) is None
            assert await cases.see(tx, up, tip, LATER) == strange
            assert await cases.open_case(tx, up, tip, LATER) == strange
            assert await cases.claim(tx, up, tip, LATER) == strange
            assert await cases.ask(tx, up, tip, "Ai?", LATER) == strange
            letters = await outbox.waiting(tx)
            assert {each.unit for each in letters} <= {"north-park"} | self._sent(letters)
            [group] = await desk_groups.of_unit(tx, "north")
            assert await posts.catch_up(tx, group) == 0
            post = Letter(LetterKind.POST, tip, "north", AT_ONCE, group=group.id)
            assert await posts.posting(tx, post, LATER) is None
            assert await audit.verify(tx)

    @staticmethod
    def _sent(letters: tuple[Letter, ...]) -> set[str]:
        # What waits for its hour is sealed, and nobody is shown it.
        return {each.unit for each in letters if each.kind is LetterKind.CARD}

    async def rung(self, unit: str) -> set[LetterKind]:
        async with self.made.read() as tx:
            return {each.kind for each in await outbox.waiting(tx) if each.unit == unit}

    async def sent_up(self) -> bool:
        async with self.made.write() as tx:
            return await rising.send_up(
                tx,
                self.new.key,
                "north",
                now=NEXT_WEEK,
                today=NEXT_WEEK.date(),
                due=NEXT_WEEK + timedelta(minutes=55),
            )


def _opens(pair: Pair, body: bytes) -> bool:
    try:
        CaseKey.unwrap(pair.public, pair.private, body)
    except Unopenable:
        return False
    return True


async def _made(made: Database, **changes: object) -> Desk:
    one, _ = await desk_world.add(made, "mot", ("north-park", Role.OFFICER))
    up, _ = await desk_world.add(made, "tren", ("north", Role.LEAD))
    async with made.write() as tx:
        code = await desk_codes.make(tx, CodeKind.GROUP, "north", NOW)
        assert await desk_groups.link(tx, code, "-200", NOW) is not None
        assert await alarms.add_browser(tx, up.id, "https://push.example/1") is not None
    new = new_tip("north-park", **changes)
    return Desk(made, one, up, new, await file(made, new))


@pytest.fixture
async def danger(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        yield await _made(made, danger=True, behind="north", triage_by=SOON)


@pytest.fixture
async def calm(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        yield await _made(made)


# --- danger -----------------------------------------------------------------------------------


async def test_before_the_time_the_unit_above_sees_no_row_count_card_or_ring(danger: Desk) -> None:
    assert await danger.opening() == {"north-park", "north"}
    await danger.unit_above_sees_nothing()
    async with danger.made.write() as tx:
        assert await rising.due(tx, NOW) == ()
        assert not await rising.rise(tx, danger.tip, NOW)
    await danger.unit_above_sees_nothing()


async def test_when_nobody_came_it_is_theirs_and_the_first_desk_keeps_it(danger: Desk) -> None:
    async with danger.made.write() as tx:
        assert await rising.due(tx, LATER) == (danger.tip,)
        assert await rising.rise(tx, danger.tip, LATER)
        assert not await rising.rise(tx, danger.tip, LATER), "once"
    found = await record_of(danger.made, danger.tip)
    assert (found.unit, found.readers) == ("north", ("north", "north-park"))
    assert (found.status, found.overdue, found.behind) == (Status.TRIAGE, True, "")
    # Thirty minutes of duty for the unit above; the wait is counted from the beginning.
    assert found.triage_by == SOON + timedelta(minutes=35)
    claimed = timing.claimed(found, LATER + timedelta(minutes=20))
    assert claimed.triage is TriageTime.HOUR
    async with danger.made.read() as tx:
        thread = await tips.read_thread(tx, danger.new.key)
    assert thread is not None
    assert [each.kind for each in thread.entries] == [Kind.STORY, Kind.TOLD]
    assert not clocks.is_missed(thread.triage_by, thread.answer_on, LATER, LATER.date())
    assert {LetterKind.POST, LetterKind.PING} <= await danger.rung("north")
    async with danger.made.write() as tx:
        case = await cases.open_case(tx, danger.up.id, danger.tip, LATER)
        assert isinstance(case, Case)
        assert case.entries[0].words == STORY
        assert isinstance(await cases.see(tx, danger.one.id, danger.tip, LATER), cases.Card)
        acts = [each.act for each in await audit.entries(tx, limit=5)]
    assert Act.MOVED_UP in acts


async def test_once_somebody_came_the_unit_above_never_sees_it(danger: Desk) -> None:
    async with danger.made.write() as tx:
        assert await cases.claim(tx, danger.one.id, danger.tip, NOW) == Done(Status.CLAIMED)
    assert await danger.opening() == {"north-park"}
    found = await record_of(danger.made, danger.tip)
    assert (found.behind, found.rises) == ("", None)
    async with danger.made.write() as tx:
        assert await rising.due(tx, LATER) == ()
        assert not await rising.rise(tx, danger.tip, LATER)
    await danger.unit_above_sees_nothing()


async def test_a_worker_who_ends_it_ends_that_too(danger: Desk) -> None:
    async with danger.made.write() as tx:
        assert await tips.close(tx, danger.new.key, NOW)
    assert await danger.opening() == {"north-park"}
    async with danger.made.write() as tx:
        assert await rising.due(tx, LATER) == ()


async def test_whoever_is_shut_out_later_is_not_behind_it_any_more(danger: Desk) -> None:
    async with danger.made.write() as tx:
        assert await tips.hide(
            tx, danger.new.key, frozenset({"north"}), "root", due=NOW, triage_by=SOON
        )
    assert "north" not in await danger.opening()
    assert "north-park" not in await danger.opening(), "it stands below the one that is shut out"
    async with danger.made.write() as tx:
        assert await rising.due(tx, LATER) == ()


async def test_a_police_unit_never_stands_behind(danger: Desk) -> None:
    police = Unit("police", "root", UnitKind.POLICE, "Công an")
    async with danger.made.write() as tx:
        await units.import_all(tx, (*desk_world.UNITS, police), at_once=True)
    for allowed in (False, True):
        new = new_tip("north", danger=True, behind="police", may_go_to_police=allowed)
        with pytest.raises(NotForPolice):
            await file(danger.made, new)
    for excluded in ({"root"}, {"north"}):
        new = new_tip("south", danger=True, behind="north", excluded=frozenset(excluded))
        if excluded == {"north"}:
            with pytest.raises(ShutOut):
                await file(danger.made, new)


async def test_a_unit_that_stands_behind_a_tip_is_not_removed(danger: Desk) -> None:
    async with danger.made.write() as tx:
        [north] = await desk_groups.of_unit(tx, "north")
        await desk_groups.unlink(tx, north.id)
        assert await staff.revoke(tx, danger.up.id, "north", Role.LEAD)
    left = [replace(each, parent="root") for each in desk_world.UNITS if each.parent == "north"]
    kept = [each for each in desk_world.UNITS if each.id in ("root", "south")]
    with pytest.raises(units.StillUsed):
        async with danger.made.write() as tx:
            await units.import_all(tx, (*kept, *left), may_remove=True)


async def test_filing_in_danger_takes_no_more_statements_than_any_other(calm: Desk) -> None:
    counts = []
    for changes in ({}, {"danger": True, "behind": "north", "triage_by": SOON}):
        said: list[str] = []

        def note(*told: object, said: list[str] = said) -> None:
            said.append(str(told[2]))

        engine = calm.made.engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        await file(calm.made, new_tip("north-park", **changes), delivered=False)
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len(said))
    assert counts[0] == counts[1]


async def test_taking_a_tip_writes_as_many_rows_whether_somebody_stood_behind(danger: Desk) -> None:
    calm = await file(danger.made, new_tip("north-park"))

    async def kept(tip: bytes) -> set[bytes]:
        async with danger.made.read() as tx:
            return {body for _, body in await stored.wraps_of(tx, tip)}

    changed = []
    for tip in (calm, danger.tip):
        before = await kept(tip)
        async with danger.made.write() as tx:
            await cases.claim(tx, danger.one.id, tip, NOW)
        changed.append(len(before - await kept(tip)))
    assert changed == [1, 1]


# --- sent by its worker -----------------------------------------------------------------------


async def test_only_a_late_tip_is_sent_up_and_only_to_the_next_unit(calm: Desk) -> None:
    async def send(unit: str, now: datetime) -> bool:
        async with calm.made.write() as tx:
            return await rising.send_up(tx, calm.new.key, unit, now=now, today=now.date(), due=now)

    assert not await send("north", NOW)
    assert not await send("root", NEXT_WEEK)
    assert not await send("south", NEXT_WEEK)
    assert await send("north", NEXT_WEEK)
    assert not await send("north", NEXT_WEEK), "it is on its way"


async def test_nobody_sees_it_before_its_hour_nor_that_its_worker_was_there(calm: Desk) -> None:
    async with calm.made.read() as tx:
        before = await cases.cards(tx, calm.one.id, NEXT_WEEK)
    assert await calm.sent_up()
    await calm.unit_above_sees_nothing()
    async with calm.made.read() as tx:
        assert await cases.cards(tx, calm.one.id, NEXT_WEEK) == before
        thread = await tips.read_thread(tx, calm.new.key)
    assert thread is not None
    assert thread.sent_to == "Công đoàn phía bắc"


@pytest.mark.parametrize("desk_does", ["nothing", "claim", "close", "out_of_scope", "pass"])
async def test_nothing_that_the_desk_does_stops_it(calm: Desk, desk_does: str) -> None:
    await desk_world.add(calm.made, "nam", ("south", Role.OFFICER))
    assert await calm.sent_up()
    async with calm.made.write() as tx:
        if desk_does != "nothing":
            await cases.claim(tx, calm.one.id, calm.tip, NEXT_WEEK)
        if desk_does == "close":
            done = await cases.close(
                tx, calm.one.id, calm.tip, Outcome.UNVERIFIED, "Xong.", NEXT_WEEK
            )
            assert isinstance(done, Done)
        if desk_does == "out_of_scope":
            await out_of_scope.close(tx, calm.one.id, calm.tip, NEXT_WEEK)
        if desk_does == "pass":
            reason = PassReason.COMPETENCE
            went = await passing.pass_on(tx, calm.one.id, calm.tip, "south", reason, NEXT_WEEK)
            assert isinstance(went, Gone)
    later = NEXT_WEEK + timedelta(hours=1)
    async with calm.made.write() as tx:
        assert await rising.due(tx, later) == (calm.tip,)
        assert await rising.rise(tx, calm.tip, later)
        case = await cases.open_case(tx, calm.up.id, calm.tip, later)
        assert isinstance(case, Case)
        seen = await cases.see(tx, calm.one.id, calm.tip, later)
    assert isinstance(seen, Refusal) is (desk_does == "out_of_scope")
    found = await record_of(calm.made, calm.tip)
    assert (found.unit, found.status, found.holder) == ("north", Status.TRIAGE, None)
    assert (found.outcome, found.closed_on, found.tally) == (None, None, "")
    assert found.answer_on > NEXT_WEEK.date()


async def test_its_letter_brings_it_and_a_second_one_does_nothing(calm: Desk) -> None:
    assert await calm.sent_up()
    async with calm.made.write() as tx:
        [letter] = [each for each in await outbox.waiting(tx) if each.unit == "north"]
        assert await tips.settle(tx, letter)
        assert not await tips.settle(tx, letter)
    assert (await record_of(calm.made, calm.tip)).unit == "north"


async def test_a_worker_who_ends_the_tip_takes_it_back(calm: Desk) -> None:
    assert await calm.sent_up()
    async with calm.made.write() as tx:
        assert await tips.close(tx, calm.new.key, NEXT_WEEK)
        [letter] = [each for each in await outbox.waiting(tx) if each.unit == "north"]
        await tips.settle(tx, letter)
    assert await calm.opening() == {"north-park"}
    found = await record_of(calm.made, calm.tip)
    assert (found.unit, found.status) == ("north-park", Status.CLOSED)
