"""Somebody leaves: nothing is left that they could do, and nothing that waits for them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.roles import Role
from handlers.tips import Status
from storage import alarms, audit, cases, desk_codes, desk_links, leaving, outbox, signing_in, staff
from storage.alarms import Path
from storage.audit import Act
from storage.cases import Done, No, Refusal
from storage.database import Database
from storage.desk_codes import CodeKind
from storage.leaving import Kept
from storage.outbox import LetterKind
from storage.staff import Member
from storage.tables import alarms as alarms_table
from storage.tables import desk_codes as codes_table
from storage.tables import desk_links as links_table
from storage.tables import grants
from tests import desk_world
from tests.desk_world import NOW
from tests.staff_world import enrolled
from tests.tip_world import count, file, new_tip, record_of


@dataclass
class Desk:
    """`an` holds a tip of the north where `binh` reads too; `top` administers everything."""

    made: Database
    top: Member
    an: Member
    binh: Member
    tip: bytes

    async def leave(self, by: Member, who: Member) -> Member | Kept:
        async with self.made.write() as tx:
            return await leaving.leave(tx, by.id, who.id, NOW)

    async def acts(self) -> list[tuple[Act, bytes | None]]:
        async with self.made.read() as tx:
            found = await audit.entries(tx, limit=50)
        return [(entry.act, entry.staff) for entry in reversed(found)]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        top = await enrolled(made, "top", ("root", Role.ADMINISTRATOR))
        an = await enrolled(made, "an", ("north", Role.OFFICER))
        binh = await enrolled(made, "binh", ("north", Role.OFFICER))
        tip = await file(made, new_tip())
        async with made.write() as tx:
            assert isinstance(await cases.claim(tx, an.id, tip, NOW), Done)
            code = await desk_codes.make(tx, CodeKind.ACCOUNT, an.id.hex(), NOW)
            assert await desk_links.link(tx, code, "5001", NOW)
            code = await desk_codes.make(tx, CodeKind.ALARM, an.id.hex(), NOW)
            assert await alarms.link(tx, code, Path.ZALO, "zalo_bot:3|x", NOW)
            await alarms.add_browser(tx, an.id, "browser")
            await alarms.add_browser(tx, binh.id, "another")
            await desk_codes.make(tx, CodeKind.ACCOUNT, an.id.hex(), NOW)
            await desk_codes.make(tx, CodeKind.ALARM, an.id.hex(), NOW)
        yield Desk(made, top, an, binh, tip)


async def test_everything_is_taken_at_once_on_every_channel(desk: Desk) -> None:
    gone = await desk.leave(desk.top, desk.an)
    assert isinstance(gone, Member)
    async with desk.made.write() as tx:
        member = await staff.by_id(tx, desk.an.id)
        assert member is not None
        assert (member.grants, member.enrolled, member.left) == (frozenset(), False, True)
        assert member.name == desk.an.name, "the log goes on naming them"
        assert member.stamp != desk.an.stamp, "no session of theirs holds"
        assert await desk_links.member_of(tx, "5001") is None
        assert await alarms.by_address(tx, Path.ZALO, "zalo_bot:3|x") is None
        assert await cases.cards(tx, desk.an.id, NOW) == ()
        assert await cases.open_case(tx, desk.an.id, desk.tip, NOW) == Refusal(No.NOT_YOURS)
        assert await cases.answer(tx, desk.an.id, desk.tip, "Vâng.", NOW) == Refusal(No.NOT_YOURS)
        credentials = await signing_in.credentials(tx, "an")
        assert signing_in.check_password(credentials, "no password") is None
    for table in (links_table, codes_table):
        assert await count(desk.made, table) == 0
    assert {"grants", "alarms", "desk_links"} <= {table.name for table in leaving.OWN}
    async with desk.made.read() as tx:
        assert {bytes(row.staff) for row in await tx.rows(select(alarms_table))} == {desk.binh.id}
        held = await tx.rows(select(grants.c.staff).where(grants.c.staff == desk.an.id))
    assert held == []


async def test_what_they_held_goes_back_to_the_desk_which_is_called(desk: Desk) -> None:
    await desk.leave(desk.top, desk.an)
    known = await record_of(desk.made, desk.tip)
    assert (known.status, known.holder) == (Status.TRIAGE, None)
    assert known.triage_by is not None
    async with desk.made.write() as tx:
        pings = [each for each in await outbox.waiting(tx) if each.kind is LetterKind.PING]
        [other] = await alarms.of_member(tx, desk.binh.id)
        assert [each.to for each in pings] == [other.id.hex()]
        assert isinstance(await cases.claim(tx, desk.binh.id, desk.tip, NOW), Done)
    assert (await desk.acts())[-3:] == [
        (Act.RELEASED, desk.top.id),
        (Act.LEFT, desk.top.id),
        (Act.CLAIMED, desk.binh.id),
    ]


async def test_who_loses_the_role_loses_the_tip_and_who_keeps_another_reader_keeps_it(
    desk: Desk,
) -> None:
    async with desk.made.write() as tx:
        await staff.grant(tx, desk.an.id, "north", Role.LEAD)
        await staff.revoke(tx, desk.an.id, "north", Role.OFFICER)
        assert await leaving.hand_back(tx, desk.an.id, desk.top.id, NOW) == 0
        await staff.revoke(tx, desk.an.id, "north", Role.LEAD)
        assert await leaving.hand_back(tx, desk.an.id, desk.top.id, NOW) == 1
    assert (await record_of(desk.made, desk.tip)).holder is None


async def test_only_who_administers_all_of_them_and_nobody_themselves(desk: Desk) -> None:
    north = await enrolled(desk.made, "bac", ("north", Role.ADMINISTRATOR))
    both = await enrolled(desk.made, "ca.hai", ("north", Role.OFFICER), ("south", Role.OFFICER))
    assert await desk.leave(north, both) is Kept.NOT_YOURS
    assert await desk.leave(desk.binh, desk.an) is Kept.NOT_YOURS
    assert await desk.leave(desk.top, desk.top) is Kept.YOURSELF
    async with desk.made.write() as tx:
        assert await leaving.leave(tx, desk.top.id, bytes(16), NOW) is Kept.NOT_YOURS
    assert isinstance(await desk.leave(north, desk.an), Member)
    assert Act.LEFT in [act for act, _ in await desk.acts()]


async def test_of_two_administrators_who_let_each_other_go_one_is_left(desk: Desk) -> None:
    other = await enrolled(desk.made, "other", ("root", Role.ADMINISTRATOR))
    done = await asyncio.gather(desk.leave(desk.top, other), desk.leave(other, desk.top))
    assert sorted(isinstance(each, Member) for each in done) == [False, True]
    async with desk.made.read() as tx:
        left = [each for each in await staff.members(tx) if each.administers]
    assert len(left) == 1


async def test_an_invitation_is_withdrawn_once_and_the_link_is_void(desk: Desk) -> None:
    waiting, token = await desk_world.add(desk.made, "moi", ("north", Role.OFFICER))
    assert waiting.invited_until == NOW + timedelta(hours=72)
    async with desk.made.write() as tx:
        assert isinstance(await leaving.uninvite(tx, desk.top.id, waiting.id, NOW), Member)
        assert await staff.invitation(tx, token, NOW) is None
        again = await leaving.uninvite(tx, desk.top.id, waiting.id, NOW)
        assert again is Kept.ENROLLED
        assert await leaving.uninvite(tx, desk.top.id, desk.an.id, NOW) is Kept.ENROLLED
        assert await leaving.uninvite(tx, desk.an.id, waiting.id, NOW) is Kept.NOT_YOURS
        member = await staff.by_id(tx, waiting.id)
    assert member is not None
    assert (member.invited_until, member.left) == (None, False)
    assert member.grants == waiting.grants


async def test_who_comes_back_has_a_new_link_and_no_old_role(desk: Desk) -> None:
    await desk.leave(desk.top, desk.an)
    async with desk.made.write() as tx:
        token = await staff.reset(tx, "an", NOW)
        assert token is not None
        invited = await staff.invitation(tx, token, NOW)
    assert invited is not None
    assert (invited.member.left, invited.member.grants) == (False, frozenset())
