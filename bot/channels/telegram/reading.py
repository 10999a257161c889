"""Reads an update: what a worker did, in our words; names, user names and languages stay outside.

Nothing here asks anybody. The address is the chat's number as text, and the update's own number is
what a repeat is known by.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType, MessageType

from handlers.events import Brought, Event, PressedUnder, Said, Under, Unusable

CALLBACK_BYTES = 64
_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
_VOICES = ("voice", "video_note", "audio")
# What is sent on purpose and is neither words, picture, sticker nor voice.
_THINGS = (
    "animation", "checklist", "contact", "dice", "document", "game", "gift", "giveaway", "invoice",
    "live_photo", "location", "paid_media", "passport_data", "poll", "story", "unique_gift",
    "venue", "video",
)  # fmt: skip
_BESIDE = ("effect_id", "reply_to_story", "sender_boost_count", "sender_business_bot")
# What the app writes into a chat by itself.
_NOTICES = tuple(
    kind.value
    for kind in MessageType
    if kind.value not in (*_THINGS, *_VOICES, *_BESIDE, "text", "photo", "sticker")
)
NO_TURN = -1
"""The turn of a button whose data is not ours."""
LINKING = "/ketnoi"
"""How a post in a channel begins that is meant for us; all others are passed over unread."""
UNDER_BULLETINS = "bulletin"
"""What stands where others have their turn, for a bulletin belongs to none."""

# The first buttons under bulletins did not say whose they are.
_UNDER = re.compile(rf"(?P<button>{'|'.join(Under)})(?::(?P<bulletin>[0-9a-z_]{{1,16}}))?")


class Unread(StrEnum):
    """Why an update is passed over."""

    BROKEN = "broken"
    UNKNOWN = "unknown"
    CHANNEL = "channel"
    NOTICE = "notice"
    NO_CHAT = "no_chat"
    UNBLOCKED = "unblocked"


@dataclass(frozen=True, slots=True)
class Did:
    """A worker did something that is ready for the talk. `message` is its number in the chat."""

    address: str = field(repr=False)
    number: str = field(repr=False)
    event: Event = field(repr=False)
    message: int | None = field(default=None, repr=False)
    at: datetime | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Pictured:
    """A worker sent a file; `file` fetches it, `size` is in bytes and 0 where it is not told."""

    address: str = field(repr=False)
    number: str = field(repr=False)
    file: str = field(repr=False)
    size: int
    words: str = field(repr=False)
    message: int | None = field(default=None, repr=False)
    at: datetime | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Pressed:
    """A worker pressed a button that was made in `turn`; `query` wants an answer."""

    address: str = field(repr=False)
    number: str = field(repr=False)
    query: str = field(repr=False)
    turn: int
    choice: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A reader pressed a button under a bulletin, perhaps an old one; `query` wants an answer."""

    address: str = field(repr=False)
    number: str = field(repr=False)
    query: str = field(repr=False)
    event: PressedUnder


@dataclass(frozen=True, slots=True)
class Blocked:
    """Somebody blocked the bot: that chat takes nothing any more."""

    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grouped:
    """Something for the desks and the studio: it happened in a group, or is a channel's code."""


@dataclass(frozen=True, slots=True)
class Passed:
    """Nothing that is answered."""

    why: Unread


What = Did | Pictured | Pressed | Answered | Blocked | Grouped | Passed


def read(update: Update) -> What:
    """What an update says."""
    if update.callback_query is not None:
        return _pressed(update, update.callback_query)
    if (moved := update.my_chat_member or update.chat_member) is not None:
        if moved.chat.type in _GROUPS:
            return Grouped()
        if moved.chat.type != ChatType.PRIVATE:
            return Passed(Unread.CHANNEL)
        is_gone = moved.new_chat_member.status in ("kicked", "left")
        return Blocked(str(moved.chat.id)) if is_gone else Passed(Unread.UNBLOCKED)
    if (post := update.channel_post) is not None:
        return Grouped() if (post.text or "").startswith(LINKING) else Passed(Unread.CHANNEL)
    if update.edited_channel_post is not None:
        return Passed(Unread.CHANNEL)
    message = update.message or update.edited_message
    if message is None:
        return Passed(Unread.UNKNOWN)
    if message.chat.type in _GROUPS:
        return Grouped()
    if message.chat.type != ChatType.PRIVATE:
        return Passed(Unread.CHANNEL)
    return _said(update, message, edited=update.message is None)


def queue_of(raw: Mapping[str, Any]) -> int:
    """The chat of an update that was not read yet: its updates are taken one after the other."""
    for name, content in raw.items():
        if isinstance(content, dict):
            held = content.get("message") if name == "callback_query" else content
            chat = held.get("chat") if isinstance(held, dict) else None
            number = chat.get("id") if isinstance(chat, dict) else None
            return number if isinstance(number, int) else 0
    return 0


def button(turn: int, choice: str) -> str:
    """What a button carries: at most 64 bytes, and nothing but the turn and the choice's name."""
    return f"{turn}:{choice}"


def _pressed(update: Update, query: CallbackQuery) -> What:
    if query.message is None:
        return Passed(Unread.NO_CHAT)
    if query.message.chat.type in _GROUPS:
        return Grouped()
    if query.message.chat.type != ChatType.PRIVATE:
        return Passed(Unread.CHANNEL)
    address, number = str(query.message.chat.id), str(update.update_id)
    turn, _, choice = (query.data or "").partition(":")
    if turn == UNDER_BULLETINS and (under := _UNDER.fullmatch(choice)):
        pressed = PressedUnder(Under(under["button"]), under["bulletin"] or "")
        return Answered(address, number, query.id, pressed)
    is_ours = turn.isascii() and turn.isdigit() and len(turn) < 10 and choice
    if not is_ours or len(choice.encode("utf-8", "replace")) > CALLBACK_BYTES:
        return Pressed(address, number, query.id, NO_TURN, "")
    return Pressed(address, number, query.id, int(turn), choice)


def _said(update: Update, message: Message, *, edited: bool) -> What:
    address, number, at = str(message.chat.id), str(update.update_id), message.date
    if edited:
        if message.location is not None:
            # A shared live location is "edited" every few seconds; it was refused once already.
            return Passed(Unread.NOTICE)
        event: Event | None = Brought(Unusable.EDITED)
    elif message.text is not None:
        # Of a forwarded message, and of one written through another bot, only the words are taken.
        event = Said(message.text)
    elif picture := file_of(message):
        file, size = picture
        words = message.caption or ""
        return Pictured(address, number, file, size, words, message.message_id, at)
    else:
        event = _brought(message)
    if event is None:
        return Passed(Unread.NOTICE)
    return Did(address, number, event, message.message_id, at)


def file_of(message: Message) -> tuple[str, int] | None:
    """The largest size of a photo, a video, or whatever was sent as a file: by its content the
    cleaner says what it is, and why it cannot be taken.
    """
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return largest.file_id, largest.file_size or 0
    # An animation comes as a document too.
    sent = message.video or message.animation or message.document
    return (sent.file_id, sent.file_size or 0) if sent is not None else None


def _brought(message: Message) -> Event | None:
    """What cannot be taken; None for what the app wrote by itself."""
    words = message.caption or ""
    if message.sticker is not None:
        return Brought(Unusable.STICKER)
    if any(_has(message, name) for name in _VOICES):
        return Brought(Unusable.VOICE, words)
    if any(_has(message, name) for name in _NOTICES):
        return None
    # A thing that we know, or one that this version of the library does not: answered alike.
    return Brought(Unusable.OTHER, words)


def _has(message: Message, name: str) -> bool:
    return bool(getattr(message, name, None))
