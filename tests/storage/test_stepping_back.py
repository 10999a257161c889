"""An officer steps back from a tip: they never see it again, and somebody else always does."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from handlers.roles import Role
from handlers.tips import Category, Kind, Move, Outcome, Status
from storage import (
    alarms,
    aside,
    audit,
    board,
    cases,
    holding,
    merging,
    outbox,
    pings,
    staff,
    stepping_back,
    stored,
    stranded,
    tips,
)
from storage.audit import Act
from storage.cases import Done, No, Refusal
from storage.database import Database
from storage.outbox import LetterKind
from storage.passing import Declined, Why
from storage.staff import Change, Member
from storage.stepping_back import Stepped
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import file, new_tip, record_of

BROWSER = '["https://fcm.googleapis.com/fcm/send/one","p256dh","auth"]'
STRANGE = Refusal(No.NOT_YOURS)


@dataclass
class House:
    """At `north`: `one`, `two` and their `lead`; above them `up` reads at the root."""

    made: Database
    one: Member
    two: Member
    lead: Member
    up: Member

    async def file(self, **changes: object) -> bytes:
        return await file(self.made, new_tip("north", **{"category": Category.THEFT} | changes))

    async def claim(self, by: Member, tip: bytes) -> Done | Refusal:
        async with self.made.write() as tx:
            return await cases.claim(tx, by.id, tip, NOW)

    async def back(self, by: Member, tip: bytes) -> Stepped | Declined:
        async with self.made.write() as tx:
            return await stepping_back.step_back(tx, by.id, tip, NOW)

    async def sees(self, by: Member, tip: bytes) -> bool:
        """Whether they see it on any road: the list, the card, the words."""
        async with self.made.write() as tx:
            listed = tip in {card.tip for card in await cases.cards(tx, by.id, NOW)}
            on_board = tip in {line.tip for line in (await board.seen(tx, by.id, NOW)).lines}
            shown = await cases.see(tx, by.id, tip, NOW) != STRANGE
            opened = await cases.open_case(tx, by.id, tip, NOW) != STRANGE
        assert listed == on_board == shown == opened
        return listed


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with desk_world.database(database_url) as made:
        people = [
            (await desk_world.add(made, login, (unit, role)))[0]
            for login, unit, role in (
                ("mot", "north", Role.OFFICER),
                ("hai", "north", Role.OFFICER),
                ("truong", "north", Role.LEAD),
                ("tren", "root", Role.OFFICER),
            )
        ]
        yield House(made, *people)


async def test_the_tip_stays_with_the_colleagues_and_is_gone_for_them(house: House) -> None:
    tip = await house.file()
    assert await house.claim(house.one, tip) == Done(Status.CLAIMED)
    async with house.made.read() as tx:
        assert await stepping_back.look(tx, house.one.id, tip) == Stepped()
    assert await house.back(house.one, tip) == Stepped()
    known = await record_of(house.made, tip)
    assert (known.unit, known.status, known.holder) == ("north", Status.TRIAGE, None)
    assert not await house.sees(house.one, tip)
    assert await house.sees(house.two, tip)
    assert not await house.sees(house.up, tip)
    assert await house.back(house.one, tip) == Declined(Why.NOT_YOURS)
    assert await house.claim(house.one, tip) == STRANGE
    assert await house.claim(house.two, tip) == Done(Status.CLAIMED)


async def test_nobody_gives_it_back_to_them(house: House) -> None:
    tip = await house.file()
    assert await house.back(house.one, tip) == Stepped()
    assert await house.claim(house.two, tip) == Done(Status.CLAIMED)
    async with house.made.write() as tx:
        people = await holding.colleagues(tx, house.two.id, tip)
        assert house.one.id not in {each.id for each in people}
        given = await holding.hand_over(tx, house.two.id, tip, house.one.id, NOW)
        assert given == Refusal(No.NO_READER)


async def test_of_a_lead_it_goes_up_and_their_unit_reads_it_no_more(house: House) -> None:
    new = new_tip("north", category=Category.THEFT)
    tip = await file(house.made, new)
    async with house.made.read() as tx:
        assert await stepping_back.look(tx, house.lead.id, tip) == Stepped("Tổng liên đoàn")
    assert await house.back(house.lead, tip) == Stepped("Tổng liên đoàn")
    known = await record_of(house.made, tip)
    assert (known.unit, known.readers, known.status) == ("root", ("root",), Status.TRIAGE)
    for each in (house.one, house.two, house.lead):
        assert not await house.sees(each, tip)
    assert await house.sees(house.up, tip)
    async with house.made.read() as tx:
        thread = await tips.read_thread(tx, new.key)
    assert thread is not None
    [told] = [each.told for each in thread.entries if each.kind is Kind.TOLD]
    assert told is not None
    assert (told.move, told.unit) == (Move.PASS_ON, "Tổng liên đoàn")


async def test_no_role_brings_it_back_to_them(house: House) -> None:
    tip = await house.file()
    assert await house.back(house.lead, tip) == Stepped("Tổng liên đoàn")
    async with house.made.write() as tx:
        assert await staff.grant(tx, house.lead.id, "root", Role.LEAD) is Change.DONE
        assert await staff.grant(tx, house.two.id, "root", Role.OFFICER) is Change.DONE
    assert not await house.sees(house.lead, tip)
    assert await house.sees(house.two, tip)


async def test_who_is_alone_at_a_desk_hands_it_up_and_at_the_top_is_told_to_find_somebody(
    house: House,
) -> None:
    alone, _ = await desk_world.add(house.made, "nam", ("south", Role.OFFICER))
    tip = await file(house.made, new_tip("south"))
    assert await house.claim(alone, tip) == Done(Status.CLAIMED)
    assert await house.back(alone, tip) == Stepped("Tổng liên đoàn")
    assert await house.back(house.up, tip) == Declined(Why.NOWHERE)
    assert await house.sees(house.up, tip), "a tip without a reader would be lost"


async def test_it_goes_past_a_desk_where_only_they_themselves_read_or_who_is_shut_out(
    house: House,
) -> None:
    both, _ = await desk_world.add(
        house.made, "ca", ("north-park", Role.OFFICER), ("north", Role.OFFICER)
    )
    tip = await file(house.made, new_tip("north-park", category=Category.THEFT))
    async with house.made.write() as tx:
        for each, role in (
            (house.one, Role.OFFICER),
            (house.two, Role.OFFICER),
            (house.lead, Role.LEAD),
        ):
            assert await staff.revoke(tx, each.id, "north", role)
    assert await house.back(both, tip) == Stepped("Tổng liên đoàn")
    assert not await house.sees(both, tip)
    out = await house.file(excluded=frozenset({"root"}))
    await desk_world.add(house.made, "moi", ("north", Role.LEAD))
    async with house.made.write() as tx:
        assert await staff.grant(tx, house.lead.id, "north", Role.LEAD) is Change.DONE
    # Shut out by its worker: it stays with those who read here.
    assert await house.back(house.lead, out) == Stepped()


async def test_that_they_stepped_back_stands_in_the_log_and_no_reason(house: House) -> None:
    tip = await house.file()
    await house.back(house.one, tip)
    await house.back(house.lead, tip)
    async with house.made.read() as tx:
        found = [each for each in await audit.entries(tx, limit=20) if each.tip == tip]
    told = [(each.act, each.staff, each.note) for each in reversed(found)]
    assert told == [
        (Act.STEPPED_BACK, house.one.id, ""),
        (Act.STEPPED_BACK, house.lead.id, "root"),
    ]


async def test_a_tip_that_was_set_aside_goes_to_the_unit_above_not_to_nobody(house: House) -> None:
    tip = await house.file()
    known = await record_of(house.made, tip)
    async with house.made.write() as tx:
        await stored.write_record(tx, tip, replace(known, aside=True))
        assert [card.tip for card in await aside.waiting(tx, house.lead.id, NOW)] == [tip]
    assert await house.back(house.lead, tip) == Stepped("Tổng liên đoàn")
    assert not (await record_of(house.made, tip)).aside
    assert await house.sees(house.up, tip)


async def test_no_alarm_of_theirs_rings_for_it(house: House) -> None:
    async with house.made.write() as tx:
        for each in (house.one, house.two):
            place = BROWSER.replace("one", each.login)
            assert await alarms.add_browser(tx, each.id, place) is not None
    tip = await house.file()
    assert await house.claim(house.one, tip) == Done(Status.CLAIMED)
    async with house.made.write() as tx:
        await outbox.drop_of(tx, tip)
    assert await house.back(house.one, tip) == Stepped()
    async with house.made.write() as tx:
        rings = [each for each in await outbox.waiting(tx) if each.kind is LetterKind.PING]
        [ring] = rings
        wanted = await pings.ping(tx, ring)
        assert wanted is not None
        assert wanted.alarm.staff == house.two.id
        # One that was on its way already does not arrive either.
        [theirs] = await alarms.of_member(tx, house.one.id)
        assert await pings.ping(tx, replace(ring, to=theirs.id.hex())) is None


async def test_they_step_back_from_all_that_are_worked_on_as_one(house: House) -> None:
    first, second = await house.file(), await house.file(nickname="Cây khế", bell="48214")
    assert await house.claim(house.one, first) == Done(Status.CLAIMED)
    async with house.made.write() as tx:
        assert await merging.merge(tx, house.one.id, first, [second], NOW) == 1
    assert await house.back(house.one, second) == Stepped()
    for each in (first, second):
        assert not await house.sees(house.one, each)
        assert (await record_of(house.made, each)).status is Status.TRIAGE
    async with house.made.write() as tx:
        assert await merging.claim(tx, house.two.id, first, NOW) == Done(Status.CLAIMED)
    assert {(await record_of(house.made, each)).holder for each in (first, second)} == {
        house.two.id.hex()
    }
    assert await house.back(house.lead, second) == Stepped("Tổng liên đoàn")
    for each in (first, second):
        assert (await record_of(house.made, each)).readers == ("root",)
        assert not await house.sees(house.lead, each)
        assert not await house.sees(house.one, each)


async def test_who_stepped_back_from_one_sees_none_that_it_is_merged_with(house: House) -> None:
    first, second = await house.file(), await house.file(nickname="Cây khế", bell="48214")
    assert await house.back(house.one, second) == Stepped()
    assert await house.claim(house.two, first) == Done(Status.CLAIMED)
    async with house.made.write() as tx:
        assert await merging.merge(tx, house.two.id, first, [second], NOW) == 1
    assert not await house.sees(house.one, first)


async def test_when_the_others_are_gone_the_tip_goes_up_by_itself(house: House) -> None:
    tip = await house.file()
    assert await house.back(house.one, tip) == Stepped()
    async with house.made.write() as tx:
        assert (await stranded.find(tx, NOW)).movable == ()
        assert await staff.revoke(tx, house.two.id, "north", Role.OFFICER)
        assert await staff.revoke(tx, house.lead.id, "north", Role.LEAD)
        assert (await stranded.find(tx, NOW)).movable == (tip,)
        assert await stranded.move_up(tx, tip, NOW)
    assert await house.sees(house.up, tip)
    assert not await house.sees(house.one, tip)


async def test_a_closed_tip_is_out_of_their_sight_and_its_undo_is_gone(house: House) -> None:
    tip = await house.file()
    assert await house.claim(house.one, tip) == Done(Status.CLAIMED)
    async with house.made.write() as tx:
        closed = await cases.close(tx, house.one.id, tip, Outcome.HANDLED, "Xong.", NOW)
        assert isinstance(closed, Done)
    assert await house.back(house.one, tip) == Stepped()
    assert not await house.sees(house.one, tip)
    known = await record_of(house.made, tip)
    assert (known.status, known.ending) == (Status.CLOSED, None)


async def test_two_who_step_back_at_once_leave_the_tip_with_somebody(house: House) -> None:
    async with house.made.write() as tx:
        assert await staff.revoke(tx, house.lead.id, "north", Role.LEAD)
    tip = await house.file()
    done = await asyncio.gather(house.back(house.one, tip), house.back(house.two, tip))
    assert sorted(each.unit for each in done if isinstance(each, Stepped)) == [
        "",
        "Tổng liên đoàn",
    ]
    assert await house.sees(house.up, tip)
