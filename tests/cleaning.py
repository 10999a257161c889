"""The cleaner as the house uses it, for tests that have no house."""

from bot.inbound import unusable
from bot.media import Cleaner, CleanFile, Refusal
from handlers.events import Unusable


async def clean(data: bytes) -> CleanFile | Unusable:
    """A clean file, or why there is none."""
    found = await Cleaner().clean(data)
    return unusable(found) if isinstance(found, Refusal) else found


class Cleaning:
    """As much of the inbound door as an officer's desk uses."""

    async def clean(self, data: bytes) -> CleanFile | Unusable:
        """A clean file, or why there is none."""
        return await clean(data)
