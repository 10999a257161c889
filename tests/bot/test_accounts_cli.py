"""What `python -m bot accounts …` does with a real database and tells the operator."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from pydantic import SecretStr

from bot import accounts_cli, app
from bot.cli import Context, commands
from bot.config import Settings
from storage import accounts, audit
from storage.audit import Act
from storage.database import Database
from tests.desk_world import NOW, database

MONTH = date(2026, 11, 1)
TOKEN, OTHER = f"123456:{'a' * 35}", f"654321:{'b' * 35}"


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with database(database_url) as opened:
        yield opened


async def add(made: Database, name: str, token: str = TOKEN, per_second: int = 30) -> str:
    return await accounts_cli.add(made, name, "telegram", token, per_second, NOW)


async def test_an_account_is_added_listed_disabled_and_enabled_again(made: Database) -> None:
    assert await accounts_cli.listed(made, MONTH) == "No account yet."
    assert await add(made, "second") == "Added second (telegram, 30 a second)."
    await add(made, "third", OTHER, 1000)
    assert (await accounts_cli.listed(made, MONTH)).splitlines() == [
        "second\ttelegram\tenabled\t30 a second",
        "third\ttelegram\tenabled\t1000 a second",
    ]
    async with made.read() as tx:
        assert await accounts.token_of(tx, 1) == TOKEN
    assert "no bulletins any more" in await accounts_cli.disable(made, "second", NOW)
    assert "already" in await accounts_cli.disable(made, "second", NOW)
    assert "second\ttelegram\tdisabled" in await accounts_cli.listed(made, MONTH)
    assert "again" in await accounts_cli.enable(made, "second", NOW)
    assert "already" in await accounts_cli.enable(made, "second", NOW)
    async with made.read() as tx:
        entries = await audit.entries(tx, limit=9)
    assert [(entry.act, entry.note) for entry in reversed(entries)] == [
        (Act.ACCOUNT_ADDED, "second"),
        (Act.ACCOUNT_ADDED, "third"),
        (Act.ACCOUNT_DISABLED, "second"),
        (Act.ACCOUNT_ENABLED, "second"),
    ]


async def test_what_cannot_be_done_is_said_in_a_readable_line_without_the_token(
    made: Database,
) -> None:
    await add(made, "second")
    for doing, said in (
        (add(made, "Second Bot", OTHER), "1 to 60 characters"),
        (add(made, "telegram", OTHER), "TIENGTHO_TELEGRAM_TOKEN"),
        (add(made, "third", "hello"), "no token"),
        (add(made, "third", f"{OTHER}\n"), "no token"),
        (add(made, "third", TOKEN), "second has this token"),
        (add(made, "second", OTHER), "is taken"),
        (accounts_cli.disable(made, "third", NOW), "no account third"),
        (accounts_cli.enable(made, "third", NOW), "no account third"),
    ):
        with pytest.raises(click.ClickException) as refused:
            await doing
        assert said in refused.value.message
        assert TOKEN not in refused.value.message
        assert OTHER not in refused.value.message
    async with made.read() as tx:
        assert len(await accounts.every(tx)) == 1
        assert len(await audit.entries(tx, limit=9)) == 1


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A small installation in a folder of its own; the bot of its settings has OTHER."""
    settings = Settings(
        database_url=SecretStr(f"sqlite+aiosqlite:///{tmp_path / 'tiengtho.db'}"),
        master_key_file=tmp_path / "master.key",
        telegram_token=SecretStr(OTHER),
    )

    async def make() -> None:
        made = Database(settings.database_url.get_secret_value())
        await app.make_installation(settings, made, demo=False)
        await made.close()

    asyncio.run(make())
    return Context(settings)


def test_the_token_is_read_from_a_pipe_and_is_no_argument(context: Context) -> None:
    def typed(*words: str, token: str = "") -> Result:
        return CliRunner().invoke(accounts_cli.accounts, words, obj=context, input=f"{token}\n")

    added = typed("add", "second", "--per-second", "25", token=f"  {TOKEN} ")
    assert (added.exit_code, added.output) == (0, "Added second (telegram, 25 a second).\n")
    assert typed("list").output == "second\ttelegram\tenabled\t25 a second\n"
    assert typed("add", "third", OTHER, token=OTHER).exit_code == 2
    for used in (typed("add", "third", token=OTHER), typed("add", "third", token=TOKEN)):
        assert used.exit_code == 1
        assert "already" in used.output
        assert TOKEN not in used.output
        assert OTHER not in used.output
    assert typed("add", "third", "--per-second", "2000", token=OTHER).exit_code == 2
    assert "no bulletins" in typed("disable", "second").output
    assert typed("enable", "second").output == "second sends bulletins again.\n"


def test_the_commands_are_reached_from_the_command_line() -> None:
    assert commands.get_command(click.Context(commands), "accounts") is accounts_cli.accounts
