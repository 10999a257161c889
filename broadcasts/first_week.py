"""The first week at work as a chat is sent it: at which hour, in which words, with which button."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from handlers import first_week
from handlers.first_week import Part
from handlers.languages import Language
from handlers.screens import Button
from handlers.texts import Texts

STOP = "bulletin:week"
"""The button beneath each message; it works for ever, and belongs to no turn of the talk."""
FIRST, LAST = time(11), time(20, 30)
"""Between these it may be sent: from the noon break on, and not into the night."""
SPREAD_MINUTES = 150
"""Over so long the chats of a day are spread, so that not all are sent at eleven."""


def may_leave(spread: int, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the message of today may leave at `now` (aware) for a chat with this number: from its
    own minute of the day on, until the evening.
    """
    local = now.astimezone(zone)
    own = datetime.combine(local.date(), FIRST, zone) + timedelta(minutes=spread % SPREAD_MINUTES)
    last = datetime.combine(local.date(), LAST, zone)
    return own.astimezone(UTC) <= now.astimezone(UTC) < last.astimezone(UTC)


def text_of(part: Part, language: Language, *, is_last: bool) -> str:
    """One message; the last one says that nothing is kept any more."""
    texts, told = _texts(language), part.told(language)
    whole = texts.get(
        "week.message",
        number=part.number,
        of=len(first_week.load()),
        title=told.title,
        body=told.body,
        law=texts.get("handbook.law", law=part.law(language)),
        checked=texts.get("handbook.checked", day=f"{part.checked_on:%d/%m/%Y}"),
    )
    return f"{whole}\n\n{texts.get('week.last')}" if is_last else whole


def buttons(language: Language, *, is_last: bool) -> tuple[Button, ...]:
    """The way out; under the last message nothing is left to stop."""
    return () if is_last else (Button(STOP, _texts(language).get("week.button")),)


@cache
def _texts(language: Language) -> Texts:
    return Texts.load(language)
