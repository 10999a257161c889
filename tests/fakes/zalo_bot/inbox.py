"""A bot's queue of events at Zalo: oldest first, taken one by one, never acknowledged."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, eq=False)
class Event:
    """One event that waits. `key` is the chat it belongs to, empty where it tells none.

    `body` is its JSON, or bytes that are said as they stand. The rest belongs to webhooks: when
    it may go out (real seconds), how often that failed, whether it is under way.
    """

    key: str = field(repr=False)
    body: Any = field(repr=False)
    put_at: float
    ready_at: float = 0.0
    failures: int = 0
    is_under_way: bool = False


@dataclass(slots=True, eq=False)
class Inbox:
    """What waits, and all that ever waited."""

    waiting: list[Event] = field(default_factory=list)
    history: list[Event] = field(default_factory=list, repr=False)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, body: Any) -> None:
        """Queue an event of any shape."""
        event = Event(chat_of(body), body, time.monotonic())
        self.waiting.append(event)
        self.history.append(event)
        self.arrived.set()

    def take(self) -> Event | None:
        """The oldest, if any; it is gone from here whatever becomes of it."""
        for event in self.waiting:
            if not event.is_under_way:
                self.waiting.remove(event)
                return event
        return None

    def find(self, message_id: str) -> Any:
        """The body that carried this message. Raises AssertionError where none did."""
        for event in self.history:
            if message_of(event.body).get("message_id") == message_id:
                return event.body
        raise AssertionError(f"no event carried the message {message_id}")


def message_of(body: Any) -> dict[str, Any]:
    """The `message` of an event, empty where it has none."""
    message = body.get("message") if isinstance(body, dict) else None
    return message if isinstance(message, dict) else {}


def chat_of(body: Any) -> str:
    """The chat of an event, empty where it tells none."""
    chat = message_of(body).get("chat")
    return str(chat.get("id", "")) if isinstance(chat, dict) else ""
