"""`python -m bot review`: what it writes, and what it says to what was typed wrong."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.review_cli import review_command
from storage import audit
from storage.audit import Act
from storage.database import Database
from tests import desk_world
from tests.bot.test_desk_numbers import fill

PERIOD = ("--from", "2026-07", "--to", "2026-12")


@dataclass
class Nothing:
    """What is typed wrong never comes to the database."""

    def run(self, _: Any) -> None:
        raise AssertionError


@dataclass
class Opened:
    """The command is given a database that is there already."""

    database: Database
    loop: Any

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work(self.database), self.loop).result(30)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--unit", "north", *PERIOD, "review.docx"], "ends in .xlsx or .pdf"),
        (["--unit", "north", "--from", "May", "--to", "June", "r.pdf"], "months like"),
        (["--unit", "north", *PERIOD, "--as-of", "soon", "r.pdf"], "is a day like"),
        (["--unit", "north", "r.pdf"], "--from"),
    ],
)
def test_what_was_typed_wrong_is_said_with_exit_code_2(typed: list[str], said: str) -> None:
    told = CliRunner().invoke(review_command, typed, obj=Nothing())
    assert (told.exit_code, said in told.output) == (2, True)


async def test_it_writes_both_kinds_and_is_audited(database_url: str, tmp_path: Path) -> None:
    async with desk_world.database(database_url) as made:
        await fill(made, 9)
        runner = Opened(made, asyncio.get_running_loop())

        async def review(*typed: str) -> tuple[int, str]:
            done = await asyncio.to_thread(CliRunner().invoke, review_command, typed, obj=runner)
            return done.exit_code, done.output

        for kind, begins in (("xlsx", b"PK"), ("pdf", b"%PDF")):
            files = []
            for name in ("one", "two"):
                file = tmp_path / f"{name}.{kind}"
                day = ("--as-of", "2026-12-31")
                code, told = await review("--unit", "root", *PERIOD, *day, str(file))
                assert code == 0, told
                assert "cells are hidden" in told
                files.append(file.read_bytes())
            assert files[0] == files[1]
            assert files[0].startswith(begins)
        code, told = await review("--unit", "nowhere", *PERIOD, str(tmp_path / "x.pdf"))
        assert (code, "there is no unit nowhere" in told) == (1, True)
        code, told = await review("--unit", "root", *PERIOD, str(tmp_path / "no" / "x.pdf"))
        assert (code, "cannot be written" in told) == (1, True)
        async with made.read() as tx:
            acts = [each.act for each in await audit.entries(tx, limit=50)]
    assert acts.count(Act.REVIEW_TAKEN) == 5
