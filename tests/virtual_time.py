"""An event loop whose time costs nothing: when all wait, it is later at once."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class _Selector(selectors.SelectSelector):
    """Waits for nothing but time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Time passes; nothing else happens here."""
        assert timeout is not None, "everything waits for something that never comes"
        self.now += max(timeout, 0)
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        """Seconds that pass when nobody has anything to do."""
        return self._virtual.now


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run `work` to its end; what is slept there takes no time."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)
