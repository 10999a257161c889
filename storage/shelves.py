"""The words that a search has opened, in this process's memory only: for one session of one officer
each, ten minutes at most, and within a bound. Nothing here ever touches a disk.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handlers.searching import Where
from storage.cards import Sight
from storage.record import End

SHELF_SECONDS = 600
SHELF_BYTES = 24 * 1024 * 1024
"""What one session keeps; tips beyond it are opened anew at every search."""
ALL_BYTES = 96 * 1024 * 1024
"""What all sessions of this process keep; the oldest makes room."""
_BESIDE_BYTES = 500
"""What a tip takes beside its words, about."""


@dataclass(slots=True)
class Kept:
    """The folded words of a tip as it was when `end` was its last part; opened through `unit`."""

    unit: str
    end: End
    pages: tuple[tuple[Where, bytearray], ...] = field(repr=False)

    @property
    def size(self) -> int:
        """How many bytes it takes, about."""
        return _BESIDE_BYTES + sum(len(text) for _, text in self.pages)

    def wipe(self) -> None:
        """Overwrite the words: what is only let go lies in memory until it is used again."""
        for _, text in self.pages:
            text[:] = bytes(len(text))
        self.pages = ()


@dataclass(slots=True, eq=False)
class Shelf:
    """What one session keeps; `began` is when its first words were opened."""

    staff: bytes = field(repr=False)
    began: datetime | None = None
    sight: Sight | None = field(default=None, repr=False)
    tips: dict[bytes, Kept] = field(default_factory=dict, repr=False)
    size: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    def begin(self, sight: Sight, now: datetime) -> None:
        """Before a search: what is too old, or was opened by a right that is another one since, is
        wiped.
        """
        too_old = self.began is None or now >= self.began + timedelta(seconds=SHELF_SECONDS)
        if too_old or self.sight != sight:
            self.wipe()
            self.began, self.sight = now, sight

    def only(self, tips: Collection[bytes]) -> None:
        """Wipe the words of all other tips."""
        for tip in self.tips.keys() - set(tips):
            self._drop(tip)

    def fresh(self, tip: bytes, end: End) -> Kept | None:
        """The words of a tip, if they are kept and nothing was written in it since."""
        kept = self.tips.get(tip)
        if kept is not None and kept.end != end:
            self._drop(tip)
            return None
        return kept

    def keep(self, tip: bytes, kept: Kept) -> bool:
        """Keep the words of a tip; False where they do not fit any more."""
        if self.size + kept.size > SHELF_BYTES:
            return False
        self.tips[tip] = kept
        self.size += kept.size
        return True

    def wipe(self) -> None:
        """Wipe everything."""
        for tip in list(self.tips):
            self._drop(tip)
        self.began = self.sight = None

    def _drop(self, tip: bytes) -> None:
        kept = self.tips.pop(tip)
        self.size -= kept.size
        kept.wipe()


class Shelves:
    """The shelves of all sessions of this process. One after another is filled: opening thousands
    of tips at once for many would let everybody wait.
    """

    def __init__(self) -> None:
        """Nobody has searched yet."""
        self._of: dict[str, Shelf] = {}
        self.filling = asyncio.Lock()

    def of(self, session: str, staff: bytes) -> Shelf:
        """The shelf of a session; a new one where it has none."""
        shelf = self._of.get(session)
        if shelf is None:
            shelf = self._of[session] = Shelf(staff)
        return shelf

    def settle(self, of: str, beside: Shelf) -> None:
        """After a search: the oldest go while all together take too much, but never the one
        `beside`, unless its session ended meanwhile.
        """
        if self._of.get(of) is not beside:
            beside.wipe()
        for session, shelf in list(self._of.items()):
            if sum(each.size for each in self._of.values()) <= ALL_BYTES:
                return
            if shelf is not beside:
                self.end(session)

    def tidy(self, now: datetime) -> None:
        """Wipe and forget what is too old."""
        for session, shelf in list(self._of.items()):
            if shelf.lock.locked():
                continue
            if shelf.began is None or now >= shelf.began + timedelta(seconds=SHELF_SECONDS):
                self.end(session)

    def end(self, session: str) -> None:
        """The session is over: its words are wiped."""
        shelf = self._of.pop(session, None)
        if shelf is not None:
            shelf.wipe()

    def end_all_of(self, staff: bytes) -> None:
        """The same for all sessions of a member."""
        for session, shelf in list(self._of.items()):
            if shelf.staff == staff:
                self.end(session)
