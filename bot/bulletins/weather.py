"""How it is on the way to the app, and how much may therefore be under way at once."""

import math
from dataclasses import dataclass

SMALLEST_WINDOW = 50
FLUSH_SECONDS = 0.1
FLUSH_ROWS = 100
_FIRST_LATENCY_SECONDS = 0.1
_LEARNING = 0.1
_FEWEST_FLYING, _MOST_FLYING = 16, 1000
_LONGEST_PAUSE_SECONDS = 30.0


@dataclass(slots=True)
class Weather:
    """How it was lately, from one stream to the next: seconds until an answer, failures in a row,
    and until when (as the pace counts) the app lets nothing through.
    """

    latency: float = _FIRST_LATENCY_SECONDS
    failures: int = 0
    rest_until: float = -math.inf

    def answered(self, seconds: float) -> None:
        """An answer came after so long."""
        self.failures = 0
        self.latency += _LEARNING * (seconds - self.latency)

    def later(self, now: float, seconds: float) -> None:
        """Rest as long as we were told; without an end in sight, a little longer each time."""
        if now >= self.rest_until:
            self.failures += 1
        pause = min(_LONGEST_PAUSE_SECONDS, seconds * 2 ** (self.failures - 1))
        self.rest_until = max(self.rest_until, now + max(seconds, pause))


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many may be bound without an outcome (the bound of what a crash may repeat), in flight,
    read at once, and waiting to be written; below `low` in the queue more is wanted.
    """

    budget: int
    flying: int
    page: int
    rows: int
    low: int


def sizes(per_second: float, latency: float) -> Sizes:
    """What keeps an account of that pace busy at that latency, and no more."""
    on_the_way = math.ceil(1.5 * per_second * latency)
    between_flushes = math.ceil(per_second * FLUSH_SECONDS)
    budget = max(SMALLEST_WINDOW, on_the_way) + between_flushes
    return Sizes(
        budget=budget,
        flying=min(_MOST_FLYING, max(_FEWEST_FLYING, on_the_way)),
        page=max(10, budget // 4),
        rows=max(FLUSH_ROWS, between_flushes),
        low=max(1, budget // 4),
    )
