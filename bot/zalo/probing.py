"""What the platform brings, for somebody who only looks: names of fields, and whom to answer."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.channels.zalo_bot.client import Client

WAIT_SECONDS = 120.0
_POLL_SECONDS = 10
_AT_ONCE_SECONDS = 1.0
_WORD = re.compile(r"[a-z][a-z_.]{0,50}")
_MEDIA = ("photo_url", "photo", "voice_url")


@dataclass(frozen=True, slots=True)
class Heard:
    """One update: its event and the names of its message's fields. `chat` is a private one, or
    empty; `media` is where what was sent lies, by the field that says so.
    """

    event: str
    fields: tuple[str, ...]
    chat: str = field(default="", repr=False)
    media: Mapping[str, str] = field(default_factory=dict, repr=False)
    wrapped: bool = False

    @property
    def shape(self) -> str:
        """What may be shown of it; nothing that stands in a field."""
        return f"{self.event or 'no event'} ({', '.join(self.fields) or 'no message'})"


def heard(body: object) -> Heard:
    """Reads an update of any shape."""
    told = _mapping(body)
    inner = told.get("result")
    event = inner if isinstance(inner, dict) else told
    message = _mapping(event.get("message"))
    chat, sender = _mapping(message.get("chat")), _mapping(message.get("from"))
    is_private = str(chat.get("chat_type", chat.get("type", ""))).upper() != "GROUP"
    is_somebody = is_private and sender.get("is_bot") is not True
    return Heard(
        event=_word(event.get("event_name")),
        fields=tuple(sorted(each for each in map(_word, message) if each)),
        chat=str(chat.get("id") or "") if is_somebody else "",
        media={each: str(message[each]) for each in _MEDIA if isinstance(message.get(each), str)},
        wrapped=event is inner,
    )


class Source(Protocol):
    """Where updates come from: a poll, or a webhook that the doctor itself serves."""

    async def next(self, seconds: float) -> Heard | None:
        """The next update, None where none comes in time. Raises Failed."""
        ...


class Polled:
    """Asks for updates. Whatever it takes, nobody else gets."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._waiting: list[Heard] = []

    async def next(self, seconds: float) -> Heard | None:
        """The next update, None where none comes in time. Raises Failed."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while not self._waiting and (left := until - loop.time()) > 0:
            asked_at = loop.time()
            found = await self._client.get_updates(max(1, min(_POLL_SECONDS, round(left))))
            self._waiting += map(heard, found)
            if not found and loop.time() - asked_at < _AT_ONCE_SECONDS:
                # Somebody else polls as well, or the platform does not wait: do not rush it.
                await asyncio.sleep(min(_AT_ONCE_SECONDS, left))
        return self._waiting.pop(0) if self._waiting else None


async def chat_of_next(source: Source, seconds: float) -> str:
    """The private chat of the next who writes, "" where nobody does in time. Raises Failed."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while (left := until - loop.time()) > 0:
        found = await source.next(left)
        if found is not None and found.chat:
            return found.chat
    return ""


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""
