"""How fast a channel account may be spoken to: time comes in, nothing waits in here.

One `Pace` stands for one account (a bot token). A caller asks `ready_at`, sleeps until then, asks
again, and when the answer is "now" calls `sent` and sends, with nothing awaited in between.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

_LONG_AGO = -math.inf
_MINUTE_SECONDS = 60
_SLOWEST = 1 / 16
_FEW_SCOPES = 64


class Lane(StrEnum):
    """Whether somebody waits for it (an answer, a desk card) or not (a bulletin)."""

    TALK = "talk"
    BULK = "bulk"


class Kind(StrEnum):
    """What a budget belongs to. A channel of posts is a group; a forum is one, with all topics."""

    CHAT = "chat"
    GROUP = "group"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Scope:
    """One chat or one group, under a name that the caller chooses; or the account as a whole."""

    kind: Kind
    name: str = field(default="", repr=False)


ACCOUNT = Scope(Kind.ACCOUNT)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the far side takes, and how far its clock may see us wrong; times in seconds.

    `jitter` is the most by which one message may travel longer than another, `catch_up` the most by
    which a caller that woke late may make up for it. The bulk lane pays for both by its rate:
    30 a second become 29.4, 1000 become 980. `group_kept` of a group's minute are never given to
    the bulk lane. After a refusal the full speed is back `recovery` after the halt at the latest.
    """

    bulk_per_second: float = 30
    chat_interval: float = 1
    group_per_minute: int = 20
    group_kept: int = 5
    jitter: float = 0.015
    catch_up: float = 0.005
    recovery: float = 600

    def __post_init__(self) -> None:
        """Raises ValueError for limits under which nothing could ever be sent."""
        if not (self.bulk_per_second > 0 and self.chat_interval > 0 and self.recovery > 0):
            raise ValueError("rates, intervals and the time of recovery are above zero")
        if not 0 <= self.group_kept < self.group_per_minute:
            raise ValueError("a group's minute has room for the bulk lane, however little")
        if not (self.jitter >= 0 and self.catch_up >= 0):
            raise ValueError("jitter and catch_up are not below zero")

    @property
    def bulk_interval(self) -> float:
        """Seconds between two sends of the bulk lane.

        Any `bulk_per_second` + 1 neighbours leave at least 1 + jitter apart even when the caller
        catches up in between, and so they arrive at least a second apart.
        """
        return (1 + self.jitter + self.catch_up) / self.bulk_per_second


@dataclass(slots=True)
class _Track:
    """What is remembered of one scope."""

    # When each send of a group stops counting, rising; a chat has none.
    counted: deque[float] | tuple[()] = field(default=(), repr=False)
    free_at: float = _LONG_AGO  # by the interval alone
    halted_until: float = _LONG_AGO
    halted_speed: float = 1.0  # the speed with which it comes out of the halt
    promised: float = _LONG_AGO  # what an answer that had to wait was told


