"""Keys are replaced while people work: everything stays readable, and the old key is gone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import LargeBinary, event, select, text, update

from handlers.roles import Role
from storage import (
    alarms,
    audit,
    cases,
    desk_codes,
    installation,
    outbox,
    rotation,
    signing_in,
    staff,
)
from storage import ring as keyring
from storage import tips as stored_tips
from storage.crypto import new_master
from storage.database import Database, Tx, Unreachable
from storage.desk_codes import CodeKind
from storage.keys import Purpose, WrongMasterKey, wrap_key
from storage.outbox import AT_ONCE, Letter, LetterKind
from storage.rotation import BrokenLog, Left
from storage.sealings import HOLDS, SEALINGS, Other
from storage.tables import audit as audit_table
from storage.tables import instance, metadata, tips
from tests import desk_world, rotation_world
from tests.desk_world import NOW, code_at
from tests.rotation_world import LATER, World, check, file_by, key_of, numbers, typed
from tests.tip_world import file, new_tip

STAYS = frozenset({Purpose.PEPPER, Purpose.TOMBSTONES})
"""Whose old keys stay a while: nothing of theirs can be made anew by us."""


@pytest.fixture
async def filled(database_url: str) -> AsyncIterator[tuple[Database, World]]:
    async with rotation_world.database(database_url) as opened:
        yield opened


@pytest.fixture
def made(filled: tuple[Database, World]) -> Database:
    return filled[0]


@pytest.fixture
def world(filled: tuple[Database, World]) -> World:
    """What is in it."""
    return filled[1]


@pytest.fixture
async def serving(made: Database, database_url: str) -> AsyncIterator[Database]:
    """Another process on the same database, which was started before."""
    other = Database(database_url)
    await installation.open_with(other, master_of(made))
    yield other
    await other.close()


def master_of(made: Database) -> bytes:
    assert made.ring is not None
    [master] = made.ring.masters()
    return master


async def rotate(made: Database, *purposes: Purpose, now: datetime = LATER) -> Left:
    await rotation.begin(made, purposes, master_of(made), now.date())
    return await rotation.go_on(made, now)


async def ring(made: Database) -> dict[Purpose, list[int]]:
    """The numbers of the keys of every purpose."""
    found: dict[Purpose, list[int]] = {}
    async with made.read() as tx:
        for row in await keyring.read(tx.connection):
            found.setdefault(row.purpose, []).append(row.number)
    return {purpose: sorted(held) for purpose, held in found.items()}


def test_every_column_of_bytes_is_known() -> None:
    columns = {
        f"{table.name}.{column.name}": column
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert columns.keys() == HOLDS.keys()


def test_what_is_sealed_under_a_purpose_is_sealed_anew_by_somebody() -> None:
    renewed = {f"{each.table.name}.{each.sealed.name}": each.purpose for each in SEALINGS}
    assert renewed.items() <= HOLDS.items()
    sealed_tables = {name.split(".")[0] for name in renewed} | {"audit", "tombstones", "wraps"}
    held = {name.split(".")[0] for name, by in HOLDS.items() if not isinstance(by, Other)}
    assert held == sealed_tables


async def test_after_every_rotation_all_is_readable_and_the_old_key_is_gone(
    made: Database, serving: Database, world: World
) -> None:
    for number in (2, 3):
        left = await rotate(made, *Purpose)
        assert left.waiting == {}
        expected = {(purpose, number - 1) for purpose in Purpose if purpose not in STAYS}
        assert set(left.destroyed) - {(Purpose.PEPPER, 2)} == expected
        await check(serving, world)
        await check(made, world)
        for purpose in Purpose:
            assert await numbers(serving, purpose) <= {number}
            assert purpose in STAYS or (await ring(made))[purpose] == [number]


async def test_each_key_is_rotated_alone(sqlite_url: str) -> None:
    async with rotation_world.database(sqlite_url) as (made, world):
        for purpose in Purpose:
            left = await rotate(made, purpose)
            assert left.waiting == {}
            assert left.destroyed == (() if purpose in STAYS else ((purpose, 1),))
            await check(made, world)
            assert await numbers(made, purpose) <= {2}


async def test_both_processes_write_and_read_between_the_phases(
    made: Database, serving: Database, world: World
) -> None:
    everything = [purpose for purpose in Purpose if purpose is not Purpose.PEPPER]
    await rotation.begin(made, everything, master_of(made), NOW.date())
    await check(serving, world)
    await check(made, world)
    more = await file_by(serving, bytes(32))
    left = await rotation.go_on(made, LATER)
    assert left.waiting == {}
    assert {purpose for purpose, _ in left.destroyed} == set(everything) - STAYS
    async with serving.read() as tx:
        assert await stored_tips.tip_of(tx, await key_of(serving, bytes(32))) == more
    await check(serving, world)


async def test_a_tip_that_changes_during_a_rotation_is_still_its_readers(
    made: Database, serving: Database, world: World
) -> None:
    await rotation.begin(made, [Purpose.METADATA, Purpose.PEPPER], master_of(made), NOW.date())
    other = bytes(range(32))
    await typed(serving, world.stretched)
    async with serving.write() as tx:
        claimed = await cases.claim(tx, world.officer.id, world.tip, NOW)
        assert isinstance(claimed, cases.Done)
    await file_by(serving, other)
    left = await rotation.go_on(made, LATER)
    assert set(left.destroyed) == {(Purpose.METADATA, 1), (Purpose.PEPPER, 1)}
    await check(serving, world)


async def test_a_code_opens_its_tip_after_two_peppers_and_moves_it_to_the_third(
    made: Database, serving: Database, world: World
) -> None:
    other = bytes(range(32))
    await file_by(made, other)
    assert (await rotate(made, Purpose.PEPPER)).destroyed == ()
    # The second pepper bound nothing; the first one binds both tips.
    assert (await rotate(made, Purpose.PEPPER)).destroyed == ((Purpose.PEPPER, 2),)
    assert (await ring(made))[Purpose.PEPPER] == [1, 3]
    old = await key_of(serving, world.stretched)
    new = await typed(serving, world.stretched)
    assert (old.pepper, new.pepper) == (1, 3)
    assert old.locator != new.locator
    await check(serving, world)
    async with serving.read() as tx:
        assert await stored_tips.read_thread(tx, old) is None
        assert await stored_tips.read_thread(tx, await key_of(serving, other)) is not None
    assert (await rotation.go_on(made, LATER)).destroyed == ()
    assert await typed(serving, world.stretched) == new
    await typed(serving, other)
    assert (await rotation.go_on(made, LATER)).destroyed == ((Purpose.PEPPER, 1),)
    await check(serving, world)


async def test_a_code_that_was_looked_up_before_a_new_pepper_does_not_file_under_the_old_one(
    made: Database,
) -> None:
    async with made.read() as tx:
        before = stored_tips.key_of(tx.keys.reporters(bytes(32))[0])
    await rotate(made, Purpose.PEPPER)
    with pytest.raises(stored_tips.OldPepper):
        await file(made, new_tip(key=before))
    tip = await file_by(made, bytes(32))
    async with made.read() as tx:
        assert await stored_tips.tip_of(tx, await key_of(made, bytes(32))) == tip


async def test_a_letter_that_is_being_sent_is_settled_once_for_all(
    made: Database, serving: Database
) -> None:
    async with made.write() as tx:
        group, tip = b"g" * 16, b"t" * 16
        await outbox.write(tx, Letter(LetterKind.POST, tip, "north", AT_ONCE, group=group))
        await outbox.write_refresh(tx, tip, "north", group, AT_ONCE)
    async with serving.write() as tx:
        lease = LATER + timedelta(minutes=5)
        [post] = [each for each in await letters_to(tx, group) if each.kind is LetterKind.POST]
        claimed = await outbox.claim(tx, post, lease)
    assert claimed is not None
    left = await rotate(made, Purpose.LETTERS)
    assert (left.waiting, left.destroyed) == ({}, ((Purpose.LETTERS, 1),))
    async with serving.write() as tx:
        later = await outbox.postpone(tx, claimed, LATER)
        assert later is not None
        assert not await outbox.settle(tx, claimed)
        assert await outbox.settle(tx, later)
        # It is still the one letter of that card.
        await outbox.write_refresh(tx, tip, "north", group, AT_ONCE)
        assert len(await letters_to(tx, group)) == 1


async def letters_to(tx: Tx, group: bytes) -> list[Letter]:
    return [each for each in await outbox.waiting(tx) if each.group == group]


async def test_an_alarm_that_rings_just_now_is_sealed_anew_afterwards(
    made: Database, serving: Database, world: World
) -> None:
    async with serving.write() as tx:
        ping, *_ = [each for each in await outbox.waiting(tx) if each.kind is LetterKind.PING]
        claimed = await outbox.claim(tx, ping, LATER + timedelta(minutes=1))
    assert claimed is not None
    left = await rotate(made, Purpose.STAFF)
    assert (left.waiting, left.destroyed) == ({Purpose.STAFF: 1}, ())
    await check(serving, world)
    async with serving.write() as tx:
        assert await alarms.set_trouble(tx, bytes.fromhex(ping.to), alarms.Trouble.REFUSED)
        assert await outbox.postpone(tx, claimed, LATER)
    left = await rotation.go_on(made, LATER)
    assert (left.waiting, left.destroyed) == ({}, ((Purpose.STAFF, 1),))
    await check(serving, world)


async def test_links_and_codes_that_still_live_keep_their_key_until_they_end(
    made: Database, serving: Database, world: World
) -> None:
    left = await rotate(made, Purpose.STAFF, now=NOW)
    assert (left.waiting, left.destroyed) == ({Purpose.STAFF: 2}, ())
    async with serving.write() as tx:
        invited = await staff.invitation(tx, world.enrolment, NOW)
        assert invited is not None
        code = code_at(invited.secret, NOW)
        assert isinstance(await staff.enrol(tx, world.enrolment, "-", code, NOW), staff.Member)
        assert await desk_codes.use(tx, CodeKind.OUTLET, world.code, NOW) == "north"
    assert (await rotation.go_on(made, NOW)).destroyed == ((Purpose.STAFF, 1),)
    async with serving.read() as tx:
        assert await staff.by_login(tx, "newcomer") is not None


async def test_a_link_that_ended_unused_holds_no_key_back(made: Database, world: World) -> None:
    await rotate(made, Purpose.STAFF, now=NOW)
    assert (await rotation.go_on(made, LATER)).destroyed == ((Purpose.STAFF, 1),)
    async with made.write() as tx:
        assert await staff.invitation(tx, world.enrolment, NOW) is None
        assert await staff.reset(tx, "newcomer", NOW) is not None


async def test_who_signs_in_during_a_rotation_is_known_after_it(
    made: Database, serving: Database
) -> None:
    member, token = await desk_world.add(made, "another", ("north", Role.OFFICER))
    secret = await desk_world.secret_of(made, token)
    await rotation.begin(made, [Purpose.STAFF], master_of(made), NOW.date())
    async with serving.write() as tx:
        assert isinstance(
            await staff.enrol(tx, token, "-", code_at(secret, NOW), NOW), staff.Member
        )
        later = NOW + timedelta(minutes=5)
        assert await signing_in.use_code(tx, member.id, code_at(secret, later), later)
    await rotation.go_on(made, NOW)
    async with serving.read() as tx:
        assert await staff.by_login(tx, "another") is not None


async def test_a_log_that_was_changed_is_not_sealed_anew(made: Database) -> None:
    await rotation.begin(made, [Purpose.AUDIT], master_of(made), NOW.date())
    async with made.write() as tx:
        where = audit_table.c.number == 2
        await tx.run(update(audit_table).where(where).values(previous=bytes(32)))
    left = await rotation.go_on(made, NOW)
    assert (set(left.waiting), left.destroyed) == ({Purpose.AUDIT}, ())
    async with made.read() as tx:
        assert not await audit.verify(tx)
    before = await ring(made)
    with pytest.raises(BrokenLog):
        await rotation.begin(made, [Purpose.AUDIT], master_of(made), NOW.date())
    assert await ring(made) == before


async def test_a_row_that_was_changed_stays_and_the_others_do_not_wait_for_it(
    made: Database, world: World
) -> None:
    other = await file_by(made, bytes(32))
    async with made.write() as tx:
        row = await tx.row(select(tips.c.record).where(tips.c.id == other))
        assert row is not None
        broken = bytes(row.record)[:-1] + bytes((row.record[-1] ^ 1,))
        await tx.run(update(tips).where(tips.c.id == other).values(record=broken))
    left = await rotate(made, Purpose.METADATA, Purpose.PEPPER)
    assert (left.waiting, left.destroyed) == ({Purpose.METADATA: 1}, ())
    await check(made, world)


async def test_tombstones_are_known_by_every_backup_that_may_come_back(
    made: Database, serving: Database
) -> None:
    await rotate(made, Purpose.TOMBSTONES)
    new = new_tip()
    gone = await file(serving, new)
    async with serving.write() as tx:
        assert await stored_tips.remove(tx, new.key, day=NOW.date())
    async with made.read() as tx:
        marks = tx.keys.macs(Purpose.TOMBSTONES, gone)
        rows = await tx.rows(text("SELECT id FROM tombstones"))
    assert len(marks) == 2
    assert {bytes(row.id) for row in rows} > set(marks)
    day = timedelta(days=1)
    last = LATER + rotation.TOMBSTONE_DAYS * day
    assert (await rotation.go_on(made, last)).destroyed == ()
    assert (await rotation.go_on(made, last + day)).destroyed == ((Purpose.TOMBSTONES, 1),)


async def test_what_was_not_finished_is_remembered_until_it_is(made: Database) -> None:
    assert await rotation.unfinished(made) == frozenset()
    wanted = {Purpose.METADATA, Purpose.VOLATILE}
    await rotation.begin(made, wanted, master_of(made), NOW.date())
    assert await rotation.unfinished(made) == wanted
    assert await rotation.to_do(made) == 2
    done: list[int] = []
    await rotation.go_on(made, NOW, done.append)
    assert sum(done) == 2
    assert await rotation.unfinished(made) == frozenset()
    assert await rotation.to_do(made) == 0


async def test_after_the_highest_number_the_lowest_free_one_comes(
    made: Database, world: World
) -> None:
    async with made.write(alone=True) as tx:
        master = master_of(made)
        rows = await keyring.read(tx.connection)
        others = [row for row in rows if row.purpose is not Purpose.VOLATILE]
        last = wrap_key(master, Purpose.VOLATILE, 255, new_master())
        await keyring.put(tx.connection, [*others, last])
    await rotate(made, Purpose.VOLATILE)
    assert (await ring(made))[Purpose.VOLATILE] == [1]
    await check(made, world)


async def test_another_master_key_opens_everything_and_the_old_one_nothing(
    made: Database, serving: Database, database_url: str, world: World
) -> None:
    old, new = master_of(made), new_master()
    async with made.write() as tx:
        await rotation.confirm_paper(tx)
        assert await rotation.is_on_paper(tx)
    with pytest.raises(WrongMasterKey):
        await rotation.rewrap(made, new, old)
    await rotation.rewrap(made, old, new)
    # Whoever finds no key that opens the keyring says so, and goes on when it is there.
    with pytest.raises(Unreachable):
        async with serving.read():
            pass
    assert serving.ring is not None
    assert made.ring is not None
    serving.ring.masters = lambda: (old, new)
    made.ring.masters = lambda: (new,)
    await check(serving, world)
    await check(made, world)
    async with made.read() as tx:
        assert not await rotation.is_on_paper(tx)
    third = Database(database_url)
    try:
        with pytest.raises(WrongMasterKey):
            await installation.open_with(third, old)
        await installation.open_with(third, new)
        await check(third, world)
    finally:
        await third.close()
    await rotate(made, Purpose.METADATA)
    await check(serving, world)


@pytest.mark.postgresql
async def test_no_transaction_that_writes_straddles_a_change(postgresql_url: str) -> None:
    async with desk_world.database(postgresql_url) as made:
        begun, may_end = asyncio.Event(), asyncio.Event()

        async def write() -> None:
            async with made.write() as tx:
                begun.set()
                await may_end.wait()
                assert tx.keys.current(Purpose.METADATA) == 1

        async def change() -> None:
            await begun.wait()
            master = master_of(made)
            await rotation.begin(made, [Purpose.METADATA], master, NOW.date())

        async with asyncio.TaskGroup() as group:
            group.create_task(write())
            changing = group.create_task(change())
            await asyncio.sleep(0.2)
            assert not changing.done()
            may_end.set()
        async with made.write() as tx:
            assert tx.keys.current(Purpose.METADATA) == 2


async def test_who_reads_sees_the_keys_of_the_moment_that_it_reads(
    made: Database, serving: Database, world: World
) -> None:
    async with serving.read() as tx:
        key = await stored_tips.find(tx, tx.keys.reporters(world.stretched))
        changed = [Purpose.METADATA, Purpose.UNITS, Purpose.STAFF]
        await rotation.begin(made, changed, master_of(made), NOW.date())
        assert await rotation.reseal(made, LATER) == {}
        async with made.write(alone=True) as other:
            assert len(await rotation.drop_spent(other, NOW.date())) == 3
        assert key is not None
        assert await stored_tips.read_thread(tx, key) is not None
        assert await staff.by_login(tx, "officer") is not None
    await check(serving, world)


async def test_a_transaction_costs_at_most_two_statements_more(made: Database) -> None:
    said: list[str] = []

    @event.listens_for(made.engine.sync_engine, "before_cursor_execute")
    def listen(_: object, __: object, statement: str, *more: object) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    async with made.read():
        pass
    said.clear()
    async with made.read():
        pass
    assert len(said) == 1
    said.clear()
    async with made.write():
        pass
    assert len(said) == (1 if made.is_sqlite else 2)


async def test_nothing_is_written_where_there_is_nothing_to_do(made: Database) -> None:
    async with made.read() as tx:
        before = await tx.rows(select(instance))
        count = await tx.rows(text("SELECT value FROM counters WHERE name = 'keyring'"))
    assert await rotation.go_on(made, NOW) == Left()
    async with made.read() as tx:
        assert await tx.rows(select(instance)) == before
        assert await tx.rows(text("SELECT value FROM counters WHERE name = 'keyring'")) == count
