"""The desks' calls to Telegram: what came of each, as a value that a desk can act upon."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.channels import Sent
from bot.channels.telegram.sending import Line
from bot.pace import Kind, Scope
from bot.postman import Barred, Lost, Moved, Result

T = TypeVar("T")

PATIENCE_SECONDS = 5.0
# Telegram's own sentences, in small letters.
_LOST = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message to delete not found",
    "topic_id_invalid",
)
_BARRED = ("not enough rights", "no rights", "need administrator rights", "chat_write_forbidden")


class Answered(Generic[T]):
    """It was done, and this came back."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value


def scope_of(chat: str) -> Scope:
    """What the pace counts for a chat: numbers of groups are below zero."""
    return Scope(Kind.GROUP if chat.startswith("-") else Kind.CHAT, chat)


async def tried(line: Line, chat: str, do: Callable[[], Awaitable[T]]) -> Answered[T] | Result:
    """Call, and say what came of it. What changed nothing because it stood so already is Sent."""

    async def told() -> Answered[T] | Moved | Lost | Barred:
        try:
            return Answered(await do())
        except ChatMigrated as error:
            return Moved(str(error.new_chat_id))
        except (BadRequest, Forbidden) as error:
            words = error.message.lower()
            if any(each in words for each in _LOST):
                return Lost()
            if any(each in words for each in _BARRED):
                return Barred()
            raise

    outcome, value = await line.call(scope_of(chat), told, patience=PATIENCE_SECONDS)
    return value if isinstance(outcome, Sent) and value is not None else outcome
