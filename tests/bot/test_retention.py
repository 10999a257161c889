"""Retention as the running house does it in the night, and at the prompt."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner

from bot import retaining
from bot.config import Settings
from bot.retention_cli import destroy, outlook, retention_command
from handlers.tips import Outcome
from storage import desk_groups, outbox, retention
from storage.database import Database
from storage.days import local_day
from storage.desk_codes import CodeKind, make
from storage.outbox import AT_ONCE, Letter, LetterKind
from storage.retention import LONGEST
from storage.tables import tips as tips_table
from tests import desk_world
from tests.desk_world import NOW
from tests.players import open_house
from tests.tip_world import count, end, file, new_tip

Result = TypeVar("Result")
TODAY = NOW.date()
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
"""Eight o'clock in Viet Nam."""


async def test_the_house_does_the_job_once_a_night_and_always_what_comes_after_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    after: list[int] = []

    async def then() -> None:
        after.append(await count(house.database, tips_table))

    async def due() -> None:
        tip = await file(house.database, new_tip("ban-thach"), delivered=False)
        await end(house.database, tip, local_day(clock.now) - timedelta(days=90))

    async with open_house(sqlite_url, tmp_path) as (house, clock):
        tick = retaining.before(house, then)
        clock.now = MORNING
        await due()
        # The night of this day was missed: soon after the start it is made up for.
        await tick()
        assert after == [0]
        await due()
        await tick()
        # Half past one of the next day: not yet.
        clock.now = MORNING + timedelta(hours=17, minutes=30)
        await tick()
        assert after == [0, 1, 1]
        clock.now += timedelta(minutes=30)
        await tick()
        assert after == [0, 1, 1, 0]
        async with house.database.read() as tx:
            assert await retention.last_done(tx) == local_day(clock.now)


async def test_a_job_that_fails_is_not_done_and_does_not_hold_up_what_comes_after(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    after: list[bool] = []

    async def then() -> None:
        after.append(True)

    async def broken(*_: object) -> str:
        raise OSError("the disk is full")

    async with open_house(sqlite_url, tmp_path) as (house, clock):
        clock.now = MORNING
        tip = await file(house.database, new_tip("ban-thach"), delivered=False)
        await end(house.database, tip, None)
        with monkeypatch.context() as patched:
            patched.setattr("storage.tally.write", broken)
            with pytest.raises(OSError, match="full"):
                await retaining.before(house, then)()
        assert after == [True]
        assert await retaining.do_if_due(house)
        assert not await retaining.do_if_due(house)


async def test_what_still_stands_in_groups_is_logged_as_a_number(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with desk_world.database(sqlite_url) as made:
        async with made.write() as tx:
            code = await make(tx, CodeKind.GROUP, "north", NOW)
            group = await desk_groups.link(tx, code, "-100123", NOW)
            assert group is not None
            await desk_groups.leave(tx, group.id, 2)
            waits = NOW + timedelta(hours=1)
            for due in (waits, AT_ONCE):
                letter = Letter(LetterKind.ERASE, b"", "north", due, group=group.id, messages=(7,))
                await outbox.write(tx, letter)
        with caplog.at_level("INFO", logger="tiengtho"):
            await destroy(made, TODAY, LONGEST)
    lines = [
        vars(each)["tiengtho_line"] for each in caplog.records if "tiengtho_line" in vars(each)
    ]
    assert [(line.event, line.numbers) for line in lines] == [
        ("retention_done", {"tips": 0, "dated": 0, "tombstones": 0}),
        ("cards_left", {"cards": 3}),
    ]


@dataclass
class Prompt:
    """What the command gets; it has a database of its own in the file."""

    url: str
    settings: Settings = field(default_factory=lambda: Settings(_env_file=None))

    def run(self, work: Callable[[Database], Awaitable[Result]]) -> Result:
        async def opened() -> Result:
            async with desk_world.database(self.url) as made:
                tip = await file(made, new_tip())
                await end(made, tip, TODAY - timedelta(days=10_000), Outcome.DUPLICATE)
                await end(made, await file(made, new_tip()), None, None)
                await file(made, new_tip())
                return await work(made)

        return asyncio.run(opened())


def test_the_command_says_what_it_did(sqlite_url: str) -> None:
    done = CliRunner().invoke(retention_command, obj=Prompt(sqlite_url))
    assert done.exit_code == 0, done.output
    assert "1 tip(s) closed by an earlier version count from today on." in done.output
    assert "1 tip(s) destroyed; their tallies and tombstones stay." in done.output


def test_a_dry_run_is_a_table_by_outcome(sqlite_url: str) -> None:
    done = CliRunner().invoke(retention_command, ["--dry-run"], obj=Prompt(sqlite_url))
    assert done.exit_code == 0, done.output
    rows = {line[:22].strip(): line[22:].split() for line in done.output.splitlines()}
    assert rows["outcome"] == "kept for due today in 7 days later".split()
    assert rows["duplicate"] == ["45", "d", "1", "0", "0"]
    assert rows["closed by its worker"] == ["45", "d", "0", "0", "1"]
    assert rows["handled"] == ["90", "d", "0", "0", "0"]
    assert rows["out_of_scope"] == ["7", "d", "0", "0", "0"]
    assert rows["all"] == ["1", "0", "1"]
    assert "Nothing was changed" in done.output


async def test_where_nothing_is_closed_a_dry_run_says_so_kindly(sqlite_url: str) -> None:
    async with desk_world.database(sqlite_url) as made:
        await file(made, new_tip())
        told = await outlook(made, TODAY, LONGEST)
    assert told == "No tip is closed yet: there is nothing to keep and nothing to destroy."
