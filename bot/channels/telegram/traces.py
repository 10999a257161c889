"""The numbers of a talk's messages, kept volatile and for a day, so that they can be deleted."""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.channels.telegram import NAME
from bot.logs import Event as Log
from bot.logs import note
from storage.volatile import Full, Volatile

KEPT_SECONDS = 24 * 3600
_MOST_MESSAGES = 600
_KIND = "messages"


class Traces:
    """Which messages of both sides could be deleted."""

    def __init__(self, volatile: Volatile, clock: Callable[[], datetime]) -> None:
        """Joined by the account."""
        self._volatile = volatile
        self._clock = clock

    async def keep(self, address: str, messages: Iterable[int]) -> None:
        """Remember messages for a day; where the store is full they cannot be deleted later."""
        now = int(self._clock().timestamp())
        # An answer may arrive while the next message comes: neither may lose the other's numbers.
        async with self._volatile.hold(_KIND, _name(address)):
            known = [*await self._known(address), *((now, message) for message in messages)]
            value = " ".join(f"{at}.{message}" for at, message in known[-_MOST_MESSAGES:])
            try:
                await self._volatile.put(
                    _KIND, _name(address), value.encode(), seconds=KEPT_SECONDS
                )
            except Full:
                note(Log.STORE_FULL)

    async def take(self, address: str) -> list[int]:
        """The messages that are remembered, oldest first; from now on they are not."""
        async with self._volatile.hold(_KIND, _name(address)):
            known = await self._known(address)
            await self._volatile.drop(_KIND, _name(address))
        return sorted({message for _, message in known})

    async def _known(self, address: str) -> list[tuple[int, int]]:
        value = await self._volatile.get(_KIND, _name(address))
        pairs = [each.partition(".") for each in (value or b"").decode().split()]
        oldest = self._clock().timestamp() - KEPT_SECONDS
        return [(int(at), int(message)) for at, _, message in pairs if int(at) > oldest]


def _name(address: str) -> str:
    return f"{NAME}|{address}"
