"""At which hours people may be sent something, by how urgent it is and when they like to read."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from handlers.bulletins import Urgency
from handlers.subscriptions import PartOfDay

DAY = (time(7), time(21))
"""Outside of these it is quiet, but for danger to life."""
_HOURS = {
    PartOfDay.ANY: DAY,
    PartOfDay.NOON: (time(11), time(13, 30)),
    PartOfDay.EVENING: (time(17), time(20, 30)),
}
_NEVER_CLOSES = datetime.max.replace(tzinfo=UTC)


def open_parts(urgency: Urgency, now: datetime, zone: ZoneInfo) -> Mapping[PartOfDay, datetime]:
    """Who may be sent something at `now` (aware): those who read at this part of the day, and the
    moment (in UTC) from which on they may not any more.

    An alert does not wait for somebody's hour, only for the morning; danger waits for nothing.
    """
    if urgency is Urgency.DANGER:
        return dict.fromkeys(PartOfDay, _NEVER_CLOSES)
    hours = _HOURS if urgency is Urgency.ORDINARY else dict.fromkeys(PartOfDay, DAY)
    local = now.astimezone(zone)
    return {
        part: datetime.combine(local.date(), end, zone).astimezone(UTC)
        for part, (start, end) in hours.items()
        if start <= local.time() < end
    }


def is_expired(expires_on: date | None, now: datetime, zone: ZoneInfo) -> bool:
    """Whether what is valid up to and with `expires_on` (a local day) is so no more."""
    return expires_on is not None and now.astimezone(zone).date() > expires_on
