"""Why a tip was valuable: what came of it for somebody's safety, as its officer says."""

from datetime import date, timedelta
from enum import StrEnum

MARK_DAYS = 30
"""So long after its closing a tip can still be marked: what came of it is often seen later."""


class Valuable(StrEnum):
    """What a tip led to. Never whom it led to."""

    PERSON_HELPED = "person_helped"
    DANGER_ENDED = "danger_ended"
    LOSS_PREVENTED = "loss_prevented"
    PAID_BACK = "paid_back"
    WORKPLACE_CHANGED = "workplace_changed"
    OTHERS_WARNED = "others_warned"


def valuable_named(name: str) -> Valuable | None:
    """The reason of that id."""
    return Valuable(name) if name in Valuable.__members__.values() else None


def may_still_be_marked(closed_on: date | None, today: date) -> bool:
    """Whether the days for it are not over; an open tip has no end yet."""
    return closed_on is None or today <= closed_on + timedelta(days=MARK_DAYS)
