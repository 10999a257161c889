"""Fetches a file that somebody sent, into memory, and no more than the app hands to a bot."""

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from handlers.events import Unusable

MOST_FILE_BYTES = 20 * 1024 * 1024


async def fetch(bot: Bot, file: str) -> bytes | Unusable:
    """What lies behind a file's id, or why it cannot be had. Raises nothing of the library's."""
    try:
        found = await bot.get_file(file)
        if (found.file_size or 0) > MOST_FILE_BYTES:
            return Unusable.TOO_BIG
        data = bytes(await found.download_as_bytearray())
    except BadRequest as error:
        is_big = "too big" in error.message.lower()
        return Unusable.TOO_BIG if is_big else Unusable.BROKEN
    except TelegramError:
        return Unusable.TOO_SLOW
    return Unusable.TOO_BIG if len(data) > MOST_FILE_BYTES else data
