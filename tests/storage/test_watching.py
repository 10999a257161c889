"""Reminders: each once, at its moment, to whom it concerns, and in no record."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from handlers.duty import VIETNAM
from handlers.moderators.notices import Notice
from handlers.passing import PassReason
from handlers.roles import Role
from handlers.tips import Status
from storage import (
    alarms,
    aside,
    cases,
    desk_codes,
    desk_groups,
    outbox,
    passing,
    rising,
    stored,
    unit_rules,
    watching,
)
from storage.database import Database
from storage.desk_codes import CodeKind
from storage.outbox import LetterKind
from storage.passing import Gone
from storage.staff import Member
from storage.tables import counters
from storage.tables import tips as tips_table
from storage.unit_rules import Topic
from tests import desk_world
from tests.staff_world import enrolled
from tests.tip_world import file, new_tip, record_of

FILED = datetime(2026, 11, 30, 10, tzinfo=VIETNAM)
"""A Monday."""


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=VIETNAM)


@dataclass
class Desk:
    """`north-park` with an officer, a lead and a group, `north` above with a lead; all are rung."""

    made: Database
    people: dict[str, Member] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    async def add(self, name: str, unit: str, role: Role) -> None:
        member = await enrolled(self.made, name, (unit, role))
        async with self.made.write() as tx:
            alarm = await alarms.add_browser(tx, member.id, f"https://push.example/{name}")
        assert alarm is not None
        self.people[name], self.names[alarm.id.hex()] = member, name

    async def look(self, now: datetime) -> bool:
        async with self.made.write() as tx:
            return await watching.look(tx, now)

    async def told(self) -> Counter[tuple[str, str, tuple[int, ...]]]:
        """What was told to whom since the last time, by name (`group` for the group of a unit)."""
        found: Counter[tuple[str, str, tuple[int, ...]]] = Counter()
        async with self.made.write() as tx:
            for letter in await outbox.waiting(tx):
                who = self.names.get(letter.to, f"group of {letter.unit}")
                what = letter.notice or letter.kind
                if letter.kind in (LetterKind.NOTICE, LetterKind.PING):
                    found[who, what, letter.counts] += 1
                await outbox.settle(tx, letter)
        return found

    async def day_by_day(
        self, start: datetime, end: datetime, *, minutes: int = 5
    ) -> list[tuple[datetime, str, str, tuple[int, ...]]]:
        """Look every so many minutes; what was told when."""
        found, now = [], start
        while now <= end:
            await self.look(now)
            found += [(now, *each) for each in await self.told()]
            now += timedelta(minutes=minutes)
        return found

    async def file(self, **changes: object) -> bytes:
        wanted = {"triage_by": at(1, 11), "answer_on": at(3, 0).date()} | changes
        tip = await file(self.made, new_tip("north-park", **wanted))
        await self.told()
        return tip


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        here = Desk(made)
        await here.add("officer", "north-park", Role.OFFICER)
        await here.add("lead", "north-park", Role.LEAD)
        await here.add("above", "north", Role.LEAD)
        await here.add("elsewhere", "south", Role.LEAD)
        async with made.write() as tx:
            code = await desk_codes.make(tx, CodeKind.GROUP, "north-park", FILED)
            assert await desk_groups.link(tx, code, "-100", FILED) is not None
        await here.look(FILED)
        yield here


async def test_a_late_tip_is_told_at_the_desk_then_to_the_lead_then_above(desk: Desk) -> None:
    await desk.file()
    found = await desk.day_by_day(at(1, 8), at(7, 18), minutes=30)
    late = [(when, who, what) for when, who, what, _ in found if what != Notice.MORNING]
    assert sorted(late) == sorted(
        [
            (at(1, 11), "officer", Notice.LATE),
            (at(1, 11), "lead", Notice.LATE),
            (at(1, 11), "group of north-park", Notice.LATE),
            (at(2, 11), "lead", Notice.LATE_LEAD),
            (at(4, 11), "above", Notice.LATE_BELOW),
        ]
    )


async def test_whoever_holds_it_is_reminded_alone_and_in_the_hours_of_duty(desk: Desk) -> None:
    tip = await desk.file()
    async with desk.made.write() as tx:
        await cases.claim(tx, desk.people["officer"].id, tip, FILED)
    await desk.told()
    found = await desk.day_by_day(at(3, 18), at(4, 12), minutes=30)
    late = {(when, who) for when, who, what, _ in found if what == Notice.LATE}
    # Due at the end of the third: told when duty begins.
    assert late == {(at(4, 7, 30), "officer"), (at(4, 7, 30), "group of north-park")}


async def test_several_late_tips_are_one_message(desk: Desk) -> None:
    for _ in range(3):
        await desk.file()
    await desk.look(at(1, 10, 55))
    await desk.told()
    await desk.look(at(1, 11))
    assert ("officer", Notice.LATE, (3,)) in await desk.told()


async def test_nothing_is_written_into_a_record(desk: Desk) -> None:
    tip = await desk.file(danger=True, triage_by=FILED + timedelta(minutes=30))
    before = await record_of(desk.made, tip)
    async with desk.made.read() as tx:
        row = await stored.row_where(tx, tips_table.c.id == tip)
    await desk.day_by_day(FILED, at(1, 12), minutes=30)
    assert await record_of(desk.made, tip) == before
    async with desk.made.read() as tx:
        assert await stored.row_where(tx, tips_table.c.id == tip) == row


async def test_two_processes_remind_once_and_so_does_a_clock_that_stands(desk: Desk) -> None:
    await desk.file()
    assert await desk.look(at(1, 11))
    assert not await desk.look(at(1, 11))
    assert not await desk.look(at(1, 11, 4))
    told = await desk.told()
    assert told["officer", Notice.LATE, (1,)] == 1


async def test_what_ran_out_while_nothing_ran_is_told_after_the_start(desk: Desk) -> None:
    await desk.file()
    await desk.look(at(1, 8))
    await desk.told()
    await desk.look(at(1, 16))
    assert ("officer", Notice.LATE, (1,)) in await desk.told()


async def test_a_counter_far_ahead_does_not_hold_up_everything(desk: Desk) -> None:
    async with desk.made.write() as tx:
        mine = counters.c.name == watching.WATCHED
        await tx.run(update(counters).where(mine).values(value=counters.c.value + 100_000))
    assert await desk.look(at(1, 11))


async def test_whoever_is_shut_out_does_not_even_learn_that_a_tip_is_late(desk: Desk) -> None:
    await desk.add("root", "root", Role.LEAD)
    await desk.file(excluded=frozenset({"south"}))
    tip = await desk.file()
    async with desk.made.write() as tx:
        known = await record_of(desk.made, tip)
        shut = replace(known, excluded=frozenset({"north"}), unit="south", readers=("south",))
        await stored.write_record(tx, tip, shut)
    found = await desk.day_by_day(at(1, 8), at(7, 18), minutes=60)
    below = Counter(who for _, who, what, _ in found if what == Notice.LATE_BELOW)
    assert below == {"above": 1, "root": 1}


async def test_what_waits_for_the_lead_reminds_nobody_else(desk: Desk) -> None:
    tip = await desk.file()
    async with desk.made.write() as tx:
        known = await record_of(desk.made, tip)
        await stored.write_record(tx, tip, replace(known, aside=True))
        assert await aside.waiting(tx, desk.people["lead"].id, FILED) != ()
    found = await desk.day_by_day(at(1, 7), at(2, 12), minutes=30)
    assert {who for _, who, _, _ in found} == {"lead"}


# --- the morning ------------------------------------------------------------------------------


async def test_duty_begins_with_what_there_is_to_do(desk: Desk) -> None:
    tip = await desk.file()
    await desk.file()
    async with desk.made.write() as tx:
        await cases.claim(tx, desk.people["officer"].id, tip, FILED)
    await desk.look(at(1, 7))
    await desk.told()
    await desk.look(at(1, 7, 30))
    assert dict(await desk.told()) == {
        ("officer", Notice.MORNING, (1, 0, 1)): 1,
        ("lead", Notice.MORNING, (1, 0, 0)): 1,
        ("group of north-park", Notice.MORNING, (1, 0, 1)): 1,
    }


async def test_what_another_desk_is_responsible_for_by_now_is_no_work_of_whoever_reads_on(
    desk: Desk,
) -> None:
    tip = await desk.file()
    async with desk.made.write() as tx:
        officer = desk.people["officer"].id
        await cases.claim(tx, officer, tip, FILED)
        gone = await passing.pass_on(tx, officer, tip, "south", PassReason.COMPETENCE, FILED)
        assert gone == Gone("Công đoàn phía nam", reads_on=True)
    await desk.look(at(1, 7))
    await desk.told()
    await desk.look(at(1, 7, 30))
    assert set(await desk.told()) == {("elsewhere", Notice.MORNING, (1, 0, 0))}


async def test_where_there_is_nothing_nobody_is_greeted(desk: Desk) -> None:
    await desk.look(at(1, 7))
    await desk.look(at(1, 7, 30))
    assert not await desk.told()


async def test_a_morning_that_is_over_is_not_greeted_and_neither_is_sunday(desk: Desk) -> None:
    await desk.file()
    await desk.look(at(1, 7))
    await desk.told()
    await desk.look(at(1, 10))
    assert not await desk.told()
    found = await desk.day_by_day(at(5, 18), at(6, 23), minutes=30)
    assert not [each for each in found if each[2] == Notice.MORNING]


async def test_a_unit_has_duty_when_it_says_so(desk: Desk) -> None:
    await desk.file()
    rule = {
        "week": [[1080, 1320]] * 7,
        "on_holidays": True,
        "times": {},
        "special": {},
    }
    async with desk.made.write() as tx:
        await unit_rules.write(tx, "north-park", Topic.CLOCKS, rule)
    await desk.look(at(1, 17, 55))
    await desk.told()
    await desk.look(at(1, 18))
    assert ("lead", Notice.MORNING, (1, 1, 0)) in await desk.told()


# --- danger -----------------------------------------------------------------------------------


async def test_danger_rings_every_five_minutes_of_duty_until_it_is_taken(desk: Desk) -> None:
    tip = await desk.file(danger=True, triage_by=FILED + timedelta(minutes=30))
    for minutes in (5, 10, 15):
        await desk.look(FILED + timedelta(minutes=minutes))
        assert dict(await desk.told()) == {
            ("officer", LetterKind.PING, ()): 1,
            ("lead", LetterKind.PING, ()): 1,
            ("group of north-park", Notice.DANGER, (1,)): 1,
        }
    async with desk.made.write() as tx:
        await cases.claim(tx, desk.people["officer"].id, tip, FILED)
    await desk.told()
    await desk.look(FILED + timedelta(minutes=20))
    assert not await desk.told()


async def test_by_night_it_waits_until_duty_begins(desk: Desk) -> None:
    await desk.file(danger=True, triage_by=at(1, 8))
    found = await desk.day_by_day(FILED.replace(hour=17), at(1, 7, 30), minutes=30)
    rings = {when for when, _, what, _ in found if what in (LetterKind.PING, Notice.DANGER)}
    assert rings == {at(1, 7, 30)}


async def test_a_ring_that_could_not_leave_yet_is_not_doubled(desk: Desk) -> None:
    await desk.file(danger=True, triage_by=FILED + timedelta(minutes=30))
    await desk.look(FILED + timedelta(minutes=5))
    await desk.look(FILED + timedelta(minutes=10))
    told = await desk.told()
    assert told["officer", LetterKind.PING, ()] == 1


async def test_a_tip_that_rose_rings_above_and_not_below(desk: Desk) -> None:
    tip = await desk.file(danger=True, behind="north", triage_by=FILED + timedelta(minutes=30))
    late = FILED + timedelta(minutes=35)
    await desk.look(late - timedelta(minutes=5))
    assert "above" not in {who for who, _, _ in await desk.told()}
    async with desk.made.write() as tx:
        assert await rising.rise(tx, tip, late)
    await desk.told()
    await desk.look(late)
    rung = {who for who, what, _ in await desk.told() if what == LetterKind.PING}
    assert rung == {"above"}
    assert (await record_of(desk.made, tip)).status is Status.TRIAGE
