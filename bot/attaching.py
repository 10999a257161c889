"""The file that an officer lays beside an answer: cleaned as a worker's is, a picture or a PDF."""

from collections.abc import Awaitable, Callable

from bot.media import CleanFile
from handlers.events import Unusable
from handlers.screens import Say, say
from handlers.tips import Kind, kind_of_file
from storage.tips import PictureData

Clean = Callable[[bytes], Awaitable[CleanFile | Unusable]]
"""Cleans a file and keeps it nowhere; `Inbound.clean` is one."""


async def attachment(clean: Clean, data: bytes) -> PictureData | Unusable:
    """What can be laid beside an answer, or why it cannot: a video is OTHER."""
    found = await clean(data)
    if isinstance(found, Unusable):
        return found
    if kind_of_file(found.kind) is Kind.VIDEO:
        return Unusable.OTHER
    return PictureData(found.kind, found.data)


def refused(why: Unusable) -> Say:
    """What an officer reads: that nothing was sent, and why."""
    match why:
        case Unusable.ENOUGH:
            reason = say("desk.file.one")
        case Unusable.STORE_FULL:
            reason = say("desk.file.later")
        case Unusable.OTHER | Unusable.VOICE | Unusable.STICKER | Unusable.EDITED:
            reason = say("desk.file.kinds")
        case _:
            reason = say(f"unusable.{why}")
    return say("desk.file.not_sent", why=reason)
