"""Who else is behind the bot: the door through which a desk takes its updates."""

from typing import Protocol

from telegram import Update


class GroupDoor(Protocol):
    """The desks of the units. Both methods are called for one chat after the other, and raise
    `storage.database.Unreachable` where the update must come again; everything else is theirs.
    """

    async def group(self, update: Update) -> None:
        """Something happened in a group, or to the bot's place in one."""
        ...

    async def private_officer(self, update: Update) -> bool:
        """A private message or a pressed button: True when a desk took it, False when it comes
        from a worker, as everybody is who has not entered a desk.
        """
        ...
