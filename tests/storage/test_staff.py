"""Members of staff in real databases: enrolment, passwords, one-time codes, roles."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from storage import signing_in, staff, units
from storage.crypto import hash_password
from storage.database import Database
from storage.staff import Change, Enrolment, Member
from storage.tables import grants
from storage.tables import staff as staff_table
from tests.desk_world import NOW, UNITS, add, code_at, database, secret_of

PASSWORD = "chuồn chuồn cắn rốn"


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with database(database_url) as opened:
        yield opened


async def enrolled(made: Database, login: str, *held: tuple[str, Role]) -> Member:
    _, token = await add(made, login, *held)
    secret = await secret_of(made, token)
    async with made.write() as tx:
        hashed = hash_password(PASSWORD)
        done = await staff.enrol(tx, token, hashed, code_at(secret, NOW), NOW)
    assert isinstance(done, Member)
    return done


async def test_a_member_comes_back_by_id_and_by_log_in_name(made: Database) -> None:
    added, _ = await add(made, "van.thu", ("north", Role.OFFICER), ("south", Role.AUTHOR))
    async with made.read() as tx:
        assert await staff.by_id(tx, added.id) == added
        assert await staff.by_login(tx, "van.thu") == added
        assert await staff.by_login(tx, "somebody") is None
        assert await staff.members(tx) == (added,)
    assert added.name == "Người van.thu"
    assert added.grants == {("north", Role.OFFICER), ("south", Role.AUTHOR)}
    assert not added.enrolled


async def test_nothing_about_a_member_lies_open_in_the_row(made: Database) -> None:
    _, token = await add(made, "van.thu", ("north", Role.OFFICER))
    secret = await secret_of(made, token)
    async with made.read() as tx:
        row = (await tx.rows(select(staff_table)))[0]
    stored = b"".join(bytes(value) for value in row)
    for told in ("van.thu", "Người", token, secret):
        assert told.encode() not in stored
    assert len(row.login) == len(row.enrolment) == 16


async def test_an_enrolment_link_works_once_with_the_right_code(made: Database) -> None:
    _, token = await add(made, "van.thu", ("north", Role.OFFICER))
    secret, hashed = await secret_of(made, token), hash_password(PASSWORD)
    async with made.write() as tx:
        wrong = await staff.enrol(tx, token, hashed, "000000", NOW + timedelta(days=1))
        assert wrong is Enrolment.WRONG_CODE
        done = await staff.enrol(tx, token, hashed, code_at(secret, NOW), NOW)
        assert isinstance(done, Member)
        assert done.enrolled
        again = await staff.enrol(tx, token, hashed, code_at(secret, NOW), NOW)
        assert again is Enrolment.GONE
        assert await staff.invitation(tx, token, NOW) is None
        assert await staff.invitation(tx, "not-a-token", NOW) is None


async def test_an_enrolment_link_lives_seventy_two_hours(made: Database) -> None:
    _, token = await add(made, "van.thu")
    secret = await secret_of(made, token)
    late = NOW + timedelta(hours=72)
    async with made.write() as tx:
        assert await staff.invitation(tx, token, late - timedelta(minutes=6)) is not None
        assert await staff.invitation(tx, token, late) is None
        done = await staff.enrol(tx, token, hash_password(PASSWORD), code_at(secret, late), late)
        assert done is Enrolment.GONE


async def test_only_the_right_password_of_an_enrolled_member_fits(made: Database) -> None:
    member = await enrolled(made, "van.thu", ("north", Role.OFFICER))
    await add(made, "waiting")
    async with made.read() as tx:
        found = await signing_in.credentials(tx, "van.thu")
        waiting = await signing_in.credentials(tx, "waiting")
        assert await signing_in.credentials(tx, "nobody") is None
    assert signing_in.check_password(found, PASSWORD) == member
    assert signing_in.check_password(found, PASSWORD + "!") is None
    assert signing_in.check_password(waiting, PASSWORD) is None
    assert signing_in.check_password(None, PASSWORD) is None
    assert PASSWORD not in repr(found)
    assert "argon2id" not in repr(found)


async def test_a_one_time_code_works_once_and_no_older_one_after_it(made: Database) -> None:
    member, token = await add(made, "van.thu")
    secret = await secret_of(made, token)
    async with made.write() as tx:
        await staff.enrol(tx, token, hash_password(PASSWORD), code_at(secret, NOW), NOW)
        later = NOW + timedelta(seconds=90)
        fresh = code_at(secret, later)
        assert not await signing_in.use_code(tx, member.id, code_at(secret, NOW), NOW)
        assert not await signing_in.use_code(tx, member.id, "000000", later)
        assert not await signing_in.use_code(tx, member.id, "\u0661" * 6, later)
        assert await signing_in.use_code(tx, member.id, f" {fresh[:3]} {fresh[3:]}", later)
        assert not await signing_in.use_code(tx, member.id, fresh, later)
        before = code_at(secret, later - timedelta(seconds=30))
        assert not await signing_in.use_code(tx, member.id, before, later)
        ahead = code_at(secret, later + timedelta(seconds=30))
        assert await signing_in.use_code(tx, member.id, ahead, later)
        far = code_at(secret, later + timedelta(seconds=300))
        assert not await signing_in.use_code(tx, member.id, far, later)


async def test_a_code_sent_twice_at_once_is_taken_once(made: Database) -> None:
    member, token = await add(made, "van.thu")
    secret = await secret_of(made, token)
    async with made.write() as tx:
        await staff.enrol(tx, token, hash_password(PASSWORD), code_at(secret, NOW), NOW)
    later = NOW + timedelta(seconds=60)

    async def use() -> bool:
        async with made.write() as tx:
            return await signing_in.use_code(tx, member.id, code_at(secret, later), later)

    assert sorted(await asyncio.gather(use(), use(), use())) == [False, False, True]


async def test_a_new_link_voids_password_code_and_sessions(made: Database) -> None:
    before = await enrolled(made, "van.thu", ("north", Role.OFFICER))
    async with made.write() as tx:
        token = await staff.reset(tx, "van.thu", NOW)
        assert token is not None
        assert await staff.reset(tx, "nobody", NOW) is None
        found = await signing_in.credentials(tx, "van.thu")
        after = await staff.by_id(tx, before.id)
        assert await staff.invitation(tx, token, NOW) is not None
    assert signing_in.check_password(found, PASSWORD) is None
    assert after is not None
    assert not after.enrolled
    assert after.stamp != before.stamp
    assert (after.name, after.grants) == (before.name, before.grants)


async def test_a_log_in_name_is_given_once(made: Database) -> None:
    await add(made, "van.thu")
    with pytest.raises(ValueError, match="log-in name in use"):
        await add(made, "van.thu")


@pytest.mark.parametrize("reader", [Role.OFFICER, Role.LEAD])
@pytest.mark.parametrize("other", [Role.ADMINISTRATOR, Role.KEEPER])
async def test_nobody_reads_tips_and_administers(made: Database, reader: Role, other: Role) -> None:
    member, _ = await add(made, "van.thu", ("north", reader))
    second, _ = await add(made, "thu.ky", ("root", other))
    async with made.write() as tx:
        assert await staff.grant(tx, member.id, "south", other) is Change.JOINED
        assert await staff.grant(tx, second.id, "south", reader) is Change.JOINED
        assert len(await tx.rows(select(grants))) == 2
    with pytest.raises(ValueError, match="may not be joined"):
        await add(made, "both", ("north", reader), ("south", other))


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEAD])
async def test_nobody_reads_for_the_union_and_for_the_police(made: Database, role: Role) -> None:
    police = Unit("police", "north", UnitKind.POLICE, "Công an phường")
    async with made.write() as tx:
        await units.import_all(tx, (*UNITS, police), at_once=True)
    union, _ = await add(made, "van.thu", ("north", role))
    force, _ = await add(made, "cong.an", ("police", Role.OFFICER))
    async with made.write() as tx:
        assert await staff.grant(tx, union.id, "police", role) is Change.BOTH
        assert await staff.grant(tx, force.id, "south", role) is Change.BOTH
        # To administer both is no reading.
        run, _ = await staff.add(tx, "qt", "Quản trị", [("north", Role.ADMINISTRATOR)], NOW)
        assert await staff.grant(tx, run.id, "police", Role.ADMINISTRATOR) is Change.DONE
    with pytest.raises(ValueError, match="may not be joined"):
        await add(made, "both", ("north", role), ("police", role))


async def test_two_grants_at_once_cannot_join_what_may_not_be_joined(made: Database) -> None:
    member, _ = await add(made, "van.thu")

    async def give(role: Role) -> Change:
        async with made.write() as tx:
            return await staff.grant(tx, member.id, "north", role)

    both = await asyncio.gather(give(Role.OFFICER), give(Role.ADMINISTRATOR))
    assert sorted(both) == [Change.DONE, Change.JOINED]


async def test_roles_are_given_and_taken_and_count_at_once(made: Database) -> None:
    member, _ = await add(made, "van.thu")
    async with made.write() as tx:
        assert await staff.grant(tx, member.id, "north", Role.LEAD) is Change.DONE
        assert await staff.grant(tx, member.id, "north", Role.LEAD) is Change.SAME
        assert await staff.grant(tx, member.id, "south", Role.AUTHOR) is Change.DONE
        assert await staff.grant(tx, member.id, "moon", Role.OFFICER) is Change.UNKNOWN
        assert await staff.grant(tx, bytes(16), "north", Role.OFFICER) is Change.UNKNOWN
        assert await staff.units_read_by(tx, member.id) == {"north"}
    async with made.write() as tx:
        assert await staff.revoke(tx, member.id, "north", Role.LEAD)
        assert not await staff.revoke(tx, member.id, "north", Role.LEAD)
        assert await staff.units_read_by(tx, member.id) == frozenset()


async def test_an_administrator_looks_after_their_unit_and_all_below(made: Database) -> None:
    top, _ = await add(made, "top", ("root", Role.ADMINISTRATOR))
    north, _ = await add(made, "north", ("north", Role.ADMINISTRATOR))
    officer, _ = await add(made, "officer", ("root", Role.OFFICER))
    async with made.read() as tx:
        everything = {"root", "north", "north-park", "south"}
        assert await staff.units_run_by(tx, top.id) == everything
        assert await staff.units_run_by(tx, north.id) == {"north", "north-park"}
        assert await staff.units_run_by(tx, officer.id) == frozenset()
