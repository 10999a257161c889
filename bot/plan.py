"""What a bot may do in a month, as data: the platform's free plan, and how we share it out."""

from dataclasses import dataclass

# The free plan "Basic" as several reports of 2026 give it, among them one that cites
# bot.zaloplatforms.com in October; the platform's documentation names no numbers. Whether messages
# of both sides count is not known: we count those that we send.
MONTHLY_MESSAGES = 3_000
MOST_SUBSCRIBERS = 50

# Ours: when the operator is told, and what bulletins leave for the talks.
WARN_SUBSCRIBERS = 45
RESERVE_SHARE = 0.20
LEVELS = (70, 85, 95)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many messages a month and how many subscribers a bot has; `reserve_share` of the
    messages are kept from bulletins; `levels` are the per cent of which the operator is told.
    """

    monthly_messages: int = MONTHLY_MESSAGES
    most_subscribers: int = MOST_SUBSCRIBERS
    warn_subscribers: int = WARN_SUBSCRIBERS
    reserve_share: float = RESERVE_SHARE
    levels: tuple[int, ...] = LEVELS

    @property
    def bulk_messages(self) -> int:
        """How many messages have to be used before bulletins stop."""
        return self.monthly_messages - round(self.monthly_messages * self.reserve_share)

    def level(self, used: int) -> int:
        """The highest level that so many messages have reached, 0 below all."""
        reached = (each for each in self.levels if self.percent(used) >= each)
        return max(reached, default=0)

    def percent(self, used: int) -> int:
        """The share of the month's messages that is used, in whole per cent, rounded down."""
        return used * 100 // self.monthly_messages


BASIC = Plan()
