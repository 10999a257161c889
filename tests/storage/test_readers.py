"""Who may read: no function of storage makes a police unit the reader of a tip that may not go
there, whoever calls it. The functions are counted from the code.
"""

import ast
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from handlers import clocks
from handlers.effects import FileTip
from handlers.exports import Authority, Reason, Request
from handlers.labels import Label
from handlers.passing import PassReason, PoliceReason, ReleaseReason, ReturnReason
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Category, Outcome, Status
from handlers.valuable import Valuable
from storage import (
    aside,
    cases,
    corrections,
    desk_codes,
    desk_groups,
    entering,
    exporting,
    following,
    holding,
    labelling,
    leaving,
    merging,
    notes,
    out_of_scope,
    passing,
    police,
    posts,
    readers,
    record,
    retention,
    rising,
    staff,
    stepping_back,
    stored,
    stranded,
    thanks,
    tips,
    undoing,
    units,
    valuable,
)
from storage.cases import Done, No, Refusal
from storage.crypto import CaseKey, Pair, Unopenable
from storage.database import Database, Tx
from storage.desk_codes import CodeKind
from storage.keys import Purpose
from storage.outbox import AT_ONCE, Letter, LetterKind
from storage.passing import Declined, Gone, Why
from storage.readers import NotForPolice, ShutOut
from storage.record import Post, Record
from storage.staff import Member
from storage.tables import grants, wraps
from storage.tables import tips as tips_table
from storage.tables import units as units_table
from tests import changed_map, desk_world
from tests.desk_world import NOW, STORY
from tests.tip_world import PHOTO, file, new_tip, record_of

ROOM = Path(__file__).parents[2] / "storage"
POLICE = Unit("police", "north", UnitKind.POLICE, "Công an phường", frozenset({"25747"}))
LATER = NOW + timedelta(minutes=1)


@dataclass
class House:
    """A tip of `north-park` that `one` holds and its worker keeps from the police, where somebody
    stands in every role.
    """

    made: Database
    new: FileTip
    tip: bytes
    one: Member
    police: tuple[Member, ...]
    group: bytes

    async def record(self) -> Record:
        return await record_of(self.made, self.tip)

    async def case(self, tx: Tx) -> CaseKey:
        opened = await stored.open_as(tx, "north-park", self.tip)
        assert opened is not None
        return opened


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with desk_world.database(database_url) as made:
        async with made.write() as tx:
            await units.import_all(tx, (*desk_world.UNITS, POLICE), at_once=True)
        one, _ = await desk_world.add(made, "mot", ("north-park", Role.OFFICER))
        police = tuple(
            [(await desk_world.add(made, f"ca-{role}", ("police", role)))[0] for role in Role]
        )
        async with made.write() as tx:
            code = await desk_codes.make(tx, CodeKind.GROUP, "police", NOW)
            group = await desk_groups.link(tx, code, "-100", NOW)
            assert group is not None
        new = new_tip("north-park", category=Category.THEFT)
        tip = await file(made, new, [PHOTO])
        async with made.write() as tx:
            assert await cases.claim(tx, one.id, tip, NOW) == Done(Status.CLAIMED)
        yield House(made, new, tip, one, police, group.id)


async def opened_by_police(house: House) -> int:
    """How many wraps of whatever tip the key of the police unit opens."""
    async with house.made.read() as tx:
        row = await tx.row(select(units_table).where(units_table.c.id == "police"))
        assert row is not None
        private = tx.keys.open_sealed(Purpose.UNITS, row.private_key, b"unitpolice")
        pair = Pair(bytes(row.public_key), private)
        bodies = [each.body for each in await tx.rows(select(wraps.c.body))]
    return sum(_opens(pair, body) for body in bodies)


def _opens(pair: Pair, body: bytes) -> bool:
    try:
        CaseKey.unwrap(pair.public, pair.private, body)
    except Unopenable:
        return False
    return True


async def assert_police_see_nothing(house: House) -> None:
    """On every road that leads to a tip, in every role."""
    strange = Refusal(No.NOT_YOURS)
    for member in house.police:
        async with house.made.write() as tx:
            officer, tip = member.id, house.tip
            assert await cases.cards(tx, officer, NOW) == ()
            assert await cases.hold(tx, officer, tip) is None
            assert await cases.see(tx, officer, tip, NOW) == strange
            assert await cases.open_case(tx, officer, tip, NOW) == strange
            assert await cases.picture(tx, officer, tip, bytes(16), NOW) == strange
            assert await cases.claim(tx, officer, tip, NOW) == strange
            assert await cases.ask(tx, officer, tip, "Ai viết?", NOW) == strange
            assert await cases.answer(tx, officer, tip, "Chào.", NOW) == strange
            done = await cases.close(tx, officer, tip, Outcome.HANDLED, "Xong.", NOW)
            assert done == strange
            assert await out_of_scope.close(tx, officer, tip, NOW) == strange
    async with house.made.write() as tx:
        post = Letter(LetterKind.POST, house.tip, "police", AT_ONCE, group=house.group)
        assert await posts.posting(tx, post, NOW) is None


# --- what each function of storage does when it is asked to let the police read ------------------

Attempt = Callable[[House], Awaitable[None]]


async def refuses_each(house: House, work: Callable[[Tx, Record], Awaitable[object]]) -> None:
    """Every record that would let the police read is refused."""
    for known in _forgeries(await house.record()):
        await refused(house, _bound(work, known))


