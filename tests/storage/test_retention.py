"""Retention: what is due goes for good, once it is counted; what is not due stays as it was."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select, text

from handlers.tips import Category, Outcome, Status
from storage import outbox, retention, stored, tally, tips
from storage.database import Database
from storage.keys import Purpose
from storage.record import End, Record
from storage.retention import LONGEST, TOMBSTONE_DAYS, Days, Outlook, Report
from storage.tables import chunks, letters, metadata, parts, tallies, tombstones, wraps
from storage.tables import tips as tips_table
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import OTHER_PHOTO, PHOTO, count, end, file, new_tip, record_of

TODAY = NOW.date()
ENDS = [*Outcome, None]
KEPT = {
    Outcome.HANDLED: 90,
    Outcome.PASSED: 90,
    Outcome.INSUFFICIENT: 45,
    Outcome.UNVERIFIED: 45,
    Outcome.DUPLICATE: 45,
    # On the seventh day its worker may still ask the unit above.
    Outcome.OUT_OF_SCOPE: 8,
    None: 45,
}


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[Database]:
    """On SQLite only, for what does not depend on the database."""
    async with desk_world.database(sqlite_url) as opened:
        yield opened


async def closed(
    made: Database, days_ago: int | None, outcome: Outcome | None = Outcome.HANDLED, files: int = 0
) -> bytes:
    """A tip with its tally that was closed so many days ago; None: by an earlier version."""
    tip = await file(made, new_tip(), [OTHER_PHOTO] * files)
    on = TODAY - timedelta(days=days_ago) if days_ago is not None else None
    await end(made, tip, on, outcome)
    return tip


async def ids(made: Database) -> set[bytes]:
    async with made.read() as tx:
        return {bytes(row.id) for row in await tx.rows(select(tips_table.c.id))}


@pytest.mark.parametrize("outcome", ENDS)
async def test_a_closed_tip_is_kept_as_long_as_its_outcome_says_and_not_a_day_longer(
    one: Database, outcome: Outcome | None
) -> None:
    due = await closed(one, KEPT[outcome], outcome)
    kept = await closed(one, KEPT[outcome] - 1, outcome)
    assert await ids(one) == {due, kept}
    assert await retention.run(one, TODAY, LONGEST) == Report(destroyed=1)
    assert await ids(one) == {kept}
    assert await retention.run(one, TODAY + timedelta(days=1), LONGEST) == Report(destroyed=1)
    assert await ids(one) == set()


async def test_a_destroyed_tip_leaves_its_tally_a_tombstone_and_nothing_else(
    made: Database,
) -> None:
    staying = await file(made, new_tip(), [PHOTO])
    async with made.read() as tx:
        before = {
            table.name: {bytes(row[0]) for row in await tx.rows(select(table.c.id))}
            for table in (tips_table, parts, chunks, wraps, letters)
        }
    gone = await closed(made, 90, files=2)
    async with made.write() as tx:
        # Its letters may be of any kind.
        for kind in outbox.LetterKind:
            await outbox.write(tx, outbox.Letter(kind, gone, "north", outbox.AT_ONCE))
    await retention.run(made, TODAY, LONGEST)
    assert await ids(made) == {staying}
    async with made.read() as tx:
        for table in (tips_table, parts, chunks, wraps, letters):
            left = {bytes(row[0]) for row in await tx.rows(select(table.c.id))}
            assert left == before[table.name], table.name
        for table in metadata.sorted_tables:
            for row in await tx.rows(select(table)):
                assert not any(gone in each for each in row if isinstance(each, bytes))
        [stone] = await tx.rows(select(tombstones))
        assert stone.id == tx.keys.mac(Purpose.TOMBSTONES, gone)
    assert stone.day == TODAY
    assert await count(made, tallies) == 1


async def test_open_tips_are_never_removed_however_old_they_are(one: Database) -> None:
    await file(one, new_tip())
    far = TODAY + timedelta(days=3000)
    assert await retention.run(one, far, Days(*(1 for _ in fields(Days)))) == Report()
    assert await count(one, tips_table) == 1


async def test_a_tip_that_an_earlier_version_closed_counts_from_the_first_look(
    made: Database,
) -> None:
    tip = await closed(made, None, Outcome.DUPLICATE)
    assert await retention.run(made, TODAY, LONGEST) == Report(dated=1)
    dated = await record_of(made, tip)
    assert dated.closed_on == TODAY
    async with made.read() as tx:
        assert await tally.is_there(tx, dated.tally)
    assert await retention.run(made, TODAY, LONGEST) == Report()
    last = TODAY + timedelta(days=44)
    assert await retention.run(made, last, LONGEST) == Report()
    assert await retention.run(made, last + timedelta(days=1), LONGEST) == Report(destroyed=1)
    assert await count(made, tallies) == 1


async def test_a_missing_tally_is_written_before_its_tip_goes(made: Database) -> None:
    await closed(made, 90)
    async with made.write() as tx:
        await tx.run(tallies.delete())
    await retention.run(made, TODAY, LONGEST)
    assert await ids(made) == set()
    assert await count(made, tallies) == 1


async def test_nothing_is_destroyed_when_the_tally_cannot_be_written(
    made: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip = await closed(made, 90, files=1)
    before = {table: await count(made, table) for table in (parts, chunks, wraps)}
    async with made.write() as tx:
        await tx.run(tallies.delete())
        await tx.run(text("ALTER TABLE tallies RENAME TO tallies_away"))
    with pytest.raises(Exception, match="tallies"):
        await retention.run(made, TODAY, LONGEST)
    async with made.write() as tx:
        await tx.run(text("ALTER TABLE tallies_away RENAME TO tallies"))

    async def broken(*_: object) -> str:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("storage.tally.write", broken)
        with pytest.raises(OSError, match="full"):
            await retention.run(made, TODAY, LONGEST)
    assert await ids(made) == {tip}
    assert {table: await count(made, table) for table in before} == before
    assert await count(made, tombstones) == 0
    assert await retention.run(made, TODAY, LONGEST) == Report(destroyed=1)


async def test_a_job_that_was_killed_between_two_transactions_goes_on_where_it_was(
    made: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH_WEIGHT", 2)
    for _ in range(7):
        await closed(made, 90)

    class Killed(BaseException):
        """As a process ends."""

    seen: list[int] = []

    def kill(more: int) -> None:
        seen.append(more)
        if len(seen) == 2:
            raise Killed

    with pytest.raises(Killed):
        await retention.run(made, TODAY, LONGEST, begun=seen.append, told=kill)
    assert seen == [7, 2]
    assert await count(made, tombstones) == 2
    assert len(await ids(made)) == 5
    assert await count(made, wraps) == 5 * stored.WRAPS_AT_LEAST
    assert await retention.run(made, TODAY, LONGEST) == Report(destroyed=5)


async def test_a_tip_that_changes_while_the_job_runs_is_looked_at_again(
    one: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip = await closed(one, 90)
    looked = retention.due

    async def opened_again(*about: object) -> Mapping[bytes, Record]:
        found = await looked(*about)  # type: ignore[arg-type]
        async with one.write() as tx:
            again = replace(found[tip], status=Status.WORKING, outcome=None, closed_on=None)
            await stored.write_record(tx, tip, again)
        return found

    monkeypatch.setattr(retention, "due", opened_again)
    assert await retention.run(one, TODAY, LONGEST) == Report()
    assert await ids(one) == {tip}


async def test_two_jobs_and_a_worker_who_deletes_do_not_stand_in_each_others_way(
    made: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH_WEIGHT", 3)
    own = [new_tip() for _ in range(8)]
    for new in own:
        tip = await file(made, new)
        await end(made, tip, TODAY - timedelta(days=90))

    async def delete() -> int:
        done = 0
        for new in own:
            async with made.write() as tx:
                done += await tips.remove(tx, new.key, day=TODAY)
        return done

    one, other, by_hand = await asyncio.gather(
        retention.run(made, TODAY, LONGEST), retention.run(made, TODAY, LONGEST), delete()
    )
    assert one.destroyed + other.destroyed + by_hand == 8
    assert await count(made, tombstones) == 8
    assert await ids(made) == set()


async def test_a_tip_that_came_back_with_an_old_backup_is_destroyed_again(made: Database) -> None:
    tip = await closed(made, 90)
    async with made.write() as tx:
        stone = tx.keys.mac(Purpose.TOMBSTONES, tip)
        await tx.run(tombstones.insert().values(id=stone, day=TODAY - timedelta(days=20)))
    assert await retention.run(made, TODAY, LONGEST) == Report(destroyed=1)
    async with made.read() as tx:
        [only] = await tx.rows(select(tombstones))
    assert (only.id, only.day) == (stone, TODAY)


async def test_tombstones_outlive_every_backup_and_go_then(one: Database) -> None:
    await closed(one, 90)
    await retention.run(one, TODAY, LONGEST)
    last = TODAY + timedelta(days=TOMBSTONE_DAYS)
    assert TOMBSTONE_DAYS > 30
    assert await retention.run(one, last, LONGEST) == Report()
    assert await retention.run(one, last + timedelta(days=1), LONGEST) == Report(forgotten=1)
    assert await count(one, tombstones) == 0


async def test_the_outlook_tells_what_is_due_and_changes_nothing(one: Database) -> None:
    assert await _outlook(one) == {}
    for ago in (95, 90, 89, 83, 82):
        await closed(one, ago)
    await closed(one, None, None)
    await file(one, new_tip())
    before = await ids(one)
    assert await _outlook(one) == {Outcome.HANDLED: Outlook(2, 2, 1), None: Outlook(0, 0, 1)}
    assert await ids(one) == before


async def test_the_day_of_the_last_job_is_kept(made: Database) -> None:
    async with made.write() as tx:
        assert await retention.last_done(tx) is None
        await retention.mark_done(tx, TODAY)
        await retention.mark_done(tx, TODAY + timedelta(days=1))
    async with made.read() as tx:
        assert await retention.last_done(tx) == TODAY + timedelta(days=1)


async def test_every_statement_that_destroys_goes_by_an_index(made: Database) -> None:
    await closed(made, 90, files=1)
    # To ask for a plan is to change nothing; to set what the planner may do is not.
    async with made.write() as tx:
        if not made.is_sqlite:
            # A planner that reads the whole of an empty table is right.
            await tx.run(text("SET LOCAL enable_seqscan = off"))
        for table, column in (
            *((each, "tip") for each in (chunks, parts, wraps)),
            *((each, "id") for each in (tips_table, letters, tallies)),
        ):
            asked = "EXPLAIN QUERY PLAN" if made.is_sqlite else "EXPLAIN"
            listed = "(x'00', x'01')" if made.is_sqlite else r"('\x00'::bytea, '\x01'::bytea)"
            plan = " ".join(
                str(tuple(row))
                for row in await tx.rows(
                    text(f"{asked} DELETE FROM {table.name} WHERE {column} IN {listed}")
                )
            )
            whole = "SCAN" if made.is_sqlite else "Seq Scan"
            assert whole not in plan, plan


@given(
    some.sampled_from(ENDS),
    some.integers(0, 400),
    some.builds(Days, *(some.integers(1, most) for most in (90, 90, 45, 45, 45, 45, 7))),
)
def test_shorter_days_never_keep_a_tip_for_longer(
    outcome: Outcome | None, age: int, days: Days
) -> None:
    known = _record(outcome, TODAY - timedelta(days=age))
    shorter, longest = retention.ends_on(known, days), retention.ends_on(known, LONGEST)
    assert shorter is not None
    assert longest is not None
    assert shorter <= longest
    assert longest - (TODAY - timedelta(days=age)) == timedelta(days=KEPT[outcome])


async def _outlook(made: Database) -> Mapping[Outcome | None, Outlook]:
    async with made.read() as tx:
        return await retention.outlook(tx, TODAY, LONGEST)


def _record(outcome: Outcome | None, closed_on: date) -> Record:
    return Record(
        unit="north",
        readers=(),
        excluded=frozenset(),
        nickname="",
        category=Category.FIRE,
        place=None,
        danger=False,
        files=0,
        may_go_to_police=False,
        status=Status.CLOSED,
        outcome=outcome,
        holder=None,
        triage_by=None,
        answer_on=TODAY,
        answered=False,
        result_on=TODAY,
        end=End(0, ""),
        closed_on=closed_on,
    )
