"""Ways to ring officers: what holds, what ends, which units can be reached, what is hidden."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from handlers.roles import Role
from storage import accounts, alarms, desk_codes, desk_groups, outbox, staff, tips
from storage.alarms import MOST_BROWSERS, Alarm, AlarmPath, Path, Trouble
from storage.database import Database
from storage.desk_codes import CodeKind
from storage.desk_groups import Trouble as GroupTrouble
from storage.outbox import Letter, LetterKind
from storage.staff import Member
from storage.tables import alarms as alarms_table
from tests import desk_world
from tests.desk_world import NOW, add
from tests.staff_world import enrolled
from tests.tip_world import count, file, new_tip

CHAT = "zalo_bot:3|6ab1f0c2d"
BROWSER = '["https://fcm.googleapis.com/fcm/send/one","p256dh","auth"]'


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def link(made: Database, member: Member, address: str = CHAT) -> Member | None:
    async with made.write() as tx:
        code = await desk_codes.make(tx, CodeKind.ALARM, member.id.hex(), NOW)
        return await alarms.link(tx, code, Path.ZALO, address, NOW)


async def add_browser(made: Database, member: Member, address: str = BROWSER) -> Alarm | None:
    async with made.write() as tx:
        return await alarms.add_browser(tx, member.id, address)


async def of(made: Database, member: Member) -> set[tuple[Path, str]]:
    async with made.read() as tx:
        return {(each.path, each.address) for each in await alarms.of_member(tx, member.id)}


async def officer_of(made: Database, address: str = CHAT) -> Member | None:
    async with made.read() as tx:
        return await alarms.officer_of(tx, Path.ZALO, address)


async def reachable(made: Database) -> Mapping[str, frozenset[AlarmPath]]:
    async with made.read() as tx:
        return await alarms.reachable(tx)


async def pings(made: Database) -> list[Letter]:
    async with made.read() as tx:
        return [each for each in await outbox.waiting(tx) if each.kind is LetterKind.PING]


# --- linking ----------------------------------------------------------------------------------


async def test_a_code_links_one_chat_once(made: Database) -> None:
    an = await enrolled(made, "an", ("north", Role.OFFICER))
    async with made.write() as tx:
        code = await desk_codes.make(tx, CodeKind.ALARM, an.id.hex(), NOW)
        assert await alarms.link(tx, "AAAA-BBBB-CCCC", Path.ZALO, CHAT, NOW) is None
        late = NOW + timedelta(hours=24)
        assert await alarms.link(tx, code, Path.ZALO, CHAT, late) is None
        assert await alarms.link(tx, code.lower(), Path.ZALO, CHAT, NOW) == an
        assert await alarms.link(tx, code, Path.ZALO, "zalo_bot:3|another", NOW) is None
    assert await of(made, an) == {(Path.ZALO, CHAT)}
    assert await officer_of(made) == an


async def test_a_code_for_something_else_links_no_chat(made: Database) -> None:
    an = await enrolled(made, "an", ("north", Role.OFFICER))
    async with made.write() as tx:
        code = await desk_codes.make(tx, CodeKind.ACCOUNT, an.id.hex(), NOW)
        assert await alarms.link(tx, code, Path.ZALO, CHAT, NOW) is None
    assert await count(made, alarms_table) == 0


async def test_a_chat_is_one_members_and_a_member_has_one(made: Database) -> None:
    an = await enrolled(made, "an", ("north", Role.OFFICER))
    binh = await enrolled(made, "binh", ("south", Role.LEAD))
    await add_browser(made, an)
    await link(made, an)
    await link(made, binh)
    assert await officer_of(made) == binh
    assert await of(made, an) == {(Path.PUSH, BROWSER)}
    await link(made, binh, "zalo_bot:3|new")
    assert await officer_of(made) is None
    assert await of(made, binh) == {(Path.ZALO, "zalo_bot:3|new")}


async def test_whoever_lost_their_desk_or_their_password_is_no_officer(made: Database) -> None:
    an = await enrolled(made, "an", ("north", Role.OFFICER))
    await link(made, an)
    async with made.write() as tx:
        await staff.revoke(tx, an.id, "north", Role.OFFICER)
    assert await officer_of(made) is None
    async with made.read() as tx:
        assert await alarms.member_of(tx, Path.ZALO, CHAT) == replace(an, grants=frozenset())
    async with made.write() as tx:
        await staff.grant(tx, an.id, "north", Role.OFFICER)
    assert await officer_of(made) == an


async def test_a_new_enrolment_link_takes_all_alarms_and_an_open_code(made: Database) -> None:
    an = await enrolled(made, "an", ("north", Role.OFFICER))
    binh = await enrolled(made, "binh", ("north", Role.OFFICER))
    await link(made, an)
    await add_browser(made, an)
    await add_browser(made, binh, BROWSER.replace("one", "two"))
    async with made.write() as tx:
        code = await desk_codes.make(tx, CodeKind.ALARM, an.id.hex(), NOW)
        await staff.reset(tx, "an", NOW)
        assert await alarms.link(tx, code, Path.ZALO, CHAT, NOW) is None
    assert await of(made, an) == set()
    assert len(await of(made, binh)) == 1


async def test_a_member_has_a_few_browsers_and_not_one_more(made: Database) -> None:
    an = await enrolled(made, "an", ("north", Role.OFFICER))
    await link(made, an)
    for number in range(MOST_BROWSERS):
        assert await add_browser(made, an, f"browser {number}") is not None
    assert await add_browser(made, an, "one too many") is None
    again = await add_browser(made, an, "browser 0")
    assert again is not None
    assert len(await of(made, an)) == MOST_BROWSERS + 1
    async with made.write() as tx:
        assert await alarms.unlink(tx, again.id)
        assert not await alarms.unlink(tx, again.id)
    assert await add_browser(made, an, "a new phone") is not None


async def test_a_browser_that_comes_while_the_last_one_is_added_waits_for_it(
    made: Database,
) -> None:
    an = await enrolled(made, "an", ("north", Role.OFFICER))
    for number in range(MOST_BROWSERS - 1):
        assert await add_browser(made, an, f"browser {number}") is not None
    async with asyncio.timeout(60), asyncio.TaskGroup() as group, made.write() as tx:
        assert await alarms.add_browser(tx, an.id, "the last one") is not None
        late = group.create_task(add_browser(made, an, "one too many"))
        await until_somebody_waits(made, late)
    assert late.result() is None
    assert await count(made, alarms_table) == MOST_BROWSERS


async def until_somebody_waits(made: Database, late: "asyncio.Task[Alarm | None]") -> None:
    """On SQLite they wait for the one writer; PostgreSQL says so when it is asked."""
    asked = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while not made.is_sqlite and not late.done():
        async with made.read() as tx:
            row = await tx.row(asked)
        if row is not None and row[0]:
            return
        await asyncio.sleep(0.02)


async def test_a_browser_is_whose_bell_was_last_switched_on_in_it(made: Database) -> None:
    an = await enrolled(made, "an", ("north", Role.OFFICER))
    binh = await enrolled(made, "binh", ("north", Role.OFFICER))
    await add_browser(made, an)
    await add_browser(made, binh)
    assert await of(made, an) == set()
    assert await of(made, binh) == {(Path.PUSH, BROWSER)}


async def test_unlinking_a_path_leaves_the_other_and_voids_the_code(made: Database) -> None:
    an = await enrolled(made, "an", ("north", Role.OFFICER))
    await link(made, an)
    await add_browser(made, an)
    async with made.write() as tx:
        code = await desk_codes.make(tx, CodeKind.ALARM, an.id.hex(), NOW)
        assert await alarms.linked(tx, Path.ZALO) == {an.id}
        assert await alarms.unlink_member(tx, an.id, Path.ZALO)
        assert not await alarms.unlink_member(tx, an.id, Path.ZALO)
        assert await alarms.linked(tx, Path.ZALO) == frozenset()
        assert await alarms.linked(tx, Path.PUSH) == {an.id}
        assert await alarms.link(tx, code, Path.ZALO, CHAT, NOW) is None
    assert await of(made, an) == {(Path.PUSH, BROWSER)}


async def test_neither_app_nor_address_nor_its_length_stands_in_the_database(
    made: Database,
) -> None:
    an = await enrolled(made, "an", ("north", Role.OFFICER))
    await link(made, an)
    await add_browser(made, an, BROWSER.replace("one", "o" * 1200))
    async with made.read() as tx:
        rows = await tx.rows(select(alarms_table.c.id, alarms_table.c.body))
    bodies = [bytes(row.body) for row in rows]
    assert len({len(body) for body in bodies}) == 1
    held = b"".join([*bodies, *(bytes(row.id) for row in rows)])
    for told in (CHAT, "6ab1f0c2d", "fcm.googleapis.com", *Path):
        assert told.encode() not in held


# --- who can be reached -----------------------------------------------------------------------


async def test_a_unit_is_reached_over_what_works(made: Database) -> None:
    assert await reachable(made) == {}
    an = await enrolled(made, "an", ("north", Role.OFFICER))
    await enrolled(made, "top", ("root", Role.LEAD))
    await add(made, "admin", ("south", Role.ADMINISTRATOR))
    await link(made, an)
    alarm = await add_browser(made, an)
    assert alarm is not None
    async with made.write() as tx:
        code = await desk_codes.make(tx, CodeKind.GROUP, "root", NOW)
        group = await desk_groups.link(tx, code, "-100777", NOW)
        assert group is not None
    # No account of these channels is there yet: nothing can be sent.
    assert await reachable(made) == {"north": frozenset(), "root": frozenset()}
    async with made.write() as tx:
        for path in AlarmPath:
            await accounts.add(tx, f"one of {path}", path.value, "token")
    assert await reachable(made) == {
        "north": {AlarmPath.ZALO, AlarmPath.PUSH},
        "root": {AlarmPath.TELEGRAM},
    }
    async with made.write() as tx:
        await alarms.set_trouble(tx, alarm.id, Trouble.REFUSED)
        await desk_groups.set_trouble(tx, group.id, GroupTrouble.REMOVED)
    assert await reachable(made) == {"north": {AlarmPath.ZALO}, "root": frozenset()}
    async with made.write() as tx:
        await alarms.set_trouble(tx, alarm.id, None)
        await desk_groups.set_trouble(tx, group.id, GroupTrouble.UNSURE)
        await accounts.disable(tx, "one of zalo_bot")
    assert await reachable(made) == {"north": {AlarmPath.PUSH}, "root": {AlarmPath.TELEGRAM}}


async def test_only_alarms_of_those_who_read_there_today_count(made: Database) -> None:
    async with made.write() as tx:
        await accounts.add(tx, "push", "webpush", "key")
    an = await enrolled(made, "an", ("north", Role.OFFICER), ("south", Role.AUTHOR))
    await add_browser(made, an)
    await enrolled(made, "binh", ("south", Role.LEAD))
    assert await reachable(made) == {"north": {AlarmPath.PUSH}, "south": frozenset()}
    async with made.write() as tx:
        await staff.revoke(tx, an.id, "north", Role.OFFICER)
    assert await reachable(made) == {"south": frozenset()}
    async with made.write() as tx:
        await staff.grant(tx, an.id, "south", Role.OFFICER)
    assert await reachable(made) == {"south": {AlarmPath.PUSH}}
    async with made.write() as tx:
        await staff.reset(tx, "an", NOW)
    assert await reachable(made) == {"south": frozenset()}


# --- rings ------------------------------------------------------------------------------------


async def test_a_tip_that_reaches_its_desk_rings_whoever_reads_there(made: Database) -> None:
    an = await enrolled(made, "an", ("north", Role.OFFICER), ("north", Role.LEAD))
    south = await enrolled(made, "nam", ("south", Role.OFFICER))
    author = await enrolled(made, "viet", ("north", Role.AUTHOR))
    await link(made, an)
    await add_browser(made, an)
    await add_browser(made, south, "of the south")
    await add_browser(made, author, "of an author")
    tip = await file(made, new_tip(), delivered=False)
    assert await pings(made) == []
    async with made.write() as tx:
        assert await tips.deliver(tx, tip)
        assert await tips.deliver(tx, tip)
        mine = {each.id.hex() for each in await alarms.of_member(tx, an.id)}
    written = await pings(made)
    assert {each.to for each in written} == mine
    assert len(written) == 2
    assert {(each.tip, each.unit, each.due) for each in written} == {(tip, "north", outbox.AT_ONCE)}


async def test_a_tip_that_changes_hands_rings_the_next_unit_and_not_the_last(
    made: Database,
) -> None:
    north = await enrolled(made, "bac", ("north", Role.OFFICER))
    root = await enrolled(made, "top", ("root", Role.OFFICER))
    await add_browser(made, north, "north")
    above = await add_browser(made, root, "root")
    assert above is not None
    new = new_tip()
    tip = await file(made, new)
    async with made.write() as tx:
        assert await tips.hide(
            tx, new.key, frozenset({"north"}), "root", due=NOW, triage_by=NOW + timedelta(hours=1)
        )
    assert await pings(made) == []
    async with made.write() as tx:
        await tips.deliver(tx, tip)
    [letter] = await pings(made)
    assert (letter.unit, letter.to) == ("root", above.id.hex())


async def test_a_deleted_tip_takes_its_rings_along(made: Database) -> None:
    await add_browser(made, await enrolled(made, "an", ("north", Role.OFFICER)))
    new = new_tip()
    await file(made, new)
    assert len(await pings(made)) == 1
    async with made.write() as tx:
        await tips.remove(tx, new.key, day=NOW.date())
    assert await pings(made) == []
