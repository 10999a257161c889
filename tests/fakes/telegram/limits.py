"""Telegram's flood limits: per chat, per group, and for bulk over the whole bot."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

from tests.fakes.telegram.refusals import too_many
from tests.fakes.telegram.world import Bot, Chat

# Sending, editing and making a topic share one budget; the rest is free.
COUNTED = frozenset(
    {
        "sendmessage",
        "sendphoto",
        "senddocument",
        "copymessage",
        "editmessagetext",
        "editmessagecaption",
        "editmessagereplymarkup",
        "createforumtopic",
    }
)


@dataclass(slots=True)
class Limits:
    """How much is allowed; None switches a limit off.

    A chat takes `per_second` after a burst; a group or channel `per_minute` in any 60 seconds. The
    bulk limit counts only chats whose person has been silent for a minute: answers are free.
    """

    per_second: float | None = 1.0
    burst: int = 5
    per_minute: int | None = 20
    bulk_per_second: int | None = None
    _full_at: dict[tuple[int, int], float] = field(default_factory=dict, repr=False)
    _recent: dict[tuple[int, int], deque[float]] = field(
        default_factory=lambda: defaultdict(deque), repr=False
    )
    _bulk: dict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque), repr=False)

    def admit(self, bot: Bot, chat: Chat, now: float) -> None:
        """Count one call. Raises Refusal (429) when it is one too many; that one is not counted."""
        key = (bot.id, chat.id)
        waits = [0.0]
        full_at = max(self._full_at.get(key, now), now)
        if self.per_second is not None:
            waits.append(full_at + 1 / self.per_second - now - self.burst / self.per_second)
        is_bulk = self.bulk_per_second is not None and now - chat.heard_at > 60
        if self.per_minute is not None and chat.kind != "private":
            waits.append(_wait(self._recent[key], self.per_minute, 60, now))
        if self.bulk_per_second is not None and is_bulk:
            waits.append(_wait(self._bulk[bot.id], self.bulk_per_second, 1, now))
        if max(waits) > 1e-9:
            raise too_many(max(1, math.ceil(max(waits))))
        if self.per_second is not None:
            self._full_at[key] = full_at + 1 / self.per_second
        if self.per_minute is not None and chat.kind != "private":
            self._recent[key].append(now)
        if is_bulk:
            self._bulk[bot.id].append(now)


def _wait(times: deque[float], most: int, window: float, now: float) -> float:
    """How long until one more fits into the window."""
    while times and times[0] <= now - window:
        times.popleft()
    return times[0] + window - now if len(times) >= most else 0.0
