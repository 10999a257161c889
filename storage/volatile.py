"""What must never touch a disk: talks and drafts, mutes, rate counters, seen ids; each entry until
its time-out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from storage import crypto
from storage.padding import joined

MAX_BYTES = 160 * 1024 * 1024
ENTRY_BYTES = 256
"""What one entry costs beside its contents, roughly."""


class Full(Exception):
    """The store holds as much as it may. Says nothing more on purpose."""


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


class _Sealer:
    """Names and seals under `key` and a `nonce` that dies with the store."""

    __slots__ = ("_names", "_seals")

    def __init__(self, key: bytes, nonce: bytes) -> None:
        root = crypto.fingerprint(key, nonce)
        self._names = crypto.derive(root, "volatile names")
        self._seals = crypto.derive(root, "volatile seals")

    def name(self, kind: str, name: str) -> bytes:
        return crypto.fingerprint(self._names, joined(kind.encode(), name.encode()))

    def seal(self, plain: bytes, about: bytes) -> bytes:
        return crypto.seal_loose(self._seals, plain, about)

    def open(self, sealed: bytes, about: bytes) -> bytes:
        return crypto.open_loose(self._seals, sealed, about)


class Memory:
    """A volatile store in this process. Kinds and names are kept as keyed fingerprints, values and
    notes sealed, under a key made from `key` and a nonce that dies with the store. `clock` gives
    seconds that never go back.

    What has passed its time-out is gone for every reader at once, and leaves the memory at the next
    `sweep`.
    """

    def __init__(
        self, key: bytes, clock: Callable[[], float], *, max_bytes: int = MAX_BYTES
    ) -> None:
        self._key = key
        self._clock = clock
        self._max_bytes = max_bytes
        self._entries: dict[bytes, _Entry] = {}
        self._totals: dict[bytes, int] = {}
        self._sealer = _Sealer(key, crypto.new_master())

    async def get(self, kind: str, name: str) -> bytes | None:
        """The value, or None when there is none (any more)."""
        place = self._sealer.name(kind, name)
        entry = self._living(place)
        return self._sealer.open(entry.value, b"value" + place) if entry else None

    async def put(
        self, kind: str, name: str, value: bytes, *, seconds: float, note: bytes | None = None
    ) -> None:
        """Keeps `value` for `seconds` from now, in place of what was there. `note` is what
        `expiring` will say about this entry. Raises Full, and then everything is as before.
        """
        self._keep(kind, name, value, note, self._clock() + seconds, self._max_bytes)

    async def drop(self, kind: str, name: str) -> None:
        """Forgets the entry, if there is one."""
        self._remove(self._sealer.name(kind, name))

    async def touch(self, kind: str, name: str, seconds: float) -> bool:
        """Lets the entry live for `seconds` from now; False when there is none."""
        entry = self._living(self._sealer.name(kind, name))
        if entry:
            entry.ends, entry.announced = self._clock() + seconds, False
        return entry is not None

    async def add(self, kind: str, name: str, *, seconds: float) -> bool:
        """Remembers the name for `seconds`; False, with its time-out unchanged, when it was there
        already. May raise Full.
        """
        if self._living(self._sealer.name(kind, name)):
            return False
        self._keep(kind, name, b"", None, self._clock() + seconds, self._max_bytes_for_marks)
        return True

    async def count(self, kind: str, name: str, *, seconds: float) -> int:
        """Counts one more and gives the count, which starts again `seconds` after its first. May
        raise Full.
        """
        place = self._sealer.name(kind, name)
        entry = self._living(place)
        so_far = int(self._sealer.open(entry.value, b"value" + place)) if entry else 0
        ends = entry.ends if entry else self._clock() + seconds
        self._keep(kind, name, b"%d" % (so_far + 1), None, ends, self._max_bytes_for_marks)
        return so_far + 1

    async def total(self, kind: str) -> int:
        """How many bytes the living entries of this kind hold, sealing and about 256 bytes each
        included.
        """
        self._sweep()
        return self._totals.get(self._sealer.name(kind, ""), 0)

    async def expiring(self, kind: str, within: float, start: bytes = b"") -> list[bytes]:
        """The notes of the living entries of this kind that end within so many seconds and whose
        note begins with `start`, those that end first in front. Each is told once for each
        time-out: `put` and `touch` make a new one.
        """
        now, wanted = self._clock(), self._sealer.name(kind, "")
        ending = [
            (entry.ends, place, self._sealer.open(entry.note, b"note" + place))
            for place, entry in self._entries.items()
            if entry.kind == wanted and not entry.announced and now < entry.ends <= now + within
            if entry.note
        ]
        told = sorted(each for each in ending if each[2].startswith(start))
        for _, place, _ in told:
            self._entries[place].announced = True
        return [note for _, _, note in told]

    async def sweep(self) -> int:
        """Takes out what has passed its time-out; gives how many entries that were."""
        return self._sweep()

    async def close(self) -> None:
        """Forgets everything, and the nonce with it; the store is empty and usable again."""
        self._entries.clear()
        self._totals.clear()
        self._sealer = _Sealer(self._key, crypto.new_master())

    @property
    def _max_bytes_for_marks(self) -> int:
        """Counters and seen ids keep working when drafts have filled the store."""
        return self._max_bytes + self._max_bytes // 8

    def _living(self, place: bytes) -> _Entry | None:
        entry = self._entries.get(place)
        if entry and entry.ends <= self._clock():
            self._remove(place)
            return None
        return entry

    def _keep(
        self, kind: str, name: str, value: bytes, note: bytes | None, ends: float, limit: int
    ) -> None:
        place = self._sealer.name(kind, name)
        sealed_note = None if note is None else self._sealer.seal(note, b"note" + place)
        sealed = self._sealer.seal(value, b"value" + place)
        entry = _Entry(self._sealer.name(kind, ""), sealed, sealed_note, ends)
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
