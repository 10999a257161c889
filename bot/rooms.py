"""What the talk must know of where it is held, by the name of the channel."""

from collections.abc import Mapping

from bot.channels import terminal, webchat, zalo_bot
from handlers.turn import Room, Shown

_ROOMS: Mapping[str, Room] = {
    # By its name: without a token nothing of it is in the process.
    "telegram": Room(tells=True),
    terminal.NAME: Room(buttons=False, files=Shown.ELSEWHERE),
    webchat.NAME: Room(files=Shown.LINKED),
    zalo_bot.NAME: zalo_bot.ROOM,
}


def room_of(chat: str) -> Room:
    """Where a chat ("channel|address", the channel perhaps with the number of an account) is."""
    return _ROOMS.get(chat.partition("|")[0].partition(":")[0], Room())
