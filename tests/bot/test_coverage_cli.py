"""`python -m bot coverage`: what it prints and writes, and what it says to what was typed wrong."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import python_calamine
from click.testing import CliRunner

from bot.coverage_cli import coverage_command
from handlers.roles import Role
from storage import audit, units
from storage.audit import Act
from storage.database import Database
from tests import desk_world
from tests.bot.test_desk_coverage import UNITS, WARD
from tests.bot.test_review_cli import Nothing, Opened

Typing = Callable[..., Awaitable[tuple[int, str]]]


@asynccontextmanager
async def house(url: str) -> AsyncIterator[tuple[Database, Typing]]:
    async with desk_world.database(url) as made:
        async with made.write() as tx:
            await units.import_all(tx, UNITS, may_remove=True)
        await desk_world.add(made, "doc", ("ward", Role.OFFICER))
        runner = Opened(made, asyncio.get_running_loop())

        async def typed(*words: str) -> tuple[int, str]:
            done = await asyncio.to_thread(CliRunner().invoke, coverage_command, words, obj=runner)
            return done.exit_code, done.output

        yield made, typed


def test_a_file_of_another_kind_is_refused() -> None:
    told = CliRunner().invoke(coverage_command, ["table.csv"], obj=Nothing())
    assert (told.exit_code, "ends in .xlsx" in told.output) == (2, True)


async def test_it_prints_provinces_in_numbers_and_their_sum(database_url: str) -> None:
    async with house(database_url) as (_, typed):
        code, said = await typed()
    lines = said.splitlines()
    assert (code, len(lines)) == (0, 35)
    [city] = [line for line in lines if line.startswith("79 ")]
    assert city.startswith("79 Thành phố Hồ Chí Minh: 168 xã, phường, đặc khu; 1 có bàn riêng")
    assert lines[-1].startswith("Tất cả: 3321 ")


async def test_a_province_is_printed_commune_by_commune(database_url: str) -> None:
    async with house(database_url) as (_, typed):
        _, every = await typed("--province", "79", "--language", "en")
        _, missing = await typed("--province", "79", "--missing", "--category", "fire")
    assert len(every.splitlines()) == 168
    assert len(missing.splitlines()) == 167
    assert WARD not in missing


async def test_json_is_a_line_for_each_way(database_url: str) -> None:
    async with house(database_url) as (_, typed):
        _, said = await typed("--json", "--province", "79")
    [ward] = [each for each in map(json.loads, said.splitlines()) if each["code"] == WARD]
    assert (ward["unit"], ward["level"], ward["has_desk"]) == ("ward", "own", True)
    assert (ward["urgent"], ward["rings"], ward["idle"]) == ("root", False, [])


async def test_a_file_is_written_and_audited(database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "do-phu.xlsx"
    async with house(database_url) as (made, typed):
        code, said = await typed("--missing", str(path))
        assert (code, "3320 communes" in said) == (0, True)
        async with made.read() as tx:
            [entry] = await audit.entries(tx, limit=1)
    assert (entry.act, entry.staff, entry.note) == (Act.COVERAGE_TAKEN, None, "xlsx * *")
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    assert len(book.get_sheet_by_index(1).to_python()) == 3321


@pytest.mark.parametrize("wrong", [("--province", "99"), ("--category", "strikes")])
async def test_what_there_is_not_is_said(database_url: str, wrong: tuple[str, str]) -> None:
    async with house(database_url) as (_, typed):
        assert (await typed(*wrong))[0] == 2


async def test_a_path_that_cannot_be_written_is_said(database_url: str, tmp_path: Path) -> None:
    async with house(database_url) as (_, typed):
        code, said = await typed(str(tmp_path / "none" / "do-phu.xlsx"))
    assert (code, "cannot be written" in said) == (1, True)
