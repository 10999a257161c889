"""`python -m bot order` says what it did, what it left, and what is the matter with the server."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from bot import order_cli
from bot.cli import commands
from bot.config import Settings
from storage import order, vacuum
from storage.database import Database
from storage.order import Passed
from storage.vacuum import Left
from tests import desk_world
from tests.tip_world import file, new_tip

LOCAL = datetime(2026, 11, 30, 14, 0, tzinfo=UTC)


@pytest.fixture
async def made(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    # Everybody's tests write to this server: a checkpoint would last seconds.
    monkeypatch.setattr(vacuum, "_EMPTYING", ())
    async with desk_world.database(postgresql_url) as opened:
        yield opened


@pytest.mark.postgresql
async def test_it_does_it_now_and_the_night_is_done_with_it(made: Database) -> None:
    await file(made, new_tip())
    rows, *advice = await order_cli.lay_anew(made, LOCAL, order.MOST_BYTES_LAID_ANEW)
    assert rows == "✓ 8 rows were laid anew"
    assert any("wal_recycle = off" in line for line in advice)
    assert all(line.startswith("! ") for line in advice)
    async with made.read() as tx:
        assert not await order.is_due(tx, LOCAL)
    again = await order_cli.lay_anew(made, LOCAL, order.MOST_BYTES_LAID_ANEW)
    assert again[0] == "✓ nothing is new since the last"


@pytest.mark.postgresql
async def test_what_is_left_is_told_and_what_was_given_up_is_due_still(
    made: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await file(made, new_tip())
    told = await order_cli.lay_anew(made, LOCAL, 0)
    assert "--large" in next(line for line in told if line.startswith("✗"))

    async def given_up(*_: object) -> Passed:
        return Passed(left=frozenset({Left.BUSY}))

    monkeypatch.setattr(order, "_pass", given_up)
    async with made.write() as tx:
        await order.begin_anew(tx)
    told = await order_cli.lay_anew(made, LOCAL, order.MOST_BYTES_LAID_ANEW)
    assert told[0].startswith("✗ somebody was writing")
    async with made.read() as tx:
        assert await order.is_due(tx, LOCAL)


async def test_on_sqlite_the_file_is_laid_anew(sqlite_url: str) -> None:
    async with desk_world.database(sqlite_url) as made:
        told = await order_cli.lay_anew(made, LOCAL, order.MOST_BYTES_LAID_ANEW)
        assert told == ["✓ the file was laid anew"]
        assert "--large" in (await order_cli.lay_anew(made, LOCAL, 1000))[0]


@pytest.mark.parametrize(("marks", "code"), [("✓!", 0), ("✓✗", 1)])
def test_only_what_was_left_makes_the_command_fail(marks: str, code: int) -> None:
    @dataclass(frozen=True, slots=True)
    class Done:
        settings: Settings | None = None

        def run(self, _: Callable[[Database], Awaitable[list[str]]]) -> list[str]:
            return [f"{mark} a line" for mark in marks]

    done = CliRunner().invoke(order_cli.order_command, obj=Done())
    assert done.exit_code == code
    assert done.output.splitlines() == [f"{mark} a line" for mark in marks]


def test_there_is_a_line_for_everything_that_may_be_left() -> None:
    assert set(order_cli._LEFT) == set(Left)


def test_the_command_is_there() -> None:
    done = CliRunner().invoke(commands, ["order", "--help"])
    assert done.exit_code == 0
    assert "--large" in done.output
