"""The account's way out: one call at a time as the pace allows, and what came of it as a value."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, TelegramError

from bot.channels import Gone, Outcome, Refused, Sent, TryLater, Unknown
from bot.channels.telegram import LIMITS
from bot.channels.telegram.reading import button
from bot.channels.telegram.request import Halted, NotSent, TokenRefused
from bot.naming import name_of
from bot.pace import Kind, Lane, Pace, Scope
from bot.splitting import split
from handlers.screens import Rendered
from storage.tips import PictureData

T = TypeVar("T")

# An answer that comes later than this belongs to nothing any more.
LONGEST_WAIT_SECONDS = 300.0
_FIRST_PAUSE_SECONDS = 1.0
_NOTICE_SECONDS = 3.0
_LONGEST_PAUSE_SECONDS = 30.0
_GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "bot was kicked")
_SO_ALREADY = ("message is not modified", "topic_not_modified")
_DELETED_AT_ONCE = 100
# A narrow phone shows about so many letters of a button before it cuts it off.
_LONGEST_ON_A_BUTTON = 40


@dataclass(frozen=True, slots=True)
class Line:
    """One account, spoken through at its pace. `now` gives seconds that never go back."""

    bot: Bot
    pace: Pace
    now: Callable[[], float]

    async def call(
        self,
        scope: Scope,
        do: Callable[[], Awaitable[T]],
        *,
        lane: Lane = Lane.TALK,
        patience: float = LONGEST_WAIT_SECONDS,
    ) -> tuple[Outcome, T | None]:
        """Send, edit or make a topic in `scope`; what came of it, and the answer where it is Sent.

        Waits for the pace. What has certainly not arrived (429, no connection) is tried again for
        `patience` seconds, what may have arrived never. Raises nothing of the library's.
        """
        until, pause = self.now() + patience, _FIRST_PAUSE_SECONDS
        while True:
            if not await self._ready(scope, lane, until):
                return TryLater(self.pace.ready_at(self.now(), scope, lane) - self.now()), None
            try:
                return Sent(), await do()
            except Halted as halt:
                self.pace.refused(self.now(), scope, halt.retry_after.total_seconds())
            except NotSent:
                if self.now() + pause > until:
                    return TryLater(pause), None
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            except TelegramError as error:
                return outcome_of(error), None
            except Exception:  # noqa: BLE001 - the library could not read the answer
                return Unknown(), None

    async def _ready(self, scope: Scope, lane: Lane, until: float) -> bool:
        """Wait until something may be sent, and count it; False when that is after `until`."""
        while (ready := self.pace.ready_at(self.now(), scope, lane)) > self.now():
            if ready > until:
                return False
            await asyncio.sleep(ready - self.now())
        self.pace.sent(self.now(), scope, lane)
        return True


def outcome_of(error: TelegramError) -> Outcome:
    """What a failed call means, whatever was called."""
    text = error.message.lower()
    match error:
        case Halted():
            return TryLater(error.retry_after.total_seconds())
        case NotSent():
            return TryLater(_FIRST_PAUSE_SECONDS)
        case BadRequest() if any(words in text for words in _SO_ALREADY):
            return Sent()
        case Forbidden():
            return Gone()
        case BadRequest() if any(words in text for words in _GONE):
            return Gone()
        case BadRequest() | ChatMigrated() | TokenRefused():
            return Refused(type(error).__name__)
        case NetworkError():
            return Unknown()
        case _:
            return Refused(type(error).__name__)


def private(address: str) -> Scope:
    """What the pace counts for one private chat."""
    return Scope(Kind.CHAT, address)


async def show(
    line: Line, address: str, rendered: Rendered, turn: int
) -> tuple[Outcome, list[int]]:
    """Show a screen in a private chat: plain text in as many messages as it needs, the buttons
    under the last. Gives the worst that happened, and the numbers of the messages that arrived.
    """
    parts = split(_text(rendered), LIMITS.max_text)
    worst: Outcome = Sent()
    arrived = []
    for place, text in enumerate(parts, start=1):
        keys = keyboard(rendered, turn) if place == len(parts) else None
        outcome, message = await line.call(private(address), _message(line, address, text, keys))
        if message is not None:
            arrived.append(message.message_id)
        if not isinstance(outcome, Sent):
            worst = outcome
        if not isinstance(outcome, Sent | Unknown):
            break
    return worst, arrived


async def give_file(line: Line, address: str, clean: PictureData) -> int:
    """Send a file of the unit, under a name of ours; the number of its message, 0 if it has none.

    It is not resent, and nobody is told more than that it is missing: it can be asked for again.
    """

    async def send() -> Message:
        if clean.mime.startswith("image/"):
            return await line.bot.send_photo(address, clean.data, filename=name_of(clean.mime))
        return await line.bot.send_document(address, clean.data, filename=name_of(clean.mime))

    _, message = await line.call(private(address), send)
    return message.message_id if message is not None else 0


class Notice:
    """A message that goes away again: that something is being done."""

    def __init__(self, line: Line, address: str) -> None:
        """Nothing is said yet."""
        self._line = line
        self._address = address
        self._message = 0

    async def say(self, text: str) -> None:
        """Show it, and that the bot is busy. Raises nothing; it is said at once or not at all."""
        with contextlib.suppress(TelegramError):
            await self._line.bot.send_chat_action(self._address, ChatAction.TYPING)
            _, sent = await self._line.call(
                private(self._address),
                _message(self._line, self._address, text, None),
                patience=_NOTICE_SECONDS,
            )
            self._message = sent.message_id if sent is not None else 0

    async def take_back(self) -> list[int]:
        """Take it away, if it was said; its number, where it stays. Raises nothing."""
        if not self._message:
            return []
        gone = await _delete_one(self._line.bot, self._address, self._message)
        return [] if gone else [self._message]


def keyboard(rendered: Rendered, turn: int) -> InlineKeyboardMarkup | None:
    """One choice a row, the small ways in one row; None where there is nothing to press."""
    rows = [[_key(turn, each.name, each.label)] for each in rendered.choices]
    if rendered.ways:
        rows.append([_key(turn, each.name, each.label) for each in rendered.ways])
    return InlineKeyboardMarkup(rows) if rows else None


async def delete(line: Line, address: str, messages: list[int]) -> int:
    """Delete messages of both sides as far as the app allows (48 hours); how many it was asked
    for in calls that went well. Deleting is not counted by the app, so no pace is kept.
    """
    done = 0
    for at in range(0, len(messages), _DELETED_AT_ONCE):
        some = messages[at : at + _DELETED_AT_ONCE]
        try:
            done += len(some) * await line.bot.delete_messages(address, some)
        except BadRequest:
            # One that cannot be deleted any more shall not keep the others.
            done += sum([await _delete_one(line.bot, address, each) for each in some])
        except TelegramError:
            continue
    return done


def _text(rendered: Rendered) -> str:
    """All lines, and in full what a button may cut off: two places can begin with the same name."""
    long = [each.label for each in rendered.choices if len(each.label) > _LONGEST_ON_A_BUTTON]
    return "\n\n".join([rendered.text, "\n".join(f"• {each}" for each in long)]).strip()


def _message(
    line: Line, address: str, text: str, keys: InlineKeyboardMarkup | None
) -> Callable[[], Awaitable[Message]]:
    async def send() -> Message:
        return await line.bot.send_message(
            address, text, reply_markup=keys, link_preview_options=_NO_PREVIEW
        )

    return send


def _key(turn: int, name: str, label: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=button(turn, name))


async def _delete_one(bot: Bot, address: str, message: int) -> bool:
    try:
        return await bot.delete_message(address, message)
    except TelegramError:
        return False


# Nobody's server shall be asked for a page because its address stands in a text.
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
