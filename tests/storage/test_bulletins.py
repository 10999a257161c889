"""Bulletins: edits by version, approvals by other people and by seal, times that are due."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.bulletins import Bulletin, Citation, Content, Plan, Stage, Urgency, Wording, seal_of
from handlers.roles import Role
from storage import bulletins, contents, staff
from storage.bulletins import Approval, Given
from storage.chance import random_id
from storage.database import Database
from tests import desk_world

TODAY = date(2026, 11, 22)
DUE = int(datetime(2026, 11, 24, 5, 0, tzinfo=UTC).timestamp())
CONTENT = Content(
    legal=True,
    scope=("48", "79/25747"),
    vi=Wording("Lương chậm", "Lương phải trả đúng hạn. <b>Không</b> & có 🙂", "Hỏi công đoàn."),
    en=Wording("Late wages", "Wages are due on time.", "Ask the union."),
    citations=(Citation("45/2019/QH14", "97", date(2021, 1, 1)), Citation("12/2022/NĐ-CP")),
    checked_on=date(2026, 11, 21),
    expires_on=date(2027, 6, 30),
    source="vbpl.vn",
    plan=Plan(datetime(2026, 11, 24, 5, 0, tzinfo=UTC), until=date(2026, 12, 31)),
)
OTHER = replace(CONTENT, source="congbao.chinhphu.vn")


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def member(made: Database, login: str, *grants: tuple[str, Role]) -> bytes:
    added, _ = await desk_world.add(made, login, *grants)
    return added.id


async def approver(made: Database, login: str, unit: str = "north") -> bytes:
    return await member(made, login, (unit, Role.APPROVER))


async def create(
    made: Database, content: Content = CONTENT, *, author: bytes | None = None, unit: str = "north"
) -> Bulletin:
    async with made.write() as tx:
        return await bulletins.create(tx, unit, author or random_id(), content, TODAY)


async def proposed(
    made: Database, content: Content = CONTENT, *, author: bytes | None = None, unit: str = "north"
) -> Bulletin:
    created = await create(made, content, author=author, unit=unit)
    async with made.write() as tx:
        assert await bulletins.propose(tx, created.id, created.version)
    return created


async def approve(made: Database, bulletin: Bulletin, who: bytes, seal: str = "") -> Approval:
    async with made.write() as tx:
        return await bulletins.approve(tx, bulletin.id, seal or bulletin.seal, who, TODAY)


async def edit(
    made: Database, bulletin: Bulletin, content: Content, author: bytes | None = None
) -> Bulletin | None:
    async with made.write() as tx:
        return await bulletins.edit(tx, bulletin.id, content, bulletin.version, author=author)


async def now(made: Database, bulletin: Bulletin) -> Bulletin:
    async with made.read() as tx:
        found = await bulletins.by_id(tx, bulletin.id)
    assert found is not None
    return found


async def test_a_bulletin_is_read_as_it_was_written(made: Database) -> None:
    created = await create(made)
    assert (created.stage, created.version) == (Stage.DRAFT, 1)
    assert created.seal == seal_of("north", CONTENT)
    assert await now(made, created) == created
    assert created.author.hex() not in repr(created)
    async with made.read() as tx:
        assert await bulletins.by_id(tx, "0" * 16) is None


@given(st.from_type(Content))
def test_every_content_is_read_as_it_was_written(content: Content) -> None:
    assert contents.read(contents.written(content)) == content


async def test_units_see_their_own_bulletins_without_deleted_ones(made: Database) -> None:
    first, second = await create(made), await create(made, unit="south")
    gone = await create(made)
    async with made.write() as tx:
        assert await bulletins.delete(tx, gone.id)
        assert not await bulletins.delete(tx, gone.id)
        assert await bulletins.of_units(tx, ["north"]) == (first,)
        assert set(await bulletins.of_units(tx, ["north", "south"])) == {first, second}
        assert await bulletins.of_units(tx, []) == ()
        found = await bulletins.by_id(tx, gone.id)
    assert found is not None
    assert found.stage is Stage.DELETED


async def test_an_edit_makes_a_version_and_an_old_page_changes_nothing(made: Database) -> None:
    first = await create(made)
    second = await edit(made, first, OTHER)
    assert second is not None
    assert (second.version, second.content, second.id) == (2, OTHER, first.id)
    assert second.seal == seal_of("north", OTHER) != first.seal
    assert await edit(made, first, replace(CONTENT, legal=False)) is None
    assert await edit(made, replace(first, id="0" * 16), OTHER) is None
    assert await now(made, first) == second
    async with made.read() as tx:
        assert await bulletins.content_of(tx, first.id, 1) == CONTENT
        assert await bulletins.content_of(tx, first.id, 2) == OTHER
        assert await bulletins.content_of(tx, first.id, 3) is None
        assert await bulletins.version_of(tx, first.id, first.seal) == 1
        assert await bulletins.version_of(tx, first.id, "0" * 64) is None


async def test_of_two_edits_at_once_one_counts(made: Database) -> None:
    first = await create(made)
    other = replace(CONTENT, source="khác")
    done = await asyncio.gather(edit(made, first, OTHER), edit(made, first, other))
    assert sum(each is not None for each in done) == 1
    assert (await now(made, first)).version == 2


async def test_an_edit_that_changes_nothing_leaves_everything_as_it_is(made: Database) -> None:
    who, first = await approver(made, "an"), await proposed(made)
    await approve(made, first, who)
    assert await edit(made, first, CONTENT) == replace(first, stage=Stage.APPROVED)


async def test_another_person_with_the_right_approves(made: Database) -> None:
    first = await proposed(made)
    assert await approve(made, first, await approver(made, "an")) is Approval.APPROVED
    assert (await now(made, first)).stage is Stage.APPROVED


async def test_a_right_held_above_the_unit_counts_and_one_beside_or_below_does_not(
    made: Database,
) -> None:
    first = await proposed(made)
    for login, unit in (("an", "south"), ("binh", "north-park")):
        assert await approve(made, first, await approver(made, login, unit)) is Approval.NO_RIGHT
    lead = await member(made, "chi", ("north", Role.LEAD), ("root", Role.AUTHOR))
    assert await approve(made, first, lead) is Approval.NO_RIGHT
    assert await approve(made, first, random_id()) is Approval.NO_RIGHT
    assert (await now(made, first)).stage is Stage.PROPOSED
    above = await approver(made, "dung", "root")
    assert await approve(made, first, above) is Approval.APPROVED


async def test_nobody_approves_what_they_wrote_or_changed_even_once(made: Database) -> None:
    both = (("north", Role.AUTHOR), ("north", Role.APPROVER))
    author, editor = await member(made, "an", *both), await member(made, "binh", *both)
    first = await create(made, author=author)
    second = await edit(made, first, OTHER, editor)
    assert second is not None
    third = await edit(made, second, CONTENT, author)
    assert third is not None
    async with made.write() as tx:
        assert await bulletins.propose(tx, first.id, 3)
        assert await bulletins.writers_of(tx, first.id) == {author, editor}
    for who in (author, editor):
        assert await approve(made, third, who) is Approval.OWN
    assert await approve(made, third, await approver(made, "chi")) is Approval.APPROVED


async def test_a_right_that_ended_is_no_right(made: Database) -> None:
    who, first = await approver(made, "an"), await proposed(made)
    async with made.write() as tx:
        await staff.revoke(tx, who, "north", Role.APPROVER)
    assert await approve(made, first, who) is Approval.NO_RIGHT


async def test_what_changed_since_it_was_shown_is_not_approved(made: Database) -> None:
    who, first = await approver(made, "an"), await proposed(made)
    second = await edit(made, first, OTHER)
    assert second is not None
    assert second.stage is Stage.DRAFT
    async with made.write() as tx:
        assert not await bulletins.propose(tx, first.id, 1)
        assert await bulletins.propose(tx, first.id, 2)
        assert not await bulletins.propose(tx, first.id, 2)
    assert await approve(made, first, who) is Approval.OLD
    assert await approve(made, second, who) is Approval.APPROVED


async def test_an_edit_voids_an_approval_and_its_time(made: Database) -> None:
    who, first = await approver(made, "an"), await proposed(made)
    await approve(made, first, who)
    async with made.write() as tx:
        assert await bulletins.set_next_due(tx, first.id, DUE)
    second = await edit(made, first, OTHER)
    assert second is not None
    async with made.write() as tx:
        assert await bulletins.due(tx, DUE) == ()
        assert await bulletins.next_due(tx, first.id) is None
        assert second.seal not in await bulletins.approved_seals(tx, first.id)
        assert await bulletins.approvals_of(tx, first.id) == (Given(first.seal, who, TODAY),)
        await bulletins.propose(tx, first.id, 2)
    assert await approve(made, second, who) is Approval.APPROVED
    async with made.read() as tx:
        assert await bulletins.approved_seals(tx, first.id) == {first.seal, second.seal}


async def test_what_says_again_what_was_approved_needs_one_press_and_no_new_approval(
    made: Database,
) -> None:
    who, first = await approver(made, "an"), await proposed(made)
    await approve(made, first, who)
    second = await edit(made, first, OTHER)
    assert second is not None
    third = await edit(made, second, CONTENT)
    assert third is not None
    assert (third.seal, third.stage) == (first.seal, Stage.DRAFT)
    async with made.write() as tx:
        assert await bulletins.version_of(tx, first.id, first.seal) == 3
        await bulletins.propose(tx, first.id, 3)
    assert await approve(made, third, who) is Approval.APPROVED
    async with made.read() as tx:
        assert await bulletins.approvals_of(tx, first.id) == (Given(first.seal, who, TODAY),)


async def test_a_draft_waits_until_it_is_proposed(made: Database) -> None:
    first = await create(made)
    assert await approve(made, first, await approver(made, "an")) is Approval.OLD


@pytest.mark.parametrize("stage", [Stage.DELETED, Stage.ENDED])
async def test_what_is_over_is_neither_edited_nor_approved(made: Database, stage: Stage) -> None:
    who, first = await approver(made, "an"), await proposed(made)
    async with made.write() as tx:
        assert await bulletins.set_stage(tx, first.id, stage)
    assert await edit(made, first, OTHER) is None
    assert await approve(made, first, who) is Approval.OLD
    assert await approve(made, replace(first, id="0" * 16), who) is Approval.OLD


async def test_two_approvers_at_once_are_both_told_that_it_is_approved(made: Database) -> None:
    an, binh = await approver(made, "an"), await approver(made, "binh")
    first = await proposed(made)
    told = await asyncio.gather(*(approve(made, first, who) for who in (an, binh, an)))
    assert set(told) == {Approval.APPROVED}


@pytest.mark.parametrize("urgency", [Urgency.ALERT, Urgency.DANGER])
async def test_an_alert_in_free_words_needs_two_people(made: Database, urgency: Urgency) -> None:
    an, binh = await approver(made, "an"), await approver(made, "binh", "root")
    first = await proposed(made, replace(CONTENT, urgency=urgency))
    assert await approve(made, first, an) is Approval.NEEDS_ANOTHER
    assert await approve(made, first, an) is Approval.NEEDS_ANOTHER
    assert (await now(made, first)).stage is Stage.PROPOSED
    assert await approve(made, first, binh) is Approval.APPROVED


async def test_the_first_of_two_counts_only_while_they_have_the_right(made: Database) -> None:
    an, binh, chi = [await approver(made, login) for login in ("an", "binh", "chi")]
    first = await proposed(made, replace(CONTENT, urgency=Urgency.ALERT))
    assert await approve(made, first, an) is Approval.NEEDS_ANOTHER
    async with made.write() as tx:
        await staff.revoke(tx, an, "north", Role.APPROVER)
    assert await approve(made, first, binh) is Approval.NEEDS_ANOTHER
    assert await approve(made, first, chi) is Approval.APPROVED


async def test_of_two_approvers_of_an_alert_at_once_the_second_completes_it(
    made: Database,
) -> None:
    an, binh = await approver(made, "an"), await approver(made, "binh")
    first = await proposed(made, replace(CONTENT, urgency=Urgency.ALERT))
    told = await asyncio.gather(approve(made, first, an), approve(made, first, binh))
    assert sorted(told) == [Approval.APPROVED, Approval.NEEDS_ANOTHER]


async def test_an_alert_that_is_a_checked_text_needs_one_other_person(made: Database) -> None:
    author = await member(made, "an", ("north", Role.AUTHOR), ("north", Role.APPROVER))
    alert = replace(CONTENT, urgency=Urgency.ALERT, library="storm")
    first = await proposed(made, alert, author=author)
    assert await approve(made, first, author) is Approval.OWN
    assert await approve(made, first, await approver(made, "binh")) is Approval.APPROVED


async def test_a_checked_text_needs_nobody_else_but_somebody_who_may_write(
    made: Database,
) -> None:
    author = await member(made, "an", ("north", Role.AUTHOR))
    lead = await member(made, "binh", ("north", Role.LEAD))
    first = await create(made, replace(CONTENT, library="late-wages"), author=author)
    assert await approve(made, first, lead) is Approval.NO_RIGHT
    assert await approve(made, first, author, "0" * 64) is Approval.OLD
    assert await approve(made, first, author) is Approval.APPROVED
    assert (await now(made, first)).stage is Stage.APPROVED


async def test_what_is_approved_is_due_at_its_time_the_earliest_first(made: Database) -> None:
    who = await approver(made, "an")
    later, sooner, waiting = [await proposed(made) for _ in range(3)]
    for each in (later, sooner):
        await approve(made, each, who)
    async with made.write() as tx:
        assert await bulletins.earliest_due(tx) is None
        assert await bulletins.set_next_due(tx, later.id, DUE + 60)
        assert await bulletins.set_next_due(tx, sooner.id, DUE)
        assert not await bulletins.set_next_due(tx, waiting.id, DUE)
        assert await bulletins.next_due(tx, later.id) == DUE + 60
        assert await bulletins.earliest_due(tx) == DUE
        assert await bulletins.due(tx, DUE - 1) == ()
        assert [each.id for each in await bulletins.due(tx, DUE)] == [sooner.id]
        assert [each.id for each in await bulletins.due(tx, DUE + 60)] == [sooner.id, later.id]
        await bulletins.set_next_due(tx, sooner.id, None)
        await bulletins.delete(tx, later.id)
        assert await bulletins.due(tx, DUE + 60) == ()
        assert await bulletins.earliest_due(tx) is None
        assert not await bulletins.set_stage(tx, "0" * 16, Stage.ENDED)
        assert await bulletins.next_due(tx, "0" * 16) is None
