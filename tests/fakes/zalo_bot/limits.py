"""The free plan: so many users of a bot, so many messages in a month; and overly eager polls."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto
from zoneinfo import ZoneInfo

_VIET_NAM = ZoneInfo("Asia/Ho_Chi_Minh")


class Beyond(Enum):
    """What becomes of a user above the limit, which nobody has measured."""

    DROPPED = auto()  # the bot never hears of them
    REFUSED = auto()  # the bot hears them, and its answers are refused with 429


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is allowed; None switches a limit off.

    Users are those who wrote to the bot. Messages are what it sent with success since the month
    began in Viet Nam, by the fake's clock. Polls are counted by the machine's own time.
    """

    users: int | None = 50
    beyond: Beyond = Beyond.DROPPED
    messages_per_month: int | None = 3000
    polls_per_second: int | None = None


UNLIMITED = Limits(users=None, messages_per_month=None)


@dataclass(slots=True, eq=False)
class Usage:
    """What one bot has used up: its users in the order they came, its sends by month."""

    users: dict[str, None] = field(default_factory=dict, repr=False)
    sends: Counter[str] = field(default_factory=Counter)
    polls: deque[float] = field(default_factory=deque, repr=False)

    def admits(self, user: str, limits: Limits) -> bool:
        """Whether this user is one of the allowed ones; counts a new one where there is room."""
        if user not in self.users and (limits.users is None or len(self.users) < limits.users):
            self.users[user] = None
        return user in self.users

    def has_room(self, now: float, limits: Limits) -> bool:
        """Whether one more message may be sent this month."""
        most = limits.messages_per_month
        return most is None or self.sends[month(now)] < most

    def spend(self, now: float, count: int = 1) -> None:
        """Count messages as sent; a test does so to bring a month near its end."""
        self.sends[month(now)] += count

    def polls_too_fast(self, seconds: float, limits: Limits) -> bool:
        """Count a poll; whether it is one too many within a second."""
        while self.polls and self.polls[0] <= seconds - 1:
            self.polls.popleft()
        if limits.polls_per_second is None or len(self.polls) < limits.polls_per_second:
            self.polls.append(seconds)
            return False
        return True


def month(now: float) -> str:
    """The month in Viet Nam, like 2026-11."""
    return datetime.fromtimestamp(now, UTC).astimezone(_VIET_NAM).strftime("%Y-%m")
