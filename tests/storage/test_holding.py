"""Who holds a tip: given back, handed over, taken over; of two who try, one gets it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from handlers.roles import Role
from handlers.tips import Move, Outcome, Status, after
from storage import alarms, audit, cases, holding, outbox, pings, staff, stored, tips
from storage.alarms import Alarm, Path
from storage.audit import Act
from storage.cards import Card
from storage.cases import Done, No, Refusal
from storage.database import Database, Tx
from storage.holding import Chances
from storage.outbox import AT_ONCE, Letter, LetterKind
from storage.staff import Member
from storage.tables import instance
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import file, new_tip, record_of

SOON = NOW + timedelta(hours=2)
LATE = NOW + timedelta(hours=24)
Deed = Callable[[Tx, bytes], Awaitable[Done | Refusal]]


@dataclass
class Desk:
    """A tip of the north that `one` holds; a colleague, the lead, and somebody of the south."""

    made: Database
    tip: bytes
    one: Member
    two: Member
    lead: Member
    stranger: Member

    async def do(self, deed: Deed) -> Done | Refusal:
        async with self.made.write() as tx:
            return await deed(tx, self.tip)

    async def holder(self) -> bytes:
        return bytes.fromhex((await record_of(self.made, self.tip)).holder or "")

    async def acts(self) -> list[tuple[Act, bytes | None]]:
        async with self.made.read() as tx:
            found = await audit.entries(tx, limit=20)
        return [(each.act, each.staff) for each in reversed(found)]

    async def ring_at(self, who: Member, address: str) -> Alarm:
        async with self.made.write() as tx:
            alarm = await alarms.add_browser(tx, who.id, address)
        assert alarm is not None
        return alarm

    async def rings(self) -> set[tuple[LetterKind, str]]:
        async with self.made.read() as tx:
            every = await outbox.waiting(tx)
        return {(each.kind, each.to) for each in every if each.to}


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        one = await enrolled(made, "mot", ("north", Role.OFFICER))
        two = await enrolled(made, "hai", ("north", Role.OFFICER))
        lead = await enrolled(made, "truong", ("north", Role.LEAD))
        stranger = await enrolled(made, "ba", ("south", Role.OFFICER))
        tip = await file(made, new_tip())
        async with made.write() as tx:
            assert isinstance(await cases.claim(tx, one.id, tip, NOW), Done)
        yield Desk(made, tip, one, two, lead, stranger)


async def enrolled(made: Database, login: str, grant: tuple[str, Role]) -> Member:
    _, token = await desk_world.add(made, login, grant)
    code = desk_world.code_at(await desk_world.secret_of(made, token), NOW)
    async with made.write() as tx:
        member = await staff.enrol(tx, token, "hash", code, NOW)
    assert isinstance(member, Member)
    return member


def release(who: Member) -> Deed:
    return lambda tx, tip: holding.release(tx, who.id, tip, SOON)


def give(who: Member, to: Member, seen: str | None = None) -> Deed:
    return lambda tx, tip: holding.hand_over(tx, who.id, tip, to.id, SOON, seen=seen)


def take(who: Member, now: datetime = LATE, seen: str | None = None) -> Deed:
    return lambda tx, tip: holding.take_over(tx, who.id, tip, now, seen=seen)


# --- giving back ------------------------------------------------------------------------------


async def test_a_tip_that_was_given_back_waits_for_somebody_again(desk: Desk) -> None:
    assert await desk.do(release(desk.one)) == Done(Status.TRIAGE)
    known = await record_of(desk.made, desk.tip)
    assert (known.holder, known.acted) == (None, None)
    assert known.triage_by is not None
    assert known.triage_by > SOON
    assert known.triage_by.minute == 0
    assert (await desk.acts())[-1] == (Act.RELEASED, desk.one.id)
    async with desk.made.write() as tx:
        assert await cases.claim(tx, desk.two.id, desk.tip, SOON) == Done(Status.CLAIMED)


async def test_only_the_holder_gives_it_back(desk: Desk) -> None:
    for other in (desk.two, desk.lead):
        assert await desk.do(release(other)) == Refusal(No.TAKEN, "Người mot")
    assert await desk.do(release(desk.stranger)) == Refusal(No.NOT_YOURS)
    assert await desk.holder() == desk.one.id


async def test_the_others_are_called_and_whoever_gave_it_back_is_not(desk: Desk) -> None:
    mine = await desk.ring_at(desk.one, "https://push/one")
    hers = await desk.ring_at(desk.two, "https://push/two")
    await desk.do(release(desk.one))
    assert await desk.rings() == {(LetterKind.PING, hers.id.hex())}
    assert mine.id != hers.id


async def test_how_long_it_waited_the_first_time_is_what_counts(desk: Desk) -> None:
    first = (await record_of(desk.made, desk.tip)).triage
    assert first is not None
    await desk.do(release(desk.one))
    async with desk.made.write() as tx:
        await cases.claim(tx, desk.two.id, desk.tip, NOW + timedelta(days=3))
    again = await record_of(desk.made, desk.tip)
    assert again.triage is first
    assert again.overdue


# --- handing over -----------------------------------------------------------------------------


async def test_the_holder_gives_the_tip_to_a_colleague_who_is_rung(desk: Desk) -> None:
    hers = await desk.ring_at(desk.two, "https://push/two")
    assert await desk.do(give(desk.one, desk.two)) == Done(Status.CLAIMED)
    assert await desk.holder() == desk.two.id
    assert (await desk.acts())[-1] == (Act.HANDED_OVER, desk.one.id)
    assert await desk.rings() == {(LetterKind.GIVEN, hers.id.hex())}
    letter = Letter(LetterKind.GIVEN, desk.tip, "north", AT_ONCE, to=hers.id.hex())
    async with desk.made.write() as tx:
        rung = await pings.ping(tx, letter)
    assert rung is not None
    assert rung.alarm.path is Path.PUSH
    await desk.do(give(desk.two, desk.one))
    async with desk.made.write() as tx:
        assert await pings.ping(tx, letter) is None


async def test_a_lead_gives_the_tip_of_somebody_else(desk: Desk) -> None:
    assert await desk.do(give(desk.lead, desk.two)) == Done(Status.CLAIMED)
    assert await desk.holder() == desk.two.id


async def test_nobody_else_gives_it_away(desk: Desk) -> None:
    assert await desk.do(give(desk.two, desk.two)) == Refusal(No.TAKEN, "Người mot")
    assert await desk.do(give(desk.stranger, desk.two)) == Refusal(No.NOT_YOURS)
    assert await desk.holder() == desk.one.id


async def test_it_goes_only_to_somebody_who_reads_at_that_desk(desk: Desk) -> None:
    assert await desk.do(give(desk.one, desk.stranger)) == Refusal(No.NO_READER)
    nobody = await desk.do(lambda tx, tip: holding.hand_over(tx, desk.one.id, tip, bytes(16), SOON))
    assert nobody == Refusal(No.NO_READER)
    for role in (Role.ADMINISTRATOR, Role.OBSERVER, Role.AUDITOR):
        other = await enrolled(desk.made, f"x{role}", ("north", role))
        assert await desk.do(give(desk.one, other)) == Refusal(No.NO_READER)
    assert await desk.holder() == desk.one.id


async def test_who_may_get_it_is_listed_for_the_holder_and_the_lead_alone(desk: Desk) -> None:
    async with desk.made.read() as tx:
        listed = await holding.colleagues(tx, desk.one.id, desk.tip)
        for_lead = await holding.colleagues(tx, desk.lead.id, desk.tip)
        assert await holding.colleagues(tx, desk.two.id, desk.tip) == ()
        assert await holding.colleagues(tx, desk.stranger.id, desk.tip) == ()
    assert {each.id for each in listed} == {desk.two.id, desk.lead.id}
    assert {each.id for each in for_lead} == {desk.two.id, desk.lead.id}


# --- taking over ------------------------------------------------------------------------------


async def test_a_colleague_takes_over_after_a_day_without_an_act(desk: Desk) -> None:
    early = await desk.do(take(desk.two, LATE - timedelta(minutes=1)))
    assert early == Refusal(No.NOT_YET, "Người mot", LATE)
    assert await desk.do(take(desk.two)) == Done(Status.CLAIMED)
    assert await desk.holder() == desk.two.id
    assert (await desk.acts())[-1] == (Act.TAKEN_OVER, desk.two.id)


async def test_whoever_was_relieved_is_told_who_has_it(desk: Desk) -> None:
    await desk.do(take(desk.two))
    async with desk.made.write() as tx:
        done = await cases.answer(tx, desk.one.id, desk.tip, "Vâng.", LATE)
    assert done == Refusal(No.TAKEN, "Người hai")


async def test_every_act_of_the_holder_begins_the_time_anew(desk: Desk) -> None:
    async with desk.made.write() as tx:
        await cases.ask(tx, desk.one.id, desk.tip, "Ở cửa nào?", SOON)
    again = SOON + timedelta(hours=24)
    assert await desk.do(take(desk.two)) == Refusal(No.NOT_YET, "Người mot", again)
    assert await desk.do(take(desk.two, again)) == Done(Status.ASKED)


async def test_a_lead_need_not_wait(desk: Desk) -> None:
    assert await desk.do(take(desk.lead, NOW)) == Done(Status.CLAIMED)
    assert await desk.holder() == desk.lead.id


async def test_a_unit_decides_after_how_many_hours(desk: Desk) -> None:
    async with desk.made.write() as tx:
        assert not await holding.set_away_hours(tx, desk.two.id, "north", 4, NOW)
        assert not await holding.set_away_hours(tx, desk.lead.id, "south", 4, NOW)
        assert not await holding.set_away_hours(tx, desk.lead.id, "north", 0, NOW)
        assert not await holding.set_away_hours(tx, desk.lead.id, "north", 337, NOW)
        assert await holding.set_away_hours(tx, desk.lead.id, "north", 4, NOW)
        assert await holding.away_hours(tx, "north") == 4
        assert await holding.away_hours(tx, "south") == holding.AWAY_HOURS
    assert await desk.do(take(desk.two, NOW + timedelta(hours=4))) == Done(Status.CLAIMED)


async def test_of_two_who_take_over_one_gets_it_and_the_other_is_told_who(desk: Desk) -> None:
    done = await asyncio.gather(
        desk.do(take(desk.two, seen="Người mot")), desk.do(take(desk.lead, seen="Người mot"))
    )
    won = [each for each in done if isinstance(each, Done)]
    [lost] = [each for each in done if isinstance(each, Refusal)]
    assert len(won) == 1
    holder = await desk.holder()
    name = "Người hai" if holder == desk.two.id else "Người truong"
    assert lost == Refusal(No.TAKEN, name)


async def test_of_two_who_give_it_away_the_later_is_told_who_has_it(desk: Desk) -> None:
    assert await desk.do(give(desk.one, desk.two, "Người mot")) == Done(Status.CLAIMED)
    late = await desk.do(give(desk.lead, desk.one, "Người mot"))
    assert late == Refusal(No.TAKEN, "Người hai")


async def test_a_tip_that_nobody_holds_is_claimed(desk: Desk) -> None:
    await desk.do(release(desk.one))
    assert await desk.do(take(desk.two, SOON)) == Refusal(No.WRONG_STATUS)
    async with desk.made.write() as tx:
        await cases.claim(tx, desk.one.id, desk.tip, SOON)
        await staff.revoke(tx, desk.one.id, "north", Role.OFFICER)
    # Its holder left: no day has to pass.
    assert await desk.do(take(desk.two, SOON)) == Done(Status.CLAIMED)


async def test_what_is_offered_is_what_storage_permits(desk: Desk) -> None:
    async with desk.made.read() as tx:
        assert await holding.chances(tx, desk.one.id, desk.tip, SOON) == Chances(gives=True)
        waits = Chances(from_when=LATE)
        assert await holding.chances(tx, desk.two.id, desk.tip, SOON) == waits
        assert await holding.chances(tx, desk.two.id, desk.tip, LATE) == Chances(takes=True)
        led = Chances(gives=True, takes=True)
        assert await holding.chances(tx, desk.lead.id, desk.tip, NOW) == led
        assert await holding.chances(tx, desk.stranger.id, desk.tip, LATE) == Chances()


@pytest.mark.parametrize("move", [Move.RELEASE, Move.HAND_OVER, Move.TAKE_OVER])
async def test_nothing_of_that_is_done_to_a_closed_or_deleted_tip(desk: Desk, move: Move) -> None:
    deeds = {
        Move.RELEASE: release(desk.one),
        Move.HAND_OVER: give(desk.one, desk.two),
        Move.TAKE_OVER: take(desk.two),
    }
    new = new_tip()
    gone = await file(desk.made, new)
    async with desk.made.write() as tx:
        await cases.close(tx, desk.one.id, desk.tip, Outcome.HANDLED, "Xong.", NOW)
        await tips.remove(tx, new.key, day=NOW.date())
    assert after(Status.CLOSED, move) is None
    assert await desk.do(deeds[move]) == Refusal(No.WRONG_STATUS)
    async with desk.made.write() as tx:
        assert await deeds[move](tx, gone) == Refusal(No.NOT_YOURS)


async def test_only_where_it_belongs_a_tip_is_claimed(desk: Desk) -> None:
    """A unit that reads a tip of another one does not take it from them."""
    other = await file(desk.made, new_tip())
    known = await record_of(desk.made, other)
    async with desk.made.write() as tx:
        case = await stored.open_as(tx, "north", other)
        assert case is not None
        both = replace(known, readers=("north", "south"))
        await stored.seal_again(tx, other, case, both)
        await stored.write_record(tx, other, both)
        assert isinstance(await cases.see(tx, desk.stranger.id, other, NOW), Card)
        refused = Refusal(No.ELSEWHERE)
        assert await cases.claim(tx, desk.stranger.id, other, NOW) == refused
        assert isinstance(await cases.claim(tx, desk.one.id, other, NOW), Done)
        assert await holding.take_over(tx, desk.stranger.id, other, LATE) == refused
        given = await holding.hand_over(tx, desk.one.id, other, desk.stranger.id, NOW)
        assert given == Refusal(No.NO_READER)


async def test_whoever_cannot_sign_in_yet_gets_no_tip_but_in_a_demo(desk: Desk) -> None:
    waiting, _ = await desk_world.add(desk.made, "moi", ("north", Role.OFFICER))
    async with desk.made.read() as tx:
        listed = await holding.colleagues(tx, desk.one.id, desk.tip)
    assert waiting.id in {each.id for each in listed}
    async with desk.made.write() as tx:
        changed = update(instance).where(instance.c.name == "demo")
        await tx.run(changed.values(value=b"no"))
        assert waiting.id not in {
            each.id for each in await holding.colleagues(tx, desk.one.id, desk.tip)
        }
    assert await desk.do(give(desk.one, waiting)) == Refusal(No.NO_READER)


@pytest.mark.parametrize("second", ["release", "close", "take", "withdraw"])
async def test_two_desks_that_act_at_once_leave_one_holder_or_none(desk: Desk, second: str) -> None:
    new = new_tip()
    other = await file(desk.made, new)
    async with desk.made.write() as tx:
        await cases.claim(tx, desk.one.id, other, NOW)

    async def give_it() -> Done | Refusal:
        async with desk.made.write() as tx:
            return await holding.hand_over(tx, desk.one.id, other, desk.two.id, LATE)

    async def meanwhile() -> Done | Refusal | bool:
        async with desk.made.write() as tx:
            match second:
                case "release":
                    return await holding.release(tx, desk.one.id, other, LATE)
                case "close":
                    words = "Xong."
                    return await cases.close(tx, desk.one.id, other, Outcome.HANDLED, words, LATE)
                case "take":
                    return await holding.take_over(tx, desk.lead.id, other, LATE)
                case _:
                    return await tips.close(tx, new.key, LATE)

    given, done = await asyncio.gather(give_it(), meanwhile())
    known = await record_of(desk.made, other)
    holders = {each.id.hex() for each in (desk.one, desk.two, desk.lead)}
    if known.status is Status.TRIAGE:
        assert known.holder is None
    else:
        assert known.holder in holders
    if second in ("release", "close"):
        # The holder did both: whichever came second found the tip as the first had left it.
        assert [isinstance(each, Done) for each in (given, done)].count(True) == 1
    elif second == "withdraw":
        assert done is True
        assert known.status is Status.CLOSED
