"""`python -m bot doctor zalo [NAME]`: walks through the checks with each bot, one line for each."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import click

from bot.app import utc_now
from bot.channels.zalo_bot.client import Client
from bot.channels.zalo_bot.quota import Quota
from bot.config import Settings
from bot.locks import Taken, only_one
from bot.plan import BASIC
from bot.zalo import accounts, asking, checks
from bot.zalo.door import open_door
from bot.zalo.findings import Finding, unsure, well, wrong
from bot.zalo.probing import Polled
from bot.zalo.visit import Nobody, Operator, Patience, Place, Visit
from storage import accounts as stored
from storage import bots
from storage.bots import Bot, Mode
from storage.database import Database


class Runner(Protocol):
    """What every command gets: the settings, and a way to work with the opened database."""

    @property
    def settings(self) -> Settings:
        """The settings of this start."""

    def run(self, work: Callable[[Database], Awaitable[bool]]) -> bool:
        """Open the database, do `work` with it, close it."""


class Terminal:
    """The operator at the prompt; whatever is served goes on while they think."""

    is_there = True

    async def ask(self, question: str) -> bool | None:
        """Yes, no, or None for Enter alone and for the end of the input."""
        answer = await asyncio.get_running_loop().run_in_executor(None, _read, question)
        return {"y": True, "c": True, "n": False, "k": False}.get(answer[:1].lower())


@dataclass(frozen=True, slots=True)
class Round:
    """How the doctor goes about: whom it asks, to whom it tells, how long it waits."""

    operator: Operator
    tell: Callable[[Finding], None] = field(repr=False)
    clock: Callable[[], datetime] = field(default=utc_now, repr=False)
    patience: Patience = field(default_factory=Patience)


@click.command("zalo", help="Check each bot of Zalo, or the one called NAME.")
@click.argument("name", default="")
@click.option("--yes", is_flag=True, help="Ask nothing: only the checks that need nobody.")
@click.pass_obj
def doctor_zalo(runner: Runner, name: str, *, yes: bool) -> None:
    """`doctor zalo`; exit code 1 where something has to be done."""
    operator: Operator = Nobody() if yes or not sys.stdin.isatty() else Terminal()
    how = Round(operator, lambda finding: click.echo(str(finding)))
    if not runner.run(lambda opened: examine(opened, runner.settings, name, how)):
        sys.exit(1)


async def examine(database: Database, settings: Settings, name: str, how: Round) -> bool:
    """Check the bot called `name`, or all; whether nothing has to be done. Raises
    click.ClickException where there is no such bot.
    """
    async with database.read() as tx:
        every = await bots.every(tx)
        tokens = {each.account: await stored.token_of(tx, each.account) or "" for each in every}
    meant = [each for each in every if name in ("", each.name)]
    if name and not meant:
        raise click.ClickException(f"there is no bot {name}")
    if not meant:
        how.tell(wrong("no bot of Zalo is set up: python -m bot init zalo"))
        return False
    is_well = True
    for bot in meant:
        if len(meant) > 1:
            how.tell(well(f"{bot.name}, the bot of {bot.unit}:"))
        is_well &= await _examined(database, settings, bot, tokens[bot.account], how)
    return is_well


async def _examined(
    database: Database, settings: Settings, bot: Bot, token: str, how: Round
) -> bool:
    async with _visit(database, settings, bot, token, how) as visit:
        if not bot.enabled:
            visit.found(unsure(f"account: disabled; `accounts enable {bot.name}` lets it send."))
        visit.found(await checks.identity(visit))
        if not visit.is_well:
            return False
        visit.found(await checks.broken_token(visit))
        visit.found(await checks.webhook(visit))
        await _look_closer(visit)
        # What is left of its block would be told as used.
        await visit.quota.close()
        for finding in await _month(database, settings, bot, how):
            visit.found(finding)
        return visit.is_well


async def _look_closer(visit: Visit) -> None:
    """The checks 4 to 15 and the picture, in their order."""
    visit.found(await checks.idle(visit))
    visit.found(await asking.text(visit))
    visit.found(await asking.photo(visit, words=False))
    visit.found(await asking.photo(visit, words=True))
    visit.found(await asking.voice(visit))
    visit.found(await asking.others(visit))
    visit.found(await checks.lengths(visit))
    visit.found(await checks.stranger(visit))
    visit.found(await asking.blocked(visit))
    visit.found(await checks.set_again(visit))
    visit.found(await asking.again(visit, late=False))
    visit.found(await asking.again(visit, late=True))
    visit.found(await checks.both_ways(visit))
    visit.found(checks.age(visit))
    visit.found(await asking.picture(visit))


@asynccontextmanager
async def _visit(
    database: Database, settings: Settings, bot: Bot, token: str, how: Round
) -> AsyncIterator[Visit]:
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(Client(token, settings.zalo_api_url))
        quota = Quota(database, bot.account, how.clock, settings.zone)
        stack.push_async_callback(quota.close)
        place = Place(
            settings.zalo_api_url,
            settings.public_url,
            accounts.hook_url(settings.public_url, bot) if settings.public_url else "",
            settings.zalo_hosts,
        )
        visit = Visit(
            bot, token, client, place, how.operator, quota, how.tell, patience=how.patience
        )
        closed = await _why_closed(settings, bot, how.operator, stack)
        if closed:
            visit.closed = closed
        else:
            if settings.public_url:
                visit.door = await stack.enter_async_context(
                    open_door(settings.web_host, settings.web_port, bot, how.clock)
                )
            visit.source = Polled(client) if bot.mode is Mode.POLLING else visit.door
            visit.closed = "the port of the pages is taken; stop `run` to look closer"
        yield visit


async def _why_closed(
    settings: Settings, bot: Bot, operator: Operator, stack: AsyncExitStack
) -> str:
    """Why updates may not be taken here; "" where they may, for as long as `stack` is open.

    Whatever the doctor takes `run` does not get, and a worker would wait for an answer in vain.
    """
    if not operator.is_there:
        return "it needs somebody at the terminal"
    try:
        stack.enter_context(only_one(settings.database_url.get_secret_value()))
    except Taken:
        return "`run` is at work; stop it for a moment to look closer"
    agreed = await operator.ask(
        f"While we look, whoever writes to {bot.name} gets no answer, and `run` must be stopped."
        " Look at what the bot is sent?"
    )
    return "" if agreed else "left out"


async def _month(database: Database, settings: Settings, bot: Bot, how: Round) -> list[Finding]:
    month = how.clock().astimezone(settings.zone).date().replace(day=1)
    async with database.read() as tx:
        readers, used = await accounts.readers_and_used(tx, bot.account, month)
    level, most = BASIC.level(used), BASIC.monthly_messages
    line = f"month: {used} of {most} messages used ({BASIC.percent(used)} %)"
    if level >= max(BASIC.levels):
        spent = wrong(f"{line}. Soon nobody gets an answer; another unit needs a bot of its own.")
    else:
        spent = unsure(f"{line}, above {level} %.") if level else well(f"{line}.")
    crowd = f"subscribers: {readers} of {BASIC.most_subscribers}"
    if readers >= BASIC.most_subscribers:
        return [spent, wrong(f"{crowd}. Nobody more can subscribe over this bot.")]
    near = readers >= BASIC.warn_subscribers
    return [spent, unsure(f"{crowd}, soon full.") if near else well(f"{crowd}.")]


def _read(question: str) -> str:
    try:
        return input(f"{question} [y; Enter leaves it out] ").strip()
    except EOFError:
        return ""
