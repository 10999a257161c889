"""How much may come from one chat and in all: counted in memory only, and never by address of the
network, which a factory shares. What is too much is set aside for a lead, never thrown away.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from enum import StrEnum

from storage import mutes
from storage.volatile import Full, Volatile

_MINUTE, _HOUR, _DAY = 60, 3600, 24 * 3600


@dataclass(frozen=True, slots=True)
class Ceilings:
    """The most that is taken as usual: of one chat or session, of a unit, of the whole house."""

    turns_a_minute: int = 120
    files_an_hour: int = 120
    tips_an_hour: int = 4
    tips_a_day: int = 10
    unit_tips_an_hour: int = 60
    house_tips_an_hour: int = 600


class Speed(StrEnum):
    """How fast a chat talks: `FIRST` is the first turn that is one too many in its minute."""

    FINE = "fine"
    FIRST = "first"
    MORE = "more"


class Flood:
    """The counters; each ends with its minute, hour or day."""

    def __init__(self, volatile: Volatile, ceilings: Ceilings) -> None:
        """Joined by `bot/app.py`."""
        self._volatile = volatile
        self._ceilings = ceilings

    async def turn(self, chat: str) -> Speed:
        """Count a turn of a chat. Where there is no room to count, nobody is held up for it."""
        try:
            turns = await self._volatile.count("turns", chat, seconds=_MINUTE)
        except Full:
            return Speed.FINE
        over = turns - self._ceilings.turns_a_minute
        if over <= 0:
            return Speed.FINE
        return Speed.FIRST if over == 1 else Speed.MORE

    async def is_one_file_too_many(self, chat: str) -> bool:
        """Count a file that a chat brings."""
        files = self._volatile.count("files", chat, seconds=_HOUR)
        return await _over(files, self._ceilings.files_an_hour) > 0

    async def sets_aside(self, chat: str, unit: str) -> bool:
        """Count a tip of a chat for a unit: whether the unit's lead shall look at it first. All is
        counted and looked up in any case, so that a muted chat waits no shorter or longer.
        """
        volatile, most = self._volatile, self._ceilings
        over = (
            await _over(volatile.count("tips an hour", chat, seconds=_HOUR), most.tips_an_hour),
            await _over(volatile.count("tips a day", chat, seconds=_DAY), most.tips_a_day),
            await _over(
                volatile.count("tips for unit", unit, seconds=_HOUR), most.unit_tips_an_hour
            ),
            await _over(volatile.count("tips of all", "", seconds=_HOUR), most.house_tips_an_hour),
        )
        return await mutes.is_muted(volatile, chat) or any(each > 0 for each in over)


async def _over(counted: Awaitable[int], most: int) -> int:
    """By how many a count is too high. A store that has no room left for a number is the sign of a
    flood.
    """
    try:
        return await counted - most
    except Full:
        return 1
