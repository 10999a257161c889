"""The days that people read are days of Viet Nam, wherever the server stands."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def local_day(moment: datetime) -> date:
    """The day in Viet Nam at `moment` (aware)."""
    return moment.astimezone(VIETNAM).date()
