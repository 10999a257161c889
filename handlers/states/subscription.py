"""Bulletins: what this chat receives."""

from dataclasses import dataclass, field

from handlers.places import Place
from handlers.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class ReadingSubscription:
    """What this chat receives, with everything that can be changed."""


@dataclass(frozen=True, slots=True)
class ChoosingTopics:
    """Which topics? A press marks one, or takes its mark away; `is_new` until it was stored."""

    wish: Subscription = field(repr=False)
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class ChoosingPlaces:
    """News of which places? Free words; `candidates` once something may mean several."""

    wish: Subscription = field(repr=False)
    is_new: bool = False
    candidates: tuple[Place, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ChoosingOften:
    """How many bulletins a week?"""


@dataclass(frozen=True, slots=True)
class ChoosingPart:
    """At which time of the day?"""
