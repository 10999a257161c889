"""`python -m bot init zalo`: asks, checks the token, keeps the bot, and writes once to say so."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import click

from bot import accounts_cli
from bot.app import utc_now
from bot.channels.zalo_bot.client import Client, Failed
from bot.config import Settings
from bot.zalo import accounts, probing
from bot.zalo.findings import Finding, explained, told_of_hook, unsure, well, wrong
from storage import accounts as stored
from storage import audit, bots, quotas
from storage.audit import Act
from storage.bots import Bot, Mode
from storage.database import Database

GREETING = "Tiếng Thợ: kết nối tốt. Đây là tin nhắn thử."


class Runner(Protocol):
    """What every command gets: the settings, and a way to work with the opened database."""

    @property
    def settings(self) -> Settings:
        """The settings of this start."""

    def run(self, work: Callable[[Database], Awaitable[None]]) -> None:
        """Open the database, do `work` with it, close it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the operator wants to set up."""

    name: str
    unit: str
    mode: Mode
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Prompt:
    """How to speak with the operator; `seconds` is how long a message of theirs is waited for."""

    say: Callable[[str], None] = field(default=click.echo, repr=False)
    confirm: Callable[[str], bool] = field(default=click.confirm, repr=False)
    seconds: float = probing.WAIT_SECONDS

    def tell(self, finding: Finding) -> None:
        """Say what was found."""
        self.say(str(finding))


@click.command("zalo", help="Set up a bot of Zalo for a unit; its token is asked for.")
@click.option("--name", prompt="Name of the account", default="zalo", show_default=True)
@click.option("--unit", prompt="Unit whose bot it is")
@click.option(
    "--mode",
    prompt="How updates come",
    type=click.Choice([mode.value for mode in Mode]),
    default=Mode.POLLING.value,
)
@click.pass_obj
def init_zalo(runner: Runner, name: str, unit: str, mode: str) -> None:
    """`init zalo`."""
    accounts_cli.check_name(name)
    accounts.check_mode(Mode(mode), runner.settings.public_url)
    wanted = Wanted(name, unit, Mode(mode), accounts_cli.asked_token())
    accounts.check_token(wanted.token)
    runner.run(lambda opened: set_up(opened, runner.settings, wanted, Prompt(), utc_now()))


async def set_up(
    database: Database, settings: Settings, wanted: Wanted, prompt: Prompt, now: datetime
) -> None:
    """Set the bot up, saying every step. May be done again, for what went wrong in between, for
    another mode, or with the token that came anew. Raises click.ClickException with a readable
    line.

    No chat is kept and none is shown.
    """
    try:
        async with Client(wanted.token, settings.zalo_api_url) as client:
            me = await client.get_me()
            prompt.tell(well(f"token: good, Zalo calls the bot {me.account_name}."))
            await _set_up(database, settings, wanted, prompt, client, now)
    except Failed as error:
        raise click.ClickException(explained(error)) from None


async def _set_up(
    database: Database,
    settings: Settings,
    wanted: Wanted,
    prompt: Prompt,
    client: Client,
    now: datetime,
) -> None:
    bot = await _known(database, wanted)
    url = (await client.get_webhook_info()).url
    if url and (bot is None or url != accounts.hook_url(settings.public_url, bot)):
        prompt.say("Some other program has set a webhook for this bot.")
        if not prompt.confirm("Take it away? That program hears nothing any more"):
            raise click.ClickException("nothing was changed; give each program its own bot")
    bot = await _kept(database, wanted, bot, now)
    prompt.tell(well(f"account: {bot.name} is the bot of {bot.unit}, by {bot.mode}."))
    if url:
        await client.delete_webhook()
    if await _greet(client, prompt):
        month = now.astimezone(settings.zone).date().replace(day=1)
        async with database.write() as tx:
            await quotas.take(tx, bot.account, month, 1)
    if bot.mode is Mode.WEBHOOK:
        hook_url = accounts.hook_url(settings.public_url, bot)
        prompt.tell(told_of_hook(await client.set_webhook(hook_url, bot.secret)))
    prompt.say("Next: start `run` (again), then: python -m bot doctor zalo")


async def _greet(client: Client, prompt: Prompt) -> bool:
    """Write to whoever writes first, and forget at once who that is; whether it was tried."""
    prompt.say("Now send any message to the bot, from Zalo on your phone …")
    try:
        chat = await probing.chat_of_next(probing.Polled(client), prompt.seconds)
    except Failed as error:
        prompt.tell(wrong(f"message: {explained(error)}."))
        return False
    if not chat:
        prompt.tell(
            unsure("message: none came. Is it the right bot? Does `run` or another program use it?")
        )
        prompt.say("  Go on all the same: `doctor zalo` tries it again.")
        return False
    try:
        await client.send_message(chat, GREETING)
    except Failed as error:
        prompt.tell(wrong(f"message: it came, but the answer did not go: {explained(error)}."))
    else:
        prompt.tell(well("message: it came, and a test message went back. Look at your phone."))
    return True


async def _known(database: Database, wanted: Wanted) -> Bot | None:
    """The bot that was set up under this name before; a token that came anew is of the same bot."""
    async with database.read() as tx:
        bot = await bots.by_name(tx, wanted.name)
        token = await stored.token_of(tx, bot.account) if bot is not None else None
    if bot is None or token is None or _number(token) != _number(wanted.token):
        return None
    if bot.unit != wanted.unit:
        raise click.ClickException(
            f"{bot.name} is the bot of {bot.unit}; give the bot of {wanted.unit} another --name"
        )
    return bot


def _number(token: str) -> str:
    """What stays the same when the platform gives a bot a new token."""
    return token.partition(":")[0]


async def _kept(database: Database, wanted: Wanted, known: Bot | None, now: datetime) -> Bot:
    if known is None:
        return await accounts.add(
            database, wanted.name, wanted.token, wanted.unit, wanted.mode, now
        )
    async with database.write() as tx:
        account = await stored.by_id(tx, known.account)
        if account is not None and await stored.token_of(tx, account.id) != wanted.token:
            await stored.renew(tx, account, wanted.token)
        await bots.set_mode(tx, known.account, wanted.mode)
        if await stored.enable(tx, known.name):
            await audit.write(tx, Act.ACCOUNT_ENABLED, staff=None, minute=now, note=known.name)
        changed = await bots.by_account(tx, known.account)
    if changed is None:
        raise click.ClickException("the bot was taken away meanwhile")
    return changed
