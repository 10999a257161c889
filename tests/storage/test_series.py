"""The first week at work: one row a chat that says nothing, goes by itself, and is never joined."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from handlers.bulletins import Topic
from handlers.languages import Language
from handlers.subscriptions import Subscription
from storage import accounts, dump, leases, series, subscribers
from storage.database import Database, Tx
from storage.leases import Lease, Lost
from storage.series import COURSE_BYTES, DAYS_KEPT, Followed, TooLong
from storage.tables import series as table
from storage.tables import subscribers as subscribers_table
from tests import desk_world

TODAY = date(2026, 11, 23)
TOMORROW = TODAY + timedelta(days=1)
MADE = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CHAT = "5550000001"
HOLDER = b"h" * 16


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def begin(made: Database, address: str = CHAT, account: int = 1, following: int = 2) -> None:
    async with made.write() as tx:
        await series.begin(tx, account, address, Language.VI, following=following, today=TODAY)


async def leased(made: Database) -> Lease:
    async with made.write() as tx:
        account = await accounts.ensure_first(tx, "telegram", "")
        fence = await accounts.lease(tx, account.id, HOLDER, 0, 10.0)
    assert fence is not None
    return Lease(account.id, HOLDER, fence)


async def of_day(made: Database, day: date, account: int = 1) -> list[Followed]:
    async with made.read() as tx:
        return list(await series.of_day(tx, account, day))


async def test_the_first_message_is_for_tomorrow(made: Database) -> None:
    await begin(made)
    assert await of_day(made, TODAY) == []
    [followed] = await of_day(made, TOMORROW)
    assert (followed.course.address, followed.course.next) == (CHAT, 2)
    assert await of_day(made, TOMORROW, account=2) == []


async def test_whoever_begins_again_has_one_row(made: Database) -> None:
    await begin(made)
    await begin(made, following=3)
    [followed] = await of_day(made, TOMORROW)
    assert followed.course.next == 3


async def test_stopping_deletes_the_row_at_once(made: Database) -> None:
    await begin(made)
    await begin(made, "5550000002")
    async with made.write() as tx:
        assert await series.goes_on(tx, 1, CHAT)
        assert not await series.goes_on(tx, 2, CHAT)
        assert await series.stop(tx, 1, CHAT)
        assert not await series.stop(tx, 1, CHAT)
        assert not await series.goes_on(tx, 1, CHAT)
        assert await series.of_account(tx, 1) == 1


async def test_rows_tell_nothing_by_their_size_and_join_with_no_subscriber(
    made: Database,
) -> None:
    wish = Subscription(frozenset({Topic.WAGES}))
    chats = (CHAT, "7", "6ab1f0c2d99887766554433221100ffee")
    for chat in chats:
        await begin(made, chat)
    lease = await leased(made)
    async with made.write() as tx:
        for chat in chats:
            await subscribers.keep(tx, 1, chat, wish, TODAY)
        [one, *_] = await series.of_day(tx, 1, TOMORROW)
        assert await series.take(tx, lease, one, following=7, today=TOMORROW)
        rows = await tx.rows(select(table))
        others = await tx.rows(select(subscribers_table.c.fingerprint))
    assert len({len(row.course) for row in rows}) == 1
    assert len(rows[0].course) > COURSE_BYTES
    assert not {bytes(row.fingerprint) for row in rows} & {bytes(row[0]) for row in others}
    assert all(CHAT.encode() not in bytes(row.course) for row in rows)


async def test_an_address_that_no_app_has_is_refused(made: Database) -> None:
    with pytest.raises(TooLong):
        await begin(made, "x" * COURSE_BYTES)


async def take(made: Database, lease: Lease, followed: Followed, day: date) -> Followed | None:
    async with made.write() as tx:
        return await series.take(tx, lease, followed, following=followed.course.next + 1, today=day)


async def test_a_message_is_taken_once_a_day(made: Database) -> None:
    await begin(made)
    lease = await leased(made)
    [followed] = await of_day(made, TOMORROW)
    taken = await take(made, lease, followed, TOMORROW)
    assert taken is not None
    assert await take(made, lease, followed, TOMORROW) is None
    assert await of_day(made, TOMORROW) == []
    [after] = await of_day(made, TOMORROW + timedelta(days=1))
    assert after.course.next == 3
    assert after.spread == followed.spread


async def test_what_certainly_did_not_leave_may_go_later_that_day(made: Database) -> None:
    await begin(made)
    lease = await leased(made)
    [followed] = await of_day(made, TOMORROW)
    taken = await take(made, lease, followed, TOMORROW)
    assert taken is not None
    async with made.write() as tx:
        await series.give_back(tx, taken, followed)
    [again] = await of_day(made, TOMORROW)
    assert again.course == followed.course


async def test_what_was_stopped_meanwhile_comes_back_by_no_road(made: Database) -> None:
    await begin(made)
    lease = await leased(made)
    [followed] = await of_day(made, TOMORROW)
    taken = await take(made, lease, followed, TOMORROW)
    assert taken is not None
    async with made.write() as tx:
        assert await series.stop(tx, 1, CHAT)
        await series.give_back(tx, taken, followed)
        await series.end(tx, taken)
        assert not await series.goes_on(tx, 1, CHAT)
    assert await take(made, lease, followed, TOMORROW) is None


async def test_whoever_lost_the_account_takes_nothing(made: Database) -> None:
    await begin(made)
    lease = await leased(made)
    [followed] = await of_day(made, TOMORROW)
    async with made.write() as tx:
        await leases.free_all(tx)
        assert await accounts.lease(tx, lease.account, b"o" * 16, 0, 10.0) is not None
    with pytest.raises(Lost):
        await take(made, lease, followed, TOMORROW)
    assert await of_day(made, TOMORROW) == [followed]


async def test_two_weeks_after_its_beginning_a_row_is_gone_whatever_happened(
    made: Database,
) -> None:
    await begin(made)
    last = TODAY + timedelta(days=DAYS_KEPT)
    assert len(await of_day(made, last)) == 1
    assert await of_day(made, last + timedelta(days=1)) == []
    async with made.write() as tx:
        assert await series.expire(tx, last) == 0
        assert await series.expire(tx, last + timedelta(days=1)) == 1
        assert await series.of_account(tx, 1) == 0


async def test_a_row_that_no_key_opens_keeps_nobody_waiting_and_goes(made: Database) -> None:
    await begin(made)
    async with made.write() as tx:
        await _spoiled(tx)
    assert len(await of_day(made, TOMORROW)) == 1
    async with made.write() as tx:
        assert await series.expire(tx, TODAY) == 1


async def _spoiled(tx: Tx) -> None:
    [row] = await tx.rows(select(table))
    await tx.run(insert(table).values(fingerprint=b"x" * 16, account=1, course=bytes(row.course)))


async def test_no_backup_holds_a_first_week(made: Database) -> None:
    await begin(made)
    written: list[bytes] = []
    async with made.read() as tx:
        [row] = await tx.rows(select(table))
        told = await dump.write(tx, "some revision", MADE, written.append)
    assert told.rows["series"] == 0
    whole = b"".join(written)
    for column in (row.fingerprint, row.course):
        assert base64.b64encode(bytes(column)) not in whole
