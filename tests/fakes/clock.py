"""A clock for the fakes, moved by a test."""

import time

# Saturday 21 November 2026, noon in Viet Nam.
START = 1_795_237_200.0


class Clock:
    """Seconds since 1970, from a fixed day on: running by themselves or still, moved by a test."""

    def __init__(self, start: float = START, *, running: bool = True) -> None:
        self._start = start
        self._begun = time.monotonic() if running else None

    def __call__(self) -> float:
        return self._start + (time.monotonic() - self._begun if self._begun is not None else 0)

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self._start += seconds
