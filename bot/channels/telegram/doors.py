"""Who else is behind the bot: the doors through which desks and the studio take their updates."""

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


class StudioDoor(Protocol):
    """The studio. Both methods say whether an update was meant for it, and raise as a GroupDoor."""

    async def group(self, update: Update) -> bool:
        """Something happened in a group, or a code stands in a channel."""
        ...

    async def private(self, update: Update) -> bool:
        """A private message or a pressed button."""
        ...


class Doors:
    """The studio's door before that of the desks: what it does not take is theirs."""

    def __init__(self, desk: GroupDoor, studio: StudioDoor) -> None:
        """Joined by `bot/app.py`."""
        self._desk = desk
        self._studio = studio

    async def group(self, update: Update) -> None:
        """Something happened in a group, to the bot's place in one, or in a channel."""
        if not await self._studio.group(update):
            await self._desk.group(update)

    async def private_officer(self, update: Update) -> bool:
        """A private message or a pressed button: True when somebody on staff meant us."""
        return await self._studio.private(update) or await self._desk.private_officer(update)
