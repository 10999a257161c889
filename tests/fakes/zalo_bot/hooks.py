"""Webhooks: setting them, looking whether they answer, and posting events until they are taken."""

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.fakes.zalo_bot.call import Call
from tests.fakes.zalo_bot.habits import Delivery, Order, Secret
from tests.fakes.zalo_bot.inbox import Event, message_of
from tests.fakes.zalo_bot.pictures import is_local
from tests.fakes.zalo_bot.probes import probe
from tests.fakes.zalo_bot.refusals import Refusal, bad, not_found
from tests.fakes.zalo_bot.world import Bot, Hook, Json, World

SECRET_HEADER = "X-Bot-Api-Secret-Token"
SECRET_CHARACTERS = range(8, 257)
_TICK_SECONDS = 0.005


async def set_hook(call: Call) -> Json:
    """`setWebhook`. What is well formed is kept, whether the address answers or not."""
    url, secret = call.required("url"), call.required("secret_token")
    _require_address(url, local_allowed=call.world.habits.local_allowed)
    if len(secret) not in SECRET_CHARACTERS:
        raise bad("The secret_token must be between 8 and 256 characters")
    call.bot.hook = Hook(url, secret, call.world.now_ms())
    call.bot.inbox.arrived.set()
    verification = await probe(call, url, secret)
    result: Json = {"url": url, "updated_at": call.bot.hook.updated_at}
    if call.world.habits.verifies:
        result["verification"] = verification
    return {"result": result}


async def delete_hook(call: Call) -> Json:
    """`deleteWebhook`, as often as one likes. A bot that never had one still has none after."""
    hook, now = call.bot.hook, call.world.now_ms()
    call.bot.hook = Hook(updated_at=None if hook.updated_at is None else now)
    call.bot.inbox.arrived.set()
    return {"result": {"url": "", "updated_at": now}}


async def hook_info(call: Call) -> Json:
    """`getWebhookInfo`. Raises Refusal (404) until a webhook was ever set."""
    hook = call.bot.hook
    if hook.updated_at is None:
        raise not_found()
    return {"result": {"url": hook.url, "updated_at": hook.updated_at}}


async def try_hook(call: Call) -> Json:
    """`testWebhook`, so many times a day (UTC). Raises Refusal: 404, or 426 spelled otherwise."""
    if not call.bot.hook.url:
        raise not_found()
    today = str(int(call.world.clock() // 86_400))
    if call.bot.tests.count(today) >= call.world.habits.tests_per_day:
        raise Refusal(426, "Daily limit reached", name="errorCode")
    call.bot.tests.append(today)
    return {"result": await probe(call, call.bot.hook.url, call.bot.hook.secret)}


def _require_address(url: str, *, local_allowed: bool) -> None:
    try:
        address = urlsplit(url)
        host = address.hostname or ""
    except ValueError:
        raise bad("The url is invalid") from None
    here = is_local(host)
    if not host or (here and not local_allowed):
        raise bad("The url is invalid")
    if address.scheme != "https" and not (here and address.scheme == "http"):
        raise bad("The url must start with https://")


@dataclass(slots=True, eq=False)
class Post:
    """One posting of an event: its status (0: no answer, and why), when by the fake's clock."""

    body: Any = field(repr=False)
    chat: str = field(repr=False)
    at: float
    status: int = 0
    error: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the webhook answered 2xx in time."""
        return 200 <= self.status <= 299


class Postman:
    """Posts the events of one bot to its webhook, as `habits.delivery` says.

    `posts` are all that went out, `lost` the events that nobody took in the end.
    """

    def __init__(self, world: World, bot: Bot, outside: aiohttp.ClientSession) -> None:
        self._world = world
        self._bot = bot
        self._outside = outside
        self.posts: list[Post] = []
        self.lost: list[Any] = []

    async def run(self) -> None:
        """Post until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                for event in self._ready():
                    event.is_under_way = True
                    group.create_task(self._deliver(event))
                await self._pause()

    async def _pause(self) -> None:
        inbox = self._bot.inbox
        inbox.arrived.clear()
        is_delayed = self._bot.hook.url and any(not one.is_under_way for one in inbox.waiting)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_TICK_SECONDS if is_delayed else None):
                await inbox.arrived.wait()

    def _ready(self) -> list[Event]:
        """What may go out now."""
        if not self._bot.hook.url:
            return []
        delivery, now = self._world.habits.delivery, time.monotonic()
        waiting = list(self._bot.inbox.waiting)
        if delivery.order is not Order.AT_ONCE:
            waiting = _first_of_each_chat(waiting, is_reversed=delivery.order is Order.REVERSED)
        return [
            event
            for event in waiting
            if not event.is_under_way
            and max(event.ready_at, event.put_at + delivery.delay_seconds) <= now
        ]

    async def _deliver(self, event: Event) -> None:
        delivery, taken = self._world.habits.delivery, 0
        while taken < delivery.copies and await self._post(event, delivery):
            taken += 1
        event.is_under_way = False
        event.failures += taken < delivery.copies
        if taken == delivery.copies or event.failures >= delivery.tries:
            self._bot.inbox.waiting.remove(event)
            if taken == 0:
                self.lost.append(event.body)
        else:
            waits = delivery.waits_seconds or (0.0,)
            wait = waits[min(event.failures, len(waits)) - 1]
            event.ready_at = time.monotonic() + wait
        self._bot.inbox.arrived.set()

    async def _post(self, event: Event, delivery: Delivery) -> bool:
        """Post once; whether it was taken."""
        hook, post = self._bot.hook, Post(event.body, event.key, self._world.clock())
        self.posts.append(post)
        headers = {"Content-Type": "application/json"} | _secret(hook, delivery)
        try:
            async with self._outside.post(
                hook.url,
                data=_written(event.body, delivery),
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=delivery.timeout_seconds),
            ) as response:
                await response.read()
                post.status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            post.error = type(error).__name__
        return post.is_taken


def _first_of_each_chat(waiting: list[Event], *, is_reversed: bool) -> list[Event]:
    first: dict[str, Event] = {}
    busy = {event.key for event in waiting if event.is_under_way}
    for event in reversed(waiting) if is_reversed else waiting:
        if event.key not in busy:
            first.setdefault(event.key, event)
    return list(first.values())


def _secret(hook: Hook, delivery: Delivery) -> dict[str, str]:
    match delivery.secret:
        case Secret.RIGHT:
            return {SECRET_HEADER: hook.secret}
        case Secret.WRONG:
            return {SECRET_HEADER: hook.secret[:-1] + ("x" if hook.secret[-1] != "x" else "y")}
        case Secret.MISSING:
            return {}


def _written(body: Any, delivery: Delivery) -> bytes:
    """The bytes of a delivery; without a wrapper messages also tell their type, as seen live."""
    if isinstance(body, bytes):
        return body
    if delivery.wrapped:
        body = {"ok": True, "result": body}
    elif message := message_of(body):
        body = body | {"message": {"message_type": "CHAT_MESSAGE"} | message}
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
