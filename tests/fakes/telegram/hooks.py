"""Webhooks: setting them, and posting updates in order per chat until they are taken."""

import asyncio
import contextlib
import ipaddress
import json
import random
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.fakes.telegram.call import Call
from tests.fakes.telegram.inbox import Update
from tests.fakes.telegram.refusals import bad
from tests.fakes.telegram.world import Bot, Hook, Json, World

MOST_RETRY_AFTER_SECONDS = 3600
LONGEST_DELAY_SECONDS = 60
GONE_SECONDS = 23 * 3600
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_TICK_SECONDS = 0.01


def set_hook(call: Call, *, https_only: bool) -> bool:
    """`setWebhook`; an empty address takes it away. Raises Refusal for a bad address or secret."""
    url, secret = call.text("url"), call.text("secret_token")
    address = urlsplit(url)
    if url and (address.scheme not in ("http", "https") or not address.hostname):
        raise bad("invalid webhook URL specified")
    if url and https_only and address.scheme != "https":
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if secret and not _SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    if call.flag("drop_pending_updates"):
        call.bot.inbox.drop()
    call.bot.inbox.allow(call.json("allowed_updates"))
    most = min(max(call.integer("max_connections", 40), 1), 100)
    call.bot.hook = Hook(url, secret, most) if url else Hook()
    for update in call.bot.inbox.waiting.values():
        update.ready_at, update.delay, update.failures = 0.0, 1.0, 0
    return True


def delete_hook(call: Call) -> bool:
    """`deleteWebhook`."""
    if call.flag("drop_pending_updates"):
        call.bot.inbox.drop()
    call.bot.hook = Hook()
    return True


def hook_info(call: Call) -> Json:
    """`getWebhookInfo`."""
    hook, inbox = call.bot.hook, call.bot.inbox
    inbox.expire(call.world.clock())
    shape: Json = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(inbox.waiting),
    }
    if not hook.url:
        return shape
    shape |= {"max_connections": hook.max_connections, "allowed_updates": sorted(inbox.allowed)}
    with contextlib.suppress(ValueError):
        shape["ip_address"] = str(ipaddress.ip_address(urlsplit(hook.url).hostname or ""))
    if hook.last_error_date is not None:
        shape["last_error_date"] = hook.last_error_date
        shape["last_error_message"] = hook.last_error_message
    return shape


class Postman:
    """Posts the updates of one bot to its webhook.

    The next update of a chat goes out only when the one before was taken (2xx); other chats do not
    wait. What is not taken is repeated at once, then after 2, 4, 8 … up to 60 to 120 seconds, or
    when `Retry-After` says, until it expires. Delays run by the fake's clock.
    """

    def __init__(
        self,
        world: World,
        bot: Bot,
        answer: Callable[[Bot, str, Json], Awaitable[Any]],
        timeout_seconds: float,
    ) -> None:
        self._world = world
        self._bot = bot
        self._answer = answer
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._busy: set[int] = set()

    async def run(self) -> None:
        """Post until cancelled."""
        connector = aiohttp.TCPConnector(limit=0)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=self._timeout) as session,
            asyncio.TaskGroup() as group,
        ):
            while True:
                for update in self._ready():
                    self._busy.add(update.key)
                    group.create_task(self._deliver(session, update))
                await self._pause()

    async def _pause(self) -> None:
        arrived = self._bot.inbox.arrived
        arrived.clear()
        is_delayed = self._bot.hook.url and self._bot.inbox.waiting
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_TICK_SECONDS if is_delayed else None):
                await arrived.wait()

    def _ready(self) -> list[Update]:
        """The first update of each chat that may go out now, as connections allow."""
        if not self._bot.hook.url:
            return []
        now = self._world.clock()
        self._bot.inbox.expire(now)
        room = self._bot.hook.max_connections - len(self._busy)
        ready: list[Update] = []
        seen = set(self._busy)
        for update in self._bot.inbox.waiting.values():
            if len(ready) >= room:
                break
            if update.key in seen:
                continue
            seen.add(update.key)
            if update.ready_at <= now:
                ready.append(update)
        return ready

    async def _deliver(self, session: aiohttp.ClientSession, update: Update) -> None:
        hook, retry_after = self._bot.hook, 0
        try:
            error, retry_after = await self._post(session, hook, update)
        except TimeoutError:
            error = "Read timeout expired"
        except aiohttp.ClientConnectorError:
            error = "Connection refused"
        except (aiohttp.ClientError, OSError):
            error = "Webhook connection closed"
        finally:
            self._busy.discard(update.key)
            self._bot.inbox.arrived.set()
        if error is None:
            self._bot.inbox.waiting.pop(update.id, None)
            return
        hook.last_error_message = error
        hook.last_error_date = int(self._world.clock())
        self._put_off(update, retry_after)

    async def _post(
        self, session: aiohttp.ClientSession, hook: Hook, update: Update
    ) -> tuple[str | None, int]:
        """What went wrong (None: nothing), and the `Retry-After` that came with it."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        async with session.post(
            hook.url, json=update.body, headers=headers, allow_redirects=False
        ) as response:
            if 200 <= response.status <= 299:
                hook.gone_since = None
                await self._obey(await response.read())
                return None, 0
            self._note_gone(hook, response.status)
            wait = response.headers.get("Retry-After", "")
            reason = f"Wrong response from the webhook: {response.status} {response.reason}"
            return reason, int(wait) if wait.isdecimal() else 0

    async def _obey(self, body: bytes) -> None:
        """Run the call that a webhook may put into its answer; the result goes nowhere."""
        with contextlib.suppress(ValueError):
            asked = json.loads(body)
            method = str(asked.pop("method", "")).lower() if isinstance(asked, dict) else ""
            closed = ("setwebhook", "deletewebhook", "close", "logout")
            if method and method not in closed and not method.startswith("get"):
                await self._answer(self._bot, method, asked)

    def _note_gone(self, hook: Hook, status: int) -> None:
        """A webhook that says 410 for 23 hours is taken away."""
        now = self._world.clock()
        if status != 410:
            hook.gone_since = None
        elif hook.gone_since is None:
            hook.gone_since = now
        elif now > hook.gone_since + GONE_SECONDS:
            self._bot.hook = Hook()

    def _put_off(self, update: Update, retry_after: int) -> None:
        wait = float(min(retry_after, MOST_RETRY_AFTER_SECONDS))
        if not wait and update.failures:
            most = random.uniform(LONGEST_DELAY_SECONDS, 2 * LONGEST_DELAY_SECONDS)
            update.delay = wait = min(most, update.delay * 2)
        update.ready_at = self._world.clock() + wait
        update.failures += 1
        if update.ready_at > update.expires_at:
            self._bot.inbox.waiting.pop(update.id, None)
