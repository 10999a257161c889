"""The volatile store of one process: nobody else has it, and it ends with the process."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from storage import crypto
from storage.volatile.limits import ENTRY_BYTES, HOLD_SECONDS, MAX_BYTES, Full, with_marks
from storage.volatile.sealing import Sealer
from storage.volatile.turnstile import Turnstile


@dataclass(slots=True)
class _Entry:
    kind: bytes
    value: bytes = field(repr=False)
    note: bytes | None = field(repr=False)
    ends: float
    announced: bool = False

    @property
    def size(self) -> int:
        return ENTRY_BYTES + len(self.value) + len(self.note or b"")


class Memory:
    """A volatile store in this process, under `key` and a nonce that nobody else has. `clock` gives
    seconds that never go back.
    """

    is_shared = False

    def __init__(
        self, key: bytes, clock: Callable[[], float], *, max_bytes: int = MAX_BYTES
    ) -> None:
        self._key = key
        self._clock = clock
        self._max_bytes = max_bytes
        self._entries: dict[bytes, _Entry] = {}
        self._totals: dict[bytes, int] = {}
        self._sealer = Sealer(key, crypto.new_master())
        self._turnstile = Turnstile()

    async def reach(self) -> None:
        """It is always here."""

    async def get(self, kind: str, name: str) -> bytes | None:
        """The value, or None when there is none (any more)."""
        place = self._sealer.place(kind, name)
        entry = self._living(place)
        return self._sealer.open_value(entry.value, place) if entry else None

    async def put(
        self, kind: str, name: str, value: bytes, *, seconds: float, note: bytes | None = None
    ) -> None:
        """Keeps `value` for `seconds` from now, in place of what was there. `note` is what
        `expiring` will say about this entry. Raises Full, and then everything is as before.
        """
        self._keep(kind, name, value, note, self._clock() + seconds, self._max_bytes)

    async def drop(self, kind: str, name: str) -> bool:
        """Forgets the entry; whether there was one."""
        place = self._sealer.place(kind, name)
        was_there = self._living(place) is not None
        self._remove(place)
        return was_there

    async def touch(self, kind: str, name: str, seconds: float) -> bool:
        """Lets the entry live for `seconds` from now; False when there is none."""
        entry = self._living(self._sealer.place(kind, name))
        if entry:
            entry.ends, entry.announced = self._clock() + seconds, False
        return entry is not None

    async def add(self, kind: str, name: str, *, seconds: float) -> bool:
        """Remembers the name for `seconds`; False, with its time-out unchanged, when it was there
        already. May raise Full.
        """
        if self._living(self._sealer.place(kind, name)):
            return False
        self._keep(kind, name, b"", None, self._clock() + seconds, self._max_bytes_for_marks)
        return True

    async def count(self, kind: str, name: str, *, seconds: float) -> int:
        """Counts one more and gives the count, which starts again `seconds` after its first. May
        raise Full.
        """
        place = self._sealer.place(kind, name)
        entry = self._living(place)
        so_far = int(self._sealer.open_value(entry.value, place)) if entry else 0
        ends = entry.ends if entry else self._clock() + seconds
        self._keep(kind, name, b"%d" % (so_far + 1), None, ends, self._max_bytes_for_marks)
        return so_far + 1

    async def total(self, kind: str) -> int:
        """How many bytes the living entries of this kind hold, sealing and about 256 bytes each
        included.
        """
        self._sweep()
        return self._totals.get(self._sealer.kind(kind), 0)

    async def expiring(self, kind: str, within: float, start: bytes = b"") -> list[bytes]:
        """The notes of the living entries of this kind that end within so many seconds and whose
        note begins with `start`, those that end first in front. Each is told once for each
        time-out: `put` and `touch` make a new one.
        """
        now, wanted = self._clock(), self._sealer.kind(kind)
        ending = [
            (entry.ends, place, self._sealer.open_note(entry.note, place))
            for place, entry in self._entries.items()
            if entry.kind == wanted and not entry.announced and now < entry.ends <= now + within
            if entry.note
        ]
        told = sorted(each for each in ending if each[2].startswith(start))
        for _, place, _ in told:
            self._entries[place].announced = True
        return [note for _, _, note in told]

    @asynccontextmanager
    async def hold(
        self,
        kind: str,
        name: str,
        seconds: float = HOLD_SECONDS,  # noqa: ARG002 - nobody else waits when this process dies
    ) -> AsyncIterator[None]:
        """Waits until nobody else is in under this name; in the order in which they came."""
        async with self._turnstile.alone(self._sealer.place(kind, name)):
            yield

    async def sweep(self) -> int:
        """Takes out what has passed its time-out; gives how many entries that were."""
        return self._sweep()

    async def close(self) -> None:
        """Forgets everything, and the nonce with it; the store is empty and usable again."""
        self._entries.clear()
        self._totals.clear()
        self._sealer = Sealer(self._key, crypto.new_master())

    @property
    def _max_bytes_for_marks(self) -> int:
        """Counters and seen ids keep working when drafts have filled the store."""
        return with_marks(self._max_bytes)

    def _living(self, place: bytes) -> _Entry | None:
        entry = self._entries.get(place)
        if entry and entry.ends <= self._clock():
            self._remove(place)
            return None
        return entry

    def _keep(
        self, kind: str, name: str, value: bytes, note: bytes | None, ends: float, limit: int
    ) -> None:
        place = self._sealer.place(kind, name)
        sealed_note = None if note is None else self._sealer.seal_note(note, place)
        sealed = self._sealer.seal_value(value, place)
        entry = _Entry(self._sealer.kind(kind), sealed, sealed_note, ends)
        if not self._fits(place, entry, limit):
            self._sweep()
            if not self._fits(place, entry, limit):
                raise Full
        self._remove(place)
        self._entries[place] = entry
        self._totals[entry.kind] = self._totals.get(entry.kind, 0) + entry.size

    def _fits(self, place: bytes, entry: _Entry, limit: int) -> bool:
        before = self._entries.get(place)
        held = sum(self._totals.values()) - (before.size if before else 0)
        return held + entry.size <= limit

    def _remove(self, place: bytes) -> None:
        entry = self._entries.pop(place, None)
        if entry:
            self._totals[entry.kind] -= entry.size

    def _sweep(self) -> int:
        now = self._clock()
        ended = [place for place, entry in self._entries.items() if entry.ends <= now]
        for place in ended:
            self._remove(place)
        return len(ended)
