"""What a worker is told of a move lies in the thread, in a unit's own words where it has some."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from handlers.effects import FileTip
from handlers.languages import Language
from handlers.roles import Role
from handlers.telling import Flaw
from handlers.tips import Author, Kind, Move
from handlers.turn import Entry
from storage import audit, bell, cases, stored, telling, tips
from storage.audit import Act
from storage.cases import Case
from storage.database import Database
from storage.days import VIETNAM
from storage.staff import Member
from storage.tables import unit_rules
from storage.telling import News
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import file, new_tip, record_of

DAY = date(2026, 12, 3)


@dataclass
class Desk:
    """A tip of the north, its lead and an officer."""

    made: Database
    new: FileTip
    tip: bytes
    lead: Member
    one: Member

    async def tell(self, news: News) -> None:
        async with self.made.write() as tx:
            held = await cases.hold(tx, self.one.id, self.tip, lock=True)
            assert held is not None
            known = await telling.tell(tx, self.tip, held.case, held.bell, held.record, news, NOW)
            await stored.change(tx, self.tip, known, None)

    async def thread(self) -> tuple[Entry, ...]:
        async with self.made.read() as tx:
            found = await tips.read_thread(tx, self.new.key)
        assert found is not None
        return found.entries

    async def write(self, who: Member, unit: str, words: dict[Language, str]) -> object:
        async with self.made.write() as tx:
            return await telling.write_own(tx, who.id, unit, Move.PASS_ON, words, NOW)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        lead, _ = await desk_world.add(made, "truong", ("north", Role.LEAD))
        one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
        new = new_tip("north")
        yield Desk(made, new, await file(made, new), lead, one)


PASSED = News(Move.PASS_ON, about="south", by="north", day=DAY, when=NOW)


async def test_the_worker_reads_which_unit_and_by_when(desk: Desk) -> None:
    await desk.tell(PASSED)
    last = (await desk.thread())[-1]
    assert (last.kind, last.author, last.day) == (Kind.TOLD, Author.HOUSE, NOW.date())
    assert last.words == ""
    assert last.told is not None
    assert (last.told.move, last.told.unit) == (Move.PASS_ON, "Công đoàn phía nam")
    assert (last.told.day, last.told.own) == (DAY, {})


async def test_an_officer_sees_what_the_worker_was_told(desk: Desk) -> None:
    await desk.tell(PASSED)
    async with desk.made.write() as tx:
        case = await cases.open_case(tx, desk.one.id, desk.tip, NOW)
    assert isinstance(case, Case)
    assert case.entries[-1].told is not None
    assert case.entries[-1].words == ""


async def test_what_a_press_of_the_worker_led_to_has_no_time(desk: Desk) -> None:
    await desk.tell(News(Move.MOVE_UP, about="root", by="north", day=DAY))
    assert (await desk.thread())[-1].day is None


async def test_the_bell_rings(desk: Desk) -> None:
    await desk.tell(PASSED)
    async with desk.made.read() as tx:
        later = (NOW + timedelta(hours=20)).astimezone(VIETNAM)
        assert desk.new.bell in await bell.shown(tx, later)


async def test_the_chat_that_asked_for_it_is_told(desk: Desk) -> None:
    async with desk.made.write() as tx:
        assert await tips.tell_here(tx, desk.new.key, "telegram|7")
    async with desk.made.write() as tx:
        held = await cases.hold(tx, desk.one.id, desk.tip, lock=True)
        assert held is not None
        await telling.tell(tx, desk.tip, held.case, held.bell, held.record, PASSED, NOW)
        assert tx.told == {"telegram|7"}


async def test_of_some_moves_nothing_is_told(desk: Desk) -> None:
    before = await record_of(desk.made, desk.tip)
    for move in (Move.CLAIM, Move.ASK, Move.MERGE):
        await desk.tell(News(move, about="south", by="north"))
    assert (await record_of(desk.made, desk.tip)).end == before.end


async def test_a_units_own_words_are_told_in_the_place_of_the_houses(desk: Desk) -> None:
    own = {Language.VI: "Tin đã sang {unit}, hẹn {day}.", Language.EN: " "}
    assert await desk.write(desk.lead, "north", own) is True
    await desk.tell(PASSED)
    told = (await desk.thread())[-1].told
    assert told is not None
    assert told.own == {Language.VI: "Tin đã sang Công đoàn phía nam, hẹn 03/12/2026."}


async def test_empty_words_are_the_houses_again(desk: Desk) -> None:
    assert await desk.write(desk.lead, "north", {Language.VI: "Xong."}) is True
    assert await desk.write(desk.lead, "north", {Language.VI: ""}) is True
    async with desk.made.read() as tx:
        assert await telling.own(tx, "north") == {}
        assert await tx.rows(select(unit_rules)) == []


async def test_only_a_lead_of_the_unit_writes_words_for_it(desk: Desk) -> None:
    assert await desk.write(desk.one, "north", {Language.VI: "Xong."}) is False
    assert await desk.write(desk.lead, "south", {Language.VI: "Xong."}) is False
    async with desk.made.read() as tx:
        assert await telling.own(tx, "north") == {}
        assert await audit.entries(tx, limit=10) == ()


async def test_words_with_a_field_that_nobody_fills_are_refused(desk: Desk) -> None:
    flawed = {Language.VI: "Xong.", Language.EN: "To {name}."}
    assert await desk.write(desk.lead, "north", flawed) == (Flaw.FIELD, "name")
    async with desk.made.read() as tx:
        assert await telling.own(tx, "north") == {}


async def test_that_words_were_changed_stands_in_the_audit(desk: Desk) -> None:
    await desk.write(desk.lead, "north", {Language.VI: "Xong."})
    async with desk.made.read() as tx:
        [entry] = await audit.entries(tx, limit=10)
    assert (entry.act, entry.staff, entry.note) == (Act.DESK_CHANGED, desk.lead.id, "told pass_on")