def _bound(
    work: Callable[[Tx, Record], Awaitable[object]], known: Record
) -> Callable[[Tx], Awaitable[object]]:
    return lambda tx: work(tx, known)


async def refused(house: House, work: Callable[[Tx], Awaitable[object]]) -> None:
    try:
        async with house.made.write() as tx:
            await work(tx)
    except NotForPolice:
        return
    raise AssertionError("the police would read it")


async def _file(house: House) -> None:
    for allowed in (False, True):
        new = new_tip("police", category=Category.THEFT, may_go_to_police=allowed)
        with pytest.raises(NotForPolice):
            await file(house.made, new)


async def _enter(house: House) -> None:
    """Neither do the police enter what they would read, nor anything."""
    new = new_tip("police", category=Category.THEFT, may_go_to_police=True)
    await refused(house, lambda tx: _entered(tx, house.one, new))
    for member in house.police:
        async with house.made.write() as tx:
            assert not await entering.may_enter(tx, member.id)
            assert await _entered(tx, member, _another()) == Refusal(No.NOT_YOURS)


async def _entered(tx: Tx, by: Member, new: FileTip) -> Refusal | None:
    return await entering.file(tx, by.id, new, (), day=NOW.date(), due=NOW, now=NOW)


async def _hide(house: House) -> None:
    await refused(
        house,
        lambda tx: tips.hide(
            tx, house.new.key, frozenset(), "police", due=NOW, triage_by=NOW + timedelta(hours=1)
        ),
    )


async def _renew(house: House) -> None:
    async with house.made.write() as tx:
        reporters = tx.keys.reporters(bytes(32))
        await tips.renew(tx, reporters)


async def _allow(house: House) -> None:
    async with house.made.write() as tx:
        assert await tips.allow_police(tx, house.new.key, allowed=True)
        assert await tips.allow_police(tx, house.new.key, allowed=False)


async def _add(house: House) -> None:
    async with house.made.write() as tx:
        assert await tips.add_words(tx, house.new.key, "Thêm lời.")


async def _add_picture(house: House) -> None:
    async with house.made.write() as tx:
        assert await tips.add_picture(tx, house.new.key, PHOTO)


async def _withdraw(house: House) -> None:
    async with house.made.write() as tx:
        assert await tips.close(tx, house.new.key, NOW)


async def _deliver(house: House) -> None:
    async with house.made.write() as tx:
        assert await tips.deliver(tx, house.tip)


async def _settle(house: House) -> None:
    async with house.made.write() as tx:
        await tips.settle(tx, Letter(LetterKind.CARD, house.tip, "police", NOW))


async def _claim(house: House) -> None:
    async with house.made.write() as tx:
        assert isinstance(await cases.claim(tx, house.one.id, house.tip, NOW), Done)


async def _ask(house: House) -> None:
    async with house.made.write() as tx:
        assert isinstance(await cases.ask(tx, house.one.id, house.tip, "Ở đâu?", NOW), Done)


async def _answer(house: House) -> None:
    async with house.made.write() as tx:
        assert isinstance(await cases.answer(tx, house.one.id, house.tip, "Vâng.", NOW), Done)


async def _note(house: House) -> None:
    for member in house.police:
        async with house.made.write() as tx:
            done = await notes.add(tx, member.id, house.tip, "Ghi lại.", NOW)
        assert done == Refusal(No.NOT_YOURS)
    async with house.made.write() as tx:
        assert isinstance(await notes.add(tx, house.one.id, house.tip, "Ghi lại.", NOW), Done)


async def _sent(house: House) -> corrections.Open:
    """Words that can still be changed; the police cannot, whoever's they say they are."""
    async with house.made.write() as tx:
        done = await cases.answer(tx, house.one.id, house.tip, "Vâng.", NOW)
    assert isinstance(done, Done)
    assert done.sent is not None
    for member in house.police:
        stolen = corrections.opened(member.id, house.tip, done.sent, NOW)
        async with house.made.write() as tx:
            strange = Refusal(No.NOT_YOURS)
            assert await corrections.correct(tx, stolen, "Không.", NOW) == strange
            assert await corrections.take_back(tx, stolen, NOW) == strange
    return corrections.opened(house.one.id, house.tip, done.sent, NOW)


async def _correct(house: House) -> None:
    open_ = await _sent(house)
    async with house.made.write() as tx:
        assert isinstance(await corrections.correct(tx, open_, "Không.", NOW), tuple)


async def _take_back(house: House) -> None:
    """With a memory in which somebody has written a police unit: only what moved comes back."""
    open_ = await _sent(house)
    async with house.made.write() as tx:
        forged = record.seal(tx.keys, house.tip, _for_police(await house.record()))
    forgery = replace(open_, sent=replace(open_.sent, before=forged))
    await refused(house, lambda tx: corrections.take_back(tx, forgery, NOW))
    async with house.made.write() as tx:
        assert isinstance(await corrections.take_back(tx, open_, NOW), Done)


async def _close(house: House) -> None:
    async with house.made.write() as tx:
        done = await cases.close(tx, house.one.id, house.tip, Outcome.PASSED, "Đã chuyển.", NOW)
        assert isinstance(done, Done)


