"""What must never touch a disk: talks and drafts, mutes, rate counters, seen ids; each entry until
its time-out. In this process (`Memory`), or in a Redis that several processes share
(`storage.volatile.redis`, which only those import who were told of one).
"""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from storage.volatile.limits import ENTRY_BYTES, MAX_BYTES, Away, Full
from storage.volatile.memory import Memory

__all__ = ["ENTRY_BYTES", "MAX_BYTES", "Away", "Full", "Memory", "Volatile"]


class Volatile(Protocol):
    """A volatile store. Kinds and names are kept as keyed fingerprints, values and notes sealed,
    under a key made from the purpose key and a nonce that dies with the store.

    What has passed its time-out is gone for every reader at once, and leaves the store at the next
    `sweep`. A look and a change after it are two things: whoever needs them to be one holds the
    name meanwhile (`hold`). Everything may raise Away; then it was not done, or may be done again.
    """

    @property
    def is_shared(self) -> bool:
        """Whether other processes have the same entries, and the next start of this one, too."""
        ...

    async def reach(self) -> None:
        """Make sure that the store answers. Raises Away."""
        ...

    async def get(self, kind: str, name: str) -> bytes | None:
        """The value, or None when there is none (any more)."""
        ...

    async def put(
        self, kind: str, name: str, value: bytes, *, seconds: float, note: bytes | None = None
    ) -> None:
        """Keeps `value` for `seconds` from now, in place of what was there. `note` is what
        `expiring` will say about this entry. Raises Full, and then everything is as before.
        """
        ...

    async def drop(self, kind: str, name: str) -> bool:
        """Forgets the entry; whether there was one. Of several who drop it at once, one did."""
        ...

    async def touch(self, kind: str, name: str, seconds: float) -> bool:
        """Lets the entry live for `seconds` from now; False when there is none."""
        ...

    async def add(self, kind: str, name: str, *, seconds: float) -> bool:
        """Remembers the name for `seconds`; False, with its time-out unchanged, when it was there
        already. May raise Full.
        """
        ...

    async def count(self, kind: str, name: str, *, seconds: float) -> int:
        """Counts one more and gives the count, which starts again `seconds` after its first; `get`
        gives it in digits. May raise Full.
        """
        ...

    async def total(self, kind: str) -> int:
        """How many bytes the living entries of this kind hold, sealing and about 256 bytes each
        included.
        """
        ...

    async def expiring(self, kind: str, within: float, start: bytes = b"") -> list[bytes]:
        """The notes of the living entries of this kind that end within so many seconds and whose
        note begins with `start`, those that end first in front. Each is told once for each
        time-out, to whoever asks first: `put` and `touch` make a new one.
        """
        ...

    def hold(self, kind: str, name: str, seconds: float = ...) -> AbstractAsyncContextManager[None]:
        """Waits until nobody else is in under this name, and keeps others out until the context is
        left; different names do not wait for each other. A process that dies inside lets others in
        after `seconds`. Holds are no entries: they meet neither `get` nor the limits.
        """
        ...

    async def sweep(self) -> int:
        """Takes out what has passed its time-out; gives how many entries that were."""
        ...

    async def close(self) -> None:
        """This process needs the store no more. What is in nobody else's hands is forgotten."""
        ...
