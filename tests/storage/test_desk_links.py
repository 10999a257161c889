"""Groups and accounts that are linked by one-time codes: what holds, what ends, what is hidden."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from storage import desk_codes, desk_groups, desk_links, staff, units
from storage.database import Database
from storage.desk_codes import CodeKind
from storage.desk_groups import Group, Trouble
from storage.staff import Member
from storage.tables import desk_codes as codes_table
from storage.tables import desk_groups as groups_table
from storage.tables import desk_links as links_table
from tests import desk_world
from tests.desk_world import NOW, add, code_at
from tests.tip_world import count

CHAT, ACCOUNT = "-1009876543210", "5556667778"


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def code(made: Database, kind: CodeKind, about: str) -> str:
    async with made.write() as tx:
        return await desk_codes.make(tx, kind, about, NOW)


async def group(made: Database, unit: str = "north", chat: str = CHAT) -> Group:
    typed = await code(made, CodeKind.GROUP, unit)
    async with made.write() as tx:
        linked = await desk_groups.link(tx, typed, chat, NOW)
    assert linked is not None
    return linked


async def officer(made: Database, login: str = "an", *roles: tuple[str, Role]) -> Member:
    """An enrolled member."""
    _, token = await add(made, login, *(roles or (("north", Role.OFFICER),)))
    async with made.write() as tx:
        invited = await staff.invitation(tx, token, NOW)
        assert invited is not None
        member = await staff.enrol(tx, token, "hash", code_at(invited.secret, NOW), NOW)
    assert isinstance(member, Member)
    return member


async def link(made: Database, member: Member, account: str = ACCOUNT) -> Member | None:
    typed = await code(made, CodeKind.ACCOUNT, member.id.hex())
    async with made.write() as tx:
        return await desk_links.link(tx, typed, account, NOW)


async def officer_of(made: Database, account: str = ACCOUNT) -> Member | None:
    async with made.read() as tx:
        return await desk_links.officer_of(tx, account)


async def test_a_code_is_forgiving_to_type_works_once_and_for_its_kind_only(
    made: Database,
) -> None:
    typed = await code(made, CodeKind.GROUP, "north")
    assert [len(part) for part in typed.split("-")] == [4, 4, 4]
    loose = typed.replace("-", " ").casefold().replace("0", "o").replace("1", "l")
    async with made.write() as tx:
        assert await desk_codes.use(tx, CodeKind.ACCOUNT, typed, NOW) is None
        assert await desk_codes.use(tx, CodeKind.GROUP, "0000-0000-0000", NOW) is None
        assert await desk_codes.use(tx, CodeKind.GROUP, loose, NOW) == "north"
        assert await desk_codes.use(tx, CodeKind.GROUP, typed, NOW) is None
    assert await count(made, codes_table) == 0


async def test_a_code_lives_a_day_and_a_newer_one_takes_its_place(made: Database) -> None:
    first = await code(made, CodeKind.GROUP, "north")
    other = await code(made, CodeKind.GROUP, "south")
    newer = await code(made, CodeKind.GROUP, "north")
    late = NOW + timedelta(hours=24)
    async with made.write() as tx:
        assert await desk_codes.use(tx, CodeKind.GROUP, first, NOW) is None
        assert await desk_codes.use(tx, CodeKind.GROUP, other, late) is None
        assert await desk_codes.use(tx, CodeKind.GROUP, newer, late - timedelta(minutes=1))
        await desk_codes.make(tx, CodeKind.GROUP, "root", late)
    assert await count(made, codes_table) == 1


async def test_of_two_who_type_one_code_at_once_one_links_a_group(made: Database) -> None:
    typed = await code(made, CodeKind.GROUP, "north")

    async def try_in(chat: str) -> Group | None:
        async with made.write() as tx:
            return await desk_groups.link(tx, typed, chat, NOW)

    linked = await asyncio.gather(try_in("-1"), try_in("-2"))
    assert sum(each is not None for each in linked) == 1
    assert await count(made, groups_table) == 1


async def test_a_group_keeps_its_options_and_trouble_and_moves_with_its_id(made: Database) -> None:
    first = await group(made)
    async with made.write() as tx:
        await desk_groups.choose(tx, first.id, topics=True, reading=True)
        assert await desk_groups.set_trouble(tx, first.id, Trouble.RIGHTS)
        assert not await desk_groups.set_trouble(tx, first.id, Trouble.RIGHTS)
        assert await desk_groups.move(tx, CHAT, "-100777")
        assert not await desk_groups.move(tx, CHAT, "-100777")
        assert await desk_groups.by_chat(tx, CHAT) is None
        moved = await desk_groups.by_chat(tx, "-100777")
    assert moved == Group(first.id, "north", "-100777", True, True, Trouble.RIGHTS)
    async with made.write() as tx:
        chosen = await desk_groups.choose(tx, first.id, topics=False, reading=True)
    assert chosen is not None
    assert chosen.trouble is None


async def test_a_group_is_one_units_desk_and_starts_anew_with_another(made: Database) -> None:
    first = await group(made)
    async with made.write() as tx:
        await desk_groups.choose(tx, first.id, topics=True, reading=True)
    again = await group(made, "south")
    assert (again.id, again.unit, again.reading) == (first.id, "south", False)
    async with made.read() as tx:
        assert await desk_groups.of_unit(tx, "north") == ()
        assert await desk_groups.of_unit(tx, "south") == (again,)


async def test_an_account_is_an_officers_only_while_they_are_enrolled_and_read_tips(
    made: Database,
) -> None:
    member = await officer(made)
    assert await officer_of(made) is None
    assert await link(made, member) == member
    assert await officer_of(made) == member
    async with made.write() as tx:
        await staff.revoke(tx, member.id, "north", Role.OFFICER)
    assert await officer_of(made) is None
    async with made.write() as tx:
        await staff.grant(tx, member.id, "south", Role.LEAD)
    assert await officer_of(made) is not None
    async with made.write() as tx:
        await staff.reset(tx, "an", NOW)
    assert await officer_of(made) is None


async def test_an_account_is_one_members_and_a_member_has_one(made: Database) -> None:
    an, binh = await officer(made), await officer(made, "binh")
    await link(made, an)
    await link(made, binh)
    assert await officer_of(made) == binh
    await link(made, binh, "42")
    assert await officer_of(made) is None
    assert await officer_of(made, "42") == binh
    async with made.write() as tx:
        assert await desk_links.linked(tx) == {binh.id}
        unused = await desk_codes.make(tx, CodeKind.ACCOUNT, binh.id.hex(), NOW)
        assert await desk_links.unlink(tx, binh.id)
        assert not await desk_links.unlink(tx, binh.id)
        assert await desk_links.link(tx, unused, "42", NOW) is None
    assert await officer_of(made, "42") is None


async def test_a_removed_unit_takes_its_groups_along(made: Database) -> None:
    await group(made, "south")
    async with made.write() as tx:
        await units.import_all(
            tx, [Unit("root", None, UnitKind.UNION, "Tổng liên đoàn")], may_remove=True
        )
    assert await count(made, groups_table) == 0


async def test_no_id_of_a_chat_app_and_no_code_stands_in_the_database(made: Database) -> None:
    await link(made, await officer(made))
    await group(made)
    open_code = await code(made, CodeKind.GROUP, "north")
    written = []
    async with made.read() as tx:
        for table in (links_table, groups_table, codes_table):
            written += [
                bytes(v)
                for row in await tx.rows(select(table))
                for v in row
                if isinstance(v, bytes | memoryview)
            ]
    held = b"".join(written)
    assert len(written) >= 7
    for number in (int(CHAT), int(ACCOUNT)):
        assert str(abs(number)).encode() not in held
        for order in ("little", "big"):
            assert abs(number).to_bytes(8, order).strip(b"\0") not in held
    assert open_code.encode() not in held
    assert open_code.replace("-", "").encode() not in held
