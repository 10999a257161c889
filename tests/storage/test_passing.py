"""A tip goes from unit to unit: who may send it, where it may go, who reads it then."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.effects import FileTip
from handlers.passing import MOST_STEPS, PassReason, ReturnReason
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Category, Kind, Move, Outcome, Status
from storage import audit, bell, cases, desk_codes, desk_groups, outbox, passing, staff, tips, units
from storage.audit import Act
from storage.cases import Case, Done, No, Refusal
from storage.database import Database
from storage.days import VIETNAM
from storage.desk_codes import CodeKind
from storage.outbox import LetterKind
from storage.passing import Declined, Gone, Ways, Why
from storage.staff import Member
from storage.tables import wraps
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import file, new_tip, record_of

LATER = NOW + timedelta(hours=30)
COMPANY = Unit("company", "south", UnitKind.UNION, "Công đoàn công ty", inside_company=True)
POLICE = Unit("police", "north", UnitKind.POLICE, "Công an phường")
EMPTY = Unit("empty", "root", UnitKind.UNION, "Công đoàn chưa có ai")
WAGES_ONLY = Unit(
    "wages", "root", UnitKind.UNION, "Chỉ lương", frozenset(), frozenset({Category.WAGES})
)


@dataclass
class House:
    """A tip of `north` that `one` holds; `lead` leads there, `two` reads in `south`."""

    made: Database
    new: FileTip
    tip: bytes
    one: Member
    lead: Member
    two: Member

    async def to(
        self, unit: str, reason: PassReason = PassReason.COMPETENCE, by: Member | None = None
    ) -> Gone | Declined:
        async with self.made.write() as tx:
            who = (by or self.one).id
            return await passing.pass_on(tx, who, self.tip, unit, reason, LATER)

    async def back(self, by: Member) -> Gone | Declined:
        async with self.made.write() as tx:
            return await passing.give_back(tx, by.id, self.tip, ReturnReason.COMPETENCE, LATER)

    async def claim(self, by: Member) -> Done | Refusal:
        async with self.made.write() as tx:
            return await cases.claim(tx, by.id, self.tip, LATER)

    async def open(self, by: Member) -> Case | Refusal:
        async with self.made.write() as tx:
            return await cases.open_case(tx, by.id, self.tip, LATER)


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with desk_world.database(database_url) as made:
        every = (*desk_world.UNITS, COMPANY, POLICE, EMPTY, WAGES_ONLY)
        async with made.write() as tx:
            await units.import_all(tx, every, at_once=True)
        one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
        lead, _ = await desk_world.add(made, "truong", ("north", Role.LEAD))
        two, _ = await desk_world.add(made, "hai", ("south", Role.OFFICER))
        for unit in ("root", "company", "police", "wages", "north-park"):
            await desk_world.add(made, f"o-{unit}", (unit, Role.OFFICER))
        new = new_tip("north", category=Category.THEFT)
        tip = await file(made, new)
        async with made.write() as tx:
            assert await cases.claim(tx, one.id, tip, NOW) == Done(Status.CLAIMED)
        yield House(made, new, tip, one, lead, two)


async def test_the_next_unit_has_it_with_clocks_of_its_own_and_is_called(house: House) -> None:
    async with house.made.write() as tx:
        groups = {}
        for unit, chat in (("north", "-1"), ("south", "-2")):
            code = await desk_codes.make(tx, CodeKind.GROUP, unit, NOW)
            groups[unit] = await desk_groups.link(tx, code, chat, NOW)
    assert await house.to("south") == Gone("Công đoàn phía nam", reads_on=True)
    known = await record_of(house.made, house.tip)
    assert (known.unit, known.status, known.holder) == ("south", Status.TRIAGE, None)
    assert known.readers == ("south", "north")
    assert (known.trail, known.returns_to) == (("north",), "north")
    assert known.triage_by is not None
    assert known.triage_by > LATER
    assert not known.answered
    async with house.made.read() as tx:
        posts = [each for each in await outbox.waiting(tx) if each.kind is LetterKind.POST]
    south = groups["south"]
    assert south is not None
    assert [(each.unit, each.group) for each in posts] == [("south", south.id)]
    assert await house.claim(house.two) == Done(Status.CLAIMED)


async def test_the_worker_reads_where_it_is_and_the_bell_rings(house: House) -> None:
    await house.to("south")
    async with house.made.write() as tx:
        thread = await tips.read_thread(tx, house.new.key)
        shown = await bell.shown(tx, (LATER + timedelta(days=1)).astimezone(VIETNAM))
    assert thread is not None
    assert (thread.unit, thread.also) == ("Công đoàn phía nam", ("Công đoàn phía bắc",))
    told = thread.entries[-1].told
    assert thread.entries[-1].kind is Kind.TOLD
    assert told is not None
    assert (told.move, told.unit) == (Move.PASS_ON, "Công đoàn phía nam")
    assert told.day == thread.answer_on
    assert house.new.bell in shown


async def test_the_first_unit_reads_on_but_neither_takes_nor_answers(house: House) -> None:
    await house.to("south")
    case = await house.open(house.one)
    assert isinstance(case, Case)
    assert not case.card.theirs
    assert await house.claim(house.one) == Refusal(No.ELSEWHERE)
    async with house.made.write() as tx:
        for move in (cases.ask, cases.answer):
            done = await move(tx, house.one.id, house.tip, "Vâng.", LATER)
            assert isinstance(done, Refusal)
        closed = await cases.close(tx, house.one.id, house.tip, Outcome.HANDLED, "Xong.", LATER)
    assert isinstance(closed, Refusal)
    assert await house.to("north-park") == Declined(Why.NOT_YOURS)


async def test_who_reads_in_both_acts_for_the_one_that_is_responsible(house: House) -> None:
    both, _ = await desk_world.add(
        house.made, "ca-hai", ("north", Role.OFFICER), ("south", Role.OFFICER)
    )
    await house.to("south")
    assert await house.claim(both) == Done(Status.CLAIMED)
    case = await house.open(both)
    assert isinstance(case, Case)
    assert (case.card.theirs, case.card.mine) == (True, True)


async def test_a_unit_that_decided_so_stops_reading(house: House) -> None:
    async with house.made.write() as tx:
        officer, lead = house.one.id, house.lead.id
        assert not await passing.decide_reading(tx, officer, "north", NOW, on=False)
        assert not await passing.decide_reading(tx, lead, "south", NOW, on=False)
        assert await passing.decide_reading(tx, lead, "north", NOW, on=False)
        assert not await passing.reads_on(tx, "north")
    assert await house.to("south") == Gone("Công đoàn phía nam", reads_on=False)
    assert await house.open(house.one) == Refusal(No.NOT_YOURS)
    async with house.made.write() as tx:
        assert await passing.decide_reading(tx, house.lead.id, "north", NOW, on=True)
        assert await passing.reads_on(tx, "north")


async def test_a_unit_that_is_concerned_stops_reading_whatever_its_rule(house: House) -> None:
    assert await house.to("south", PassReason.CONCERNED) == Gone("Công đoàn phía nam", False)
    for member in (house.one, house.lead):
        assert await house.open(member) == Refusal(No.NOT_YOURS)
    async with house.made.read() as tx:
        rows = await tx.rows(select(wraps.c.id).where(wraps.c.tip == house.tip))
    assert len(rows) == 4


@pytest.mark.parametrize("to", ["company", "police", "empty", "wages", "nowhere", ""])
async def test_it_never_goes_where_it_cannot(house: House, to: str) -> None:
    """Inside a company, to the police, where nobody reads, where the category is not taken."""
    before = await record_of(house.made, house.tip)
    assert await house.to(to) == Declined(Why.IMPOSSIBLE)
    assert await record_of(house.made, house.tip) == before


@pytest.mark.parametrize("to", ["south", "north-park", "root"])
async def test_it_never_goes_to_who_is_shut_out_the_highest_unit_neither(
    house: House, to: str
) -> None:
    new = new_tip("north", category=Category.THEFT, excluded=frozenset({to}))
    tip = await file(house.made, new)
    async with house.made.write() as tx:
        await cases.claim(tx, house.one.id, tip, NOW)
        passed = await passing.pass_on(tx, house.one.id, tip, to, PassReason.OTHER, NOW)
    assert passed == Declined(Why.IMPOSSIBLE)


async def test_only_who_holds_it_or_leads_the_desk_passes_it_on(house: House) -> None:
    other, _ = await desk_world.add(house.made, "ba", ("north", Role.OFFICER))
    refused = await house.to("south", by=other)
    assert refused == Declined(Why.NOT_HELD, "Người mot")
    assert await house.to("south", by=house.two) == Declined(Why.NOT_YOURS)
    assert await house.to("north") == Declined(Why.ALREADY)
    assert isinstance(await house.to("south", by=house.lead), Gone)


async def test_of_two_who_pass_it_on_one_does(house: House) -> None:
    assert isinstance(await house.to("south"), Gone)
    assert await house.to("root") == Declined(Why.NOT_YOURS)
    assert await house.to("root", by=house.lead) == Declined(Why.NOT_YOURS)
    assert (await record_of(house.made, house.tip)).unit == "south"


async def test_of_two_at_the_same_moment_one_does(house: House) -> None:
    done = await asyncio.gather(
        house.to("south"), house.to("root", by=house.lead), house.to("north-park", by=house.lead)
    )
    assert sorted(isinstance(each, Gone) for each in done) == [False, False, True]
    known = await record_of(house.made, house.tip)
    assert len(known.trail) == 1
    assert set(known.readers) == {"north", known.unit}


async def test_a_closed_or_deleted_tip_goes_nowhere(house: House) -> None:
    async with house.made.write() as tx:
        done = await cases.close(tx, house.one.id, house.tip, Outcome.HANDLED, "Xong.", NOW)
        assert isinstance(done, Done)
    assert await house.to("south") == Declined(Why.STATUS)
    async with house.made.write() as tx:
        await tips.remove(tx, house.new.key, day=NOW.date())
    assert await house.to("south") == Declined(Why.NOT_YOURS)


async def test_it_is_returned_with_a_reason_and_only_once(house: House) -> None:
    assert await house.back(house.one) == Declined(Why.NOWHERE)
    await house.to("south")
    await house.claim(house.two)
    assert await house.back(house.two) == Gone("Công đoàn phía bắc", reads_on=False)
    known = await record_of(house.made, house.tip)
    assert (known.unit, known.readers, known.returns_to) == ("north", ("north",), "")
    assert known.trail == ("north", "south")
    assert await house.open(house.two) == Refusal(No.NOT_YOURS)
    await house.claim(house.one)
    assert await house.back(house.one) == Declined(Why.NOWHERE)
    async with house.made.read() as tx:
        entries = await audit.entries(tx, limit=3)
    assert [(each.act, each.unit, each.note) for each in entries if each.act is Act.RETURNED] == [
        (Act.RETURNED, "south", "north competence")
    ]


async def test_it_is_not_returned_to_who_was_shut_out_meanwhile(house: House) -> None:
    await house.to("south")
    await house.claim(house.two)
    async with house.made.write() as tx:
        later = NOW + timedelta(days=1)
        hidden = frozenset({"north"})
        assert await tips.hide(tx, house.new.key, hidden, "south", due=NOW, triage_by=later)
    assert await house.back(house.two) == Declined(Why.IMPOSSIBLE)
    async with house.made.read() as tx:
        ways = await passing.ways(tx, house.two.id, house.tip)
    assert isinstance(ways, Ways)
    assert ways.back is None


async def test_a_tip_does_not_wander_for_ever(house: House) -> None:
    holder, other = house.one, house.two
    unit, next_unit = "north", "south"
    for _ in range(MOST_STEPS):
        assert isinstance(await house.to(next_unit, by=holder), Gone)
        holder, other, unit, next_unit = other, holder, next_unit, unit
        assert isinstance(await house.claim(holder), Done)
    assert await house.to(next_unit, by=holder) == Declined(Why.TOO_OFTEN)
    assert await house.back(holder) == Declined(Why.TOO_OFTEN)


async def test_a_deadline_that_ran_out_before_stays_known(house: House) -> None:
    async with house.made.write() as tx:
        weeks = NOW + timedelta(days=14)
        await passing.pass_on(tx, house.one.id, house.tip, "south", PassReason.PLACE, weeks)
    known = await record_of(house.made, house.tip)
    assert known.overdue
    assert known.answer_on > weeks.date()


async def test_a_holder_whose_role_there_ended_holds_it_no_more(house: House) -> None:
    """Though they still read it by the unit that had it before."""
    both, _ = await desk_world.add(
        house.made, "ca-hai", ("north", Role.OFFICER), ("south", Role.OFFICER)
    )
    await house.to("south")
    await house.claim(both)
    async with house.made.write() as tx:
        assert await staff.revoke(tx, both.id, "south", Role.OFFICER)
        answered = await cases.answer(tx, both.id, house.tip, "Vâng.", LATER)
    assert isinstance(answered, Refusal)
    assert await house.claim(house.two) == Done(Status.CLAIMED)


async def test_the_worker_who_picked_a_company_unit_may_get_it_back_there(house: House) -> None:
    company, _ = await desk_world.add(house.made, "cty", ("company", Role.OFFICER))
    new = replace(house.new, key=new_tip().key, unit="company")
    tip = await file(house.made, new)
    async with house.made.write() as tx:
        await cases.claim(tx, company.id, tip, NOW)
        went = await passing.pass_on(tx, company.id, tip, "north", PassReason.PLACE, NOW)
        assert isinstance(went, Gone)
        await cases.claim(tx, house.one.id, tip, NOW)
        assert await passing.give_back(tx, house.one.id, tip, ReturnReason.PLACE, NOW) == Gone(
            "Công đoàn công ty", reads_on=False
        )