async def _set_aside(house: House) -> Member:
    """Whoever leads the desk of the tip, which waits for them; the police see nothing of it."""
    lead, _ = await desk_world.add(house.made, "truong", ("north-park", Role.LEAD))
    async with house.made.write() as tx:
        waiting = replace(await house.record(), aside=True, holder=None, status=Status.TRIAGE)
        await stored.write_record(tx, house.tip, waiting)
    for member in house.police:
        async with house.made.write() as tx:
            strange = Refusal(No.NOT_YOURS)
            assert await aside.waiting(tx, member.id, NOW) == ()
            assert await aside.let_in(tx, member.id, house.tip, NOW) == strange
            assert await aside.close(tx, member.id, house.tip, "Xong.", NOW) == strange
    return lead


async def _let_in(house: House) -> None:
    lead = await _set_aside(house)
    async with house.made.write() as tx:
        assert isinstance(await aside.let_in(tx, lead.id, house.tip, NOW), Done)


async def _close_aside(house: House) -> None:
    lead = await _set_aside(house)
    async with house.made.write() as tx:
        assert isinstance(await aside.close(tx, lead.id, house.tip, "Trùng.", NOW), Done)


async def _merged(house: House) -> bytes:
    """Another tip, which its worker lets the police have, is merged under this one; not by them."""
    other = await file(house.made, replace(_another(), may_go_to_police=True))
    for member in house.police:
        async with house.made.write() as tx:
            strange, officer = Refusal(No.NOT_YOURS), member.id
            told = await merging.merge(tx, officer, house.tip, [other], NOW)
            assert told == merging.Refused(merging.Why.NOT_YOURS)
            assert await merging.beside(tx, officer, house.tip, NOW) == ()
            assert await merging.claim(tx, officer, other, NOW) == strange
            assert await merging.take_out(tx, officer, house.tip, NOW) == strange
            assert await merging.ask(tx, officer, house.tip, "Ai viết?", NOW) == strange
            assert await merging.answer(tx, officer, house.tip, "Chào.", NOW) == strange
            done = await merging.close(tx, officer, other, Outcome.HANDLED, "Xong.", NOW)
            assert done == strange
    async with house.made.write() as tx:
        assert await merging.merge(tx, house.one.id, house.tip, [other], NOW) == 1
    await _held_back(house, other)
    return other


def _another() -> FileTip:
    return new_tip("north-park", category=Category.THEFT)


async def _held_back(house: House, other: bytes) -> None:
    """What one of them may not, none of them may."""
    known = _for_police(await record_of(house.made, other))
    await refused(house, lambda tx: stored.write_record(tx, other, replace(known, posts=())))


async def _merge(house: House) -> None:
    await _merged(house)


async def _merged_claim(house: House) -> None:
    other = await _merged(house)
    async with house.made.write() as tx:
        assert isinstance(await merging.claim(tx, house.one.id, other, NOW), Done)
    await _held_back(house, other)


async def _merged_ask(house: House) -> None:
    other = await _merged(house)
    async with house.made.write() as tx:
        assert isinstance(await merging.ask(tx, house.one.id, house.tip, "Ở đâu?", NOW), Done)
    await _held_back(house, other)


async def _merged_answer(house: House) -> None:
    other = await _merged(house)
    async with house.made.write() as tx:
        assert isinstance(await merging.answer(tx, house.one.id, house.tip, "Vâng.", NOW), Done)
    await _held_back(house, other)


async def _merged_close(house: House) -> None:
    other = await _merged(house)
    async with house.made.write() as tx:
        done = await merging.close(tx, house.one.id, house.tip, Outcome.HANDLED, "Xong.", NOW)
        assert isinstance(done, Done)
    await _held_back(house, other)


async def _take_out(house: House) -> None:
    await _merged(house)
    async with house.made.write() as tx:
        assert isinstance(await merging.take_out(tx, house.one.id, house.tip, NOW), Done)


async def _bind(house: House) -> None:
    async def work(tx: Tx, known: Record) -> None:
        await stored.bind(tx, {house.tip: known})

    await refuses_each(house, work)


async def _part(house: House) -> None:
    await _merged(house)
    async with house.made.write() as tx:
        await stored.part(tx, house.tip, _for_police(await house.record()))


async def _destroy(house: House) -> None:
    other = await _merged(house)
    async with house.made.write() as tx:
        known = await record_of(house.made, other)
        await stored.destroy(tx, {other: known}, NOW.date())


async def _remove(house: House) -> None:
    other = await _merged(house)
    async with house.made.write() as tx:
        assert await tips.remove(tx, house.new.key, day=NOW.date())
    assert not (await record_of(house.made, other)).held_back


async def _mark_valuable(house: House) -> None:
    for member in house.police:
        async with house.made.write() as tx:
            done = await valuable.mark(tx, member.id, house.tip, Valuable.OTHERS_WARNED, NOW)
        assert done == Refusal(No.NOT_YOURS)
    async with house.made.write() as tx:
        done = await valuable.mark(tx, house.one.id, house.tip, Valuable.OTHERS_WARNED, NOW)
    assert isinstance(done, Done)


async def _thank(house: House) -> None:
    await _mark_valuable(house)
    async with house.made.write() as tx:
        await cases.close(tx, house.one.id, house.tip, Outcome.HANDLED, "Xong.", NOW)
    for member in house.police:
        async with house.made.write() as tx:
            assert not await thanks.give(tx, member.id, house.tip, NOW)
    async with house.made.write() as tx:
        assert await thanks.give(tx, house.one.id, house.tip, NOW)


async def _take_back_thanks(house: House) -> None:
    await _thank(house)
    for member in (*house.police, house.one):
        async with house.made.write() as tx:
            await thanks.take_back(tx, member.id, house.tip, NOW)
            left = (await record_of(house.made, house.tip)).thanked
        assert left or member is house.one


