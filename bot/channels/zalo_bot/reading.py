"""Reads an update: what a person did, in our words; display names and pictures of faces stay
outside.

Nothing here asks anybody. The address is the chat's id, and a repeat is known by the message's id
and the name of its event.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from handlers.events import Brought, Said, Unusable

_ADDRESS = re.compile(r"[A-Za-z0-9_-]{1,64}")
_EARLIEST_MILLISECONDS = 10**11
_UNSUPPORTED = "message.unsupported.received"


class Unread(StrEnum):
    """Why an update is passed over."""

    BROKEN = "broken"
    UNKNOWN = "unknown"
    OWN = "own"
    REACTION = "reaction"
    NO_CHAT = "no_chat"


@dataclass(frozen=True, slots=True)
class Did:
    """Somebody wrote, or sent what cannot be taken. `date` is in Unix milliseconds, 0 where it is
    not told.
    """

    address: str = field(repr=False)
    number: str = field(repr=False)
    event: Said | Brought = field(repr=False)
    date: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class Pictured:
    """Somebody sent a picture, which lies at `url` for a while."""

    address: str = field(repr=False)
    number: str = field(repr=False)
    url: str = field(repr=False)
    words: str = field(repr=False)
    date: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """Something came that the platform does not pass on: a kind of file, or by law everything that
    this person sends.
    """

    address: str = field(repr=False)
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grouped:
    """Something was written in a group, where everybody reads it."""

    chat: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Passed:
    """Nothing that is answered."""

    why: Unread


What = Did | Pictured | Kept | Grouped | Passed


def read(raw: Mapping[str, Any], me: str) -> What:
    """What an update says, with its wrapping or without; `me` is the bot's own id."""
    inner = raw.get("result")
    update = inner if isinstance(inner, dict) else raw
    name, message = _text(update.get("event_name")), update.get("message")
    if not isinstance(message, dict):
        return Passed(Unread.NO_CHAT if name == _UNSUPPORTED else Unread.BROKEN)
    sender, chat = _mapping(message.get("from")), _mapping(message.get("chat"))
    if sender.get("is_bot") is True or (me and sender.get("id") == me):
        return Passed(Unread.OWN)
    address = _text(chat.get("id")) or _text(sender.get("id"))
    if not _ADDRESS.fullmatch(address):
        return Passed(Unread.NO_CHAT)
    kind = (_text(chat.get("chat_type")) or _text(chat.get("type"))).casefold()
    # A private chat has the number of its person; a kind that we do not know may be a group.
    if kind == "group" or (kind != "private" and sender.get("id", address) != address):
        return Grouped(address)
    return _private(name, message, address)


def date_of(told: object) -> int:
    """A moment as the platform writes it, in Unix milliseconds (the end of the second where it says
    no more); 0 for anything else.
    """
    if isinstance(told, str) and told.isascii() and told.isdigit() and len(told) < 16:
        told = int(told)
    if not isinstance(told, int) or isinstance(told, bool) or not 0 < told < 10**15:
        return 0
    return told if told >= _EARLIEST_MILLISECONDS else told * 1000 + 999


def _private(name: str, message: Mapping[str, Any], address: str) -> What:
    number, date = _number(name, message), date_of(message.get("date"))
    words = _text(message.get("text"))
    match name:
        case "message.text.received":
            return Did(address, number, Said(words), date)
        case "message.image.received":
            url = _text(message.get("photo_url")) or _text(message.get("photo"))
            caption = _text(message.get("caption"))
            if url:
                return Pictured(address, number, url, caption, date)
            return Did(address, number, Brought(Unusable.BROKEN, caption), date)
        case "message.sticker.received":
            return Did(address, number, Brought(Unusable.STICKER), date)
        case "message.voice.received":
            return Did(address, number, Brought(Unusable.VOICE), date)
        case "message.link.received":
            shown = words or _text(message.get("url"))
            return Did(address, number, Said(shown), date) if shown else Kept(address, number)
        case "message.unsupported.received":
            return Kept(address, number)
        case "message.reaction.received":
            return Passed(Unread.REACTION)
        case _:
            return Passed(Unread.UNKNOWN)


def _number(name: str, message: Mapping[str, Any]) -> str:
    known = _text(message.get("message_id"))
    if _ADDRESS.fullmatch(known):
        return f"{known}|{name}"
    # Without an id as we know them the same content at the same time is the same message.
    content = json.dumps(message, sort_keys=True, default=str).encode("utf-8", "replace")
    return blake2b(content, digest_size=16).hexdigest()


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