class Pace:
    """How fast one account may be spoken to. `now` is in seconds on a clock that never goes back.

    A chat or a group is limited in both lanes; the account's rate binds the bulk lane only. A
    halt binds everything in its scope. Forgets scopes by itself once they are as good as new.
    """

    __slots__ = ("_account", "_bulk_free_at", "_limits", "_sweep_above", "_tracks")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._account = _Track()
        self._bulk_free_at = _LONG_AGO
        self._tracks: dict[Scope, _Track] = {}
        self._sweep_above = _FEW_SCOPES

    def __len__(self) -> int:
        """How many chats and groups are remembered."""
        return len(self._tracks)

    def ready_at(self, now: float, scope: Scope, lane: Lane) -> float:
        """When something may be sent to `scope`: `now`, or a later moment at which to ask again.

        An answer that must wait is promised its moment: the bulk lane of this scope stays behind
        it until it is sent, or one interval longer if it never is.
        """
        track = self._known(scope)
        ready = max(now, self._account.halted_until)
        if track is not None:
            ready = max(ready, track.halted_until, track.free_at, self._slot_at(track, lane))
        if lane is Lane.BULK:
            behind = track.promised + self._interval if track is not None else _LONG_AGO
            return max(ready, self._bulk_free_at, behind)
        if ready > now:
            (track or self._started(now, scope)).promised = ready
        return ready

    def sent(self, now: float, scope: Scope, lane: Lane) -> None:
        """Count one message, edit or new topic (tdlib/td#2592) that leaves at `now`."""
        track = self._known(scope) or self._started(now, scope)
        speed = self._speed(track, now)
        if scope.kind is not Kind.ACCOUNT:
            track.free_at = max(track.free_at, now + self._interval / speed)
        if scope.kind is Kind.GROUP:
            last = track.counted[-1] if track.counted else _LONG_AGO
            minute = (_MINUTE_SECONDS + self._limits.jitter) / speed
            if not isinstance(track.counted, deque):
                # As many as the limit and no more: the oldest then says when the group is free.
                track.counted = deque(maxlen=self._limits.group_per_minute)
            track.counted.append(max(last, now + minute))
        if lane is Lane.TALK:
            track.promised = _LONG_AGO
            return
        interval = self._limits.bulk_interval / self._speed(self._account, now)
        # Without the floor an idle account would save up sends and let them go in one burst.
        self._bulk_free_at = max(self._bulk_free_at, now - self._limits.catch_up) + interval

    def refused(self, now: float, scope: Scope, retry_after: float) -> None:
        """Halt `scope` for `retry_after` seconds (the answer 429), and go at half speed after that.

        Several refusals in flight are one: within a halt they move its end, never to the front, and
        do not halve again. Nothing but time ends a halt. Raises ValueError for a time below zero or
        without end.
        """
        if not 0 <= retry_after < math.inf:
            raise ValueError("a halt has a length in seconds")
        track = self._known(scope) or self._started(now, scope)
        if now >= track.halted_until:
            track.halted_speed = max(_SLOWEST, self._speed(track, now) / 2)
        track.halted_until = max(track.halted_until, now + retry_after)

    def speed(self, now: float, scope: Scope) -> float:
        """The share of its full rate at which `scope` is spoken to: 1, or less after a refusal."""
        track = self._known(scope)
        return 1.0 if track is None else self._speed(track, now)

    def room(self, now: float, group: Scope, lane: Lane) -> int:
        """How many more sends the minute of `group` takes: a digest is due before none."""
        track = self._known(group)
        halted_until = self._account.halted_until
        if track is not None:
            halted_until = max(halted_until, track.halted_until)
        if halted_until > now:
            return 0
        if track is None:
            return self._allowed(lane)
        return max(0, self._allowed(lane) - sum(ends > now for ends in track.counted))

    def forget(self, now: float) -> None:
        """Drop every scope that is as good as new; a halt or a slower speed is never dropped."""
        self._tracks = {
            scope: track for scope, track in self._tracks.items() if not self._is_idle(track, now)
        }
        self._sweep_above = max(_FEW_SCOPES, 2 * len(self._tracks))

    @property
    def _interval(self) -> float:
        return self._limits.chat_interval + self._limits.jitter

    def _known(self, scope: Scope) -> _Track | None:
        return self._account if scope.kind is Kind.ACCOUNT else self._tracks.get(scope)

    def _started(self, now: float, scope: Scope) -> _Track:
        if len(self._tracks) >= self._sweep_above:
            self.forget(now)
        return self._tracks.setdefault(scope, _Track())

    def _allowed(self, lane: Lane) -> int:
        kept = self._limits.group_kept if lane is Lane.BULK else 0
        return self._limits.group_per_minute - kept

    def _slot_at(self, track: _Track, lane: Lane) -> float:
        allowed = self._allowed(lane)
        return track.counted[-allowed] if len(track.counted) >= allowed else _LONG_AGO

    def _speed(self, track: _Track, now: float) -> float:
        # Up by the clock and not by successes: how often we send must not decide how fast we may.
        recovered = max(0.0, now - track.halted_until) / self._limits.recovery
        return min(1.0, track.halted_speed + recovered)

    def _is_idle(self, track: _Track, now: float) -> bool:
        busy_until = max(track.free_at, track.halted_until, track.promised + self._interval)
        if track.counted:
            busy_until = max(busy_until, track.counted[-1])
        return busy_until <= now and self._speed(track, now) >= 1
