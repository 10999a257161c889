"""Tells open pages that something changed: nothing is stored, nothing said but "look again"."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

DESK = b"desk"


class Hub:
    """Topics (a tip's id, or `DESK`) and who watches them now."""

    def __init__(self) -> None:
        """Nobody watches yet."""
        self._watchers: dict[bytes, set[asyncio.Event]] = defaultdict(set)

    def tell(self, topics: Iterable[bytes]) -> None:
        """Wake everybody who watches one of `topics`."""
        for topic in topics:
            for watcher in self._watchers.get(topic, ()):
                watcher.set()

    def tell_all(self) -> None:
        """Wake everybody: something changed, and it is not known what."""
        self.tell(list(self._watchers))

    @contextmanager
    def watch(self, *topics: bytes) -> Iterator[asyncio.Event]:
        """An event that is set when one of `topics` changes; the watcher clears it."""
        watcher = asyncio.Event()
        for topic in topics:
            self._watchers[topic].add(watcher)
        try:
            yield watcher
        finally:
            for topic in topics:
                self._watchers[topic].discard(watcher)
                if not self._watchers[topic]:
                    del self._watchers[topic]