async def _say_who(house: House) -> None:
    async with house.made.write() as tx:
        assert await tips.say_who(tx, house.new.key, "Một người trong tổ.")


async def _take_back_who(house: House) -> None:
    await _say_who(house)
    async with house.made.write() as tx:
        assert await tips.take_back_who(tx, house.new.key)


async def _read_who(house: House) -> None:
    await _say_who(house)
    for member in house.police:
        async with house.made.write() as tx:
            told = await cases.read_who(tx, member.id, house.tip, NOW)
        assert told == Refusal(No.NOT_YOURS)
    async with house.made.write() as tx:
        assert await cases.read_who(tx, house.one.id, house.tip, NOW) == "Một người trong tổ."


async def _label(house: House) -> None:
    put, none = frozenset({Label.NEEDS_VISIT}), frozenset[Label]()
    for member in house.police:
        async with house.made.write() as tx:
            done = await labelling.change(tx, member.id, house.tip, put=put, taken=none, now=NOW)
        assert done == Refusal(No.NOT_YOURS)
    async with house.made.write() as tx:
        done = await labelling.change(tx, house.one.id, house.tip, put=put, taken=none, now=NOW)
    assert isinstance(done, Done)


async def _out_of_scope(house: House) -> None:
    async with house.made.write() as tx:
        await out_of_scope.close(tx, house.one.id, house.tip, NOW)


async def _appeal(house: House) -> None:
    await _out_of_scope(house)
    dates = clocks.deadlines(NOW, NOW.date(), danger=False)
    for unit, wanted in (("police", False), ("root", True)):
        async with house.made.write() as tx:
            done = await out_of_scope.appeal(
                tx, house.new.key, unit, today=NOW.date(), dates=dates, due=NOW
            )
        assert done is wanted


async def _undo(house: House) -> None:
    """With a memory in which somebody has written a police unit."""
    async with house.made.write() as tx:
        public = await units.public_key(tx, "police")
        assert public is not None
        body = (await house.case(tx)).wrap(public)
        forged = _for_police(await house.record())
        sealed = record.seal(tx.keys, house.tip, forged)
        removed = await out_of_scope.close(tx, house.one.id, house.tip, NOW)
    assert isinstance(removed, out_of_scope.Removed)
    mark = tx.keys.mac(Purpose.METADATA, b"wrap" + house.tip + b"police")
    removed = replace(removed, record=sealed, wraps=(*removed.wraps, (mark, body)))
    await refused(house, lambda tx: out_of_scope.undo(tx, house.one.id, removed, LATER))


async def _seal_to(house: House) -> None:
    async def work(tx: Tx, known: Record) -> None:
        await stored.seal_to(tx, house.tip, CaseKey.new(), known)

    await refuses_each(house, work)


async def _seal_again(house: House) -> None:
    async def work(tx: Tx, known: Record) -> None:
        await stored.seal_again(tx, house.tip, CaseKey.new(), known)

    await refuses_each(house, work)


async def _put_back(house: House) -> None:
    async def work(tx: Tx, known: Record) -> None:
        await stored.put_back(tx, house.tip, known, ())

    await refuses_each(house, work)


async def _take_wraps(house: House) -> None:
    async with house.made.write() as tx:
        await stored.take_wraps(tx, house.tip, ("police", "south"))


async def _stir_wraps(house: House) -> None:
    async with house.made.write() as tx:
        await stored.stir_wraps(tx, house.tip, await house.record())
        assert await stored.open_as(tx, "north-park", house.tip) is not None


async def _write_record(house: House) -> None:
    async def work(tx: Tx, known: Record) -> None:
        await stored.write_record(tx, house.tip, known)

    await refuses_each(house, work)


async def _change(house: House) -> None:
    async def work(tx: Tx, known: Record) -> None:
        await stored.change(tx, house.tip, known, None)

    await refuses_each(house, work)


async def _write_sealed(house: House) -> None:
    """It takes what was sealed before, unread: whoever opens a tip for somebody asks again."""
    known = _for_police(await house.record())
    async with house.made.write() as tx:
        await stored.write_sealed(tx, house.tip, record.seal(tx.keys, house.tip, known))


async def _find_anew(house: House) -> None:
    async with house.made.write() as tx:
        await stored.find_wraps_anew(tx, house.tip, ("police",))


async def _follow_the_map(house: House) -> None:
    """The police's commune swallows that of the tip."""
    made = changed_map.present()
    made.merge("25750", "25747")
    async with house.made.read() as tx:
        assert (await following.look(tx, made.tables(), NOW)).tips
    async with house.made.write(alone=True) as tx:
        assert (await following.follow(tx, made.tables(), NOW)).tips


async def _follow_the_program(house: House) -> None:
    async with house.made.write(alone=True) as tx:
        assert await following.follow_the_program(tx, NOW)


async def _renewed(house: House) -> None:
    async with house.made.write() as tx:
        row = await stored.row_where(tx, tips_table.c.id == house.tip)
        assert row is not None
        assert (await stored.renewed(tx, row, NOW)).keys() == {"record"}


async def _posting(house: House) -> None:
    async with house.made.write() as tx:
        letter = Letter(LetterKind.POST, house.tip, "police", AT_ONCE, group=house.group)
        assert await posts.posting(tx, letter, NOW) is None


async def _place(house: House) -> None:
    async with house.made.write() as tx:
        assert not await posts.place(tx, house.tip, Post(house.group.hex(), "00", 5))


