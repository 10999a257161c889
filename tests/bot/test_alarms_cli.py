"""`doctor alarms` and the codes that link Zalo, on a real database and as a program."""

import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import click
import pytest
from click.testing import CliRunner

from bot import staff_cli
from bot.alarms_cli import Finding, alarms_command, examine
from handlers.roles import Role
from storage import accounts, alarms, audit, desk_codes, desk_links, installation
from storage.alarms import Path
from storage.audit import Act
from storage.crypto import new_master
from storage.database import Database
from storage.desk_codes import CodeKind
from storage.tables import metadata
from tests.desk_world import NOW, add, database
from tests.services import environment
from tests.staff_world import enrolled


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with database(database_url) as opened:
        yield opened


def code_in(told: str) -> str:
    return told.rpartition("/ketnoi ")[2]


# --- doctor alarms ----------------------------------------------------------------------------


async def test_the_doctor_says_which_desks_can_be_rung_and_over_what(made: Database) -> None:
    root = "✗ root Tổng liên đoàn has no alarm: danger tips ring nowhere. Link a Telegram group,"
    root += " a Zalo chat or a browser."
    assert [f"{each.mark} {each.line}" for each in await examine(made)] == [root]
    an = await enrolled(made, "an", ("north", Role.OFFICER))
    await enrolled(made, "nam", ("south", Role.OFFICER))
    async with made.write() as tx:
        for path in Path:
            await accounts.add(tx, path.value, path.value, "token")
        await alarms.add_browser(tx, an.id, "browser")
        code = await desk_codes.make(tx, CodeKind.ALARM, an.id.hex(), NOW)
        await alarms.link(tx, code, Path.ZALO, "zalo_bot:3|x", NOW)
    assert [f"{each.mark} {each.line}" for each in await examine(made)] == [
        root,
        "✓ north Công đoàn phía bắc: webpush, zalo_bot",
        "! south Công đoàn phía nam has no alarm: its danger tips go up.",
    ]
    top = await enrolled(made, "top", ("root", Role.LEAD))
    async with made.write() as tx:
        await alarms.add_browser(tx, top.id, "the national desk's")
    assert [each.mark for each in await examine(made)] == ["✓", "✓", "!"]


async def test_the_doctor_asks_for_units_where_there_are_none(database_url: str) -> None:
    bare = Database(database_url)
    try:
        async with bare.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        master = new_master()
        await installation.make(bare, master, demo=False)
        await installation.open_with(bare, master)
        [found] = await examine(bare)
    finally:
        await bare.close()
    assert found.mark == "✗"
    assert "import units" in found.line


@pytest.mark.parametrize(("marks", "code"), [("✓!", 0), ("✗✓", 1)])
def test_only_a_silent_root_makes_the_doctor_red(marks: str, code: int) -> None:
    @dataclass(frozen=True, slots=True)
    class Found:
        def run(self, _: Callable[[Database], Awaitable[list[Finding]]]) -> list[Finding]:
            return [Finding(mark, "a line") for mark in marks]

    done = CliRunner().invoke(alarms_command, obj=Found())
    assert done.exit_code == code
    assert done.output.splitlines() == [f"{mark} a line" for mark in marks]


def test_the_command_is_there(tmp_path: object) -> None:
    settings = environment(
        PYTHONPATH=":".join(sys.path),
        TIENGTHO_DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path}/none.db",
        TIENGTHO_MASTER_KEY_FILE=f"{tmp_path}/master.key",
    )
    done = subprocess.run(
        [sys.executable, "-m", "bot", "doctor", "alarms"],
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "this database is empty" in done.stderr


# --- staff zalo-code and unlink ---------------------------------------------------------------


async def test_a_zalo_code_links_an_officer_and_unlink_takes_both_apps(made: Database) -> None:
    an = await enrolled(made, "anh", ("north", Role.OFFICER))
    zalo = code_in(await staff_cli.zalo_code(made, "anh", NOW))
    telegram = code_in(await staff_cli.telegram_code(made, "anh", NOW))
    async with made.write() as tx:
        assert await alarms.link(tx, zalo, Path.ZALO, "zalo_bot:3|x", NOW) == an
        assert await desk_links.link(tx, telegram, "5001", NOW) == an
        await alarms.add_browser(tx, an.id, "browser")
    told = await staff_cli.unlink(made, "anh", NOW)
    assert "Telegram account of anh" in told
    assert "Zalo chat of anh" in told
    async with made.read() as tx:
        assert [each.path for each in await alarms.of_member(tx, an.id)] == [Path.PUSH]
        notes = [(each.act, each.note) for each in reversed(await audit.entries(tx, limit=9))]
    assert notes == [
        (Act.CODE_MADE, f"zalo_bot {an.id.hex()}"),
        (Act.CODE_MADE, f"account {an.id.hex()}"),
        (Act.UNLINKED, f"account {an.id.hex()}"),
        (Act.UNLINKED, f"zalo_bot {an.id.hex()}"),
    ]
    with pytest.raises(click.ClickException, match="no linked account"):
        await staff_cli.unlink(made, "anh", NOW)


async def test_only_enrolled_officers_get_a_zalo_code(made: Database) -> None:
    await add(made, "moi", ("north", Role.OFFICER))
    await enrolled(made, "viet", ("north", Role.AUTHOR))
    for login, said in (("moi", "activation link"), ("viet", "reads no tips"), ("x", "nobody has")):
        with pytest.raises(click.ClickException, match=said):
            await staff_cli.zalo_code(made, login, NOW)
