"""Looks at the bot's account from outside and says, one line each, what is well and what to do."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from telegram import (
    Bot,
    ChatMemberAdministrator,
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberRestricted,
    WebhookInfo,
)
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.channels.telegram.account import Connection
from bot.channels.telegram.request import AiohttpRequest, NotSent, TokenRefused
from bot.findings import Finding

MOST_WAITING = 100


Look = Callable[[Bot], Awaitable[Sequence[Finding]]]


async def examine(connection: Connection, looks: Sequence[Look] = ()) -> list[Finding]:
    """The token, the way in which updates come, then whatever else `looks` look at. Changes
    nothing, and raises nothing of the library's.
    """
    request = AiohttpRequest(connections=4)
    await request.initialize()
    try:
        bot = connection.bot(request)
        findings = [await _token(bot)]
        if findings[0].well:
            findings.append(await _updates(bot, connection))
            for look in looks:
                findings.extend(await look(bot))
        return findings
    finally:
        await request.shutdown()


@dataclass(frozen=True, slots=True)
class DeskGroup:
    """A group that is a unit's desk, and how many cards of tips that are gone stand in it:
    `waiting` are tried again, `left` were given up.
    """

    unit: str
    chat: str = field(repr=False)
    topics: bool = False
    waiting: int = 0
    left: int = 0


def look_at(groups: Sequence[DeskGroup]) -> Look:
    """Looks whether the bot may do in each group what a desk needs."""

    async def look(bot: Bot) -> list[Finding]:
        me = (await bot.get_me()).id
        found = []
        for group in groups:
            found += [await _group(bot, me, group), *_cards(group)]
        return found

    return look


def _cards(group: DeskGroup) -> list[Finding]:
    """What of tips that are gone can still be read in a group."""
    found = []
    if group.waiting:
        found.append(
            f"{group.waiting} card(s) of tips that are gone may not be taken away. Make the bot an"
            " administrator who may delete messages; they go within the hour."
        )
    if group.left:
        found.append(
            f"{group.left} card(s) of tips that are gone were out of the bot's reach. Let somebody"
            " delete them by hand, then link the group again with a new code."
        )
    return [Finding(False, f"group of {group.unit}: {line}") for line in found]


async def _group(bot: Bot, me: int, group: DeskGroup) -> Finding:
    name = f"group of {group.unit}"
    try:
        member = await bot.get_chat_member(group.chat, me)
    except (BadRequest, Forbidden):
        return Finding(False, f"{name}: the bot is not in it. Add it again, then link the group.")
    except TelegramError as error:
        return Finding(False, f"{name}: cannot be asked ({type(error).__name__}); try later.")
    if isinstance(member, ChatMemberLeft | ChatMemberBanned):
        return Finding(False, f"{name}: the bot is not in it. Add it again, then link the group.")
    if isinstance(member, ChatMemberRestricted) and not member.can_send_messages:
        return Finding(False, f"{name}: the bot may not write. Let members send messages.")
    may_open = isinstance(member, ChatMemberAdministrator) and member.can_manage_topics
    if group.topics and not may_open:
        return Finding(
            False, f"{name}: no topics. Make the bot an administrator who manages topics."
        )
    if not (isinstance(member, ChatMemberAdministrator) and member.can_delete_messages):
        return Finding(
            True,
            f"{name}: good; but after 48 hours the bot can only empty a card whose tip is gone. Let"
            " it delete messages.",
        )
    return Finding(True, f"{name}: good.")


async def _token(bot: Bot) -> Finding:
    try:
        me = await bot.get_me()
    except TokenRefused:
        return Finding(
            False,
            "token: refused. Ask @BotFather for the token and set TIENGTHO_TELEGRAM_TOKEN.",
        )
    except NotSent:
        return Finding(
            False,
            "connection: the Bot API cannot be reached. Look at the network and at"
            " TIENGTHO_TELEGRAM_API_URL.",
        )
    except TelegramError as error:
        return Finding(False, f"connection: the Bot API fails ({type(error).__name__}); try later.")
    return Finding(True, f"token: good, the bot is @{me.username}.")


async def _updates(bot: Bot, connection: Connection) -> Finding:
    try:
        info = await bot.get_webhook_info()
    except TelegramError as error:
        return Finding(False, f"updates: cannot be asked for ({type(error).__name__}); try later.")
    return _polled(info) if not connection.hook_url else _brought(info, connection.hook_url)


def _polled(info: WebhookInfo) -> Finding:
    waiting = f"{info.pending_update_count} waiting"
    if info.url:
        return Finding(
            False,
            "updates: a webhook is set, so polling gets nothing. `run` takes it away at its start;"
            " if it comes back, another program uses this token: give it its own bot.",
        )
    if info.pending_update_count > MOST_WAITING:
        return Finding(False, f"updates: {waiting}. Is `run` running? Nobody takes them.")
    return Finding(True, f"updates: by polling, {waiting}.")


def _brought(info: WebhookInfo, wanted: str) -> Finding:
    waiting = f"{info.pending_update_count} waiting"
    if info.url != wanted:
        what = "another webhook is set" if info.url else "no webhook is set"
        return Finding(False, f"updates: {what}. Start `run`: it sets ours.")
    if info.last_error_message and info.pending_update_count:
        return Finding(
            False,
            f"updates: {waiting}, and Telegram says: {info.last_error_message}. Look at"
            " TIENGTHO_PUBLIC_URL, the certificate and the proxy.",
        )
    return Finding(True, f"updates: by webhook, {waiting}.")
