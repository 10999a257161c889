"""Tips that a desk works on as one: each keeps its key, thread, worker and consent; nobody who may
not read one of them reads another, and whatever happens to one leaves the others where they are.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.effects import FileTip
from handlers.listing import Facet, read
from handlers.moderators.actions import HELD
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Category, Outcome, Status
from handlers.turn import Thread, Whose
from storage import (
    audit,
    bell,
    board,
    bundles,
    cases,
    desk_codes,
    desk_groups,
    merging,
    out_of_scope,
    posts,
    retention,
    staff,
    stored,
    tips,
    units,
)
from storage.audit import Act
from storage.cards import Card
from storage.cases import Done, No, Refusal
from storage.database import Database
from storage.days import VIETNAM
from storage.desk_codes import CodeKind
from storage.merging import Refused, Why
from storage.outbox import Letter, LetterKind
from storage.readers import NotForPolice
from storage.record import Record
from storage.staff import Member
from storage.tables import letters, rings, tallies
from storage.tables import tips as tips_table
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import count, file, new_tip, record_of

POLICE = Unit("police", "north", UnitKind.POLICE, "Công an phường", frozenset({"25747"}))
LATER = NOW + timedelta(days=2)


@dataclass
class House:
    """An officer `one` of north-park, who holds the first of some tips."""

    made: Database
    one: Member
    new: dict[bytes, FileTip] = field(default_factory=dict)

    async def file(self, unit: str = "north-park", **changes: object) -> bytes:
        number = f"{len(self.new):05}"
        told = {"category": Category.THEFT, "nickname": f"Cây {number}", "bell": number}
        new = new_tip(unit, **(told | changes))
        tip = await file(self.made, new)
        self.new[tip] = new
        return tip

    async def record(self, tip: bytes) -> Record:
        return await record_of(self.made, tip)

    async def merged(self, *some: bytes) -> None:
        lead, *rest = some
        async with self.made.write() as tx:
            assert isinstance(await cases.claim(tx, self.one.id, lead, NOW), Done)
        async with self.made.write() as tx:
            assert await merging.merge(tx, self.one.id, lead, rest, NOW) == len(rest)

    async def merge(self, lead: bytes, *rest: bytes, by: Member | None = None) -> int | Refused:
        async with self.made.write() as tx:
            return await merging.merge(tx, (by or self.one).id, lead, rest, NOW)

    async def cards(self, by: Member | None = None) -> dict[bytes, Card]:
        async with self.made.read() as tx:
            return {each.tip: each for each in await cases.cards(tx, (by or self.one).id, NOW)}

    async def thread(self, tip: bytes) -> Thread:
        async with self.made.read() as tx:
            found = await tips.read_thread(tx, self.new[tip].key)
        assert found is not None
        return found

    async def words(self, tip: bytes) -> list[str]:
        return [each.words for each in (await self.thread(tip)).entries]


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with desk_world.database(database_url) as made:
        async with made.write() as tx:
            await units.import_all(tx, (*desk_world.UNITS, POLICE), at_once=True)
        one, _ = await desk_world.add(made, "mot", ("north-park", Role.OFFICER))
        yield House(made, one)


async def add(house: House, login: str, unit: str = "north-park") -> Member:
    member, _ = await desk_world.add(house.made, login, (unit, Role.OFFICER))
    return member


async def release(house: House, tip: bytes) -> None:
    """Let the police unit read a tip, as releasing it does."""
    async with house.made.write() as tx:
        case = await stored.open_as(tx, "north-park", tip)
        assert case is not None
        known = await house.record(tip)
        known = replace(known, readers=(*known.readers, "police"))
        await stored.seal_again(tx, tip, case, known)
        await stored.write_record(tx, tip, known)


# --- merging --------------------------------------------------------------------------------------


async def test_who_holds_the_lead_merges_and_the_others_follow_it(house: House) -> None:
    lead, one, two = [await house.file() for _ in range(3)]
    await house.merged(lead, one, two)
    cards = await house.cards()
    assert [cards[each].under for each in (lead, one, two)] == [None, lead, lead]
    assert [cards[each].beside for each in (lead, one, two)] == [2, 0, 0]
    assert all(cards[each].mine for each in (lead, one, two))
    async with house.made.read() as tx:
        acts = [each.act for each in await audit.entries(tx, limit=9) if each.tip in (one, two)]
    assert acts.count(Act.MERGED) == acts.count(Act.CLAIMED) == 2


async def test_what_leads_others_brings_them_along(house: House) -> None:
    lead, other, under = [await house.file() for _ in range(3)]
    await house.merged(other, under)
    async with house.made.write() as tx:
        assert isinstance(await cases.claim(tx, house.one.id, lead, NOW), Done)
    assert await house.merge(lead, other) == 2
    assert {each: card.under for each, card in (await house.cards()).items()} == {
        lead: None,
        other: lead,
        under: lead,
    }


async def test_nothing_is_merged_that_may_not_be(house: House) -> None:
    two, elsewhere = await add(house, "hai"), await add(house, "ba", "south")
    lead, free, taken = [await house.file() for _ in range(3)]
    far = await house.file("south")
    assert await house.merge(lead, free) == Refused(Why.CLAIM_FIRST)
    async with house.made.write() as tx:
        assert isinstance(await cases.claim(tx, house.one.id, lead, NOW), Done)
        assert isinstance(await cases.claim(tx, two.id, taken, NOW), Done)
    assert await house.merge(lead) == await house.merge(lead, lead) == Refused(Why.NONE)
    # Not even one of several.
    assert await house.merge(lead, free, taken) == Refused(Why.TAKEN, two.name)
    assert (await house.record(free)).holder is None
    assert await house.merge(lead, far) == Refused(Why.NOT_YOURS)
    assert await house.merge(lead, free, by=elsewhere) == Refused(Why.NOT_YOURS)
    assert await house.merge(lead, free, by=two) == Refused(Why.CLAIM_FIRST)
    assert await house.merge(lead, b"\0" * 16) == Refused(Why.NOT_YOURS)
    async with house.made.write() as tx:
        assert await tips.close(tx, house.new[free].key, NOW)
    assert await house.merge(lead, free) == Refused(Why.CLOSED)


async def test_one_that_follows_another_is_not_taken_from_it(house: House) -> None:
    lead, one, other = [await house.file() for _ in range(3)]
    await house.merged(lead, one)
    async with house.made.write() as tx:
        assert isinstance(await cases.claim(tx, house.one.id, other, NOW), Done)
    assert await house.merge(other, one) == Refused(Why.MERGED)
    assert await house.merge(one, other) == Refused(Why.MERGED)
    # Once more is no harm.
    assert await house.merge(lead, one) == 1


async def test_a_tip_of_another_desk_is_not_merged_even_where_both_are_read(house: House) -> None:
    both, _ = await desk_world.add(
        house.made, "hai", ("north", Role.OFFICER), ("south", Role.OFFICER)
    )
    lead, far = await house.file("north"), await house.file("south")
    async with house.made.write() as tx:
        assert isinstance(await cases.claim(tx, both.id, lead, NOW), Done)
    assert await house.merge(lead, far, by=both) == Refused(Why.ELSEWHERE)


async def test_tips_are_not_merged_where_a_reader_of_one_is_shut_out_of_the_other(
    house: House,
) -> None:
    lead, other = await house.file(), await house.file(excluded=frozenset({"south"}))
    async with house.made.write() as tx:
        case = await stored.open_as(tx, "north-park", lead)
        assert case is not None
        known = replace(await house.record(lead), readers=("north-park", "south"))
        await stored.seal_again(tx, lead, case, known)
        await stored.write_record(tx, lead, known)
        assert isinstance(await cases.claim(tx, house.one.id, lead, NOW), Done)
    assert await house.merge(lead, other) == Refused(Why.APART)
    assert (await house.record(other)).holder is None


async def test_there_is_an_end_to_how_many_are_merged(house: House) -> None:
    every = [await house.file() for _ in range(bundles.MOST_FOLLOWERS + 2)]
    lead, *rest = every
    async with house.made.write() as tx:
        assert isinstance(await cases.claim(tx, house.one.id, lead, NOW), Done)
    assert await house.merge(lead, *rest) == Refused(Why.MANY)
    assert await house.merge(lead, *rest[:-1]) == bundles.MOST_FOLLOWERS
    async with house.made.read() as tx:
        rows = await tx.rows(select(tips_table.c.record))
    assert len({len(row.record) for row in rows}) == 1


# --- the police -----------------------------------------------------------------------------------


async def test_the_police_get_none_unless_all_of_them_agreed(house: House) -> None:
    yes, no = await house.file(may_go_to_police=True), await house.file()
    await house.merged(yes, no)
    with pytest.raises(NotForPolice):
        await release(house, yes)
    assert (await house.thread(yes)).may_go_to_police
    assert not (await house.record(yes)).police_may_read
    async with house.made.write() as tx:
        case = await cases.open_case(tx, house.one.id, yes, NOW)
    assert isinstance(case, cases.Case)
    assert (case.may_go_to_police, case.held_back) == (False, True)
    async with house.made.write() as tx:
        assert await tips.allow_police(tx, house.new[no].key, allowed=True)
    assert (await house.record(yes)).police_may_read
    await release(house, yes)


async def test_it_can_be_released_again_when_the_one_that_held_it_back_is_out(
    house: House,
) -> None:
    yes, no = await house.file(may_go_to_police=True), await house.file()
    await house.merged(yes, no)
    async with house.made.write() as tx:
        assert isinstance(await merging.take_out(tx, house.one.id, no, NOW), Done)
    await release(house, yes)
    assert await house.merge(yes, no) == Refused(Why.APART)


async def test_consent_taken_back_takes_that_tip_out_and_the_police_keep_nothing_of_it(
    house: House,
) -> None:
    lead, other = [await house.file(may_go_to_police=True) for _ in range(2)]
    await house.merged(lead, other)
    for each in (lead, other):
        await release(house, each)
    police = await add(house, "ca", "police")
    assert set(await house.cards(police)) == {lead, other}
    async with house.made.write() as tx:
        assert await tips.allow_police(tx, house.new[other].key, allowed=False)
    assert set(await house.cards(police)) == {lead}
    assert (await house.cards())[other].under is None
    assert (await house.record(lead)).police_may_read


# --- words ----------------------------------------------------------------------------------------


async def test_an_answer_goes_into_each_thread_and_rings_each_bell(house: House) -> None:
    every = [await house.file() for _ in range(3)]
    await house.merged(*every)
    async with house.made.write() as tx:
        done = await merging.answer(tx, house.one.id, every[0], "Đã mở cửa.", NOW)
        assert done == Done(Status.WORKING)
    for each in every:
        assert (await house.words(each))[-1] == "Đã mở cửa."
        assert (await house.thread(each)).status is Status.WORKING
    async with house.made.read() as tx:
        rung = {row.number for row in await tx.rows(select(rings.c.number))}
    assert {house.new[each].bell for each in every} <= rung
    assert await bell_shows(house, *(house.new[each].bell for each in every))


async def bell_shows(house: House, *numbers: str) -> bool:
    async with house.made.read() as tx:
        return set(numbers) <= set(await bell.shown(tx, LATER.astimezone(VIETNAM)))


async def test_a_question_goes_to_one_or_to_each_and_waits_only_where_it_was_asked(
    house: House,
) -> None:
    lead, one, two = [await house.file() for _ in range(3)]
    await house.merged(lead, one, two)
    async with house.made.write() as tx:
        assert await cases.ask(tx, house.one.id, one, "Cửa nào?", NOW) == Done(Status.ASKED)
    assert [(await house.record(each)).status for each in (lead, one, two)] == [
        Status.CLAIMED,
        Status.ASKED,
        Status.CLAIMED,
    ]
    async with house.made.write() as tx:
        assert isinstance(await merging.ask(tx, house.one.id, lead, "Từ bao giờ?", NOW), Done)
    for each in (lead, one, two):
        assert (await house.words(each))[-1] == "Từ bao giờ?"
    async with house.made.write() as tx:
        assert await tips.add_words(tx, house.new[two].key, "Từ hôm qua.")
    assert (await house.cards())[two].under == lead


async def test_nothing_is_said_in_any_thread_where_it_is_refused_in_one(house: House) -> None:
    two = await add(house, "hai")
    lead, other = await house.file(), await house.file()
    await house.merged(lead, other)
    for work in (merging.answer, merging.ask):
        async with house.made.write() as tx:
            assert await work(tx, two.id, lead, "Chào.", NOW) == Refusal(No.TAKEN, house.one.name)
            assert await work(tx, house.one.id, lead, "  ", NOW) == Refusal(No.EMPTY)
    async with house.made.write() as tx:
        done = await merging.close(tx, two.id, lead, Outcome.HANDLED, "Xong.", NOW)
        assert done == Refusal(No.TAKEN, house.one.name)
    for each in (lead, other):
        assert len(await house.words(each)) == 1
    assert (await house.cards())[other].under == lead


async def test_closing_closes_each_with_a_count_of_its_own_and_they_stay_together(
    house: House,
) -> None:
    every = [await house.file() for _ in range(3)]
    await house.merged(*every)
    async with house.made.write() as tx:
        done = await merging.close(tx, house.one.id, every[0], Outcome.HANDLED, "Xong.", NOW)
        assert done == Done(Status.CLOSED)
    assert await count(house.made, tallies) == 3
    for each in every:
        thread = await house.thread(each)
        assert (thread.status, thread.outcome) == (Status.CLOSED, Outcome.HANDLED)
        assert (await house.words(each))[-1] == "Xong."
    cards = await house.cards()
    assert [cards[each].under for each in every] == [None, every[0], every[0]]
    await retention.run(house.made, NOW.date() + timedelta(days=91), retention.Days())
    assert await count(house.made, tips_table) == 0
    assert await count(house.made, tallies) == 3


async def test_a_closing_of_several_is_taken_back_for_all_but_who_went_on_meanwhile(
    house: House,
) -> None:
    every = [await house.file() for _ in range(3)]
    await house.merged(*every)
    async with house.made.write() as tx:
        await merging.close(tx, house.one.id, every[0], Outcome.HANDLED, "Xong.", NOW)
        # Words that are added to a closed tip open it again; this worker does not wait for that.
        assert await tips.remove(tx, house.new[every[2]].key, day=NOW.date())
        done = await merging.undo(tx, house.one.id, every[0], NOW + timedelta(minutes=9))
        assert done == Done(Status.CLAIMED)
    cards = await house.cards()
    assert (cards[every[0]].beside, cards[every[1]].under) == (1, every[0])
    for each in every[:2]:
        thread = await house.thread(each)
        assert (thread.status, thread.outcome) == (Status.CLAIMED, None)
        assert "Xong." not in await house.words(each)
    # The one that was deleted while it was closed stays counted.
    assert await count(house.made, tallies) == 1


async def test_a_closing_of_several_stays_where_it_is_too_late(house: House) -> None:
    every = [await house.file() for _ in range(2)]
    await house.merged(*every)
    async with house.made.write() as tx:
        await merging.close(tx, house.one.id, every[0], Outcome.HANDLED, "Xong.", NOW)
        late = await merging.undo(tx, house.one.id, every[0], NOW + timedelta(minutes=10))
        assert late == Refusal(No.TOO_LATE)
    cards = await house.cards()
    assert cards[every[1]].under == every[0]
    assert await count(house.made, tallies) == 2


async def test_closing_one_that_follows_closes_it_alone(house: House) -> None:
    lead, one, two = [await house.file() for _ in range(3)]
    await house.merged(lead, one, two)
    async with house.made.write() as tx:
        done = await merging.close(tx, house.one.id, one, Outcome.UNVERIFIED, "Tiếc.", NOW)
        assert done == Done(Status.CLOSED)
    cards = await house.cards()
    assert [cards[each].status for each in (lead, two)] == [Status.CLAIMED] * 2
    assert [cards[each].under for each in (one, two)] == [None, lead]


# --- what takes one out ---------------------------------------------------------------------------


async def test_one_is_taken_out_at_any_time_and_keeps_its_place_at_the_desk(house: House) -> None:
    two = await add(house, "hai")
    lead, one, last = [await house.file() for _ in range(3)]
    await house.merged(lead, one, last)
    async with house.made.write() as tx:
        assert await merging.take_out(tx, two.id, one, NOW) == Refusal(No.TAKEN, house.one.name)
        assert await merging.take_out(tx, house.one.id, one, NOW) == Done(Status.CLAIMED)
        assert await merging.take_out(tx, house.one.id, one, NOW) == Refusal(No.WRONG_STATUS)
        assert await merging.take_out(tx, two.id, b"\0" * 16, NOW) == Refusal(No.NOT_YOURS)
    cards = await house.cards()
    assert (cards[one].under, cards[one].mine, cards[lead].beside) == (None, True, 1)
    # The lead itself: the next one leads, and here it is the only one.
    async with house.made.write() as tx:
        assert isinstance(await merging.take_out(tx, house.one.id, lead, NOW), Done)
    cards = await house.cards()
    assert all((card.under, card.beside) == (None, 0) for card in cards.values())


async def test_when_the_lead_is_deleted_the_next_one_leads(house: House) -> None:
    lead, one, two = [await house.file() for _ in range(3)]
    await house.merged(lead, one, two)
    async with house.made.write() as tx:
        assert await tips.remove(tx, house.new[lead].key, day=NOW.date())
    cards = await house.cards()
    assert (cards[one].beside, cards[two].under) == (1, one)
    async with house.made.write() as tx:
        assert await tips.remove(tx, house.new[two].key, day=NOW.date())
    assert (await house.cards())[one].beside == 0
    assert not bundles.is_bound(await house.record(one))


async def test_a_worker_who_ends_it_or_shuts_somebody_out_takes_only_their_own_out(
    house: House,
) -> None:
    lead, ended, hidden, last = [await house.file() for _ in range(4)]
    await house.merged(lead, ended, hidden, last)
    async with house.made.write() as tx:
        assert await tips.close(tx, house.new[ended].key, NOW)
        out = frozenset({"north-park"})
        key = house.new[hidden].key
        assert await tips.hide(tx, key, out, "north", due=NOW, triage_by=LATER)
    cards = await house.cards()
    assert set(cards) == {lead, ended, last}
    assert (cards[lead].beside, cards[last].under, cards[ended].under) == (1, lead, None)
    assert not bundles.is_bound(await house.record(hidden))
    assert (await house.record(hidden)).holder is None


async def test_the_rest_is_not_found_by_whoever_one_of_them_shuts_out_later(house: House) -> None:
    """Also where its desk stays the same."""
    south = await add(house, "nam", "south")
    lead, other = await house.file(), await house.file()
    async with house.made.write() as tx:
        case = await stored.open_as(tx, "north-park", lead)
        assert case is not None
        known = replace(await house.record(lead), readers=("north-park", "south"))
        await stored.seal_again(tx, lead, case, known)
        await stored.write_record(tx, lead, known)
    await house.merged(lead, other)
    assert set(await house.cards(south)) == {lead}
    async with house.made.write() as tx:
        out, key = frozenset({"south"}), house.new[other].key
        assert await tips.hide(tx, key, out, "north-park", due=NOW, triage_by=LATER)
    assert (await house.cards())[other].under is None
    assert (await house.cards())[lead].beside == 0


async def test_one_closed_as_out_of_scope_goes_alone_and_comes_back_alone(house: House) -> None:
    lead, one, two = [await house.file() for _ in range(3)]
    await house.merged(lead, one, two)
    async with house.made.write() as tx:
        removed = await out_of_scope.close(tx, house.one.id, lead, NOW)
    assert isinstance(removed, out_of_scope.Removed)
    cards = await house.cards()
    assert (set(cards), cards[one].beside, cards[two].under) == ({one, two}, 1, one)
    async with house.made.write() as tx:
        assert isinstance(await out_of_scope.undo(tx, house.one.id, removed, NOW), Done)
    cards = await house.cards()
    assert (cards[lead].beside, cards[lead].under, cards[one].beside) == (0, None, 1)
    assert not bundles.is_bound(await house.record(lead))


# --- who holds them -------------------------------------------------------------------------------


async def test_when_the_holder_has_left_whoever_claims_one_claims_all(house: House) -> None:
    two = await add(house, "hai")
    lead, one, last = [await house.file() for _ in range(3)]
    await house.merged(lead, one, last)
    async with house.made.write() as tx:
        assert await merging.claim(tx, two.id, one, NOW) == Refusal(No.TAKEN, house.one.name)
        assert await staff.revoke(tx, house.one.id, "north-park", Role.OFFICER) is not None
    async with house.made.write() as tx:
        assert isinstance(await merging.claim(tx, two.id, one, NOW), Done)
    cards = await house.cards(two)
    assert [cards[each].under for each in (lead, one, last)] == [None, lead, lead]
    assert all(card.mine and card.status in HELD for card in cards.values())


async def test_one_that_somebody_claims_for_themselves_stands_alone(house: House) -> None:
    """By a road that knows nothing of bundles."""
    two = await add(house, "hai")
    lead, one, last = [await house.file() for _ in range(3)]
    await house.merged(lead, one, last)
    async with house.made.write() as tx:
        await stored.change(tx, one, replace(await house.record(one), holder=two.id.hex()), None)
    cards = await house.cards(two)
    assert (cards[one].under, cards[one].mine, cards[last].under) == (None, True, lead)


async def test_followers_are_let_go_with_their_lead(house: House) -> None:
    lead, one = await house.file(), await house.file()
    await house.merged(lead, one)
    async with house.made.write() as tx:
        free = replace(await house.record(lead), status=Status.TRIAGE, holder=None, triage_by=LATER)
        await stored.change(tx, lead, free, None)
    known = await house.record(one)
    assert (known.status, known.holder, known.triage_by) == (Status.TRIAGE, None, LATER)
    assert (await house.cards())[one].under == lead


async def test_a_lead_that_goes_to_another_desk_leaves_the_others_where_they_are(
    house: House,
) -> None:
    lead, one, two = [await house.file() for _ in range(3)]
    await house.merged(lead, one, two)
    async with house.made.write() as tx:
        case = await stored.open_as(tx, "north-park", lead)
        assert case is not None
        passed = replace(await house.record(lead), unit="south", readers=("south",), holder=None)
        await stored.seal_again(tx, lead, case, passed)
        await stored.change(tx, lead, passed, NOW)
    cards = await house.cards()
    assert (set(cards), cards[one].beside, cards[two].under) == ({one, two}, 1, one)


async def test_the_card_of_the_lead_stands_for_all(house: House) -> None:
    """Danger, a nearer deadline and an answer that came in are not hidden beneath a calm one."""
    soon = NOW.date() - timedelta(days=1)
    lead, one = await house.file(), await house.file(danger=True, answer_on=soon)
    await house.merged(lead, one)
    async with house.made.write() as tx:
        assert isinstance(await merging.ask(tx, house.one.id, lead, "Cửa nào?", NOW), Done)
    calm = (await house.cards())[lead]
    assert (calm.danger, calm.turn) == (True, Whose.WORKER)
    async with house.made.write() as tx:
        assert await tips.add_words(tx, house.new[one].key, "Cửa sau.")
    async with house.made.read() as tx:
        seen = await cases.see(tx, house.one.id, lead, NOW)
    assert isinstance(seen, Card)
    assert (seen.status, seen.turn) == (Status.ASKED, Whose.DESK)
    assert seen == (await house.cards())[lead]
    free = await house.file()
    late = await house.file(danger=True, answer_on=soon)
    async with house.made.write() as tx:
        assert isinstance(await cases.claim(tx, house.one.id, free, NOW), Done)
    assert not (await house.cards())[free].overdue
    assert await house.merge(free, late) == 1
    assert (await house.cards())[free].overdue


async def test_the_desk_has_one_card_of_them_in_lists_and_a_stranger_has_none(
    house: House,
) -> None:
    lead, one = await house.file(), await house.file()
    await house.merged(lead, one)
    stranger = await add(house, "nam", "south")
    async with house.made.read() as tx:
        beside = await merging.beside(tx, house.one.id, lead, NOW)
        assert [each.tip for each in beside] == [one]
        assert [each.tip for each in await merging.beside(tx, house.one.id, one, NOW)] == [lead]
        assert await merging.beside(tx, stranger.id, lead, NOW) == ()
    before = await count(house.made, letters)
    async with house.made.write() as tx:
        await stored.call_groups(tx, one, await house.record(one))
    assert await count(house.made, letters) == before


async def test_no_page_of_a_worker_is_woken_because_others_wrote_of_the_same(
    house: House,
) -> None:
    """Whom a tip is about could file one, and watch whether it is merged or others are ended."""
    lead, one, two = [await house.file() for _ in range(3)]
    for each in (lead, one, two):
        async with house.made.write() as tx:
            assert isinstance(await cases.claim(tx, house.one.id, each, NOW), Done)
    told: list[frozenset[bytes]] = []
    house.made.on_commit = told.append
    assert await house.merge(lead, one, two) == 2
    async with house.made.write() as tx:
        assert isinstance(await merging.take_out(tx, house.one.id, two, NOW), Done)
    assert len(told) == 2
    assert not {lead, one, two} & frozenset[bytes]().union(*told)
    assert await house.merge(lead, two) == 2
    async with house.made.write() as tx:
        assert await tips.remove(tx, house.new[lead].key, day=NOW.date())
    woken = frozenset[bytes]().union(*told)
    assert {lead, one, two} & woken == {lead}
    assert (await house.cards())[one].beside == 1
    # The control: what both of them see does wake them.
    async with house.made.write() as tx:
        assert isinstance(await merging.answer(tx, house.one.id, one, "Chào.", NOW), Done)
    assert told[-1] >= {one, two}


async def test_who_reads_one_alone_learns_nothing_of_the_others(house: House) -> None:
    """The police, or a unit that had it before: neither how many there are, nor what is in them."""
    lead = await house.file(may_go_to_police=True)
    one = await house.file(may_go_to_police=True, danger=True)
    officer = await add(house, "phuong", "police")
    await house.merged(lead, one)
    await release(house, lead)
    async with house.made.read() as tx:
        seen = await cases.see(tx, officer.id, lead, NOW)
        listed = await board.seen(tx, officer.id, NOW)
    assert isinstance(seen, Card)
    assert (seen.beside, seen.danger) == (0, False)
    shown = listed.narrowed(read({}))
    assert [card.danger for card in listed.cards(shown.left)] == [False]
    assert shown.counts[Facet.DANGER] == {}
    async with house.made.write() as tx:
        assert isinstance(await merging.take_out(tx, house.one.id, lead, NOW), Done)
    assert await house.merge(one, lead) == 1
    async with house.made.read() as tx:
        assert await cases.see(tx, officer.id, one, NOW) == Refusal(No.NOT_YOURS)
        seen = await cases.see(tx, officer.id, lead, NOW)
    assert isinstance(seen, Card)
    assert seen.under is None


async def test_the_card_in_a_group_of_the_police_tells_nothing_of_the_others(
    house: House,
) -> None:
    lead = await house.file(may_go_to_police=True)
    one = await house.file(may_go_to_police=True, danger=True)
    await house.merged(lead, one)
    await release(house, lead)
    async with house.made.write() as tx:
        code = await desk_codes.make(tx, CodeKind.GROUP, "police", NOW)
        found = await desk_groups.link(tx, code, "-100", NOW)
        assert found is not None
        letter = Letter(LetterKind.POST, lead, "police", NOW, group=found.id)
        posting = await posts.posting(tx, letter, NOW)
    assert posting is not None
    assert (posting.card.beside, posting.card.danger) == (0, False)


async def test_a_group_of_the_police_keeps_its_card_whatever_the_union_merges(
    house: House,
) -> None:
    lead = await house.file(may_go_to_police=True)
    one = await house.file(may_go_to_police=True)
    async with house.made.write() as tx:
        assert isinstance(await cases.claim(tx, house.one.id, one, NOW), Done)
        code = await desk_codes.make(tx, CodeKind.GROUP, "police", NOW)
        found = await desk_groups.link(tx, code, "-100", NOW)
    assert found is not None
    await release(house, one)
    letter = Letter(LetterKind.POST, one, "police", NOW, group=found.id)
    async with house.made.write() as tx:
        assert await posts.posting(tx, letter, NOW) is not None
    await house.merged(lead, one)
    assert [each.group for each in (await house.record(one)).posts] == [found.id.hex()]
    other = await house.file(may_go_to_police=True)
    assert await house.merge(lead, other) == 2
    await release(house, other)
    async with house.made.write() as tx:
        assert await posts.posting(tx, replace(letter, tip=other), NOW) is not None


async def test_two_who_change_one_bundle_do_not_wait_for_each_other_for_ever(house: House) -> None:
    """Workers come by their own tip, officers by the lead: the rows are held in one order."""
    lead, other = [await house.file() for _ in range(2)]
    await house.merged(lead, other)
    key = house.new[other].key

    async def worker() -> None:
        """What changes the records of both."""
        async with house.made.write() as tx:
            assert await tips.allow_police(tx, key, allowed=True)

    async with asyncio.TaskGroup() as both, house.made.write() as tx:
        assert await cases.hold(tx, house.one.id, lead, lock=True) is not None
        both.create_task(worker())
        await asyncio.sleep(0.5)
        assert isinstance(await merging.answer(tx, house.one.id, lead, "Vâng.", NOW), Done)
    assert (await house.words(other))[-1] == "Vâng."
    assert (await house.record(other)).may_go_to_police
    assert not (await house.record(lead)).held_back
