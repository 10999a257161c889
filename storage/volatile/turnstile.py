"""Lets one in at a time for each name; different names do not wait for each other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turnstile:
    """Nothing is remembered of a name that nobody waits for."""

    def __init__(self) -> None:
        self._locks: dict[bytes, tuple[asyncio.Lock, int]] = {}

    def __len__(self) -> int:
        """How many names somebody is in for, or waits for."""
        return len(self._locks)

    @asynccontextmanager
    async def alone(self, name: bytes) -> AsyncIterator[None]:
        """Wait until nobody else is in under this name; in the order in which they came."""
        lock, users = self._locks.get(name, (asyncio.Lock(), 0))
        self._locks[name] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            # Kept as long as somebody waits: a lock between two owners looks free.
            users = self._locks[name][1] - 1
            if users:
                self._locks[name] = (lock, users)
            else:
                del self._locks[name]
