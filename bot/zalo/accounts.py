"""A unit's bot as the operator adds it and sees it in the list of accounts."""

import re
from datetime import date, datetime

import click

from bot.plan import BASIC, Plan
from storage import audit, bots, quotas, subscribers, units
from storage.audit import Act
from storage.bots import Bot, Mode, NameTaken, TokenKnown, UnitTaken
from storage.database import Database, Tx

HOOK_PATH = "/hooks/zalo_bot/"
TOKEN = re.compile(r"\d{4,24}:[A-Za-z0-9_.~-]{6,200}")
"""Digits, a colon and a secret, as Zalo Bot Creator sends it."""


async def add(
    database: Database, name: str, token: str, unit: str, mode: Mode, now: datetime
) -> Bot:
    """Add a unit's bot under a name that was checked. Raises click.ClickException with a readable
    line, which never holds the token.
    """
    check_token(token)
    async with database.write() as tx:
        tree = await units.tree(tx)
        if tree is None or tree.get(unit) is None:
            raise click.ClickException(
                f"there is no unit {unit}; ids of units are the first column of your table of units"
            )
        match await bots.add(tx, name, token, unit, mode):
            case NameTaken():
                raise click.ClickException(
                    f"the name {name} is taken by another account; choose another"
                )
            case UnitTaken(other):
                raise click.ClickException(
                    f"{unit} has a bot already: {other}; for a new token: init zalo --name {other}"
                )
            case TokenKnown(other):
                raise click.ClickException(f"{other} has this token already")
            case Bot() as bot:
                await audit.write(
                    tx, Act.ACCOUNT_ADDED, staff=None, unit=unit, minute=now, note=name
                )
    return bot


def check_token(token: str) -> None:
    """Raises click.ClickException for what is no token at all."""
    if TOKEN.fullmatch(token) is None:
        raise click.ClickException("this is no token as Zalo Bot Creator sends it: digits:secret")


def check_mode(mode: Mode, public_url: str) -> None:
    """Raises click.ClickException for a webhook that nobody could reach."""
    if mode is Mode.WEBHOOK and not public_url:
        raise click.ClickException("a webhook needs TIENGTHO_PUBLIC_URL, which Zalo must reach")


def hook_url(public_url: str, bot: Bot) -> str:
    """Where the platform brings the updates of a bot, if they are brought; it holds a secret."""
    return f"{public_url}{HOOK_PATH}{bot.path}"


def added(bot: Bot) -> str:
    """What to tell of a bot that was just added."""
    return f"Added {bot.name} ({bots.CHANNEL}, the bot of {bot.unit}, by {bot.mode})."


async def described(tx: Tx, account: int, month: date, plan: Plan = BASIC) -> str:
    """What the list says of a bot beside its account: unit, mode, subscribers, its month."""
    bot = await bots.by_account(tx, account)
    if bot is None:
        return "no unit"
    readers, used = await readers_and_used(tx, account, month)
    crowd = f"{readers} of {plan.most_subscribers} subscribers"
    if readers >= plan.warn_subscribers:
        crowd += " !"
    sent = f"{used} of {plan.monthly_messages} messages this month ({plan.percent(used)} %)"
    if level := plan.level(used):
        sent += f" ! {level} %"
    return "\t".join((f"unit {bot.unit}", bot.mode, crowd, sent))


async def readers_and_used(tx: Tx, account: int, month: date) -> tuple[int, int]:
    """How many subscribe over a bot, and how many messages of the month are counted."""
    readers = await subscribers.of_account(tx, account)
    return readers, await quotas.used(tx, account, month)