async def _place_pressed(house: House) -> None:
    async with house.made.write() as tx:
        await posts.place_pressed(tx, house.tip, house.group, 5)


async def _lose(house: House) -> None:
    async with house.made.write() as tx:
        await posts.lose(tx, house.tip, "police", house.group)


async def _late(house: House) -> None:
    """The tip's desk missed its clock, and its worker may send it up."""
    known = await house.record()
    async with house.made.write() as tx:
        late = replace(known, answer_on=NOW.date() - timedelta(days=1))
        await stored.write_record(tx, house.tip, late)


async def _send_up(house: House) -> None:
    await _late(house)
    for unit, wanted in (("police", False), ("north", False), ("root", True)):
        async with house.made.write() as tx:
            done = await rising.send_up(
                tx, house.new.key, unit, now=NOW, today=NOW.date(), due=LATER
            )
        assert done is wanted


async def _arrive(house: House) -> None:
    await _send_up(house)
    async with house.made.write() as tx:
        strange = Letter(LetterKind.CARD, house.tip, "police", NOW)
        assert not await rising.arrive(tx, strange)
        assert await rising.arrive(tx, replace(strange, unit="root"))


async def _rise(house: House) -> None:
    async def forged(tx: Tx, known: Record) -> None:
        behind = replace(known, behind="police", rises=NOW)
        await stored.write_record(tx, house.tip, behind)

    before = await house.record()
    for known in (before, replace(before, may_go_to_police=True)):
        await refused(house, _bound(forged, known))
    await _send_up(house)
    async with house.made.write() as tx:
        assert not await rising.rise(tx, house.tip, NOW)
        assert await rising.rise(tx, house.tip, NOW + timedelta(hours=1))


async def _stay_down(house: House) -> None:
    await _send_up(house)
    async with house.made.write() as tx:
        known = record.unseal(tx.keys, house.tip, await _sealed(tx, house.tip))
        assert await rising.stay_down(tx, house.tip, known) == known
        assert not (await rising.stay_down(tx, house.tip, known, for_good=True)).behind


async def _sealed(tx: Tx, tip: bytes) -> bytes:
    row = await stored.row_where(tx, tips_table.c.id == tip)
    assert row is not None
    return bytes(row.record)


async def _release(house: House) -> None:
    async with house.made.write() as tx:
        for member in house.police:
            assert await holding.release(tx, member.id, house.tip, NOW) == Refusal(No.NOT_YOURS)
        assert isinstance(await holding.release(tx, house.one.id, house.tip, NOW), Done)


async def _hand_over(house: House) -> None:
    """To somebody of the police, by the holder; and by the police."""
    async with house.made.write() as tx:
        for member in house.police:
            done = await holding.hand_over(tx, house.one.id, house.tip, member.id, NOW)
            assert done == Refusal(No.NO_READER)
            done = await holding.hand_over(tx, member.id, house.tip, member.id, NOW)
            assert done == Refusal(No.NOT_YOURS)


async def _take_over(house: House) -> None:
    later = NOW + timedelta(days=9)
    async with house.made.write() as tx:
        for member in house.police:
            done = await holding.take_over(tx, member.id, house.tip, later)
            assert done == Refusal(No.NOT_YOURS)


async def _undo_close(house: House) -> None:
    await _close(house)
    async with house.made.write() as tx:
        for member in house.police:
            assert await undoing.undo(tx, member.id, house.tip, LATER) == Refusal(No.NOT_YOURS)
        assert isinstance(await undoing.undo(tx, house.one.id, house.tip, LATER), Done)


async def _undo_close_of_several(house: House) -> None:
    await _close(house)
    async with house.made.write() as tx:
        for member in house.police:
            assert await merging.undo(tx, member.id, house.tip, LATER) == Refusal(No.NOT_YOURS)
        assert isinstance(await merging.undo(tx, house.one.id, house.tip, LATER), Done)


async def _retention(house: House) -> None:
    await _withdraw(house)
    await retention.run(house.made, NOW.date(), retention.Days())


async def _hand_back(house: House) -> None:
    async with house.made.write() as tx:
        await staff.revoke(tx, house.one.id, "north-park", Role.OFFICER)
        assert await leaving.hand_back(tx, house.one.id, None, NOW) == 1


async def _administrator(house: House) -> Member:
    top, _ = await desk_world.add(house.made, "tren", ("root", Role.ADMINISTRATOR))
    return top


async def _leave(house: House) -> None:
    top = await _administrator(house)
    async with house.made.write() as tx:
        assert isinstance(await leaving.leave(tx, top.id, house.one.id, NOW), Member)


async def _gone(house: House) -> None:
    async with house.made.write() as tx:
        await leaving.gone(tx, house.one, None, NOW)


async def _move_up(house: House) -> None:
    """To the nearest union unit that reads, also where the police are the only ones in between."""
    await desk_world.add(house.made, "tren", ("root", Role.OFFICER))
    await _gone(house)
    async with house.made.write() as tx:
        assert await stranded.move_up(tx, house.tip, NOW)
    known = await house.record()
    assert (known.unit, known.readers) == ("root", ("root",))


