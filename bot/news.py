"""Tells the chats that asked for it that there is news: at once, from memory, once, or never."""

from collections.abc import Callable

Tell = Callable[[str], None]
"""Says to an address that there is news; does not wait, and does not raise."""


class News:
    """The way of each channel that can say something unasked. Nothing is kept: where no such
    channel is at work, nobody is told, and the bell still is.
    """

    def __init__(self) -> None:
        """Nobody can be told yet."""
        self._ways: dict[str, Tell] = {}

    def over(self, channel: str, tell: Tell) -> None:
        """Chats of this channel are told so from now on."""
        self._ways[channel] = tell

    def without(self, channel: str) -> None:
        """This channel has closed: its chats are told no more."""
        self._ways.pop(channel, None)

    def tell(self, chats: frozenset[str]) -> None:
        """Tell these chats ("channel|address")."""
        for chat in chats:
            channel, _, address = chat.partition("|")
            tell = self._ways.get(channel)
            if tell is not None:
                tell(address)
