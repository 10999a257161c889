"""Whoever held a tip and reads no more at its desk does nothing there, though another unit of
theirs still reads it.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from handlers.labels import Label
from handlers.roles import Role
from handlers.tips import Status
from handlers.valuable import Valuable
from storage import (
    cases,
    corrections,
    holding,
    labelling,
    leaving,
    merging,
    staff,
    stored,
    valuable,
)
from storage.cases import Done, Refusal
from storage.database import Database
from storage.staff import Member
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import file, new_tip, record_of


@dataclass
class Desk:
    """A tip of `north` that `one` held; `south`, where they still are, had it before and reads."""

    made: Database
    tip: bytes
    one: Member
    two: Member
    sent: cases.Sent


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER), ("south", Role.OFFICER))
        two, _ = await desk_world.add(made, "hai", ("north", Role.OFFICER))
        tip, other = await file(made, new_tip()), await file(made, new_tip())
        async with made.write() as tx:
            case = await stored.open_as(tx, "north", tip)
            assert case is not None
            known = replace(await record_of(made, tip), readers=("north", "south"))
            await stored.seal_again(tx, tip, case, known)
            await stored.write_record(tx, tip, known)
        async with made.write() as tx:
            assert isinstance(await cases.claim(tx, one.id, tip, NOW), Done)
            assert await merging.merge(tx, one.id, tip, [other], NOW) == 1
        async with made.write() as tx:
            done = await cases.answer(tx, one.id, tip, "Đã đọc.", NOW)
            assert isinstance(done, Done)
            assert done.sent is not None
        async with made.write() as tx:
            assert await staff.revoke(tx, one.id, "north", Role.OFFICER)
            assert isinstance(await cases.see(tx, one.id, tip, NOW), cases.Card), "the control"
        yield Desk(made, tip, one, two, done.sent)


@pytest.mark.parametrize(
    "what", ["release", "hand_over", "correct", "take_back", "label", "mark", "take_out"]
)
async def test_a_former_holder_who_only_reads_does_nothing_to_the_tip(
    desk: Desk, what: str
) -> None:
    before = await record_of(desk.made, desk.tip)
    tip, me = desk.tip, desk.one.id
    open_ = corrections.opened(me, tip, desk.sent, NOW)
    async with desk.made.write() as tx:
        match what:
            case "release":
                done: object = await holding.release(tx, me, tip, NOW)
            case "hand_over":
                done = await holding.hand_over(tx, me, tip, desk.two.id, NOW)
            case "correct":
                done = await corrections.correct(tx, open_, "Khác.", NOW)
            case "take_back":
                done = await corrections.take_back(tx, open_, NOW)
            case "label":
                put = frozenset({Label.CHILD})
                done = await labelling.change(
                    tx, me, tip, put=put, taken=frozenset[Label](), now=NOW
                )
            case "mark":
                done = await valuable.mark(tx, me, tip, next(iter(Valuable)), NOW)
            case _:
                done = await merging.take_out(tx, me, tip, NOW)
    assert isinstance(done, Refusal)
    assert await record_of(desk.made, desk.tip) == before
    async with desk.made.read() as tx:
        assert await holding.colleagues(tx, me, tip) == ()


async def test_what_they_held_goes_back_to_its_desk_though_they_still_read_it(desk: Desk) -> None:
    async with desk.made.write() as tx:
        await leaving.hand_back(tx, desk.one.id, None, NOW)
    known = await record_of(desk.made, desk.tip)
    assert (known.holder, known.status) == (None, Status.TRIAGE)
    assert known.triage_by is not None, "it has to be claimed anew"