async def _asked_for_export(house: House) -> Member:
    """For an authority that is not of the police: those are refused. Who may agree comes back."""
    two, _ = await desk_world.add(house.made, "hai", ("north-park", Role.OFFICER))
    why = Reason.COMPETENT
    async with house.made.write() as tx:
        for authority, refusal in (
            (Authority.POLICE, exporting.Why.NO_POLICE),
            (Authority.LABOUR, None),
        ):
            asked = await exporting.ask(
                tx, house.one.id, house.tip, authority, why, "Công văn 7", NOW
            )
            assert asked is refusal or (refusal is None and isinstance(asked, Request))
        for member in house.police:
            officer = member.id
            assert await exporting.waiting(tx, officer, NOW) == ()
            assert await exporting.look(tx, officer, house.tip, NOW) is exporting.Why.NOT_YOURS
            assert await exporting.take(tx, officer, house.tip, NOW) is exporting.Why.NOT_YOURS
            done = await exporting.decide(tx, officer, house.tip, NOW, agreed=True)
            assert done is exporting.Why.NOT_YOURS
    return two


async def _ask_export(house: House) -> None:
    await _asked_for_export(house)


async def _withdraw_export(house: House) -> None:
    await _asked_for_export(house)
    async with house.made.write() as tx:
        done = await exporting.withdraw(tx, house.one.id, house.tip, NOW)
    assert isinstance(done, Request)


async def _decide_export(house: House) -> None:
    two = await _asked_for_export(house)
    async with house.made.write() as tx:
        done = await exporting.decide(tx, two.id, house.tip, NOW, agreed=True)
    assert isinstance(done, Request)


async def _take_export(house: House) -> None:
    await _decide_export(house)
    async with house.made.write() as tx:
        done = await exporting.take(tx, house.one.id, house.tip, NOW)
    assert isinstance(done, exporting.Export)


async def _forget_exports(house: House) -> None:
    await _asked_for_export(house)
    async with house.made.write() as tx:
        assert await exporting.forget(tx, NOW + timedelta(days=4)) == 1


async def _pass_on(house: House) -> None:
    """To the police never, whatever the worker agreed to; to another union unit, with the same
    wish.
    """
    await desk_world.add(house.made, "nam", ("south", Role.OFFICER))
    for allowed in (True, False):
        async with house.made.write() as tx:
            assert await tips.allow_police(tx, house.new.key, allowed=allowed)
            for member in (house.one, *house.police):
                passed = await passing.pass_on(
                    tx, member.id, house.tip, "police", PassReason.COMPETENCE, NOW
                )
                refused = Why.IMPOSSIBLE if member is house.one else Why.NOT_YOURS
                assert passed == Declined(refused)
    async with house.made.write() as tx:
        went = await passing.pass_on(tx, house.one.id, house.tip, "south", PassReason.PLACE, NOW)
        assert isinstance(went, Gone)


async def _let_go(house: House) -> None:
    """Whatever the caller says who is above."""
    async with house.made.write() as tx:
        held = await cases.hold(tx, house.one.id, house.tip)
        assert held is not None
    with pytest.raises(NotForPolice):
        async with house.made.write() as tx:
            await passing.let_go(tx, held, house.one.id, "police", NOW)


async def _step_back(house: House) -> None:
    """The police see nothing to step back from; and where the police are the only others, not even
    for whoever is alone at the desk does it go there.
    """
    for member in house.police:
        async with house.made.write() as tx:
            done = await stepping_back.step_back(tx, member.id, house.tip, NOW)
            assert done == Declined(Why.NOT_YOURS)
    async with house.made.write() as tx:
        done = await stepping_back.step_back(tx, house.one.id, house.tip, NOW)
        assert done == Declined(Why.NOWHERE)
    await desk_world.add(house.made, "tren", ("root", Role.OFFICER))
    async with house.made.write() as tx:
        done = await stepping_back.step_back(tx, house.one.id, house.tip, NOW)
        assert done == stepping_back.Stepped("Tổng liên đoàn")


async def _give_back(house: House) -> None:
    """Should a record say that it came from the police."""
    async with house.made.write() as tx:
        forged = replace(await house.record(), returns_to="police", trail=("police",))
        await stored.write_record(tx, house.tip, forged)
    for member in (house.one, *house.police):
        async with house.made.write() as tx:
            back = await passing.give_back(tx, member.id, house.tip, ReturnReason.OTHER, NOW)
            refused = Why.IMPOSSIBLE if member is house.one else Why.NOT_YOURS
            assert back == Declined(refused)


async def _release_to_police(house: House) -> None:
    """Only with the consent, and only as long as that holds."""
    one, tip = house.one.id, house.tip
    for member in house.police:
        async with house.made.write() as tx:
            done = await police.release(tx, member.id, tip, "police", ReleaseReason.CRIME, NOW)
            assert done == Declined(Why.NOT_YOURS)
    async with house.made.write() as tx:
        done = await police.release(tx, one, tip, "police", ReleaseReason.CRIME, NOW)
        assert done == Declined(Why.CONSENT)
    async with house.made.write() as tx:
        assert await tips.allow_police(tx, house.new.key, allowed=True)
        done = await police.release(tx, one, tip, "police", ReleaseReason.CRIME, NOW)
        assert isinstance(done, Gone)
    assert await opened_by_police(house) == 1
    async with house.made.write() as tx:
        assert await tips.allow_police(tx, house.new.key, allowed=False)


async def _receive(house: House) -> None:
    await _release_to_police(house)
    for member in (house.one, *house.police):
        async with house.made.write() as tx:
            received = await police.receive(tx, member.id, house.tip, NOW)
            assert received == Declined(Why.NOT_YOURS)


