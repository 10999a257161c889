"""Which choices a chat saw last, and when: a number that was typed before means none of them.

Kept volatile and as long as a talk, like everything of a talk.
"""

from enum import StrEnum

from bot.logs import Event as Log
from bot.logs import note
from bot.talks import IDLE_SECONDS
from storage.volatile import Full, Volatile

_KIND = "choices seen"
_UNSURE = "-"


class Whose(StrEnum):
    """Whom choices belong to: in one chat there may be a worker's talk and an officer's rings."""

    TALK = "talk"
    RINGS = "rings"


class Sights:
    """Of one bot; `channel` is its name in the house."""

    def __init__(self, volatile: Volatile, channel: str) -> None:
        """Nothing was shown yet."""
        self._volatile = volatile
        self._channel = channel

    async def shown(self, address: str, whose: Whose, date: int) -> None:
        """Choices arrived at `date`, in the platform's milliseconds; 0 where it did not say."""
        await self._put(address, whose, str(date))

    async def lost(self, address: str, whose: Whose) -> None:
        """Choices are on their way, or may not have arrived: what is typed next may mean older
        ones.
        """
        await self._put(address, whose, _UNSURE)

    async def last(self, address: str) -> Whose | None:
        """Whose choices were sent last; None where that is too long ago."""
        return (await self._known(address))[0]

    async def are_unseen(self, address: str, whose: Whose, date: int) -> bool:
        """Whether what was typed at `date` was typed without seeing these choices, as the last."""
        last, told = await self._known(address)
        if last is not whose or told == _UNSURE:
            return True
        return 0 < date <= int(told)

    async def _known(self, address: str) -> tuple[Whose | None, str]:
        value = await self._volatile.get(_KIND, self._name(address))
        if value is None:
            return None, _UNSURE
        whose, _, told = value.decode().partition("|")
        return Whose(whose), told

    async def _put(self, address: str, whose: Whose, told: str) -> None:
        name, value = self._name(address), f"{whose}|{told}".encode()
        try:
            await self._volatile.put(_KIND, name, value, seconds=IDLE_SECONDS)
        except Full:
            # Better no number works than one that means something else.
            await self._volatile.drop(_KIND, name)
            note(Log.STORE_FULL)

    def _name(self, address: str) -> str:
        return f"{self._channel}|{address}"
