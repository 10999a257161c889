"""The cleaner as the house uses it, for tests that have no house."""

from bot.facts import Lookups
from bot.inbound import unusable
from bot.media import Cleaner, CleanFile, Refusal
from handlers.events import Unusable
from handlers.turn import Facts, Needs


async def clean(data: bytes) -> CleanFile | Unusable:
    """A clean file, or why there is none."""
    found = await Cleaner().clean(data)
    return unusable(found) if isinstance(found, Refusal) else found


class Cleaning:
    """As much of the inbound door as an officer's desk uses."""

    def __init__(self, lookups: Lookups | None = None) -> None:
        """Only who enters tips needs `lookups`."""
        self._lookups = lookups

    async def look_up(self, needs: Needs) -> Facts:
        """What an officer needs to know who enters a tip for somebody."""
        assert self._lookups is not None
        return await self._lookups.facts("desk|", needs)

    async def clean(self, data: bytes) -> CleanFile | Unusable:
        """A clean file, or why there is none."""
        return await clean(data)
