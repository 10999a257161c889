"""What `python -m bot library …` and `… laws …` do with a real database and tell the operator."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot import keyfile, laws_cli, library_cli
from bot.app import utc_now
from bot.laws_cli import laws_command
from bot.library_cli import library_command
from bot.year_calendar import Wanted, Year
from broadcasts import library, tick, timetable
from broadcasts.year import Why
from handlers.bulletins import Bulletin, Run, Stage, Topic
from handlers.laws.changes import Change
from storage import audit, bulletins, installation, law_changes, migrate, units
from storage.audit import Act
from storage.database import Database
from tests import commands, planning_world
from tests.planning_world import CONTENT, GAZETTEER, NOW, ZONE, written
from tests.product import Server

START = date(2026, 12, 1)
WANTED = Wanted("city", START, frozenset({1, 3}), time(11, 30))
CHANGE = Change("45/2019/QH14", "Bộ luật mới", date(2027, 1, 1))


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with planning_world.database(database_url) as opened:
        yield opened


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[Database]:
    async with planning_world.database(sqlite_url) as opened:
        yield opened


async def scheduled(made: Database, wanted: Wanted = WANTED, *, is_dry: bool = False) -> Year:
    return await library_cli.schedule(made, wanted, NOW, ZONE, is_dry=is_dry)


async def planned(made: Database, unit: str = "city") -> list[Bulletin]:
    async with made.read() as tx:
        return list(await bulletins.of_units(tx, [unit]))


async def test_a_year_is_scheduled_by_one_command_and_taken_out_by_another(
    made: Database,
) -> None:
    dry = await scheduled(made, is_dry=True)
    assert await planned(made) == []
    found = await scheduled(made)
    assert [(each.text, each.at) for each in found.entries] == [
        (each.text, each.at) for each in dry.entries
    ]
    usable = {
        text
        for text, content in library.load().items()
        if content.expires_on is None or content.expires_on >= START
    }
    placed = {each.text.id for each in found.entries}
    assert placed | {text.id for text, _ in found.left} >= usable
    assert len(placed) >= 5
    kept = {each.id: each for each in await planned(made)}
    for entry in found.entries:
        assert entry.bulletin is not None
        bulletin = kept.pop(entry.bulletin.id)
        local = entry.at.astimezone(ZONE)
        assert (bulletin.stage, bulletin.content.plan.first) == (Stage.APPROVED, entry.at)
        assert (local.time(), local.weekday() in {1, 3}) == (time(11, 30), True)
        assert timetable.holiday(local.date()) is None
        assert local.date() <= (bulletin.content.expires_on or local.date())
        assert await planning_world.due(made, bulletin.id) == entry.at
        async with made.read() as tx:
            assert await tick.is_approved(tx, bulletin)
    assert kept == {}
    assert len({each.at for each in found.entries}) == len(found.entries)

    again = await scheduled(made)
    assert again.entries == ()
    assert {text.id for text, why in again.left if why is Why.PLANNED} == placed

    told = await library_cli.unschedule(made, "city", NOW)
    assert told[-1] == f"{len(placed)} bulletins were taken out of the calendar of city."
    assert await planned(made) == []
    async with made.read() as tx:
        acts = [each.act for each in await audit.entries(tx, limit=2 * len(placed))]
    assert acts == [Act.CANCELLED] * len(placed) + [Act.SCHEDULED] * len(placed)
    assert len((await scheduled(made)).entries) == len(placed)


async def test_two_who_plan_the_same_year_at_once_write_it_once(made: Database) -> None:
    both = await asyncio.gather(scheduled(made), scheduled(made))
    texts = [each.content.library for each in await planned(made)]
    assert len(texts) == len(set(texts)) == sum(len(year.entries) for year in both) > 5


async def test_what_was_sent_meanwhile_is_neither_taken_out_nor_planned_again(
    one: Database,
) -> None:
    found = await scheduled(one)
    first = found.entries[0]
    [fired] = await tick.tick(one, first.at, ZONE, GAZETTEER)
    assert fired.stage is Run.SENDING
    await library_cli.unschedule(one, "city", first.at)
    [left] = await planned(one)
    assert left.content.library == first.text.id
    assert first.text.id not in {each.text.id for each in (await scheduled(one)).entries}


async def test_what_authors_planned_keeps_its_day_and_is_not_taken_out(one: Database) -> None:
    own = await written(one, CONTENT, "city")
    day = datetime.combine(START, time(9), ZONE)
    async with one.write() as tx:
        content = replace(CONTENT, plan=replace(CONTENT.plan, first=day))
        await bulletins.edit(tx, own.id, content, own.version)
    found = await scheduled(one)
    assert START not in {each.at.astimezone(ZONE).date() for each in found.entries}
    await library_cli.unschedule(one, "city", NOW)
    assert [each.id for each in await planned(one)] == [own.id]


async def test_only_the_topics_that_were_named(one: Database) -> None:
    found = await scheduled(one, replace(WANTED, topics=frozenset({Topic.LOANS})))
    assert {each.text.content.topic for each in found.entries} == {Topic.LOANS}
    lines = library_cli.told(found, ZONE, is_dry=False)
    assert "another topic" not in "\n".join(lines)


async def test_what_rests_on_a_law_that_changes_within_the_year_is_left_out(
    one: Database,
) -> None:
    before = {each.text.id for each in (await scheduled(one, is_dry=True)).entries}
    lines = await laws_cli.replace(one, CHANGE, NOW)
    assert lines[0] == "45/2019/QH14 is replaced since 2027-01-01 by Bộ luật mới."
    assert lines[-1] == "To take it back: python -m bot laws keep 45/2019/QH14"
    found = await scheduled(one)
    left = {text.id for text, why in found.left if why is Why.REPLACED}
    assert left & before
    assert not left & {each.text.id for each in found.entries}
    listed = "\n".join(await library_cli.listed(one, CHANGE.since))
    assert re.search(r"B\d\d\t\w+\tlaw replaced\t", listed)


async def test_a_unit_that_does_not_exist_or_covers_nothing_gets_nothing(one: Database) -> None:
    with pytest.raises(click.ClickException, match="there is no unit nowhere"):
        await scheduled(one, replace(WANTED, unit="nowhere"))
    with pytest.raises(click.ClickException, match="there is no unit nowhere"):
        await scheduled(one, replace(WANTED, unit="nowhere"), is_dry=True)
    with pytest.raises(click.ClickException, match="there is no unit nowhere"):
        await library_cli.unschedule(one, "nowhere", NOW)
    with pytest.raises(click.ClickException, match="nothing was scheduled, for unit paper"):
        await scheduled(one, replace(WANTED, unit="paper"))
    assert await planned(one, "paper") == []


async def test_what_a_law_change_touches_is_named_and_it_can_be_taken_back(
    made: Database,
) -> None:
    bulletin = await written(made)
    lines = await laws_cli.replace(made, CHANGE, NOW)
    assert f"  rests on it: {bulletin.id} draft root Lương tháng này" in lines
    assert await laws_cli.replace(made, CHANGE, NOW) == ["That is noted already: 45/2019/QH14."]
    listed = await laws_cli.listed(made)
    after = "replaced since 2027-01-01 by Bộ luật mới"
    assert f"45/2019/QH14\t2021-01-01\t{after}\tBộ luật Lao động" in listed
    assert any(line.startswith("145/2020/NĐ-CP\t2021-02-01\tin force") for line in listed)
    assert await laws_cli.keep(made, "45/2019/qh14", NOW) == "45/2019/qh14 counts again."
    with pytest.raises(click.ClickException, match="nothing was noted of 45/2019/QH14"):
        await laws_cli.keep(made, "45/2019/QH14", NOW)
    async with made.read() as tx:
        assert await law_changes.every(tx) == ()


async def test_what_rests_on_a_law_in_the_library_is_named_and_a_slip_is_suspected(
    one: Database,
) -> None:
    lines = await laws_cli.replace(one, CHANGE, NOW)
    assert any("in the library: " in line and "unpaid_wages" in line for line in lines)
    slip = replace(CHANGE, number="154/2020/NĐ-CP")
    assert any(
        "Look at the number again" in line for line in await laws_cli.replace(one, slip, NOW)
    )


async def test_what_expires_within_a_month_is_listed(one: Database) -> None:
    bulletin = await written(one, replace(CONTENT, expires_on=date(2026, 12, 31)))
    before = START - timedelta(days=1)
    assert not any(bulletin.id in line for line in await library_cli.expiring(one, before))
    lines = await library_cli.expiring(one, START)
    assert lines[0] == f"2026-12-31\tbulletin\t{bulletin.id}\troot\tLương tháng này"
    last = START + timedelta(days=30)
    soon = {
        text.id
        for text in library.texts().values()
        if text.content.expires_on is not None and START <= text.content.expires_on <= last
    }
    assert {line.split("\t")[2] for line in lines if "\tlibrary\t" in line} == soon


class Nothing:
    """A runner that must not be asked to run."""

    class settings:  # noqa: N801 - as the context calls it
        """What the commands read before they run."""

        zone = ZONE


FROM = ["--unit", "city", "--from"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["schedule", *FROM, "soon"], "--from is a day like"),
        (["schedule", *FROM, "2020-01-01"], "--from is a day to come"),
        (["schedule", *FROM, "2099-01-01"], "more than a year ahead"),
        (["schedule", *FROM, "{day}", "--weekday", "someday"], "'someday' is none of mon, tue"),
        (["schedule", *FROM, "{day}", "--weekday", ","], "one day, or two"),
        (["schedule", *FROM, "{day}", "--weekday", "mon,tue,wed"], "one day, or two"),
        (["schedule", *FROM, "{day}", "--at", "noon"], "a local time like 11:30"),
        (["schedule", *FROM, "{day}", "--at", "23:00"], "lies between 07:00 and 21:00"),
        (["schedule", *FROM, "{day}", "--topics", "wages,luck"], "'luck' is none of"),
        (["schedule", "--unit", "city"], "Missing option '--from'"),
        (["unschedule"], "Missing option '--unit'"),
    ],
)
def test_what_was_typed_wrong_is_said_with_exit_code_2(typed: list[str], said: str) -> None:
    day = f"{utc_now().astimezone(ZONE).date() + timedelta(days=9)}"
    words = [each.replace("{day}", day) for each in typed]
    told = CliRunner().invoke(library_command, words, obj=Nothing())
    assert told.exit_code == 2
    assert said in told.output


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["replace", "law", "--by", "x", "--since", "2027-01-01"], "'law' is no number like"),
        (["replace", "45/2019/QH14", "--by", " ", "--since", "2027-01-01"], "--by names a"),
        (["replace", "45/2019/QH14", "--by", "x" * 201, "--since", "2027-01-01"], "200 letters"),
        (
            ["replace", "45/2019/QH14", "--by", "luật 45/2019/qh14", "--since", "2027-01-01"],
            "names the document itself",
        ),
        (["replace", "45/2019/QH14", "--by", "x", "--since", "later"], "--since is a day"),
        (["replace", "45/2019/QH14", "--by", "x", "--since", "2021-01-01"], "was not in force yet"),
        (["replace", "45/2019/QH14", "--by", "x", "--since", "9999-01-01"], "a digit slipped"),
    ],
)
def test_a_law_that_was_typed_wrong_is_said_with_exit_code_2(typed: list[str], said: str) -> None:
    told = CliRunner().invoke(laws_command, typed, obj=Nothing())
    assert told.exit_code == 2
    assert said in told.output


async def test_the_commands_work_in_a_process_of_their_own(tmp_path: Path) -> None:
    server = Server(tmp_path, f"sqlite+aiosqlite:///{tmp_path / 'tiengtho.db'}")

    async def bot(*typed: str) -> tuple[int, str]:
        command = partial(commands.bot, tmp_path, *typed, environment=server.environment())
        done = await asyncio.to_thread(command)
        return done.returncode, done.stdout + done.stderr

    opened, master = Database(server.database_url), keyfile.read_or_make(server.key_file)
    try:
        await migrate.upgrade(opened)
        await installation.make(opened, master, demo=False)
        await installation.open_with(opened, master)
        async with opened.write() as tx:
            await units.import_all(tx, planning_world.UNITS)
    finally:
        await opened.close()
    day = f"{utc_now().astimezone(ZONE).date() + timedelta(days=1)}"
    file = tmp_path / "year.ics"
    year = ("library", "schedule", "--unit", "city", "--from", day, "--weekday", "tue,thu")
    code, told = await bot(*year, "--ics", str(file))
    assert (code, "texts were scheduled" in told) == (0, True)
    made = file.read_bytes()
    assert made.startswith(b"BEGIN:VCALENDAR\r\n")
    # A second run adds nothing, and its file holds the same year.
    code, told = await bot(*year, "--ics", str(file))
    assert (code, "0 texts were scheduled" in told) == (0, True)
    assert re.findall(rb"UID:\S+", file.read_bytes()) == re.findall(rb"UID:\S+", made) != []
    code, told = await bot("library", "unschedule", "--unit", "city")
    assert (code, "were taken out of the calendar of city." in told) == (0, True)
    code, told = await bot(*year, "--ics", str(tmp_path / "no" / "year.ics"))
    assert (code, "cannot be written" in told, "Nothing was scheduled." in told) == (1, True, True)
    code, told = await bot("library", "unschedule", "--unit", "city")
    assert (code, "0 bulletins were taken out" in told) == (0, True)
    code, told = await bot("laws", "replace", "45/2019/qh14", "--by", "Mới", "--since", day)
    assert (code, "45/2019/QH14 is replaced" in told) == (0, True)
    code, told = await bot("laws", "list")
    assert (code, "by Mới" in told) == (0, True)
    code, told = await bot("library", "list")
    assert (code, "\tdraft\t" in told) == (0, True)
    code, told = await bot("doctor")
    assert "library:" in told
    code, told = await bot("library", "schedule", "--unit", "x", "--from", day)
    assert (code, "there is no unit x" in told, "Traceback" in told) == (1, True, False)
