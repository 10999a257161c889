"""Rows are laid anew: nothing of when they were written is left, and nobody misses a row of it."""

import asyncio
import secrets
import statistics
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from handlers.languages import Language
from storage import order, series, vacuum
from storage.chance import random_id
from storage.database import Database, file_of
from storage.order import Passed
from storage.tables import counters, letters, tips, wraps
from storage.vacuum import LAID_ANEW, Left
from tests import desk_world
from tests.tip_world import PHOTO, count, file, new_tip
from tests.whole import cluster

HANOI = timezone(timedelta(hours=7))
GATE = 4711
_STANDING = (
    f"FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = {GATE}"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@pytest.fixture
async def made(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    # Everybody's tests write to this server: a checkpoint would last seconds. A server of our own
    # is asked for it below.
    monkeypatch.setattr(vacuum, "_EMPTYING", ())
    async with desk_world.database(postgresql_url) as opened:
        yield opened


@pytest.fixture
async def plain(postgresql_url: str) -> AsyncIterator[Any]:
    """A connection of somebody else's."""
    connection = await asyncpg.connect(postgresql_url.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        await connection.close()


async def add_letters(database: Database, bodies: Sequence[bytes]) -> None:
    """One after the other, each in a transaction of its own."""
    for body in bodies:
        async with database.write() as tx:
            await tx.run(insert(letters).values(id=random_id(), body=body))


def bodies_of(size: int, number: int = 60) -> list[bytes]:
    return [secrets.token_bytes(size) for _ in range(number)]


async def everything(connection: Any) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables that are laid anew, with every byte."""
    rows = {}
    for table in LAID_ANEW:
        found = await connection.fetch(f"SELECT * FROM {table.name}")
        rows[table.name] = sorted((tuple(row) for row in found), key=repr)
    return rows


def agreement(places: Sequence[int]) -> float:
    """How well an order agrees with the one in which rows were written: 1 is wholly."""
    ranks = {place: rank for rank, place in enumerate(sorted(places))}
    return statistics.correlation(range(len(places)), [ranks[place] for place in places])


async def places_of(connection: Any, bodies: Sequence[bytes]) -> list[tuple[int, int]]:
    """Transaction and place of each letter."""
    asked = "SELECT body, xmin::text::bigint AS written, ctid FROM letters"
    found = {row["body"]: row for row in await connection.fetch(asked)}
    return [
        (found[each]["written"], found[each]["ctid"][0] * 1000 + found[each]["ctid"][1])
        for each in bodies
    ]


async def toasted(connection: Any, bodies: Sequence[bytes]) -> list[int]:
    """The number under which each letter's body is kept apart."""
    toast = await connection.fetchval(
        "SELECT reltoastrelid::regclass::text FROM pg_class WHERE oid = 'letters'::regclass"
    )
    asked = f"SELECT chunk_id, chunk_data FROM {toast} WHERE chunk_seq = 0"
    numbers = {row["chunk_data"]: row["chunk_id"] for row in await connection.fetch(asked)}
    size = len(next(iter(numbers)))
    return [numbers[each[:size]] for each in bodies]


@pytest.mark.postgresql
async def test_no_byte_of_any_row_changes(made: Database, plain: Any) -> None:
    for _ in range(3):
        await file(made, new_tip(), [PHOTO])
    before = await everything(plain)
    passed = await order.forget_order(made)
    assert await everything(plain) == before
    assert passed.rows == sum(map(len, before.values()))
    assert passed.is_over


@pytest.mark.postgresql
async def test_transaction_and_place_tell_nothing_of_the_order_of_writing(
    made: Database, plain: Any
) -> None:
    bodies = bodies_of(200)
    await add_letters(made, bodies)
    before = await places_of(plain, bodies)
    # The control: until then each has a transaction of its own, and they lie one behind the other.
    assert agreement([written for written, _ in before]) == 1
    assert agreement([place for _, place in before]) == 1
    await order.forget_order(made)
    after = await places_of(plain, bodies)
    assert len({written for written, _ in after}) == 1
    assert abs(agreement([place for _, place in after])) < 0.6


@pytest.mark.postgresql
async def test_first_weeks_tell_no_more_of_when_each_was_begun(made: Database, plain: Any) -> None:
    chats = [f"{number}" for number in range(200)]
    for chat in chats:
        async with made.write() as tx:
            await series.begin(tx, 1, chat, Language.VI, following=2, today=date(2026, 11, 23))
    asked = "SELECT xmin::text::bigint AS written FROM series ORDER BY ctid"
    before = [row["written"] for row in await plain.fetch(asked)]
    assert agreement(before) == 1
    await order.forget_order(made)
    assert len({row["written"] for row in await plain.fetch(asked)}) == 1


@pytest.mark.postgresql
async def test_long_values_get_new_numbers_in_another_order(made: Database, plain: Any) -> None:
    bodies = bodies_of(5000)
    await add_letters(made, bodies)
    before = await toasted(plain, bodies)
    assert agreement(before) == 1
    await order.forget_order(made)
    after = await toasted(plain, bodies)
    assert not set(after) & set(before)
    assert abs(agreement(after)) < 0.6


@pytest.mark.postgresql
async def test_what_was_written_long_ago_is_mixed_with_todays(made: Database, plain: Any) -> None:
    bodies = bodies_of(200, 10)
    await add_letters(made, bodies[:5])
    await order.forget_order(made)
    await add_letters(made, bodies[5:])
    await order.forget_order(made)
    assert len({written for written, _ in await places_of(plain, bodies)}) == 1


@pytest.mark.postgresql
async def test_of_a_large_table_only_what_was_written_since_is_moved(
    made: Database, plain: Any
) -> None:
    bodies = bodies_of(200, 10)
    await add_letters(made, bodies[:5])
    assert (await order.forget_order(made, most_bytes=0)).left >= {Left.LARGE}
    old = await places_of(plain, bodies[:5])
    await add_letters(made, bodies[5:])
    # Written long ago, but changed today: it would stand out by its transaction.
    async with made.write() as tx:
        await tx.run(update(letters).where(letters.c.body == bodies[0]).values(body=b"changed"))
    passed = await order.forget_order(made, most_bytes=0)
    assert passed.rows == 6
    assert await places_of(plain, bodies[1:5]) == old[1:]
    new = await places_of(plain, [*bodies[5:], b"changed"])
    assert len({written for written, _ in new}) == 1


@pytest.mark.postgresql
async def test_where_nothing_was_written_nothing_is_done(made: Database, plain: Any) -> None:
    bodies = bodies_of(200, 3)
    await add_letters(made, bodies)
    assert (await order.forget_order(made)).rows >= 3
    before = await places_of(plain, bodies)
    assert await order.forget_order(made) == Passed()
    assert await places_of(plain, bodies) == before


@pytest.mark.postgresql
@pytest.mark.parametrize("wrong", [2**40, -5])
async def test_a_number_from_another_server_is_not_believed(
    made: Database, plain: Any, wrong: int
) -> None:
    await add_letters(made, bodies_of(200, 3))
    await order.forget_order(made, most_bytes=0)
    await plain.execute("UPDATE counters SET value = $1 WHERE name = 'order'", wrong)
    assert (await order.forget_order(made, most_bytes=0)).rows >= 3


@pytest.mark.postgresql
async def test_rows_from_another_server_are_all_laid_anew(made: Database, plain: Any) -> None:
    await add_letters(made, bodies_of(200, 3))
    await order.forget_order(made, most_bytes=0)
    async with made.write() as tx:
        await order.begin_anew(tx)
    assert (await order.forget_order(made, most_bytes=0)).rows >= 3


@asynccontextmanager
async def in_the_middle(database: Database, keeper: Any) -> AsyncIterator["asyncio.Task[Passed]"]:
    """A pass that stands still between its first and its last row."""
    await keeper.execute(
        f"CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NEW; END $$;"
        " CREATE TRIGGER wait BEFORE INSERT ON wraps FOR EACH ROW EXECUTE FUNCTION wait()"
    )
    await keeper.execute(f"SELECT pg_advisory_lock({GATE})")
    async with asyncio.TaskGroup() as group:
        passing = group.create_task(_caught(database))
        while not await keeper.fetchval(f"SELECT count(*) {_STANDING}"):
            assert not passing.done()
            await asyncio.sleep(0.01)
        try:
            yield passing
        finally:
            await keeper.execute(f"SELECT pg_advisory_unlock({GATE})")


async def _caught(database: Database) -> Passed:
    try:
        return await order.forget_order(database)
    except DBAPIError:
        return Passed(-1)


@pytest.mark.postgresql
async def test_readers_see_everything_and_writers_wait_but_lose_nothing(
    made: Database, plain: Any
) -> None:
    for _ in range(3):
        await file(made, new_tip())
    before = await everything(plain)
    async with in_the_middle(made, plain) as passing:
        assert await everything(plain) == before
        async with made.read() as tx:
            assert len(await tx.rows(select(wraps))) == len(before["wraps"])
        async with asyncio.TaskGroup() as group:
            filing = group.create_task(file(made, new_tip()))
            changing = group.create_task(_touch(made, before["tips"][0][0]))
            await asyncio.sleep(0.2)
            assert not filing.done()
            assert not changing.done()
            # A second one, meanwhile, leaves it to the first.
            assert await order.forget_order(made) == Passed(left=frozenset({Left.ANOTHER}))
            await plain.execute(f"SELECT pg_advisory_unlock({GATE})")
        assert (await passing).is_over
        await plain.execute(f"SELECT pg_advisory_lock({GATE})")
    assert await count(made, tips) == 4
    async with made.read() as tx:
        found = await tx.row(select(tips.c.bell).where(tips.c.id == before["tips"][0][0]))
    assert found is not None
    assert found.bell == b"changed"


async def _touch(database: Database, tip: bytes) -> None:
    """As an officer's work does: lock the row, then change it."""
    async with database.write() as tx:
        assert await tx.row(select(tips).where(tips.c.id == tip).with_for_update()) is not None
        assert await tx.run(update(tips).where(tips.c.id == tip).values(bell=b"changed")) == 1


@pytest.mark.postgresql
async def test_a_pass_that_is_killed_leaves_everything_and_the_next_one_does_it_all(
    made: Database, plain: Any
) -> None:
    for _ in range(3):
        await file(made, new_tip())
    before = await everything(plain)
    async with in_the_middle(made, plain) as passing:
        await plain.execute(f"SELECT pg_terminate_backend(pid) {_STANDING}")
        assert await passing == Passed(-1)
    assert await everything(plain) == before
    assert (await order.forget_order(made)).rows == sum(map(len, before.values()))
    assert await everything(plain) == before


@pytest.mark.postgresql
async def test_who_writes_is_neither_waited_for_nor_thrown_out(
    made: Database, plain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vacuum, "_TRIES", 3)
    monkeypatch.setattr(vacuum, "_PAUSE_SECONDS", 0.01)
    await file(made, new_tip())
    async with plain.transaction():
        # As somebody who is about to write has it; nothing was read or written yet.
        await plain.execute("LOCK TABLE tips IN ROW SHARE MODE")
        passed = await order.forget_order(made)
        assert passed == Passed(left=frozenset({Left.BUSY}))
        assert not passed.is_over
        # The other tables are free all the time.
        await plain.execute("DELETE FROM parts; DELETE FROM wraps")
    assert (await order.forget_order(made)).is_over


@pytest.mark.postgresql
async def test_while_somebody_reads_since_before_nothing_is_done_and_it_is_said(
    made: Database, plain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vacuum, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(vacuum, "_OLD_SECONDS", 0.02)
    bodies = bodies_of(200, 3)
    await add_letters(made, bodies)
    before = await places_of(plain, bodies)
    async with made.read() as tx:
        await tx.rows(select(letters))
        # A transaction later; who reads now keeps nothing that is older.
        await add_letters(made, [b"later"])
        assert await order.forget_order(made) == Passed(left=frozenset({Left.READ}))
        assert await places_of(plain, bodies) == before
    assert (await order.forget_order(made)).rows >= 4


@pytest.mark.postgresql
async def test_who_begins_to_read_during_the_pass_is_found_as_well(
    made: Database, plain: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vacuum, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(vacuum, "_OLD_SECONDS", 0.02)
    await file(made, new_tip())
    async with AsyncExitStack() as stack:
        async with in_the_middle(made, plain) as passing:
            tx = await stack.enter_async_context(made.read())
            await tx.rows(select(letters))
        passed = await passing
    assert passed.left == {Left.READ}
    assert not passed.is_over
    # It is not taken for done: the next one does it again.
    assert (await order.forget_order(made)).rows == passed.rows


@pytest.mark.postgresql
async def test_the_planner_keeps_no_sample_of_a_sealed_value(made: Database, plain: Any) -> None:
    await add_letters(made, bodies_of(90, 60))
    sampled = (
        "SELECT count(*) FROM pg_stats WHERE attname = 'body' AND tablename = 'letters'"
        " AND schemaname = 'public'"
    )
    # As a server does by itself that no pass was on yet.
    await plain.execute("ALTER TABLE letters ALTER body SET STATISTICS 100; ANALYZE letters")
    # The control: sixty bodies, and each of them is in there.
    assert await plain.fetchval(sampled) == 1
    await order.forget_order(made)
    await plain.execute("ANALYZE letters")
    assert await plain.fetchval(sampled) == 0


@pytest.mark.initdb
@pytest.mark.timeout(120)
async def test_a_deleted_case_key_is_in_no_file_afterwards_and_what_a_role_may_not_do_is_told() -> (
    None
):
    with cluster.started("wal_recycle=off", "fsync=off") as private:
        async with desk_world.database(private.url) as made:
            kept, gone = await file(made, new_tip()), await file(made, new_tip())
            sealed = await keys_of(made, gone)
            private.execute("ANALYZE", "CHECKPOINT")
            async with made.write() as tx:
                await tx.run(delete(wraps).where(wraps.c.tip == gone))
            private.execute("VACUUM wraps", "CHECKPOINT")
            # The control: a server that only vacuums has them still, long after.
            assert all(lies_in(private.folder, each) for each in sealed)
            passed = await order.forget_order(made)
            assert passed.left == frozenset()
            assert not any(lies_in(private.folder, each) for each in sealed)
            staying = await keys_of(made, kept)
            assert all(lies_in(private.folder, each) for each in staying)
            await file(made, new_tip())
        refused = {Left.SWITCH, Left.CHECKPOINT}
        private.execute(
            "CREATE ROLE house LOGIN", "GRANT ALL ON ALL TABLES IN SCHEMA public TO house"
        )
        modest = Database(private.url.replace("postgres@", "house@"))
        try:
            assert (await order.forget_order(modest)).left == {Left.OWNER, *refused}
            for table in (*LAID_ANEW, counters):
                private.execute(f"ALTER TABLE {table.name} OWNER TO house")
            private.execute("DELETE FROM counters WHERE name = 'order'")
            passed = await order.forget_order(modest)
        finally:
            await modest.close()
        assert passed.left == refused
        assert passed.rows > 0
        assert passed.is_over


async def keys_of(database: Database, tip: bytes) -> list[bytes]:
    async with database.read() as tx:
        found = await tx.rows(select(wraps.c.body).where(wraps.c.tip == tip))
    return [bytes(row.body)[-40:] for row in found]


def lies_in(folder: Path, needle: bytes) -> bool:
    files = (path for path in (folder / "data").rglob("*") if path.is_file())
    return any(needle in path.read_bytes() for path in files)


async def test_rows_of_sqlite_lie_in_the_order_of_their_keys(sqlite_url: str) -> None:
    path = file_of(sqlite_url)
    assert path is not None
    # Each longer than a page: the end of it lies on pages that were given out with it.
    bodies = bodies_of(5000)
    async with desk_world.database(sqlite_url) as database:
        await add_letters(database, bodies)
        async with database.read() as tx:
            rows = await tx.rows(select(letters).order_by(letters.c.id))
        by_key = [bytes(row.body) for row in rows]

        def places(some: list[bytes]) -> list[int]:
            data = path.read_bytes()
            return [data.index(body[-24:]) for body in some]

        await database.truncate_log()
        # The control: until then the file tells the order of writing.
        assert places(bodies) == sorted(places(bodies))
        assert await order.forget_order(database) == Passed()
        assert places(by_key) == sorted(places(by_key))
        assert path.with_name(f"{path.name}-wal").stat().st_size == 0
        assert await count(database, letters) == len(bodies)


async def test_a_file_that_is_too_large_for_the_memory_is_not_laid_anew(sqlite_url: str) -> None:
    async with desk_world.database(sqlite_url) as database:
        passed = await order.forget_order(database, most_bytes=1000)
        assert passed == Passed(left=frozenset({Left.LARGE}))


@pytest.mark.postgresql
async def test_a_night_begins_at_twenty_past_three_and_asks_for_one_pass(made: Database) -> None:
    night = datetime(2026, 11, 30, 3, 20, tzinfo=HANOI)

    async def is_due(at: datetime) -> bool:
        async with made.read() as tx:
            return await order.is_due(tx, at)

    assert await is_due(night)
    for at in (night, night + timedelta(days=3, hours=20)):
        async with made.write() as tx:
            await order.remember(tx, at)
        assert not await is_due(at)
        assert not await is_due(datetime.combine(at.date(), at.time(), HANOI))
    # Done late in the evening, it is due again in the night that follows.
    assert not await is_due(datetime(2026, 12, 4, 3, 19, tzinfo=HANOI))
    assert await is_due(datetime(2026, 12, 4, 3, 20, tzinfo=HANOI))
    assert await is_due(datetime(2026, 12, 9, 1, 0, tzinfo=HANOI))