async def _pass_further(house: House) -> None:
    await _release_to_police(house)
    for member in (house.one, *house.police):
        async with house.made.write() as tx:
            done = await police.pass_further(
                tx, member.id, house.tip, "police", PoliceReason.PLACE, NOW
            )
            assert done == Declined(Why.NOT_YOURS)


async def _ask_police(house: House) -> None:
    """To be asked is no consent, and neither is a no."""
    async with house.made.write() as tx:
        assert await police.ask(tx, house.one.id, house.tip, NOW) is Status.ASKED
        assert await tips.allow_police(tx, house.new.key, allowed=False)
        for member in house.police:
            asked = await police.ask(tx, member.id, house.tip, NOW)
            assert asked == Declined(Why.NOT_YOURS)


ATTEMPTS: dict[str, Attempt] = {
    "all_of_it.follow": _follow_the_map,
    "all_of_it.follow_the_program": _follow_the_program,
    "all_of_it.look": _follow_the_map,
    "aside.close": _close_aside,
    "aside.let_in": _let_in,
    "cases.answer": _answer,
    "cases.ask": _ask,
    "cases.claim": _claim,
    "cases.close": _close,
    "cases.read_who": _read_who,
    "exporting.ask": _ask_export,
    "exporting.decide": _decide_export,
    "exporting.forget": _forget_exports,
    "exporting.take": _take_export,
    "exporting.withdraw": _withdraw_export,
    "leaving.gone": _gone,
    "leaving.hand_back": _hand_back,
    "leaving.leave": _leave,
    "holding.hand_over": _hand_over,
    "holding.release": _release,
    "holding.take_over": _take_over,
    "labelling.change": _label,
    "entering.file": _enter,
    "merging.answer": _merged_answer,
    "merging.ask": _merged_ask,
    "merging.claim": _merged_claim,
    "merging.close": _merged_close,
    "merging.merge": _merge,
    "merging.take_out": _take_out,
    "corrections.correct": _correct,
    "corrections.take_back": _take_back,
    "moved_tips.follow": _follow_the_map,
    "notes.add": _note,
    "out_of_scope.appeal": _appeal,
    "out_of_scope.close": _out_of_scope,
    "out_of_scope.undo": _undo,
    "passing.give_back": _give_back,
    "passing.let_go": _let_go,
    "passing.pass_on": _pass_on,
    "police.ask": _ask_police,
    "police.pass_further": _pass_further,
    "police.receive": _receive,
    "police.release": _release_to_police,
    "posts.lose": _lose,
    "posts.place": _place,
    "posts.place_pressed": _place_pressed,
    "posts.posting": _posting,
    "retention.run": _retention,
    "stepping_back.step_back": _step_back,
    "stored.bind": _bind,
    "stranded.move_up": _move_up,
    "rising.arrive": _arrive,
    "rising.rise": _rise,
    "rising.send_up": _send_up,
    "rising.stay_down": _stay_down,
    "stored.change": _change,
    "stored.destroy": _destroy,
    "stored.find_wraps_anew": _find_anew,
    "stored.part": _part,
    "stored.put_back": _put_back,
    "stored.renewed": _renewed,
    "stored.seal_again": _seal_again,
    "stored.seal_to": _seal_to,
    "stored.stir_wraps": _stir_wraps,
    "stored.take_wraps": _take_wraps,
    "stored.write_record": _write_record,
    "stored.write_sealed": _write_sealed,
    "tips.add_picture": _add_picture,
    "tips.add_words": _add,
    "tips.allow_police": _allow,
    "tips.close": _withdraw,
    "tips.deliver": _deliver,
    "tips.file": _file,
    "tips.hide": _hide,
    "tips.remove": _remove,
    "tips.renew": _renew,
    "tips.say_who": _say_who,
    "tips.settle": _settle,
    "tips.take_back_who": _take_back_who,
    "thanks.give": _thank,
    "thanks.take_back": _take_back_thanks,
    "valuable.mark": _mark_valuable,
    "merging.undo": _undo_close_of_several,
    "undoing.undo": _undo_close,
}
"""Every function that writes whom a tip is sealed to, or its record, with an attempt to let the
police read. What merges or exports tips will stand here too.
"""

COPIES = {
    "order._mix": "puts the same rows in again, in an order of chance",
    "restore._insert": "puts rows of a backup where they were",
    "rotation._pass": "puts the same contents under a newer key, as its `renewed` makes them",
}
"""Functions that write to a table which they are given: they carry rows, and make none."""


def _for_police(known: Record) -> Record:
    return replace(known, readers=(*known.readers, "police"))


def _forgeries(known: Record) -> tuple[Record, ...]:
    """A police unit among the readers; and as the responsible one, even where it may read."""
    responsible = replace(known, unit="police", readers=("police",))
    return (_for_police(known), responsible, replace(responsible, may_go_to_police=True))


@pytest.mark.parametrize("name", ATTEMPTS)
async def test_storage_refuses_the_police_whatever_is_called(house: House, name: str) -> None:
    await ATTEMPTS[name](house)
    assert await opened_by_police(house) == 0
    await assert_police_see_nothing(house)


def test_every_function_that_can_make_a_reader_is_tried() -> None:
    found = {name for name in _makers() if not name.partition(".")[2].startswith("_")}
    assert found == set(ATTEMPTS), "a new way to a reader: let it be refused, and write it here"
    assert _carriers() == set(COPIES)


