"""The list of checks with a real bot, the calls that need nobody: who it is, how updates come."""

import asyncio
import unicodedata
from functools import partial

from bot.channels.zalo_bot.client import (
    MOST_UNITS,
    Client,
    Failed,
    NotFound,
    Refused,
    Unauthorized,
    units_of,
)
from bot.zalo.findings import Finding, Mark, explained, told_of_hook, unsure, well, wrong
from bot.zalo.visit import Visit
from storage.bots import Mode
from storage.chance import random_bytes

_IDLE_SLACK_SECONDS = 1.0
_LONGEST = (
    # What is sent, and whether it fits when UTF-16 units are counted.
    ("2000 letters", "x" * MOST_UNITS, True),
    ("2001 letters", "x" * (MOST_UNITS + 1), False),
    ("1000 emoji", "👋" * (MOST_UNITS // 2), True),
    ("1001 emoji", "👋" * (MOST_UNITS // 2 + 1), False),
    ("2000 decomposed letters", unicodedata.normalize("NFD", "ế") * 666 + "xx", True),
)


async def identity(visit: Visit) -> Finding:
    """1: the token."""
    try:
        me = await visit.client.get_me()
    except Failed as error:
        return wrong(f"1 getMe: {explained(error)}.")
    return well(f"1 getMe: good, Zalo calls the bot {me.account_name}.")


async def broken_token(visit: Visit) -> Finding:
    """2: what a token gets that nobody has."""
    digits, _, secret = visit.token.partition(":")
    async with Client(f"{digits}:{'x' * len(secret)}", visit.place.api_url) as stranger:
        try:
            await stranger.get_me()
        except (Unauthorized, NotFound) as error:
            return well(f"2 a broken token: refused ({error.code}).")
        except Failed as error:
            return unsure(f"2 a broken token: {type(error).__name__} {error.code}.")
    return unsure("2 a broken token: taken as well; is this a server of your own?")


async def webhook(visit: Visit) -> Finding:
    """3: where updates are brought."""
    try:
        visit.hook = (await visit.client.get_webhook_info()).url
    except Failed as error:
        return wrong(f"3 getWebhookInfo: {explained(error)}.")
    again = f"python -m bot init zalo --name {visit.bot.name}"
    finding = _hook_of(visit, again)
    if finding.mark is Mark.WRONG:
        # Nothing would come, and the operator would wait for it.
        visit.source, visit.closed = None, "first mend what 3 says"
    return finding


async def idle(visit: Visit) -> Finding:
    """4: an empty poll waits as long as it was asked to."""
    name = f"4 getUpdates of {visit.patience.idle} s"
    if visit.bot.mode is Mode.WEBHOOK:
        return unsure(f"{name}: updates come by webhook; see 14.")
    if visit.source is None:
        return visit.skipped(name)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    try:
        found = await visit.client.get_updates(visit.patience.idle)
    except Failed as error:
        return wrong(f"{name}: {explained(error)}.")
    took = loop.time() - begun
    if found:
        return unsure(f"{name}: a message came in between; whoever wrote it has to write again.")
    if took < visit.patience.idle - _IDLE_SLACK_SECONDS:
        return wrong(
            f"{name}: back after {took:.1f} s already. Another program polls with this token."
        )
    return well(f"{name}: nothing came, after {took:.1f} s.")


async def lengths(visit: Visit) -> Finding:
    """9: how long a text may be, in the platform's own counting."""
    name = "9 sendMessage of 2000 and 2001"
    if not visit.chat:
        return visit.skipped(name, is_open=visit.source is not None)
    too_strict, too_mild = list[str](), list[str]()
    for what, text, fits in _LONGEST:
        # Past our own limit, so around the client's check of it.
        send = partial(visit.client.call, "sendMessage", {"chat_id": visit.chat, "text": text})
        failed = await visit.tried(send)
        if failed is not None and not isinstance(failed, Refused):
            return wrong(f"{name}: {explained(failed)}.")
        if fits is not (failed is None):
            (too_strict if fits else too_mild).append(f"{what} ({units_of(text)} units)")
    if too_strict:
        return wrong(f"{name}: refused are {', '.join(too_strict)}: our texts are too long.")
    if too_mild:
        return unsure(f"{name}: taken are {', '.join(too_mild)} too: we are the stricter ones.")
    return well(f"{name}: counted in UTF-16 units, as we do.")


async def stranger(visit: Visit) -> Finding:
    """10: a chat that nobody has."""
    name = "10 sendMessage to nobody"
    chat = random_bytes(10).hex()
    failed = await visit.tried(lambda: visit.client.send_message(chat, "Tiếng Thợ"))
    match failed:
        case None:
            return unsure(f"{name}: taken, though nobody is there.")
        case Refused():
            return well(f"{name}: refused ({failed.code}).")
        case _:
            return unsure(f"{name}: {type(failed).__name__} {failed.code}.")


async def set_again(visit: Visit) -> Finding:
    """12: the platform's own try of our webhook."""
    name = "12 setWebhook"
    if visit.bot.mode is Mode.POLLING:
        return unsure(f"{name}: updates are polled.")
    if not visit.place.hook_url or (visit.hook and not visit.has_hook):
        return unsure(f"{name}: left as it is; see 3.")
    try:
        hook = await visit.client.set_webhook(visit.place.hook_url, visit.bot.secret)
    except Failed as error:
        return wrong(f"{name}: {explained(error)}.")
    visit.hook = hook.url
    told = told_of_hook(hook)
    refused = visit.door is not None and visit.door.unsigned and hook.verified is False
    line = (
        f"{told.line} Its own try carries no secret: look whether 12b is good." if refused else ""
    )
    return Finding(told.mark, f"{name}: {line or told.line}")


async def both_ways(visit: Visit) -> Finding:
    """14: polling while a webhook is set."""
    name = "14 getUpdates beside a webhook"
    if visit.bot.mode is Mode.POLLING or not visit.has_hook:
        return unsure(f"{name}: no webhook of ours is set.")
    try:
        found = await visit.client.get_updates(visit.patience.idle)
    except Failed as error:
        return well(f"{name}: refused ({type(error).__name__} {error.code}).")
    if found:
        return unsure(f"{name}: it takes messages away from the webhook.")
    return well(f"{name}: nothing comes.")


def age(_: Visit) -> Finding:
    """15: how long the address of a picture lives."""
    return unsure(
        "15 a picture's address after hours: not looked at, pictures are fetched at once."
    )


def _hook_of(visit: Visit, again: str) -> Finding:
    if visit.bot.mode is Mode.POLLING:
        if visit.hook:
            return wrong(
                f"3 getWebhookInfo: a webhook is set, so polling gets nothing. Do {again} again."
            )
        return well("3 getWebhookInfo: no webhook, as polling needs it.")
    if not visit.place.hook_url:
        return wrong("3 getWebhookInfo: a webhook needs TIENGTHO_PUBLIC_URL.")
    if not visit.has_hook:
        what = "another webhook" if visit.hook else "no webhook"
        return wrong(f"3 getWebhookInfo: {what} is set. Do {again} again.")
    return well("3 getWebhookInfo: our webhook is set.")
