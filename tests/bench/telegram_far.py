"""Telegram as far as it takes to measure: a Bot API, and people who talk with a bot.

Nothing is checked and nothing is kept but the last message of each chat; `tests/fakes/telegram` is
the one that behaves like the real one.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from bot.app import utc_now
from bot.channels.telegram.account import SECRET_HEADER
from tests.bench import wire
from tests.bench.wire import Asker, Reply
from tests.drive import Unexpected

TOKEN = "10000001:bench-bench-bench-bench-bench-bench"
SECRET = "a-secret-that-nobody-can-guess"
CONNECTIONS = 256
"""How many updates may be on their way to a bare bot at once: so many that they do not bind it."""
_USUAL_CONNECTIONS = 40
_BOT = {"id": 10000001, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
_PATIENCE_SECONDS = 120
_AGAIN_SECONDS = 1.0


@dataclass(slots=True)
class Far:
    """The Bot API: answers after `delay` seconds, and tells the people what was said to them.
    `again` counts the updates that a bot could not take and that were brought once more, `hook` is
    the way that was asked for by setWebhook.
    """

    address: str = ""
    delay: float = 0.0
    again: int = 0
    hook: Asker | None = None
    hooked: asyncio.Event = field(default_factory=asyncio.Event)
    people: "dict[int, Phone]" = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def answer(self, path: str, body: bytes) -> Reply:
        """One call of a method."""
        method = path.rpartition("/")[2].lower()
        if method == "sendmessage":
            return _fine(self._send(_parameters(body))), self.delay
        if method == "setwebhook":
            told = _parameters(body)
            most = int(told.get("max_connections", _USUAL_CONNECTIONS))
            self.hook = hook(told["url"], most, told["secret_token"])
            self.hooked.set()
        return _fine(_BOT if method == "getme" else True), self.delay

    def _send(self, told: dict[str, Any]) -> dict[str, Any]:
        chat = int(told["chat_id"])
        keyboard = told.get("reply_markup")
        message = {
            "message_id": next(self.numbers),
            "from": _BOT,
            "chat": {"id": chat, "first_name": "Worker", "type": "private"},
            "date": int(utc_now().timestamp()),
            "text": told["text"],
        } | ({"reply_markup": keyboard} if keyboard else {})
        if (phone := self.people.get(chat)) is not None:
            phone.heard.put_nowait(message)
        return message


class Phone:
    """Somebody who says one thing, and the next only when the bot has answered."""

    def __init__(self, far: Far, hook: Asker) -> None:
        self.id = 1_000_000 + next(far.numbers)
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.last: dict[str, Any] = {}
        self._far = far
        self._hook = hook
        far.people[self.id] = self

    @property
    def choices(self) -> dict[str, str]:
        """The names under the last message, and what their buttons carry."""
        rows = self.last.get("reply_markup", {}).get("inline_keyboard", ())
        every = [each.get("callback_data", "") for row in rows for each in row]
        return {data.partition(":")[2]: data for data in every}

    async def say(self, text: str) -> None:
        """Write, and wait for an answer."""
        message: dict[str, Any] = {
            "message_id": next(self._far.numbers),
            "from": self._user,
            "chat": {"id": self.id, "first_name": "Worker", "type": "private"},
            "date": int(utc_now().timestamp()),
            "text": text,
        }
        if text.startswith("/"):
            message["entities"] = [{"offset": 0, "length": len(text), "type": "bot_command"}]
        await self._update("message", message)

    async def press(self, name: str) -> None:
        """Press a button of the last message, and wait for an answer."""
        if name not in self.choices:
            raise Unexpected(f"there is no {name} among {', '.join(self.choices)}")
        query = {
            "id": str(next(self._far.numbers)),
            "from": self._user,
            "chat_instance": "1",
            "message": self.last,
            "data": self.choices[name],
        }
        await self._update("callback_query", query)

    def leave(self) -> None:
        """Say nothing more."""
        del self._far.people[self.id]

    @property
    def _user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "first_name": "Worker", "language_code": "vi"}

    async def _update(self, kind: str, content: dict[str, Any]) -> None:
        update = {"update_id": next(self._far.numbers), kind: content}
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not await self._hook.post(json.dumps(update).encode()):
                self._far.again += 1
                await asyncio.sleep(_AGAIN_SECONDS)
            self.last = await self.heard.get()


@asynccontextmanager
async def open_far() -> AsyncIterator[Far]:
    """The Bot API, under an address of its own."""
    far = Far()
    async with wire.serving(far.answer) as address:
        far.address = address
        yield far


def hook(url: str, connections: int = CONNECTIONS, secret: str = SECRET) -> Asker:
    """The way of updates to a bot."""
    return Asker(url, f"{SECRET_HEADER}: {secret}\r\n", connections)


def _fine(result: object) -> bytes:
    return json.dumps({"ok": True, "result": result}).encode()


def _parameters(body: bytes) -> dict[str, Any]:
    """JSON as our transport sends it, or the form of the library's own; in both, what has parts is
    JSON by itself.
    """
    is_form = not body.startswith(b"{")
    told: dict[str, Any] = dict(parse_qsl(body.decode())) if is_form else json.loads(body)
    keyboard = told.get("reply_markup")
    return told | ({"reply_markup": json.loads(keyboard)} if isinstance(keyboard, str) else {})
