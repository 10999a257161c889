"""`python -m bot accounts …`: the bots that bulletins are sent from."""

import re
import sys
from datetime import date, datetime

import click

from bot.app import utc_now
from bot.config import TELEGRAM_TOKEN
from bot.runner import Runner
from bot.zalo import accounts as zalo
from storage import accounts as stored
from storage import audit, bots
from storage.accounts import PER_SECOND, Account
from storage.audit import Act
from storage.bots import Mode
from storage.database import Database, Tx

CHANNELS = ("telegram", bots.CHANNEL)
MOST_PER_SECOND = 1_000
"""What Telegram sells with paid broadcasts."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


async def add(
    database: Database, name: str, channel: str, token: str, per_second: int, now: datetime
) -> str:
    """Add an account; what to tell the operator. Raises click.ClickException with a readable line,
    which never holds the token.
    """
    check_name(name)
    if TELEGRAM_TOKEN.fullmatch(token) is None:
        raise click.ClickException("this is no token as @BotFather gives it")
    async with database.write() as tx:
        # Two accounts with one token would each send at the whole permitted pace.
        for known in await stored.every(tx):
            if await stored.token_of(tx, known.id) == token:
                raise click.ClickException(f"{known.name} has this token already")
        added = await stored.add(tx, name, channel, token, per_second=per_second)
        if added is None:
            raise click.ClickException(f"the name {name} is taken")
        await audit.write(tx, Act.ACCOUNT_ADDED, staff=None, minute=now, note=name)
    return f"Added {name} ({channel}, {per_second} a second)."


def check_name(name: str) -> None:
    """Raises click.ClickException for what no account may be called."""
    if _NAME.fullmatch(name) is None:
        raise click.ClickException(
            "a name has 1 to 60 characters: lower-case letters, digits, hyphens"
        )
    if name == "webpush":
        raise click.ClickException("webpush is the account of TIENGTHO_PUSH_KEY_FILE")
    if name == "telegram":
        raise click.ClickException(
            f"{name} is the account of the settings: set TIENGTHO_TELEGRAM_TOKEN for it"
        )


async def listed(database: Database, month: date) -> str:
    """All accounts, one line each; of `month`, a first day, the messages are told where they are
    counted.
    """
    async with database.read() as tx:
        lines = [await _line(tx, each, month) for each in await stored.every(tx)]
    return "\n".join(lines) or "No account yet."


async def add_bot(
    database: Database, name: str, token: str, unit: str, mode: Mode, now: datetime
) -> str:
    """Add a unit's bot of Zalo; what to tell. Raises click.ClickException as `add`."""
    check_name(name)
    return zalo.added(await zalo.add(database, name, token, unit, mode, now))


async def disable(database: Database, name: str, now: datetime) -> str:
    """Send nothing from an account any more; what to tell."""
    async with database.write() as tx:
        if await stored.by_name(tx, name) is None:
            raise click.ClickException(f"there is no account {name}")
        if not await stored.disable(tx, name):
            return f"{name} is disabled already."
        await audit.write(tx, Act.ACCOUNT_DISABLED, staff=None, minute=now, note=name)
    return f"{name} sends no bulletins any more. Those who subscribed there stay subscribed."


async def enable(database: Database, name: str, now: datetime) -> str:
    """Send from an account again; what to tell."""
    async with database.write() as tx:
        if await stored.by_name(tx, name) is None:
            raise click.ClickException(f"there is no account {name}")
        if not await stored.enable(tx, name):
            return f"{name} is enabled already."
        await audit.write(tx, Act.ACCOUNT_ENABLED, staff=None, minute=now, note=name)
    return f"{name} sends bulletins again."


@click.group("accounts", help="The bots that bulletins are sent from.")
def accounts() -> None:
    """`accounts`."""


@accounts.command("add", help="Add an account; its token is asked for, or read from a pipe.")
@click.argument("name")
@click.option("--channel", type=click.Choice(CHANNELS), default=CHANNELS[0], show_default=True)
@click.option(
    "--per-second",
    type=click.IntRange(1, MOST_PER_SECOND),
    default=PER_SECOND,
    show_default=True,
    help="How many messages the channel permits.",
)
@click.option("--unit", default="", help="Whose bot it is; for zalo_bot, and only there.")
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in Mode]),
    default=Mode.POLLING.value,
    show_default=True,
    help="How updates of a zalo_bot come.",
)
@click.pass_obj
def _add(runner: Runner, name: str, channel: str, per_second: int, unit: str, mode: str) -> None:
    if bool(unit) != (channel == bots.CHANNEL):
        raise click.UsageError(f"--unit belongs to --channel {bots.CHANNEL}, which needs it")
    if unit:
        zalo.check_mode(Mode(mode), runner.settings.public_url)
    token, now = asked_token(), utc_now()
    if unit:
        click.echo(runner.run(lambda opened: add_bot(opened, name, token, unit, Mode(mode), now)))
        return
    if token == runner.settings.telegram_token.get_secret_value():
        raise click.ClickException(
            "this token stands in TIENGTHO_TELEGRAM_TOKEN: it is used already"
        )
    click.echo(runner.run(lambda opened: add(opened, name, channel, token, per_second, now)))


@accounts.command("list", help="All accounts.")
@click.pass_obj
def _list(runner: Runner) -> None:
    month = utc_now().astimezone(runner.settings.zone).date().replace(day=1)
    click.echo(runner.run(lambda opened: listed(opened, month)))


@accounts.command("disable", help="Send nothing from an account any more.")
@click.argument("name")
@click.pass_obj
def _disable(runner: Runner, name: str) -> None:
    click.echo(runner.run(lambda opened: disable(opened, name, utc_now())))


@accounts.command("enable", help="Send from a disabled account again.")
@click.argument("name")
@click.pass_obj
def _enable(runner: Runner, name: str) -> None:
    click.echo(runner.run(lambda opened: enable(opened, name, utc_now())))


def asked_token() -> str:
    """The token, typed unseen or from a pipe."""
    # Never an argument: those stand in the list of processes and in the shell's history.
    if sys.stdin.isatty():
        return str(click.prompt("Token", hide_input=True)).strip()
    return sys.stdin.readline().strip()


async def _line(tx: Tx, account: Account, month: date) -> str:
    state = "enabled" if account.enabled else "disabled"
    line = f"{account.name}\t{account.channel}\t{state}\t{account.per_second} a second"
    if account.channel == bots.CHANNEL:
        line += f"\t{await zalo.described(tx, account.id, month)}"
    return line
