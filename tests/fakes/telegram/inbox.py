"""A bot's queue of updates at Telegram: numbered, expiring, in order per chat."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

MESSAGE_LIFE_SECONDS = 24 * 3600
QUERY_LIFE_SECONDS = 150
# What a bot gets that has not said what it wants.
DEFAULT_KINDS = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "callback_query",
        "my_chat_member",
        "inline_query",
        "poll",
        "poll_answer",
    }
)


@dataclass(slots=True, eq=False)
class Update:
    """One update that waits: `key` is the queue it stands in (a chat, or the presser of a button).

    `ready_at`, `delay` and `failures` belong to the webhook's repeats.
    """

    id: int
    key: int
    expires_at: float
    body: dict[str, Any] = field(repr=False)
    ready_at: float = 0.0
    delay: float = 1.0
    failures: int = 0


@dataclass(slots=True, eq=False)
class Inbox:
    """The updates that no one has confirmed yet, oldest first."""

    next_id: int
    allowed: frozenset[str] = DEFAULT_KINDS
    waiting: dict[int, Update] = field(default_factory=dict)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def allow(self, kinds: list[str] | None) -> None:
        """Take over `allowed_updates`; None keeps what was said before, an empty list resets it."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or DEFAULT_KINDS

    def put(self, kind: str, content: dict[str, Any], key: int, expires_at: float) -> None:
        """Number an update and queue it, if the bot wants its kind."""
        if kind not in self.allowed:
            return
        body = {"update_id": self.next_id, kind: content}
        self.waiting[self.next_id] = Update(self.next_id, key, expires_at, body)
        self.next_id += 1
        self.arrived.set()

    def put_raw(self, body: dict[str, Any], key: int, expires_at: float) -> None:
        """Queue an update of any shape at all; it gets a number only."""
        body = {"update_id": self.next_id, **body}
        self.waiting[self.next_id] = Update(self.next_id, key, expires_at, body)
        self.next_id += 1
        self.arrived.set()

    def put_again(self, body: dict[str, Any], expires_at: float) -> None:
        """Queue an update under the number it has already."""
        number = int(body["update_id"])
        self.waiting[number] = Update(number, 0, expires_at, body)
        self.arrived.set()

    def expire(self, now: float) -> None:
        """Forget what has waited too long."""
        for update in [update for update in self.waiting.values() if update.expires_at < now]:
            del self.waiting[update.id]

    def confirm(self, offset: int) -> None:
        """Forget everything before the offset; a negative one keeps that many of the last."""
        ids = list(self.waiting)
        for number in ids[:offset] if offset < 0 else [one for one in ids if one < offset]:
            del self.waiting[number]

    def drop(self) -> None:
        """Forget everything."""
        self.waiting.clear()
