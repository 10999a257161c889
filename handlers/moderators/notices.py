"""What a desk is told of its clocks over any alarm path: counts, never a tip. Pure."""

from enum import StrEnum
from typing import assert_never

from handlers.screens import Screen, say


class Notice(StrEnum):
    """Tips in danger that nobody took; late tips, told to their desk, to its lead, to the unit
    above; what there is to do in the morning.
    """

    DANGER = "danger"
    LATE = "late"
    LATE_LEAD = "late_lead"
    LATE_BELOW = "late_below"
    MORNING = "morning"


def screen(notice: Notice, counts: tuple[int, ...]) -> Screen:
    """One message. `counts` is one number; for MORNING three: new, late, waiting for the reader."""
    match notice:
        case Notice.MORNING:
            new, late, yours = counts
            return Screen((say("desk.clock.morning", new=new, late=late, yours=yours),))
        case Notice.DANGER | Notice.LATE | Notice.LATE_LEAD | Notice.LATE_BELOW:
            return Screen((say(f"desk.clock.{notice}", count=counts[0]),))
        case _:
            assert_never(notice)
