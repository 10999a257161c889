"""The volatile store in a Redis that several processes share, and that writes nothing to a disk.

A nonce lies in Redis beside the entries and is lost with them. Whoever takes the memory of the
server without the purpose key reads nothing; whoever takes the key afterwards finds no memory.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from storage import crypto
from storage.chance import random_id
from storage.volatile import scripts
from storage.volatile.limits import HOLD_SECONDS, MAX_BYTES, Away, Full, with_marks
from storage.volatile.line import Line, OtherNonce, Refused
from storage.volatile.sealing import Sealer
from storage.volatile.turnstile import Turnstile

SWEEP_AT_ONCE = 500
"""How many entries a script takes out while everybody else waits for it."""
_RENEWALS_IN_A_HOLD = 5
_SHORTEST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.005, 0.1
_NONCES = 3
"""How often in one call the store may be emptied before it counts as away."""

Result = TypeVar("Result")
_Held = tuple[Sealer, bytes, float]


class Redis:
    """A volatile store in a Redis database, below a prefix of its own; what else lies there is left
    alone. `clock` gives the time that all processes share, in seconds.
    """

    is_shared = True

    def __init__(
        self,
        line: Line,
        key: bytes,
        clock: Callable[[], float],
        *,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        """`line` leads to the server; `close` hangs up."""
        self._line = line
        self._key = key
        self._clock = clock
        self._max_bytes = max_bytes
        self._sealer: Sealer | None = None
        self._turnstile = Turnstile()
        self._held: dict[bytes, _Held] = {}

    async def reach(self) -> None:
        """Make sure that the store answers. Raises Away."""
        await self._under_one_nonce(
            lambda sealer: self._ask(sealer, scripts.TOTAL, sealer.kind(""))
        )

    async def get(self, kind: str, name: str) -> bytes | None:
        """The value, or None when there is none (any more)."""

        async def got(sealer: Sealer) -> bytes | None:
            place = sealer.place(kind, name)
            sealed = await self._ask(sealer, scripts.GET, place)
            return None if sealed is None else sealer.open_value(bytes(sealed), place)

        return await self._under_one_nonce(got)

    async def put(
        self, kind: str, name: str, value: bytes, *, seconds: float, note: bytes | None = None
    ) -> None:
        """Keeps `value` for `seconds` from now, in place of what was there. Raises Full, and then
        everything is as before.
        """

        async def done(sealer: Sealer) -> int:
            place = sealer.place(kind, name)
            sealed = sealer.seal_value(value, place)
            told = b"" if note is None else sealer.seal_note(note, place)
            return await self._write(
                sealer, scripts.PUT, place, sealed, told, self._last(seconds), self._max_bytes
            )

        await self._under_one_nonce(done)

    async def drop(self, kind: str, name: str) -> bool:
        """Forgets the entry; whether there was one. Of several who drop it at once, one did."""
        return await self._under_one_nonce(
            lambda sealer: self._whether(sealer, scripts.DROP, sealer.place(kind, name))
        )

    async def touch(self, kind: str, name: str, seconds: float) -> bool:
        """Lets the entry live for `seconds` from now; False when there is none."""
        return await self._under_one_nonce(
            lambda sealer: self._whether(
                sealer, scripts.TOUCH, sealer.place(kind, name), self._last(seconds)
            )
        )

    async def add(self, kind: str, name: str, *, seconds: float) -> bool:
        """Remembers the name for `seconds`; False, with its time-out unchanged, when it was there
        already. May raise Full.
        """

        async def added(sealer: Sealer) -> bool:
            place = sealer.place(kind, name)
            mark, last = sealer.seal_value(b"", place), self._last(seconds)
            limit = with_marks(self._max_bytes)
            return await self._write(sealer, scripts.ADD, place, mark, last, limit) == 1

        return await self._under_one_nonce(added)

    async def count(self, kind: str, name: str, *, seconds: float) -> int:
        """Counts one more and gives the count, which starts again `seconds` after its first. May
        raise Full.
        """

        async def counted(sealer: Sealer) -> int:
            place, limit = sealer.place(kind, name), with_marks(self._max_bytes)
            while True:
                # The number is sealed, so Redis cannot add: whoever was faster makes us look again.
                before = bytes(await self._ask(sealer, scripts.GET, place) or b"")
                number = int(sealer.open_value(before, place)) + 1 if before else 1
                after = sealer.seal_value(b"%d" % number, place)
                last = self._last(seconds)
                if await self._write(sealer, scripts.SWAP, place, before, after, last, limit) == 1:
                    return number

        return await self._under_one_nonce(counted)

    async def total(self, kind: str) -> int:
        """How many bytes the living entries of this kind hold, sealing and about 256 bytes each
        included.
        """
        await self.sweep()
        return int(
            await self._under_one_nonce(
                lambda sealer: self._ask(sealer, scripts.TOTAL, sealer.kind(kind))
            )
        )

    async def expiring(self, kind: str, within: float, start: bytes = b"") -> list[bytes]:
        """The notes of the living entries of this kind that end within so many seconds and whose
        note begins with `start`, those that end first in front. Each is told once for each
        time-out, to whoever asks first.
        """

        async def told(sealer: Sealer) -> list[bytes]:
            found = await self._ask(sealer, scripts.DUE, sealer.kind(kind), self._last(within))
            notes = {}
            for place, last, sealed in found:
                note = sealer.open_note(bytes(sealed), bytes(place))
                if note.startswith(start):
                    notes[bytes(place)] = bytes(last), note
            if not notes:
                return []
            # What is told of is fixed in a second step: only here can a note be read.
            asked = [part for place, (last, _) in notes.items() for part in (place, last)]
            return [
                notes[bytes(place)][1] for place in await self._ask(sealer, scripts.TELL, *asked)
            ]

        return await self._under_one_nonce(told)

    @asynccontextmanager
    async def hold(
        self, kind: str, name: str, seconds: float = HOLD_SECONDS
    ) -> AsyncIterator[None]:
        """Waits until nobody else is in under this name, in whichever process, and keeps others out
        until the context is left, as long as `keep_holds` runs; without it, and when this process
        dies, for `seconds`. Within a process in the order in which they came.
        """
        token = random_id()
        async with self._turnstile.alone(crypto.fingerprint(self._key, f"{kind}|{name}".encode())):
            try:
                await self._take(kind, name, token, seconds)
                yield
            finally:
                # Where this cannot be said, it ends by itself.
                with suppress(Exception):
                    await self._free(token)

    async def keep_holds(self) -> None:
        """Keeps what is held from ending, as long as this runs."""
        while True:
            await asyncio.sleep(HOLD_SECONDS / _RENEWALS_IN_A_HOLD)
            for token, (sealer, place, seconds) in list(self._held.items()):
                # A store that is away holds nothing; the next time may be better.
                with suppress(Exception):
                    await self._ask(sealer, scripts.KEEP, place, token, _milliseconds(seconds))

    async def sweep(self) -> int:
        """Takes out what has passed its time-out; gives how many entries that were."""
        swept, some = 0, SWEEP_AT_ONCE
        while some == SWEEP_AT_ONCE:
            some = int(
                await self._under_one_nonce(
                    lambda sealer: self._ask(sealer, scripts.SWEEP, SWEEP_AT_ONCE)
                )
            )
            swept += some
        return swept

    async def close(self) -> None:
        """Hang up. The entries are the other processes' too, and our next start's."""
        await self._line.close()

    async def _take(self, kind: str, name: str, token: bytes, seconds: float) -> None:
        pause = _SHORTEST_PAUSE_SECONDS

        async def taken(sealer: Sealer) -> bool:
            # Known before it is asked for: whoever is cancelled meanwhile frees it all the same.
            place = sealer.place(f"hold {kind}", name)
            self._held[token] = sealer, place, seconds
            asked = place, token, _milliseconds(seconds)
            return await self._whether(sealer, scripts.TAKE, *asked)

        while not await self._under_one_nonce(taken):
            del self._held[token]
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _free(self, token: bytes) -> None:
        if token in self._held:
            sealer, place, _ = self._held.pop(token)
            await self._ask(sealer, scripts.FREE, place, token)

    async def _write(self, sealer: Sealer, script: str, *args: bytes | int) -> int:
        """1 when it was written, 0 when something else stands there. Raises Full."""
        done = int(await self._ask(sealer, script, *args))
        if done < 0:
            await self.sweep()
            done = int(await self._ask(sealer, script, *args))
        if done < 0:
            raise Full
        return done

    async def _whether(self, sealer: Sealer, script: str, *args: bytes | int) -> bool:
        return int(await self._ask(sealer, script, *args)) == 1

    async def _ask(self, sealer: Sealer, script: str, *args: bytes | int) -> Any:
        try:
            return await self._line.run(script, sealer.nonce, self._now(), *args)
        except Refused:
            raise Away from None

    async def _under_one_nonce(self, work: Callable[[Sealer], Awaitable[Result]]) -> Result:
        """Do it under the nonce of the store; once more, all of it, where the store was emptied."""
        for _ in range(_NONCES):
            sealer = self._sealer
            if sealer is None:
                sealer = self._sealer = Sealer(self._key, await self._nonce())
            try:
                return await work(sealer)
            except OtherNonce:
                if self._sealer is sealer:
                    self._sealer = None
        raise Away

    async def _nonce(self) -> bytes:
        try:
            return await self._line.nonce()
        except (Refused, Full):
            raise Away from None

    def _now(self) -> int:
        return _milliseconds(self._clock())

    def _last(self, seconds: float) -> int:
        return self._now() + _milliseconds(seconds)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
