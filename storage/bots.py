"""Bots of a platform that gives each only a few users: one unit's alone, and how updates come."""

import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, insert, select, update

from storage import accounts as stored
from storage.chance import new_token
from storage.database import Tx
from storage.keys import Keys, Purpose
from storage.tables import accounts, bots

CHANNEL = "zalo_bot"
PER_SECOND = 5
"""What we send at most in a second: Zalo names no limit, and this one is met with room to spare."""


class Mode(StrEnum):
    """How updates come: we ask for them, or they are brought to our pages."""

    POLLING = "polling"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Bot:
    """The bot of `unit`. `path` is the part of its webhook's address that nobody can guess, and
    `secret` is what the platform proves itself with there.
    """

    account: int
    name: str
    unit: str
    enabled: bool
    mode: Mode
    path: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NameTaken:
    """Another account is called so."""


@dataclass(frozen=True, slots=True)
class UnitTaken:
    """The unit has a bot, called `name`."""

    name: str


@dataclass(frozen=True, slots=True)
class TokenKnown:
    """The account `name` has this token."""

    name: str


async def add(
    tx: Tx, name: str, token: str, unit: str, mode: Mode
) -> Bot | NameTaken | UnitTaken | TokenKnown:
    """A bot for a unit that has none, with an account of its own, ready for use."""
    await stored.one_at_a_time(tx)
    # Two accounts with one token would take each other's messages.
    for known in await stored.every(tx):
        if await stored.token_of(tx, known.id) == token:
            return TokenKnown(known.name)
    other = await of_unit(tx, unit)
    if other is not None:
        return UnitTaken(other.name)
    account = await stored.add(tx, name, CHANNEL, token, per_second=PER_SECOND)
    if account is None:
        return NameTaken()
    bot = Bot(account.id, name, unit, account.enabled, mode, new_token(), new_token())
    values = {"account": bot.account, "unit": unit, "body": _sealed(tx, bot)}
    await tx.run(insert(bots).values(**values))
    return bot


async def every(tx: Tx) -> tuple[Bot, ...]:
    """All bots, the oldest first, those that were disabled too. Raises Unopenable."""
    return tuple(_opened(tx, row) for row in await tx.rows(_SELECTED.order_by(bots.c.account)))


async def by_name(tx: Tx, name: str) -> Bot | None:
    """The bot whose account is called so."""
    return await _one(tx, _SELECTED.where(accounts.c.name == name))


async def by_account(tx: Tx, account: int) -> Bot | None:
    """The bot of this account."""
    return await _one(tx, _SELECTED.where(bots.c.account == account))


async def of_unit(tx: Tx, unit: str) -> Bot | None:
    """The bot of this unit."""
    return await _one(tx, _SELECTED.where(bots.c.unit == unit))


async def set_mode(tx: Tx, account: int, mode: Mode) -> bool:
    """Keep how updates come from now on; False when there is no such bot, or it was so."""
    known = await by_account(tx, account)
    if known is None or known.mode is mode:
        return False
    body = _sealed(tx, replace(known, mode=mode))
    return await tx.run(update(bots).where(bots.c.account == account).values(body=body)) > 0


async def move_unit(tx: Tx, account: int, unit: str) -> bool | UnitTaken:
    """Give the bot to another unit that has none; False when there is no such bot."""
    await stored.one_at_a_time(tx)
    other = await of_unit(tx, unit)
    if other is not None and other.account != account:
        return UnitTaken(other.name)
    return await tx.run(update(bots).where(bots.c.account == account).values(unit=unit)) > 0


def renewed(keys: Keys, row: Row[Any]) -> dict[str, bytes]:
    """What a row holds under the current keys, for a rotation. Raises Unopenable."""
    return {"body": keys.reseal(Purpose.ACCOUNTS, row.body, _about(row.account))}


_SELECTED = select(
    bots.c.account, bots.c.unit, bots.c.body, accounts.c.name, accounts.c.enabled
).join_from(bots, accounts, bots.c.account == accounts.c.id)


async def _one(tx: Tx, asked: Select[Any]) -> Bot | None:
    row = await tx.row(asked)
    return _opened(tx, row) if row is not None else None


def _opened(tx: Tx, row: Row[Any]) -> Bot:
    told = json.loads(tx.keys.open_sealed(Purpose.ACCOUNTS, row.body, _about(row.account)))
    return Bot(
        account=row.account,
        name=row.name,
        unit=row.unit,
        enabled=row.enabled,
        mode=Mode(told["mode"]),
        path=told["path"],
        secret=told["secret"],
    )


def _sealed(tx: Tx, bot: Bot) -> bytes:
    plain = json.dumps({"mode": bot.mode, "path": bot.path, "secret": bot.secret}).encode()
    return tx.keys.seal(Purpose.ACCOUNTS, plain, _about(bot.account))


def _about(account: int) -> bytes:
    return b"bot" + account.to_bytes(4)
