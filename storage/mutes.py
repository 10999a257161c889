"""Blind mutes: a source is muted by its tip, and nobody learns what that source is.

All of it is in the volatile store and nowhere else: which chat sent a tip for an hour at most, that
a chat is muted for a day. A start without a shared store forgets both.
"""

from contextlib import suppress

from storage.volatile import Full, Volatile

HANDLE_SECONDS = 3600
MUTE_SECONDS = 24 * 3600
MOST_A_DAY = 1
"""How often an officer may do it in a day; whoever leads the desk, MOST_OF_A_LEAD times."""
MOST_OF_A_LEAD = 10

_HANDLE, _MUTED, _MUTES = "mute handle", "muted", "mutes of an officer"


async def remember(volatile: Volatile, tip: bytes, chat: str) -> None:
    """A tip was filed: for an hour its source can be muted. Where there is no room, it cannot."""
    try:
        await volatile.put(_HANDLE, tip.hex(), chat.encode(), seconds=HANDLE_SECONDS)
    except Full:
        return


async def try_now(volatile: Volatile, officer: bytes, *, leads: bool) -> bool:
    """Count that this officer mutes somebody; False when they have done so too often."""
    try:
        times = await volatile.count(_MUTES, officer.hex(), seconds=MUTE_SECONDS)
    except Full:
        return False
    return times <= (MOST_OF_A_LEAD if leads else MOST_A_DAY)


async def mute(volatile: Volatile, tip: bytes) -> None:
    """Mute the source of the tip for a day, if it is still known. Whether it was, nobody is told:
    it would say when, and over what, the tip came.
    """
    chat = await volatile.get(_HANDLE, tip.hex())
    if chat is not None:
        with suppress(Full):
            await volatile.put(_MUTED, chat.decode(), b"", seconds=MUTE_SECONDS)


async def is_muted(volatile: Volatile, chat: str) -> bool:
    """Whether tips from this chat are set aside for now."""
    return await volatile.get(_MUTED, chat) is not None
