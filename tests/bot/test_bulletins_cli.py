"""What `python -m bot bulletins …` does with a real database and tells the operator."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot import bulletins_cli, keyfile, planning
from bot.bulletins_cli import bulletins as group
from bot.bulletins_cli import send
from broadcasts import tick
from handlers.bulletins import Plan, Repeat, Run, Stage
from storage import audit, bulletins, installation, migrate, sendings, units
from storage.audit import Act
from storage.database import Database
from storage.sendings import Kind, Sending
from tests import commands, planning_world
from tests.planning_world import (
    CONTENT,
    GAZETTEER,
    NOW,
    PROVINCE,
    TODAY,
    ZONE,
    due,
    local,
    planned,
    sent,
    standing,
    subscribe,
    wants,
    who,
    written,
)
from tests.product import Server

NOON = local("2026-11-24 12:00")
THURSDAY = local("2026-11-26 12:00")


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with planning_world.database(database_url) as opened:
        yield opened


async def schedule(made: Database, key: str, plan: Plan, unit: str | None = None) -> str:
    return await planning.schedule(made, key, plan, unit, NOW, ZONE)


async def begun(made: Database) -> Sending:
    """A sending that is under way, of a bulletin that was planned."""
    bulletin = await planned(made)
    await tick.tick(made, NOON, ZONE, GAZETTEER)
    [sending] = await sent(made, bulletin.id)
    return sending


async def test_a_text_of_the_library_is_scheduled_without_a_second_person(made: Database) -> None:
    told = await schedule(made, "culture_day", Plan(NOON), "city")
    assert "will be sent at 2026-11-24 12:00." in told
    assert "public holiday" in told
    assert "Nobody subscribes" in told
    key = told.split()[0]
    assert (await standing(made, key)).stage is Stage.APPROVED
    assert await due(made, key) == NOON
    [fired] = await tick.tick(made, NOON, ZONE, GAZETTEER)
    assert fired.stage is Run.SENDING
    listed = await planning.listed(made, ZONE)
    assert re.search(rf"{key}\tended\t-\tcity\t24/11: ", listed)
    assert "unpaid_wages\tlibrary\t" in listed
    async with made.read() as tx:
        assert [entry.act for entry in await audit.entries(tx, limit=9)] == [Act.SCHEDULED]


async def test_without_a_unit_it_is_the_highest_ones(made: Database) -> None:
    key = (await schedule(made, "harassment", Plan(THURSDAY, Repeat.WEEKLY))).split()[0]
    assert (await standing(made, key)).unit == "root"


async def test_what_somebody_wrote_waits_for_an_approver(made: Database) -> None:
    draft = await written(made)
    told = await schedule(made, draft.id, Plan(THURSDAY))
    assert "waits for an approver" in told
    assert (await standing(made, draft.id)).stage is Stage.PROPOSED
    assert await due(made, draft.id) is None


async def test_a_new_time_voids_the_approval_and_the_old_time_brings_it_back(
    made: Database,
) -> None:
    bulletin = await planned(made)
    assert "waits" in await schedule(made, bulletin.id, Plan(THURSDAY))
    assert await due(made, bulletin.id) is None
    assert "will be sent" in await schedule(made, bulletin.id[:8], Plan(NOON))
    assert await due(made, bulletin.id) == NOON


async def test_a_changed_text_of_the_library_does_not_pass_for_one(made: Database) -> None:
    text = replace(CONTENT, library="harassment")
    draft = await written(made, text)
    assert "waits for an approver" in await schedule(made, draft.id, Plan(THURSDAY))
    assert (await standing(made, draft.id)).content.library == ""


async def test_what_is_wrong_is_told_and_nothing_is_scheduled(made: Database) -> None:
    draft = await written(made)
    async with made.write() as tx:
        twin = replace(CONTENT, source="nữa")
        await bulletins.create(tx, "root", planning.COMMAND_LINE, twin, TODAY)
    for doing, said in (
        (schedule(made, draft.id, Plan(NOW - timedelta(hours=1))), "has passed"),
        (schedule(made, draft.id, Plan(THURSDAY, Repeat.CRON, "x")), "five fields"),
        (schedule(made, "culture_day", Plan(THURSDAY)), "expires on 24/11/2026"),
        (schedule(made, "harassment", Plan(THURSDAY), "paper"), "covers no place"),
        (schedule(made, "harassment", Plan(THURSDAY), "moon"), "no longer on the list"),
        (schedule(made, draft.id, Plan(THURSDAY), "city"), "belongs to the unit root"),
        (schedule(made, "no_such", Plan(THURSDAY)), "there is no bulletin no_such"),
        (schedule(made, "", Plan(THURSDAY)), "bulletin"),
        (planning.show(made, "no_such", NOW, ZONE), "bulletins list"),
        (planning.steer(made, draft.id, Run.PAUSED, NOW), "in a stage for that"),
        (planning.steer(made, "harassment", Run.PAUSED, NOW), "schedule it first"),
        (planning.reported(made, draft.id, None, NOW), "was not sent yet"),
        (planning.dry_run(made, "zzz", NOW, ZONE), "there is no bulletin zzz"),
    ):
        with pytest.raises(click.ClickException) as refused:
            await doing
        assert said in refused.value.message
    assert (await standing(made, draft.id)).stage is Stage.DRAFT


async def test_a_bulletin_is_shown_with_what_is_wrong_and_how_it_went(made: Database) -> None:
    sending = await begun(made)
    told = await planning.show(made, sending.bulletin, NOW, ZONE)
    assert CONTENT.vi.body in told
    assert "Bộ luật Lao động 45/2019/QH14 Điều 94" in told
    assert f"sending {sending.id}: due 2026-11-24 12:00, sending, 0 planned" in told
    text = await planning.show(made, "unsafe_work", NOW, ZONE)
    assert "No day and hour chosen yet." in text


async def test_a_sending_is_paused_resumed_and_cancelled(made: Database) -> None:
    sending = await begun(made)
    stages = []
    for run in (Run.PAUSED, Run.SENDING, Run.CANCELLED):
        await planning.steer(made, sending.bulletin, run, NOON)
        stages.append((await sent(made, sending.bulletin))[0].stage)
    assert stages == [Run.PAUSED, Run.SENDING, Run.CANCELLED]
    with pytest.raises(click.ClickException):
        await planning.steer(made, sending.bulletin, Run.SENDING, NOON)
    async with made.read() as tx:
        acts = [entry.act for entry in reversed(await audit.entries(tx, limit=9))]
    assert acts == [Act.PAUSED, Act.RESUMED, Act.CANCELLED]


async def test_what_is_late_is_let_go(made: Database) -> None:
    bulletin = await planned(made)
    await tick.tick(made, NOON + timedelta(hours=5), ZONE, GAZETTEER)
    assert (await sent(made, bulletin.id))[0].stage is Run.LATE
    await planning.steer(made, bulletin.id, Run.SENDING, NOON)
    assert (await sent(made, bulletin.id))[0].stage is Run.SENDING


async def test_what_is_planned_is_cancelled_before_it_begins(made: Database) -> None:
    bulletin = await planned(made)
    assert "draft again" in await planning.steer(made, bulletin.id, Run.CANCELLED, NOW)
    assert await tick.tick(made, NOON, ZONE, GAZETTEER) == ()


async def test_the_report_is_told_in_columns(made: Database) -> None:
    sending = await begun(made)
    async with made.write() as tx:
        counts = {(48, Kind.SENT): 1234, (79, Kind.SENT): 20, (79, Kind.GONE): 7}
        await sendings.add_up(tx, sending.id, 1, counts)
    found = await planning.reported(made, sending.bulletin, None, NOON)
    told = planning.as_text(found, ZONE)
    assert "Sent: 1254" in told
    assert "May have got it twice: 0" in told
    assert re.search(r"^Province +Sent +Gone +Refused +Unknown +Skipped +Sum$", told, re.MULTILINE)
    assert re.search(r"^All +1254 +7 +0 +0 +0 +1261$", told, re.MULTILINE)
    same = await planning.reported(made, sending.bulletin, sending.id, NOON)
    assert same.totals == found.totals
    with pytest.raises(click.ClickException):
        await planning.reported(made, sending.bulletin, sending.id + 1, NOON)


async def test_a_dry_run_counts_and_sends_nothing(made: Database) -> None:
    await subscribe(made, [wants(PROVINCE)] * 14 + [wants()])
    bulletin = await planned(made, unit="city")
    told = await planning.dry_run(made, bulletin.id, NOW, ZONE)
    assert "Readers: about 10\n" in told
    assert "weekly limit: about 0\n" in told
    assert "Duration: 1 min\n" in told
    assert "Cost: 0 Stars\n" in told
    assert "over telegram: about 10" in told
    assert told.endswith("Nothing was sent.")
    assert await sent(made, bulletin.id) == ()
    assert "Readers: about 0\n" in await planning.dry_run(made, "maternity", NOW, ZONE)
    outside = await written(made, replace(CONTENT, scope=("79",)), "city")
    with pytest.raises(click.ClickException, match="outside"):
        await planning.dry_run(made, outside.id, NOW, ZONE)


async def test_nobody_of_the_staff_is_named_as_who_scheduled_it(made: Database) -> None:
    key = (await schedule(made, "harassment", Plan(THURSDAY))).split()[0]
    assert (await standing(made, key)).author == planning.COMMAND_LINE
    assert await who(made, "tacgia") != planning.COMMAND_LINE


class Nothing:
    """A runner that must not be asked to run."""

    class settings:  # noqa: N801 - as the context calls it
        """What the commands read before they run."""

        zone = ZONE


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["schedule", "harassment", "--at", "tomorrow"], "local time like"),
        (["schedule", "harassment", "--at", "2026-02-30 12:00"], "local time like"),
        (["schedule", "harassment"], "--at"),
        (["schedule", "x", "--at", "2026-11-26 12:00", "--until", "soon"], "is a day like"),
        (["schedule", "x", "--at", "2026-11-26 12:00", "--repeat", "hourly"], "hourly"),
        (["send", "harassment"], "--dry-run"),
        (["show"], "BULLETIN"),
    ],
)
def test_what_was_typed_wrong_is_said_with_exit_code_2(typed: list[str], said: str) -> None:
    told = CliRunner().invoke(group, typed, obj=Nothing())
    assert told.exit_code == 2
    assert said in told.output


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="cannot be written"):
        bulletins_cli._write(tmp_path / "no" / "report.xlsx", b"PK")


def test_send_stands_beside_the_group_too() -> None:
    told = CliRunner().invoke(send, ["harassment"], obj=Nothing())
    assert told.exit_code == 2


async def test_the_commands_work_in_a_process_of_their_own(tmp_path: Path) -> None:
    server = Server(tmp_path, f"sqlite+aiosqlite:///{tmp_path / 'tiengtho.db'}")

    async def bot(*typed: str) -> tuple[int, str]:
        command = partial(commands.bot, tmp_path, *typed, environment=server.environment())
        done = await asyncio.to_thread(command)
        return done.returncode, done.stdout + done.stderr

    made, master = Database(server.database_url), keyfile.read_or_make(server.key_file)
    try:
        await migrate.upgrade(made)
        await installation.make(made, master, demo=False)
        await installation.open_with(made, master)
        async with made.write() as tx:
            await units.import_all(tx, planning_world.UNITS)
            bulletin = await bulletins.create(tx, "root", planning.COMMAND_LINE, CONTENT, TODAY)
            sending = await sendings.start(tx, bulletin, NOON, 0)
            assert sending is not None
            await sendings.add_up(tx, sending.id, 1, {(48, Kind.SENT): 321})
    finally:
        await made.close()
    sheet = tmp_path / "report.xlsx"
    drawn = tmp_path / "report.png"
    files = ("--xlsx", str(sheet), "--png", str(drawn))
    code, told = await bot("bulletins", "report", bulletin.id, *files)
    assert (code, "Sent: 321" in told) == (0, True)
    assert sheet.read_bytes().startswith(b"PK")
    assert drawn.read_bytes().startswith(b"\x89PNG")
    code, told = await bot("send", bulletin.id, "--dry-run")
    assert (code, "Nothing was sent." in told) == (0, True)
    code, told = await bot("bulletins", "pause", "ffff")
    assert (code, "there is no bulletin ffff" in told, "Traceback" in told) == (1, True, False)
