"""Labels: by the holder and the responsible unit, noted one by one, kept with the tip."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from handlers.labels import Label
from handlers.roles import Role
from handlers.tips import Outcome, Status
from storage import audit, cases, labelling, stored
from storage.audit import Act
from storage.cases import Done, No, Refusal
from storage.database import Database, for_desk
from storage.staff import Member
from storage.tables import tips
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import file, new_tip, record_of

VISIT, CHILD, NIGHT = Label.NEEDS_VISIT, Label.CHILD, Label.NIGHT_SHIFT


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as database:
        yield database


async def label(
    made: Database, officer: Member, tip: bytes, *put: Label, taken: tuple[Label, ...] = ()
) -> Done | Refusal:
    async with made.write() as tx:
        return await labelling.change(
            tx, officer.id, tip, put=frozenset(put), taken=frozenset(taken), now=NOW
        )


async def test_labels_stay_with_the_tip_and_each_change_is_noted(made: Database) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    two, _ = await desk_world.add(made, "hai", ("north", Role.LEAD))
    tip = await file(made, new_tip("north"))
    assert await label(made, one, tip, VISIT, CHILD) == Done(Status.TRIAGE)
    # A colleague who did not see it takes nothing of it away.
    assert await label(made, two, tip, NIGHT, taken=(CHILD,)) == Done(Status.TRIAGE)
    assert await label(made, two, tip, NIGHT) == Done(Status.TRIAGE)
    assert (await record_of(made, tip)).labels == {VISIT, NIGHT}
    async with made.read() as tx:
        card = await cases.see(tx, one.id, tip, NOW)
        noted = [each for each in await audit.entries(tx, limit=20) if each.act is Act.LABELLED]
    assert isinstance(card, cases.Card)
    assert card.labels == (VISIT, NIGHT)
    told = [(each.note, each.staff) for each in reversed(noted)]
    assert told == [
        ("+needs_visit", one.id),
        ("+child", one.id),
        ("-child", two.id),
        ("+night_shift", two.id),
    ]


async def test_a_stranger_and_a_unit_that_only_reads_on_set_none(made: Database) -> None:
    stranger, _ = await desk_world.add(made, "la", ("south", Role.OFFICER))
    park, _ = await desk_world.add(made, "khu", ("north-park", Role.OFFICER))
    tip = await file(made, new_tip("north-park"))
    assert await label(made, stranger, tip, VISIT) == Refusal(No.NOT_YOURS)
    known = await record_of(made, tip)
    async with made.write() as tx:
        # Another unit is responsible by now, and this one reads on.
        await stored.write_record(tx, tip, replace(known, unit="north"))
    assert await label(made, park, tip, VISIT) == Refusal(No.NOT_YOURS)
    async with made.read() as tx:
        assert not await labelling.may_label(tx, park.id, tip)
        assert not await labelling.may_label(tx, stranger.id, tip)


async def test_no_page_of_a_worker_is_woken_by_a_label(made: Database) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    tip = await file(made, new_tip("north"))
    told: list[frozenset[bytes]] = []
    made.on_commit = told.append
    assert await label(made, one, tip, VISIT) == Done(Status.TRIAGE)
    assert told == [frozenset({for_desk(tip)})]


async def test_a_closed_tip_keeps_its_labels(made: Database) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    tip = await file(made, new_tip("north"))
    await label(made, one, tip, VISIT)
    async with made.write() as tx:
        await cases.claim(tx, one.id, tip, NOW)
        await cases.close(tx, one.id, tip, Outcome.HANDLED, "Xong.", NOW)
    assert await label(made, one, tip, CHILD, taken=(VISIT,)) == Refusal(No.WRONG_STATUS)
    assert (await record_of(made, tip)).labels == {VISIT}


async def test_all_labels_fit_into_a_record_of_one_size(made: Database) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    tip = await file(made, new_tip("north"))

    async def size() -> int:
        async with made.read() as tx:
            row = await stored.row_where(tx, tips.c.id == tip)
            assert row is not None
            return len(row.record)

    before = await size()
    await label(made, one, tip, *Label)
    assert await size() == before