async def test_even_a_forged_seal_opens_nothing_for_the_police(house: House) -> None:
    """Should a later fault put a police unit among the readers, with a wrap that opens."""
    known = _for_police(await house.record())
    async with house.made.write() as tx:
        public = await units.public_key(tx, "police")
        assert public is not None
        mark = tx.keys.mac(Purpose.METADATA, b"wrap" + house.tip + b"police")
        body = (await house.case(tx)).wrap(public)
        await tx.run(insert(wraps).values(id=mark, tip=house.tip, body=body))
        await stored.write_sealed(tx, house.tip, record.seal(tx.keys, house.tip, known))
    assert await opened_by_police(house) == 1
    await assert_police_see_nothing(house)


async def test_what_was_released_is_taken_back_with_the_consent(house: House) -> None:
    async with house.made.write() as tx:
        assert await tips.allow_police(tx, house.new.key, allowed=True)
    known = _for_police(await house.record())
    async with house.made.write() as tx:
        await stored.seal_again(tx, house.tip, await house.case(tx), known)
        await stored.write_record(tx, house.tip, known)
    officers = [each for each in house.police if each.reads_tips]
    async with house.made.write() as tx:
        for officer in officers:
            case = await cases.open_case(tx, officer.id, house.tip, NOW)
            assert isinstance(case, cases.Case)
            assert case.entries[0].words == STORY
    async with house.made.write() as tx:
        assert await tips.allow_police(tx, house.new.key, allowed=False)
    assert await opened_by_police(house) == 0
    await assert_police_see_nothing(house)
    async with house.made.read() as tx:
        rows = await tx.rows(select(wraps.c.id).where(wraps.c.tip == house.tip))
        assert len(rows) == stored.WRAPS_AT_LEAST
        assert isinstance(await cases.see(tx, house.one.id, house.tip, NOW), cases.Card)


async def test_who_came_to_serve_both_reads_what_the_police_may(house: House) -> None:
    """Should an earlier version have let somebody: nobody is given both any more."""
    async with house.made.write() as tx:
        row = {"staff": house.one.id, "unit": "police", "role": Role.OFFICER}
        await tx.run(insert(grants).values(**row))
        assert await cases.cards(tx, house.one.id, NOW) == ()
        assert await cases.see(tx, house.one.id, house.tip, NOW) == Refusal(No.NOT_YOURS)
        assert await tips.allow_police(tx, house.new.key, allowed=True)
        assert isinstance(await cases.see(tx, house.one.id, house.tip, NOW), cases.Card)


async def test_a_unit_that_reads_does_not_turn_into_the_police(house: House) -> None:
    turned = [
        replace(each, kind=UnitKind.POLICE) if each.id == "north-park" else each
        for each in (*desk_world.UNITS, POLICE)
    ]

    async def turn() -> None:
        async with house.made.write() as tx:
            await units.import_all(tx, turned, may_remove=True)

    with pytest.raises(units.StillUsed):
        await turn()
    async with house.made.write() as tx:
        assert await staff.revoke(tx, house.one.id, "north-park", Role.OFFICER) is not None
    # The tip is still sealed to it.
    with pytest.raises(units.StillUsed):
        await turn()


@pytest.mark.parametrize("excluded", ["north-park", "north"])
async def test_storage_seals_to_nobody_who_is_shut_out(house: House, excluded: str) -> None:
    new = new_tip("north-park", excluded=frozenset({excluded}))
    with pytest.raises(ShutOut):
        await file(house.made, new)
    known = replace(await house.record(), excluded=frozenset({excluded}))
    async with house.made.read() as tx:
        with pytest.raises(ShutOut):
            await readers.check_sealing(tx, known)


# --- the functions, from the code -----------------------------------------------------------------

Called = tuple[str, str]


@cache
def _functions() -> dict[Called, frozenset[Called]]:
    """What each function at the top of a module of storage calls or mentions, by module and name;
    a write to wraps or records is ("writes", table), one to a table that is given ("writes", "").
    """
    found = {}
    for source in ROOM.rglob("*.py"):
        tree = ast.parse(source.read_text(encoding="utf-8"))
        for each in tree.body:
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
                found[source.stem, each.name] = frozenset(_mentioned(each, source.stem))
    return found


def _mentioned(function: ast.AST, module: str) -> Iterator[Called]:
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr
        elif isinstance(node, ast.Name):
            yield module, node.id
        elif isinstance(node, ast.Call) and node.args:
            yield from _written(node.func, node.args[0])


def _written(function: ast.expr, table: ast.expr) -> Iterator[Called]:
    """`insert(wraps)`, `update(tips)`, `(sqlite.insert if … else postgresql.insert)(tips)`."""
    match function:
        case ast.IfExp(body=ast.Attribute(attr="insert" | "update")):
            pass
        case ast.Attribute(value=ast.Name(id="postgresql" | "sqlite"), attr="insert"):
            pass
        case ast.Name(id="insert" | "update"):
            pass
        case _:
            return
    if isinstance(table, ast.Name) and table.id != "table":
        yield "writes", table.id
    else:
        yield "writes", ""


def _makers() -> set[str]:
    """Functions that write wraps or records, or call one that does."""
    functions = _functions()
    # Nothing is sealed into a record but to be written.
    start: set[Called] = {("writes", "wraps"), ("writes", "tips"), ("record", "seal")}
    reached = set(start)
    while True:
        fresh = {each for each, calls in functions.items() if calls & reached} - reached
        if not fresh:
            return {".".join(each) for each in (reached - start) & functions.keys()}
        reached |= fresh


def _carriers() -> set[str]:
    return {".".join(each) for each, calls in _functions().items() if ("writes", "") in calls}
