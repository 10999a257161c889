"""Tips that wait for the lead: nobody else sees a sign of them, nothing of them is lost."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from handlers.roles import Role
from handlers.tips import Kind, Outcome, Status
from storage import aside, audit, cases, desk_codes, desk_groups, outbox, posts, staff, tips
from storage.audit import Act
from storage.cases import Case, Done, No, Refusal
from storage.database import Database
from storage.desk_codes import CodeKind
from storage.outbox import LetterKind
from storage.staff import Member
from tests import desk_world
from tests.desk_world import NOW, add
from tests.tip_world import new_tip, record_of


@dataclass
class Desk:
    """The north with an officer and a lead, the south with an officer alone."""

    made: Database
    officer: Member
    lead: Member
    alone: Member

    async def file(self, unit: str = "north", *, danger: bool = False) -> bytes:
        """A tip that is to be set aside, and has reached its desk."""
        async with self.made.write() as tx:
            new = new_tip(unit, danger=danger)
            tip = await tips.file(tx, new, (), day=NOW.date(), due=NOW, aside=True)
            await tips.deliver(tx, tip)
        return tip

    async def listed(self, who: Member) -> list[bytes]:
        async with self.made.read() as tx:
            return [card.tip for card in await cases.cards(tx, who.id, NOW)]

    async def waiting(self, who: Member) -> list[bytes]:
        async with self.made.read() as tx:
            return [card.tip for card in await aside.waiting(tx, who.id, NOW)]

    async def may_open(self, who: Member, tip: bytes) -> bool:
        async with self.made.write() as tx:
            return isinstance(await cases.open_case(tx, who.id, tip, NOW), Case)

    async def letters(self) -> list[LetterKind]:
        async with self.made.read() as tx:
            return [each.kind for each in await outbox.waiting(tx)]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        officer, _ = await add(made, "mot", ("north", Role.OFFICER))
        lead, _ = await add(made, "hai", ("north", Role.LEAD))
        alone, _ = await add(made, "ba", ("south", Role.OFFICER))
        async with made.write() as tx:
            code = await desk_codes.make(tx, CodeKind.GROUP, "north", NOW)
            assert await desk_groups.link(tx, code, "-1002", NOW)
        yield Desk(made, officer, lead, alone)


async def test_only_the_lead_sees_it_and_nothing_calls_anybody(desk: Desk) -> None:
    tip = await desk.file()
    assert await desk.listed(desk.officer) == []
    assert await desk.listed(desk.lead) == []
    assert await desk.waiting(desk.officer) == []
    assert await desk.waiting(desk.lead) == [tip]
    assert not await desk.may_open(desk.officer, tip)
    assert await desk.may_open(desk.lead, tip)
    assert LetterKind.POST not in await desk.letters()
    assert LetterKind.PING not in await desk.letters()
    async with desk.made.write() as tx:
        for act in (cases.claim(tx, desk.officer.id, tip, NOW),):
            assert await act == Refusal(No.NOT_YOURS)
        assert await aside.let_in(tx, desk.officer.id, tip, NOW) == Refusal(No.NOT_YOURS)
        assert await aside.close(tx, desk.officer.id, tip, "x", NOW) == Refusal(No.NOT_YOURS)


async def test_a_group_that_becomes_a_desk_gets_no_card_of_it(desk: Desk) -> None:
    await desk.file()
    async with desk.made.write() as tx:
        [group] = await desk_groups.of_unit(tx, "north")
        assert await posts.catch_up(tx, group) == 0


async def test_danger_is_never_set_aside(desk: Desk) -> None:
    tip = await desk.file(danger=True)
    assert await desk.listed(desk.officer) == [tip]
    assert await desk.waiting(desk.lead) == []
    assert LetterKind.POST in await desk.letters()


async def test_where_nobody_leads_it_is_a_tip_like_others(desk: Desk) -> None:
    tip = await desk.file("south")
    assert await desk.listed(desk.alone) == [tip]
    assert await desk.may_open(desk.alone, tip)


async def test_when_the_last_lead_goes_the_officers_see_it(desk: Desk) -> None:
    tip = await desk.file()
    async with desk.made.write() as tx:
        await staff.revoke(tx, desk.lead.id, "north", Role.LEAD)
    assert await desk.listed(desk.officer) == [tip]
    assert await desk.may_open(desk.officer, tip)


async def test_let_in_it_stands_on_the_list_and_everybody_is_called(desk: Desk) -> None:
    tip = await desk.file()
    async with desk.made.write() as tx:
        assert await aside.let_in(tx, desk.lead.id, tip, NOW) == Done(Status.TRIAGE)
        assert await aside.let_in(tx, desk.lead.id, tip, NOW) == Refusal(No.WRONG_STATUS)
        entries = await audit.entries(tx, limit=5)
    assert [each.act for each in entries if each.tip == tip] == [Act.LET_IN]
    assert await desk.listed(desk.officer) == [tip]
    assert await desk.waiting(desk.lead) == []
    assert LetterKind.POST in await desk.letters()


async def test_the_clocks_run_on(desk: Desk) -> None:
    tip = await desk.file()
    late = NOW + timedelta(hours=30)
    async with desk.made.read() as tx:
        [card] = await aside.waiting(tx, desk.lead.id, late)
    assert card.overdue
    assert (await record_of(desk.made, tip)).triage_by is not None


async def test_closed_it_waits_no_more_and_its_worker_reads_the_words(desk: Desk) -> None:
    new = new_tip()
    async with desk.made.write() as tx:
        tip = await tips.file(tx, new, (), day=NOW.date(), due=NOW, aside=True)
        await tips.deliver(tx, tip)
        closed = await aside.close(tx, desk.lead.id, tip, "Chưa xác minh được.", NOW)
    assert closed == Done(Status.CLOSED)
    assert await desk.waiting(desk.lead) == []
    assert await desk.listed(desk.lead) == [tip]
    assert await desk.listed(desk.officer) == []
    async with desk.made.read() as tx:
        thread = await tips.read_thread(tx, new.key)
    assert thread is not None
    assert thread.outcome is Outcome.UNVERIFIED
    assert thread.entries[-1].kind is Kind.CLOSING
    assert thread.entries[-1].words == "Chưa xác minh được."


async def test_it_cannot_be_seen_from_outside_which_tips_were_set_aside(desk: Desk) -> None:
    async with desk.made.write() as tx:
        for number in range(4):
            new = new_tip()
            await tips.file(tx, new, (), day=NOW.date(), due=NOW, aside=bool(number % 2))
    async with desk.made.engine.connect() as connection:
        rows = (await connection.exec_driver_sql("SELECT record FROM tips")).all()
    assert len({len(row[0]) for row in rows}) == 1
